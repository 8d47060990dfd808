//! The funds of a self-evaluation's form: what its time began with, what was released and paid in it, and by which events.

use super::super::bases::basis;
use super::super::{Draft, PilotMaterial};
use crate::domain::Date;
use crate::domain::act::Act;
use crate::domain::ledger::Pilot;
use crate::domain::money::Money;
use crate::report::paper::Basis;
use crate::report::paper::stamp::Evaluated;
use crate::report::paper::table::Link;

/// The funds of the form's time.
pub(super) struct Funds {
    pub(super) carried: Money,
    pub(super) granted: Money,
    pub(super) paid: Money,
}

/// The form's time: after the end of a day, where it has a beginning, up to the end of a day.
#[derive(Clone, Copy)]
pub(super) struct Time {
    after: Option<Date>,
    pub(super) to: Date,
}

/// The links of the sums to their bases, where there is any event.
pub(super) struct Bases {
    pub(super) carried: Option<Link>,
    pub(super) granted: Option<Link>,
    pub(super) budget: Option<Link>,
    pub(super) paid: Option<Link>,
}

impl Time {
    /// The time of a self-evaluation, as far as it has passed by a date.
    pub(super) fn of(evaluated: Evaluated, date: Date) -> Self {
        match evaluated {
            Evaluated::Overall => Self { after: None, to: date },
            Evaluated::Year(year) => {
                let end = |year| Date::from_ymd_opt(year, 12, 31).unwrap_or(date).min(date);
                Self { after: Some(end(year - 1)), to: end(year) }
            }
        }
    }

    /// A sum that grows with time, as it grew in this time.
    fn of_sum(self, sum: impl Fn(Date) -> Money) -> Money {
        sum(self.to) - self.after.map_or(Money::ZERO, sum)
    }

    pub(super) fn has(self, date: Date) -> bool {
        date <= self.to && self.after.is_none_or(|after| date > after)
    }
}

impl Funds {
    /// The funds of a pilot in a time.
    pub(super) fn of(pilot: &Pilot, time: Time) -> Self {
        Self {
            carried: time.after.map_or(Money::ZERO, |after| pilot.balance_on(after)),
            granted: time.of_sum(|date| pilot.released_on(date)),
            paid: time.of_sum(|date| pilot.paid_on(date)),
        }
    }

    /// Lays the bases of the sums; their links.
    pub(super) fn lay(&self, time: Time, of: PilotMaterial, draft: &mut Draft) -> Bases {
        let Self { carried, granted, paid } = self;
        let events = |has: &dyn Fn(&Act) -> bool, dated: &dyn Fn(Date) -> bool| -> Vec<u64> {
            let own = of.events.iter().filter(|event| dated(event.on) && has(&event.act));
            own.map(|event| event.position).collect()
        };
        let released = |act: &Act| matches!(act, Act::Release(_) | Act::ReverseRelease(_));
        let spent = |act: &Act| matches!(act, Act::Pay(_) | Act::ReversePayment(_));
        let moved = |act: &Act| released(act) || spent(act) || matches!(act, Act::ReceiveClawback(_));
        let before = events(&moved, &|on| time.after.is_some_and(|after| on <= after));
        let [within, payments] = [events(&released, &|on| time.has(on)), events(&spent, &|on| time.has(on))];
        let budget = format!("{} + {} = {}", carried.grouped(), granted.grouped(), (*carried + *granted).grouped());
        let both: Vec<u64> = before.iter().chain(&within).copied().collect();
        let mut add = |key: &str, label: &str, formula, positions: Vec<u64>| {
            let basis = Basis { formula: Some(formula), ..basis(key, label, positions.into_iter()) };
            (basis.count > 0).then(|| draft.link_to(basis))
        };
        Bases {
            carried: add(
                "carried",
                "上年结转",
                format!("下达 − 支付 − 缴回未使用资金 = {}", carried.grouped()),
                before,
            ),
            granted: add("granted", "财政拨款", format!("下达净额 = {}", granted.grouped()), within),
            budget: add("budget", "预算数", format!("上年结转 + 财政拨款：{budget}"), both),
            paid: add("paid", "执行数", format!("支付净额 = {}", paid.grouped()), payments),
        }
    }
}
