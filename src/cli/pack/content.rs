//! What goes into an evidence pack, file by file in the order of their names, each read from the log as a stream.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::sync::Arc;

use futures_util::{StreamExt as _, pin_mut};
use serde::Serialize;
use serde_json::json;

use super::{Scope, Stop};
use crate::cli::log::is_sandbox;
use crate::cli::{Context, Failure};
use crate::domain::Date;
use crate::domain::act::ActKind;
use crate::domain::ledger::shanghai_date;
use crate::domain::note::Verifier;
use crate::domain::parameters::Parameters;
use crate::domain::text::Id;
use crate::engine::prove::{ProveError, Tree};
use crate::engine::{replay, state};
use crate::exchange::pack::leaves::{Closed, Leaves};
use crate::exchange::pack::{About, Pack, VERIFIER, text};
use crate::exchange::{Exporter, Form, Subject};
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::merkle::{Frontier, Hash, leaf_hash};
use crate::report::status::View;
use crate::store::{Head, Store};

/// The exports in a pack, in the order of their names.
const EXPORTS: [(&str, Form); 5] = [
    ("exports/books.beancount", Form::Beancount),
    ("exports/books.journal", Form::Hledger),
    ("exports/cloudevents.jsonl", Form::CloudEvents),
    ("exports/movements.csv", Form::Csv),
    ("exports/ocds.json", Form::Ocds),
];

pub(super) type Out<'o> = Pack<&'o mut BufWriter<File>>;

/// What a pack is made from.
pub(super) struct Packing<'p> {
    pub store: &'p Arc<Store>,
    pub head: &'p Head,
    pub scope: &'p Scope,
    pub checkpoints: &'p [SignedCheckpoint],
    pub keys: &'p [Verifier],
}

/// What the pass over the entries found.
pub(super) struct Passed {
    pub leaves: Closed,
    pub root: Hash,
    /// How many entries are packed; and of a pilot which.
    entries: u64,
    pub packed: Vec<u64>,
    as_of: Date,
}

/// What was to be written failed, not the file.
pub(super) struct Content<E>(pub E);

impl<E: Into<Failure>> From<Content<E>> for Stop {
    fn from(error: Content<E>) -> Self {
        Self::Content(error.0.into())
    }
}

impl Packing<'_> {
    /// Writes the pack, and gives what its manifest says.
    pub async fn write(&self, context: &Context, file: &mut BufWriter<File>) -> Result<About, Stop> {
        let mut out = Pack::new(file);
        let sandbox = is_sandbox(self.store, self.head).await.map_err(Content)?;
        let pilot = self.scope.pilot.as_ref().map(|(pilot, _)| pilot.clone());
        out.file("README.md", text::readme(&self.head.name, pilot.as_deref(), sandbox).as_bytes())?;
        out.begin("attachments.jsonl")?;
        self.kinds(ActKind::Attach, &mut out).await?;
        for (stem, signed) in self.named() {
            out.file(&format!("checkpoints/{stem}.txt"), signed.note.to_string().as_bytes())?;
        }
        let mut passed = self.entries(context, &mut out).await?;
        let about = About {
            ledger: self.head.name.clone(),
            sandbox,
            pilot,
            size: self.size(),
            root: replay::hex(&passed.root),
            entries: passed.entries,
            as_of: passed.as_of,
        };
        self.exports(context, &about, &mut out).await?;
        let parameters = self.figures(context, &about, &mut out).await?;
        self.proofs(&mut passed, &mut out).await?;
        self.rules(parameters, &mut out).await?;
        if about.pilot.is_none() {
            passed.leaves.tiles(about.size, |tile, bytes| out.file(&tile.to_string(), bytes))?;
        }
        out.file("verify.py", VERIFIER.as_bytes())?;
        out.finish(&about)?.flush()?;
        Ok(about)
    }

    /// How many entries the ledger has, as packed.
    pub(super) fn size(&self) -> u64 {
        u64::try_from(self.scope.to).unwrap_or(0)
    }

    /// The checkpoints, each with the stem of its files' names.
    pub(super) fn named(&self) -> impl Iterator<Item = (String, &SignedCheckpoint)> {
        let numbered = (1..).zip(self.checkpoints);
        numbered.map(|(number, signed): (u32, _)| (format!("{number:03}-{}", signed.checkpoint.size), signed))
    }

    /// What the entries of a type say, a line each.
    pub(super) async fn kinds(&self, kind: ActKind, out: &mut Out<'_>) -> Result<(), Stop> {
        let records = self.store.act_read(self.head.ledger, 1, self.scope.to);
        pin_mut!(records);
        while let Some(record) = records.next().await {
            let record = record.map_err(Content)?;
            if record.kind == kind.event() && self.scope.holds(&record) {
                let event = state::event_of(&record).map_err(Content)?;
                let line = json!({"position": event.position, "on": event.on, "data": event.act});
                out.write_all(&json_of(&line)?)?;
            }
        }
        Ok(())
    }

    /// The entries as they were hashed; and the leaves of all, as far as a checkpoint reaches.
    async fn entries(&self, context: &Context, out: &mut Out<'_>) -> Result<Passed, Stop> {
        out.begin("entries.jsonl")?;
        let size = self.size();
        let furthest = self.checkpoints.iter().map(|signed| signed.checkpoint.size).max().unwrap_or(0).max(size);
        let found = Tree::Head.size(self.head);
        if furthest > found {
            return Err(Content(ProveError::Shorter { signed: furthest, found }).into());
        }
        let mut leaves = Leaves::new()?;
        let (mut entries, mut packed, mut as_of, mut root) = (0, Vec::new(), Date::MIN, [0; 32]);
        let mut progress = context.progress(Some(furthest));
        let records = self.store.event_read(self.head.ledger, 1, i64::try_from(furthest).unwrap_or(i64::MAX));
        pin_mut!(records);
        let mut due = 1;
        while let Some(record) = records.next().await {
            let record = record.map_err(Content)?;
            if u64::try_from(record.position) != Ok(due) {
                break;
            }
            leaves.push(leaf_hash(&record.entry))?;
            progress.at(due);
            if self.scope.holds(&record) {
                out.write_all(&record.entry)?;
                out.write_all(b"\n")?;
                entries += 1;
                if self.scope.pilot.is_some() {
                    packed.push(due);
                }
            }
            if due <= size {
                as_of = as_of.max(record.business_date);
            }
            if due == size {
                as_of = as_of.max(shanghai_date(record.recorded_at));
                root = leaves.tree().1;
            }
            due += 1;
        }
        drop(progress);
        if due <= furthest {
            return Err(Content(ProveError::Missing { position: due, size: furthest }).into());
        }
        let whole = leaves.tree();
        let mut leaves = leaves.close()?;
        self.compare(&mut leaves, whole)?;
        Ok(Passed { leaves, root, entries, packed, as_of })
    }

    /// Holds the roots that the entries give against the head and the checkpoints.
    fn compare(&self, leaves: &mut Closed, (furthest, root): (u64, Hash)) -> Result<(), Stop> {
        if furthest == Tree::Head.size(self.head) {
            Tree::Head.check_root(self.head, &root).map_err(Content)?;
        }
        for signed in self.checkpoints {
            let checkpoint = &signed.checkpoint;
            let mut edge = Frontier::new();
            leaves.each(checkpoint.size, |leaf| {
                edge.push(leaf);
                Ok(())
            })?;
            Tree::Checkpoint(checkpoint).check_root(self.head, &edge.root()).map_err(Content)?;
        }
        Ok(())
    }

    /// The books and the other exports, of what is packed.
    async fn exports(&self, context: &Context, about: &About, out: &mut Out<'_>) -> Result<(), Stop> {
        let reversed: HashSet<Id> =
            state::payments_reversed(self.store, self.head.ledger, self.scope.to).await.map_err(Content)?;
        for (path, form) in EXPORTS {
            out.begin(path)?;
            let subject = Subject {
                ledger: about.ledger.clone(),
                sandbox: about.sandbox,
                pilot: about.pilot.as_deref().and_then(Id::parse),
                reversed: reversed.clone(),
            };
            let mut bytes = Vec::new();
            let mut exporter = Exporter::new(form, subject, &mut bytes)?;
            let mut progress = context.progress(Some(about.size));
            let records = self.store.event_read(self.head.ledger, 1, self.scope.to);
            pin_mut!(records);
            while let Some(record) = records.next().await {
                let record = record.map_err(Content)?;
                if self.scope.holds(&record) {
                    let event = state::event_of(&record).map_err(Content)?;
                    exporter.take(&event, &record.entry, &mut bytes)?;
                    out.write_all(&bytes)?;
                    bytes.clear();
                    progress.at(event.position);
                }
            }
            out.write_all(&bytes)?;
            exporter.finish(out)?;
        }
        Ok(())
    }

    /// The figures as programs get them from `status`; gives the parameters they end with.
    async fn figures(&self, context: &Context, about: &About, out: &mut Out<'_>) -> Result<Parameters, Stop> {
        let mut progress = context.progress(Some(about.size));
        let replayed = replay::replay(self.store, self.head, self.scope.to, None, |at| progress.at(at)).await;
        let state = replayed.map_err(Content)?.state;
        let view = View { ledger: &about.ledger, state: &state, as_of: about.as_of, known_at: None };
        for (id, pilot) in &state.pilots {
            if about.pilot.as_deref().is_none_or(|only| only == id.as_str()) {
                out.file(&format!("figures/pilots/{id}.json"), &json_of(&view.pilot(id, pilot))?)?;
            }
        }
        if about.pilot.is_none() {
            out.file("figures/programme.json", &json_of(&view.programme())?)?;
        }
        if !self.keys.is_empty() {
            out.begin("keys.txt")?;
            self.keys.iter().try_for_each(|key| writeln!(out, "{key}"))?;
        }
        Ok(state.programme.parameters)
    }
}

/// A JSON document that ends its line.
pub(super) fn json_of(document: &impl Serialize) -> Result<Vec<u8>, std::io::Error> {
    let mut bytes = serde_json::to_vec(document)?;
    bytes.push(b'\n');
    Ok(bytes)
}
