//! An explanation as people read it: the figure, how it is worked out, the events behind it, the rule.

use std::fmt::Write as _;

use super::{Explanation, Value};
use crate::domain::figures::rate_text;
use crate::domain::money::Money;
use crate::report::history::shanghai;
use crate::report::lang::Lang;
use crate::report::status::FindingLine;
use crate::report::status::text::{basis, watermark};
use crate::report::style::{BAD, HEADING, paint};
use crate::report::table::{Column, Table};

pub(in crate::report) fn shown(value: Value) -> String {
    match value {
        Value::Sum(sum) => sum.grouped(),
        Value::Share(share) => share.percent(),
        Value::Rate(rate) => rate.map_or_else(|| "—".to_owned(), rate_text),
    }
}

/// A part with its sign, so that what takes away is seen to.
fn signed(value: Value) -> String {
    match value {
        Value::Sum(sum) if sum > Money::ZERO => format!("+{}", sum.grouped()),
        other => shown(other),
    }
}

impl Explanation {
    /// The explanation for people.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let mut text = String::new();
        if self.sandbox {
            let _ = writeln!(text, "{}", watermark(lang));
        }
        let name = lang.pick(format!("{} {}", self.zh, self.figure.key()), self.figure.key().replace('_', " "));
        let heading = format!("{} {} · {name} = {}", self.pilot, self.name, shown(self.total));
        let _ = writeln!(text, "{}", paint(HEADING, heading));
        let _ = writeln!(text, "{}\n", basis(&self.ledger, self.as_of, self.known_at, self.position, lang));
        if !self.agrees() {
            let differs = lang.pick(
                format!("不一致:由事件算得 {},由状态算得 {}", shown(self.total), shown(self.stated)),
                format!("differs: {} from the events, {} from the state", shown(self.total), shown(self.stated)),
            );
            let _ = writeln!(text, "{}", paint(BAD, differs));
        }
        if self.formula == "Σ" {
            let _ = writeln!(text, "{}", lang.pick("Σ = 下列事件合计", "Σ = the sum of the events below"));
        } else {
            let (formula, numbers) = lang.pick(("公式", "代入"), ("formula", "numbers"));
            let _ = writeln!(text, "{formula}  {}", self.formula);
            let _ = writeln!(text, "{numbers}  {}", self.arithmetic);
        }
        for input in &self.inputs {
            let name = lang.pick(input.zh.to_owned(), input.name.replace('_', " "));
            let _ = writeln!(text, "  {} = {name} {}", input.symbol, shown(input.value));
        }
        self.events(&mut text, lang);
        let _ = writeln!(text, "\n{}", paint(HEADING, lang.pick("规则", "Rules")));
        for ground in &self.rules {
            let rule = paint(HEADING, ground.rule);
            let _ = writeln!(text, "{rule} {}: {}", ground.clause, lang.pick(ground.zh, ground.en));
        }
        text
    }

    fn events(&self, text: &mut String, lang: Lang) {
        let count = self.events.len();
        let heading = lang.pick(format!("构成({count} 条事件)"), format!("Made of {count} events"));
        let _ = writeln!(text, "\n{}", paint(HEADING, heading));
        if self.events.is_empty() {
            return;
        }
        // Where all events go into the figure itself there is nothing to tell apart.
        let several = self.events.iter().any(|part| part.of != self.figure.key());
        let mut table = Table::new([
            Column::right(lang.pick("位置", "no.")),
            Column::left(lang.pick("记录时间(北京时间)", "recorded (Shanghai)")),
            Column::left(lang.pick("业务日期", "date")),
            Column::left(lang.pick("事件", "event")),
            Column::left(lang.pick("编号", "item")),
            Column::left(lang.pick("文号/凭证号", "document")).at_most(36),
            Column::right(lang.pick("金额", "amount")),
            Column::right(lang.pick("累计", "sum")),
            Column::left(lang.pick("经办、审批", "by")).at_most(44),
        ])
        .ruled();
        for part in &self.events {
            let event = part.event.name(lang);
            table.row([
                part.event.position.to_string(),
                shanghai(part.event.recorded_at),
                part.event.on.to_string(),
                if several { format!("{event} → {}", part.symbol) } else { event.to_owned() },
                part.event.item.clone(),
                part.event.document(),
                part.amount.map(signed).unwrap_or_default(),
                part.sum.map(shown).unwrap_or_default(),
                part.event.persons(lang),
            ]);
        }
        let _ = write!(text, "{table}");
        for finding in &self.findings {
            let FindingLine { finding, on, kind, description, document } = finding;
            let kind = lang.pick(kind.zh(), kind.as_str());
            let _ = writeln!(text, "{} {finding} {on} {kind}: {description} ({document})", lang.pick("依据", "basis"));
        }
    }
}
