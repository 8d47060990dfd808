//! FORM-01: what is no command at all, field by field.

use serde_json::{Value, json};
use tranche::domain::command::Command;
use tranche::domain::rulebook::Rule::Form01;

use super::acts::*;
use super::story::*;
use super::support::{Bench, Case, hold, jiangxi_with};

const LONG: &str = "0123456789012345678901234567890123456789012345678901234567890123";

fn simulated() -> Vec<Value> {
    vec![register_area("JXZ900").with(json!({"recorded_at": "2026-01-01T12:00:00+08:00"}))]
}

/// An attachment dated long ago and recorded then.
fn recorded(at: &str) -> Value {
    attach("2025-12-01", "X").with(json!({"recorded_at": at}))
}

pub const CASES: &[Case] = &[
    Case::breaks(Form01, "a sum of nothing", recognised, || allocate("0.00")),
    Case::keeps(Form01, "a fen", recognised, || allocate("0.01")),
    Case::breaks(Form01, "one decimal", recognised, || allocate("1.0")),
    Case::breaks(Form01, "fourteen digits before the point", recognised, || allocate("10000000000000.00")),
    Case::breaks(Form01, "a time before the last simulated one", simulated, || recorded("2026-01-01T03:59:59.999999Z")),
    Case::keeps(Form01, "the last simulated time again", simulated, || recorded("2026-01-01T04:00:00Z")),
    Case::breaks(Form01, "an unknown parameter", nothing, || amend("2026-01-01", &json!({"cap.county": "1.00"}))),
    Case::keeps(Form01, "a parameter for a year", nothing, || amend("2026-01-01", &json!({"cohort_quota.2026": 15}))),
    Case::breaks(Form01, "neither pilot nor application", filed, || {
        finding("F", "misuse", "2026-03-01").without("pilot")
    }),
    Case::breaks(Form01, "both pilot and application", filed, || {
        finding("F", "misuse", "2026-03-01").with(json!({"application": "A"}))
    }),
    Case::breaks(Form01, "a publicity that ends before it begins", reviewed, || {
        publicise(&["A"]).with(json!({"to": "2025-10-31"}))
    }),
    Case::keeps(Form01, "a publicity of a day", reviewed, || publicise(&["A"]).with(json!({"to": "2025-11-01"}))),
];

#[test]
fn every_case_ends_as_told() {
    hold(CASES);
}

#[test]
fn a_ledger_that_is_no_sandbox_takes_no_simulated_time() {
    let bench = Bench::open_with(jiangxi_with(&json!({})), false);
    let outcome = bench.when(&recorded("2032-06-30T04:00:00Z"));
    assert!(!outcome.is_accepted() && outcome.rules() == ["FORM-01"].into());
    assert!(bench.when(&recorded("2032-06-30T04:00:00Z").without("recorded_at")).is_accepted());
}

#[test]
fn form_is_judged_alone() {
    let bench = Bench::after(simulated());
    let command = recorded("2025-01-01T00:00:00Z").on("2040-01-01");
    assert_eq!(bench.when(&command).rules(), ["FORM-01"].into(), "and not DATE-01 with it");
}

/// Holds that each value of a field is refused, or taken, by the form alone.
fn reads(command: fn() -> Value, field: &str, good: &[Value], bad: &[Value]) {
    for (values, well) in [(good, true), (bad, false)] {
        for value in values {
            let line = command().with(json!({field: value})).to_string();
            assert_eq!(Command::parse(line.as_bytes()).is_ok(), well, "{field}: {value}");
        }
    }
}

#[test]
fn sums() {
    let pay = || pay("Z1", "2026-02-10", "1.00");
    let good = json!(["0.01", "1.00", "9999999999999.99"]);
    let bad = json!([
        "0.00",
        "-1.00",
        "+1.00",
        "1",
        "1.",
        "1.0",
        "1.000",
        "01.00",
        "1,000.00",
        "1e3",
        " 1.00",
        "１.00",
        "",
        1,
        1.00,
        "10000000000000.00",
        null,
        ["1.00"]
    ]);
    reads(pay, "amount", good.as_array().unwrap(), bad.as_array().unwrap());
    let change = || change_assignment("2026-01-12", ONE, "1.00");
    reads(change, "new_amount", &[json!("0.00"), json!("0.01")], &[json!("-0.01"), json!("0"), json!("00.00")]);
}

#[test]
fn identifiers_and_project_codes() {
    let good = [json!("a"), json!("A-1_b.c"), json!(LONG)];
    let bad = [json!(""), json!("a b"), json!("甲"), json!("a/b"), json!(format!("{LONG}x")), json!(1)];
    reads(|| release("R1", "2025-12-05", "1.00"), "release", &good, &bad);
    let good = [json!("123456"), json!(&LONG[..40])];
    let bad = [json!("12345"), json!(&LONG[..41]), json!("2510 360602"), json!("项目代码一二")];
    reads(|| assign(ONE, "1.00"), "project", &good, &bad);
}

#[test]
fn texts() {
    let good = [json!("文"), json!("长".repeat(500)), json!(" a ")];
    let bad = [json!(""), json!("  "), json!("长".repeat(501)), json!("a\nb"), json!("a\u{7}"), json!("\u{3000}")];
    reads(|| allocate("1.00"), "document", &good, &bad);
    let good = [json!(""), json!("备注"), json!("长".repeat(500))];
    let bad = [json!("长".repeat(501)), json!("a\tb"), json!(1)];
    reads(|| allocate("1.00"), "note", &good, &bad);
    let person = |name: String| json!({"body": "province_finance", "person": name});
    reads(|| allocate("1.00"), "by", &[person("名".repeat(100))], &[person("名".repeat(101)), person(" ".into())]);
}

#[test]
fn scores_ratios_and_weights() {
    let good = [json!("0"), json!("100"), json!("99.99"), json!("100.01"), json!("007")];
    let bad = [json!("1.234"), json!("-1"), json!("1e1"), json!(90), json!(""), json!(".5"), json!("9.")];
    reads(|| self_evaluate("S", "annual", "2026-12-20"), "score", &good, &bad);
    let bad = [json!("100.01"), json!("101"), json!("1.234")];
    reads(|| review("A", "written", "1"), "score", &[json!("0"), json!("100.00")], &bad);
    let bad = [json!("1.0001"), json!("2"), json!("0.12345"), json!("-0.1"), json!("70%"), json!(0.7)];
    reads(|| decide_payout("2027-01-20", "E", "1"), "ratio", &[json!("0"), json!("1"), json!("0.3333")], &bad);
}

#[test]
fn dates_and_times() {
    let good = [json!("2024-02-29"), json!("0001-01-01"), json!("9999-12-31")];
    let bad =
        [json!("2025-02-29"), json!("2025-2-1"), json!("20250201"), json!("2025-02-01T00:00:00Z"), json!(20_250_201)];
    reads(|| allocate("1.00"), "on", &good, &bad);
    let good = [json!("2026-01-31"), json!("2028-02-29"), json!("2026-12-31")];
    let bad = [json!("2026-01-30"), json!("2028-02-28"), json!("2026-02-01")];
    reads(|| close_period("2026-02-01", "2026-01-31"), "through", &good, &bad);
    reads(|| reopen_period("2026-02-01", "2026-01-31"), "through", &good, &bad);
    let good = [json!("2025-12-05T09:00:00+08:00"), json!("2025-12-05T01:00:00.123456Z")];
    let bad =
        ["2025-12-05", "2025-12-05T09:00:00", "2025-12-05T25:00:00Z", "2025-12-05T23:59:60Z"].map(|bad| json!(bad));
    reads(|| allocate("1.00"), "recorded_at", &good, &bad);
}

#[test]
fn codes_and_counts() {
    let good = [json!("EQUIPMENT"), json!("DEBT"), json!("PRINTING")];
    reads(|| pay("Z1", "2026-02-10", "1.00"), "purpose", &good, &[json!("equipment"), json!("TRAVEL"), json!(1)]);
    let bad = [json!("50"), json!("501010"), json!("5010a"), json!(501)];
    reads(|| pay("Z1", "2026-02-10", "1.00"), "economic_code", &[json!("501"), json!("50101")], &bad);
    reads(|| review("A", "written", "1"), "stage", &[json!("onsite")], &[json!("online"), json!("")]);
    reads(|| evaluate("E", "S", "annual", "2027-01-10"), "grade", &[json!("差")], &[json!("不合格"), json!("A")]);
    reads(|| evaluate("E", "S", "annual", "2027-01-10"), "kind", &[json!("overall")], &[json!("interim")]);
    reads(|| finding("F", "fraud", "2026-03-01"), "kind", &[json!("misuse")], &[json!("error")]);
    reads(|| receive_clawback("K1", "2026-03-10", "1.00"), "source", &[json!("own_funds")], &[json!("loan")]);
    let years = [json!(2000), json!(2100)];
    reads(|| release("R1", "2025-12-05", "1.00"), "budget_year", &years, &[json!(1999), json!(2101), json!("2025")]);
    reads(|| monitor("2026-07-10"), "period", &[json!("2026H2")], &[json!("2026H3"), json!("2026Q1"), json!("26H1")]);
    let bodies = [json!({"body": "mayor", "person": "甲"}), json!({"body": "city_digital", "person": "甲"})];
    let misplaced = json!({"body": "province_drc", "person": "甲", "city": "南昌市"});
    reads(|| allocate("1.00"), "by", &[drc(), applicant()], &[&bodies[..], &[misplaced]].concat());
}

#[test]
fn what_stands_within() {
    let incident = |grade: &str| json!([{"kind": "safety", "grade": grade, "date": "2025-01-01", "area": "360602"}]);
    let bad = [incident("terrible"), json!([{"kind": "safety", "grade": "major"}]), json!({}), json!([null])];
    reads(|| submit("C", "360602"), "incidents", &[json!([]), incident("major")], &bad);
    let enterprise = |uscc: &str| json!([{"name": "企业", "kind": "platform", "uscc": uscc}]);
    let wrong = ["91360000625912173", "91360000625912173BB", "91360000625912173b", "9136000062591217IB", ""];
    let mut bad = wrong.map(enterprise).to_vec();
    bad.extend([json!([{"name": "企业", "kind": "big"}]), json!([{"kind": "platform"}])]);
    reads(|| submit("C", "360602"), "quality_enterprises", &[enterprise(FIRM), enterprise("91360000625912173C")], &bad);
    let planned = |direction: &str| json!([{"project": ONE, "name": "项目", "direction": direction}]);
    reads(approve_plan, "projects", &[json!([]), planned("D6")], &[planned("D7"), planned("d1")]);
    let owner = |fields: Value| json!({"name": "甲", "uscc": FIRM}).with(fields);
    let bad = [owner(json!({"budget_funded": "no"})), owner(json!({"x": 1})), json!({"name": "甲"})];
    reads(|| assign(ONE, "1.00"), "owner", &[owner(json!({})), owner(json!({"budget_funded": true}))], &bad);
}

#[test]
fn parameters() {
    let good = [
        json!({}),
        json!({"cap.joint": "1.00", "first_share": "0.5", "apply_deadline.2026": "2026-10-27", "idle_days": 0}),
        json!({"payout_table": null}),
        json!({"payout_table": {"优": "1", "差": "0"}}),
        json!({"gate": "remainder_after_year", "filing_blocks_payment": true, "grade_bands": ["85", "75", "50"]}),
    ];
    let bad = [
        json!({"cap": {"joint": "1.00"}}),
        json!({"cohort_quota": 15}),
        json!({"cohort_quota.2026": "15"}),
        json!({"cohort_quota.2026": -1}),
        json!({"cohort_quota.2026": null}),
        json!({"first_share": "1.1"}),
        json!({"first_share": 0.5}),
        json!({"payout_table": {"A": "1"}}),
        json!({"payout_table": {"优": "1.5"}}),
        json!({"gate": "open"}),
        json!({"grade_bands": ["80", "90", "60"]}),
        json!({"cap.joint": "0.00"}),
        json!({"banned_purposes": {"TR-01": ["DEBT"]}}),
        json!([]),
    ];
    reads(|| amend("2026-01-01", &json!({})), "changes", &good, &bad);
}

#[test]
fn lines_that_are_no_command() {
    let good = allocate("1.00").to_string();
    assert!(Command::parse(good.as_bytes()).is_ok());
    let twice = good.replacen("{\"", "{\"pilot\":\"P\",\"", 1);
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let lines =
        ["", "{}", "[]", "null", "1", "{", "\u{feff}{}", "{\"command\": 1}", "{\"command\": \"pay\"}", &twice, &deep];
    for line in lines {
        assert!(Command::parse(line.as_bytes()).is_err(), "{line}");
    }
    assert!(Command::parse(b"{\"command\":\"pay\xff\"}").is_err());
    for name in ["open_programme", "Allocate", "fire", ""] {
        assert!(Command::parse(allocate("1.00").with(json!({"command": name})).to_string().as_bytes()).is_err());
    }
    for id in ["0199f0c2-7d5e-7c1a-9b1e-2f4f6c1d0a0", "0199f0c27d5e7c1a9b1e2f4f6c1d0a01", "x"] {
        assert!(Command::parse(allocate("1.00").with(json!({"id": id})).to_string().as_bytes()).is_err(), "{id}");
    }
}
