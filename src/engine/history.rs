//! The history behind a pilot's figures: the programme's rules with their amendments, and the pilot's own stream, as one.
//!
//! Refused here: folding. Whoever reads decides what an event does.

use std::collections::VecDeque;
use std::pin::Pin;

use futures_util::stream::{Peekable, Stream, try_unfold};
use futures_util::{StreamExt as _, pin_mut};

use crate::domain::act::ActKind;
use crate::domain::text::Id;
use crate::store::{Record, Store, StoreError};

/// The entries that state or amend the programme's parameters; few, whatever the ledger's length.
///
/// # Errors
///
/// Where the database fails.
pub async fn rules(store: &Store, ledger: i64) -> Result<Vec<Record>, StoreError> {
    let kinds = [ActKind::OpenProgramme, ActKind::AmendProgramme].map(ActKind::event);
    let records = store.stream_read(ledger, "programme", 1);
    pin_mut!(records);
    let mut rules = Vec::new();
    while let Some(record) = records.next().await {
        let record = record?;
        if kinds.contains(&record.kind.as_str()) {
            rules.push(record);
        }
    }
    Ok(rules)
}

/// The pilot's entries with those rules among them, in the order of the log.
pub fn of_pilot<'s>(
    store: &'s Store,
    ledger: i64,
    pilot: &Id,
    rules: Vec<Record>,
) -> impl Stream<Item = Result<Record, StoreError>> + use<'s> {
    let own = Box::pin(store.stream_read(ledger, &format!("pilot-{pilot}"), 1).peekable());
    try_unfold((VecDeque::from(rules), own), async |(mut rules, mut own)| {
        let next = next(&mut rules, own.as_mut()).await?;
        Ok(next.map(|record| (record, (rules, own))))
    })
}

async fn next<S: Stream<Item = Result<Record, StoreError>>>(
    rules: &mut VecDeque<Record>,
    mut own: Pin<&mut Peekable<S>>,
) -> Result<Option<Record>, StoreError> {
    let due = match own.as_mut().peek().await {
        Some(Ok(record)) => record.position,
        Some(Err(_)) => 0,
        None => i64::MAX,
    };
    if rules.front().is_some_and(|rule| rule.position < due) {
        return Ok(rules.pop_front());
    }
    own.next().await.transpose()
}
