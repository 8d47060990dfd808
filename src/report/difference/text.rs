//! A difference as people read it: the figures that differ, how those that are no plain sums are worked out, the events.

use std::fmt::Write as _;

use super::programme::{columns, name, sides};
use super::{Change, Difference, Effects, FigureDifference};
use crate::report::explain::formula::Formula;
use crate::report::explain::text::shown;
use crate::report::history::shanghai;
use crate::report::lang::Lang;
use crate::report::status::text::watermark;
use crate::report::style::{BAD, GOOD, HEADING, paint};
use crate::report::table::{Column, Table};

impl Difference {
    /// The difference for people, on its own or below that of the programme.
    #[must_use]
    pub fn text(&self, alone: bool, lang: Lang) -> String {
        let mut text = String::new();
        let heading = paint(HEADING, format!("{} {}", self.pilot, self.name)).to_string();
        if alone {
            if self.sandbox {
                let _ = writeln!(text, "{}", watermark(lang));
            }
            let title = lang.pick("差异", "differences");
            let _ = writeln!(text, "{heading} · {title}\n{}", sides(&self.ledger, self.then, self.now, lang));
        } else {
            let _ = writeln!(text, "\n{heading}");
        }
        if self.is_empty() {
            let same = lang
                .pick("相同:没有数字不同,也没有记录使其变化", "the same: no figure differs, and no entry changed one");
            let _ = writeln!(text, "{}", paint(GOOD, same));
            return text;
        }
        self.figures(&mut text, lang);
        self.events(&mut text, lang);
        let (style, said) = if self.agrees {
            (GOOD, lang.pick("核对:每个差额都等于所列影响之和", "checked: every difference is the sum of its effects"))
        } else {
            (
                BAD,
                lang.pick(
                    "核对不符:差额与所列影响不一致",
                    "does not check: a difference is not what its effects come to",
                ),
            )
        };
        let _ = writeln!(text, "\n{}", paint(style, said));
        text
    }

    fn figures(&self, text: &mut String, lang: Lang) {
        let differing: Vec<&FigureDifference> = self.figures.iter().filter(|figure| !figure.is_same()).collect();
        if differing.is_empty() {
            let none = lang.pick("没有数字不同:所列影响相互抵消", "no figure differs: the effects cancel out");
            let _ = writeln!(text, "{none}");
            return;
        }
        let mut table = columns(lang);
        for figure in &differing {
            table.row([
                name(figure.figure, lang),
                figure
                    .then
                    .as_ref()
                    .map_or_else(|| lang.pick("未认定", "no pilot").to_owned(), |then| shown(then.total)),
                shown(figure.now.total),
                figure.difference.map(Change::signed).unwrap_or_default(),
            ]);
        }
        let _ = write!(text, "{table}");
        let mut worked = Table::new([Column::left(""), Column::left(""), Column::left(""), Column::left("")]);
        let mut formulas = 0;
        for figure in differing.iter().filter(|figure| figure.now.signs != "Σ") {
            let line = |formula: &Formula, side: &str, title: &str| {
                [title.to_owned(), side.to_owned(), formula.signs.clone(), formula.arithmetic.clone()]
            };
            let title = lang.pick(figure.figure.zh().to_owned(), figure.figure.key().replace('_', " "));
            if let Some(then) = &figure.then {
                worked.row(line(then, lang.pick("原", "before"), &title));
                worked.row(line(&figure.now, lang.pick("现", "after"), ""));
            } else {
                worked.row(line(&figure.now, lang.pick("现", "after"), &title));
            }
            formulas += 1;
        }
        if formulas > 0 {
            let _ = write!(text, "\n{}", paint(HEADING, lang.pick("算式", "Formulas")));
            let _ = write!(text, "{worked}");
        }
    }

    fn events(&self, text: &mut String, lang: Lang) {
        let count = self.events.len();
        let heading = lang.pick(format!("由来({count} 条事件)"), format!("Made by {count} events"));
        let _ = writeln!(text, "\n{}", paint(HEADING, heading));
        let mut table = Table::new([
            Column::right(lang.pick("位置", "no.")),
            Column::left(lang.pick("记录时间(北京时间)", "recorded (Shanghai)")),
            Column::left(lang.pick("业务日期", "date")),
            Column::left(lang.pick("事件", "event")),
            Column::left(lang.pick("编号", "item")),
            Column::left(lang.pick("文号/凭证号", "document")).at_most(30),
            Column::left(lang.pick("经办、审批", "by")).at_most(44),
            Column::left(lang.pick("影响", "effect on")),
            Column::right(lang.pick("金额", "amount")),
        ])
        .ruled();
        if !self.passage.0.is_empty() {
            let date = lang.pick("日期推移", "the date alone");
            let (from, to) = (self.then.as_of, self.now.as_of);
            let event = [String::new(), String::new(), to.to_string(), date.to_owned(), format!("{from} →")];
            effects(&mut table, (event, [String::new(), String::new()]), &self.passage, lang);
        }
        for difference in &self.events {
            let event = &difference.event;
            let place = [
                event.position.to_string(),
                shanghai(event.recorded_at),
                event.on.to_string(),
                event.name(lang).to_owned(),
                event.item.clone(),
            ];
            effects(&mut table, (place, [event.document(), event.persons(lang)]), &difference.effects, lang);
        }
        let _ = write!(text, "{table}");
    }
}

/// A line for each effect, the first of which names the event.
fn effects(table: &mut Table<9>, event: ([String; 5], [String; 2]), effects: &Effects, lang: Lang) {
    let mut event = Some(event);
    let none = [(lang.pick("(无数字变化)", "(no figure)").to_owned(), String::new())];
    let lines = effects
        .0
        .iter()
        .map(|(figure, change)| (lang.pick(figure.zh().to_owned(), figure.key().replace('_', " ")), change.signed()));
    let lines: Vec<(String, String)> = if effects.0.is_empty() { none.to_vec() } else { lines.collect() };
    for (figure, change) in lines {
        let ([position, recorded, on, name, item], [document, by]) = event.take().unwrap_or_default();
        table.row([position, recorded, on, name, item, document, by, figure, change]);
    }
}
