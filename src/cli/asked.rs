//! What a reading call asks about: as of which date, as known at which time; and the state that answers it.
//!
//! Figures and lists are asked in the same two options, read here and nowhere else. Where there is nothing to answer with,
//! the call fails and says what there is: an empty total would look like an answer.

use std::sync::Arc;

use clap::Args;

use super::{Context, Failure, clock};
use crate::domain::form::date_parse;
use crate::domain::ledger::{Ledger, Pilot};
use crate::domain::text::Id;
use crate::domain::{Date, Timestamp};
use crate::engine::state;
use crate::report::history::shanghai;
use crate::report::status::View;
use crate::store::{Head, Record, Store};

/// As of when, as known when.
#[derive(Args, Clone, Copy, Default)]
pub struct Asked {
    /// 截至业务日期(含当日);不填则数字截至今天,清单不限 · dated no later; figures are as of today where none is given
    #[arg(long, value_name = "DATE", value_parser = read_date)]
    pub as_of: Option<Date>,
    /// 只计当时已记录的:RFC 3339 时间,或日期(北京时间当日终了) · recorded no later: a time, or a date (the end of its
    /// day in Asia/Shanghai)
    #[arg(long, value_name = "TIME", value_parser = read_moment)]
    pub known_at: Option<Timestamp>,
}

pub(super) fn read_date(text: &str) -> Result<Date, String> {
    date_parse(text).ok_or_else(|| "日期形如 2026-12-31 · a date looks like 2026-12-31".to_owned())
}

pub(super) fn read_moment(text: &str) -> Result<Timestamp, String> {
    if let Some(day) = date_parse(text) {
        // The day's last microsecond in Asia/Shanghai: the log keeps no finer time.
        let end = day.and_hms_micro_opt(23, 59, 59, 999_999).map(|end| end - chrono::TimeDelta::hours(8));
        return end.map(|end| end.and_utc()).ok_or_else(|| text.to_owned());
    }
    let moment = chrono::DateTime::parse_from_rfc3339(text);
    moment.map(|moment| moment.to_utc()).map_err(|_| {
        "时间形如 2026-12-31T17:00:00+08:00 或 2026-12-31 · a time looks like 2026-12-31T17:00:00+08:00 or 2026-12-31"
            .to_owned()
    })
}

/// A state that answers what was asked.
pub struct Answering {
    /// The connection.
    pub store: Arc<Store>,
    /// The head when the state was loaded.
    pub head: Head,
    /// The state.
    pub state: Ledger,
    /// The business date.
    pub as_of: Date,
    /// The time, where one was asked.
    pub known_at: Option<Timestamp>,
}

impl Asked {
    /// Loads the state that answers for the programme, or for one pilot alone where that is enough.
    ///
    /// # Errors
    ///
    /// Where the database fails, or nothing was known at the time.
    pub async fn load(self, context: &Context, pilot: Option<&str>) -> Result<Answering, Failure> {
        let (store, head) = context.opened().await?;
        self.check_known(context, &store, &head).await?;
        let state = match (self.known_at, pilot) {
            (Some(known_at), Some(pilot)) => state::load_pilot_known_at(&store, head.ledger, pilot, known_at).await?,
            (Some(known_at), None) => state::load_known_at(&store, head.ledger, known_at).await?,
            (None, Some(pilot)) => state::load_pilot(&store, head.ledger, pilot).await?,
            (None, None) => state::load(&store, head.ledger).await?,
        };
        let as_of = self.date(&state);
        Ok(Answering { store, head, state, as_of, known_at: self.known_at })
    }

    /// The date asked for, else today.
    #[must_use]
    pub fn date(self, state: &Ledger) -> Date {
        self.as_of.unwrap_or_else(|| state.today((clock().now)()))
    }

    /// Whether a list has this record: dated no later than asked.
    #[must_use]
    pub fn is_dated(self, record: &Record) -> bool {
        self.as_of.is_none_or(|as_of| record.business_date <= as_of)
    }

    /// Whether this record was known at the time asked; none after one that was not, for times never go back.
    #[must_use]
    pub fn is_known(self, record: &Record) -> bool {
        record.position == 1 || self.known_at.is_none_or(|known_at| record.recorded_at <= known_at)
    }

    /// Refuses a time at which nothing was known but, perhaps, the opening; and says where it is still to come.
    ///
    /// # Errors
    ///
    /// That; or where the database fails.
    pub async fn check_known(self, context: &Context, store: &Store, head: &Head) -> Result<(), Failure> {
        let Some(known_at) = self.known_at else { return Ok(()) };
        if known_at > (clock().now)() && head.recorded_at.is_none_or(|last| known_at > last) {
            context.complain(context.lang.pick(
                "注意:--known-at 尚未到来,此后还可能有新的记录",
                "note: --known-at is still to come; more may be recorded by then",
            ));
        }
        let records = store.event_read(head.ledger, 1, 2);
        futures_util::pin_mut!(records);
        let mut first = None;
        while let Some(record) = futures_util::StreamExt::next(&mut records).await {
            // In a sandbox simulated times begin before the real time of its opening.
            let at = record?.recorded_at;
            first = Some(first.map_or(at, |known: Timestamp| known.min(at)));
        }
        let Some(first) = first.filter(|first| known_at < *first) else { return Ok(()) };
        let (name, at, first) = (&head.name, shanghai(known_at), shanghai(first));
        Err(Failure::usage(
            format!("北京时间 {at} 时台账 {name} 尚无任何记录,最早的记录于 {first}:请用更晚的 --known-at"),
            format!(
                "nothing of the ledger {name} was known at {at} in Shanghai: its first entry was recorded at {first}; \
                 ask a later --known-at"
            ),
        ))
    }

    /// Refuses a date before any that the ledger has. From then on sums over no pilot are an answer: there was none yet.
    ///
    /// # Errors
    ///
    /// That; or where the database fails.
    pub async fn check_begun(self, store: &Store, head: &Head) -> Result<(), Failure> {
        let Some(as_of) = self.as_of else { return Ok(()) };
        let records = store.event_read(head.ledger, 1, head.position);
        futures_util::pin_mut!(records);
        let mut first = Date::MAX;
        while let Some(record) = futures_util::StreamExt::next(&mut records).await {
            first = first.min(record?.business_date);
            if first <= as_of {
                return Ok(());
            }
        }
        Err(Failure::usage(
            format!("截至 {as_of} 台账尚无任何事项,最早的业务日期为 {first}:请用 --as-of {first} 或更晚的日期"),
            format!("nothing of the ledger is dated by {as_of}; its first business date is {first}: ask that or later"),
        ))
    }
}

impl Answering {
    /// The state as it is asked about.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        View { ledger: &self.head.name, state: &self.state, as_of: self.as_of, known_at: self.known_at }
    }

    /// A pilot by what the user typed, which must be recognised as of the date.
    ///
    /// # Errors
    ///
    /// Where there is none, with those there are.
    pub fn pilot(&self, given: &str) -> Result<(Id, &Pilot), Failure> {
        pilot_of(&self.state, given, self.as_of, self.known_at)
    }
}

/// A pilot of a state by what the user typed, which must be recognised as of the date.
///
/// # Errors
///
/// Where there is none, with those there are.
pub fn pilot_of<'s>(
    state: &'s Ledger,
    given: &str,
    as_of: Date,
    known_at: Option<Timestamp>,
) -> Result<(Id, &'s Pilot), Failure> {
    let found = Id::parse(given).and_then(|id| state.pilots.get(&id).map(|pilot| (id, pilot)));
    let Some((id, pilot)) = found else {
        return Err(unknown_pilot(state, given, known_at));
    };
    if pilot.recognised_on > as_of {
        let on = pilot.recognised_on;
        return Err(Failure::usage(
            format!("{id} {} 于 {on} 认定,截至 {as_of} 还不是试点:请用 --as-of {on} 或更晚的日期", pilot.name),
            format!("{id} {} was recognised on {on}, not by {as_of}: ask --as-of {on} or later", pilot.name),
        ));
    }
    Ok((id, pilot))
}

/// No pilot has this name, or none had by the time asked; says which there are.
pub fn unknown_pilot(state: &Ledger, given: &str, known_at: Option<Timestamp>) -> Failure {
    let (known_zh, known_en) = known_at.map(shanghai).map_or_else(Default::default, |at| {
        (format!("按北京时间 {at} 前已记录的内容,"), format!("as known at {at} in Shanghai, "))
    });
    // The applications know every pilot, also where only one pilot's part of the state is loaded.
    let programme = &state.programme;
    let mut known: Vec<String> = programme
        .applications
        .values()
        .filter_map(|application| {
            Some(format!("  {} {}", application.pilot.as_ref()?, programme.area_name(&application.lead)))
        })
        .collect();
    known.sort();
    if known.is_empty() {
        return Failure::usage(
            format!("{known_zh}没有试点 {given}:台账中尚无认定的试点"),
            format!("{known_en}there is no pilot {given}: no pilot is recognised in the ledger yet"),
        );
    }
    let list = known.join("\n");
    Failure::usage(
        format!("{known_zh}没有试点 {given}。现有试点:\n{list}"),
        format!("{known_en}there is no pilot {given}. There are:\n{list}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::entry::moment_text;

    #[test]
    fn a_day_ends_at_midnight_in_shanghai() {
        let end = read_moment("2026-03-01").unwrap();
        assert_eq!(moment_text(end), "2026-03-01T15:59:59.999999Z");
        assert_eq!(moment_text(read_moment("2026-03-01T17:00:00+08:00").unwrap()), "2026-03-01T09:00:00.000000Z");
        assert!(read_moment("2026-03-01 17:00").is_err());
        assert!(read_moment("yesterday").is_err());
        assert!(read_date("2026-2-1").is_err());
        assert!(read_date("2026-02-30").is_err());
    }
}
