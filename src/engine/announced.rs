//! The keys that a ledger's entries announce, read off the entries as they pass and taken on nobody's word.
//!
//! Every announcement is held against the rule it was recorded under, so that one put into the log from behind, signed by
//! nobody, is found by whoever signs or cosigns.

use crate::domain::act::Act;
use crate::domain::rule::key::flaws;
use crate::log::entry;
use crate::log::note::Verifier;

/// What every announcement's entry has in it, and hardly another.
const MARK: &str = r#""type":"KeyAnnounced""#;

/// A key may not sign what the entries say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnnouncedError {
    /// Another key was announced in its place.
    #[error("the key {key} was replaced: entry {position} announces another, {by}")]
    Replaced {
        /// The key.
        key: String,
        /// Where its successor is announced.
        position: u64,
        /// The successor.
        by: String,
    },
    /// Keys were announced, and this is none of them.
    #[error("the key {key} was not announced in the ledger; the one in force is {in_force}")]
    Unannounced {
        /// The key.
        key: String,
        /// The key in force.
        in_force: String,
    },
    /// An announcement does not hold.
    #[error("entry {position} announces a key, and not as the rule KEY-01 asks: {en}")]
    Unlawful {
        /// Its position.
        position: u64,
        /// What is wrong, in Chinese.
        zh: String,
        /// The same in English.
        en: String,
    },
}

/// The keys announced by the entries seen so far.
#[derive(Debug, Default)]
pub struct Announced {
    /// Each with the position of its announcement.
    keys: Vec<(u64, Verifier)>,
    unlawful: Option<AnnouncedError>,
}

impl Announced {
    /// Sees an entry; its leaf's index counts from 0.
    pub fn see(&mut self, index: u64, bytes: &[u8]) {
        if !std::str::from_utf8(bytes).is_ok_and(|text| text.contains(MARK)) {
            return;
        }
        let position = index.saturating_add(1);
        // An entry that does not read as an event is altered, which its hash tells.
        let Ok(event) = entry::read(bytes) else { return };
        let Act::AnnounceKey(act) = event.act else { return };
        if let Some((zh, en)) = flaws(&act, self.keys.iter().map(|(_, key)| key)).into_iter().next()
            && self.unlawful.is_none()
        {
            self.unlawful = Some(AnnouncedError::Unlawful { position, zh, en });
        }
        self.keys.push((position, act.key));
    }

    /// Whether a key may sign for the entries seen: it is the one in force, or none was ever announced.
    ///
    /// # Errors
    ///
    /// [`AnnouncedError`].
    pub fn check(&self, key: &Verifier) -> Result<(), AnnouncedError> {
        if let Some(unlawful) = &self.unlawful {
            return Err(unlawful.clone());
        }
        let Some((_, in_force)) = self.keys.last() else { return Ok(()) };
        if in_force == key {
            return Ok(());
        }
        let place = self.keys.iter().position(|(_, known)| known == key);
        let successor = place.and_then(|place| self.keys.get(place.saturating_add(1)));
        let key = key.to_string();
        Err(match successor {
            Some((position, by)) => AnnouncedError::Replaced { key, position: *position, by: by.to_string() },
            None => AnnouncedError::Unannounced { key, in_force: in_force.to_string() },
        })
    }

    /// Whether the key in force had one before it.
    #[must_use]
    pub fn is_successor(&self) -> bool {
        self.keys.len() > 1
    }
}
