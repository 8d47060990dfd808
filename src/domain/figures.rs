//! Figures: the sums of a pilot and of the programme as of a date, exact to the fen.
//!
//! A figure as of a date counts what is dated no later; what it counts was known at the state's position. Figures are
//! read off the state and never stored.

use serde::{Serialize, Serializer};

use super::Date;
use super::ledger::{Assignment, Ledger, Pilot, Programme, Suspension, Tranche, year_of};
use super::money::{Limit, Money, Share};
use super::parameters::Parameters;
use super::rule::cap::cap_of;
use super::rule::tranche::first_part;
use super::text::ProjectCode;

/// The figures of a pilot, or their sums over a programme; sums in yuan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// The most that may be allocated.
    pub cap: Money,
    /// `A`: the allocation in force.
    pub allocated: Money,
    /// `F`: the first share of it, cut down to the fen.
    pub first_share_limit: Money,
    /// `R`: released, net of reversals.
    pub released: Money,
    /// `Ry`: released in the recognition year.
    pub released_in_recognition_year: Money,
    /// `U`: the share of the remainder unlocked; none for a programme, whose pilots have each their own.
    #[serde(serialize_with = "four_decimals")]
    pub payout_ratio: Option<Share>,
    /// `F + U·(A − F)`, cut down to the fen.
    pub release_limit: Money,
    /// What may still be released on the date.
    pub releasable: Money,
    /// `A − max(R, release limit)`.
    pub withheld: Money,
    /// Promised to projects.
    pub assigned: Money,
    /// `A − assigned`.
    pub unassigned: Money,
    /// Paid, net of reversals.
    pub paid: Money,
    /// Released, less paid, less unspent money that came back.
    pub balance: Money,
    /// Ordered back.
    pub clawback_ordered: Money,
    /// Come back.
    pub clawback_returned: Money,
    /// Still to come back.
    pub clawback_outstanding: Money,
    /// `paid / R` in ten-thousandths, half up; none where nothing was released.
    #[serde(serialize_with = "rate")]
    pub execution_rate: Option<i128>,
}

#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde hands a field over by reference")]
fn four_decimals<S: Serializer>(ratio: &Option<Share>, serializer: S) -> Result<S::Ok, S::Error> {
    match ratio {
        Some(ratio) => serializer.collect_str(ratio),
        None => serializer.serialize_none(),
    }
}

#[expect(clippy::ref_option, reason = "serde hands a field over by reference")]
fn rate<S: Serializer>(rate: &Option<i128>, serializer: S) -> Result<S::Ok, S::Error> {
    match rate {
        Some(rate) => serializer.serialize_str(&rate_text(*rate)),
        None => serializer.serialize_none(),
    }
}

/// A rate in ten-thousandths with its four decimals.
#[must_use]
pub fn rate_text(rate: i128) -> String {
    format!("{}.{:04}", rate / 10_000, rate % 10_000)
}

/// What was paid of a sum in ten-thousandths, half up; none of a sum of nothing.
#[must_use]
pub fn rate_of(paid: Money, of: Money) -> Option<i128> {
    let (paid, of) = (paid.fen(), of.fen());
    (of > 0).then(|| (paid * 20_000 + of) / (2 * of))
}

impl Figures {
    /// The figures of a pilot as of a date.
    #[must_use]
    pub fn of_pilot(programme: &Programme, pilot: &Pilot, date: Date) -> Self {
        let parameters = &programme.parameters_on(date);
        let allocated = pilot.allocation_on(date);
        let released = pilot.released_on(date);
        let payout_ratio = pilot.payout_ratio_on(date);
        let limit = limit_on(parameters, pilot, date);
        let (release_limit, paid) = (limit.floor(), pilot.paid_on(date));
        let assigned = pilot.assignments_on(date).map(|assignment| assignment.amount_on(date)).sum();
        let clawbacks = || pilot.clawbacks.iter().filter(|clawback| clawback.on <= date);
        let clawback_ordered = clawbacks().map(|clawback| clawback.amount).sum();
        let clawback_returned = clawbacks().map(|clawback| clawback.returned_on(date)).sum();
        Self {
            cap: cap_of(&parameters.cap, pilot.cap_kind),
            allocated,
            first_share_limit: Limit::share_of(parameters.first_share, allocated).floor(),
            released,
            released_in_recognition_year: pilot.released_in_recognition_year_on(date),
            payout_ratio: Some(payout_ratio),
            release_limit,
            releasable: releasable(parameters, pilot, date),
            withheld: allocated - released.max(release_limit),
            assigned,
            unassigned: allocated - assigned,
            paid,
            balance: pilot.balance_on(date),
            clawback_ordered,
            clawback_returned,
            clawback_outstanding: clawback_ordered - clawback_returned,
            execution_rate: rate_of(paid, released),
        }
    }

    /// The sums of the figures of all pilots as of a date.
    #[must_use]
    pub fn of_programme(ledger: &Ledger, date: Date) -> Self {
        ledger
            .pilots
            .values()
            .filter(|pilot| pilot.recognised_on <= date)
            .map(|pilot| Self::of_pilot(&ledger.programme, pilot, date))
            .fold(Self::default(), Self::plus)
    }

    /// These figures and others together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let (paid, released) = (self.paid + other.paid, self.released + other.released);
        Self {
            cap: self.cap + other.cap,
            allocated: self.allocated + other.allocated,
            first_share_limit: self.first_share_limit + other.first_share_limit,
            released,
            released_in_recognition_year: self.released_in_recognition_year + other.released_in_recognition_year,
            payout_ratio: None,
            release_limit: self.release_limit + other.release_limit,
            releasable: self.releasable + other.releasable,
            withheld: self.withheld + other.withheld,
            assigned: self.assigned + other.assigned,
            unassigned: self.unassigned + other.unassigned,
            paid,
            balance: self.balance + other.balance,
            clawback_ordered: self.clawback_ordered + other.clawback_ordered,
            clawback_returned: self.clawback_returned + other.clawback_returned,
            clawback_outstanding: self.clawback_outstanding + other.clawback_outstanding,
            execution_rate: rate_of(paid, released),
        }
    }

    /// The sums, each with its name in JSON and in Chinese, in their order.
    #[must_use]
    pub fn sums(&self) -> [(&'static str, &'static str, Money); 15] {
        [
            ("cap", "定额上限", self.cap),
            ("allocated", "核定定额", self.allocated),
            ("first_share_limit", "首期可下达", self.first_share_limit),
            ("released", "已下达", self.released),
            ("released_in_recognition_year", "其中认定当年", self.released_in_recognition_year),
            ("release_limit", "可下达上限", self.release_limit),
            ("releasable", "当前可下达", self.releasable),
            ("withheld", "待评价部分", self.withheld),
            ("assigned", "已确定到项目", self.assigned),
            ("unassigned", "未确定到项目", self.unassigned),
            ("paid", "已支付", self.paid),
            ("balance", "资金余额", self.balance),
            ("clawback_ordered", "应收回", self.clawback_ordered),
            ("clawback_returned", "已收回", self.clawback_returned),
            ("clawback_outstanding", "尚应收回", self.clawback_outstanding),
        ]
    }
}

/// The limit on releases as of a date: what TR-02 holds a release to.
fn limit_on(parameters: &Parameters, pilot: &Pilot, date: Date) -> Limit {
    let allocated = pilot.allocation_on(date);
    let years = (year_of(date), pilot.recognition_year());
    let first = first_part(parameters, years, allocated, pilot.released_in_recognition_year_on(date));
    first.with_share_of_rest(pilot.payout_ratio_on(date), allocated)
}

/// What TR-01, TR-02, TR-04 and TR-08 still allow on a date.
fn releasable(parameters: &Parameters, pilot: &Pilot, date: Date) -> Money {
    if pilot.suspended_on(date) || pilot.revoked_on(date) || pilot.closed_on(date) {
        return Money::ZERO;
    }
    let (allocated, released) = (pilot.allocation_on(date), pilot.released_on(date));
    let mut room = (allocated - released).min(limit_on(parameters, pilot, date).floor() - released);
    if year_of(date) == pilot.recognition_year() {
        let first = Limit::share_of(parameters.first_share, allocated).floor();
        room = room.min(first - pilot.released_in_recognition_year_on(date));
    }
    room.or_zero()
}

/// Reading a pilot as of a date.
impl Pilot {
    /// The releases that stand as of a date.
    pub fn releases_on(&self, date: Date) -> impl Iterator<Item = &Tranche> {
        self.releases.iter().filter(move |release| release.on <= date && release.reversed_on.is_none_or(|on| on > date))
    }

    /// The projects as of a date: of each code the assignment appended last.
    pub fn assignments_on(&self, date: Date) -> impl Iterator<Item = &Assignment> {
        let replaced = move |from: usize, project: &ProjectCode| {
            let later = self.assignments.get(from..).unwrap_or_default();
            later.iter().any(|later| later.project == *project && later.on <= date)
        };
        let known = self.assignments.iter().enumerate().filter(move |(_, known)| known.on <= date);
        known.filter(move |(index, known)| !replaced(index + 1, &known.project)).map(|(_, known)| known)
    }

    /// `R` as of a date.
    #[must_use]
    pub fn released_on(&self, date: Date) -> Money {
        self.releases_on(date).map(|release| release.amount).sum()
    }

    /// `Ry` as of a date.
    #[must_use]
    pub fn released_in_recognition_year_on(&self, date: Date) -> Money {
        let year = self.recognition_year();
        self.releases_on(date).filter(|release| year_of(release.on) == year).map(|release| release.amount).sum()
    }

    /// `U` as of a date: of the decisions dated no later, the one appended last.
    #[must_use]
    pub fn payout_ratio_on(&self, date: Date) -> Share {
        self.payouts.iter().rfind(|payout| payout.on <= date).map_or(Share::NONE, |payout| payout.ratio)
    }

    /// What was paid up to a date.
    #[must_use]
    pub fn paid_on(&self, date: Date) -> Money {
        self.payments_by_day.range(..=date).map(|(_, day)| day.net).sum()
    }

    /// Whether it is suspended as of a date.
    #[must_use]
    pub fn suspended_on(&self, date: Date) -> bool {
        let holds = |suspension: &Suspension| suspension.on <= date && suspension.resumed_on.is_none_or(|on| on > date);
        self.suspensions.iter().any(holds)
    }

    /// Whether it is revoked as of a date.
    #[must_use]
    pub fn revoked_on(&self, date: Date) -> bool {
        self.revoked.as_ref().is_some_and(|sanction| sanction.on <= date)
    }

    /// Whether it is closed as of a date.
    #[must_use]
    pub fn closed_on(&self, date: Date) -> bool {
        self.closed_on.is_some_and(|on| on <= date)
    }

    /// Where it stands in its life as of a date: `recognised`, `running` or `closed`.
    #[must_use]
    pub fn state_on(&self, date: Date) -> &'static str {
        if self.closed_on(date) {
            "closed"
        } else if self.plan.as_ref().is_some_and(|plan| plan.approved_on <= date) {
            "running"
        } else {
            "recognised"
        }
    }

    /// Its standing as of a date: `revoked`, `suspended`, `rectifying` or `good`.
    #[must_use]
    pub fn standing_on(&self, date: Date) -> &'static str {
        let rectifying =
            |order: &super::ledger::Rectification| order.on <= date && order.ended_on.is_none_or(|on| on > date);
        if self.revoked_on(date) {
            "revoked"
        } else if self.suspended_on(date) {
            "suspended"
        } else if self.rectifications.iter().any(rectifying) {
            "rectifying"
        } else {
            "good"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_execution_rate_rounds_half_up() {
        let rate = |paid, released| rate_of(Money::from_fen(paid), Money::from_fen(released)).map(rate_text);
        assert_eq!(rate(95, 100), Some("0.9500".to_owned()));
        assert_eq!(rate(1, 3), Some("0.3333".to_owned()));
        assert_eq!(rate(2, 3), Some("0.6667".to_owned()));
        assert_eq!(rate(5, 100_000), Some("0.0001".to_owned()), "a half goes up");
        assert_eq!(rate(0, 0), None);
    }
}
