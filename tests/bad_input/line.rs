//! Lines that are no lawful command: each is refused by FORM-01 in words of its own, and the lines around it go on.

use serde_json::{Value, json};

use crate::program::Desk;
use crate::{area, line};

/// Applies a bad line between two good ones and asserts that it alone is refused, for this reason.
async fn refused(desk: &Desk, bad: &[u8], words: &str) {
    let before = desk.position().await;
    let number = u32::try_from(before).unwrap();
    let input = [line(2 * number).as_bytes(), bad, line(2 * number + 1).as_bytes()].join(&b'\n');
    let told = desk.apply(input, &[]);
    assert_eq!((told.code(), told.err.as_str()), (1, ""), "{words}: {}", told.out);
    assert_eq!(told.outcomes(), ["accepted", "refused", "accepted"], "{words}: {}", told.out);
    let answer = &told.lines()[1];
    let refusals = answer["refusals"].as_array().unwrap();
    assert!(refusals.iter().all(|refusal| refusal["rule"] == "FORM-01"), "{words}: {answer}");
    let found = refusals.iter().any(|refusal| refusal["zh"].as_str().unwrap().contains(words));
    assert!(found, "{words} is not in {answer}");
    assert_eq!(desk.position().await, before + 2, "{words}: exactly the lawful lines are in the log");
}

/// The text of a lawful command, one of its fields replaced.
fn with(field: &str, value: &Value) -> Vec<u8> {
    let mut command = area(0);
    command[field] = value.clone();
    command.to_string().into_bytes()
}

fn release(amount: &Value) -> Vec<u8> {
    json!({"command": "release", "on": "2026-01-05", "by": {"body": "province_finance", "person": "李敏"}, "pilot": "P",
        "release": "R", "amount": amount, "document": "批1", "budget_year": 2026})
    .to_string()
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_json_object() {
    let desk = Desk::sandbox().await;
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_objects = format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    for text in ["release 7000000", "{", "[]", "1", "null", "\"release\"", "", "   ", "{}{}"] {
        refused(&desk, text.as_bytes(), "JSON").await;
    }
    for text in [deep, deep_objects] {
        refused(&desk, text.as_bytes(), "嵌套过深").await;
    }
    desk.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_utf8_or_says_a_key_twice() {
    let desk = Desk::sandbox().await;
    refused(&desk, b"{\"command\": \"\xc4\xcf\xb2\xfd\"}", "UTF-8").await;
    refused(&desk, b"\xff\xfe{\x00}\x00", "第 1 字节处不是 UTF-8").await;
    let twice = line(0).replacen('{', "{\"on\":\"2026-01-04\",", 1);
    refused(&desk, twice.as_bytes(), "on").await;
    let nested = line(0).replace("\"person\"", "\"person\":\"吴\",\"person\"");
    refused(&desk, nested.as_bytes(), "person").await;
    let escaped = line(0).replacen('{', "{\"\\u006fn\":\"2026-01-04\",", 1);
    refused(&desk, escaped.as_bytes(), "on").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sums_that_are_no_sums() {
    let desk = Desk::sandbox().await;
    let strings = [
        "7000000",
        "7000000.0",
        "7000000.000",
        "7e6",
        "7.0E6",
        "7,000,000.00",
        "７０００.００",
        "+1.00",
        "-1.00",
        "0.00",
        "-0.00",
        "01.00",
        ".50",
        " 1.00",
        "1.00 ",
        "",
        "NaN",
        "inf",
        "700万",
        "12345678901234.00",
        "1.00\u{200b}",
    ];
    for text in strings {
        refused(&desk, &release(&json!(text)), "amount").await;
    }
    for value in
        [json!(7_000_000), json!(7_000_000.0), json!(1e300), json!(null), json!(true), json!(["1.00"]), json!({})]
    {
        refused(&desk, &release(&value), "amount").await;
    }
    // A number that no float holds, and one beyond all floats.
    for digits in ["7000000.00", "1e400", "123456789012345678901234567890"] {
        let text = String::from_utf8(release(&json!("@"))).unwrap().replace("\"@\"", digits);
        let words = if digits == "1e400" { "JSON" } else { "amount" };
        refused(&desk, text.as_bytes(), words).await;
    }
    desk.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_that_are_wrong_missing_or_unknown() {
    let desk = Desk::sandbox().await;
    for date in
        ["2026-02-30", "2026-13-01", "2025-02-29", "2026-1-5", "20260105", "2026-01-05T00:00:00", "２０２６-01-05", ""]
    {
        refused(&desk, &with("on", &json!(date)), "on").await;
    }
    for field in ["on", "by", "name", "id", "note", "approvals", "document"] {
        refused(&desk, &with(field, &Value::Null), field).await;
    }
    for text in [
        "",
        "  ",
        "示例\u{0}县",
        "示例\u{7}县",
        "示例\n县",
        "示例\u{202e}县",
        "示例\u{2066}县",
        "示例\u{7f}县",
        &"县".repeat(501),
    ] {
        refused(&desk, &with("name", &json!(text)), "name").await;
    }
    refused(&desk, &with("amout", &json!("1.00")), "amout").await;
    refused(&desk, &with("by", &json!({"body": "province_drc", "person": "周涛", "role": "处长"})), "role").await;
    refused(&desk, &with("by", &json!({"body": "treasury", "person": "周涛"})), "body").await;
    refused(&desk, &with("id", &json!("1")), "id").await;
    refused(&desk, &with("command", &json!("relaese")), "relaese").await;
    refused(&desk, &with("command", &json!("open_programme")), "tranche init").await;
    let mut missing = area(0);
    missing.as_object_mut().unwrap().remove("document");
    refused(&desk, missing.to_string().as_bytes(), "document").await;
    desk.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulated_time_stands_on_a_sandbox_alone() {
    let desk = Desk::sandbox().await;
    let mut timed = area(1);
    timed["recorded_at"] = json!("2026-01-06T09:00:00+08:00");
    let back = {
        let mut back = area(2);
        back["recorded_at"] = json!("2026-01-05T09:00:00+08:00");
        back
    };
    let told = desk.apply(format!("{timed}\n{back}\n"), &[]);
    assert_eq!(told.outcomes(), ["accepted", "refused"], "{}", told.out);
    let real = Desk { target: desk.target.clone(), ledger: "real".to_owned() };
    assert_eq!(real.call(&["init"]).code(), 0);
    let told = real.apply(timed.to_string(), &[]);
    assert_eq!((told.code(), told.outcomes()), (1, vec!["refused".to_owned()]), "{}", told.out);
    assert_eq!(real.position().await, 1);
}
