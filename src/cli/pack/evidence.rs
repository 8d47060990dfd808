//! The proofs and the rules of an evidence pack.

use futures_util::{StreamExt as _, pin_mut};

use super::Stop;
use super::content::{Content, Out, Packing, Passed, json_of};
use crate::domain::act::ActKind;
use crate::domain::parameters::Parameters;
use crate::domain::rulebook::Rule;
use crate::engine::prove::{Consistency, Inclusion};
use crate::log::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::log::merkle::{Hash, leaf_hash};
use crate::report::proof::{consistency_text, inclusion_text};
use crate::report::rules::{InForce, RuleSheet};

impl Packing<'_> {
    /// That each checkpoint is of this very history; and of a pilot that each of its entries is in it.
    pub(super) async fn proofs(&self, passed: &mut Passed, out: &mut Out<'_>) -> Result<(), Stop> {
        let (size, root) = (self.size(), passed.root);
        for (stem, signed) in self.named() {
            let proof = self.consistency(passed, signed)?;
            out.file(&format!("proofs/consistency/{stem}.txt"), proof.as_bytes())?;
        }
        let head = self.checkpoint_of((size, root));
        let records = self.store.event_read(self.head.ledger, 1, self.scope.to);
        pin_mut!(records);
        // Of a whole ledger the tiles prove every entry.
        let mut wanted = std::mem::take(&mut passed.packed).into_iter().peekable();
        while wanted.peek().is_some()
            && let Some(record) = records.next().await
        {
            let record = record.map_err(Content)?;
            let position = u64::try_from(record.position).unwrap_or(0);
            if wanted.next_if_eq(&position).is_none() {
                continue;
            }
            let (leaf, entry) = (leaf_hash(&record.entry), record.entry);
            let proof = passed.leaves.inclusion(position.saturating_sub(1), size)?;
            let proven = Inclusion { position, size, root, leaf, proof, entry };
            let text = inclusion_text(&proven, &head);
            out.file(&format!("proofs/inclusion/{position:012}.tlog-proof"), text.as_bytes())?;
        }
        Ok(())
    }

    /// The checkpoint at the end of the pack: as it was signed, or as a signer would be given it.
    fn checkpoint_of(&self, (size, root): (u64, Hash)) -> String {
        let signed = self.checkpoints.iter().find(|signed| signed.checkpoint.size == size);
        signed.map_or_else(
            || Checkpoint { origin: self.head.name.clone(), size, root, extensions: Vec::new() }.to_string(),
            |signed| signed.note.to_string(),
        )
    }

    /// That the smaller of a checkpoint and the pack is the beginning of the other.
    fn consistency(&self, passed: &mut Passed, signed: &SignedCheckpoint) -> Result<String, Stop> {
        let own = (self.size(), passed.root);
        let theirs = (signed.checkpoint.size, signed.checkpoint.root);
        let (old, new, text) = if theirs.0 <= own.0 {
            (theirs, own, self.checkpoint_of(own))
        } else {
            (own, theirs, signed.note.to_string())
        };
        let proof = passed.leaves.consistency(old.0, new.0)?;
        let proven = Consistency { old_size: old.0, old_root: old.1, size: new.0, root: new.1, proof };
        Ok(consistency_text(&proven, &text))
    }

    /// The rules: as opened, each amendment, and the rulebook with the parameters at the end.
    pub(super) async fn rules(&self, parameters: Parameters, out: &mut Out<'_>) -> Result<(), Stop> {
        out.begin("rules/amendments.jsonl")?;
        self.kinds(ActKind::AmendProgramme, out).await?;
        out.begin("rules/opening.json")?;
        self.kinds(ActKind::OpenProgramme, out).await?;
        let in_force = InForce { parameters, ledger: Some(self.head.name.clone()) };
        let sheets: Vec<_> = Rule::ALL.iter().map(|rule| RuleSheet::new(*rule, &in_force)).collect();
        out.file("rules/rulebook.json", &json_of(&sheets)?)?;
        Ok(())
    }
}
