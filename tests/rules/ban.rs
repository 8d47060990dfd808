//! What money is never for: BAN-01 to BAN-08 by purpose, by economic code, by owner and by name; ETH-01.

use serde_json::{Value, json};
use tranche::domain::rulebook::Rule::{self, Ban01, Ban02, Ban03, Ban04, Ban05, Ban06, Ban07, Ban08, Eth01};

use super::acts::*;
use super::story::*;
use super::support::{Bench, Case, hold};

/// An organ of state, a public institution, and codes that only look like theirs.
const ORGAN: &str = "11360600014512345A";
const INSTITUTION: &str = "12360600491234567C";

/// An assignment for this purpose.
fn assign_for(purpose: &str) -> Value {
    assign(ONE, "1.00").with(json!({"purpose": purpose}))
}

/// A payment for this purpose.
fn pay_for(purpose: &str) -> Value {
    pay("Z1", "2026-02-10", "1.00").with(json!({"purpose": purpose}))
}

/// A payment under this economic code.
fn pay_under(code: &str) -> Value {
    pay("Z1", "2026-02-10", "1.00").with(json!({"economic_code": code}))
}

/// An assignment to an owner of this code, with a ruling that the project is no government platform.
fn assign_to(uscc: &str) -> Value {
    assign(ONE, "1.00").with(json!({"owner": {"name": "承担单位", "uscc": uscc}, "ruling": "鹰数认1号"}))
}

/// A project of a public institution, filed.
fn of_an_institution() -> Vec<Value> {
    funded().then(assign_to(INSTITUTION).with(json!({"amount": "1000.00"}))).then(file_project(ONE, "2026-01-15"))
}

/// A payment to the owner of that project.
fn pay_institution(purpose: &str) -> Value {
    pay_for(purpose).with(json!({"payee": {"name": "承担单位", "uscc": INSTITUTION}}))
}

fn named(name: &str) -> Value {
    assign(ONE, "1.00").with(json!({"name": name}))
}

pub const CASES: &[Case] = &[
    Case::breaks(Ban01, "assigned for it", allocated, || assign_for("BALANCE_BUDGET")),
    Case::keeps(Ban01, "assigned for data", allocated, || assign_for("DATA")),
    Case::breaks(Ban02, "paid for it", filed, || pay_for("DEBT")),
    Case::breaks(Ban02, "paid under it", filed, || pay_under("51201")),
    Case::keeps(Ban02, "paid under the code beside it", filed, || pay_under("510")),
    Case::breaks(Ban03, "staff of an institution", allocated, || {
        assign_to(INSTITUTION).with(json!({"purpose": "STAFF"}))
    }),
    Case::breaks(Ban03, "staff of a body with a budget's money", allocated, || {
        assign_for("STAFF").with(json!({"owner": {"name": "承担单位", "uscc": FIRM, "budget_funded": true}}))
    }),
    Case::breaks(Ban03, "staff paid for an institution's project", of_an_institution, || {
        pay_for("STAFF").with(json!({"contract": "合1"}))
    }),
    Case::breaks(Ban03, "staff of a payee with a budget's money", filed, || {
        pay_for("STAFF").with(json!({"payee": {"name": "承担企业", "uscc": FIRM, "budget_funded": true}}))
    }),
    Case::keeps(Ban03, "staff of a firm", allocated, || assign_for("STAFF")),
    Case::keeps(Ban03, "staff of a firm, paid", filed, || pay_for("STAFF")),
    Case::keeps(Ban03, "staff of a body said to have no budget's money", allocated, || {
        assign_for("STAFF").with(json!({"owner": {"name": "承担企业", "uscc": FIRM, "budget_funded": false}}))
    }),
    Case::breaks(Ban03, "an institution said to have no budget's money", allocated, || {
        let owner = json!({"name": "承担单位", "uscc": INSTITUTION, "budget_funded": false});
        assign_for("STAFF").with(json!({"owner": owner, "ruling": "鹰数认1号"}))
    }),
    Case::breaks(Ban04, "running costs of an organ", allocated, || {
        assign_to(ORGAN).with(json!({"purpose": "OPERATING"}))
    }),
    Case::breaks(Ban04, "running costs paid to an organ", filed, || {
        pay_for("OPERATING").with(json!({"payee": {"name": "机关", "uscc": ORGAN}, "contract": "合1"}))
    }),
    Case::keeps(Ban04, "running costs of a firm", allocated, || assign_for("OPERATING")),
    Case::breaks(Ban05, "assigned for it", allocated, || assign_for("OFFICE_REPAIR")),
    Case::keeps(Ban05, "paid under the code beside it", filed, || pay_under("50306")),
    Case::breaks(Ban06, "assigned for it", allocated, || assign_for("GOV_BUILDING")),
    Case::keeps(Ban06, "paid under the code beside it", filed, || pay_under("50302")),
    Case::breaks(Ban07, "assigned for it", allocated, || assign_for("OTHER_PROHIBITED")),
    Case::keeps(Ban07, "assigned for infrastructure", allocated, || assign_for("INFRASTRUCTURE")),
    Case::breaks(Ban08, "assigned for it", allocated, || assign_for("GOV_DIGITAL_PLATFORM")),
    Case::breaks(Ban08, "assigned for it, with a ruling", allocated, || {
        assign_for("GOV_DIGITAL_PLATFORM").with(json!({"ruling": "鹰数认1号"}))
    }),
    Case::breaks(Ban08, "an organ without a ruling", allocated, || assign_to(ORGAN).without("ruling")),
    Case::breaks(Ban08, "an institution without a ruling", allocated, || assign_to(INSTITUTION).without("ruling")),
    Case::keeps(Ban08, "an institution with a ruling", allocated, || assign_to(INSTITUTION)),
    Case::keeps(Ban08, "a code that starts 13", allocated, || assign_to("133606004912345679").without("ruling")),
    Case::keeps(Ban08, "a code that starts 51", allocated, || assign_to("51360600491234567B").without("ruling")),
    Case::breaks(Ban08, "政务 in the name", allocated, || named("智慧政务平台")),
    Case::breaks(Ban08, "城市大脑 in the name", allocated, || named("鹰潭城市大脑二期")),
    Case::keeps(Ban08, "政务 in the name, with a ruling", allocated, || {
        named("智慧政务平台").with(json!({"ruling": "鹰数认1号"}))
    }),
    Case::keeps(Ban08, "a platform of another name", allocated, || {
        named("产业大脑").with(json!({"purpose": "PLATFORM"}))
    }),
    Case::breaks(Eth01, "an application's writing assigned", allocated, || assign_for("APPLICATION_WRITING")),
    Case::breaks(Eth01, "printing assigned", allocated, || assign_for("PRINTING")),
    Case::breaks(Eth01, "an application's writing paid", filed, || pay_for("APPLICATION_WRITING")),
    Case::breaks(Eth01, "printing paid", filed, || pay_for("PRINTING")),
    Case::keeps(Eth01, "a service", filed, || pay_for("SERVICE")),
];

#[test]
fn every_case_ends_as_told() {
    hold(CASES);
}

/// Each purpose and the rule that bans it, for a budget-funded body and for a firm.
const PURPOSES: &[(&str, Option<Rule>, Option<Rule>)] = &[
    ("EQUIPMENT", None, None),
    ("SOFTWARE", None, None),
    ("DATA", None, None),
    ("RESEARCH", None, None),
    ("SERVICE", None, None),
    ("INFRASTRUCTURE", None, None),
    ("PLATFORM", None, None),
    ("BALANCE_BUDGET", Some(Ban01), Some(Ban01)),
    ("DEBT", Some(Ban02), Some(Ban02)),
    ("STAFF", Some(Ban03), None),
    ("OPERATING", Some(Ban04), None),
    ("OFFICE_REPAIR", Some(Ban05), Some(Ban05)),
    ("GOV_BUILDING", Some(Ban06), Some(Ban06)),
    ("OTHER_PROHIBITED", Some(Ban07), Some(Ban07)),
    ("GOV_DIGITAL_PLATFORM", Some(Ban08), Some(Ban08)),
    ("APPLICATION_WRITING", Some(Eth01), Some(Eth01)),
    ("PRINTING", Some(Eth01), Some(Eth01)),
];

#[test]
fn each_purpose_is_for_whom_it_is() {
    let (before, firm, institution) =
        (Bench::after(allocated()), Bench::after(filed()), Bench::after(of_an_institution()));
    for (purpose, of_institution, of_firm) in PURPOSES {
        let judged = [
            (before.when(&assign_for(purpose)), of_firm),
            (before.when(&assign_to(INSTITUTION).with(json!({"purpose": purpose}))), of_institution),
            (firm.when(&pay_for(purpose)), of_firm),
            (institution.when(&pay_institution(purpose)), of_institution),
        ];
        for (outcome, banned) in judged {
            assert_eq!(outcome.rules(), banned.iter().map(|rule| rule.id()).collect(), "{purpose}");
            assert_eq!(outcome.is_accepted(), banned.is_none(), "{purpose}");
        }
    }
}

/// Economic codes and the rule whose prefix they have.
const CODES: &[(&str, Option<Rule>)] = &[
    ("501", Some(Ban03)),
    ("50101", Some(Ban03)),
    ("50199", Some(Ban03)),
    ("502", Some(Ban04)),
    ("5020", Some(Ban04)),
    ("50299", Some(Ban04)),
    ("503", None),
    ("5030", None),
    ("50301", Some(Ban06)),
    ("50302", None),
    ("50306", None),
    ("50307", Some(Ban05)),
    ("50308", None),
    ("504", None),
    ("50401", Some(Ban06)),
    ("50404", None),
    ("50405", Some(Ban05)),
    ("505", None),
    ("5050", None),
    ("50501", Some(Ban03)),
    ("50502", Some(Ban04)),
    ("50503", None),
    ("50701", None),
    ("510", None),
    ("511", Some(Ban02)),
    ("51101", Some(Ban02)),
    ("512", Some(Ban02)),
    ("51299", Some(Ban02)),
    ("513", None),
    ("150", None),
];

#[test]
fn each_economic_code_is_banned_by_its_prefix() {
    let bench = Bench::after(filed());
    for (code, banned) in CODES {
        let outcome = bench.when(&pay_under(code));
        assert_eq!(outcome.rules(), banned.iter().map(|rule| rule.id()).collect(), "{code}");
        assert_eq!(outcome.is_accepted(), banned.is_none(), "{code}");
    }
}

#[test]
fn a_purpose_and_a_code_are_both_told() {
    let outcome = Bench::after(filed()).when(&pay_for("DEBT").with(json!({"economic_code": "50301"})));
    assert_eq!(outcome.rules(), ["BAN-02", "BAN-06"].into());
}
