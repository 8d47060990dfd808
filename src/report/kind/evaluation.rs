//! 项目支出绩效自评表, in the form of 财预〔2020〕10号: funds, goals, three levels of indicators, scores.
//!
//! What the form asks and the ledger does not know stays open to be filled in by hand: why an indicator fell short, unless
//! the self-evaluation's note says so.

mod funds;

use std::collections::{BTreeSet, HashMap};

use chrono::Datelike as _;

use self::funds::{Bases, Funds, Time};
use super::bases::line;
use super::status::score;
use super::{Draft, Material, PilotMaterial};
use crate::domain::Date;
use crate::domain::act::{Act, EvaluationItem, SelfEvaluate, Target};
use crate::domain::code::EvaluationKind;
use crate::domain::event::Event;
use crate::domain::figures::rate_of;
use crate::domain::ledger::Plan;
use crate::domain::money::Money;
use crate::report::paper::stamp::Evaluated;
use crate::report::paper::table::{Cell, Column, ColumnKind, Link, Table, Unit, Value, points_text};
use crate::report::paper::{Fact, Facts, Prose, Section, Sentence, SignOff};

/// The group of the indicator that stands in the form's funds and not among its indicators.
const EXECUTION: &str = "预算执行率";

/// What the form is filled in from.
struct Form<'a> {
    evaluated: Evaluated,
    own: Option<(&'a Event, &'a SelfEvaluate)>,
    targets: &'a [Target],
    items: HashMap<&'a str, &'a EvaluationItem>,
    /// What monitoring found last, and when.
    progress: HashMap<&'a str, (&'a str, Date)>,
    funds: Funds,
    /// What the sums of [`Form::funds`] are made of.
    grounds: Bases,
}

pub(super) fn build(material: &Material, of: PilotMaterial) -> Draft {
    let mut draft = Draft { subtitle: of.subtitle(), ..Draft::default() };
    let form = Form::read(material, of, &mut draft);
    let bodies = ["牵头申报主体（试点地区）", "设区市数字经济主管部门", "设区市财政部门"];
    let mut indicators = Section::new("indicators", "绩效指标").with(form.indicators());
    if let Some(odd) = form.disagreement() {
        indicators = indicators.with(Prose::of([Sentence::strong(odd)]));
    }
    let words = form.funds_words();
    draft.sections = vec![
        Section::new("identity", "项目概况").with(form.identity(material, of)),
        Section::new("funds", "项目资金").with(form.funds_table()).with(Prose::of([words])),
        Section::new("goals", form.goals_heading()).with(form.goals()),
        indicators,
        Section::new("signatures", "签章").with(SignOff::of(Some((form.executed(), form.funds.paid)), &bodies)),
    ];
    draft
}

/// The plan that was approved by a date.
fn plan_on(of: PilotMaterial<'_>, date: Date) -> Option<&Plan> {
    of.pilot.plan.as_ref().filter(|plan| plan.approved_on <= date)
}

/// What a self-evaluation is of.
fn evaluated(act: &SelfEvaluate) -> Evaluated {
    match act.kind {
        EvaluationKind::Annual => Evaluated::Year(act.year.0),
        EvaluationKind::Overall => Evaluated::Overall,
    }
}

/// Which self-evaluation a form is of: the one asked for, else the latest by its date, else that of its date's year.
pub(super) fn named(material: &Material, of: PilotMaterial) -> Evaluated {
    let latest = || latest(material, of, None).map(|(_, act)| evaluated(act));
    material.stamp.evaluation.or_else(latest).unwrap_or(Evaluated::Year(material.as_of().year()))
}

/// The latest self-evaluation, of one kind or year where that is asked.
fn latest<'a>(
    material: &Material,
    of: PilotMaterial<'a>,
    asked: Option<Evaluated>,
) -> Option<(&'a Event, &'a SelfEvaluate)> {
    let own = of.events_on(material.as_of()).filter_map(|event| match &event.act {
        Act::SelfEvaluate(act) if asked.is_none_or(|asked| asked == evaluated(act)) => Some((event, act)),
        _ => None,
    });
    own.max_by_key(|(event, _)| (event.on, event.position))
}

impl<'a> Form<'a> {
    /// The self-evaluation asked for, else the latest, else none; and what the plan and the monitoring say.
    fn read(material: &Material, of: PilotMaterial<'a>, draft: &mut Draft) -> Self {
        let date = material.as_of();
        let evaluated = named(material, of);
        let own = latest(material, of, Some(evaluated));
        let time = Time::of(evaluated, date);
        let items = own.and_then(|(_, act)| act.items.as_ref()).into_iter().flatten();
        let mut progress = HashMap::new();
        let mut named: Vec<&Event> = own.iter().map(|(event, _)| *event).collect();
        for event in of.events_on(time.to) {
            match &event.act {
                Act::Monitor(act) if time.has(event.on) => {
                    let found = act.progress.iter();
                    progress.extend(found.map(|one| (one.indicator.as_str(), (one.actual.as_str(), event.on))));
                    named.push(event);
                }
                Act::ApprovePlan(_) => named.push(event),
                _ => {}
            }
        }
        let plan = plan_on(of, date);
        let funds = Funds::of(of.pilot, time);
        let grounds = funds.lay(time, of, draft);
        let of_bases: BTreeSet<u64> = draft.bases.iter().flat_map(|basis| basis.positions.iter().copied()).collect();
        named.extend(of.events.iter().filter(|event| of_bases.contains(&event.position)));
        named.sort_by_key(|event| event.position);
        named.dedup_by_key(|event| event.position);
        draft.events = named.into_iter().map(line).collect();
        Self {
            evaluated,
            own,
            targets: plan.map_or(&[], |plan| plan.targets.as_slice()),
            items: items.map(|item| (item.indicator.as_str(), item)).collect(),
            progress,
            funds,
            grounds,
        }
    }

    /// A word for one year's form, and one for that of the whole term.
    fn word(&self, year: &'static str, term: &'static str) -> &'static str {
        if self.evaluated == Evaluated::Overall { term } else { year }
    }

    fn goals_heading(&self) -> &'static str {
        self.word("年度总体目标", "总体目标")
    }

    fn executed(&self) -> &'static str {
        self.word("全年执行数", "累计执行数")
    }

    fn identity(&self, material: &Material, of: PilotMaterial) -> Facts {
        let link = self.own.map(|(event, _)| Link::Event(event.position));
        let members: Vec<&str> = of.pilot.members.iter().map(|code| material.state.programme.area_name(code)).collect();
        let own = |read: fn(&SelfEvaluate) -> String| Cell::from(self.own.map(|(_, act)| read(act))).on(link);
        let score = Cell::from(self.own.map(|(_, act)| score(act.score.units()))).on(link);
        Facts {
            facts: vec![
                Fact::new("programme", "项目名称", super::words::programme(material.state)),
                match self.evaluated {
                    Evaluated::Year(year) => Fact::new("year", "自评年度", format!("{year}年度")),
                    Evaluated::Overall => Fact::new("year", "自评类别", "整体自评（试点期）"),
                },
                Fact::new("department", "主管部门", format!("{}数字经济主管部门", of.pilot.city)),
                Fact::new("unit", "实施单位", members.join("、")),
                Fact::new("report", "自评报告文号", own(|act| act.report.to_string())),
                Fact::new("score", "自评得分", score),
                Fact::new("plan", "实施方案批复", plan_on(of, material.as_of()).map(|plan| plan.document.as_str())),
                Fact::new("submitted", "自评日期", self.own.map(|(event, _)| event.on)),
            ],
        }
    }

    fn execution(&self) -> Option<&'a Target> {
        self.targets.iter().find(|target| target.group.as_str() == EXECUTION || target.indicator.as_str() == EXECUTION)
    }

    fn funds_table(&self) -> Table {
        let columns = vec![
            Column::text("funds", "项目资金", 4),
            Column::money("initial", self.word("年初预算数", "期初预算数")),
            Column::money("budget", self.word("全年预算数", "累计预算数")),
            Column::money("executed", self.executed()),
            Column::new("weight", "分值", ColumnKind::Points),
            Column::new("rate", "执行率", ColumnKind::Ratio),
            Column::new("score", "得分", ColumnKind::Points),
        ];
        let mut table = Table::new("funds", "项目资金", columns);
        table.unit = Some(Unit::TenThousand);
        let Funds { carried, granted, paid } = self.funds;
        let Bases { carried: of_carried, granted: of_granted, budget: of_budget, paid: of_paid } = self.grounds;
        let execution = self.execution();
        let score = execution.and_then(|target| self.items.get(target.indicator.as_str()));
        table.rows.push(
            [
                self.word("年度资金总额", "资金总额").into(),
                Cell::from(carried).on(of_carried),
                Cell::from(carried + granted).on(of_budget),
                Cell::from(paid).on(of_paid),
                execution.map(|target| Value::Points(target.weight.units())).into(),
                Cell::from(rate_of(paid, carried + granted).map(Value::Ratio)).on(of_paid),
                score.map(|item| Value::Points(item.score.units())).into(),
            ]
            .into(),
        );
        let part = |name: &str, initial: Money, budget: Money, link: Option<Link>| {
            let none = std::iter::repeat_n(Cell::none(), 4);
            let cells = [name.into(), Cell::from(initial).on(link), Cell::from(budget).on(link)];
            cells.into_iter().chain(none).collect::<Vec<_>>().into()
        };
        table.rows.push(part(self.word("其中：当年财政拨款", "其中：财政拨款"), Money::ZERO, granted, of_granted));
        if self.evaluated != Evaluated::Overall {
            table.rows.push(part("　　上年结转资金", carried, carried, of_carried));
        }
        table.rows.push(part("　　其他资金", Money::ZERO, Money::ZERO, None));
        table
    }

    /// How the form's words for funds are read.
    fn funds_words(&self) -> Sentence {
        Sentence::plain(match self.evaluated {
            Evaluated::Year(year) => format!(
                "口径：年初预算数为上年结转的资金余额（{} 年终了）；全年预算数为上年结转与 {year} 年下达净额之和；\
                 全年执行数为 {year} 年支付净额；均截至本表日期。结转资金与当年资金不分别核算支付。",
                year - 1
            ),
            Evaluated::Overall => {
                "口径：累计预算数为试点以来的下达净额，累计执行数为试点以来的支付净额，均截至本表日期。".to_owned()
            }
        })
    }

    fn goals(&self) -> Table {
        let columns = vec![Column::text("expected", "预期目标", 6), Column::text("reached", "实际完成情况", 6)];
        let mut table = Table::new("goals", self.goals_heading(), columns);
        let indicators = || self.targets.iter().filter(|target| target.group.as_str() != EXECUTION);
        let expected: Vec<String> =
            indicators().map(|target| format!("{}达到 {}{}", target.indicator, target.target, target.unit)).collect();
        let reached: Vec<String> = indicators()
            .filter_map(|target| Some(format!("{}完成 {}", target.indicator, self.actual(target)?)))
            .collect();
        if !expected.is_empty() {
            let reached = (!reached.is_empty()).then(|| format!("{}。", reached.join("；")));
            table.rows.push([format!("{}。", expected.join("；")).into(), reached.into()].into());
        }
        "方案尚未批复，没有绩效目标".clone_into(&mut table.empty);
        table
    }

    /// What was reached, with its unit: by the self-evaluation, else by the latest monitoring in the form's time.
    fn actual(&self, target: &Target) -> Option<String> {
        let (indicator, unit) = (target.indicator.as_str(), target.unit.as_str());
        if let Some(item) = self.items.get(indicator) {
            return Some(format!("{}{unit}", item.actual));
        }
        let (actual, on) = self.progress.get(indicator)?;
        Some(format!("{actual}{unit}（{on} 监测）"))
    }

    fn indicators(&self) -> Table {
        let itemised = !self.items.is_empty();
        let score_column = Column::new("score", "得分", ColumnKind::Points);
        let score_column = if itemised { score_column.summed() } else { score_column };
        let columns = vec![
            Column::text("first", "一级指标", 2).merged(),
            Column::text("second", "二级指标", 2).merged(),
            Column::text("third", "三级指标", 4),
            Column::text("target", self.word("年度指标值", "指标值"), 2),
            Column::text("actual", "实际完成值", 2),
            Column::new("weight", "分值", ColumnKind::Points).summed(),
            score_column,
            Column::text("deviation", "偏差原因分析及改进措施", 8),
        ];
        let mut table = Table::new("indicators", "绩效指标", columns);
        let (mut weights, mut scores) = (0_u64, 0_u64);
        for target in self.targets {
            let item = self.items.get(target.indicator.as_str());
            let (first, second) = levels(target.group.as_str());
            let weight = target.weight.units();
            let score = item.map(|item| item.score.units());
            weights = weights.saturating_add(weight);
            scores = scores.saturating_add(score.unwrap_or(0));
            let link = self.own.filter(|_| item.is_some()).map(|(event, _)| Link::Event(event.position));
            table.rows.push(
                [
                    first.into(),
                    second.into(),
                    target.indicator.as_str().into(),
                    format!("{}{}", target.target, target.unit).into(),
                    self.actual(target).into(),
                    Value::Points(weight).into(),
                    Cell::from(score.map(Value::Points)).on(link),
                    self.deviation(weight, score).into(),
                ]
                .into(),
            );
        }
        let mut total = vec![Cell::text("总分")];
        total.extend(std::iter::repeat_n(Cell::none(), 4));
        // Where no item has a score, the whole is what was reported.
        let whole =
            self.own.filter(|_| !itemised).map(|(event, act)| score(act.score.units()).on(Link::Event(event.position)));
        let scores = if itemised { Value::Points(scores).into() } else { Cell::from(whole) };
        total.extend([Value::Points(weights).into(), scores, Cell::none()]);
        table.total = Some(total);
        "方案尚未批复，没有绩效指标".clone_into(&mut table.empty);
        table
    }

    fn deviation(&self, weight: u64, score: Option<u64>) -> Option<String> {
        let lost = weight.checked_sub(score?).filter(|lost| *lost > 0)?;
        let note = self.own.and_then(|(event, _)| event.note.as_ref()).filter(|note| !note.as_str().is_empty());
        let why = note.map_or_else(|| "原因：".to_owned(), ToString::to_string);
        Some(format!("扣 {} 分；{why}", points_text(lost)))
    }

    /// Where the items do not add up to the score that was submitted, or are not there.
    fn disagreement(&self) -> Option<String> {
        let (_, act) = self.own?;
        let Some(items) = act.items.as_ref() else {
            return Some("自评未报各项得分，总分为所报自评得分。".to_owned());
        };
        let sum: u64 = items.iter().map(|item| item.score.units()).fold(0, u64::saturating_add);
        let stated = act.score.units().saturating_mul(10_000);
        let text = format!("各项得分合计 {} 分，与所报自评得分 {} 分不一致。", points_text(sum), act.score.fixed());
        (sum != stated).then_some(text)
    }
}

/// The first and the second level, where a group has both: 产出指标/数量指标.
fn levels(group: &str) -> (String, Option<String>) {
    let parts = ['/', '/', '—', '-', '·'].iter().find_map(|sign| group.split_once(*sign));
    match parts {
        Some((first, second)) => (first.trim().to_owned(), Some(second.trim_matches(['—', ' ']).to_owned())),
        None => (group.to_owned(), None),
    }
}
