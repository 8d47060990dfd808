//! What reports are made of: the ledger at a position, its rules, and the events of pilots as they are asked for.

use std::sync::Arc;

use chrono::Datelike as _;
use futures_util::TryFutureExt as _;

use crate::cli::asked::{Asked, pilot_of};
use crate::cli::{Context, Failure};
use crate::domain::event::Event;
use crate::domain::ledger::Pilot;
use crate::domain::text::Id;
use crate::domain::{Date, Timestamp};
use crate::engine::past::{self, Past, Until};
use crate::report::kind::{Material, PilotMaterial, Tally, build};
use crate::report::paper::Paper;
use crate::report::paper::stamp::{Evaluated, Kind, RENDERER, RuleVersion, Since, Stamp};
use crate::store::{Head, Store};

/// What is asked for.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) kind: Kind,
    pub(super) pilot: Option<String>,
    pub(super) as_of: Option<Date>,
    pub(super) known_at: Option<Timestamp>,
    pub(super) since: Option<Since>,
    pub(super) evaluation: Option<Evaluated>,
    pub(super) until: Until,
}

/// The ledger at the position of a question.
pub(super) struct Archive {
    store: Arc<Store>,
    head: Head,
    kind: Kind,
    past: Past,
    before: Option<Past>,
    programme: Vec<Event>,
    as_of: Date,
    known_at: Option<Timestamp>,
    since: Since,
    evaluation: Option<Evaluated>,
}

impl Archive {
    /// Loads what a question needs.
    ///
    /// # Errors
    ///
    /// Where the database fails, nothing was known at the time, nothing had begun by the date, or there are no pilots to
    /// make papers of.
    pub(super) async fn open(context: &Context, question: Question, asked: Asked) -> Result<Self, Failure> {
        let (store, head) = context.opened().await?;
        let pilot = question.pilot.as_deref();
        asked.check_known(context, &store, &head).await?;
        let past = past::load(&store, &head, question.until, pilot).await?;
        let as_of = question.as_of.unwrap_or_else(|| asked.date(&past.state));
        let since = question.since.unwrap_or_else(|| Since::month_before(as_of));
        let before = match since {
            Since::Date(_) => None,
            Since::Position(position) if position > past.position => return Err(past_the_end(position, past.position)),
            Since::Position(position) => Some(past::load(&store, &head, Until::Position(position), pilot).await?),
        };
        let programme = past::stream(&store, &head, "programme", past.position).await?;
        let Question { kind, known_at, evaluation, .. } = question;
        let archive = Self { store, head, kind, past, before, programme, as_of, known_at, since, evaluation };
        match (pilot, kind) {
            (Some(_), _) => {}
            (None, Kind::Programme | Kind::Alerts) => asked.check_begun(&archive.store, &archive.head).await?,
            (None, _) => archive.check_pilots()?,
        }
        Ok(archive)
    }

    /// Refuses a date by which no pilot was recognised: there would be no paper to make.
    fn check_pilots(&self) -> Result<(), Failure> {
        let (as_of, state) = (self.as_of, &self.past.state);
        match state.pilots.values().map(|pilot| pilot.recognised_on).min() {
            Some(first) if first <= as_of => Ok(()),
            Some(first) => Err(Failure::usage(
                format!("截至 {as_of} 尚无认定的试点,最早于 {first} 认定:请用 --as-of {first} 或更晚的日期"),
                format!("no pilot was recognised by {as_of}, the first on {first}: ask --as-of {first} or later"),
            )),
            None => Err(Failure::usage("台账中还没有认定的试点", "the ledger has no recognised pilot yet")),
        }
    }

    /// Refuses to tell what changed since a day that is yet to come. A report that was made so is made so again.
    pub(super) fn check_since(&self) -> Result<(), Failure> {
        let as_of = self.as_of;
        match self.since {
            Since::Date(since) if since > as_of => Err(Failure::usage(
                format!("--since {since} 晚于报告的截至日期 {as_of}:请改为不晚于该日的日期"),
                format!("--since {since} is after the date {as_of} that the report is as of: name one that is not"),
            )),
            _ => Ok(()),
        }
    }

    /// The root at the position.
    pub(super) fn root(&self) -> &str {
        &self.past.root
    }

    /// How many entries the ledger had when this was opened.
    pub(super) fn head(&self) -> u64 {
        u64::try_from(self.head.position).unwrap_or(0)
    }

    /// Refuses the form of a year in which the pilot was none yet, or that is yet to come.
    fn check_year(&self, id: &Id, pilot: &Pilot) -> Result<(), Failure> {
        let (first, last) = (pilot.recognised_on.year(), self.as_of.year());
        match self.evaluation {
            Some(Evaluated::Year(year)) if !(first..=last).contains(&year) => Err(Failure::usage(
                format!("{id} 于 {first} 年认定,截至 {}:自评年度应为 {first} 至 {last}", self.as_of),
                format!(
                    "{id} was recognised in {first}, and the form is as of {}: name a year from {first} to {last}",
                    self.as_of
                ),
            )),
            _ => Ok(()),
        }
    }

    /// The pilots recognised by the date, and by the year that a form is of.
    pub(super) fn pilots(&self) -> Vec<Id> {
        let recognised = self.past.state.pilots.iter().filter(|(_, pilot)| pilot.recognised_on <= self.as_of);
        let recognised = recognised.filter(|(id, pilot)| self.check_year(id, pilot).is_ok());
        recognised.map(|(id, _)| id.clone()).collect()
    }

    fn stamp(&self, pilot: Option<&Id>) -> Stamp {
        let programme = &self.past.state.programme;
        Stamp {
            ledger: self.head.name.clone(),
            sandbox: programme.sandbox,
            kind: self.kind,
            pilot: pilot.map(ToString::to_string),
            position: self.past.position,
            root: self.past.root.clone(),
            as_of: self.as_of,
            known_at: Stamp::known_at_of(self.known_at),
            since: self.since,
            evaluation: self.evaluation,
            rules: RuleVersion::of(
                past::rules_position(&self.programme, self.as_of),
                &programme.parameters_on(self.as_of),
            ),
            renderer: RENDERER.to_owned(),
            typeset: None,
        }
    }

    /// The paper of a pilot, or of the programme where none is named.
    ///
    /// # Errors
    ///
    /// Where there is no such pilot, or the database fails.
    pub(super) async fn paper(&self, pilot: Option<&str>) -> Result<Paper, Failure> {
        let Some(given) = pilot else { return self.programme_paper().await };
        let (id, pilot) = pilot_of(&self.past.state, given, self.as_of, self.known_at)?;
        self.check_year(&id, pilot)?;
        let events = past::stream(&self.store, &self.head, &format!("pilot-{id}"), self.past.position).await?;
        let mut tally = Tally::of_one();
        if self.kind != Kind::Ledger {
            for event in &events {
                tally.take(&id, event, self.as_of);
            }
        }
        let of = PilotMaterial { id: &id, pilot, events: &events, programme: &self.programme };
        Ok(build(&self.material(Some(of), tally)))
    }

    async fn programme_paper(&self) -> Result<Paper, Failure> {
        let mut tally = Tally::of_many();
        if matches!(self.kind, Kind::Programme | Kind::Alerts) {
            let take = |event: &Event| {
                if let Some(pilot) = crate::engine::state::pilot_of_stream(&event.stream) {
                    tally.take(&pilot, event, self.as_of);
                }
            };
            past::pilots(&self.store, &self.head, self.past.position, take).map_err(Failure::from).await?;
        }
        Ok(build(&self.material(None, tally)))
    }

    fn material<'a>(&'a self, pilot: Option<PilotMaterial<'a>>, tally: Tally) -> Material<'a> {
        Material {
            stamp: self.stamp(pilot.map(|of| of.id)),
            state: &self.past.state,
            before: self.before.as_ref().map(|before| &before.state),
            pilot,
            tally,
        }
    }
}

fn past_the_end(position: u64, last: u64) -> Failure {
    Failure::usage(
        format!("--since #{position} 超出本表所计的台账:最后一条在位置 {last}"),
        format!("--since #{position} is past what the report counts, whose last entry is at {last}"),
    )
}
