//! Made-up histories of any size that break no rule: for sizing a server, and for measuring.
//!
//! A history is a function from a number to a command, so that any part of it can be made alone and a load that was
//! cut short goes on where it stopped. Pilots come first, step by step; then payments go round them, a few of them
//! cancelled later. Names, persons and sums are invented. Refused here: clocks, chance, and files.

mod setup;

use chrono::{Datelike as _, TimeDelta};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::domain::act::Act;
use crate::domain::command::Command;
use crate::domain::form::Fault;
use crate::domain::ledger::shanghai_date;
use crate::domain::money::Money;
use crate::domain::text::{Id, Text};
use crate::domain::{Date, Timestamp};

/// How many projects each pilot has.
const PROJECTS: u64 = 5;
/// One in so many of the payments is the cancelling of an earlier one.
const REVERSAL_EVERY: u64 = 500;
/// How far back that one is.
const REVERSAL_BACK: u64 = 250;
/// How many days the payments spread over, after the days of the setup.
const PAYMENT_DAYS: i64 = 300;
/// The first of those days.
const PAYMENT_FIRST_DAY: i64 = 20;
/// What is paid for a project in all, in fen, at the most: what is assigned to it.
const PROJECT_FEN: u64 = 140_000_000;

/// A made-up history.
pub struct Sample {
    pilots: u64,
    payments: u64,
    simulated: bool,
    base: Timestamp,
    payment: Command,
    reversal: Command,
}

impl Sample {
    /// A history of so many events in all, the opening among them, with so many pilots; of fewer pilots where the
    /// events are too few for theirs. `simulated`: with the times it is made up for, as only a sandbox takes.
    ///
    /// # Errors
    ///
    /// The faults of form of a template, which a test finds first.
    pub fn new(events: u64, pilots: u64, simulated: bool) -> Result<Self, Vec<Fault>> {
        let pilots = pilots.clamp(1, (events / 40).max(1));
        let payments = events.saturating_sub(setup::commands(pilots) + 1);
        let base =
            Date::from_ymd_opt(2025, 1, 2).and_then(|day| day.and_hms_opt(1, 0, 0)).unwrap_or_default().and_utc();
        Ok(Self {
            pilots,
            payments,
            simulated,
            base,
            payment: template(json!({
                "command": "pay", "on": "2025-01-02",
                "by": {"body": "local_finance", "person": "县财政丙", "area": "BZ"},
                "pilot": "BZ", "project": "000000", "payment": "BZ", "amount": "1.00",
                "payee": {"name": "示例承包单位(虚构)", "uscc": "91366220MA30CF21H4"}, "voucher": "记",
                "purpose": "INFRASTRUCTURE", "economic_code": "50799", "contract": "HT-001",
            }))?,
            reversal: template(json!({
                "command": "reverse_payment", "on": "2025-01-02",
                "by": {"body": "local_finance", "person": "县财政乙", "area": "BZ"},
                "pilot": "BZ", "payment": "BZ", "reason": "重复支付,冲正",
            }))?,
        })
    }

    /// How many pilots it has.
    #[must_use]
    pub fn pilots(&self) -> u64 {
        self.pilots
    }

    /// How many of its commands come before the first payment.
    #[must_use]
    pub fn setup(&self) -> u64 {
        setup::commands(self.pilots)
    }

    /// How many commands it has; each leads to one event.
    #[must_use]
    pub fn len(&self) -> u64 {
        setup::commands(self.pilots) + self.payments
    }

    /// Whether it has no commands.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The command of this number, from 0; those before it must have been appended.
    ///
    /// # Errors
    ///
    /// Its faults of form, which a test finds first.
    pub fn command(&self, number: u64) -> Result<Command, Vec<Fault>> {
        let setup = setup::commands(self.pilots);
        let (mut command, at) = match number.checked_sub(setup) {
            None => {
                let (fields, day) = setup::fields(self.pilots, number);
                let at = self.base + TimeDelta::days(day) + TimeDelta::microseconds(signed(number));
                (command_on(fields, shanghai_date(at))?, at)
            }
            Some(payment) => {
                let span = TimeDelta::days(PAYMENT_DAYS).num_microseconds().unwrap_or_default();
                let along = i128::from(span) * i128::from(payment) / i128::from(self.payments.max(1));
                let along = TimeDelta::microseconds(i64::try_from(along).unwrap_or_default());
                let at = self.base + TimeDelta::days(PAYMENT_FIRST_DAY) + along;
                (self.paid(payment, shanghai_date(at)), at)
            }
        };
        command.id = Some(identifier(at, number));
        command.recorded_at = self.simulated.then_some(at);
        Ok(command)
    }

    /// A payment, or what cancels an earlier one.
    fn paid(&self, payment: u64, on: Date) -> Command {
        if payment % REVERSAL_EVERY == REVERSAL_EVERY - 1 {
            return self.reversed(payment - REVERSAL_BACK, on);
        }
        let pilot = payment % self.pilots;
        let project = payment / self.pilots % PROJECTS;
        let most_of_project = self.payments / self.pilots / PROJECTS + 1;
        let share = (PROJECT_FEN / most_of_project).max(2);
        let fen = share / 2 + payment.wrapping_mul(0x9e37_79b9) % (share / 2);
        let mut command = Command { on, ..self.payment.clone() };
        command.by.area = Some(id(&setup::area(pilot)));
        if let Act::Pay(act) = &mut command.act {
            act.pilot = id(&setup::pilot(pilot));
            act.payment = id(&payment_id(pilot, payment));
            act.amount = Money::from_fen(i128::from(fen.max(1)));
            if let Some(code) = crate::domain::text::ProjectCode::parse(&setup::project(pilot, project)) {
                act.project = code;
            }
            if let Some(voucher) = Text::parse(&format!("记-{}{:02}-{payment:07}", on.year(), on.month())) {
                act.voucher = voucher;
            }
        }
        command
    }

    fn reversed(&self, payment: u64, on: Date) -> Command {
        let pilot = payment % self.pilots;
        let mut command = Command { on, ..self.reversal.clone() };
        command.by.area = Some(id(&setup::area(pilot)));
        if let Act::ReversePayment(act) = &mut command.act {
            act.pilot = id(&setup::pilot(pilot));
            act.payment = id(&payment_id(pilot, payment));
        }
        command
    }
}

/// A command as the line of JSON it would be sent as.
///
/// # Errors
///
/// Where it cannot be written, which no command met so far.
pub fn line(command: &Command) -> Result<String, serde_json::Error> {
    let mut object: Map<String, Value> = Map::new();
    object.insert("command".to_owned(), command.act.kind().command().into());
    object.insert("on".to_owned(), serde_json::to_value(command.on)?);
    object.insert("by".to_owned(), serde_json::to_value(&command.by)?);
    if let Some(id) = command.id {
        object.insert("id".to_owned(), id.to_string().into());
    }
    if !command.approvals.is_empty() {
        object.insert("approvals".to_owned(), serde_json::to_value(&command.approvals)?);
    }
    if let Some(at) = command.recorded_at {
        object.insert("recorded_at".to_owned(), crate::log::entry::moment_text(at).into());
    }
    if let Value::Object(data) = serde_json::to_value(&command.act)? {
        object.extend(data);
    }
    serde_json::to_string(&object)
}

fn template(fields: Value) -> Result<Command, Vec<Fault>> {
    match fields {
        Value::Object(fields) => Command::read(&fields),
        _ => Ok(Command::read(&Map::new())?),
    }
}

fn command_on(mut fields: Value, on: Date) -> Result<Command, Vec<Fault>> {
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("on".to_owned(), on.to_string().into());
    }
    template(fields)
}

fn payment_id(pilot: u64, payment: u64) -> String {
    format!("{}-P{payment:08}", setup::pilot(pilot))
}

/// An identifier of its own form.
fn id(text: &str) -> Id {
    Id::parse(text).unwrap_or_else(setup::nameless)
}

/// The same number always has the same identifier, in the layout and the order of version 7.
fn identifier(at: Timestamp, number: u64) -> Uuid {
    let millis = u128::from(at.timestamp_millis().unsigned_abs());
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let low = u128::from(number & 0xff_ffff) << 38 | u128::from(spread & 0x3f_ffff_ffff);
    Uuid::from_u128(millis << 80 | 7 << 76 | 0b10 << 62 | low)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::decide::{Decision, decide};
    use crate::domain::event::{Event, events_of};
    use crate::domain::evolve::evolve;
    use crate::domain::ledger::Ledger;
    use crate::engine::opening::{JIANGXI_2025, read_rules};

    fn opened(sandbox: bool) -> Ledger {
        let mut ledger = Ledger::default();
        let act = Act::OpenProgramme(read_rules(JIANGXI_2025.as_bytes(), sandbox).unwrap());
        let sample = Sample::new(1, 1, false).unwrap();
        let event = Event {
            position: 1,
            stream: "programme".to_owned(),
            version: 1,
            on: Date::from_ymd_opt(2025, 1, 1).unwrap(),
            recorded_at: sample.base,
            simulated: false,
            command_id: Uuid::nil(),
            by: sample.payment.by.clone(),
            approvals: Vec::new(),
            note: None,
            warnings: Vec::new(),
            act,
        };
        evolve(&mut ledger, &event);
        ledger
    }

    #[test]
    fn every_command_of_a_sample_is_lawful_and_leads_to_one_event() {
        for (events, pilots, simulated) in [(3_000, 7, true), (1_200, 60, false)] {
            let sample = Sample::new(events, pilots, simulated).unwrap();
            let mut ledger = opened(simulated);
            for number in 0..sample.len() {
                let command = sample.command(number).unwrap();
                let now = sample.base + TimeDelta::days(1_000);
                let Decision::Accepted { acts, warnings } = decide(&ledger, &command, now) else {
                    panic!("{number} of {events}: {:?}", decide(&ledger, &command, now));
                };
                let moment = ledger.moment(&command, now);
                let made = events_of(&ledger, &command, command.id.unwrap(), (acts, &warnings), moment);
                assert_eq!(made.len(), 1);
                for event in &made {
                    evolve(&mut ledger, event);
                }
            }
            assert_eq!(ledger.programme.position, events);
            assert_eq!(ledger.pilots.len() as u64, sample.pilots());
            assert!(ledger.payments.values().any(|payment| payment.reversed_on.is_some()) || events < 2_000);
        }
    }

    #[test]
    fn a_line_reads_back_as_its_command_and_identifiers_rise() {
        let sample = Sample::new(2_000, 3, true).unwrap();
        let mut last = Uuid::nil();
        for number in 0..sample.len() {
            let command = sample.command(number).unwrap();
            assert_eq!(Command::parse(line(&command).unwrap().as_bytes()).unwrap(), command);
            assert_eq!(command.id.unwrap().get_version_num(), 7);
            assert!(command.id.unwrap() > last);
            last = command.id.unwrap();
        }
    }
}
