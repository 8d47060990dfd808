//! 项目资金使用情况表: a pilot's funds project by project.

use std::collections::HashMap;

use super::bases::Grounds;
use super::{Draft, Material, PilotMaterial};
use crate::domain::Date;
use crate::domain::act::Act;
use crate::domain::code::Direction;
use crate::domain::figures::rate_of;
use crate::domain::ledger::Assignment;
use crate::domain::money::Money;
use crate::report::explain::Figure;
use crate::report::paper::table::{Cell, Column, ColumnKind, Link, Row, Table, Tone, Value};
use crate::report::paper::{Facts, Section, SignOff};

pub(super) fn build(material: &Material, of: PilotMaterial) -> Draft {
    let mut draft = Draft { subtitle: of.subtitle(), ..Draft::default() };
    let grounds = Grounds::lay(material.view(), of, &mut draft);
    let shown = [
        Figure::Allocated,
        Figure::Assigned,
        Figure::Unassigned,
        Figure::Released,
        Figure::Paid,
        Figure::ExecutionRate,
    ];
    let facts = Facts { facts: shown.map(|figure| grounds.fact(figure)).into() };
    let bodies = ["牵头申报主体（试点地区）", "设区市数字经济主管部门", "设区市财政部门"];
    let paid = Some(("已支付", grounds.figures().paid));
    let lines = lines(material, of, &mut draft);
    let by_direction = by_direction(&lines, &grounds, &mut draft);
    draft.sections = vec![
        Section::new("projects", "项目明细").with(facts).with(full(&lines, &grounds)),
        Section::new("directions", "按支持方向").with(by_direction),
        Section::new("signatures", "签章").with(SignOff::of(paid, &bodies)),
    ];
    draft
}

/// A project as of a date.
struct Line<'a> {
    assignment: &'a Assignment,
    assigned: Money,
    paid: Money,
    filed_on: Option<Date>,
    trail: Trail,
    /// What its sums are made of.
    of_assigned: Option<Link>,
    of_paid: Option<Link>,
    of_rest: Option<Link>,
}

/// The events of an assignment: those that made and changed it, and its payments with their reversals.
struct Trail {
    assigned: Vec<u64>,
    paid: Vec<u64>,
}

/// The trails of a pilot's assignments by a date, in the order in which they were made.
fn trails(of: PilotMaterial, date: Date) -> Vec<Trail> {
    let (mut trails, mut projects, mut payments) = (Vec::<Trail>::new(), HashMap::new(), HashMap::new());
    for event in of.events {
        let (dated, position) = (event.on <= date, event.position);
        match &event.act {
            Act::AssignProject(act) => {
                projects.insert(act.project.as_str(), trails.len());
                trails.push(Trail { assigned: vec![position], paid: Vec::new() });
            }
            Act::ChangeAssignment(act) => {
                let trail = projects.get(act.project.as_str()).and_then(|at| trails.get_mut(*at));
                trail.filter(|_| dated).into_iter().for_each(|trail| trail.assigned.push(position));
            }
            Act::Pay(act) => {
                let Some(at) = projects.get(act.project.as_str()) else { continue };
                payments.insert(act.payment.as_str(), *at);
                trails.get_mut(*at).filter(|_| dated).into_iter().for_each(|trail| trail.paid.push(position));
            }
            Act::ReversePayment(act) => {
                let trail = payments.get(act.payment.as_str()).and_then(|at| trails.get_mut(*at));
                trail.filter(|_| dated).into_iter().for_each(|trail| trail.paid.push(position));
            }
            _ => {}
        }
    }
    trails
}

/// The projects that were assigned by the date; of a code that was assigned anew, the earlier has nothing left.
fn lines<'a>(material: &Material, of: PilotMaterial<'a>, draft: &mut Draft) -> Vec<Line<'a>> {
    let date = material.as_of();
    let counted: Vec<&Assignment> = of.pilot.assignments_on(date).collect();
    let made = (0_usize..).zip(of.pilot.assignments.iter().zip(trails(of, date)));
    made.filter(|(_, (assignment, _))| assignment.on <= date)
        .map(|(at, (assignment, trail))| {
            let project = assignment.project.as_str();
            let counts = counted.iter().any(|known| std::ptr::eq(*known, assignment));
            let mut link = |key, label, events: &[u64]| {
                draft.ground(format!("{key}-{project}-{at}"), format!("{project} {label}"), events)
            };
            Line {
                assignment,
                assigned: if counts { assignment.amount_on(date) } else { Money::ZERO },
                paid: assignment.paid_on(date),
                filed_on: assignment.filed_on.filter(|on| *on <= date),
                of_assigned: link("assigned", "确定额度", &trail.assigned),
                of_paid: link("paid", "已支付", &trail.paid),
                of_rest: link("rest", "未支付", &[&trail.assigned[..], &trail.paid].concat()),
                trail,
            }
        })
        .collect()
}

fn rate(paid: Money, of: Money) -> Cell {
    rate_of(paid, of).map_or_else(Cell::none, |rate| Value::Ratio(rate).into())
}

fn direction(code: &str) -> String {
    Direction::parse(code).map_or_else(|| code.to_owned(), |direction| format!("{code} {}", direction.zh()))
}

impl Line<'_> {
    fn row(&self, cells: Vec<Cell>) -> Row {
        let withdrawn = !self.assigned.is_positive();
        Row::from(cells).toned(if withdrawn { Tone::Reversed } else { Tone::Plain })
    }

    /// The event that assigned it.
    fn made(&self) -> Option<Link> {
        self.trail.assigned.first().copied().map(Link::Event)
    }

    /// What is assigned and paid, and the rate of both.
    fn sums(&self) -> [Cell; 3] {
        [
            Cell::from(self.assigned).on(self.of_assigned),
            Cell::from(self.paid).on(self.of_paid),
            rate(self.paid, self.assigned).on(self.of_paid),
        ]
    }

    fn filed(&self) -> Cell {
        match self.filed_on {
            Some(on) => on.into(),
            None if self.assigned.is_positive() => "未备案".into(),
            None => "已撤销".into(),
        }
    }
}

/// The figures that close the columns of a table of projects.
fn totals(grounds: &Grounds) -> [Cell; 3] {
    let figures = grounds.figures();
    let paid = grounds.cell(Figure::Paid);
    let rate = rate(figures.paid, figures.assigned).on(paid.link);
    [grounds.cell(Figure::Assigned), paid, rate]
}

/// The projects in brief, as a status has them.
pub(super) fn brief(material: &Material, of: PilotMaterial, grounds: &Grounds, draft: &mut Draft) -> Table {
    let columns = vec![
        Column::text("project", "项目代码", 5),
        Column::text("name", "项目名称", 5),
        Column::text("direction", "方向", 1),
        Column::money("assigned", "确定额度").summed(),
        Column::money("paid", "已支付").summed(),
        Column::new("rate", "执行率", ColumnKind::Ratio),
        Column::text("filed_on", "备案", 2),
    ];
    let mut table = Table::new("projects", "项目资金", columns);
    for line in lines(material, of, draft) {
        let [assigned, paid, rate] = line.sums();
        let cells = vec![
            Cell::text(line.assignment.project.as_str()).on(line.made()),
            line.assignment.name.as_str().into(),
            line.assignment.direction.as_str().into(),
            assigned,
            paid,
            rate,
            line.filed(),
        ];
        table.rows.push(line.row(cells));
    }
    let [assigned, paid, rate] = totals(grounds);
    table.total = Some(vec!["合计".into(), Cell::none(), Cell::none(), assigned, paid, rate, Cell::none()]);
    "尚未确定项目".clone_into(&mut table.empty);
    table
}

fn full(lines: &[Line], grounds: &Grounds) -> Table {
    let columns = vec![
        Column::text("project", "项目代码", 5),
        Column::text("name", "项目名称", 6),
        Column::text("direction", "支持方向", 4),
        Column::text("owner", "承担单位", 5),
        Column::text("purpose", "用途", 2),
        Column::date("on", "确定日期"),
        Column::money("assigned", "确定额度").under("资金").summed(),
        Column::money("paid", "已支付").under("资金").summed(),
        Column::money("rest", "未支付").under("资金").summed(),
        Column::new("rate", "执行率", ColumnKind::Ratio).under("资金"),
        Column::text("filed_on", "备案日期", 2),
    ];
    let mut table = Table::new("project_funds", "项目资金使用明细", columns);
    for line in lines {
        let project = line.assignment;
        let [assigned, paid, rate] = line.sums();
        let cells = vec![
            Cell::text(project.project.as_str()).on(line.made()),
            project.name.as_str().into(),
            direction(project.direction.as_str()).into(),
            project.owner.name.as_str().into(),
            project.purpose.zh().into(),
            project.on.into(),
            assigned,
            paid,
            Cell::from(line.assigned - line.paid).on(line.of_rest),
            rate,
            line.filed(),
        ];
        table.rows.push(line.row(cells));
    }
    let [assigned, paid, rate] = totals(grounds);
    let rest = grounds.figures().assigned - grounds.figures().paid;
    let mut total = vec![Cell::text("合计")];
    total.extend(std::iter::repeat_n(Cell::none(), 5));
    let rest = Cell::from(rest).on(paid.link);
    total.extend([assigned, paid, rest, rate, Cell::none()]);
    table.total = Some(total);
    "尚未确定项目".clone_into(&mut table.empty);
    table
}

fn by_direction(lines: &[Line], grounds: &Grounds, draft: &mut Draft) -> Table {
    let columns = vec![
        Column::text("direction", "支持方向", 6),
        Column::new("count", "项目数", ColumnKind::Count).summed(),
        Column::money("assigned", "确定额度").summed(),
        Column::money("paid", "已支付").summed(),
        Column::new("rate", "执行率", ColumnKind::Ratio),
    ];
    let mut table = Table::new("direction_funds", "支持方向汇总", columns);
    let live = |line: &&Line| line.assigned.is_positive();
    let mut codes: Vec<&str> = lines.iter().map(|line| line.assignment.direction.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    for code in codes {
        let own = || lines.iter().filter(move |line| line.assignment.direction.as_str() == code);
        let (assigned, paid): (Money, Money) =
            (own().map(|line| line.assigned).sum(), own().map(|line| line.paid).sum());
        let count = own().filter(live).count() as u64;
        let made: Vec<u64> = own().flat_map(|line| &line.trail.assigned).copied().collect();
        let payments: Vec<u64> = own().flat_map(|line| &line.trail.paid).copied().collect();
        let of_assigned = draft.ground(format!("assigned-{code}"), format!("{code} 确定额度"), &made);
        let of_paid = draft.ground(format!("paid-{code}"), format!("{code} 已支付"), &payments);
        let cells = [
            direction(code).into(),
            count.into(),
            Cell::from(assigned).on(of_assigned),
            Cell::from(paid).on(of_paid),
            rate(paid, assigned).on(of_paid),
        ];
        table.rows.push(cells.into());
    }
    let count = lines.iter().filter(live).count() as u64;
    let [assigned, paid, rate] = totals(grounds);
    table.total = Some(vec!["合计".into(), count.into(), assigned, paid, rate]);
    table
}
