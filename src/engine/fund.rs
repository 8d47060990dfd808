//! What an act does to a pilot's fund position in the database: the second wall's deltas.

use chrono::Datelike as _;

use crate::domain::act::Act;
use crate::domain::code::ReturnSource;
use crate::domain::event::Event;
use crate::domain::ledger::{Ledger, Pilot, year_of};
use crate::domain::money::Money;
use crate::domain::rule::cap::cap_of;
use crate::domain::text::Id;
use crate::store::{FundAct, FundMove, FundOpening, FundRules};

/// Fen as the database's columns take them: a sum in a command has at most 15 digits.
fn fen(sum: Money) -> i64 {
    i64::try_from(sum.fen()).unwrap_or(i64::MAX)
}

fn cap_fen(ledger: &Ledger, pilot: &Pilot) -> i64 {
    fen(cap_of(&ledger.programme.parameters.cap, pilot.cap_kind))
}

/// What an event does to funds. `after` is the state with the event folded in.
pub(super) fn act_of(after: &Ledger, event: &Event) -> Option<FundAct> {
    if let Act::Recognise(act) = &event.act {
        let pilot = after.pilots.get(&act.pilot)?;
        return Some(FundAct::Open(FundOpening {
            pilot: act.pilot.to_string(),
            cap_kind: pilot.cap_kind.as_str().to_owned(),
            cap_fen: cap_fen(after, pilot),
            recognition_year: pilot.recognised_on.year(),
        }));
    }
    rules_of(after, event).map(FundAct::Rules).or_else(|| step_of(after, event).map(FundAct::Move))
}

/// The move of an act that moves money or promises it.
fn step_of(after: &Ledger, event: &Event) -> Option<FundMove> {
    let of = |id: &Id| FundMove { pilot: id.as_str().to_owned(), ..FundMove::default() };
    let pilot = |id: &Id| after.pilots.get(id);
    Some(match &event.act {
        Act::Allocate(act) => FundMove {
            cap_fen: pilot(&act.pilot).map(|known| cap_fen(after, known)),
            allocated_fen: fen(act.amount),
            ..of(&act.pilot)
        },
        Act::AdjustAllocation(act) => {
            let known = pilot(&act.pilot)?;
            FundMove {
                cap_fen: Some(cap_fen(after, known)),
                allocated_fen: fen(last_step(&known.allocations)),
                ..of(&act.pilot)
            }
        }
        Act::DecidePayout(act) => FundMove { payout_ratio: Some(act.ratio.share().to_string()), ..of(&act.pilot) },
        Act::Release(act) => release(pilot(&act.pilot)?, &act.pilot, &act.release, false)?,
        Act::ReverseRelease(act) => release(pilot(&act.pilot)?, &act.pilot, &act.release, true)?,
        Act::AssignProject(act) => FundMove { assigned_fen: fen(act.amount), ..of(&act.pilot) },
        Act::ChangeAssignment(act) => FundMove {
            assigned_fen: fen(last_step(&pilot(&act.pilot)?.assignment(&act.project)?.amounts)),
            ..of(&act.pilot)
        },
        Act::Pay(act) => FundMove { paid_fen: fen(act.amount), ..of(&act.pilot) },
        Act::ReversePayment(act) => {
            FundMove { paid_fen: -fen(after.payments.get(&act.payment)?.amount), ..of(&act.pilot) }
        }
        Act::OrderClawback(act) => FundMove { clawback_ordered_fen: fen(act.amount), ..of(&act.pilot) },
        Act::ReceiveClawback(act) => FundMove {
            returned_fen: fen(act.amount),
            returned_unspent_fen: if act.source == ReturnSource::Unspent { fen(act.amount) } else { 0 },
            ..of(&act.pilot)
        },
        _ => return None,
    })
}

/// By how much the latest of dated sums differs from the one before it.
fn last_step(amounts: &[crate::domain::ledger::Allocation]) -> Money {
    match amounts {
        [.., before, latest] => latest.amount - before.amount,
        [only] => only.amount,
        [] => Money::ZERO,
    }
}

fn release(pilot: &Pilot, id: &Id, release: &Id, reversed: bool) -> Option<FundMove> {
    let tranche = pilot.release(release)?;
    let sum = if reversed { -fen(tranche.amount) } else { fen(tranche.amount) };
    let in_first_year = year_of(tranche.on) == pilot.recognition_year();
    Some(FundMove {
        released_fen: sum,
        released_first_year_fen: if in_first_year { sum } else { 0 },
        pilot: id.to_string(),
        ..FundMove::default()
    })
}

/// The parameters the wall judges by, of those an event states.
fn rules_of(after: &Ledger, event: &Event) -> Option<FundRules> {
    let stated = match &event.act {
        Act::OpenProgramme(act) => &act.rules,
        Act::AmendProgramme(act) => &act.changes,
        _ => return None,
    };
    let parameters = &after.programme.parameters;
    Some(FundRules {
        first_share: stated.contains_key("first_share").then(|| parameters.first_share.to_string()),
        gate: stated.contains_key("gate").then(|| parameters.gate.as_str().to_owned()),
    })
}
