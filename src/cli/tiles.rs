//! `tranche tiles`: the ledger as static files (C2SP tlog-tiles), which any web server can serve and programs of others
//! can check. A file that is there is looked at and left; one that is new appears whole or not at all.

use std::collections::HashSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::draft::{Draft, sweep, unwritable};
use super::{Context, Failure, note_file};
use crate::engine::replay::hex;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::merkle::{Frontier, Hash, leaf_hash};
use crate::log::tile::{Bundles, Level, Piece, Tile, Tiles as Cut, WIDTH, bundle_hashes};
use crate::store::{Head, Store};

/// How many tiles the database fills, and how many are read, at once.
const STEP: i32 = 64;

/// Options of `tiles`.
#[derive(Args)]
pub struct Tiles {
    /// 写入此目录 · the directory
    #[arg(value_name = "DIR")]
    directory: PathBuf,
    /// 发布此检查点:写到它的条数为止;不填则到台账现状,不写检查点 · publish this checkpoint: up to its size; up to
    /// the ledger now, and without one, where none is given
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
}

impl Tiles {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        if self.directory.exists() && !self.directory.is_dir() {
            let path = self.directory.display();
            return Err(Failure::usage(format!("{path} 不是目录"), format!("{path} is no directory")));
        }
        let signed = self.checkpoint.as_deref().map(note_file::checkpoint).transpose()?;
        let (store, head) = context.opened().await?;
        if let (Some(path), Some(signed)) = (&self.checkpoint, &signed) {
            note_file::check_own(&store, &head, signed).await.map_err(note_file::of(path))?;
        }
        let size = signed.as_ref().map_or(u64::try_from(head.position).unwrap_or(0), |signed| signed.checkpoint.size);
        if i64::try_from(size).is_ok_and(|size| size > head.position) {
            return Err(crate::engine::prove::ProveError::Shorter {
                signed: size,
                found: u64::try_from(head.position).unwrap_or(0),
            }
            .into());
        }
        fill(&store, head.ledger).await?;
        let mut progress = context.progress(Some(size));
        let mut folder = Folder { path: self.directory, written: 0, kept: 0, swept: HashSet::new() };
        let root = publish(&store, &head, size, &mut folder, |at| progress.at(at)).await?;
        drop(progress);
        check_root(&head, signed.as_ref(), (size, root))?;
        if let Some(signed) = &signed {
            // Last, when all that it needs is there.
            folder.replace("checkpoint", signed.note.to_string().as_bytes())?;
        }
        let (written, kept) = (folder.written, folder.kept);
        if context.is_json() {
            return context.json(&json!({"size": size, "root": hex(&root), "written": written, "kept": kept}));
        }
        context.line(context.lang.pick(
            format!("{size} 条记录:新写 {written} 个文件,核对 {kept} 个已有文件,均相符"),
            format!("{size} entries: {written} files written, {kept} that were there looked at and in agreement"),
        ))
    }
}

/// Has the database store every tile that is full, step by step.
pub(super) async fn fill(store: &Store, ledger: i64) -> Result<(), Failure> {
    while store.tile_fill(ledger, STEP).await? > 0 {}
    Ok(())
}

/// Writes every tile and bundle up to a size, and gives the root over them.
async fn publish(
    store: &Store,
    head: &Head,
    size: u64,
    folder: &mut Folder,
    mut progress: impl FnMut(u64),
) -> Result<Hash, Failure> {
    let width = u64::from(WIDTH);
    let (mut cut, mut edge) = (Cut::new(), Frontier::new());
    let step = i64::from(STEP);
    let full = i64::try_from(size / width).unwrap_or(0);
    for from in (0..full).step_by(usize::try_from(STEP).unwrap_or(1)) {
        for tile in store.tiles_read(head.ledger, 0, (from, full.min(from + step) - 1)).await? {
            let index = tile.index.unsigned_abs();
            if index != edge.size() / width {
                return Err(missing(index));
            }
            bundle(store, head.ledger, index, &tile.hashes, folder).await?;
            for leaf in tile.hashes.as_chunks::<32>().0 {
                edge.push(*leaf);
                cut.push(*leaf).iter().try_for_each(|piece| folder.put(piece))?;
            }
            progress(edge.size());
        }
    }
    if edge.size() != size / width * width {
        return Err(missing(edge.size() / width));
    }
    let mut bundles = Bundles::starting(size / width);
    let span = store.entry_span(head.ledger, signed(edge.size() + 1), signed(size)).await?;
    for (_, entry) in span.entries()? {
        let leaf = leaf_hash(entry);
        edge.push(leaf);
        cut.push(leaf);
        bundles.push(entry).map_err(|error| Failure::usage(error.to_string(), error.to_string()))?;
    }
    cut.partial().chain(bundles.partial()).try_for_each(|piece| folder.put(piece))?;
    Ok(edge.root())
}

fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}

fn missing(index: u64) -> Failure {
    let path = Tile { level: Level::Hashes(0), index, width: WIDTH };
    Failure::Unverified {
        zh: format!("数据库中缺少哈希瓦片 {path}:请运行 tranche verify"),
        en: format!("the stored tile {path} is gone: run tranche verify"),
    }
}

/// Writes the entries under a tile of leaves; where they are there, looks whether they are still those.
async fn bundle(store: &Store, ledger: i64, index: u64, hashes: &[u8], folder: &mut Folder) -> Result<(), Failure> {
    let tile = Tile { level: Level::Entries, index, width: WIDTH };
    let path = folder.path.join(tile.to_string());
    if let Some(bytes) = read(&path)? {
        folder.kept += 1;
        return if bundle_hashes(&bytes).is_ok_and(|found| found == hashes) { Ok(()) } else { Err(differs(&path)) };
    }
    let mut bundles = Bundles::starting(index);
    let mut full = None;
    let first = index * u64::from(WIDTH) + 1;
    let span = store.entry_span(ledger, signed(first), signed(first + u64::from(WIDTH) - 1)).await?;
    for (_, entry) in span.entries()? {
        full = bundles.push(entry).map_err(|error| Failure::usage(error.to_string(), error.to_string()))?;
    }
    match full {
        Some(piece) if bundle_hashes(&piece.bytes).is_ok_and(|found| found == hashes) => folder.put(&piece),
        _ => Err(Failure::Unverified {
            zh: format!("{tile} 中的记录与存下的哈希不符:请运行 tranche verify"),
            en: format!("the entries of {tile} are not those whose hashes were stored: run tranche verify"),
        }),
    }
}

/// Whether the files lead to the root that is signed, or that the head has where it is as long.
fn check_root(head: &Head, checkpoint: Option<&SignedCheckpoint>, (size, root): (u64, Hash)) -> Result<(), Failure> {
    let texts = |expected: &[u8]| (hex(expected), hex(&root));
    if let Some(SignedCheckpoint { checkpoint, .. }) = checkpoint {
        if checkpoint.root == root {
            return Ok(());
        }
        let (expected, found) = texts(&checkpoint.root);
        return Err(crate::engine::prove::ProveError::Forked {
            origin: checkpoint.origin.clone(),
            size,
            expected,
            found,
        }
        .into());
    }
    if head.root.as_slice() == root {
        return Ok(());
    }
    let (expected, found) = texts(&head.root);
    Err(crate::engine::prove::ProveError::Head { size, expected, found }.into())
}

/// What stands in a file, if it is there.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let path = path.display();
            Err(Failure::usage(format!("无法读取 {path}:{error}"), format!("cannot read {path}: {error}")))
        }
    }
}

fn differs(path: &Path) -> Failure {
    let path = path.display();
    Failure::Unverified {
        zh: format!("{path} 与台账不符:已发布的文件从不改写"),
        en: format!("{path} is not what the ledger gives: what was published is never written over"),
    }
}

/// The directory that is published.
struct Folder {
    path: PathBuf,
    written: u64,
    kept: u64,
    /// The folders in it that were cleared of what a killed process left.
    swept: HashSet<PathBuf>,
}

impl Folder {
    /// Writes a file where it is not there; else it must be the same.
    fn put(&mut self, piece: &Piece) -> Result<(), Failure> {
        let name = piece.tile.to_string();
        let path = self.path.join(&name);
        match read(&path)? {
            Some(bytes) if bytes == piece.bytes => {
                self.kept += 1;
                Ok(())
            }
            Some(_) => Err(differs(&path)),
            None => self.replace(&name, &piece.bytes),
        }
    }

    /// Writes a file whole, whatever was there.
    fn replace(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.path.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
            if !self.swept.contains(folder) {
                sweep(folder, |_| true);
                self.swept.insert(folder.to_owned());
            }
        }
        let mut draft = Draft::among(&path)?;
        draft.file.write_all(bytes).map_err(|error| unwritable(&path, &error))?;
        self.written += 1;
        draft.keep()
    }
}
