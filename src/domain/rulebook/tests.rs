//! The rulebook held against itself and against the notice it quotes.

use std::collections::BTreeSet;

use super::*;
use crate::domain::parameters::{BY_YEAR, SINGLE};

/// The notice as it was published.
const NOTICE: &str = include_str!("notice.txt");

/// The text of one clause: `四(一)` is the paragraph `(一)` of chapter `四、`, `六` the whole chapter.
fn clause(cited: &str) -> String {
    let (chapter, paragraph) = cited.split_once('(').unwrap_or((cited, ""));
    let numerals = ["一", "二", "三", "四", "五", "六"];
    let (mut in_chapter, mut in_paragraph) = (false, false);
    let mut text = String::new();
    for line in NOTICE.lines().map(str::trim) {
        if let Some(numeral) = numerals.iter().find(|n| line.starts_with(&format!("{n}、"))) {
            in_chapter = *numeral == chapter;
            in_paragraph = paragraph.is_empty();
        } else if !paragraph.is_empty() && line.starts_with('(') {
            in_paragraph = line.starts_with(&format!("({paragraph}"));
        }
        if in_chapter && in_paragraph {
            text.push_str(line);
        }
    }
    text
}

#[test]
fn each_rule_has_its_own_entry_and_id() {
    for rule in Rule::ALL {
        assert_eq!(rule.entry().rule, *rule);
        assert_eq!(Rule::from_id(rule.id()), Some(*rule));
    }
    let ids: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    assert_eq!((Rule::ALL.len(), ids.len()), (79, 79));
}

#[test]
fn the_order_is_the_lists() {
    assert!(Rule::ALL.is_sorted(), "refusals are listed in this order");
    assert_eq!(Rule::ALL.first(), Some(&Rule::Form01));
    assert_eq!(Rule::ALL.last(), Some(&Rule::Def05));
}

#[test]
fn every_rule_is_told_in_both_languages() {
    for rule in Rule::ALL {
        let Entry { zh, en, .. } = rule.entry();
        assert!(zh.ends_with('。') && zh.chars().any(|letter| letter > '\u{4e00}'), "{rule}: {zh}");
        assert!(en.ends_with('.') && en.starts_with(|letter: char| letter.is_ascii_uppercase()), "{rule}: {en}");
        assert!(!zh.contains("  ") && !en.contains("  "), "{rule}: a line was joined badly");
    }
}

#[test]
fn the_notice_is_quoted_word_for_word_from_the_clause_cited() {
    for rule in Rule::ALL {
        let entry = rule.entry();
        if entry.basis != Basis::Notice {
            continue;
        }
        let text: String = entry.clause.split('、').map(clause).collect();
        assert!(!entry.notice.is_empty() && text.contains(entry.notice), "{rule} {}: {}", entry.clause, entry.notice);
    }
}

#[test]
fn rules_of_the_ledger_quote_nobody() {
    for rule in Rule::ALL.iter().filter(|rule| rule.entry().basis == Basis::Ledger) {
        assert_eq!(rule.entry().notice, "", "{rule}");
    }
}

#[test]
fn parameters_are_known_and_all_are_read() {
    // The length of the term is no rule of its own: the plan's dates come from it.
    let known: BTreeSet<&str> = SINGLE.iter().chain(BY_YEAR).copied().filter(|name| *name != "term_months").collect();
    let read: BTreeSet<&str> = Rule::ALL.iter().flat_map(|rule| rule.entry().parameters).copied().collect();
    assert_eq!(known, read);
}

#[test]
fn json_is_the_id() {
    assert_eq!(serde_json::to_string(&Rule::Def05).unwrap(), r#""DEF-05""#);
    assert_eq!(serde_json::from_str::<Rule>(r#""CAP-01""#).unwrap(), Rule::Cap01);
    assert!(serde_json::from_str::<Rule>(r#""CAP-99""#).is_err());
    assert_eq!(format!("{:<9}|", Rule::Tr01), "TR-01    |");
}
