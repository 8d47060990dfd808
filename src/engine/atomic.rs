//! All or none: a file of commands decided as a whole and appended as one batch, or not at all.

use std::collections::VecDeque;
use std::sync::Arc;

use uuid::Uuid;

use super::draft::Pending;
use super::sequencer::Sequencer;
use super::{Clock, EngineError, Job, Outcome};
use crate::domain::command::Command;
use crate::store::{Appended, Pool, Target};

/// Appends all commands, or none where one is refused: then each outcome says what became or would have become of it,
/// and no event has a position.
///
/// # Errors
///
/// Where the database fails; then none is appended.
pub async fn apply(
    target: Target,
    ledger: &str,
    clock: Clock,
    commands: Vec<Command>,
) -> Result<Vec<(Uuid, Outcome)>, EngineError> {
    let mut sequencer = Sequencer::start(Arc::new(Pool::new(target, 1)), ledger, clock).await?;
    let jobs = commands.into_iter().map(|command| {
        let (answer, _nobody) = tokio::sync::oneshot::channel();
        let given = command.id.is_some();
        Job { id: command.id.unwrap_or_else(clock.id), command, given, answer }
    });
    let mut jobs: VecDeque<Job> = jobs.collect();
    loop {
        let mut draft = sequencer.draft_all(&mut jobs).await?;
        let refused = draft.pending.iter().any(|pending| matches!(pending.outcome, Outcome::Refused(_)));
        if refused || draft.is_empty() {
            sequencer.lease_give().await;
            return Ok(draft.pending.into_iter().map(|pending| outcome_of(pending, refused)).collect());
        }
        let pending = std::mem::take(&mut draft.pending);
        match sequencer.append_now(draft).await? {
            Appended::Done(_) => {
                sequencer.finish().await;
                return Ok(pending.into_iter().map(|pending| outcome_of(pending, false)).collect());
            }
            Appended::Stale => {
                jobs.extend(pending.into_iter().map(|pending| pending.job));
                sequencer.reload().await?;
            }
            Appended::Repeated => return Err(sequencer.misplaced()),
            Appended::Broken { rule, pilot } => {
                sequencer.lease_give().await;
                let outcomes = pending.into_iter().map(|pending| {
                    // The database names the sum that broke, not the command: each that was to move it is told.
                    let by_wall = super::draft::second_wall(&rule, &pilot);
                    let touches = crate::domain::decide::pilot_of(&pending.job.command.act)
                        .is_some_and(|id| id.as_str() == pilot);
                    if touches { (pending.job.id, Outcome::Refused(vec![by_wall])) } else { outcome_of(pending, true) }
                });
                return Ok(outcomes.collect());
            }
        }
    }
}

/// The outcome to tell; where nothing was appended, no event has a position.
fn outcome_of(pending: Pending, nothing_appended: bool) -> (Uuid, Outcome) {
    let outcome = match pending.outcome {
        Outcome::Accepted { mut events, warnings } if nothing_appended => {
            for placed in &mut events {
                placed.position = None;
            }
            Outcome::Accepted { events, warnings }
        }
        other => other,
    };
    (pending.job.id, outcome)
}
