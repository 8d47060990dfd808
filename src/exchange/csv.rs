//! A table for spreadsheets: a line for each event that moved money, with the pilot's balance after it.
//!
//! UTF-8 with its mark, so that Excel reads Chinese; lines in the order of the log. A text that a spreadsheet would
//! take for a formula gets an apostrophe before it; sums are written by us and stay numbers.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Subject;
use super::movement::Movement;
use crate::domain::event::Event;
use crate::domain::money::Money;
use crate::domain::text::Id;
use crate::log::entry::moment_text;

const HEADINGS: [&str; 20] = [
    "台账 ledger",
    "位置 position",
    "业务日期 on",
    "入账时间 recorded_at",
    "试点 pilot",
    "事项 act",
    "编号 id",
    "项目 project",
    "文号 document",
    "凭证号 voucher",
    "对方 party",
    "经办 by",
    "核定定额 allocated",
    "确定到项目 assigned",
    "下达 released",
    "支付 paid",
    "应收回 clawback_ordered",
    "已收回 clawback_returned",
    "备注 note",
    "资金余额 balance",
];

/// The table under way.
pub struct Table {
    ledger: String,
    balances: BTreeMap<Id, Money>,
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    let first = text.trim_start().chars().next();
    let dangerous = first.is_some_and(|first| matches!(first, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'));
    if dangerous { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Adds a row: quoted where it has to be, ended as RFC 4180 says.
fn row<'c>(cells: impl IntoIterator<Item = Cow<'c, str>>, out: &mut Vec<u8>) {
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        if cell.contains([',', '"', '\r', '\n']) {
            out.extend_from_slice(format!("\"{}\"", cell.replace('"', "\"\"")).as_bytes());
        } else {
            out.extend_from_slice(cell.as_bytes());
        }
    }
    out.extend_from_slice(b"\r\n");
}

impl Table {
    /// Begins a table with its headings.
    #[must_use]
    pub fn new(subject: &Subject, out: &mut Vec<u8>) -> Self {
        out.extend_from_slice("\u{feff}".as_bytes());
        let mut headings = HEADINGS.map(Cow::Borrowed);
        if subject.sandbox
            && let Some(first) = headings.first_mut()
        {
            *first = Cow::Borrowed("演练台账 sandbox ledger");
        }
        row(headings, out);
        Self { ledger: subject.ledger.clone(), balances: BTreeMap::new() }
    }

    /// Adds the line of a movement.
    pub fn take(&mut self, event: &Event, movement: &Movement, out: &mut Vec<u8>) {
        let balance = self.balances.entry(movement.pilot.clone()).or_default();
        *balance += movement.balance();
        let (allocated, assigned) = movement.budget();
        let number = |sum: Money| Cow::Owned(if sum == Money::ZERO { String::new() } else { sum.to_string() });
        let optional = |text: &'_ Option<String>| Cow::Owned(harmless(text.as_deref().unwrap_or("")).into_owned());
        let note = event.note.as_ref().map(ToString::to_string);
        row(
            [
                harmless(&self.ledger),
                Cow::Owned(event.position.to_string()),
                Cow::Owned(event.on.to_string()),
                Cow::Owned(moment_text(event.recorded_at)),
                harmless(movement.pilot.as_str()),
                Cow::Borrowed(event.act.kind().zh()),
                optional(&movement.id),
                optional(&movement.project),
                optional(&movement.document),
                optional(&movement.voucher),
                optional(&movement.party),
                harmless(event.by.person.as_str()),
                number(allocated),
                number(assigned),
                number(movement.released),
                number(movement.paid),
                number(movement.ordered),
                number(movement.returned),
                optional(&note),
                Cow::Owned(balance.to_string()),
            ],
            out,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_formula_is_made_a_text() {
        for text in ["=1+1", "+86", "-1", "@SUM(A1)", " =1", "＝1"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        assert_eq!(harmless("赣财建指〔2025〕90号"), "赣财建指〔2025〕90号");
        let mut out = Vec::new();
        row(["a,b", "a\"b", "c"].map(Cow::Borrowed), &mut out);
        assert_eq!(out, b"\"a,b\",\"a\"\"b\",c\r\n");
    }
}
