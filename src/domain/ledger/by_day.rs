//! What happened on each day, in the order of the days: sums that count from their business dates on.
//!
//! Acts come nearly in the order of their dates, so days are kept in one row: the last is at hand, any other is
//! found by halves, and a day that comes late moves those behind it. In snapshots a day is a number.

use std::ops::RangeBounds;

use chrono::Datelike as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::domain::Date;

/// Something of each day on which there is any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByDay<T> {
    /// Rising dates.
    days: Vec<(Date, T)>,
}

impl<T> Default for ByDay<T> {
    fn default() -> Self {
        Self { days: Vec::new() }
    }
}

impl<T> ByDay<T> {
    /// The days within bounds, in order.
    pub fn range(&self, bounds: impl RangeBounds<Date>) -> impl DoubleEndedIterator<Item = (&Date, &T)> {
        use std::ops::Bound::{Excluded, Included, Unbounded};
        let start = match bounds.start_bound() {
            Unbounded => 0,
            Included(from) => self.days.partition_point(|(day, _)| day < from),
            Excluded(from) => self.days.partition_point(|(day, _)| day <= from),
        };
        let end = match bounds.end_bound() {
            Unbounded => self.days.len(),
            Included(to) => self.days.partition_point(|(day, _)| day <= to),
            Excluded(to) => self.days.partition_point(|(day, _)| day < to),
        };
        self.days.get(start..end).unwrap_or_default().iter().map(|(day, value)| (day, value))
    }

    /// The dates, in order.
    #[must_use]
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Date> {
        self.days.iter().map(|(day, _)| day)
    }

    /// From the last day back to a date: nothing but those is looked at, which for a late date are few.
    pub fn back_to(&self, from: Date) -> impl Iterator<Item = (&Date, &T)> {
        self.days.iter().rev().take_while(move |(day, _)| *day >= from).map(|(day, value)| (day, value))
    }
}

impl<T: Default> ByDay<T> {
    /// Changes what is on a day: at first, the default.
    pub fn change(&mut self, day: Date, change: impl FnOnce(&mut T)) {
        let at = match self.days.last() {
            Some((last, _)) if *last == day => self.days.len() - 1,
            Some((last, _)) if *last > day => self.days.partition_point(|(known, _)| *known < day),
            _ => self.days.len(),
        };
        if self.days.get(at).is_none_or(|(known, _)| *known != day) {
            self.days.insert(at, (day, T::default()));
        }
        if let Some((_, value)) = self.days.get_mut(at) {
            change(value);
        }
    }
}

impl<T: Serialize> Serialize for ByDay<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.days.iter().map(|(day, value)| (day.num_days_from_ce(), value)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ByDay<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let numbered = Vec::<(i32, T)>::deserialize(deserializer)?;
        let day = |(number, value)| {
            let date = Date::from_num_days_from_ce_opt(number);
            date.map(|date| (date, value)).ok_or_else(|| de::Error::custom("no such day"))
        };
        Ok(Self { days: numbered.into_iter().map(day).collect::<Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn day(number: i32) -> Date {
        Date::from_num_days_from_ce_opt(number).unwrap()
    }

    proptest! {
        #[test]
        fn it_is_a_map_by_date(acts in prop::collection::vec((1_i32..40, -9_i32..9), 0..40), from in 0_i32..41, to in 0_i32..41) {
            let (mut days, mut map) = (ByDay::<i32>::default(), BTreeMap::<Date, i32>::new());
            for (on, sum) in acts {
                days.change(day(on), |known| *known += sum);
                *map.entry(day(on)).or_default() += sum;
            }
            prop_assert!(days.range(..).eq(&map));
            prop_assert!(days.keys().eq(map.keys()));
            prop_assert!(days.back_to(day(from)).eq(map.range(day(from)..).rev()));
            prop_assert!(days.range(..=day(to)).eq(map.range(..=day(to))));
            if from <= to {
                prop_assert!(days.range(day(from)..day(to)).eq(map.range(day(from)..day(to))));
            }
            let text = postcard::to_stdvec(&days).unwrap();
            prop_assert_eq!(postcard::from_bytes::<ByDay<i32>>(&text).unwrap(), days);
        }
    }
}
