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
    /// A key took over from another, and no entry says so.
    #[error("the key {key} took over from another one, and the ledger does not announce it yet")]
    Untold {
        /// The key.
        key: String,
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

    /// Whether a key may sign for the entries seen: it is the one in force, or none was ever announced and it took over
    /// from none.
    ///
    /// # Errors
    ///
    /// [`AnnouncedError`].
    pub fn check(&self, key: &Verifier, took_over: bool) -> Result<(), AnnouncedError> {
        if let Some(unlawful) = &self.unlawful {
            return Err(unlawful.clone());
        }
        let Some((_, in_force)) = self.keys.last() else {
            return if took_over { Err(AnnouncedError::Untold { key: key.to_string() }) } else { Ok(()) };
        };
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

    /// The key in force that another leads to, each handed on by the one before it.
    ///
    /// # Errors
    ///
    /// [`AnnouncedError::Unlawful`]; [`AnnouncedError::Unannounced`] where the other is none of them.
    pub fn led_from(&self, key: &Verifier) -> Result<&Verifier, AnnouncedError> {
        if let Some(unlawful) = &self.unlawful {
            return Err(unlawful.clone());
        }
        let known = self.keys.iter().any(|(_, known)| known == key);
        match self.keys.last() {
            Some((_, in_force)) if known => Ok(in_force),
            last => {
                let in_force = last.map(|(_, key)| key.to_string()).unwrap_or_default();
                Err(AnnouncedError::Unannounced { key: key.to_string(), in_force })
            }
        }
    }

    /// Whether the key in force had one before it.
    #[must_use]
    pub fn is_successor(&self) -> bool {
        self.keys.len() > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::act::AnnounceKey;
    use crate::domain::command::Command;
    use crate::domain::event::Event;
    use crate::domain::rule::key::statement_text;
    use crate::log::note::{Note, Signer};

    fn key(seed: u8) -> Signer {
        Signer::from_seed("log", &[seed; 32]).unwrap()
    }

    /// The entry that announces a key after another, whoever signed the statement.
    fn entry(previous: Option<u8>, own: u8, signers: &[u8]) -> Vec<u8> {
        let line = r#"{"command":"attach","on":"2026-02-12","by":{"body":"province_finance","person":"李敏"},
            "subject":"P","name":"x","media_type":"a/b","sha256":"0000000000000000000000000000000000000000000000000000000000000000","size":1}"#;
        let command = Command::parse(line.as_bytes()).unwrap();
        let (previous, key_own) = (previous.map(|seed| key(seed).public().clone()), key(own).public().clone());
        let text = statement_text(previous.as_ref(), &key_own);
        let statement = Note { signatures: signers.iter().map(|seed| key(*seed).sign(&text)).collect(), text };
        let event = Event {
            position: 1,
            stream: "programme".to_owned(),
            version: 1,
            on: command.on,
            recorded_at: "2026-02-12T01:00:00Z".parse().unwrap(),
            simulated: false,
            command_id: uuid::Uuid::nil(),
            by: command.by,
            approvals: vec![],
            note: None,
            warnings: vec![],
            act: Act::AnnounceKey(AnnounceKey { key: key_own, previous, statement }),
        };
        entry::write("test", &event).unwrap()
    }

    fn seen(entries: &[Vec<u8>]) -> Announced {
        let mut announced = Announced::default();
        for (index, entry) in (0..).zip(entries) {
            announced.see(index, entry);
        }
        announced
    }

    #[test]
    fn the_last_key_signs_and_no_other() {
        let none = seen(&[b"{}".to_vec(), b"\xff\"type\":\"KeyAnnounced\"".to_vec()]);
        assert_eq!(none.check(key(1).public(), false), Ok(()));
        assert!(matches!(none.check(key(1).public(), true), Err(AnnouncedError::Untold { .. })));
        let two = seen(&[entry(None, 1, &[1]), b"{}".to_vec(), entry(Some(1), 2, &[1, 2])]);
        assert_eq!(two.check(key(2).public(), true), Ok(()));
        assert!(two.is_successor());
        let replaced = two.check(key(1).public(), false);
        assert!(matches!(replaced, Err(AnnouncedError::Replaced { position: 3, .. })), "{replaced:?}");
        assert!(matches!(two.check(key(3).public(), true), Err(AnnouncedError::Unannounced { .. })));
        assert_eq!(two.led_from(key(1).public()), Ok(key(2).public()));
        for stranger in [two.led_from(key(3).public()), none.led_from(key(1).public())] {
            assert!(matches!(stranger, Err(AnnouncedError::Unannounced { .. })));
        }
    }

    #[test]
    fn a_key_put_into_the_log_from_behind_is_found() {
        // The database's owner has no key that is in force, and so no statement.
        for (intruder, at) in [(entry(Some(1), 9, &[9]), 2), (entry(None, 9, &[9]), 2), (entry(Some(1), 9, &[1]), 2)] {
            let altered = seen(&[entry(None, 1, &[1]), intruder]);
            for seed in [1, 9] {
                let found = altered.check(key(seed).public(), false);
                assert!(matches!(found, Err(AnnouncedError::Unlawful { position, .. }) if position == at), "{found:?}");
                assert!(altered.led_from(key(seed).public()).is_err());
            }
        }
    }
}
