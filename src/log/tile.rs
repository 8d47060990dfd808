//! Tiles (C2SP tlog-tiles): the tree and the entries under it as files of 256, for programs of others to fetch and check.
//!
//! A tile holds 256 consecutive hashes of one level of the tree: level 0 has the leaves', each above it the roots of
//! the full tiles below. An entry bundle holds the 256 entries of a tile of leaves. What is full never changes again;
//! at the tree's right edge stand partial ones, which a larger tree replaces. [`Tiles`] and [`Bundles`] take leaves and
//! entries in order and give each file when it is full: they keep one tile a level, whatever the size of the log.
//!
//! Refused here: files and folders, and serving them.

use std::fmt;

use super::entry::ENTRY_BYTES_MAX;
use super::merkle::{Frontier, Hash, leaf_hash};

/// How many hashes a full tile has, and how many entries a full bundle.
pub const WIDTH: u16 = 256;

/// How many bytes a full tile has.
pub const TILE_BYTES: usize = 8_192;

/// Bytes are no bundle, or an entry fits into none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// The entry's length does not fit into two bytes.
    #[error("an entry of {0} bytes is longer than the {ENTRY_BYTES_MAX} that a bundle takes")]
    Long(usize),
    /// The bundle ends within an entry.
    #[error("the bundle is cut off in entry {0} of it")]
    Cut(usize),
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Hashes of this level of tiles, 0 being the leaves'.
    Hashes(u8),
    /// The entries themselves.
    Entries,
}

/// Which tile or bundle: its level, its number within the level from 0, and how much of it there is.
///
/// Its text is its path, as C2SP has it.
///
/// ```
/// # use tranche::log::tile::{Level, Tile, WIDTH};
/// let tile = Tile { level: Level::Hashes(2), index: 1_234_067, width: WIDTH };
/// assert_eq!(tile.to_string(), "tile/2/x001/x234/067");
/// assert_eq!(Tile { level: Level::Entries, index: 5, width: 7 }.to_string(), "tile/entries/005.p/7");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// What it holds.
    pub level: Level,
    /// Its number.
    pub index: u64,
    /// How many hashes or entries it has: [`WIDTH`] where it is full, fewer where it is partial.
    pub width: u16,
}

impl Tile {
    /// Whether it is full, and so never changes.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.width == WIDTH
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Level::Hashes(level) => write!(f, "tile/{level}/")?,
            Level::Entries => f.write_str("tile/entries/")?,
        }
        let digits = self.index.max(1).ilog10() / 3;
        for place in (1..=digits).rev() {
            write!(f, "x{:03}/", self.index / 1_000_u64.pow(place) % 1_000)?;
        }
        write!(f, "{:03}", self.index % 1_000)?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// A tile or a bundle with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which.
    pub tile: Tile,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The root over hashes that stand one after another, as in a tile; what is left over of a hash does not count.
#[must_use]
pub fn root_of(hashes: &[u8]) -> Hash {
    let mut edge = Frontier::new();
    for hash in hashes.as_chunks::<32>().0 {
        edge.push(*hash);
    }
    edge.root()
}

/// The tiles of a tree that grows: one under way on each level.
///
/// ```
/// # use tranche::log::{merkle::leaf_hash, tile::Tiles};
/// let mut tiles = Tiles::new();
/// let full: Vec<String> = (0..300_u32)
///     .flat_map(|n| tiles.push(leaf_hash(&n.to_be_bytes())))
///     .map(|piece| piece.tile.to_string())
///     .collect();
/// assert_eq!(full, ["tile/0/000"]);
/// let partial: Vec<String> = tiles.partial().map(|piece| piece.tile.to_string()).collect();
/// assert_eq!(partial, ["tile/0/001.p/44", "tile/1/000.p/1"]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tiles {
    /// By level.
    under_way: Vec<Piece>,
}

impl Tiles {
    /// Those of a tree without leaves: none.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next leaf by its [`leaf_hash`], and gives the tiles that it fills, lowest level first: mostly none.
    pub fn push(&mut self, leaf: Hash) -> Vec<Piece> {
        let mut full = Vec::new();
        let mut hash = leaf;
        for level in 0..=u8::MAX {
            if usize::from(level) == self.under_way.len() {
                let tile = Tile { level: Level::Hashes(level), index: 0, width: 0 };
                self.under_way.push(Piece { tile, bytes: Vec::new() });
            }
            let Some(piece) = self.under_way.get_mut(usize::from(level)) else { break };
            piece.bytes.extend_from_slice(&hash);
            piece.tile.width += 1;
            if !piece.tile.is_full() {
                break;
            }
            hash = root_of(&piece.bytes);
            full.push(piece.turn());
        }
        full
    }

    /// The partial tiles at this size of the tree, lowest level first.
    pub fn partial(&self) -> impl Iterator<Item = &Piece> {
        self.under_way.iter().filter(|piece| piece.tile.width > 0)
    }
}

impl Piece {
    /// Gives what is full and goes on with the next of its level.
    fn turn(&mut self) -> Self {
        let full = Self { tile: self.tile, bytes: std::mem::take(&mut self.bytes) };
        self.tile = Tile { index: full.tile.index.saturating_add(1), width: 0, ..full.tile };
        full
    }
}

/// The bundles of a log that grows: one under way.
#[derive(Clone, Debug)]
pub struct Bundles {
    under_way: Piece,
}

impl Default for Bundles {
    fn default() -> Self {
        Self::starting(0)
    }
}

impl Bundles {
    /// Those of a log without entries: none.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Those from the bundle of this number on: the next entry is its first.
    #[must_use]
    pub fn starting(index: u64) -> Self {
        let tile = Tile { level: Level::Entries, index, width: 0 };
        Self { under_way: Piece { tile, bytes: Vec::new() } }
    }

    /// Takes the next entry, and gives the bundle that it fills, if it does.
    ///
    /// # Errors
    ///
    /// [`TileError::Long`].
    pub fn push(&mut self, entry: &[u8]) -> Result<Option<Piece>, TileError> {
        let length = u16::try_from(entry.len()).map_err(|_| TileError::Long(entry.len()))?;
        let bundle = &mut self.under_way;
        bundle.bytes.extend_from_slice(&length.to_be_bytes());
        bundle.bytes.extend_from_slice(entry);
        bundle.tile.width += 1;
        Ok(bundle.tile.is_full().then(|| bundle.turn()))
    }

    /// The partial bundle at this size of the log, if it has one.
    #[must_use]
    pub fn partial(&self) -> Option<&Piece> {
        (self.under_way.tile.width > 0).then_some(&self.under_way)
    }
}

/// The entries of a bundle, each as it is or [`TileError::Cut`] where the bundle ends within it.
pub fn bundle_entries(bundle: &[u8]) -> impl Iterator<Item = Result<&[u8], TileError>> {
    let mut rest = bundle;
    let mut count = 0;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let cut = rest
            .split_first_chunk()
            .and_then(|(length, after)| after.split_at_checked(usize::from(u16::from_be_bytes(*length))));
        let entry = cut.map(|(entry, _)| entry).ok_or(TileError::Cut(count));
        rest = cut.map_or(&[], |(_, after)| after);
        count += 1;
        Some(entry)
    })
}

/// The hashes of a bundle's entries as leaves, one after another: the bytes of the tile of leaves of the same number.
///
/// # Errors
///
/// [`TileError::Cut`].
pub fn bundle_hashes(bundle: &[u8]) -> Result<Vec<u8>, TileError> {
    let leaves = bundle_entries(bundle).map(|entry| entry.map(leaf_hash)).collect::<Result<Vec<_>, _>>()?;
    Ok(leaves.concat())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use proptest::prelude::*;

    fn entry(n: u64) -> Vec<u8> {
        format!("entry {n}").into_bytes()
    }

    /// `MTH(D[from:to])` by the leaves alone.
    fn root(from: u64, to: u64) -> Hash {
        let leaves: Vec<u8> = (from..to).flat_map(|n| leaf_hash(&entry(n))).collect();
        root_of(&leaves)
    }

    /// All files of a log of a size, by path.
    fn files(size: u64) -> BTreeMap<String, Piece> {
        let (mut tiles, mut bundles) = (Tiles::new(), Bundles::new());
        let mut pieces = Vec::new();
        for n in 0..size {
            pieces.extend(tiles.push(leaf_hash(&entry(n))));
            pieces.extend(bundles.push(&entry(n)).unwrap());
        }
        pieces.extend(tiles.partial().cloned());
        pieces.extend(bundles.partial().cloned());
        let count = pieces.len();
        let files: BTreeMap<_, _> = pieces.into_iter().map(|piece| (piece.tile.to_string(), piece)).collect();
        assert_eq!(files.len(), count, "no path twice");
        files
    }

    #[test]
    fn a_tree_of_70_000_is_cut_as_the_standard_says() {
        let files = files(70_000);
        let hashes = files.values().filter(|piece| piece.tile.level != Level::Entries);
        let (full, partial): (Vec<_>, Vec<_>) = hashes.partition(|piece| piece.tile.is_full());
        let on = |level| full.iter().filter(|piece| piece.tile.level == Level::Hashes(level)).count();
        assert_eq!((on(0), on(1), on(2)), (273, 1, 0));
        let widths: Vec<_> = partial.iter().map(|piece| piece.tile.to_string()).collect();
        assert_eq!(widths, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
        assert_eq!(files["tile/2/000.p/1"].bytes, root(0, 65_536));
        assert!(full.iter().all(|piece| piece.bytes.len() == TILE_BYTES));
        assert_eq!(files.keys().filter(|path| path.starts_with("tile/entries/")).count(), 274);
    }

    #[test]
    fn a_full_tile_alone_has_one_above_it() {
        let paths: Vec<String> = files(256).into_keys().collect();
        assert_eq!(paths, ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]);
        assert!(files(0).is_empty());
    }

    #[test]
    fn paths_are_cut_by_thousands() {
        let path = |index| Tile { level: Level::Entries, index, width: WIDTH }.to_string();
        assert_eq!(path(0), "tile/entries/000");
        assert_eq!(path(999), "tile/entries/999");
        assert_eq!(path(1_000), "tile/entries/x001/000");
        assert_eq!(path(1_000_000), "tile/entries/x001/x000/000");
        assert_eq!(path(u64::MAX), "tile/entries/x018/x446/x744/x073/x709/x551/615");
    }

    #[test]
    fn bundles_take_what_fits_and_are_not_read_beyond_their_end() {
        let longest = vec![b'x'; ENTRY_BYTES_MAX];
        let mut bundles = Bundles::starting(3);
        assert_eq!(bundles.push(&vec![0; ENTRY_BYTES_MAX + 1]), Err(TileError::Long(65_536)));
        assert_eq!(bundles.partial(), None);
        for entry in [&b""[..], &longest] {
            assert_eq!(bundles.push(entry), Ok(None));
        }
        let bundle = bundles.partial().unwrap();
        assert_eq!(bundle.tile.to_string(), "tile/entries/003.p/2");
        assert_eq!(bundle_hashes(&bundle.bytes), Ok([leaf_hash(b""), leaf_hash(&longest)].concat()));
        let cut = &bundle.bytes[..bundle.bytes.len() - 1];
        assert_eq!(bundle_entries(cut).collect::<Vec<_>>(), [Ok(&b""[..]), Err(TileError::Cut(1))]);
        assert_eq!(bundle_hashes(b"\x00"), Err(TileError::Cut(0)));
        assert_eq!(bundle_entries(b"").count(), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn every_hash_is_the_root_of_what_stands_under_it(size in 0_u64..2_000) {
            let files = files(size);
            for (path, piece) in &files {
                let Tile { level, index, width } = piece.tile;
                let hashes = match level {
                    Level::Hashes(_) => piece.bytes.clone(),
                    Level::Entries => bundle_hashes(&piece.bytes).unwrap(),
                };
                let span = match level {
                    Level::Hashes(level) => 256_u64.pow(level.into()),
                    Level::Entries => 1,
                };
                let first = index * 256 * span;
                let expected: Vec<u8> =
                    (0..u64::from(width)).flat_map(|n| root(first + n * span, first + (n + 1) * span)).collect();
                prop_assert!(hashes == expected, "{path}");
            }
            // As many hashes on each level as the standard counts.
            for level in 0..3_u8 {
                let on = files.values().filter(|piece| piece.tile.level == Level::Hashes(level));
                let count: u64 = on.map(|piece| u64::from(piece.tile.width)).sum();
                prop_assert_eq!(count, size / 256_u64.pow(level.into()));
            }
        }
    }
}
