//! The state of a ledger: everything a decision needs, folded from its events and from nothing else.
//!
//! Everything that counts towards a figure keeps its business date, so that one state answers for every date up to
//! now; only what the rules count «whatever its date» is kept as the latest value. No method here judges or changes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::Datelike as _;
use serde::{Deserialize, Serialize};

use super::area::Area;
use super::code::Stage;
use super::command::Command;
use super::money::Money;
use super::note::Verifier;
use super::parameters::Parameters;
use super::text::{Id, ProjectCode, Text, Year};
use super::uscc::Uscc;
use super::{Date, Timestamp};

mod by_day;
mod pilot;

pub use by_day::ByDay;
pub use pilot::*;

/// China's standard time, by which «today» is reckoned.
const SHANGHAI_SECONDS: i32 = 8 * 3_600;

/// The date of a moment in Asia/Shanghai, which has kept UTC+8 without daylight saving since 1991.
#[must_use]
pub fn shanghai_date(moment: Timestamp) -> Date {
    (moment.naive_utc() + chrono::TimeDelta::seconds(i64::from(SHANGHAI_SECONDS))).date()
}

/// The whole state of one ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// What concerns the programme as a whole.
    pub programme: Programme,
    /// The pilots.
    pub pilots: BTreeMap<Id, Pilot>,
    /// The payments of all pilots.
    pub payments: HashMap<Id, Payment>,
}

/// What concerns the programme as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Programme {
    /// How many events were folded; the position of the last.
    pub position: u64,
    /// The programme's name; none before the opening event.
    pub name: Option<Text>,
    /// Whether it is a sandbox.
    pub sandbox: bool,
    /// The parameters in force.
    pub parameters: Parameters,
    /// The parameters the programme was opened with.
    pub opening_parameters: Parameters,
    /// Their amendments, in the order of the log.
    pub amendments: Vec<Amendment>,
    /// The keys announced for the ledger's checkpoints, in the order of the log; the last is in force.
    pub keys: Vec<AnnouncedKey>,
    /// The last day of the closed books.
    pub closed_through: Option<Date>,
    /// The latest time at which an event was appended, the opening of a sandbox aside.
    pub last_recorded_at: Option<Timestamp>,
    /// The last simulated time.
    pub last_simulated: Option<Timestamp>,
    /// The version of each stream.
    pub streams: HashMap<String, u64>,
    /// The area register.
    pub areas: BTreeMap<Id, Area>,
    /// The applications.
    pub applications: BTreeMap<Id, Application>,
    /// The areas of recognised applications, each with its application (ELIG-03).
    pub recognised_areas: BTreeMap<Id, Id>,
    /// The projects that are promised money, each with its pilot (USE-04).
    pub projects: BTreeMap<ProjectCode, Id>,
    /// Projects by owner and name, live ones only (USE-04).
    pub owners: BTreeMap<(Uscc, Text), BTreeSet<ProjectCode>>,
    /// Projects that another provincial programme funds (USE-04).
    pub other_funding: BTreeMap<ProjectCode, Vec<OtherFunding>>,
    /// The identifiers taken, payments aside, each with the pilot or application it belongs to.
    pub identifiers: BTreeMap<(IdKind, Id), Option<Id>>,
}

/// An amendment of the parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amendment {
    /// Its business date.
    pub on: Date,
    /// Dotted parameter and its new value as JSON text.
    pub changes: Vec<(String, String)>,
}

/// A key that was announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncedKey {
    /// The announcement's business date.
    pub on: Date,
    /// Its position in the log.
    pub position: u64,
    /// The key.
    pub key: Verifier,
}

/// What an identifier is of; identifiers are unique in their kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum IdKind {
    /// A release.
    Release,
    /// A self-evaluation or an evaluation.
    Evaluation,
    /// A clawback.
    Clawback,
    /// A receipt of a clawback.
    Receipt,
    /// A finding.
    Finding,
}

/// Money that a project has from another provincial programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherFunding {
    /// When it was registered.
    pub on: Date,
    /// The other programme.
    pub programme: Text,
    /// How much, in yuan.
    pub amount: Money,
    /// By which document.
    pub document: Text,
}

/// How far an application has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApplicationState {
    /// Submitted.
    Submitted,
    /// Recommended by the city.
    Recommended,
    /// Both review stages recorded.
    Reviewed,
    /// Publicised.
    Publicised,
    /// Recognised as a pilot.
    Recognised,
    /// Rejected.
    Rejected,
}

impl ApplicationState {
    /// The Chinese name.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Submitted => "已申报",
            Self::Recommended => "已推荐",
            Self::Reviewed => "已评审",
            Self::Publicised => "已公示",
            Self::Recognised => "已认定",
            Self::Rejected => "不予通过",
        }
    }

    /// The English name.
    #[must_use]
    pub const fn en(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Recommended => "recommended",
            Self::Reviewed => "reviewed",
            Self::Publicised => "publicised",
            Self::Recognised => "recognised",
            Self::Rejected => "rejected",
        }
    }
}

/// An application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Its cohort.
    pub cohort: Year,
    /// Its lead.
    pub lead: Id,
    /// Its members, the lead among them.
    pub members: Vec<Id>,
    /// How far it has come.
    pub state: ApplicationState,
    /// The latest date of an act on it (DATE-02).
    pub latest_act: Date,
    /// Whether a city ever recommended it (QTY-03).
    pub recommended: bool,
    /// The scores of its review, in hundredths.
    pub written: Option<u64>,
    /// The same, on site.
    pub onsite: Option<u64>,
    /// The last day of its publicity.
    pub publicised_to: Option<Date>,
    /// The pilot it became.
    pub pilot: Option<Id>,
    /// The findings on it.
    pub findings: Vec<Finding>,
}

impl Application {
    /// The score of a stage.
    #[must_use]
    pub const fn score(&self, stage: Stage) -> Option<u64> {
        match stage {
            Stage::Written => self.written,
            Stage::Onsite => self.onsite,
        }
    }

    /// The sum of both scores, which ranks as their mean does.
    #[must_use]
    pub fn score_sum(&self) -> Option<u64> {
        Some(self.written? + self.onsite?)
    }
}

/// When a command counts as recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When it is recorded.
    pub recorded_at: Timestamp,
    /// Whether that time is simulated.
    pub simulated: bool,
    /// The date of that moment in Asia/Shanghai.
    pub today: Date,
}

impl Ledger {
    /// When a command counts as recorded, the real time being `now`.
    #[must_use]
    pub fn moment(&self, command: &Command, now: Timestamp) -> Moment {
        let simulated = if self.programme.sandbox { command.recorded_at } else { None };
        let recorded_at = match (simulated, self.programme.last_simulated) {
            (Some(at), _) | (None, Some(at)) => at,
            // Times never go back, even where the machine's clock does.
            (None, None) => self.programme.last_recorded_at.map_or(now, |last| last.max(now)),
        };
        Moment { recorded_at, simulated: simulated.is_some(), today: shanghai_date(recorded_at) }
    }

    /// The date by which `status` reckons where none is given.
    #[must_use]
    pub fn today(&self, now: Timestamp) -> Date {
        shanghai_date(self.programme.last_simulated.unwrap_or(now))
    }

    /// The city of an application: its lead's, as the register has it now.
    #[must_use]
    pub fn city_of(&self, application: &Application) -> Option<&str> {
        self.programme.areas.get(&application.lead).map(|area| area.city.as_str())
    }
}

impl Programme {
    /// The parameters as of a date: those of the opening, with every amendment dated no later.
    #[must_use]
    pub fn parameters_on(&self, date: Date) -> Cow<'_, Parameters> {
        if self.amendments.iter().all(|amendment| amendment.on <= date) {
            return Cow::Borrowed(&self.parameters);
        }
        let mut parameters = self.opening_parameters.clone();
        for amendment in self.amendments.iter().filter(|amendment| amendment.on <= date) {
            parameters.amend(&amendment.changes);
        }
        Cow::Owned(parameters)
    }

    /// Whether an identifier of this kind is taken.
    #[must_use]
    pub fn is_taken(&self, kind: IdKind, id: &Id) -> bool {
        self.identifiers.contains_key(&(kind, id.clone()))
    }

    /// The name of an area, or its code where the register does not have it.
    #[must_use]
    pub fn area_name<'a>(&'a self, code: &'a Id) -> &'a str {
        self.areas.get(code).map_or(code.as_str(), |area| area.name.as_str())
    }
}

/// The calendar year of a date.
#[must_use]
pub fn year_of(date: Date) -> Year {
    Year(date.year())
}
