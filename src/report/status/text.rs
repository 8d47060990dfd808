//! Status as people read it: what waits for somebody first, then sums, then the lists.
//!
//! Amounts are grouped and to the fen; nothing is said by colour alone.

use std::fmt::{Display, Write as _};

use anstyle::Style;

use super::bar::bar;
use super::{PilotStatus, PilotSummary, ProgrammeStatus, SanctionLine};
use crate::domain::alerts::Alert;
use crate::domain::figures::Figures;
use crate::domain::money::{Money, Share};
use crate::domain::{Date, Timestamp};
use crate::report::history::shanghai;
use crate::report::lang::Lang;
use crate::report::style::{BAD, DIM, GOOD, HEADING, PLAIN, WARN, paint};
use crate::report::table::{Cell, Column, Table};

/// What stands where there is nothing to show.
const NONE: &str = "—";

/// The mark that every report of a sandbox carries.
#[must_use]
pub fn watermark(lang: Lang) -> String {
    let text = lang.pick(
        "════ 演练 ════ 演练台账,数据为模拟,不作资金依据 ════ 演练 ════",
        "════ 演练 SANDBOX ════ simulated data, no evidence of public money ════ SANDBOX 演练 ════",
    );
    paint(WARN.bold(), text).to_string()
}

/// Of which ledger, as of when, as known when, up to which entry.
#[must_use]
pub fn basis(ledger: &str, as_of: Date, known_at: Option<Timestamp>, position: u64, lang: Lang) -> String {
    let text = match (known_at.map(shanghai), lang) {
        (None, Lang::Zh) => format!("台账 {ledger} · 截至 {as_of} · 第 {position} 条"),
        (Some(at), Lang::Zh) => format!("台账 {ledger} · 截至 {as_of} · 只计北京时间 {at} 前已记录 · 第 {position} 条"),
        (None, Lang::En) => format!("ledger {ledger} · as of {as_of} · position {position}"),
        (Some(at), Lang::En) => {
            format!("ledger {ledger} · as of {as_of} · as known at {at} in Shanghai · position {position}")
        }
    };
    paint(DIM, text).to_string()
}

/// The name of a pilot's state, and of its standing where it is not good.
fn state(summary: &PilotSummary, lang: Lang) -> (String, Style) {
    let state = match summary.state {
        "closed" => lang.pick("已办结", "closed"),
        "running" => lang.pick("实施中", "running"),
        _ => lang.pick("已认定", "recognised"),
    };
    let (standing, style) = match summary.standing {
        "revoked" => (lang.pick("已取消", "revoked"), BAD),
        "suspended" => (lang.pick("暂停", "suspended"), BAD),
        "rectifying" => (lang.pick("整改中", "rectifying"), WARN),
        _ => return (state.to_owned(), PLAIN),
    };
    (format!("{state}·{standing}"), style)
}

/// The execution rate in per cent with its two decimals.
fn rate(funds: &Figures) -> String {
    let per_cent = |rate: i128| format!("{}.{:02}%", rate / 100, rate % 100);
    funds.execution_rate.map_or_else(|| NONE.to_owned(), per_cent)
}

fn or_none(value: Option<impl Display>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| value.to_string())
}

/// A sum, painted where it is not nothing.
fn sum(sum: Money, style: Style) -> Cell {
    Cell::styled(sum.grouped(), if sum == Money::ZERO { PLAIN } else { style })
}

fn section(text: &mut String, heading: &str, count: usize) {
    let _ = writeln!(text, "\n{}", paint(HEADING, format!("{heading} ({count})")));
}

impl ProgrammeStatus {
    /// The programme for people.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let mut text = String::new();
        if self.sandbox {
            let _ = writeln!(text, "{}", watermark(lang));
        }
        let _ = writeln!(text, "{}", paint(HEADING, &self.programme));
        let _ = writeln!(text, "{}\n", basis(&self.ledger, self.as_of, self.known_at, self.position, lang));
        if self.pilots.is_empty() {
            let none = lang.pick("截至该日尚无认定的试点,没有资金可统计。", "no pilot is recognised by that date.");
            let _ = writeln!(text, "{none}");
        } else {
            let _ = write!(text, "{}", self.table(lang));
        }
        text.push_str(&alerts(&self.alerts, true, lang));
        text
    }

    fn table(&self, lang: Lang) -> Table<11> {
        let mut table = Table::new([
            Column::left(lang.pick("试点", "pilot")),
            Column::left(lang.pick("名称", "name")).at_most(24),
            Column::left(lang.pick("状态", "state")),
            Column::right(lang.pick("核定定额", "allocated")),
            Column::right(lang.pick("已下达", "released")),
            Column::right(lang.pick("当前可下达", "releasable")),
            Column::right(lang.pick("待评价部分", "withheld")),
            Column::right(lang.pick("已支付", "paid")),
            Column::right(lang.pick("资金余额", "balance")),
            Column::right(lang.pick("执行率", "executed")),
            Column::right(lang.pick("预警", "alerts")),
        ])
        .ruled();
        for pilot in &self.pilots {
            let count = self.alerts.iter().filter(|alert| alert.pilot == pilot.pilot).count();
            let (state, style) = state(pilot, lang);
            let [allocated, released, releasable, withheld, paid, balance] = sums(&pilot.funds);
            table.row([
                pilot.pilot.as_str().into(),
                pilot.name.as_str().into(),
                Cell::styled(state, style),
                allocated,
                released,
                releasable,
                withheld,
                paid,
                balance,
                rate(&pilot.funds).into(),
                Cell::styled(count.to_string(), if count > 0 { WARN } else { PLAIN }),
            ]);
        }
        let total = |money: Money| Cell::styled(money.grouped(), HEADING);
        let funds = &self.funds;
        table.row([
            Cell::styled(lang.pick("合计", "total"), HEADING),
            lang.pick(format!("{} 个试点", self.pilots.len()), format!("{} pilots", self.pilots.len())).into(),
            "".into(),
            total(funds.allocated),
            total(funds.released),
            total(funds.releasable),
            total(funds.withheld),
            total(funds.paid),
            total(funds.balance),
            Cell::styled(rate(funds), HEADING),
            Cell::styled(self.alerts.len().to_string(), HEADING),
        ]);
        table
    }
}

/// The sums of a pilot's row; what may be released now is marked, for somebody can act on it.
fn sums(funds: &Figures) -> [Cell; 6] {
    [
        sum(funds.allocated, PLAIN),
        sum(funds.released, PLAIN),
        sum(funds.releasable, GOOD),
        sum(funds.withheld, PLAIN),
        sum(funds.paid, PLAIN),
        sum(funds.balance, PLAIN),
    ]
}

/// The rule of an alert and what it rests on.
fn rule(alert: &Alert, lang: Lang) -> Cell {
    let clause = match alert.rule.entry().clause {
        "(ledger)" => lang.pick("台账默认", "default"),
        clause => clause,
    };
    Cell::styled(format!("{} {clause}", alert.rule), WARN)
}

/// The section of alerts, by date; of a programme each with its pilot.
fn alerts(alerts: &[Alert], with_pilot: bool, lang: Lang) -> String {
    let mut text = String::new();
    if alerts.is_empty() {
        let _ = writeln!(text, "\n{}", paint(GOOD, lang.pick("无预警", "no alerts")));
        return text;
    }
    section(&mut text, lang.pick("预警", "Alerts"), alerts.len());
    let since = Column::left(lang.pick("起始日", "since"));
    let by = Column::left(lang.pick("规则", "rule"));
    let amount = Column::right(lang.pick("涉及金额", "amount"));
    let what = Column::left(lang.pick("内容", "what")).at_most(72);
    let say = |alert: &Alert| Cell::from(lang.pick(alert.zh.as_str(), alert.en.as_str()));
    if with_pilot {
        let mut table = Table::new([since, Column::left(lang.pick("试点", "pilot")), by, amount, what]).ruled();
        for alert in alerts {
            let (since, amount) = (alert.since.to_string(), alert.amount.grouped());
            table.row([since.into(), alert.pilot.as_str().into(), rule(alert, lang), amount.into(), say(alert)]);
        }
        let _ = write!(text, "{table}");
    } else {
        let mut table = Table::new([since, by, amount, what]).ruled();
        for alert in alerts {
            let (since, amount) = (alert.since.to_string(), alert.amount.grouped());
            table.row([since.into(), rule(alert, lang), amount.into(), say(alert)]);
        }
        let _ = write!(text, "{table}");
    }
    text
}

impl PilotStatus {
    /// The pilot for people.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let summary = &self.summary;
        let mut text = String::new();
        if summary.sandbox {
            let _ = writeln!(text, "{}", watermark(lang));
        }
        let _ = writeln!(text, "{}", paint(HEADING, format!("{} {}", summary.pilot, summary.name)));
        let _ = writeln!(text, "{}", basis(&summary.ledger, summary.as_of, summary.known_at, summary.position, lang));
        let _ = writeln!(text, "{}\n", self.identity(lang));
        text.push_str(&bar(&summary.funds, lang));
        let _ = write!(text, "\n{}", figures(&summary.funds, lang));
        // What waits for somebody stands before what is done.
        text.push_str(&alerts(&self.alerts, false, lang));
        self.releases(&mut text, lang);
        self.projects(&mut text, lang);
        self.evaluations(&mut text, lang);
        self.findings(&mut text, lang);
        self.sanctions(&mut text, lang);
        text
    }

    fn identity(&self, lang: Lang) -> String {
        let summary = &self.summary;
        let members: Vec<&str> = summary.members.iter().map(crate::domain::text::Id::as_str).collect();
        let term = match (summary.term_start, summary.term_end) {
            (Some(start), Some(end)) => lang.pick(format!("试点期 {start} 至 {end}"), format!("term {start} to {end}")),
            _ => lang.pick("实施方案未批复", "no plan approved yet").to_owned(),
        };
        let cap = lang.pick(summary.cap_kind.zh().to_owned(), format!("cap {}", summary.cap_kind));
        let cohort = lang.pick(format!("{}年批次", summary.cohort), format!("cohort {}", summary.cohort));
        let (state, style) = state(summary, lang);
        let state = paint(style, state);
        format!("{} · {cohort} · {cap} · {} · {term} · {state}", summary.city, members.join(lang.pick("、", ", ")))
    }

    fn releases(&self, text: &mut String, lang: Lang) {
        section(text, lang.pick("下达", "Releases"), self.releases.len());
        let mut table = Table::new([
            Column::left(lang.pick("日期", "date")),
            Column::left(lang.pick("编号", "release")),
            Column::right(lang.pick("金额", "amount")),
            Column::left(lang.pick("指标文号", "document")).at_most(32),
            Column::left(lang.pick("预算年度", "budget")),
            Column::left(lang.pick("依据评价", "evaluation")),
            Column::left(lang.pick("到账确认", "confirmed")),
            Column::left(""),
        ]);
        for line in &self.releases {
            let reversed = if line.reversed { lang.pick("已冲正", "reversed") } else { "" };
            table.row([
                line.on.to_string().into(),
                line.release.as_str().into(),
                Cell::styled(line.amount.grouped(), if line.reversed { DIM } else { PLAIN }),
                line.document.as_str().into(),
                line.budget_year.to_string().into(),
                or_none(line.evaluation.as_ref()).into(),
                or_none(line.confirmed_on).into(),
                Cell::styled(reversed, WARN),
            ]);
        }
        append(text, &table, self.releases.is_empty());
    }

    fn projects(&self, text: &mut String, lang: Lang) {
        section(text, lang.pick("项目", "Projects"), self.projects.len());
        let mut table = Table::new([
            Column::left(lang.pick("项目代码", "project")),
            Column::left(lang.pick("名称", "name")).at_most(36),
            Column::left(lang.pick("承担单位", "owner")).at_most(28),
            Column::left(lang.pick("方向", "aim")),
            Column::right(lang.pick("支持额度", "assigned")),
            Column::right(lang.pick("已支付", "paid")),
            Column::left(lang.pick("备案", "filed")),
        ]);
        for line in &self.projects {
            let withdrawn = line.assigned == Money::ZERO;
            let filed = match line.filed_on {
                Some(on) => Cell::from(on.to_string()),
                None if withdrawn => Cell::styled(lang.pick("已撤销", "withdrawn"), DIM),
                None => Cell::styled(lang.pick("未备案", "not filed"), WARN),
            };
            table.row([
                line.project.as_str().into(),
                line.name.as_str().into(),
                line.owner.as_str().into(),
                line.direction.as_str().into(),
                line.assigned.grouped().into(),
                line.paid.grouped().into(),
                filed,
            ]);
        }
        append(text, &table, self.projects.is_empty());
    }

    fn evaluations(&self, text: &mut String, lang: Lang) {
        section(text, lang.pick("绩效评价", "Evaluations"), self.evaluations.len());
        let mut table = Table::new([
            Column::left(lang.pick("编号", "evaluation")),
            Column::left(lang.pick("类别", "kind")),
            Column::left(lang.pick("年度", "year")),
            Column::right(lang.pick("自评分", "own score")),
            Column::right(lang.pick("评价分", "score")),
            Column::left(lang.pick("等级", "grade")),
            Column::right(lang.pick("剩余资金拨付比例", "payout ratio")),
        ]);
        for line in &self.evaluations {
            table.row([
                line.evaluation.clone(),
                lang.pick(line.kind.zh(), line.kind.as_str()).to_owned(),
                line.year.to_string(),
                or_none(line.self_score.as_ref()),
                line.score.clone(),
                line.grade.to_string(),
                line.payout_ratio.map_or_else(|| lang.pick("未决定", "undecided").to_owned(), Share::percent),
            ]);
        }
        append(text, &table, self.evaluations.is_empty());
    }

    fn findings(&self, text: &mut String, lang: Lang) {
        if self.findings.is_empty() {
            return;
        }
        section(text, lang.pick("问题", "Findings"), self.findings.len());
        let mut table = Table::new([
            Column::left(lang.pick("日期", "date")),
            Column::left(lang.pick("编号", "finding")),
            Column::left(lang.pick("类别", "kind")),
            Column::left(lang.pick("问题描述", "what was found")).at_most(60),
            Column::left(lang.pick("文号", "document")).at_most(32),
        ]);
        for line in &self.findings {
            table.row([
                line.on.to_string().into(),
                line.finding.as_str().into(),
                Cell::styled(lang.pick(line.kind.zh(), line.kind.as_str()), WARN),
                line.description.as_str().into(),
                line.document.as_str().into(),
            ]);
        }
        let _ = write!(text, "{table}");
    }

    fn sanctions(&self, text: &mut String, lang: Lang) {
        section(text, lang.pick("处理", "Sanctions"), self.sanctions.len());
        let mut table = Table::new([
            Column::left(lang.pick("日期", "date")),
            Column::left(lang.pick("类别", "kind")),
            Column::left(lang.pick("依据", "basis")),
            Column::left(lang.pick("编号", "clawback")),
            Column::right(lang.pick("应收回", "ordered")),
            Column::right(lang.pick("已收回", "returned")),
            Column::left(lang.pick("期限", "due")),
        ]);
        for line in &self.sanctions {
            let kind = match line.kind {
                "rectification" => "督促整改",
                "suspension" => "暂停试点资格",
                "revocation" => "取消试点资格",
                _ => "收回奖补资金",
            };
            table.row([
                line.on.to_string(),
                lang.pick(kind, line.kind).to_owned(),
                basis_of(line, lang),
                or_none(line.id.as_ref()),
                or_none(line.amount.map(Money::grouped)),
                or_none(line.returned.map(Money::grouped)),
                or_none(line.due),
            ]);
        }
        append(text, &table, self.sanctions.is_empty());
    }
}

/// What a sanction rests on: a finding with what it is of, or an evaluation with its grade.
fn basis_of(line: &SanctionLine, lang: Lang) -> String {
    let kind = line.finding.map(|kind| lang.pick(kind.zh(), kind.as_str()).to_owned());
    let said = kind.or_else(|| line.grade.map(|grade| lang.pick(format!("评价 {grade}"), format!("graded {grade}"))));
    said.map_or_else(|| line.basis.clone(), |said| format!("{} {said}", line.basis))
}

/// A table with rows; the section's count of nought says enough of one without.
fn append(text: &mut String, table: &impl Display, empty: bool) {
    if !empty {
        let _ = write!(text, "{table}");
    }
}

/// The seventeen figures in two columns: what the province sends, and what becomes of it.
fn figures(funds: &Figures, lang: Lang) -> Table<4> {
    let mut cells: Vec<(String, String)> = funds
        .sums()
        .into_iter()
        .map(|(key, zh, sum)| (lang.pick(zh.to_owned(), key.replace('_', " ")), sum.grouped()))
        .collect();
    let ratio =
        (lang.pick("剩余资金拨付比例", "payout ratio").to_owned(), or_none(funds.payout_ratio.map(Share::percent)));
    let executed = (lang.pick("执行率", "execution rate").to_owned(), rate(funds));
    cells.insert(5, ratio);
    cells.push(executed);
    let right = cells.split_off(9);
    let mut right = right.into_iter();
    let mut table = Table::new([
        Column::left(lang.pick("定额与下达", "allocation and releases")),
        Column::right(lang.pick("金额(元)", "yuan")),
        Column::left(lang.pick("安排与支付", "assignment and payment")),
        Column::right(lang.pick("金额(元)", "yuan")),
    ])
    .ruled();
    for (name, value) in cells {
        let (other, beside) = right.next().unwrap_or_default();
        table.row([name, value, other, beside]);
    }
    table
}
