//! An evidence pack: what an auditor needs to check a ledger without us, in one zip file.
//!
//! Files come in the order of their names, each as a stream; then the manifest with every file's digest, and the
//! manifest's own. All times are fixed, so the same input gives the same bytes. The container's last bytes, the comment of
//! the zip file, are the digest of all before them: there is no bit of a pack that nothing speaks for.
//!
//! Refused here: queries; and saying that a pack is in order, which is for `verify.py` in it to say.

pub mod leaves;
pub mod text;

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::domain::Date;
use crate::log::canonical;

/// The stand-alone verifier, as it goes into every pack.
pub const VERIFIER: &str = include_str!("pack/verify.py");

/// The form of packs that this program writes.
pub const FORMAT: &str = "tranche-pack/1";

/// What a pack is of.
#[derive(Clone, Debug, Serialize)]
pub struct About {
    /// The ledger.
    pub ledger: String,
    /// Whether it is a sandbox.
    pub sandbox: bool,
    /// The one pilot it is of, where it is not of all.
    pub pilot: Option<String>,
    /// How many entries the ledger has, as packed.
    pub size: u64,
    /// Their RFC 6962 root, in hexadecimal.
    pub root: String,
    /// How many of them are in the pack.
    pub entries: u64,
    /// The date of the figures.
    pub as_of: Date,
}

/// A file of the pack, as the manifest lists it.
#[derive(Serialize)]
struct Listed {
    path: String,
    sha256: String,
    size: u64,
}

#[derive(Serialize)]
struct Manifest<'a> {
    format: &'static str,
    program: &'static str,
    #[serde(flatten)]
    about: &'a About,
    files: &'a [Listed],
}

/// The length of the seal: a SHA-256 in hexadecimal.
const SEAL: usize = 64;

/// Passes bytes on and hashes them, and in place of the last puts the digest of those before them.
struct Sealed<W> {
    out: W,
    /// What may be the last bytes.
    tail: Vec<u8>,
    hash: Sha256,
}

impl<W: Write> Sealed<W> {
    fn seal(mut self) -> io::Result<W> {
        self.out.write_all(hex(&self.hash.finalize()).as_bytes())?;
        Ok(self.out)
    }
}

impl<W: Write> Write for Sealed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tail.extend_from_slice(bytes);
        let tail = self.tail.split_off(self.tail.len().saturating_sub(SEAL));
        self.hash.update(&self.tail);
        self.out.write_all(&self.tail)?;
        self.tail = tail;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A pack under way; what is written to it goes into the file begun last.
pub struct Pack<W: Write> {
    zip: ZipWriter<StreamWriter<Sealed<W>>>,
    files: Vec<Listed>,
    current: Option<(String, u64, Sha256)>,
}

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default().last_modified_time(DateTime::default()).unix_permissions(0o644)
}

impl<W: Write> Pack<W> {
    /// Begins a pack.
    pub fn new(out: W) -> Self {
        let zip = ZipWriter::new_stream(Sealed { out, tail: Vec::new(), hash: Sha256::new() });
        Self { zip, files: Vec::new(), current: None }
    }

    /// Begins a file, whose name comes after that of the last.
    ///
    /// # Errors
    ///
    /// Where the pack cannot be written, or has such a file.
    pub fn begin(&mut self, path: &str) -> io::Result<()> {
        self.end();
        // Whatever grows with the ledger may pass four gigabytes.
        let grows = path == "entries.jsonl" || path.starts_with("exports/");
        self.zip.start_file(path, options().compression_method(CompressionMethod::Deflated).large_file(grows))?;
        self.current = Some((path.to_owned(), 0, Sha256::new()));
        Ok(())
    }

    /// Adds a whole file.
    ///
    /// # Errors
    ///
    /// As [`Pack::begin`].
    pub fn file(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        self.begin(path)?;
        self.write_all(content)
    }

    fn end(&mut self) {
        if let Some((path, size, hash)) = self.current.take() {
            self.files.push(Listed { path, sha256: hex(&hash.finalize()), size });
        }
    }

    /// Adds the manifest and its digest, seals the pack, and gives back what was written to.
    ///
    /// # Errors
    ///
    /// Where the pack cannot be written.
    pub fn finish(mut self, about: &About) -> io::Result<W> {
        self.end();
        // Stored as they are: the last bits of a compressed file mean nothing, and nothing would speak for them.
        let stored = options().compression_method(CompressionMethod::Stored);
        self.zip.start_file("manifest.json", stored)?;
        let program = concat!("tranche ", env!("CARGO_PKG_VERSION"));
        let manifest = Manifest { format: FORMAT, program, about, files: &self.files };
        let manifest = canonical::to_vec(&manifest)?;
        self.zip.write_all(&manifest)?;
        self.zip.start_file("manifest.sha256", stored)?;
        // As `sha256sum --check` reads it.
        writeln!(self.zip, "{}  manifest.json", hex(&Sha256::digest(&manifest)))?;
        // Its place; what stands there is the digest of all before it.
        self.zip.set_raw_comment(Box::new([b'0'; SEAL]))?;
        self.zip.finish()?.into_inner().seal()
    }
}

impl<W: Write> Write for Pack<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.zip.write(bytes)?;
        if let Some((_, size, hash)) = &mut self.current {
            *size += count as u64;
            hash.update(bytes.get(..count).unwrap_or_default());
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.flush()
    }
}

fn hex(bytes: &[u8]) -> String {
    crate::engine::replay::hex(bytes)
}
