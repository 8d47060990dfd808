//! Folding: an event into the ledger's state. Total and infallible.
//!
//! An event was lawful when it was appended, so nothing is judged here. What an event names and the state does not
//! have is passed over: a fold of a part of the history, as of a date, meets such events.

mod application;
mod fund;
mod pilot;
mod sanction;

use super::Date;
use super::act::{Act, AmendProgramme, OpenProgramme, RegisterArea, RegisterOtherFunding};
use super::area::{Area, AreaKind};
use super::event::Event;
use super::ledger::{Amendment, AnnouncedKey, IdKind, Ledger, OtherFunding, Pilot};
use super::parameters::Parameters;
use super::text::Id;

/// Folds one event into the state.
pub fn evolve(ledger: &mut Ledger, event: &Event) {
    let programme = &mut ledger.programme;
    programme.position = event.position;
    match programme.streams.get_mut(&event.stream) {
        Some(version) => *version = event.version,
        None => {
            programme.streams.insert(event.stream.clone(), event.version);
        }
    }
    // A sandbox is opened at a real time and then goes through simulated ones: its opening bounds none of them.
    let bounds = !matches!(&event.act, Act::OpenProgramme(act) if act.sandbox);
    if bounds {
        programme.last_recorded_at = programme.last_recorded_at.max(Some(event.recorded_at));
    }
    if event.simulated {
        programme.last_simulated = Some(event.recorded_at);
    }
    apply(ledger, event);
}

fn apply(ledger: &mut Ledger, event: &Event) {
    let on = event.on;
    match &event.act {
        Act::OpenProgramme(act) => open(ledger, act),
        Act::AmendProgramme(act) => amend(ledger, on, act),
        Act::RegisterArea(act) => register_area(ledger, act),
        Act::RegisterOtherFunding(act) => register_other_funding(ledger, event, act),
        Act::ClosePeriod(act) => ledger.programme.closed_through = Some(act.through),
        Act::ReopenPeriod(act) => ledger.programme.closed_through = Some(act.through),
        Act::AnnounceKey(act) => {
            ledger.programme.keys.push(AnnouncedKey { on, position: event.position, key: act.key.clone() });
        }
        // Progress and attachments are kept for the reader of the log; no rule and no figure rests on them.
        Act::Attach(_) | Act::Monitor(_) => {}
        Act::SubmitApplication(act) => application::submit(ledger, on, act),
        Act::Recommend(act) => application::recommend(ledger, on, act),
        Act::Review(act) => application::review(ledger, on, act),
        Act::Publicise(act) => application::publicise(ledger, on, act),
        Act::Recognise(act) => application::recognise(ledger, on, act),
        Act::RejectApplication(act) => application::reject(ledger, on, act),
        Act::ApprovePlan(act) => pilot::approve_plan(ledger, on, act),
        Act::AdjustPlan(act) => pilot::adjust_plan(ledger, on, act),
        Act::FilePlan(act) => pilot::file_plan(ledger, on, act),
        Act::ClosePilot(act) => with_pilot(ledger, &act.pilot, |pilot| pilot.closed_on = Some(on)),
        Act::Allocate(act) => fund::allocate(ledger, on, &act.pilot, act.amount),
        Act::AdjustAllocation(act) => fund::allocate(ledger, on, &act.pilot, act.new_amount),
        Act::Release(act) => fund::release(ledger, on, act),
        Act::ConfirmReceipt(act) => fund::confirm_receipt(ledger, on, act),
        Act::ReverseRelease(act) => fund::reverse_release(ledger, on, act),
        Act::AssignProject(act) => fund::assign_project(ledger, on, act),
        Act::ChangeAssignment(act) => fund::change_assignment(ledger, on, act),
        Act::FileProject(act) => fund::file_project(ledger, on, act),
        Act::Pay(act) => fund::pay(ledger, on, act),
        Act::ReversePayment(act) => fund::reverse_payment(ledger, on, act),
        Act::SelfEvaluate(act) => pilot::self_evaluate(ledger, on, act),
        Act::Evaluate(act) => pilot::evaluate(ledger, on, act),
        Act::DecidePayout(act) => pilot::decide_payout(ledger, on, act),
        Act::OrderRectification(act) => sanction::order_rectification(ledger, on, act),
        Act::AcceptRectification(act) => sanction::accept_rectification(ledger, on, act),
        Act::Suspend(act) => sanction::suspend(ledger, on, act),
        Act::Resume(act) => sanction::resume(ledger, on, act),
        Act::Revoke(act) => sanction::revoke(ledger, on, act),
        Act::OrderClawback(act) => sanction::order_clawback(ledger, on, act),
        Act::ReceiveClawback(act) => sanction::receive_clawback(ledger, on, act),
        Act::RecordFinding(act) => sanction::record_finding(ledger, on, act),
    }
}

/// Changes a pilot, where the state has it.
fn with_pilot(ledger: &mut Ledger, id: &Id, change: impl FnOnce(&mut Pilot)) {
    if let Some(pilot) = ledger.pilots.get_mut(id) {
        change(pilot);
    }
}

/// Takes an identifier.
fn take(ledger: &mut Ledger, kind: IdKind, id: &Id, subject: Option<&Id>) {
    ledger.programme.identifiers.insert((kind, id.clone()), subject.cloned());
}

fn open(ledger: &mut Ledger, act: &OpenProgramme) {
    let programme = &mut ledger.programme;
    programme.name = Some(act.programme.clone());
    programme.sandbox = act.sandbox;
    programme.parameters = Parameters::read(&act.rules).unwrap_or_default();
    programme.opening_parameters = programme.parameters.clone();
    programme.areas = act.areas.iter().map(|area| (area.code.clone(), area.clone())).collect();
}

fn amend(ledger: &mut Ledger, on: Date, act: &AmendProgramme) {
    let programme = &mut ledger.programme;
    let changes = act.changes.iter().map(|(name, value)| (name.clone(), value.to_string())).collect();
    let amendment = Amendment { on, changes };
    programme.parameters.amend(&amendment.changes);
    programme.amendments.push(amendment);
}

fn register_area(ledger: &mut Ledger, act: &RegisterArea) {
    let area = Area {
        code: act.area.clone(),
        name: act.name.clone(),
        kind: act.kind,
        level: act.level.filter(|_| act.kind == AreaKind::Zone),
        city: act.city.clone(),
        county: None,
        verified: true,
    };
    ledger.programme.areas.insert(act.area.clone(), area);
}

fn register_other_funding(ledger: &mut Ledger, event: &Event, act: &RegisterOtherFunding) {
    let funding = OtherFunding {
        on: event.on,
        programme: act.programme.clone(),
        amount: act.amount,
        document: act.document.clone(),
    };
    ledger.programme.other_funding.entry(act.project.clone()).or_default().push(funding);
}
