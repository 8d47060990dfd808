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
    draft.sections = vec![
        Section::new("projects", "项目明细").with(facts).with(full(material, of, &grounds)),
        Section::new("directions", "按支持方向").with(by_direction(material, of, &grounds)),
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
    link: Option<Link>,
}

/// The projects that were assigned by the date; of a code that was assigned anew, the earlier has nothing left.
fn lines<'a>(material: &Material, of: PilotMaterial<'a>) -> Vec<Line<'a>> {
    let date = material.as_of();
    let counted: Vec<&Assignment> = of.pilot.assignments_on(date).collect();
    let mut links: HashMap<&str, std::collections::VecDeque<u64>> = HashMap::new();
    for event in of.events {
        if let Act::AssignProject(act) = &event.act {
            links.entry(act.project.as_str()).or_default().push_back(event.position);
        }
    }
    let made = of.pilot.assignments.iter();
    made.map(|assignment| {
        (assignment, links.get_mut(assignment.project.as_str()).and_then(std::collections::VecDeque::pop_front))
    })
    .filter(|(assignment, _)| assignment.on <= date)
    .map(|(assignment, position)| Line {
        assignment,
        assigned: if counted.iter().any(|known| std::ptr::eq(*known, assignment)) {
            assignment.amount_on(date)
        } else {
            Money::ZERO
        },
        paid: assignment.paid_on(date),
        filed_on: assignment.filed_on.filter(|on| *on <= date),
        link: position.map(Link::Event),
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
    [grounds.cell(Figure::Assigned), grounds.cell(Figure::Paid), rate(figures.paid, figures.assigned)]
}

/// The projects in brief, as a status has them.
pub(super) fn brief(material: &Material, of: PilotMaterial, grounds: &Grounds) -> Table {
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
    for line in lines(material, of) {
        let cells = vec![
            Cell::text(line.assignment.project.as_str()).on(line.link),
            line.assignment.name.as_str().into(),
            line.assignment.direction.as_str().into(),
            line.assigned.into(),
            line.paid.into(),
            rate(line.paid, line.assigned),
            line.filed(),
        ];
        table.rows.push(line.row(cells));
    }
    let [assigned, paid, rate] = totals(grounds);
    table.total = Some(vec!["合计".into(), Cell::none(), Cell::none(), assigned, paid, rate, Cell::none()]);
    "尚未确定项目".clone_into(&mut table.empty);
    table
}

fn full(material: &Material, of: PilotMaterial, grounds: &Grounds) -> Table {
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
    for line in lines(material, of) {
        let project = line.assignment;
        let cells = vec![
            Cell::text(project.project.as_str()).on(line.link),
            project.name.as_str().into(),
            direction(project.direction.as_str()).into(),
            project.owner.name.as_str().into(),
            project.purpose.zh().into(),
            project.on.into(),
            line.assigned.into(),
            line.paid.into(),
            (line.assigned - line.paid).into(),
            rate(line.paid, line.assigned),
            line.filed(),
        ];
        table.rows.push(line.row(cells));
    }
    let [assigned, paid, rate] = totals(grounds);
    let rest = grounds.figures().assigned - grounds.figures().paid;
    let mut total = vec![Cell::text("合计")];
    total.extend(std::iter::repeat_n(Cell::none(), 5));
    total.extend([assigned, paid, rest.into(), rate, Cell::none()]);
    table.total = Some(total);
    "尚未确定项目".clone_into(&mut table.empty);
    table
}

fn by_direction(material: &Material, of: PilotMaterial, grounds: &Grounds) -> Table {
    let columns = vec![
        Column::text("direction", "支持方向", 6),
        Column::new("count", "项目数", ColumnKind::Count).summed(),
        Column::money("assigned", "确定额度").summed(),
        Column::money("paid", "已支付").summed(),
        Column::new("rate", "执行率", ColumnKind::Ratio),
    ];
    let mut table = Table::new("direction_funds", "支持方向汇总", columns);
    let lines = lines(material, of);
    let live = |line: &&Line| line.assigned.is_positive();
    let mut codes: Vec<&str> = lines.iter().map(|line| line.assignment.direction.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    for code in codes {
        let own = || lines.iter().filter(move |line| line.assignment.direction.as_str() == code);
        let (assigned, paid): (Money, Money) =
            (own().map(|line| line.assigned).sum(), own().map(|line| line.paid).sum());
        let count = own().filter(live).count() as u64;
        table
            .rows
            .push([direction(code).into(), count.into(), assigned.into(), paid.into(), rate(paid, assigned)].into());
    }
    let count = lines.iter().filter(live).count() as u64;
    let [assigned, paid, rate] = totals(grounds);
    table.total = Some(vec!["合计".into(), count.into(), assigned, paid, rate]);
    table
}
