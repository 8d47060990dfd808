//! What a log's key signed last, as its file keeps it: enough to refuse whatever does not go on from there.

use serde::{Deserialize, Serialize};

use crate::domain::rule::key::statement_text;
use crate::log::checkpoint::{CheckpointError, SignedCheckpoint};
use crate::log::note::{Note, Verifier};

/// What was signed last, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// For which ledger.
    pub ledger: String,
    /// The signed note; none where nothing was signed yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// The statements by which the key came to what another one signed, the oldest first; none where it signed itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statements: Vec<String>,
    /// The public key that goes on from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_over_to: Option<String>,
}

impl Record {
    /// That nothing was signed for a ledger.
    pub fn empty(ledger: &str) -> Self {
        Self { ledger: ledger.to_owned(), checkpoint: None, statements: Vec::new(), handed_over_to: None }
    }

    /// That the key itself signed this last.
    pub fn signed(ledger: &str, checkpoint: &SignedCheckpoint) -> Self {
        Self { checkpoint: Some(checkpoint.note.to_string()), ..Self::empty(ledger) }
    }

    /// What the key that this statement names has from the one whose record this is.
    pub fn inherited(&self, statement: &Note) -> Self {
        let mut statements = self.statements.clone();
        statements.push(statement.to_string());
        Self { statements, handed_over_to: None, ..self.clone() }
    }

    /// Whether the key took over from another and signed nothing itself yet.
    pub fn is_inherited(&self) -> bool {
        !self.statements.is_empty()
    }

    /// What was signed last, where it leads to this key by its own signature or by statements of those before it; else
    /// what is wrong.
    pub fn last(&self, own: &Verifier) -> Result<Option<SignedCheckpoint>, String> {
        let mut signer = own.clone();
        for statement in self.statements.iter().rev() {
            signer = previous(statement, &signer)?;
        }
        let Some(note) = &self.checkpoint else { return Ok(None) };
        let last: Result<SignedCheckpoint, CheckpointError> = note.parse();
        let last = last.and_then(|last| last.verify(&signer).map(|()| last));
        last.map(Some).map_err(|error| error.to_string())
    }
}

/// The key that handed over to this one by a statement which both signed.
fn previous(statement: &str, key: &Verifier) -> Result<Verifier, String> {
    let note: Note = statement.parse().map_err(|error| format!("its statement: {error}"))?;
    let named = note.text.lines().find_map(|line| line.strip_prefix("previous "));
    let previous: Verifier = named.unwrap_or_default().parse().map_err(|error| format!("its statement: {error}"))?;
    if note.text != statement_text(Some(&previous), key) {
        return Err("its statement is of other keys".to_owned());
    }
    for signer in [&previous, key] {
        note.verify(signer).map_err(|error| format!("its statement: {error}"))?;
    }
    Ok(previous)
}
