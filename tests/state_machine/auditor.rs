//! An auditor who has the log as JSON and nothing else, and adds up every figure of a pilot anew each time.
//!
//! It knows event types, business dates, data, and how a sum is written; it refuses to know the ledger's state, its
//! figures and its arithmetic. Sums are fen in `i128`, dates are compared as the text they are written in.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// A log entry's field as text; empty where it has none.
pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A sum in yuan with two decimals, in fen.
pub fn fen(value: &Value) -> i128 {
    let written = value.as_str().unwrap();
    let (yuan, cents) = written.split_once('.').unwrap();
    assert_eq!(cents.len(), 2, "{written} is no sum");
    yuan.parse::<i128>().unwrap() * 100 + cents.parse::<i128>().unwrap()
}

/// A sum in fen as yuan with two decimals.
pub fn yuan(fen: i128) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.abs() / 100, fen.abs() % 100)
}

/// A ratio with at most four decimals, in ten-thousandths.
pub fn ten_thousandths(value: &Value) -> i128 {
    let written = value.as_str().unwrap();
    let (whole, fraction) = written.split_once('.').unwrap_or((written, ""));
    let digits = format!("{fraction:0<4}");
    assert_eq!(digits.len(), 4, "{written} is no ratio");
    whole.parse::<i128>().unwrap() * 10_000 + digits.parse::<i128>().unwrap()
}

/// The entries dated no later than a date.
fn dated<'a>(log: &'a [Value], date: &str) -> Vec<&'a Value> {
    log.iter().filter(|entry| text(entry, "on") <= date).collect()
}

/// The data of the entries of one type.
fn of_type<'a>(entries: &[&'a Value], kind: &str) -> Vec<&'a Value> {
    entries.iter().filter(|entry| text(entry, "type") == kind).map(|entry| &entry["data"]).collect()
}

/// The entries of one type that name the pilot.
fn of_pilot<'a>(entries: &[&'a Value], kind: &str, pilot: &str) -> Vec<&'a Value> {
    let holds = |entry: &&&Value| text(entry, "type") == kind && text(&entry["data"], "pilot") == pilot;
    entries.iter().filter(holds).copied().collect()
}

/// A parameter in force: the last amendment of it, else what the programme was opened with.
pub fn parameter<'a>(log: &'a [Value], entries: &[&'a Value], name: &str) -> &'a Value {
    let amended = of_type(entries, "ProgrammeAmended").into_iter().rev().find_map(|data| data["changes"].get(name));
    let rules = &log[0]["data"]["rules"];
    let (family, member) = name.split_once('.').unwrap_or((name, ""));
    amended.or_else(|| rules.get(name)).or_else(|| rules.get(family)?.get(member)).unwrap()
}

/// Which cap binds a pilot: decided by its members and the register as it was when the pilot was recognised.
pub fn cap_name(log: &[Value], pilot: &str) -> &'static str {
    let is_recognition =
        |entry: &Value| text(entry, "type") == "PilotRecognised" && text(&entry["data"], "pilot") == pilot;
    let at = log.iter().position(is_recognition).unwrap();
    let before: Vec<&Value> = log[..at].iter().collect();
    let application = text(&log[at]["data"], "application");
    let submissions = of_type(&before, "ApplicationSubmitted");
    let submission = submissions.into_iter().find(|data| text(data, "application") == application).unwrap();
    if submission["members"].as_array().unwrap().len() > 1 {
        return "cap.joint";
    }
    let lead = text(submission, "lead");
    let registered = of_type(&before, "AreaRegistered").into_iter().rfind(|data| text(data, "area") == lead);
    let listed = || log[0]["data"]["areas"].as_array().unwrap().iter().find(|area| text(area, "code") == lead).unwrap();
    let area = registered.unwrap_or_else(listed);
    if text(area, "kind") == "zone" && text(area, "level") == "national" { "cap.national_zone" } else { "cap.other" }
}

/// The sum of the amounts of entries, reversed ones left out.
fn net(entries: &[&Value], pilot: &str, (done, reversed, id): (&str, &str, &str), year: Option<&str>) -> i128 {
    let cancelled = of_pilot(entries, reversed, pilot);
    of_pilot(entries, done, pilot)
        .into_iter()
        .filter(|entry| year.is_none_or(|year| text(entry, "on").starts_with(year)))
        .filter(|entry| cancelled.iter().all(|other| text(&other["data"], id) != text(&entry["data"], id)))
        .map(|entry| fen(&entry["data"]["amount"]))
        .sum()
}

const RELEASES: (&str, &str, &str) = ("TrancheReleased", "ReleaseReversed", "release");
const PAYMENTS: (&str, &str, &str) = ("PaymentRecorded", "PaymentReversed", "payment");

/// The allocation in force: the last awarded or changed.
fn allocation(entries: &[&Value], pilot: &str) -> i128 {
    let mut sum = 0;
    for entry in entries.iter().filter(|entry| text(&entry["data"], "pilot") == pilot) {
        match text(entry, "type") {
            "FundsAllocated" => sum = fen(&entry["data"]["amount"]),
            "AllocationAdjusted" => sum = fen(&entry["data"]["new_amount"]),
            _ => {}
        }
    }
    sum
}

/// What is promised to projects: to each what the log said of it last.
fn assigned(entries: &[&Value], pilot: &str) -> i128 {
    let mut promises: BTreeMap<&str, i128> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| text(&entry["data"], "pilot") == pilot) {
        let data = &entry["data"];
        match text(entry, "type") {
            "ProjectAssigned" => promises.insert(text(data, "project"), fen(&data["amount"])),
            "AssignmentChanged" => promises.insert(text(data, "project"), fen(&data["new_amount"])),
            _ => None,
        };
    }
    promises.values().sum()
}

/// Whether releases are held up: suspended and not resumed, revoked, or closed.
fn held(entries: &[&Value], pilot: &str) -> bool {
    let count = |kind| of_pilot(entries, kind, pilot).len();
    count("PilotSuspended") > count("PilotResumed") || count("PilotRevoked") > 0 || count("PilotClosed") > 0
}

/// `paid / released` with four decimals, half up; null where nothing was released.
fn rate(paid: i128, released: i128) -> Value {
    if released == 0 {
        return Value::Null;
    }
    let (mut parts, rest) = (paid * 10_000 / released, paid * 10_000 % released);
    if rest * 2 >= released {
        parts += 1;
    }
    format!("{}.{:04}", parts / 10_000, parts % 10_000).into()
}

/// All figures of a pilot as of a date, by the log as it is known.
pub fn figures(log: &[Value], pilot: &str, date: &str) -> Value {
    let entries = dated(log, date);
    let recognitions = of_pilot(&log.iter().collect::<Vec<_>>(), "PilotRecognised", pilot);
    let (year, this_year) = (&text(recognitions[0], "on")[..4], &date[..4]);
    let a = allocation(&entries, pilot);
    let r = net(&entries, pilot, RELEASES, None);
    let ry = net(&entries, pilot, RELEASES, Some(year));
    let paid = net(&entries, pilot, PAYMENTS, None);
    let u =
        of_pilot(&entries, "PayoutDecided", pilot).last().map_or(0, |entry| ten_thousandths(&entry["data"]["ratio"]));
    // In ten-thousandths of a fen: what is not withheld; then, in as many again, the limit.
    let f = a * ten_thousandths(parameter(log, &entries, "first_share"));
    let strict = parameter(log, &entries, "gate") == "remainder_after_year" && this_year > year;
    let base = if strict { ry * 10_000 } else { f };
    let limit = (base * 10_000 + u * (a * 10_000 - base)).div_euclid(100_000_000);
    let first_share_limit = f.div_euclid(10_000);
    let mut releasable = (a - r).min(limit - r);
    if this_year == year {
        releasable = releasable.min(first_share_limit - ry);
    }
    if held(&entries, pilot) || releasable < 0 {
        releasable = 0;
    }
    let sum = |kind: &str, source: Option<&str>| -> i128 {
        let counts = |entry: &&Value| source.is_none_or(|source| text(&entry["data"], "source") == source);
        let entries = of_pilot(&entries, kind, pilot);
        entries.into_iter().filter(counts).map(|entry| fen(&entry["data"]["amount"])).sum()
    };
    let (ordered, returned) = (sum("ClawbackOrdered", None), sum("ClawbackReceived", None));
    let promised = assigned(&entries, pilot);
    json!({
        "cap": yuan(fen(parameter(log, &entries, cap_name(log, pilot)))),
        "allocated": yuan(a),
        "first_share_limit": yuan(first_share_limit),
        "released": yuan(r),
        "released_in_recognition_year": yuan(ry),
        "payout_ratio": format!("{}.{:04}", u / 10_000, u % 10_000),
        "release_limit": yuan(limit),
        "releasable": yuan(releasable),
        "withheld": yuan(a - r.max(limit)),
        "assigned": yuan(promised),
        "unassigned": yuan(a - promised),
        "paid": yuan(paid),
        "balance": yuan(r - paid - sum("ClawbackReceived", Some("unspent"))),
        "clawback_ordered": yuan(ordered),
        "clawback_returned": yuan(returned),
        "clawback_outstanding": yuan(ordered - returned),
        "execution_rate": rate(paid, r),
    })
}
