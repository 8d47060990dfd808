//! The rulebook for people and for programs: what each rule demands, and the parameters it reads with their values.
//!
//! Refused here: deciding which parameters are in force. Whoever asks says which, and whose they are.

use serde::Serialize;
use serde_json::{Map, Value};

use super::amount::grouped;
use super::lang::Lang;
use super::parameters::value_of;
use super::style::{BAD, DIM, GOOD, PLAIN, WARN};
use super::table::{Cell, Column, Table};
use crate::domain::parameters::Parameters;
use crate::domain::rulebook::{Basis, Effect, Rule};

/// How wide what a rule demands may run, in columns of the terminal.
const TEXT_WIDTH: usize = 72;
const CLAUSE_WIDTH: usize = 14;

/// The parameters in force, and whose they are.
#[derive(Clone, Debug)]
pub struct InForce {
    /// The parameters.
    pub parameters: Parameters,
    /// The ledger they are in force on; none where they are the defaults of Jiangxi's programme.
    pub ledger: Option<String>,
}

/// A rule with the values of its parameters, for programs.
#[derive(Clone, Debug, Serialize)]
pub struct RuleSheet {
    id: &'static str,
    clause: &'static str,
    notice: &'static str,
    effect: Effect,
    basis: Basis,
    zh: &'static str,
    en: &'static str,
    parameters: Map<String, Value>,
    /// The ledger the values are in force on; null where they are the defaults.
    ledger: Option<String>,
}

impl RuleSheet {
    /// What the rulebook says of a rule, with the values in force.
    #[must_use]
    pub fn new(rule: Rule, in_force: &InForce) -> Self {
        let entry = rule.entry();
        let value = |name: &&str| ((*name).to_owned(), own_part(rule, value_of(&in_force.parameters, name)));
        Self {
            id: rule.id(),
            clause: entry.clause,
            notice: entry.notice,
            effect: entry.effect,
            basis: entry.basis,
            zh: entry.zh,
            en: entry.en,
            parameters: entry.parameters.iter().map(value).collect(),
            ledger: in_force.ledger.clone(),
        }
    }

    /// The rule in full, for people.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let mut table = Table::new([Column::left(self.id), Column::left(self.clause).at_most(TEXT_WIDTH)]);
        let mut row = |zh: &'static str, en: &'static str, text: String| {
            table.row([Cell::styled(lang.pick(zh, en), DIM), Cell::styled(text, PLAIN)]);
        };
        if !self.notice.is_empty() {
            row("原文", "notice", self.notice.to_owned());
        }
        row("效力", "effect", effect_text(self.effect, lang).to_owned());
        row("依据", "basis", basis_text(self.basis, lang).to_owned());
        let (first, second) = lang.pick((self.zh, self.en), (self.en, self.zh));
        row("要求", "demands", first.to_owned());
        row("", "", second.to_owned());
        for (name, value) in &self.parameters {
            row("参数", "parameter", format!("{name} = {}", value_text(value, lang)));
        }
        if !self.parameters.is_empty() {
            let whose = match (&self.ledger, lang) {
                (Some(name), Lang::Zh) => format!("台账 {name} 的现行参数"),
                (Some(name), Lang::En) => format!("in force on the ledger {name}"),
                (None, _) => {
                    lang.pick("江西 2025 年默认参数", "the defaults of Jiangxi's programme of 2025").to_owned()
                }
            };
            row("", "", whose);
        }
        table.to_string()
    }
}

/// A rule that bans reads its own line of the table of bans only.
fn own_part(rule: Rule, value: Value) -> Value {
    match value {
        Value::Object(mut bans) if bans.contains_key(rule.id()) => {
            Value::Object(bans.remove_entry(rule.id()).into_iter().collect())
        }
        other => other,
    }
}

/// The rulebook as a table, for people.
#[must_use]
pub fn table(rules: &[Rule], lang: Lang) -> String {
    let columns = [
        Column::left(lang.pick("规则", "Rule")),
        Column::left(lang.pick("条款", "Clause")).at_most(CLAUSE_WIDTH),
        Column::left(lang.pick("效力", "Effect")),
        Column::left(lang.pick("要求", "What it demands")).at_most(TEXT_WIDTH),
    ];
    let mut table = Table::new(columns).ruled();
    for rule in rules {
        let entry = rule.entry();
        let (word, style) = match entry.effect {
            Effect::Refuse => (lang.pick("拒绝", "refuse"), BAD),
            Effect::Warn => (lang.pick("提醒", "warn"), WARN),
            Effect::Alert => (lang.pick("预警", "alert"), GOOD),
        };
        table.row([
            Cell::from(rule.id()),
            Cell::styled(entry.clause, DIM),
            Cell::styled(word, style),
            Cell::from(lang.pick(entry.zh, entry.en)),
        ]);
    }
    table.to_string()
}

fn effect_text(effect: Effect, lang: Lang) -> &'static str {
    match effect {
        Effect::Refuse => lang.pick("拒绝:命令不记入", "refuse: the command is not appended"),
        Effect::Warn => {
            lang.pick("提醒:命令记入,提醒存入事件", "warn: the command is appended and the warning kept in its event")
        }
        Effect::Alert => lang.pick("预警:情形存续期间列在报告上", "alert: a line on reports while it is true"),
    }
}

fn basis_text(basis: Basis, lang: Lang) -> &'static str {
    match basis {
        Basis::Notice => lang.pick("通知规定", "the notice"),
        Basis::Ledger => lang.pick("台账自身的秩序", "the ledger's own order"),
        Basis::Default => lang.pick("通知未规定,按其他规范的默认", "a norm outside the notice, as a default"),
    }
}

/// A parameter's value as people read it.
fn value_text(value: &Value, lang: Lang) -> String {
    match value {
        Value::Null => lang.pick("无", "none").to_owned(),
        Value::Bool(flag) => lang.pick(if *flag { "是" } else { "否" }, if *flag { "yes" } else { "no" }).to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => grouped(text),
        Value::Array(items) => {
            items.iter().map(|item| value_text(item, lang)).collect::<Vec<_>>().join(lang.pick("、", ", "))
        }
        Value::Object(entries) => {
            let one = |(key, value): (&String, &Value)| format!("{key}: {}", value_text(value, lang));
            entries.iter().map(one).collect::<Vec<_>>().join(lang.pick(";", "; "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jiangxi() -> InForce {
        let opening = crate::engine::opening::read_rules(crate::engine::opening::JIANGXI_2025.as_bytes(), false);
        InForce { parameters: Parameters::read(&opening.unwrap().rules).unwrap(), ledger: None }
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_rule_in_full() {
        let in_force = InForce { ledger: Some("演练-1".into()), ..jiangxi() };
        insta::assert_snapshot!(plain(&RuleSheet::new(Rule::Cap01, &in_force).text(Lang::Zh)), @r"
        CAP-01  四(一)
        原文    国家级开发区不超过1500万元
        效力    拒绝:命令不记入
        依据    通知规定
        要求    单独申报的国家级开发区,支持额度不超过1500万元,恰好1500万元可以,超过即拒
                绝。级别以认定时的登记为准,以后变动不影响。
                A national zone that applied alone is allocated at most 15,000,000.00
                yuan, that sum included; more is refused. Its level is the one
                registered at recognition, whatever changes later.
        参数    cap.national_zone = 15,000,000.00
                台账 演练-1 的现行参数
        ");
        insta::assert_snapshot!(plain(&RuleSheet::new(Rule::Ban02, &jiangxi()).text(Lang::En)), @r"
        BAN-02     四(二)
        notice     不得用于平衡本级预算及偿还债务
        effect     refuse: the command is not appended
        basis      the notice
        demands    An assignment or payment to repay debt (DEBT) is refused, and so is a
                   payment whose economic code begins with 511 or 512.
                   用途为偿还债务(DEBT)的项目安排和支付,以及政府支出经济分类为511、512开头
                   的支付,一律拒绝。
        parameter  banned_purposes = BAN-02: DEBT, 511, 512
                   the defaults of Jiangxi's programme of 2025
        ");
    }

    #[test]
    fn a_rule_for_programs() {
        let sheet = serde_json::to_value(RuleSheet::new(Rule::Tr01, &jiangxi())).unwrap();
        let keys: Vec<&String> = sheet.as_object().unwrap().keys().collect();
        for key in ["id", "clause", "notice", "effect", "basis", "zh", "en", "parameters"] {
            assert!(keys.iter().any(|known| *known == key), "{key}");
        }
        assert_eq!(sheet["parameters"]["first_share"], "0.7000");
        assert_eq!(sheet["ledger"], Value::Null);
    }

    #[test]
    fn every_rule_stands_in_the_table_in_both_languages() {
        for lang in [Lang::Zh, Lang::En] {
            let text = plain(&table(Rule::ALL, lang));
            assert!(Rule::ALL.iter().all(|rule| text.lines().any(|line| line.starts_with(rule.id()))));
        }
    }
}
