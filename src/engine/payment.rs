//! Payments: most of a log, and asked for again only where one is cancelled or its identifier used once more. So the
//! state keeps those at hand, and the log gives the others by their identifiers.
//!
//! What the log gives is read from the entry itself; the column it is found by only says where to look.

use std::collections::HashSet;

use super::{EngineError, state};
use crate::domain::act::Act;
use crate::domain::event::Event;
use crate::domain::ledger::{Ledger, Payment};
use crate::domain::text::Id;
use crate::store::Store;

/// What a payment's record, or its cancelling, is found by.
pub(super) fn item_of(act: &Act) -> Option<String> {
    let (sign, payment) = signed_item(act)?;
    Some([sign, payment.as_str()].concat())
}

/// Whether that is what an act is found by.
pub(super) fn is_item(found: Option<&str>, act: &Act) -> bool {
    match (found, signed_item(act)) {
        (Some(found), Some((sign, payment))) => found.strip_prefix(sign) == Some(payment.as_str()),
        (found, due) => found.is_none() && due.is_none(),
    }
}

fn signed_item(act: &Act) -> Option<(&'static str, &Id)> {
    match act {
        Act::Pay(act) => Some(("+", &act.payment)),
        Act::ReversePayment(act) => Some(("-", &act.payment)),
        _ => None,
    }
}

/// The payment an act names.
fn payment_of(act: &Act) -> Option<&Id> {
    match act {
        Act::Pay(act) => Some(&act.payment),
        Act::ReversePayment(act) => Some(&act.payment),
        _ => None,
    }
}

/// The payments that acts name.
pub(super) fn named<'a>(acts: impl Iterator<Item = &'a Act>) -> HashSet<Id> {
    acts.filter_map(payment_of).cloned().collect()
}

/// The payments that acts name and the state does not have at hand.
pub(super) fn missing<'a>(state: &Ledger, acts: impl Iterator<Item = &'a Act>) -> HashSet<Id> {
    acts.filter_map(payment_of).filter(|id| !state.payments.contains_key(*id)).cloned().collect()
}

/// The events of the log that are about these payments, in its order.
///
/// # Errors
///
/// Where the database fails or an entry cannot be read.
pub(super) async fn find(store: &Store, ledger: i64, payments: &[&Id]) -> Result<Vec<Event>, EngineError> {
    if payments.is_empty() {
        return Ok(Vec::new());
    }
    let items: Vec<String> = payments.iter().flat_map(|id| [format!("+{id}"), format!("-{id}")]).collect();
    let mut positions: Vec<i64> =
        store.items_find(ledger, &items).await?.into_iter().map(|(_, position)| position).collect();
    if positions.is_empty() {
        return Ok(Vec::new());
    }
    positions.sort_unstable();
    let records = store.events_find(ledger, &positions).await?;
    records.iter().map(state::event_of).collect()
}

/// Brings payments that were found into the state, whose pilots must be there.
pub(super) fn bring(state: &mut Ledger, found: &[Event]) {
    for event in found {
        match &event.act {
            Act::Pay(act) => {
                // A payment that stands keeps its project's assignment from being made anew: it is the latest.
                let assignment = state.pilots.get(&act.pilot).and_then(|pilot| pilot.assignment_index(&act.project));
                let payment = Payment {
                    pilot: act.pilot.clone(),
                    assignment: assignment.unwrap_or(usize::MAX),
                    on: event.on,
                    amount: act.amount,
                    reversed_on: None,
                };
                state.payments.insert(act.payment.clone(), payment);
            }
            Act::ReversePayment(act) => {
                if let Some(payment) = state.payments.get_mut(&act.payment) {
                    payment.reversed_on = Some(event.on);
                }
            }
            _ => {}
        }
    }
}

/// The payment that an event cancels, where its pilot is in the state and it is not at hand.
pub(super) fn unknown<'a>(state: &Ledger, event: &'a Event) -> Option<&'a Id> {
    let Act::ReversePayment(act) = &event.act else { return None };
    (state.pilots.contains_key(&act.pilot) && !state.payments.contains_key(&act.payment)).then_some(&act.payment)
}

/// Brings in the payment that an event cancels, where its pilot is in the state and it is not at hand.
///
/// # Errors
///
/// Where the database fails; [`EngineError::Broken`] where the log does not have it.
pub(super) async fn bring_cancelled(
    store: &Store,
    ledger: i64,
    state: &mut Ledger,
    event: &Event,
) -> Result<(), EngineError> {
    let Some(payment) = unknown(state, event) else { return Ok(()) };
    let mut found = find(store, ledger, &[payment]).await?;
    found.retain(|found| found.position < event.position);
    bring(state, &found);
    if unknown(state, event).is_none() {
        return Ok(());
    }
    let position = super::draft::signed(event.position);
    Err(EngineError::Broken { position, what: format!("it cancels the payment {payment}, which is not found") })
}
