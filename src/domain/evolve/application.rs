//! Folding acts on applications.

use crate::domain::Date;
use crate::domain::act::{Publicise, Recognise, Recommend, RejectApplication, Review, SubmitApplication};
use crate::domain::area::{AreaKind, AreaLevel};
use crate::domain::code::{CapKind, Stage};
use crate::domain::ledger::{Application, ApplicationState, ByDay, Ledger, Pilot, Programme};
use crate::domain::money::Money;
use crate::domain::text::Id;

pub(super) fn submit(ledger: &mut Ledger, on: Date, act: &SubmitApplication) {
    let application = Application {
        cohort: act.cohort,
        lead: act.lead.clone(),
        members: act.members.clone(),
        state: ApplicationState::Submitted,
        latest_act: on,
        recommended: false,
        written: None,
        onsite: None,
        publicised_to: None,
        pilot: None,
        findings: Vec::new(),
    };
    ledger.programme.applications.insert(act.application.clone(), application);
}

/// Changes an application, where the state has it, and notes the act's date.
fn with_application(ledger: &mut Ledger, id: &Id, on: Date, change: impl FnOnce(&mut Application)) {
    if let Some(application) = ledger.programme.applications.get_mut(id) {
        change(application);
        application.latest_act = application.latest_act.max(on);
    }
}

pub(super) fn recommend(ledger: &mut Ledger, on: Date, act: &Recommend) {
    with_application(ledger, &act.application, on, |application| {
        application.state = ApplicationState::Recommended;
        application.recommended = true;
    });
}

pub(super) fn review(ledger: &mut Ledger, on: Date, act: &Review) {
    with_application(ledger, &act.application, on, |application| {
        match act.stage {
            Stage::Written => application.written = Some(act.score.units()),
            Stage::Onsite => application.onsite = Some(act.score.units()),
        }
        if application.score_sum().is_some() {
            application.state = ApplicationState::Reviewed;
        }
    });
}

pub(super) fn publicise(ledger: &mut Ledger, on: Date, act: &Publicise) {
    for id in &act.applications {
        with_application(ledger, id, on, |application| {
            application.state = ApplicationState::Publicised;
            application.publicised_to = Some(act.to);
        });
    }
}

pub(super) fn reject(ledger: &mut Ledger, on: Date, act: &RejectApplication) {
    with_application(ledger, &act.application, on, |application| application.state = ApplicationState::Rejected);
}

pub(super) fn recognise(ledger: &mut Ledger, on: Date, act: &Recognise) {
    let programme = &mut ledger.programme;
    let Some(application) = programme.applications.get_mut(&act.application) else {
        return;
    };
    // Recognition ends the application; its date binds the pilot, not what is wrongly sent to the application later.
    application.state = ApplicationState::Recognised;
    application.pilot = Some(act.pilot.clone());
    let application = application.clone();
    for member in &application.members {
        programme.recognised_areas.insert(member.clone(), act.application.clone());
    }
    let mut pilot = recognised(programme, &application, act, on);
    // Findings made on the application count for its pilot from now on.
    pilot.findings = application.findings;
    ledger.pilots.insert(act.pilot.clone(), pilot);
}

/// A new pilot, with what recognition freezes: name, city, cap.
fn recognised(programme: &Programme, application: &Application, act: &Recognise, on: Date) -> Pilot {
    let lead = programme.areas.get(&application.lead);
    let lead_name = programme.area_name(&application.lead);
    let joint = application.members.len() > 1;
    let national = lead.is_some_and(|area| area.kind == AreaKind::Zone && area.level == Some(AreaLevel::National));
    Pilot {
        application: act.application.clone(),
        name: if joint { format!("{lead_name}等{}地", application.members.len()) } else { lead_name.to_owned() },
        cohort: application.cohort,
        members: application.members.clone(),
        city: lead.map(|area| area.city.as_str().to_owned()).unwrap_or_default(),
        cap_kind: match (joint, national) {
            (true, _) => CapKind::Joint,
            (false, true) => CapKind::NationalZone,
            (false, false) => CapKind::Other,
        },
        recognised_on: on,
        plan: None,
        allocations: Vec::new(),
        releases: Vec::new(),
        assignments: Vec::new(),
        balance: Money::ZERO,
        balance_by_day: ByDay::default(),
        payments_by_day: ByDay::default(),
        self_evaluations: Vec::new(),
        evaluations: Vec::new(),
        payouts: Vec::new(),
        rectifications: Vec::new(),
        suspensions: Vec::new(),
        revoked: None,
        clawbacks: Vec::new(),
        findings: Vec::new(),
        closed_on: None,
    }
}
