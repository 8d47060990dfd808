//! The leaves of a tree in a temporary file: tiles and proofs are made from them without reading the log again.
//!
//! In memory are the roots of every 256 and every 65,536 leaves: a few megabytes for a hundred million entries.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};

use crate::log::merkle::{Frontier, Hash, node_hash};
use crate::log::proof::{ProofError, Prover, inclusion_spans};
use crate::log::tile::{Level, TILE_BYTES, Tile, WIDTH};

const HASH_BYTES: u64 = 32;

/// The leaves under way.
pub struct Leaves {
    file: BufWriter<File>,
    edge: Frontier,
    tile: Frontier,
    /// The roots of full tiles of leaves, and of full tiles of those.
    tiles: Vec<Hash>,
    above: Vec<Hash>,
}

impl Leaves {
    /// None as yet.
    ///
    /// # Errors
    ///
    /// Where the system gives no temporary file.
    pub fn new() -> io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 16, tempfile::tempfile()?);
        Ok(Self { file, edge: Frontier::new(), tile: Frontier::new(), tiles: Vec::new(), above: Vec::new() })
    }

    /// Takes the next leaf by its hash.
    ///
    /// # Errors
    ///
    /// Where the temporary file cannot be written.
    pub fn push(&mut self, leaf: Hash) -> io::Result<()> {
        self.file.write_all(&leaf)?;
        self.edge.push(leaf);
        self.tile.push(leaf);
        if self.tile.size() == 256 {
            self.tiles.push(std::mem::take(&mut self.tile).root());
            if self.tiles.len().is_multiple_of(256) {
                let last = self.tiles.len() - 256;
                self.above.push(root_of(self.tiles.get(last..).unwrap_or_default()));
            }
        }
        Ok(())
    }

    /// How many there are, and their root.
    #[must_use]
    pub fn tree(&self) -> (u64, Hash) {
        (self.edge.size(), self.edge.root())
    }

    /// The leaves, to prove and cut with.
    ///
    /// # Errors
    ///
    /// Where the temporary file cannot be written.
    pub fn close(self) -> io::Result<Closed> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Closed { file, tiles: self.tiles, above: self.above })
    }
}

/// All leaves.
pub struct Closed {
    file: File,
    tiles: Vec<Hash>,
    above: Vec<Hash>,
}

/// How many hashes these bytes are: never more than a tile has.
fn count(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len() / 32).unwrap_or(WIDTH)
}

fn root_of(hashes: &[Hash]) -> Hash {
    let mut edge = Frontier::new();
    for hash in hashes {
        edge.push(*hash);
    }
    edge.root()
}

/// Those of the hashes that begin at an index.
fn slice(hashes: &[Hash], from: u64, count: u64) -> &[Hash] {
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    let to = from.saturating_add(usize::try_from(count).unwrap_or(usize::MAX));
    hashes.get(from..to).unwrap_or_default()
}

impl Closed {
    /// Hands on the first leaves, one after another.
    ///
    /// # Errors
    ///
    /// Where the temporary file cannot be read, or as `take` says.
    pub fn each(&mut self, size: u64, mut take: impl FnMut(Hash) -> io::Result<()>) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::with_capacity(1 << 16, &self.file);
        let mut leaf = [0; 32];
        for _ in 0..size {
            reader.read_exact(&mut leaf)?;
            take(leaf)?;
        }
        Ok(())
    }

    /// Hands on the full and partial tiles of the tree of the first leaves, level by level.
    ///
    /// # Errors
    ///
    /// Where the temporary file cannot be read, or as `take` says.
    pub fn tiles(&mut self, size: u64, mut take: impl FnMut(Tile, &[u8]) -> io::Result<()>) -> io::Result<()> {
        let width = u64::from(WIDTH);
        let (mut index, mut bytes) = (0, Vec::with_capacity(TILE_BYTES));
        self.each(size, |leaf| {
            bytes.extend_from_slice(&leaf);
            if bytes.len() == TILE_BYTES {
                take(Tile { level: Level::Hashes(0), index, width: WIDTH }, &bytes)?;
                bytes.clear();
                index += 1;
            }
            Ok(())
        })?;
        if !bytes.is_empty() {
            take(Tile { level: Level::Hashes(0), index, width: count(&bytes) }, &bytes)?;
        }
        let mut below = slice(&self.tiles, 0, size / width).to_vec();
        for level in 1..=u8::MAX {
            let mut full = Vec::new();
            for (index, hashes) in (0..).zip(below.chunks(usize::from(WIDTH))) {
                let bytes = hashes.concat();
                let tile = Tile { level: Level::Hashes(level), index, width: count(&bytes) };
                take(tile, &bytes)?;
                if tile.is_full() {
                    full.push(root_of(hashes));
                }
            }
            if full.is_empty() {
                break;
            }
            below = full;
        }
        Ok(())
    }

    /// The proof that one tree is the beginning of another.
    ///
    /// # Errors
    ///
    /// Where there is none, or the temporary file cannot be read.
    pub fn consistency(&mut self, old: u64, new: u64) -> io::Result<Vec<Hash>> {
        let mut prover = Prover::of_consistency(old, new).map_err(unprovable)?;
        self.each(new, |leaf| {
            prover.push(leaf);
            Ok(())
        })?;
        prover.finish().map_err(unprovable)
    }

    /// The proof that the leaf of an index is in the tree of the first leaves.
    ///
    /// # Errors
    ///
    /// Where there is none, or the temporary file cannot be read.
    pub fn inclusion(&mut self, index: u64, size: u64) -> io::Result<Vec<Hash>> {
        if index >= size {
            return Err(unprovable(ProofError::Beyond { index, size }));
        }
        inclusion_spans(index, size).into_iter().map(|(from, to)| self.root(from, to)).collect()
    }

    /// The root over leaves that begin where a subtree does.
    fn root(&mut self, from: u64, to: u64) -> io::Result<Hash> {
        let size = to - from;
        let whole = 1 << size.checked_ilog2().unwrap_or(0);
        if whole < size {
            return Ok(node_hash(&self.root(from, from + whole)?, &self.root(from + whole, to)?));
        }
        if size >= 1 << 16 {
            return Ok(root_of(slice(&self.above, from >> 16, size >> 16)));
        }
        if size >= 1 << 8 {
            return Ok(root_of(slice(&self.tiles, from >> 8, size >> 8)));
        }
        let mut bytes = vec![0; usize::try_from(size * HASH_BYTES).unwrap_or_default()];
        self.file.seek(SeekFrom::Start(from * HASH_BYTES))?;
        self.file.read_exact(&mut bytes)?;
        Ok(root_of(bytes.as_chunks::<32>().0))
    }
}

fn unprovable(error: ProofError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::merkle::leaf_hash;
    use crate::log::proof::{verify_consistency, verify_inclusion};
    use crate::log::tile::{Piece, Tiles};

    #[test]
    fn proofs_from_the_file_lead_to_the_root() {
        for size in [1_u64, 2, 255, 256, 257, 300, 70_000] {
            let mut leaves = Leaves::new().unwrap();
            for index in 0..size {
                leaves.push(leaf_hash(&index.to_be_bytes())).unwrap();
            }
            let (counted, root) = leaves.tree();
            assert_eq!(counted, size);
            let mut closed = leaves.close().unwrap();
            for index in [0, size / 3, size / 2, size - 1] {
                let proof = closed.inclusion(index, size).unwrap();
                verify_inclusion(&leaf_hash(&index.to_be_bytes()), (index, size), &proof, &root).unwrap();
            }
            let old = size / 2 + 1;
            let mut beginning = Frontier::new();
            closed
                .each(old, |leaf| {
                    beginning.push(leaf);
                    Ok(())
                })
                .unwrap();
            let proof = closed.consistency(old, size).unwrap();
            verify_consistency((old, &beginning.root()), (size, &root), &proof).unwrap();
            assert!(closed.inclusion(size, size).is_err());
            let (mut tiles, mut expected) = (Tiles::new(), Vec::new());
            for index in 0..size {
                expected.extend(tiles.push(leaf_hash(&index.to_be_bytes())));
            }
            expected.extend(tiles.partial().cloned());
            expected.sort_by_key(|piece| (piece.tile.level, piece.tile.index));
            let mut cut = Vec::new();
            closed
                .tiles(size, |tile, bytes| {
                    cut.push(Piece { tile, bytes: bytes.to_vec() });
                    Ok(())
                })
                .unwrap();
            assert_eq!(cut, expected);
        }
    }
}
