//! What is left to a pilot after an act: the few figures whoever releases, assigns or pays looks at next.
//!
//! Refused here: the whole position of a pilot, which is `status`'s to show.

use serde::Serialize;

use super::lang::Lang;
use super::style::{DIM, HEADING, WARN, paint};
use super::table::{Column, Table};
use crate::domain::Date;
use crate::domain::figures::Figures;
use crate::domain::ledger::Ledger;
use crate::domain::money::Money;
use crate::domain::text::Id;

/// What is left to a pilot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remaining {
    /// The pilot.
    pub pilot: String,
    /// Its name.
    pub name: String,
    /// Whether the ledger is a sandbox.
    pub sandbox: bool,
    /// The date the figures are as of.
    pub as_of: Date,
    /// The figures, sums in yuan.
    pub funds: Figures,
}

impl Remaining {
    /// What is left to a pilot as of a date; nothing where there is no such pilot.
    #[must_use]
    pub fn of(ledger: &Ledger, id: &Id, as_of: Date) -> Option<Self> {
        let pilot = ledger.pilots.get(id)?;
        Some(Self {
            pilot: id.to_string(),
            name: pilot.name.clone(),
            sandbox: ledger.programme.sandbox,
            as_of,
            funds: Figures::of_pilot(&ledger.programme, pilot, as_of),
        })
    }

    /// For people: a heading and a table.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let columns = lang.pick(
            ["核定定额", "已下达", "当前可下达", "已确定", "已支付", "余额"],
            ["Allocated", "Released", "Releasable", "Assigned", "Paid", "Balance"],
        );
        let funds = &self.funds;
        let sums = [funds.allocated, funds.released, funds.releasable, funds.assigned, funds.paid, funds.balance];
        let mut table = Table::new(columns.map(Column::right));
        table.row(sums.map(Money::grouped));
        let watermark = if self.sandbox { lang.pick("【演练】", "[SANDBOX] ") } else { "" };
        let dated = match lang {
            Lang::Zh => format!("截至 {}(元)", self.as_of),
            Lang::En => format!("as of {} (yuan)", self.as_of),
        };
        let (pilot, watermark) = (format!("{} {}", self.pilot, self.name), paint(WARN, watermark));
        format!("{watermark}{}  {}\n{table}", paint(HEADING, pilot), paint(DIM, dated))
    }
}
