//! The signer's key: it is handed on by a statement that the key in force and the new one both signed.
//!
//! [`flaws`] is the one place that says what an announcement must show. It is asked before one is appended (KEY-01), and
//! again by whoever reads the log and takes nobody's word for it.

use crate::domain::act::AnnounceKey;
use crate::domain::decide::Case;
use crate::domain::note::{KeyKind, Verifier};
use crate::domain::rulebook::Rule;

/// The first line of a statement. No checkpoint begins so, whose second line is a number.
const HEAD: &str = "tranche key announcement v1";

/// The text of the statement by which `previous` hands on to `key`; they share the name of the log they sign for.
#[must_use]
pub fn statement_text(previous: Option<&Verifier>, key: &Verifier) -> String {
    let previous = previous.map_or_else(|| "none".to_owned(), ToString::to_string);
    format!("{HEAD}\n{}\nprevious {previous}\nkey {key}\n", key.name())
}

/// What is wrong with an announcement, in Chinese and English, after these keys were announced in this order.
#[must_use]
pub fn flaws<'a>(act: &AnnounceKey, announced: impl IntoIterator<Item = &'a Verifier>) -> Vec<(String, String)> {
    let mut flaws = Vec::new();
    let AnnounceKey { key, previous, statement } = act;
    let (mut in_force, mut known) = (None, false);
    for earlier in announced {
        known |= earlier.bytes() == key.bytes();
        in_force = Some(earlier);
    }
    if previous.as_ref() != in_force {
        let (zh, en) = in_force.map_or_else(
            || {
                (
                    "尚未公布过密钥:请先公布原密钥(tranche key announce),再换".to_owned(),
                    "no key was announced yet: announce the previous one first (tranche key announce)".to_owned(),
                )
            },
            |key| {
                (format!("现行密钥为 {key},须填报为原密钥"), format!("the key in force, which must be named, is {key}"))
            },
        );
        flaws.push((zh, en));
    }
    if known {
        flaws.push((format!("密钥 {key} 此前已公布过,不得再用"), format!("the key {key} was announced before")));
    }
    if let Some(previous) = previous.as_ref().filter(|previous| previous.name() != key.name()) {
        let (old, new) = (previous.name(), key.name());
        flaws.push((
            format!("新密钥的名称 {new} 须与原密钥的名称 {old} 相同"),
            format!("the new key's name, {new}, must be the previous one's, {old}"),
        ));
    }
    if statement.text != statement_text(previous.as_ref(), key) {
        flaws.push((
            "声明的内容与所报新、原公钥不符".to_owned(),
            "the statement does not say what the announcement does".to_owned(),
        ));
    }
    for signer in previous.iter().chain([key]) {
        if let Err(error) = signer.check_kind(KeyKind::Log).and_then(|()| statement.verify(signer)) {
            flaws.push((format!("声明:{}", error.zh()), format!("the statement: {error}")));
        }
    }
    flaws
}

/// KEY-01: a new key is announced under the key in force.
pub fn key_01(case: &mut Case, act: &AnnounceKey) {
    for (zh, en) in flaws(act, case.ledger.programme.keys.iter().map(|announced| &announced.key)) {
        case.refuse(Rule::Key01, zh, en);
    }
}
