//! The language of texts for people. The codes, keys and identifiers of the ledger have none.
//!
//! Refused here: translating. Whoever says something says it in both, and this picks one.

use clap::ValueEnum;

/// The language of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

impl Lang {
    /// The text in this language.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}
