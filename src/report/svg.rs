//! The charts of a paper as one SVG file, under its title and above its stamp: for slides and for the web, where the reader's
//! fonts set the letters.
//!
//! Refused here: tables and sentences. A paper without charts has no such form.

use maud::{Markup, html};

use super::drawing::{self, Drawing, WIDTH};
use super::paper::chart::Chart;
use super::paper::table::Unit;
use super::paper::{Block, Paper};

/// What is left free on every side.
const MARGIN: i128 = 40;
/// Where the first chart begins.
const TOP: i128 = 150;
/// What a chart's title takes, and the space between charts.
const TITLE: i128 = 44;
const SPACE: i128 = 30;
/// How wide and high the QR code is.
const CODE: i128 = 120;
/// The families of letters, the first that a reader has.
const LETTERS: &str = "'Noto Serif CJK SC','Source Han Serif SC','Songti SC',SimSun,serif";

/// A paper has no charts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this report has no charts, which status and programme have once money was allocated: ask for another format")]
pub struct NoCharts;

impl NoCharts {
    /// The same in Chinese.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        "这份报告没有图(有图的是已核定定额的 status 和 programme):请改用别的格式"
    }
}

/// A chart and where it begins.
struct Placed<'p> {
    chart: &'p Chart,
    drawing: Drawing,
    top: i128,
}

/// The paper's charts as the bytes of an SVG file.
///
/// # Errors
///
/// Where it has none.
pub fn bytes(paper: &Paper) -> Result<Vec<u8>, NoCharts> {
    let blocks = paper.sections.iter().flat_map(|section| &section.blocks);
    let charts = blocks.filter_map(|block| if let Block::Chart(chart) = block { Some(chart) } else { None });
    let mut top = TOP;
    let mut placed = Vec::new();
    for chart in charts {
        let drawing = drawing::of(chart);
        let next = top + TITLE + drawing.height + SPACE;
        placed.push(Placed { chart, drawing, top });
        top = next;
    }
    if placed.is_empty() {
        return Err(NoCharts);
    }
    Ok(file(paper, &placed, top).into_string().into_bytes())
}

fn file(paper: &Paper, charts: &[Placed], end: i128) -> Markup {
    let (width, height) = (WIDTH + 2 * MARGIN, end + CODE + MARGIN);
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height)
            role="img" xml:lang="zh-CN" color="#000" fill="#000" font-family=(LETTERS) {
            title { (paper.title) " " (paper.subtitle) " " (paper.stamp.as_of) }
            metadata { (paper.stamp.line()) }
            rect width=(width) height=(height) fill="#fff" {}
            (head(paper, width))
            @for Placed { chart, drawing, top } in charts {
                g transform={ "translate(" (MARGIN) " " (top) ")" } {
                    desc { (chart.title) "：" (chart.alt) }
                    text y="20" font-size="18" font-weight="700" { (chart.title) }
                    g transform={ "translate(0 " (TITLE) ")" } { (drawing.drawn) }
                }
            }
            (foot(paper, end))
        }
    }
}

fn head(paper: &Paper, width: i128) -> Markup {
    let stamp = &paper.stamp;
    let right = WIDTH + MARGIN;
    html! {
        text x=(width / 2) y="62" text-anchor="middle" font-size="28" { (paper.title) }
        text x=(width / 2) y="92" text-anchor="middle" font-size="17" { (paper.subtitle) }
        text x=(MARGIN) y="122" font-size="15" { "截至 " (stamp.as_of) }
        @if stamp.sandbox { text x=(width / 2) y="122" text-anchor="middle" font-size="15" font-weight="700" { "演练台账：数据为模拟，不作资金依据" } }
        text x=(right) y="122" text-anchor="end" font-size="15" { "台账 " (stamp.ledger) " 第 " (stamp.position) " 条" }
        line x1=(MARGIN) x2=(right) y1="130" y2="130" stroke="#000" stroke-width="1.5" {}
    }
}

fn foot(paper: &Paper, top: i128) -> Markup {
    let side = drawing::code_side(&paper.code);
    let facts = paper.stamp.facts();
    let place = |at: usize| {
        let at = i128::try_from(at).unwrap_or(0);
        (MARGIN + CODE + 24 + at % 2 * 370, top + 26 + at / 2 * 26)
    };
    html! {
        svg x=(MARGIN) y=(top) width=(CODE) height=(CODE) viewBox={ "0 0 " (side) " " (side) } shape-rendering="crispEdges" {
            (drawing::code(&paper.code))
        }
        @for (at, fact) in facts.iter().enumerate() {
            text x=(place(at).0) y=(place(at).1) font-size="14" { (fact.label) "　" (fact.cell.value.show(Unit::Yuan)) }
        }
    }
}
