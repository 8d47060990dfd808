//! Papers made by hand, at the edges of what a form may meet.

#![allow(dead_code, reason = "shared by several test programs, none of which needs all of it")]

use tranche::domain::Date;
use tranche::domain::money::Money;
use tranche::report::paper::chart::{BarRow, Chart, Fill, Line, Part, Plot, Stroke};
use tranche::report::paper::code::Code;
use tranche::report::paper::stamp::{Kind, RENDERER, RuleVersion, Since, Stamp};
use tranche::report::paper::table::{Cell, Column, ColumnKind, Row, Table, Tone, Unit, Value};
use tranche::report::paper::{Fact, Facts, Paper, Prose, Section, Sentence, SignOff};

/// Texts that mean something to typst, XML, spreadsheets or headers of pages, and letters that no font has.
pub const AWKWARD: [&str; 8] = [
    "#panic(\"x\") $x$ *粗* _斜_ @ref <label> \\u{41} `raw`",
    "<b>&amp;</b>]]> \"'",
    "=1+1",
    "@SUM(A1)",
    "-2+3",
    "&L&C&P",
    "一个😀 與𠮷",
    "https://example.org/a-long-path/without-any-blank/2512360100040112345678901234567890",
];

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn stamp(pilot: Option<&str>) -> Stamp {
    Stamp {
        ledger: "jiangxi-2025".to_owned(),
        sandbox: false,
        kind: Kind::Status,
        pilot: pilot.map(str::to_owned),
        position: 412,
        root: "0123456789abcdef".repeat(4),
        as_of: date("2026-12-31"),
        known_at: None,
        since: Since::Date(date("2026-11-30")),
        evaluation: None,
        rules: RuleVersion { position: 1, digest: "ab".repeat(32) },
        renderer: RENDERER.to_owned(),
        typeset: None,
    }
}

pub fn paper(subtitle: &str, sections: Vec<Section>) -> Paper {
    let stamp = stamp(Some("JX2025-01"));
    Paper {
        code: Code::of(&stamp.code_text()),
        title: "试点资金情况报告".to_owned(),
        stamp,
        subtitle: subtitle.to_owned(),
        sections,
        bases: Vec::new(),
        events: Vec::new(),
    }
}

/// A paper with nothing in it: no sections, a table without rows, charts of nothing, nobody who signs.
pub fn of_nothing() -> Paper {
    let (from, to) = (date("2026-12-31"), date("2026-12-31"));
    let chart = |key: &str, plot| Chart { key: key.to_owned(), title: "图".to_owned(), alt: "无".to_owned(), plot };
    let empty = Table::new(
        "payments",
        "支付明细",
        vec![Column::text("name", "项目", 4), Column::money("sum", "金额").summed()],
    );
    let nobody = SignOff { amount: None, parties: Vec::new() };
    let section = Section::new("all", "全部")
        .with(Facts { facts: Vec::new() })
        .with(Prose::of([]))
        .with(chart("bar", Plot::Bar { parts: vec![part("已下达", 0, Fill::Solid)] }))
        .with(chart("steps", Plot::Steps { from, to, lines: vec![line(Vec::new())] }))
        .with(chart("rows", Plot::Rows { legend: Vec::new(), rows: Vec::new() }))
        .with(empty)
        .with(nobody);
    paper("尚无资金", vec![Section::new("none", "无"), section])
}

fn part(label: &str, fen: i128, fill: Fill) -> Part {
    Part { label: label.to_owned(), amount: Money::from_fen(fen), fill }
}

fn line(points: Vec<(Date, Money)>) -> Line {
    Line { label: "累计支付".to_owned(), stroke: Stroke::Thick, points }
}

/// A table of so many payments, every kind of cell in it.
pub fn payments(count: u64) -> Table {
    let columns = vec![
        Column::new("number", "序号", ColumnKind::Count),
        Column::date("on", "日期"),
        Column::text("project", "项目", 4),
        Column::text("payee", "收款单位", 4),
        Column::money("sum", "金额").summed(),
        Column::new("rate", "比例", ColumnKind::Ratio),
        Column::text("voucher", "凭证号", 2),
    ];
    let mut table = Table::new("payments", "支付明细", columns);
    let mut total = Money::ZERO;
    for number in 1..=count {
        let fen = i128::from(number * 7_654_321 % 999_999_999);
        let (fen, tone) = match number % 50 {
            7 => (fen, Tone::Reversed),
            8 => (-i128::from((number - 1) * 7_654_321 % 999_999_999), Tone::Reversal),
            30 => (fen, Tone::Warn),
            _ => (fen, Tone::Plain),
        };
        total += Money::from_fen(fen);
        let project = if number % 5 == 0 {
            "行业数据集建设与可信数据空间平台".repeat(2)
        } else {
            "行业数据集".to_owned()
        };
        let cells = vec![
            Cell::from(number),
            Cell::from(date("2026-03-05")),
            Cell::text(project),
            Cell::text("江西某某数字科技有限公司"),
            Cell::from(Money::from_fen(fen)),
            Value::Ratio(9_525).into(),
            Cell::text(format!("凭证-2026-{number:04}")),
        ];
        table.rows.push(Row::from(cells).toned(tone));
    }
    table.total =
        Some(vec![Cell::none(), "合计".into(), Cell::none(), Cell::none(), total.into(), Cell::none(), Cell::none()]);
    table
}

/// A paper with so many payments.
pub fn of_payments(count: u64) -> Paper {
    paper("JX2025-01 南昌高新技术产业开发区", vec![Section::new("payments", "支付").with(payments(count))])
}

/// Names of sixty letters wherever a name may stand, and a total of the fifteen digits that a spreadsheet keeps, on a sandbox.
pub fn of_long_names() -> Paper {
    let name: String = "江西省数字产业集群培育试点牵头申报主体及联合申报单位".chars().cycle().take(60).collect();
    let columns = vec![
        Column::text("code", "项目代码", 2),
        Column::text("project", "项目", 4),
        Column::text("owner", "承担单位", 4),
        Column::money("assigned", "支持额度").under("资金").summed(),
        Column::money("paid", "已支付").under("资金").summed(),
        Column::text("purpose", "用途", 8),
    ];
    let mut table = Table::new("projects", format!("项目资金使用情况 {name}"), columns);
    for code in ["2512-360100-04-01-123456", "a".repeat(40).as_str(), "P1"] {
        let cells = [
            code.into(),
            name.as_str().into(),
            name.as_str().into(),
            Cell::from(money("3333333333333.33")),
            Cell::from(money("0.01")),
            name.as_str().into(),
        ];
        table.rows.push(cells.into());
    }
    let total = money("9999999999999.99");
    table.total =
        Some(vec!["合计".into(), Cell::none(), Cell::none(), total.into(), Cell::from(money("0.03")), Cell::none()]);
    let rows = (0..40)
        .map(|_| BarRow { label: name.clone(), amounts: vec![Money::from_fen(5_000_000), Money::from_fen(1_000_000)] });
    let legend = vec![(name.clone(), Fill::Open), ("已支付".to_owned(), Fill::Solid)];
    let chart = Chart {
        key: "rows".to_owned(),
        title: name.clone(),
        alt: name.clone(),
        plot: Plot::Rows { legend, rows: rows.collect() },
    };
    let facts = Facts {
        facts: vec![Fact::new("name", name.as_str(), name.as_str()), Fact::new("owner", "承担单位", name.as_str())],
    };
    let signs = SignOff::of(Some((name.as_str(), total)), &[&name, &name, "省财政厅"]);
    let section = Section::new("projects", name.as_str())
        .with(facts)
        .with(chart)
        .with(table)
        .with(Prose {
            sentences: vec![Sentence::strong(name.repeat(5)), Sentence::plain(name.as_str())],
            numbered: true,
        })
        .with(signs);
    let mut paper = paper(&name, vec![section]);
    paper.stamp.sandbox = true;
    paper.stamp.pilot = Some("P".repeat(64));
    paper
}

fn money(text: &str) -> Money {
    Money::parse(text).unwrap()
}

/// Awkward texts in every place, sums in 万元 of either sign, a wide table, charts.
pub fn of_awkward_texts() -> Paper {
    let columns = vec![
        Column::text("first", AWKWARD[0], 2).merged(),
        Column::text("second", "二级", 4),
        Column::money("a", "甲").under("资金").summed(),
        Column::money("b", "乙").under("资金"),
        Column::new("points", "得分", ColumnKind::Points).summed(),
        Column::new("count", "个数", ColumnKind::Count).summed(),
        Column::date("on", "日期"),
        Column::new("ratio", "比例", ColumnKind::Ratio),
        Column::text("note", "说明", 8),
    ];
    let mut table = Table::new("awkward", AWKWARD[5], columns);
    table.unit = Some(Unit::TenThousand);
    let (mut sum, mut points) = (Money::ZERO, 0);
    for (at, text) in (0_u64..).zip(AWKWARD) {
        let amount = Money::from_fen(i128::from(at) * 1_234_567 - 3_000_001);
        let own = 7_500_000 + at;
        sum += amount;
        points += own;
        table.rows.push(Row::from(vec![
            Cell::text("同一格"),
            Cell::text(text),
            amount.into(),
            Cell::none(),
            Value::Points(own).into(),
            at.into(),
            date("1999-02-28").into(),
            Value::Ratio(-1).into(),
            Cell::text(text),
        ]));
    }
    let mut total = vec![Cell::none(); 9];
    total[0] = "=合计".into();
    total[2] = sum.into();
    total[4] = Value::Points(points).into();
    total[5] = 28_u64.into();
    table.total = Some(total);
    let parts = vec![
        part(AWKWARD[0], 700, Fill::Solid),
        part(AWKWARD[1], 200, Fill::Hatched),
        part("点", 50, Fill::Dotted),
        part("半", 25, Fill::Half),
        part("空", 25, Fill::Open),
    ];
    let bar = Chart {
        key: "bar".to_owned(),
        title: AWKWARD[0].to_owned(),
        alt: AWKWARD[1].to_owned(),
        plot: Plot::Bar { parts },
    };
    let points = vec![(date("2025-12-05"), Money::from_fen(1)), (date("2026-06-30"), Money::from_fen(1_500_000_000))];
    let plot = Plot::Steps { from: date("2025-12-05"), to: date("2026-12-31"), lines: vec![line(points)] };
    let steps = Chart { key: "steps".to_owned(), title: "累计".to_owned(), alt: AWKWARD[0].to_owned(), plot };
    let facts = AWKWARD.iter().map(|text| Fact::new("f", *text, *text)).collect();
    let sentences = AWKWARD.iter().map(|text| Sentence::plain(*text)).collect();
    let section = Section::new("awkward", AWKWARD[0])
        .with(Facts { facts })
        .with(bar)
        .with(steps)
        .with(table)
        .with(Prose { sentences, numbered: true })
        .with(SignOff::of(Some((AWKWARD[1], Money::from_fen(-150))), &AWKWARD));
    let mut paper = paper(AWKWARD[0], vec![section]);
    paper.stamp.pilot = Some(AWKWARD[5].to_owned());
    paper
}
