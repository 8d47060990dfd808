//! The seventeen figures by name: what each reads, and the rules behind it.

use serde::{Serialize, Serializer};

use super::Value;
use super::quantity::Quantity;
use crate::domain::Date;
use crate::domain::code::CapKind;
use crate::domain::figures::Figures;
use crate::domain::ledger::{Pilot, year_of};
use crate::domain::parameters::Parameters;
use crate::domain::rule::tranche::waits_for_remainder;
use crate::domain::rulebook::Rule;

/// Makes the figures from one list: variant, key, Chinese name.
macro_rules! figures {
    ($( $(#[doc = $doc:literal])* $variant:ident = $key:ident $zh:literal, )*) => {
        /// A figure of a pilot.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Figure { $( $(#[doc = $doc])* $variant, )* }

        impl Figure {
            /// Every figure, in the order of [`Figures`].
            pub const ALL: &'static [Self] = &[$( Self::$variant, )*];

            /// Its name in JSON.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $( Self::$variant => stringify!($key), )* }
            }

            /// Its name in Chinese.
            #[must_use]
            pub const fn zh(self) -> &'static str {
                match self { $( Self::$variant => $zh, )* }
            }

            /// Its value.
            #[must_use]
            pub fn of(self, figures: &Figures) -> Value {
                match self { $( Self::$variant => Value::from(figures.$key), )* }
            }
        }
    };
}

figures! {
    /// The most that may be allocated.
    Cap = cap "定额上限",
    /// `A`.
    Allocated = allocated "核定定额",
    /// `F`.
    FirstShareLimit = first_share_limit "首期可下达",
    /// `R`.
    Released = released "已下达",
    /// `Ry`.
    ReleasedInRecognitionYear = released_in_recognition_year "其中认定当年",
    /// `U`.
    PayoutRatio = payout_ratio "剩余资金拨付比例",
    /// `F + U·(A − F)`.
    ReleaseLimit = release_limit "可下达上限",
    /// What may still be released.
    Releasable = releasable "当前可下达",
    /// What waits for an evaluation.
    Withheld = withheld "待评价部分",
    /// Promised to projects.
    Assigned = assigned "已确定到项目",
    /// Not promised yet.
    Unassigned = unassigned "未确定到项目",
    /// Paid.
    Paid = paid "已支付",
    /// What is left of the money.
    Balance = balance "资金余额",
    /// Ordered back.
    ClawbackOrdered = clawback_ordered "应收回",
    /// Come back.
    ClawbackReturned = clawback_returned "已收回",
    /// Still to come back.
    ClawbackOutstanding = clawback_outstanding "尚应收回",
    /// `paid / R`.
    ExecutionRate = execution_rate "执行率",
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

impl From<crate::domain::money::Money> for Value {
    fn from(sum: crate::domain::money::Money) -> Self {
        Self::Sum(sum)
    }
}

impl From<Option<crate::domain::money::Share>> for Value {
    fn from(share: Option<crate::domain::money::Share>) -> Self {
        Self::Share(share.unwrap_or_default())
    }
}

impl From<Option<i128>> for Value {
    fn from(rate: Option<i128>) -> Self {
        Self::Rate(rate)
    }
}

impl Figure {
    /// The figure of this name, in JSON's words or in Chinese.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let key = name.trim().replace('-', "_").to_lowercase();
        Self::ALL.iter().copied().find(|figure| figure.key() == key || figure.zh() == key)
    }

    /// How a quantity goes into a figure that is a plain sum of events; none where the figure is worked out by a formula.
    pub(super) fn sign(self, quantity: Quantity) -> Option<i8> {
        use Quantity as Q;
        let (adds, takes): (&[Q], &[Q]) = match self {
            Self::Cap => (&[Q::Cap], &[]),
            Self::Allocated => (&[Q::Allocated], &[]),
            Self::Released => (&[Q::Released], &[]),
            Self::ReleasedInRecognitionYear => (&[Q::ReleasedInYear], &[]),
            Self::Assigned => (&[Q::Assigned], &[]),
            Self::Unassigned => (&[Q::Allocated], &[Q::Assigned]),
            Self::Paid => (&[Q::Paid], &[]),
            Self::Balance => (&[Q::Released], &[Q::Paid, Q::ReturnedUnspent]),
            Self::ClawbackOrdered => (&[Q::Ordered], &[]),
            Self::ClawbackReturned => (&[Q::Returned], &[]),
            Self::ClawbackOutstanding => (&[Q::Ordered], &[Q::Returned]),
            _ => (&[], &[]),
        };
        if adds.contains(&quantity) { Some(1) } else { takes.contains(&quantity).then_some(-1) }
    }

    /// The quantities it is made of.
    pub(super) fn reads(self, parameters: &Parameters, pilot: &Pilot, date: Date) -> Vec<Quantity> {
        use Quantity as Q;
        let years = (year_of(date), pilot.recognition_year());
        let after_year = waits_for_remainder(parameters, years);
        let gate: &[Q] = if after_year { &[Q::ReleasedInYear, Q::Gate] } else { &[Q::FirstShare] };
        let in_year: &[Q] = if years.0 == years.1 { &[Q::ReleasedInYear, Q::FirstShare] } else { gate };
        let (base, more): (&[Q], &[Q]) = match self {
            Self::Cap => (&[Q::Cap], &[]),
            Self::Allocated => (&[Q::Allocated], &[]),
            Self::FirstShareLimit => (&[Q::Allocated, Q::FirstShare], &[]),
            Self::Released => (&[Q::Released], &[]),
            Self::ReleasedInRecognitionYear => (&[Q::ReleasedInYear], &[]),
            Self::PayoutRatio => (&[Q::Ratio], &[]),
            Self::ReleaseLimit => (&[Q::Allocated, Q::Ratio], gate),
            Self::Releasable => (&[Q::Allocated, Q::Ratio, Q::Released, Q::Suspended, Q::Revoked, Q::Closed], in_year),
            Self::Withheld => (&[Q::Allocated, Q::Ratio, Q::Released], gate),
            Self::Assigned => (&[Q::Assigned], &[]),
            Self::Unassigned => (&[Q::Allocated, Q::Assigned], &[]),
            Self::Paid => (&[Q::Paid], &[]),
            Self::Balance => (&[Q::Released, Q::Paid, Q::ReturnedUnspent], &[]),
            Self::ClawbackOrdered => (&[Q::Ordered], &[]),
            Self::ClawbackReturned => (&[Q::Returned], &[]),
            Self::ClawbackOutstanding => (&[Q::Ordered, Q::Returned], &[]),
            Self::ExecutionRate => (&[Q::Paid, Q::Released], &[]),
        };
        [base, more].concat()
    }

    /// Whether it rests on the programme's parameters, which stand in the programme's stream.
    #[must_use]
    pub const fn rests_on_parameters(self) -> bool {
        matches!(self, Self::Cap | Self::FirstShareLimit | Self::ReleaseLimit | Self::Releasable | Self::Withheld)
    }

    /// The rules behind it.
    pub(super) fn rules(self, pilot: &Pilot) -> Vec<Rule> {
        match self {
            Self::Cap => vec![match pilot.cap_kind {
                CapKind::NationalZone => Rule::Cap01,
                CapKind::Other => Rule::Cap02,
                CapKind::Joint => Rule::Cap03,
            }],
            Self::Allocated => vec![Rule::Cap05, Rule::Cap04],
            Self::FirstShareLimit | Self::ReleasedInRecognitionYear => vec![Rule::Tr01],
            Self::Released => vec![Rule::Tr04, Rule::Src01],
            Self::PayoutRatio => vec![Rule::Tr07],
            Self::ReleaseLimit => vec![Rule::Tr02],
            Self::Releasable => vec![Rule::Tr01, Rule::Tr02, Rule::Tr04, Rule::Tr08],
            Self::Withheld => vec![Rule::Tr02, Rule::Tr03],
            Self::Assigned => vec![Rule::Use02, Rule::Use05],
            Self::Unassigned | Self::Paid | Self::Balance | Self::ExecutionRate => vec![Rule::Use05],
            Self::ClawbackOrdered => vec![Rule::San01, Rule::San03],
            Self::ClawbackReturned => vec![Rule::San03],
            Self::ClawbackOutstanding => vec![Rule::San02, Rule::San03],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_figures() {
        for (key, zh, _) in Figures::default().sums() {
            assert_eq!(Figure::parse(key).map(Figure::zh), Some(zh));
            assert_eq!(Figure::parse(zh).map(Figure::key), Some(key));
        }
        assert_eq!(Figure::parse("release-limit"), Some(Figure::ReleaseLimit));
        assert_eq!(Figure::parse("profit"), None);
        let json = serde_json::to_value(Figures::default()).unwrap();
        assert_eq!(json.as_object().unwrap().len(), Figure::ALL.len());
        assert!(Figure::ALL.iter().all(|figure| json.get(figure.key()).is_some()));
    }
}
