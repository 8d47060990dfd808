//! `tranche pack --check`: makes a pack anew from the ledger and compares it with one that was handed out, byte for byte.
//!
//! What `verify.py` in a pack does not recompute is compared too: alerts, words, the texts of books and releases. Refused
//! here: trusting anything a pack says, other than what it is to be a pack of.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Write as _};
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

use super::content::Packing;
use super::{Scope, scoped};
use crate::cli::draft::unwritable;
use crate::cli::log::beyond;
use crate::cli::{Context, Failure, note_file};
use crate::domain::note::Verifier;
use crate::exchange::pack::FORMAT;
use crate::log::checkpoint::{CheckpointError, SignedCheckpoint};

/// No manifest, checkpoint or list of keys is longer.
const PART_BYTES_MAX: u64 = 1 << 28;

/// What a pack says that it is of.
#[derive(Deserialize)]
struct Manifest {
    format: String,
    ledger: String,
    pilot: Option<String>,
    size: i64,
}

type Archive = ZipArchive<BufReader<File>>;

/// Makes the pack anew and says whether it is the same, and else which of its files are not.
pub(super) async fn run(context: &mut Context, path: &Path) -> Result<(), Failure> {
    let mut handed = opened(path)?;
    let manifest = part(&mut handed, "manifest.json", path)?;
    let manifest: Manifest = serde_json::from_str(&manifest).map_err(|error| damaged(path, &error))?;
    if manifest.format != FORMAT {
        return Err(damaged(path, &manifest.format));
    }
    if manifest.ledger != context.ledger_name() {
        let (path, ledger) = (path.display(), manifest.ledger);
        return Err(Failure::usage(
            format!("{path} 是台账 {ledger} 的证据包:请加 --ledger {ledger}"),
            format!("{path} is a pack of the ledger {ledger}: add --ledger {ledger}"),
        ));
    }
    let (checkpoints, keys) = (checkpoints(&mut handed, path)?, keys(&mut handed, path)?);
    let (store, head) = context.opened().await?;
    let to = manifest.size;
    if to > head.position {
        return Err(beyond("size", to, &head));
    }
    let scope = Scope { to, pilot: scoped(manifest.pilot.as_deref(), &store, &head, to).await? };
    let mut made = BufWriter::new(tempfile::tempfile()?);
    let packing = Packing { store: &store, head: &head, scope: &scope, checkpoints: &checkpoints, keys: &keys };
    packing.write(context, &mut made).await.map_err(|stop| stop.failure(|error| unwritable(path, error)))?;
    made.flush()?;
    let made = made.into_inner().map_err(io::IntoInnerError::into_error)?;
    told(context, path, (handed, &made))
}

/// Says how the two compare.
fn told(context: &mut Context, path: &Path, (mut handed, made): (Archive, &File)) -> Result<(), Failure> {
    let same = digest(&mut File::open(path)?)? == digest(&mut rewound(made)?)?;
    let path = path.display();
    if same {
        return context.line(context.lang.pick(
            format!("{path}:与由台账重做的证据包逐字节相同"),
            format!("{path}: byte for byte the pack that the ledger makes"),
        ));
    }
    let due = digests(&mut ZipArchive::new(BufReader::new(rewound(made)?)).map_err(io::Error::from)?);
    let found = digests(&mut handed);
    let names: BTreeSet<&String> = due.keys().chain(found.keys()).collect();
    let mut count = 0;
    for name in names.into_iter().filter(|name| !name.starts_with("manifest.")) {
        let (zh, en) = match (found.get(name), due.get(name)) {
            (None, _) => ("缺少", "is missing"),
            (_, None) => ("多出", "is none of its files"),
            (found, due) if found != due => ("与台账所出的不同", "is not what the ledger makes"),
            _ => continue,
        };
        count += 1;
        context.line(context.lang.pick(format!("{name}:{zh}"), format!("{name} {en}")))?;
    }
    if count > 0 {
        return Err(Failure::Unverified {
            zh: format!("{path} 与由台账重做的证据包不符,共 {count} 个文件"),
            en: format!("{path} is not the pack that the ledger makes: {count} files differ"),
        });
    }
    Err(Failure::Unverified {
        zh: format!("{path} 的各文件与台账所出的相同,但清单或压缩包被改动,或由其他程序重新打包"),
        en: format!(
            "the files of {path} are what the ledger makes; the manifest or the zip file around them was altered or made anew"
        ),
    })
}

fn opened(path: &Path) -> Result<Archive, Failure> {
    let file = File::open(path).map_err(|error| {
        let path = path.display();
        Failure::usage(format!("无法读取 {path}:{error}"), format!("cannot read {path}: {error}"))
    })?;
    ZipArchive::new(BufReader::new(file)).map_err(|error| damaged(path, &error))
}

fn damaged(path: &Path, why: &impl std::fmt::Display) -> Failure {
    let path = path.display();
    Failure::usage(
        format!("{path} 不是证据包,或已损坏:{why}"),
        format!("{path} is no evidence pack, or damaged: {why}"),
    )
}

/// A file of the pack as a text.
fn part(archive: &mut Archive, name: &str, path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let file = archive.by_name(name).map_err(|error| damaged(path, &format!("{name}: {error}")))?;
    file.take(PART_BYTES_MAX).read_to_string(&mut text).map_err(|error| damaged(path, &format!("{name}: {error}")))?;
    Ok(text)
}

/// Its checkpoints, in the order that it has them in.
fn checkpoints(archive: &mut Archive, path: &Path) -> Result<Vec<SignedCheckpoint>, Failure> {
    let mut names: Vec<String> = archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
    names.retain(|name| name.starts_with("checkpoints/"));
    names.sort();
    let mut read = Vec::new();
    for name in names {
        let signed = part(archive, &name, path)?.parse();
        read.push(signed.map_err(note_file::of::<CheckpointError>(Path::new(&name)))?);
    }
    Ok(read)
}

/// The public keys it was made with, if any.
fn keys(archive: &mut Archive, path: &Path) -> Result<Vec<Verifier>, Failure> {
    if archive.index_for_name("keys.txt").is_none() {
        return Ok(Vec::new());
    }
    let text = part(archive, "keys.txt", path)?;
    Ok(text.lines().map(str::parse).collect::<Result<_, _>>()?)
}

/// The digest of each file; one that cannot be read has another than any.
fn digests(archive: &mut Archive) -> BTreeMap<String, Option<[u8; 32]>> {
    let mut digests = BTreeMap::new();
    for index in 0..archive.len() {
        let Ok(mut file) = archive.by_index(index) else { continue };
        let Ok(name) = file.name().map(Cow::into_owned) else { continue };
        let read = digest(&mut file).ok();
        digests.insert(name, read);
    }
    digests
}

fn digest(file: &mut impl io::Read) -> io::Result<[u8; 32]> {
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(hash.finalize().into());
        }
        hash.update(piece.get(..read).unwrap_or_default());
    }
}

/// The file that was made, to be read from its beginning.
fn rewound(mut made: &File) -> io::Result<File> {
    io::Seek::rewind(&mut made)?;
    made.try_clone()
}
