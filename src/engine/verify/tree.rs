//! The tree over the entries as they are, beside the tiles as they are stored, and the roots at the sizes somebody
//! signed for.
//!
//! Where an entry is not the one whose hash its tile has, a second tree goes on from there with the tile's hash: if the
//! root somebody signed is that of the second, the entry was altered, and nothing else was.

use super::decoded::{Block, leaves};
use crate::domain::Timestamp;
use crate::engine::EngineError;
use crate::log::merkle::{Frontier, Hash};
use crate::log::tile::{Level, TILE_BYTES, Tile, WIDTH, root_of};
use crate::store::Store;

/// A position whose entry is not what the stored tile says, with the time it was recorded at.
pub(super) type Mismatch = (u64, Option<Timestamp>);

/// The most mismatches that are kept by position.
const MISMATCHES_MAX: usize = 100_000;

/// A root at a size, as the entries give it and as the stored tiles do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Roots {
    pub(super) size: u64,
    pub(super) entries: Hash,
    pub(super) tiles: Hash,
}

/// The trees under way.
#[derive(Default)]
pub(super) struct Trees {
    /// Over the roots of full tiles of leaves: as the entries give them.
    entries: Frontier,
    /// The same with the hashes that are stored; none while the two are the same.
    tiles: Option<Frontier>,
    /// The sizes whose roots are wanted, the largest first.
    wanted: Vec<u64>,
    pub(super) roots: Vec<Roots>,
    pub(super) mismatches: Vec<Mismatch>,
    /// The roots of the full tiles of leaves, as they are stored.
    stored: Vec<u8>,
    /// Stored tiles that are gone from among others.
    pub(super) gone: Vec<u64>,
    /// The right edge over all entries.
    pub(super) edge: Frontier,
}

impl Trees {
    pub(super) fn wanting(mut sizes: Vec<u64>) -> Self {
        sizes.sort_unstable_by(|left, right| right.cmp(left));
        sizes.dedup();
        let mut trees = Self { wanted: sizes, ..Self::default() };
        while trees.wanted.pop_if(|size| *size == 0).is_some() {
            let empty = crate::log::merkle::empty_root();
            trees.roots.push(Roots { size: 0, entries: empty, tiles: empty });
        }
        trees
    }

    /// Takes the next tile's entries; `is_stored` says whether its tile is to be there.
    pub(super) fn take(&mut self, block: &Block, is_stored: bool) {
        let (own, stored) = self.leaves(block);
        let before = block.first - 1;
        let forked = stored.as_ref().is_some_and(|stored| *stored != own);
        if forked && self.tiles.is_none() {
            self.tiles = Some(self.entries.clone());
        }
        let second = stored.as_ref().unwrap_or(&own);
        while let Some(size) = self.wanted.pop_if(|size| *size <= before + block.due) {
            let count = usize::try_from(size - before).unwrap_or(0);
            let tiles = self.tiles.as_ref().unwrap_or(&self.entries);
            let roots = Roots {
                size,
                entries: edge(&self.entries, own.get(..count * 32).unwrap_or(&own)).root(),
                tiles: edge(tiles, second.get(..count * 32).unwrap_or(second)).root(),
            };
            self.roots.push(roots);
        }
        if block.due < u64::from(WIDTH) {
            self.edge = edge(&self.entries, &own);
            return;
        }
        let root = block.root.unwrap_or_else(|| root_of(&own));
        let stored_root = if forked { stored.as_deref().map_or(root, root_of) } else { root };
        self.entries.push(root);
        self.edge = edge(&self.entries, &[]);
        if let Some(tiles) = &mut self.tiles {
            tiles.push(stored_root);
        }
        if is_stored {
            self.stored.extend_from_slice(&stored_root);
            if block.tile.is_none() {
                self.gone.push(before / u64::from(WIDTH));
            }
        }
    }

    /// The leaves as the entries give them, and as they are stored. An entry that is gone counts with the stored
    /// hash, so that the rest can be held against what was signed all the same.
    fn leaves(&mut self, block: &Block) -> (Vec<u8>, Option<Vec<u8>>) {
        let stored = block.tile.as_ref().filter(|tile| tile.len() == TILE_BYTES);
        if let (Some(_), None) = (block.root, stored) {
            return (leaves(&block.items), None);
        }
        let stored_hashes = stored.map(|tile| tile.as_chunks::<32>().0);
        let mut items = block.items.iter().peekable();
        let mut own = Vec::with_capacity(TILE_BYTES);
        for offset in 0..block.due {
            let position = block.first + offset;
            let kept = stored_hashes.and_then(|hashes| hashes.get(usize::try_from(offset).ok()?)).copied();
            let Some(item) = items.next_if(|item| item.position == position) else {
                own.extend_from_slice(&kept.unwrap_or_default());
                continue;
            };
            own.extend_from_slice(&item.leaf);
            if kept.is_some_and(|kept| kept != item.leaf) && self.mismatches.len() < MISMATCHES_MAX {
                self.mismatches.push((position, Some(item.recorded_at)));
            }
        }
        (own, stored.cloned())
    }

    /// The tiles above those of leaves that are not the roots of what stands under them, by path; whether gone; and
    /// the positions they span. Also counts those that were looked at.
    pub(super) async fn above(&self, store: &Store, ledger: i64) -> Result<(Vec<(Tile, bool)>, u64), EngineError> {
        let mut wrong = Vec::new();
        let mut count = 0;
        let mut below = self.stored.clone();
        for level in 1..8_u8 {
            let full = below.chunks_exact(TILE_BYTES);
            if full.len() == 0 {
                break;
            }
            let mut roots = Vec::new();
            for (index, expected) in (0_i64..).zip(full) {
                let found = store.tiles_read(ledger, level, (index, index)).await?;
                let tile = Tile { level: Level::Hashes(level), index: index.unsigned_abs(), width: WIDTH };
                match found.first() {
                    Some(found) if found.hashes == expected => {}
                    Some(_) => wrong.push((tile, false)),
                    None => wrong.push((tile, true)),
                }
                roots.extend_from_slice(&root_of(expected));
                count += 1;
            }
            below = roots;
        }
        Ok((wrong, count))
    }
}

/// The right edge of a tree of whole tiles and the leaves behind them.
fn edge(tiles: &Frontier, leaves: &[u8]) -> Frontier {
    let mut rest = Frontier::new();
    for leaf in leaves.as_chunks::<32>().0 {
        rest.push(*leaf);
    }
    let (tiles, rest) = if rest.size() == u64::from(WIDTH) {
        let mut whole = tiles.clone();
        whole.push(rest.root());
        (whole, Frontier::new())
    } else {
        (tiles.clone(), rest)
    };
    let size = tiles.size() * u64::from(WIDTH) + rest.size();
    let peaks = [tiles.to_bytes(), rest.to_bytes()].concat();
    // A peak for each bit of the size, as both halves have; so it is never the default.
    Frontier::from_bytes(size, &peaks).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::merkle::leaf_hash;

    #[test]
    fn an_edge_of_tiles_and_leaves_is_that_of_the_leaves() {
        let leaves: Vec<Hash> = (0..1_000_u32).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        for size in [0, 1, 255, 256, 257, 511, 512, 700, 768, 1_000] {
            let mut plain = Frontier::new();
            leaves[..size].iter().for_each(|leaf| plain.push(*leaf));
            let mut tiles = Frontier::new();
            let whole = size.saturating_sub(1) / 256;
            for block in leaves[..whole * 256].chunks(256) {
                tiles.push(root_of(&block.concat()));
            }
            assert_eq!(edge(&tiles, &leaves[whole * 256..size].concat()), plain, "{size}");
        }
    }
}
