//! Status: the figures and alerts of the programme or of a pilot as of a date, in the shapes that are promised to programs.
//!
//! A [`View`] is a state and what is asked of it; [`text`] sets what it gives for people. Everything listed is dated no
//! later than the date. Refused here: arithmetic of its own; every sum is a figure of the domain.

mod bar;
pub mod text;

use serde::{Serialize, Serializer};

use crate::domain::alerts::{self, Alert};
use crate::domain::code::{CapKind, EvaluationKind, FindingKind, Grade};
use crate::domain::figures::Figures;
use crate::domain::ledger::{Evaluation, Finding, Ledger, Pilot};
use crate::domain::money::{Money, Share};
use crate::domain::text::{BudgetYear, Id, Year};
use crate::domain::{Date, Timestamp};
use crate::log::entry::moment_text;

/// A state, and as of when it is looked at.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The ledger's name.
    pub ledger: &'a str,
    /// Its state, which is of everything recorded by `known_at`.
    pub state: &'a Ledger,
    /// The business date.
    pub as_of: Date,
    /// What was recorded no later, where that was asked.
    pub known_at: Option<Timestamp>,
}

/// A moment as entries have it.
#[expect(clippy::ref_option, reason = "serde hands a field over by reference")]
pub(super) fn moment<S: Serializer>(moment: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match moment {
        Some(moment) => serializer.serialize_str(&moment_text(*moment)),
        None => serializer.serialize_none(),
    }
}

/// A share with its four decimals.
#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde hands a field over by reference")]
fn share<S: Serializer>(share: &Option<Share>, serializer: S) -> Result<S::Ok, S::Error> {
    match share {
        Some(share) => serializer.collect_str(share),
        None => serializer.serialize_none(),
    }
}

/// A pilot without its lists.
#[derive(Clone, Debug, Serialize)]
pub struct PilotSummary {
    /// The ledger.
    pub ledger: String,
    /// Whether the ledger is a sandbox.
    pub sandbox: bool,
    /// The pilot.
    pub pilot: String,
    /// Its name.
    pub name: String,
    /// The codes of its members.
    pub members: Vec<Id>,
    /// The lead's city.
    pub city: String,
    /// Its cohort.
    pub cohort: Year,
    /// Which cap binds it.
    pub cap_kind: CapKind,
    /// `recognised`, `running` or `closed`.
    pub state: &'static str,
    /// `good`, `rectifying`, `suspended` or `revoked`.
    pub standing: &'static str,
    /// The first day of its term; none before its plan is approved.
    pub term_start: Option<Date>,
    /// The last day of its term.
    pub term_end: Option<Date>,
    /// The date asked for.
    pub as_of: Date,
    /// The time asked for.
    #[serde(serialize_with = "moment")]
    pub known_at: Option<Timestamp>,
    /// The position of the state.
    pub position: u64,
    /// Its figures.
    pub funds: Figures,
}

/// A pilot with its lists.
#[derive(Clone, Debug, Serialize)]
pub struct PilotStatus {
    /// What it is, and its figures.
    #[serde(flatten)]
    pub summary: PilotSummary,
    /// Its releases, in the order of the log.
    pub releases: Vec<ReleaseLine>,
    /// Its projects, in the order they were assigned.
    pub projects: Vec<ProjectLine>,
    /// The province's evaluations, in the order of the log.
    pub evaluations: Vec<EvaluationLine>,
    /// The findings on it, in the order of the log.
    pub findings: Vec<FindingLine>,
    /// Its sanctions, by date.
    pub sanctions: Vec<SanctionLine>,
    /// Its alerts, by date.
    pub alerts: Vec<Alert>,
}

/// A release.
#[derive(Clone, Debug, Serialize)]
pub struct ReleaseLine {
    /// Its identifier.
    pub release: String,
    /// Its business date.
    pub on: Date,
    /// How much, in yuan.
    pub amount: Money,
    /// The budget document.
    pub document: String,
    /// The budget year.
    pub budget_year: BudgetYear,
    /// The evaluation it names.
    pub evaluation: Option<String>,
    /// Whether it is reversed by the date.
    pub reversed: bool,
    /// When its receipt was confirmed.
    pub confirmed_on: Option<Date>,
}

/// A project that is promised money.
#[derive(Clone, Debug, Serialize)]
pub struct ProjectLine {
    /// Its code.
    pub project: String,
    /// Its name.
    pub name: String,
    /// Who carries it out.
    pub owner: String,
    /// Its direction of support.
    pub direction: String,
    /// What it is promised, in yuan; zero where it was withdrawn.
    pub assigned: Money,
    /// What was paid for it, in yuan.
    pub paid: Money,
    /// When it was filed.
    pub filed_on: Option<Date>,
}

/// An evaluation by the province.
#[derive(Clone, Debug, Serialize)]
pub struct EvaluationLine {
    /// Its identifier.
    pub evaluation: String,
    /// Annual or overall.
    pub kind: EvaluationKind,
    /// The year.
    pub year: Year,
    /// Its score, with two decimals.
    pub score: String,
    /// Its grade.
    pub grade: Grade,
    /// The score of the self-evaluation it rests on.
    pub self_score: Option<String>,
    /// The share of the remainder that the latest decision on it unlocks.
    #[serde(serialize_with = "share")]
    pub payout_ratio: Option<Share>,
}

/// A finding on the pilot, or on the application it was.
#[derive(Clone, Debug, Serialize)]
pub struct FindingLine {
    /// Its identifier.
    pub finding: String,
    /// Its business date.
    pub on: Date,
    /// What it is of.
    pub kind: FindingKind,
    /// What was found.
    pub description: String,
    /// By which document.
    pub document: String,
}

impl From<&Finding> for FindingLine {
    fn from(finding: &Finding) -> Self {
        Self {
            finding: finding.id.to_string(),
            on: finding.on,
            kind: finding.kind,
            description: finding.description.to_string(),
            document: finding.document.to_string(),
        }
    }
}

/// A sanction.
#[derive(Clone, Debug, Serialize)]
pub struct SanctionLine {
    /// `rectification`, `suspension`, `revocation` or `clawback`.
    pub kind: &'static str,
    /// The identifier of a clawback.
    pub id: Option<String>,
    /// Its business date.
    pub on: Date,
    /// The sum of a clawback, in yuan.
    pub amount: Option<Money>,
    /// What came back of it, in yuan.
    pub returned: Option<Money>,
    /// When a rectification or a clawback is due.
    pub due: Option<Date>,
    /// When a rectification or a suspension ended.
    #[serde(skip)]
    pub ended_on: Option<Date>,
    /// The evaluation or finding it rests on.
    pub basis: String,
    /// What that finding is of, where it is one.
    pub finding: Option<FindingKind>,
    /// The grade of that evaluation, where it is one.
    pub grade: Option<Grade>,
}

/// The programme.
#[derive(Clone, Debug, Serialize)]
pub struct ProgrammeStatus {
    /// The ledger.
    pub ledger: String,
    /// Whether it is a sandbox.
    pub sandbox: bool,
    /// The programme's name.
    pub programme: String,
    /// The date asked for.
    pub as_of: Date,
    /// The time asked for.
    #[serde(serialize_with = "moment")]
    pub known_at: Option<Timestamp>,
    /// The position of the state.
    pub position: u64,
    /// The sums over all pilots.
    pub funds: Figures,
    /// The pilots recognised by the date.
    pub pilots: Vec<PilotSummary>,
    /// All their alerts, by date.
    pub alerts: Vec<Alert>,
}

impl View<'_> {
    /// The programme as of the date.
    #[must_use]
    pub fn programme(&self) -> ProgrammeStatus {
        let recognised = self.state.pilots.iter().filter(|(_, pilot)| pilot.recognised_on <= self.as_of);
        ProgrammeStatus {
            ledger: self.ledger.to_owned(),
            sandbox: self.state.programme.sandbox,
            programme: self.state.programme.name.as_ref().map(ToString::to_string).unwrap_or_default(),
            as_of: self.as_of,
            known_at: self.known_at,
            position: self.state.programme.position,
            funds: Figures::of_programme(self.state, self.as_of),
            pilots: recognised.map(|(id, pilot)| self.summary(id, pilot)).collect(),
            alerts: alerts::of_programme(self.state, self.as_of),
        }
    }

    /// A pilot of the state as of the date.
    #[must_use]
    pub fn pilot(&self, id: &Id, pilot: &Pilot) -> PilotStatus {
        let date = self.as_of;
        PilotStatus {
            summary: self.summary(id, pilot),
            releases: releases(pilot, date),
            projects: projects(pilot, date),
            evaluations: evaluations(pilot, date),
            findings: pilot.findings.iter().filter(|finding| finding.on <= date).map(FindingLine::from).collect(),
            sanctions: sanctions(pilot, date),
            alerts: alerts::of_pilot(self.state, id, pilot, date),
        }
    }

    fn summary(&self, id: &Id, pilot: &Pilot) -> PilotSummary {
        let date = self.as_of;
        let plan = pilot.plan.as_ref().filter(|plan| plan.approved_on <= date);
        PilotSummary {
            ledger: self.ledger.to_owned(),
            sandbox: self.state.programme.sandbox,
            pilot: id.to_string(),
            name: pilot.name.clone(),
            members: pilot.members.clone(),
            city: pilot.city.clone(),
            cohort: pilot.cohort,
            cap_kind: pilot.cap_kind,
            state: pilot.state_on(date),
            standing: pilot.standing_on(date),
            term_start: plan.map(|plan| plan.term_start),
            term_end: plan.map(|plan| plan.term_end),
            as_of: date,
            known_at: self.known_at,
            position: self.state.programme.position,
            funds: Figures::of_pilot(&self.state.programme, pilot, date),
        }
    }
}

fn releases(pilot: &Pilot, date: Date) -> Vec<ReleaseLine> {
    let made = pilot.releases.iter().filter(|release| release.on <= date);
    let line = |release: &crate::domain::ledger::Tranche| ReleaseLine {
        release: release.id.to_string(),
        on: release.on,
        amount: release.amount,
        document: release.document.to_string(),
        budget_year: release.budget_year,
        evaluation: release.evaluation.as_ref().map(ToString::to_string),
        reversed: release.reversed_on.is_some_and(|on| on <= date),
        confirmed_on: release.confirmed_on.filter(|on| *on <= date),
    };
    made.map(line).collect()
}

fn projects(pilot: &Pilot, date: Date) -> Vec<ProjectLine> {
    let assigned = pilot.assignments.iter().filter(|assignment| assignment.on <= date);
    let line = |assignment: &crate::domain::ledger::Assignment| ProjectLine {
        project: assignment.project.to_string(),
        name: assignment.name.to_string(),
        owner: assignment.owner.name.to_string(),
        direction: assignment.direction.to_string(),
        assigned: assignment.amount_on(date),
        paid: assignment.paid_on(date),
        filed_on: assignment.filed_on.filter(|on| *on <= date),
    };
    assigned.map(line).collect()
}

fn evaluations(pilot: &Pilot, date: Date) -> Vec<EvaluationLine> {
    let decided = |evaluation: &Evaluation| {
        let decisions = pilot.payouts.iter().filter(|payout| payout.on <= date);
        decisions.rev().find(|payout| payout.evaluation == evaluation.id).map(|payout| payout.ratio)
    };
    let line = |evaluation: &Evaluation| EvaluationLine {
        evaluation: evaluation.id.to_string(),
        kind: evaluation.kind,
        year: evaluation.year,
        score: evaluation.score.fixed(),
        grade: evaluation.grade,
        self_score: pilot.self_evaluation(&evaluation.self_evaluation).map(|own| own.score.fixed()),
        payout_ratio: decided(evaluation),
    };
    pilot.evaluations.iter().filter(|evaluation| evaluation.on <= date).map(line).collect()
}

fn sanctions(pilot: &Pilot, date: Date) -> Vec<SanctionLine> {
    let bare = |kind, on, basis: &Id| SanctionLine {
        kind,
        id: None,
        on,
        amount: None,
        returned: None,
        due: None,
        ended_on: None,
        basis: basis.to_string(),
        finding: pilot.finding(basis).map(|finding| finding.kind),
        grade: pilot.evaluation(basis).map(|evaluation| evaluation.grade),
    };
    let rectifications = pilot.rectifications.iter();
    let suspensions = pilot.suspensions.iter();
    let clawbacks = pilot.clawbacks.iter();
    let mut lines: Vec<SanctionLine> = rectifications
        .map(|order| SanctionLine {
            due: Some(order.due),
            ended_on: order.ended_on.filter(|on| *on <= date),
            ..bare("rectification", order.on, &order.basis)
        })
        .chain(suspensions.map(|order| SanctionLine {
            ended_on: order.resumed_on.filter(|on| *on <= date),
            ..bare("suspension", order.on, &order.basis)
        }))
        .chain(pilot.revoked.iter().map(|order| bare("revocation", order.on, &order.basis)))
        .chain(clawbacks.map(|clawback| SanctionLine {
            id: Some(clawback.id.to_string()),
            amount: Some(clawback.amount),
            returned: Some(clawback.returned_on(date)),
            due: Some(clawback.due),
            ..bare("clawback", clawback.on, &clawback.basis)
        }))
        .filter(|line| line.on <= date)
        .collect();
    lines.sort_by_key(|line| line.on);
    lines
}
