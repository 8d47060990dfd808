//! Given, when, then: every rule of the rulebook broken and kept through the pure core, in memory.
//!
//! `rules/` has a file for each family. A rule is shown by cases, which are data: to add a rule is to add a line that
//! breaks it and one that keeps it, or the test below fails. What the engine judges, that a command's identity has
//! one content (IDEM-01), is tested in `tests/engine.rs`.

#[cfg(test)]
mod rules {
    mod acts;
    mod alerts;
    mod ban;
    mod cap;
    mod eligibility;
    mod evaluation;
    mod every_command;
    mod figures;
    mod form;
    mod key;
    mod ledger;
    mod messages;
    mod sanction;
    mod second_programme;
    mod selection;
    mod state;
    mod story;
    mod support;
    mod tranche;
    mod usage;

    use std::collections::BTreeSet;

    use ::tranche::domain::rulebook::{Effect, Rule};

    use support::{Case, Shows};

    const FAMILIES: &[&[Case]] = &[
        ban::CASES,
        cap::CASES,
        eligibility::CASES,
        evaluation::CASES,
        form::CASES,
        key::CASES,
        ledger::CASES,
        sanction::CASES,
        second_programme::CASES,
        selection::CASES,
        state::APPLICATIONS,
        state::MONEY,
        state::PILOTS,
        state::SANCTIONS,
        tranche::DECISIONS,
        tranche::RELEASES,
        usage::PAYMENTS,
        usage::PROJECTS,
    ];

    /// Judged by the engine before the core is asked, and so shown in `tests/engine.rs`.
    const SHOWN_ELSEWHERE: &[Rule] = &[Rule::Idem01];

    /// Fraud refuses no command by itself: it rejects the application in the batch of its finding, which
    /// `sanction::fraud_before_recognition_rejects_the_application` shows.
    const REFUSES_BY_AN_EVENT: &[Rule] = &[Rule::San04];

    fn is_shown(rule: Rule, shows: &[Shows]) -> bool {
        FAMILIES.iter().copied().flatten().any(|case| case.rule == rule && shows.contains(&case.shows))
    }

    fn is_watched(rule: Rule) -> bool {
        alerts::WATCHES.iter().any(|watch| watch.rule == rule)
    }

    #[test]
    fn every_rule_is_broken_and_kept() {
        for rule in Rule::ALL.iter().copied().filter(|rule| !SHOWN_ELSEWHERE.contains(rule)) {
            // An alert has its first day and the day before it.
            let broken = is_shown(rule, &[Shows::Breaks, Shows::Strains]) || is_watched(rule);
            let kept = is_shown(rule, &[Shows::Keeps]) || is_watched(rule);
            assert!(broken, "no case breaks {rule}");
            assert!(kept, "no case keeps {rule}");
        }
    }

    #[test]
    fn every_rule_has_the_effect_the_rulebook_gives_it() {
        for rule in Rule::ALL.iter().copied().filter(|rule| !SHOWN_ELSEWHERE.contains(rule)) {
            let shown = match rule.entry().effect {
                Effect::Refuse => is_shown(rule, &[Shows::Breaks]) || REFUSES_BY_AN_EVENT.contains(&rule),
                Effect::Warn => is_shown(rule, &[Shows::Strains]),
                Effect::Alert => is_watched(rule),
            };
            assert!(shown, "no case shows that {rule} has its effect");
        }
    }

    #[test]
    fn no_case_is_told_twice() {
        let mut told = BTreeSet::new();
        for case in FAMILIES.iter().copied().flatten() {
            let under = (case.rules)().as_object().is_some_and(|rules| !rules.is_empty());
            assert!(
                told.insert((case.rule, case.name, case.shows == Shows::Keeps, under)),
                "{} «{}»",
                case.rule,
                case.name
            );
        }
    }
}
