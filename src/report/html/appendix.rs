//! The appendix: what each figure is made of, and the events.

use maud::{Markup, html};

use crate::report::paper::{Basis, EventLine, Paper};

pub(super) fn of(paper: &Paper) -> Markup {
    html! {
        section #appendix aria-labelledby="appendix-h" {
            h2 #appendix-h { "附录：数字来源" }
            @if !paper.bases.is_empty() {
                h3 { "各项数字由哪些记录构成" }
                dl.bases {
                    @for (at, basis) in paper.bases.iter().enumerate() { (basis_of(basis, at, paper)) }
                }
            }
            h3 #events { "记录" }
            (events(&paper.events))
        }
    }
}

fn basis_of(basis: &Basis, at: usize, paper: &Paper) -> Markup {
    let shown = |position: &u64| paper.events.binary_search_by_key(position, |event| event.position).is_ok();
    html! {
        div id={ "b" (at) } {
            dt { (basis.label) }
            dd {
                @if let Some(formula) = &basis.formula { p.formula { (formula) } }
                @if basis.count == 0 { "没有记录。" } @else {
                    "共 " (basis.count) " 条"
                    @if !basis.positions.is_empty() {
                        "：第 "
                        @for (place, position) in basis.positions.iter().enumerate() {
                            @if place > 0 { "、" }
                            @if shown(position) { a href={ "#e" (position) } { (position) } } @else { (position) }
                        }
                        " 条"
                        @if basis.count > basis.positions.len() as u64 {
                            @if let Some(last) = basis.last { "等，最后为第 " (last) " 条" }
                        }
                    }
                    "。"
                }
                @for (place, part) in basis.parts.iter().enumerate() {
                    @if let Some(own) = paper.bases.get(*part) {
                        (if place == 0 { "由以下合成：" } else { "、" })
                        a href={ "#b" (part) } { (own.label) }
                    }
                }
            }
        }
    }
}

fn events(events: &[EventLine]) -> Markup {
    html! {
        div.scroll role="region" aria-labelledby="events-caption" tabindex="0" {
            table.events {
                caption #events-caption { span.name { "记录（台账位置为序）" } span.unit { "单位：元" } }
                thead {
                    tr {
                        th scope="col" class="num" { "位置" }
                        th scope="col" { "业务日期" }
                        th scope="col" { "记录时间（北京时间）" }
                        th scope="col" { "事项" }
                        th scope="col" { "对象" }
                        th scope="col" { "文号或凭证号" }
                        th scope="col" class="num money" { "金额" }
                        th scope="col" { "经办" }
                    }
                }
                tbody {
                    @for event in events {
                        tr id={ "e" (event.position) } {
                            th scope="row" class="num" { (event.position) }
                            td.date { time datetime=(event.on) { (event.on) } }
                            td.date { (event.recorded) }
                            td { (event.name) }
                            td { (event.item) }
                            td { (event.document.as_deref().unwrap_or("—")) }
                            td class="num money" { (event.amount.map_or_else(|| "—".to_owned(), crate::domain::money::Money::grouped)) }
                            td { (event.by) }
                        }
                    }
                    @if events.is_empty() { tr { td.empty colspan="8" { "没有记录" } } }
                }
            }
        }
    }
}
