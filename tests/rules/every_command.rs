//! What binds every command alike, held against each command of a whole life: who, with whom, when, on what, and in
//! which form. Each is judged where it is lawful, with one thing changed.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tranche::domain::act::ActKind;

use super::acts::{Patch, city_digital, city_finance, drc, finance};
use super::story::life;
use super::support::{Bench, Outcome, Rules};

/// Who may record what, as the specification has it.
const WHO: &[(&str, &[&str])] = &[
    ("amend_programme", &["province_finance", "province_drc"]),
    ("register_area", &["province_drc"]),
    ("submit_application", &["applicant"]),
    ("recommend", &["city_digital", "city_finance"]),
    ("review", &["province_drc"]),
    ("publicise", &["province_drc", "province_finance"]),
    ("recognise", &["province_drc", "province_finance"]),
    ("reject_application", &["city_digital", "province_drc", "province_finance"]),
    ("approve_plan", &["province_drc"]),
    ("adjust_plan", &["city_digital", "city_finance"]),
    ("file_plan", &["province_drc"]),
    ("allocate", &["province_finance"]),
    ("adjust_allocation", &["province_finance", "province_drc"]),
    ("release", &["province_finance"]),
    ("confirm_receipt", &["local_finance", "city_finance"]),
    ("reverse_release", &["province_finance"]),
    ("assign_project", &["city_digital", "city_finance"]),
    ("change_assignment", &["city_digital", "city_finance"]),
    ("file_project", &["province_drc"]),
    ("register_other_funding", &["province_finance", "province_drc"]),
    ("pay", &["local_finance", "city_finance", "applicant"]),
    ("reverse_payment", &["local_finance", "city_finance"]),
    ("monitor", &["city_digital", "applicant"]),
    ("self_evaluate", &["city_digital"]),
    ("evaluate annual", &["province_drc"]),
    ("evaluate overall", &["province_drc", "province_finance"]),
    ("decide_payout", &["province_finance", "province_drc"]),
    ("order_rectification", &["province_drc", "province_finance"]),
    ("accept_rectification", &["province_drc", "province_finance"]),
    ("suspend", &["province_drc", "province_finance"]),
    ("resume", &["province_drc", "province_finance"]),
    ("revoke", &["province_drc", "province_finance"]),
    ("order_clawback", &["province_finance", "province_drc"]),
    ("receive_clawback", &["province_finance"]),
    ("record_finding", &["province_finance", "province_drc", "auditor"]),
    ("attach", &["province_finance", "province_drc", "city_digital", "city_finance", "local_finance", "applicant"]),
    ("close_period", &["province_finance"]),
    ("reopen_period", &["province_finance", "province_drc"]),
    ("close_pilot", &["province_finance"]),
    ("announce_key", &["province_finance", "province_drc"]),
];

/// The rule of its own that a command brings with PARTY-01.
const OWN_PARTY_RULE: &[(&str, &str)] = &[
    ("recommend", "DOC-04"),
    ("recognise", "SEL-04"),
    ("adjust_plan", "PLAN-02"),
    ("assign_project", "USE-02"),
    ("change_assignment", "USE-02"),
    ("evaluate overall", "EVAL-05"),
];

/// Fields that may be left out, `approvals` and the like aside.
const OPTIONAL: &[&str] = &["level", "opinion", "add", "remove", "targets", "evaluation", "economic_code"];

fn name_of(command: &Value) -> String {
    let name = command["command"].as_str().unwrap();
    match (name, command["kind"].as_str()) {
        ("evaluate", Some(kind)) => format!("evaluate {kind}"),
        _ => name.to_owned(),
    }
}

/// Judges each command of the life in some variants, where it is lawful, and gathers what is not as expected.
fn throughout(judge: impl Fn(&Bench, &Value, &str) -> Vec<(String, Outcome, Expected)>) {
    let mut bench = Bench::open();
    let (mut wrong, mut judged) = (Vec::new(), 0);
    for command in life() {
        let name = name_of(&command);
        for (variant, outcome, expected) in judge(&bench, &command, &name) {
            judged += 1;
            let fits = match &expected {
                Expected::Accepted => outcome.is_accepted(),
                Expected::Refused(rules) => !outcome.is_accepted() && outcome.rules() == *rules,
            };
            if !fits {
                wrong.push(format!("{name}, {variant}: expected {expected:?}\n{}", outcome.text()));
            }
        }
        // Closing follows, which revocation would not hinder; the life goes on without it.
        if name != "revoke" {
            bench.given(vec![command]);
        }
    }
    assert!(judged > 10, "only {judged} judged");
    assert!(wrong.is_empty(), "{} of {judged} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[derive(Debug)]
enum Expected {
    Accepted,
    Refused(Rules),
}

fn refused<'a>(rules: impl IntoIterator<Item = &'a &'static str>) -> Expected {
    Expected::Refused(rules.into_iter().copied().collect())
}

fn own_party_rules(name: &str) -> Rules {
    let own = OWN_PARTY_RULE.iter().find(|(command, _)| *command == name).map(|(_, rule)| *rule);
    own.into_iter().chain(["PARTY-01"]).collect()
}

#[test]
fn a_life_has_every_command() {
    let told: BTreeSet<String> = life().iter().map(|command| command["command"].as_str().unwrap().to_owned()).collect();
    let all: BTreeSet<String> = ActKind::ALL.iter().skip(1).map(|kind| kind.command().to_owned()).collect();
    assert_eq!(told, all);
    assert_eq!(all.len(), 39, "the commands of the specification and `announce_key`, `open_programme` aside");
    throughout(|bench, command, _| vec![("as told".to_owned(), bench.when(command), Expected::Accepted)]);
}

/// Each body in turn records the command, the others of the command approving.
#[test]
fn only_the_bodies_named_may_record_a_command() {
    let area = |command: &Value| if command["application"] == "B" { json!("360603") } else { json!("360602") };
    throughout(|bench, command, name| {
        let (_, may) = WHO.iter().find(|(known, _)| *known == name).unwrap();
        let mut approvals = vec![command["by"].clone()];
        approvals.extend(command.get("approvals").and_then(Value::as_array).cloned().unwrap_or_default());
        let bodies = [
            finance(),
            drc(),
            city_digital(),
            city_finance(),
            json!({"body": "local_finance", "area": area(command)}),
            json!({"body": "applicant", "area": area(command)}),
            json!({"body": "auditor"}),
        ];
        let judged = bodies.into_iter().map(|by| {
            let body = by["body"].as_str().unwrap().to_owned();
            let by = by.with(json!({"person": "钱一"}));
            let outcome = bench.when(&command.clone().with(json!({"by": by, "approvals": approvals})));
            let expected = match (may.contains(&body.as_str()), name) {
                (true, _) => Expected::Accepted,
                (false, "self_evaluate") => refused(&["AUTH-01", "EVAL-02"]),
                (false, _) => refused(&["AUTH-01"]),
            };
            (body, outcome, expected)
        });
        judged.collect()
    });
}

#[test]
fn every_needed_body_stands_behind_a_command() {
    throughout(|bench, command, name| {
        let mut judged = Vec::new();
        if command.get("approvals").is_some() {
            let alone = bench.when(&command.clone().without("approvals"));
            judged.push(("alone".to_owned(), alone, Expected::Refused(own_party_rules(name))));
            let twice = command["approvals"][0].clone().with(json!({"person": command["by"]["person"]}));
            let twice = bench.when(&command.clone().with(json!({"approvals": [twice]})));
            judged.push(("one person for both".to_owned(), twice, Expected::Refused(own_party_rules(name))));
            let by = command["approvals"][0].clone();
            let swapped = bench.when(&command.clone().with(json!({"by": by, "approvals": [command["by"]]})));
            judged.push(("the other way round".to_owned(), swapped, Expected::Accepted));
        }
        let needless = json!([{"body": "auditor", "person": "孙丽"}, {"body": "auditor", "person": "孙丽"}]);
        let twice = bench.when(&command.clone().with(json!({"approvals": needless})));
        let mut rules = own_party_rules(name);
        if command.get("approvals").is_none() && name != "record_finding" {
            rules = ["PARTY-01"].into();
        }
        judged.push(("an approval twice".to_owned(), twice, Expected::Refused(rules)));
        judged
    });
}

#[test]
fn a_city_and_an_area_act_for_themselves() {
    throughout(|bench, command, name| {
        let mut judged = Vec::new();
        for (place, elsewhere) in [("city", "南昌市"), ("area", "360102")] {
            if command["by"].get(place).is_none() {
                continue;
            }
            let by = command["by"].clone().with(json!({place: elsewhere}));
            let outcome = bench.when(&command.clone().with(json!({"by": by})));
            let expected = if name == "attach" { Expected::Accepted } else { refused(&["AUTH-02"]) };
            judged.push((elsewhere.to_owned(), outcome, expected));
        }
        if command.get("approvals").is_some_and(|approvals| approvals[0].get("city").is_some()) {
            let approval = command["approvals"][0].clone().with(json!({"city": "南昌市"}));
            let outcome = bench.when(&command.clone().with(json!({"approvals": [approval]})));
            judged.push(("an approval from elsewhere".to_owned(), outcome, refused(&["AUTH-02"])));
        }
        judged
    });
}

#[test]
fn nothing_is_dated_after_today() {
    throughout(|bench, command, _| {
        let on = command["on"].as_str().unwrap();
        let date: tranche::domain::Date = on.parse().unwrap();
        let tomorrow = date.succ_opt().unwrap().to_string();
        // Midnight in Shanghai begins the day, and the second before the next midnight ends it.
        let first = command.clone().with(json!({"recorded_at": format!("{on}T00:00:00+08:00")}));
        let last = command.clone().with(json!({"recorded_at": format!("{on}T15:59:59Z")})).on(&tomorrow);
        vec![
            ("today".to_owned(), bench.when(&first), Expected::Accepted),
            ("tomorrow".to_owned(), bench.when(&last), refused(&["DATE-01"])),
        ]
    });
}

#[test]
fn nothing_is_dated_in_closed_books() {
    throughout(|bench, command, name| {
        if matches!(name, "close_period" | "reopen_period") {
            return vec![];
        }
        let on: tranche::domain::Date = command["on"].as_str().unwrap().parse().unwrap();
        let closed_through = |through: tranche::domain::Date| {
            let mut bench = bench.clone();
            bench.ledger.programme.closed_through = Some(through);
            bench.when(command)
        };
        vec![
            ("closed through that day".to_owned(), closed_through(on), refused(&["PER-01"])),
            ("closed through the day before".to_owned(), closed_through(on.pred_opt().unwrap()), Expected::Accepted),
        ]
    });
}

#[test]
fn what_is_named_exists() {
    throughout(|bench, command, name| {
        let mut judged = Vec::new();
        let mut nope = |fields: Value| {
            let outcome = bench.when(&command.clone().with(fields.clone()));
            judged.push((fields.to_string(), outcome, refused(&["REF-01"])));
        };
        if command.get("pilot").is_some() && name != "recognise" {
            nope(json!({"pilot": "NOPE"}));
        }
        if command.get("application").is_some() && name != "submit_application" {
            nope(json!({"application": "NOPE"}));
        }
        match name {
            "publicise" => nope(json!({"applications": ["A", "NOPE"]})),
            "adjust_plan" => nope(json!({"remove": ["NOPE-NOPE"]})),
            "confirm_receipt" | "reverse_release" => nope(json!({"release": "NOPE"})),
            "release" | "decide_payout" => nope(json!({"evaluation": "NOPE"})),
            "change_assignment" | "file_project" | "pay" => nope(json!({"project": "NOPE-NOPE"})),
            "reverse_payment" => nope(json!({"payment": "NOPE"})),
            "receive_clawback" => nope(json!({"clawback": "NOPE"})),
            _ => {}
        }
        judged
    });
}

#[test]
fn every_field_is_needed_known_and_never_null() {
    throughout(|bench, command, _| {
        let mut judged = Vec::new();
        let mut form = |variant: String, outcome: Outcome| judged.push((variant, outcome, refused(&["FORM-01"])));
        for field in command.as_object().unwrap().keys() {
            form(format!("{field} null"), bench.when(&command.clone().with(json!({field: null}))));
            form(format!("{field} of no type"), bench.when(&command.clone().with(json!({field: [[]]}))));
            // Without the previous key it is of right form, and not lawful (KEY-01).
            if !OPTIONAL.contains(&field.as_str()) && field != "approvals" && field != "previous" {
                form(format!("without {field}"), bench.when(&command.clone().without(field)));
            }
        }
        form("a field more".to_owned(), bench.when(&command.clone().with(json!({"remark": "x"}))));
        let by = command["by"].clone().with(json!({"document": "文1"}));
        form("a field more within".to_owned(), bench.when(&command.clone().with(json!({"by": by}))));
        judged
    });
}
