//! Deciding: a command against the ledger's state gives its events, or every rule it breaks.
//!
//! Each command's judgement in `decide/` reads as a list of rules; each rule stands once, under `rule/`. Nothing
//! here changes state or knows what time it is.

mod application;
mod evaluation;
mod fund;
mod pilot;
mod programme;
mod sanction;

use super::Timestamp;
use super::act::{Act, ActKind, RejectApplication};
use super::code::FindingKind;
use super::command::Command;
use super::event::Reason;
use super::ledger::{Application, ApplicationState, Ledger, Moment, Pilot};
use super::rule;
use super::rulebook::Rule;
use super::text::{Id, Text};

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is lawful: these acts are to be appended, with these warnings.
    Accepted {
        /// The acts, each with its stream; the command's own first.
        acts: Vec<(String, Act)>,
        /// The rules it strains.
        warnings: Vec<Reason>,
    },
    /// It breaks these rules, in the rulebook's order.
    Refused(Vec<Reason>),
}

/// A command being judged: what it is judged against, and the reasons found so far.
pub struct Case<'a> {
    /// The state.
    pub ledger: &'a Ledger,
    /// The command.
    pub command: &'a Command,
    /// When it would be recorded.
    pub moment: Moment,
    /// The pilot that the command names, where the state has it.
    pub subject: Option<&'a Pilot>,
    refusals: Vec<Reason>,
    warnings: Vec<Reason>,
}

impl<'a> Case<'a> {
    fn new(ledger: &'a Ledger, command: &'a Command, now: Timestamp) -> Self {
        let subject = pilot_of(&command.act).and_then(|id| ledger.pilots.get(id));
        let moment = ledger.moment(command, now);
        Self { ledger, command, moment, subject, refusals: Vec::new(), warnings: Vec::new() }
    }

    /// Notes a broken rule; a rule broken in two ways is one reason with both.
    pub fn refuse(&mut self, rule: Rule, zh: impl Into<String>, en: impl Into<String>) {
        note(&mut self.refusals, rule, zh.into(), en.into());
    }

    /// Notes a strained rule.
    pub fn warn(&mut self, rule: Rule, zh: impl Into<String>, en: impl Into<String>) {
        note(&mut self.warnings, rule, zh.into(), en.into());
    }

    /// Whether a rule was found broken.
    #[must_use]
    pub fn breaks(&self, rule: Rule) -> bool {
        self.refusals.iter().any(|reason| reason.rule == rule)
    }

    /// The pilot of this identifier, or REF-01.
    pub fn pilot(&mut self, id: &Id) -> Option<&'a Pilot> {
        let is_subject = pilot_of(&self.command.act) == Some(id);
        let pilot = if is_subject { self.subject } else { self.ledger.pilots.get(id) };
        if pilot.is_none() {
            rule::ledger::ref_01(self, "试点", "pilot", id.as_str());
        }
        pilot
    }

    /// The application of this identifier, or REF-01.
    pub fn application(&mut self, id: &Id) -> Option<&'a Application> {
        let application = self.ledger.programme.applications.get(id);
        if application.is_none() {
            rule::ledger::ref_01(self, "申报", "application", id.as_str());
        }
        application
    }
}

fn note(reasons: &mut Vec<Reason>, rule: Rule, zh: String, en: String) {
    match reasons.iter_mut().find(|reason| reason.rule == rule) {
        Some(reason) => {
            reason.zh = format!("{};{zh}", reason.zh);
            reason.en = format!("{}; {en}", reason.en);
        }
        None => reasons.push(Reason::new(rule, zh, en)),
    }
}

/// Judges a command of right form, `now` being the real time.
///
/// Whether its identifier was used before (IDEM-01) is known to the log and settled before.
#[must_use]
pub fn decide(ledger: &Ledger, command: &Command, now: Timestamp) -> Decision {
    match warnings_of(ledger, command, now) {
        Ok(warnings) => {
            let mut acts = vec![(stream_of(ledger, &command.act), command.act.clone())];
            acts.extend(consequence_of(ledger, &command.act));
            Decision::Accepted { acts, warnings }
        }
        Err(refusals) => Decision::Refused(refusals),
    }
}

/// The warnings with which a command is accepted.
///
/// # Errors
///
/// The reasons for which it is refused.
pub fn warnings_of(ledger: &Ledger, command: &Command, now: Timestamp) -> Result<Vec<Reason>, Vec<Reason>> {
    let mut case = Case::new(ledger, command, now);
    rule::ledger::form_01_recorded_at(&mut case);
    if case.breaks(Rule::Form01) {
        return Err(case.refusals);
    }
    rule::ledger::envelope(&mut case);
    judge(&mut case);
    if !case.refusals.is_empty() {
        case.refusals.sort_by_key(|reason| reason.rule);
        return Err(case.refusals);
    }
    case.warnings.sort_by_key(|reason| reason.rule);
    Ok(case.warnings)
}

/// What is wrong with a command's simulated time (FORM-01), which comes before every other rule.
#[must_use]
pub fn form_of_time(ledger: &Ledger, command: &Command, now: Timestamp) -> Vec<Reason> {
    let mut case = Case::new(ledger, command, now);
    rule::ledger::form_01_recorded_at(&mut case);
    case.refusals
}

/// Judges what the act itself is bound by.
fn judge(case: &mut Case) {
    match &case.command.act {
        // A command never opens a programme: reading one is refused, and this tells whoever builds one by hand.
        Act::OpenProgramme(_) => {
            case.refuse(Rule::Form01, "开设专项由 tranche init 办理", "a programme is opened by `tranche init`");
        }
        Act::AmendProgramme(_) | Act::RegisterArea(_) | Act::Attach(_) => {}
        Act::ClosePeriod(act) => programme::close_period(case, act),
        Act::ReopenPeriod(act) => programme::reopen_period(case, act),
        Act::AnnounceKey(act) => programme::announce_key(case, act),
        Act::RegisterOtherFunding(act) => programme::register_other_funding(case, act),
        Act::SubmitApplication(act) => application::submit(case, act),
        Act::Recommend(act) => application::recommend(case, act),
        Act::Review(act) => application::review(case, act),
        Act::Publicise(act) => application::publicise(case, act),
        Act::Recognise(act) => application::recognise(case, act),
        Act::RejectApplication(act) => application::reject(case, act),
        Act::ApprovePlan(act) => pilot::approve_plan(case, act),
        Act::AdjustPlan(act) => pilot::adjust_plan(case, act),
        Act::FilePlan(act) => pilot::file_plan(case, act),
        Act::Monitor(act) => pilot::monitor(case, act),
        Act::ClosePilot(act) => pilot::close(case, act),
        Act::Allocate(act) => fund::allocate(case, act),
        Act::AdjustAllocation(act) => fund::adjust_allocation(case, act),
        Act::Release(act) => fund::release(case, act),
        Act::ConfirmReceipt(act) => fund::confirm_receipt(case, act),
        Act::ReverseRelease(act) => fund::reverse_release(case, act),
        Act::AssignProject(act) => fund::assign_project(case, act),
        Act::ChangeAssignment(act) => fund::change_assignment(case, act),
        Act::FileProject(act) => fund::file_project(case, act),
        Act::Pay(act) => fund::pay(case, act),
        Act::ReversePayment(act) => fund::reverse_payment(case, act),
        Act::SelfEvaluate(act) => evaluation::self_evaluate(case, act),
        Act::Evaluate(act) => evaluation::evaluate(case, act),
        Act::DecidePayout(act) => evaluation::decide_payout(case, act),
        Act::OrderRectification(act) => sanction::order_rectification(case, act),
        Act::AcceptRectification(act) => sanction::accept_rectification(case, act),
        Act::Suspend(act) => sanction::suspend(case, act),
        Act::Resume(act) => sanction::resume(case, act),
        Act::Revoke(act) => sanction::revoke(case, act),
        Act::OrderClawback(act) => sanction::order_clawback(case, act),
        Act::ReceiveClawback(act) => sanction::receive_clawback(case, act),
        Act::RecordFinding(act) => sanction::record_finding(case, act),
    }
}

/// The act that comes with a lawful one: the rejection that fraud brings an application (六).
#[must_use]
pub fn consequence_of(ledger: &Ledger, act: &Act) -> Option<(String, Act)> {
    if let Act::RecordFinding(finding) = act
        && finding.kind == FindingKind::Fraud
        && let Some(application) = &finding.application
        && let Some(state) = ledger.programme.applications.get(application).map(|known| known.state)
        && !matches!(state, ApplicationState::Recognised | ApplicationState::Rejected)
        && let Some(reason) = Text::parse(&format!("弄虚作假,一票否决(问题 {})", finding.finding))
    {
        let rejection = Act::RejectApplication(RejectApplication { application: application.clone(), reason });
        return Some((stream_of(ledger, &rejection), rejection));
    }
    None
}

/// The pilot an act names.
#[must_use]
pub fn pilot_of(act: &Act) -> Option<&Id> {
    match act {
        Act::Recognise(act) => Some(&act.pilot),
        Act::ApprovePlan(act) => Some(&act.pilot),
        Act::AdjustPlan(act) => Some(&act.pilot),
        Act::FilePlan(act) => Some(&act.pilot),
        Act::Monitor(act) => Some(&act.pilot),
        Act::ClosePilot(act) => Some(&act.pilot),
        Act::Allocate(act) => Some(&act.pilot),
        Act::AdjustAllocation(act) => Some(&act.pilot),
        Act::Release(act) => Some(&act.pilot),
        Act::ConfirmReceipt(act) => Some(&act.pilot),
        Act::ReverseRelease(act) => Some(&act.pilot),
        Act::AssignProject(act) => Some(&act.pilot),
        Act::ChangeAssignment(act) => Some(&act.pilot),
        Act::FileProject(act) => Some(&act.pilot),
        Act::Pay(act) => Some(&act.pilot),
        Act::ReversePayment(act) => Some(&act.pilot),
        Act::SelfEvaluate(act) => Some(&act.pilot),
        Act::Evaluate(act) => Some(&act.pilot),
        Act::DecidePayout(act) => Some(&act.pilot),
        Act::OrderRectification(act) => Some(&act.pilot),
        Act::AcceptRectification(act) => Some(&act.pilot),
        Act::Suspend(act) => Some(&act.pilot),
        Act::Resume(act) => Some(&act.pilot),
        Act::Revoke(act) => Some(&act.pilot),
        Act::OrderClawback(act) => Some(&act.pilot),
        Act::ReceiveClawback(act) => Some(&act.pilot),
        Act::RecordFinding(act) => act.pilot.as_ref(),
        _ => None,
    }
}

/// The application an act names, where it names one and no more.
#[must_use]
pub fn application_of(act: &Act) -> Option<&Id> {
    match act {
        Act::SubmitApplication(act) => Some(&act.application),
        Act::Recommend(act) => Some(&act.application),
        Act::Review(act) => Some(&act.application),
        Act::Recognise(act) => Some(&act.application),
        Act::RejectApplication(act) => Some(&act.application),
        Act::RecordFinding(act) => act.application.as_ref(),
        _ => None,
    }
}

/// The stream an act belongs to: its pilot's, else its application's, else the programme's.
///
/// A finding on a recognised application counts for its pilot, and so stands in the pilot's stream.
#[must_use]
pub fn stream_of(ledger: &Ledger, act: &Act) -> String {
    let application = application_of(act);
    let pilot = pilot_of(act).or_else(|| match act {
        Act::RecordFinding(_) => application.and_then(|id| ledger.programme.applications.get(id)?.pilot.as_ref()),
        _ => None,
    });
    match (pilot, application) {
        (Some(pilot), _) => ["pilot-", pilot.as_str()].concat(),
        (None, Some(application)) => ["application-", application.as_str()].concat(),
        (None, None) => "programme".to_owned(),
    }
}

/// Which command it is, for the rules that bind some commands only.
impl Case<'_> {
    /// The kind of the act.
    #[must_use]
    pub fn kind(&self) -> ActKind {
        self.command.act.kind()
    }
}
