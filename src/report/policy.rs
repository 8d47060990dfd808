//! What a policy found, in words: who signed and when, who did not, and which group lacks how many.

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};

use super::lang::Lang;
use crate::log::policy::{Group, Standing, Verdict};

/// A time of so many seconds since 1970, as Shanghai's clocks have it.
#[must_use]
pub fn time_text(seconds: u64) -> String {
    let shanghai = TimeDelta::hours(8);
    let moment = i64::try_from(seconds).ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let moment = moment.and_then(|moment| moment.naive_utc().checked_add_signed(shanghai));
    moment.map_or_else(|| seconds.to_string(), |moment| moment.format("%Y-%m-%d %H:%M:%S").to_string())
}

fn standing_text(standing: &Standing, lang: Lang) -> String {
    match standing {
        Standing::Signed(0) => lang.pick("已签", "signed").to_owned(),
        Standing::Signed(seconds) => {
            let time = time_text(*seconds);
            lang.pick(format!("已签 {time}"), format!("signed {time}"))
        }
        Standing::Missing => lang.pick("未签", "not signed").to_owned(),
        Standing::Forged => lang.pick("签名不符,不作数", "the signature does not fit, and does not count").to_owned(),
    }
}

fn group_text(group: &Group, lang: Lang) -> String {
    let Group { name, needed, signed, missing } = group;
    let (have, lack) = (signed.len(), missing.join("、"));
    match (signed.len() >= *needed, missing.is_empty()) {
        (true, _) => {
            lang.pick(format!("{name}:须 {needed} 方,已有 {have} 方"), format!("{name}: {have} of {needed} needed"))
        }
        (false, _) => lang.pick(
            format!("{name}:须 {needed} 方,只有 {have} 方,未签:{lack}"),
            format!("{name}: only {have} of {needed} needed; missing: {}", missing.join(", ")),
        ),
    }
}

/// What the verdict found, a line for each signature and group.
#[must_use]
pub fn verdict_text(verdict: &Verdict, lang: Lang) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    for (key, standing) in &verdict.logs {
        let standing = standing_text(standing, lang);
        line(lang.pick(format!("台账 {key}:{standing}"), format!("log {key}: {standing}")));
    }
    if verdict.logs.is_empty() {
        line(lang.pick("规定中没有此台账的公钥".to_owned(), "the policy has no key of this log".to_owned()));
    }
    for witness in &verdict.witnesses {
        let (name, standing) = (&witness.name, standing_text(&witness.standing, lang));
        line(lang.pick(format!("联署 {name}:{standing}"), format!("cosigner {name}: {standing}")));
    }
    for group in &verdict.groups {
        let group = group_text(group, lang);
        line(lang.pick(format!("组 {group}"), format!("group {group}")));
    }
    text
}

/// Whether the policy is met, and why not, in one sentence.
#[must_use]
pub fn conclusion(verdict: &Verdict, lang: Lang) -> String {
    if verdict.is_met() {
        return lang.pick("符合签名规定", "the policy is met").to_owned();
    }
    let mut faults = Vec::new();
    if verdict.log.is_none() {
        faults.push(lang.pick("缺少台账的签名".to_owned(), "the log's signature is missing".to_owned()));
    }
    if let Some(quorum) = verdict.quorum.as_ref().filter(|_| !verdict.quorum_signed) {
        let group = verdict.groups.iter().find(|group| group.name == *quorum);
        let told = group.map_or_else(
            || lang.pick(format!("{quorum} 未签"), format!("{quorum} did not sign")),
            |group| group_text(group, lang),
        );
        faults.push(lang.pick(format!("联署不足({told})"), format!("too few cosigned ({told})")));
    }
    let faults = faults.join(lang.pick(";", "; "));
    lang.pick(format!("不符合签名规定:{faults}"), format!("the policy is not met: {faults}"))
}

/// The verdict for programs.
#[must_use]
pub fn verdict_json(verdict: &Verdict) -> Value {
    let word = |standing: &Standing| match standing {
        Standing::Signed(_) => "signed",
        Standing::Missing => "missing",
        Standing::Forged => "forged",
    };
    let time = |standing: &Standing| match standing {
        Standing::Signed(seconds) if *seconds > 0 => json!(seconds),
        _ => Value::Null,
    };
    let logs = verdict.logs.iter().map(|(key, standing)| json!({"key": key, "standing": word(standing)}));
    let witnesses = verdict.witnesses.iter().map(|witness| {
        let (standing, time) = (word(&witness.standing), time(&witness.standing));
        json!({"name": witness.name, "key": witness.key, "standing": standing, "time": time})
    });
    let groups = verdict.groups.iter().map(|group| {
        let Group { name, needed, signed, missing } = group;
        json!({"name": name, "needed": needed, "signed": signed, "missing": missing})
    });
    json!({
        "met": verdict.is_met(),
        "logs": logs.collect::<Vec<_>>(),
        "witnesses": witnesses.collect::<Vec<_>>(),
        "groups": groups.collect::<Vec<_>>(),
        "quorum": verdict.quorum,
        "quorum_signed": verdict.quorum_signed,
    })
}
