//! A paper as a page: one file without scripts and without a word to the network, for screens in light and dark, for paper,
//! for the keyboard and for those who listen.
//!
//! Every figure links to the appendix, where what it is made of stands event by event. maud escapes every text.

mod appendix;
mod grid;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::drawing::{self, WIDTH};
use super::paper::chart::Chart;
use super::paper::code::Code;
use super::paper::table::{Link, Unit};
use super::paper::{Block, Facts, Paper, Prose, Section, SignOff, ordinal};

/// What the page looks like.
const STYLE: &str = include_str!("html/style.css");

/// What marks a report of a sandbox.
const SANDBOX: &str = "演练台账：数据为模拟，不作资金依据";

/// The paper as the bytes of an HTML file.
#[must_use]
pub fn bytes(paper: &Paper) -> Vec<u8> {
    page(paper).into_string().into_bytes()
}

fn page(paper: &Paper) -> Markup {
    let stamp = &paper.stamp;
    let class = match (stamp.sandbox, paper.is_wide()) {
        (true, true) => "sandbox wide",
        (true, false) => "sandbox",
        (false, true) => "wide",
        (false, false) => "",
    };
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="tranche-report" content=(stamp.line());
                title { (paper.title) " " (paper.subtitle) " " (stamp.as_of) }
                style { (PreEscaped(STYLE)) }
            }
            body class=(class) {
                a.skip href="#content" { "跳到正文" }
                header {
                    @if stamp.sandbox { p.banner { (SANDBOX) } }
                    h1 { (paper.title) }
                    p.subtitle { (paper.subtitle) }
                    p.dateline { span { "截至 " (date_zh(stamp.as_of)) } span { "台账 " (stamp.ledger) " 第 " (stamp.position) " 条" } }
                }
                (contents(paper))
                main #content {
                    @for (at, section) in paper.sections.iter().enumerate() { (section_of(section, at)) }
                    (appendix::of(paper))
                }
                (footer(paper))
            }
        }
    }
}

/// A date as documents have it: 2026年12月31日.
fn date_zh(date: crate::domain::Date) -> String {
    date.format("%Y年%-m月%-d日").to_string()
}

fn contents(paper: &Paper) -> Markup {
    html! {
        nav aria-label="目录" {
            ol {
                @for (at, section) in paper.sections.iter().enumerate() {
                    li { a href={ "#s-" (section.key) } { (ordinal(at + 1)) "、" (section.heading) } }
                }
                li { a href="#appendix" { "附录：数字来源" } }
            }
        }
    }
}

fn section_of(section: &Section, at: usize) -> Markup {
    let id = format!("s-{}", section.key);
    html! {
        section id=(id) aria-labelledby={ (id) "-h" } {
            h2 id={ (id) "-h" } { (ordinal(at + 1)) "、" (section.heading) }
            @for block in &section.blocks { (block_of(block)) }
        }
    }
}

fn block_of(block: &Block) -> Markup {
    match block {
        Block::Facts(facts) => facts_of(facts),
        Block::Table(table) => grid::of(table),
        Block::Chart(chart) => figure(chart),
        Block::Prose(prose) => prose_of(prose),
        Block::SignOff(sign_off) => sign_off_of(sign_off),
    }
}

/// Where a link leads on the page.
fn target(link: Link) -> String {
    match link {
        Link::Event(position) => format!("#e{position}"),
        Link::Basis(index) => format!("#b{index}"),
    }
}

fn figure(chart: &Chart) -> Markup {
    let drawing = drawing::of(chart);
    html! {
        figure {
            figcaption { b { (chart.title) } (chart.alt) }
            svg role="img" aria-label={ (chart.title) ":" (chart.alt) } viewBox={ "0 0 " (WIDTH) " " (drawing.height) } { (drawing.drawn) }
        }
    }
}

fn facts_of(facts: &Facts) -> Markup {
    html! {
        dl.facts {
            @for fact in &facts.facts {
                div {
                    dt { (fact.label) }
                    dd { (grid::content(&fact.cell, Unit::Yuan)) @if grid::is_money(&fact.cell) { " 元" } }
                }
            }
        }
    }
}

fn prose_of(prose: &Prose) -> Markup {
    let sentence = |text: &str, strong: bool| html! { @if strong { strong { (text) } } @else { (text) } };
    html! {
        @if prose.numbered {
            ol.prose { @for one in &prose.sentences { li { (sentence(&one.text, one.strong)) } } }
        } @else {
            @for one in &prose.sentences { p.prose { (sentence(&one.text, one.strong)) } }
        }
    }
}

fn sign_off_of(sign_off: &SignOff) -> Markup {
    html! {
        @if let Some(amount) = &sign_off.amount {
            p.capital {
                span { (amount.label) "（小写）：¥" (amount.amount.grouped()) }
                span { (amount.label) "（大写）：" (amount.capital) }
            }
        }
        ul.signs {
            @for party in &sign_off.parties {
                li {
                    p.body { (party.body) }
                    p.seal { "（公章）" }
                    @for role in &party.roles { p.line { span { (role) "（签字）：" } span.rule {} } }
                    p.date { "年" span.gap {} "月" span.gap {} "日" }
                }
            }
        }
    }
}

fn footer(paper: &Paper) -> Markup {
    html! {
        footer aria-label="报告戳" {
            (code_of(&paper.code))
            dl.stamp {
                @for fact in paper.stamp.facts() {
                    div { dt { (fact.label) } dd { (fact.cell.value.show(Unit::Yuan)) } }
                }
            }
            p.check { "核对本表：" code { "tranche report --again 本文件" } }
        }
    }
}

fn code_of(code: &Code) -> Markup {
    let side = drawing::code_side(code);
    html! {
        svg.code role="img" aria-label="二维码：台账名称、位置和完整的根" viewBox={ "0 0 " (side) " " (side) } shape-rendering="crispEdges" {
            (drawing::code(code))
        }
    }
}
