//! What a ledger is held against: checkpoints that somebody signed, of this ledger or of another.
//!
//! A checkpoint that does not fit says that the history was altered only where it is this ledger's. Its origin tells, held
//! against that of the keys the ledger announces; and where it announces none, that of a checkpoint which does fit.
//!
//! Refused here: trusting a signature; whose keys may sign is said where checkpoints are read.

use super::tree::Roots;
use super::{Finding, Pass, What};
use crate::domain::act::{Act, AnnounceKey};
use crate::domain::event::Event;
use crate::domain::rule::key::flaws;
use crate::engine::replay::hex;
use crate::log::checkpoint::Checkpoint;
use crate::log::note::{Note, Verifier};

/// Something that the ledger is held against: a checkpoint, as the user named it.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Where it came from.
    pub named: String,
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The note it stands in, where it has one.
    pub note: Option<Note>,
    /// Whether it is known to be of this ledger, as by a signer's record.
    pub own: bool,
}

/// Whose a checkpoint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// This ledger's.
    Own,
    /// Perhaps another's: nothing tells.
    Unknown,
}

/// The keys that the entries announce, each by a statement that holds.
#[derive(Debug, Default)]
pub(super) struct Keys(Vec<Verifier>);

impl Keys {
    /// Sees an event.
    pub(super) fn see(&mut self, event: &Event) {
        if let Act::AnnounceKey(act) = &event.act
            && flaws(act, &self.0).is_empty()
        {
            let AnnounceKey { key, .. } = act;
            self.0.push(key.clone());
        }
    }

    fn origin(&self) -> Option<&str> {
        self.0.first().map(Verifier::name)
    }

    /// Whether a note bears the signature of one of them; also where there are none to tell.
    fn signed(&self, note: Option<&Note>) -> bool {
        self.0.is_empty() || note.is_none_or(|note| self.0.iter().any(|key| note.verify(key).is_ok()))
    }
}

impl Pass<'_> {
    /// Holds the entries against the checkpoints, the smallest first; gives those that are of this ledger, or may be.
    pub(super) fn claims_told<'c>(&mut self, claims: &'c [Claim]) -> Vec<&'c Claim> {
        let fits = |claim: &Claim| {
            let root = claim.checkpoint.root;
            claim.checkpoint.size <= self.size
                && self.roots(claim.checkpoint.size).is_some_and(|roots| [roots.entries, roots.tiles].contains(&root))
        };
        let (fitting, mut others): (Vec<&Claim>, Vec<&Claim>) = claims.iter().partition(|claim| fits(claim));
        let shown = fitting.iter().find(|claim| claim.checkpoint.size > 0).map(|claim| &claim.checkpoint.origin);
        let origin = self.keys.origin().map(str::to_owned).or_else(|| shown.cloned());
        others.retain(|claim| claim.own || !self.is_foreign(claim, origin.as_deref()));
        others.sort_by_key(|claim| claim.checkpoint.size);
        let good = |below: u64| {
            let sizes = fitting.iter().map(|claim| claim.checkpoint.size);
            sizes.filter(|size| *size < below).max().unwrap_or(0)
        };
        let mut forked = false;
        for Claim { named, checkpoint, own, .. } in others.iter().copied() {
            let (claim, signed) = (named.clone(), checkpoint.size);
            let whose = if *own || origin.is_some() { Whose::Own } else { Whose::Unknown };
            if signed > self.size {
                let what = What::RolledBack { claim, signed, whose };
                self.findings.note(what, Some((self.size + 1, signed)), None);
                continue;
            }
            // What comes after the first that does not fit follows from it.
            let Some(roots) = self.roots(signed).filter(|_| !forked) else { continue };
            forked = true;
            // Known places between the last good checkpoint and this one are what it comes from.
            let from = good(signed) + 1;
            if !self.findings.explains(from, signed) {
                let (expected, found) = (hex(&checkpoint.root), hex(&roots.entries));
                let what = What::Forked { claim, signed, expected, found, whose };
                self.findings.note(what, Some((from, signed)), None);
            }
        }
        fitting.into_iter().chain(others).collect()
    }

    /// Whether a checkpoint that does not fit is another ledger's, which is told.
    fn is_foreign(&mut self, claim: &Claim, origin: Option<&str>) -> bool {
        let Some(own) = origin else { return false };
        let found = &claim.checkpoint.origin;
        let what = if found != own {
            What::Foreign { claim: claim.named.clone(), found: found.clone(), own: own.to_owned() }
        } else if !self.keys.signed(claim.note.as_ref()) {
            What::Stranger { claim: claim.named.clone(), origin: own.to_owned() }
        } else {
            return false;
        };
        self.findings.note(what, None, None);
        true
    }
}

/// Says between which checkpoints each thing came to be wrong: after the latest that was signed over something else
/// there, and before the earliest that was signed over what is there now.
pub(super) fn date(findings: &mut [Finding], claims: &[&Claim], roots: &[Roots]) {
    let mut signed: Vec<(u64, bool)> = Vec::new();
    for Claim { checkpoint, .. } in claims {
        let found = roots.iter().find(|roots| roots.size == checkpoint.size);
        signed.push((checkpoint.size, found.is_some_and(|roots| roots.entries == checkpoint.root)));
    }
    for one in findings {
        let Some((from, _)) = one.place else { continue };
        let over = || signed.iter().filter(move |(size, _)| *size >= from);
        one.after = over().filter(|(_, same)| !same).map(|(size, _)| *size).max();
        one.before = over().filter(|(_, same)| *same).map(|(size, _)| *size).min();
    }
}
