//! What a verification found, in words and as JSON: what is wrong, at which position, since when.

use serde::Serialize;

use super::lang::Lang;
use crate::domain::event::Reason;
use crate::engine::replay::{Difference, hex};
use crate::engine::verify::{Finding, Report, What, Whose};
use crate::log::entry::moment_text;
use crate::store::catalog::Changed;

/// How the catalog calls a membership that no migration made.
const MEMBER: &str = "member of ";

/// A finding for programs.
#[derive(Serialize)]
struct FindingShape {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after_checkpoint: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before_checkpoint: Option<u64>,
    zh: String,
    en: String,
}

/// A verification for programs.
#[derive(Serialize)]
pub struct VerificationShape {
    ledger: String,
    verified: bool,
    size: i64,
    root: String,
    judged: u64,
    commands: u64,
    tiles: u64,
    pilots: u64,
    objects: u64,
    checkpoints: usize,
    findings: Vec<FindingShape>,
    more_findings: u64,
}

impl VerificationShape {
    /// A report, which was held against so many checkpoints.
    #[must_use]
    pub fn of(report: &Report, checkpoints: usize) -> Self {
        Self {
            ledger: report.head.name.clone(),
            verified: report.findings.is_empty(),
            size: report.head.position,
            root: hex(&report.root),
            judged: report.judged,
            commands: report.commands,
            tiles: report.tiles,
            pilots: report.pilots,
            objects: report.objects,
            checkpoints,
            findings: report.findings.iter().map(FindingShape::of).collect(),
            more_findings: report.more,
        }
    }
}

impl FindingShape {
    fn of(finding: &Finding) -> Self {
        let (zh, en) = words(&finding.what);
        Self {
            code: finding.what.code(),
            from: finding.place.map(|(from, _)| from),
            to: finding.place.map(|(_, to)| to),
            since: finding.since.map(moment_text),
            after_checkpoint: finding.after,
            before_checkpoint: finding.before,
            zh,
            en,
        }
    }
}

/// A report as text, a line a finding.
#[must_use]
pub fn text(report: &Report, checkpoints: usize, lang: Lang) -> String {
    let (size, root) = (report.head.position, hex(&report.root));
    let Report { commands, tiles, pilots, objects, judged, more, .. } = report;
    if report.findings.is_empty() {
        return lang.pick(
            format!(
                "核验通过:{size} 条记录逐条重算并按当时规则重审,{commands} 个命令、{tiles} 个哈希瓦片、{pilots} 个试点的合计、\
                {objects} 项库结构、{checkpoints} 个检查点均相符\n根 {root}\n"
            ),
            format!(
                "verified: {size} entries recomputed and judged again; {commands} commands, {tiles} tiles, the sums of \
                {pilots} pilots, {objects} objects of the schema and {checkpoints} checkpoints agree\nroot {root}\n"
            ),
        );
    }
    let mut text = lang.pick(
        format!("核验不通过:{size} 条记录,发现 {} 处\n", report.findings.len() as u64 + more),
        format!("does not verify: {} findings on {size} entries\n", report.findings.len() as u64 + more),
    );
    for finding in &report.findings {
        text.push_str("  ");
        text.push_str(&line(finding, lang));
        text.push('\n');
    }
    if *more > 0 {
        text.push_str(&lang.pick(format!("  另有 {more} 处\n"), format!("  and {more} more\n")));
    }
    if i64::try_from(*judged) != Ok(size) {
        text.push_str(&lang.pick(
            format!("规则重审到第 {judged} 条为止:其后记录所依据的状态已不可知,派生数据未比对\n"),
            format!("judged up to position {judged}: what later entries were decided on is not known, so projections were not compared\n"),
        ));
    }
    text
}

/// One finding in one line.
fn line(finding: &Finding, lang: Lang) -> String {
    let (zh, en) = words(&finding.what);
    let mut line = match finding.place {
        None => String::new(),
        Some((from, to)) if from == to => lang.pick(format!("第 {from} 条:"), format!("position {from}: ")),
        Some((from, to)) => lang.pick(format!("第 {from} 至 {to} 条:"), format!("positions {from} to {to}: ")),
    };
    line.push_str(&lang.pick(zh, en));
    if let Some(since) = finding.since.map(moment_text) {
        line.push_str(&lang.pick(format!(";该处记于 {since}"), format!("; recorded {since}")));
    }
    if let Some(after) = finding.after {
        let (zh, en) =
            (format!(";在签发 {after} 条的检查点之后"), format!("; after the checkpoint of {after} was signed"));
        line.push_str(&lang.pick(zh, en));
    }
    if let Some(before) = finding.before {
        let (zh, en) =
            (format!(";在签发 {before} 条的检查点之前"), format!("; before the checkpoint of {before} was signed"));
        line.push_str(&lang.pick(zh, en));
    }
    line
}

fn reasons(reasons: &[Reason], text: fn(&Reason) -> &str) -> String {
    reasons.iter().map(|reason| format!("{} {}", reason.rule, text(reason))).collect::<Vec<_>>().join("; ")
}

/// A projection that is not what the log says, in Chinese and English.
#[must_use]
pub fn differs(what: &Difference) -> (String, String) {
    let Difference { projection, subject, field, found, expected } = what;
    let (zh, en) = (named(projection), projection);
    if field == "row" || field == "extra" {
        let (missing_zh, missing_en) =
            if found == "none" { ("缺少", "is gone") } else { ("多出", "is one too many") };
        return (format!("{zh} {subject}:{missing_zh}此行"), format!("the row of {en} {subject} {missing_en}"));
    }
    (
        format!("{zh} {subject} 的{}为 {},应为 {}", field_named(field), named(found), named(expected)),
        format!("{field} of {en} {subject} is {found}, where {expected} is due"),
    )
}

/// A field in Chinese; a state with the position it is of.
fn field_named(field: &str) -> String {
    match field.strip_prefix("state at ") {
        Some(position) => format!("第 {position} 条时的状态"),
        None => named(field).to_owned(),
    }
}

/// A projection, one of its fields or a state of it in Chinese; anything else as it is.
fn named(word: &str) -> &str {
    if let Some((_, named)) = WORDS.iter().find(|(own, _)| *own == word) { named } else { word }
}

/// The words of projections, in Chinese.
const WORDS: [(&str, &str); 40] = [
    ("event", "记录的列"),
    ("command", "命令编号"),
    ("fund_position", "试点合计"),
    ("snapshot", "快照"),
    ("ledger", "台账"),
    ("head", "首行"),
    ("programme", "专项"),
    ("stream", "流"),
    ("version", "版本"),
    ("position", "位置"),
    ("type", "类型"),
    ("business_date", "业务日期"),
    ("recorded_at", "入账时间"),
    ("opened_at", "开设时间"),
    ("item", "支付编号"),
    ("peaks", "树右缘"),
    ("state", "状态"),
    ("cap", "定额上限"),
    ("cap_kind", "上限类别"),
    ("recognition_year", "认定年度"),
    ("payout_ratio", "拨付比例"),
    ("allocated", "核定定额"),
    ("released", "已下达"),
    ("released_first_year", "其中认定当年"),
    ("assigned", "已确定到项目"),
    ("paid", "已支付"),
    ("returned", "已收回"),
    ("returned_unspent", "结余收回"),
    ("clawback_ordered", "应收回"),
    ("first_year_limit", "首期限额"),
    ("release_limit", "可下达上限"),
    ("release_ceiling", "下达封顶"),
    ("first_share", "首期比例"),
    ("gate", "剩余资金的条件"),
    ("none", "空"),
    ("not as written", "已损坏或被改动"),
    ("as written", "原样"),
    ("differs", "另一状态"),
    ("an older one", "较早的状态"),
    ("the log's fold", "由记录重算的状态"),
];

/// The parts in which two definitions differ, in Chinese and English.
fn apart(found: &str, expected: &str) -> (String, String) {
    let only = |one: &str, other: &str| {
        let others: Vec<&str> = other.split(" | ").collect();
        let parts: Vec<&str> = one.split(" | ").filter(|part| !others.contains(part)).collect();
        parts.join(" | ")
    };
    (only(found, expected), only(expected, found))
}

/// A part of a definition that is no SQL, in Chinese.
fn defined(part: &str) -> &str {
    match part {
        "" => "无",
        "fires always" => "始终触发",
        "fires on the origin" => "只在一般会话中触发",
        "fires on a replica" => "只在复制会话中触发",
        "disabled" => "停用",
        "not validated" => "未验证",
        "not in use" => "不可用",
        "row security" => "行级安全",
        other => other,
    }
}

/// What remains to be said of a checkpoint that does not fit, where nothing tells whose it is.
fn doubt(whose: Whose) -> (&'static str, &'static str) {
    match whose {
        Whose::Own => ("", ""),
        Whose::Unknown => (
            "(或检查点属于另一台账:本台账未公布过密钥,名称无从核对)",
            " (or the checkpoint is of another ledger: this one announces no key that would tell)",
        ),
    }
}

/// Somebody may act as one of the roles that write: `ROLE MEMBER`.
fn member(granted: &str) -> (String, String) {
    let (role, member) = granted.split_once(' ').unwrap_or((granted, ""));
    (
        format!("数据库角色 {member} 可代行 {role},不受库中限制:请收回授权(REVOKE {role} FROM …)或其连接权"),
        format!(
            "the database's role {member} may act as {role}, past the schema's walls: revoke it (REVOKE {role} FROM …), \
             or its right to connect"
        ),
    )
}

/// What is wrong, in Chinese and English.
fn words(what: &What) -> (String, String) {
    let both = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
    match what {
        What::Missing => both("缺少记录", "there is no entry"),
        What::Unreadable(why) => (format!("不是一条记录:{why}"), format!("no entry of a ledger: {why}")),
        What::Altered => {
            both("记录被改动:与入账后存下的哈希不符", "the entry was altered: it is not the one whose hash was stored")
        }
        What::Rewritten => both("记录的字节不是其规范形式", "the entry is not in the bytes its event is written as"),
        What::Moved => both("记录自称在别的位置", "the entry says that it stands elsewhere"),
        What::Version { stream, found, due } => (
            format!("流 {stream} 的版本为 {found},应为 {due}"),
            format!("version {found} of the stream {stream}, where {due} is due"),
        ),
        What::TimeBack => both("记录时间早于前一条", "recorded before the entry in front of it"),
        What::Unlawful(broken) => (
            format!("按当时的规则不应入账:{}", reasons(broken, |reason| &reason.zh)),
            format!("unlawful by the rules in force then: {}", reasons(broken, |reason| &reason.en)),
        ),
        What::Otherwise { zh, en } => {
            (format!("与按规则应记的内容不同:{zh}"), format!("not what the rules lead to: {en}"))
        }
        What::Uncounted => both("台账头未计入此处的记录", "the head does not count the entry here"),
        What::Root { expected, found } => (
            format!("台账头的根为 {expected},由记录算得 {found}:此间的记录或台账头被改动"),
            format!("the head's root is {expected}, the entries' {found}: an entry in here or the head was altered"),
        ),
        What::Column(what) | What::Head(what) | What::Projection(what) => differs(what),
        What::Tile { path, gone: true } => (format!("缺少哈希瓦片 {path}"), format!("the stored tile {path} is gone")),
        What::Tile { path, gone: false } => {
            (format!("哈希瓦片 {path} 被改动"), format!("the stored tile {path} was altered"))
        }
        What::Beyond { witness } => (
            format!("此处的记录被截去:{witness} 还记得它们"),
            format!("the entries here were cut off: the {witness} still tell of them"),
        ),
        What::RolledBack { claim, signed, whose } => {
            let (doubt_zh, doubt_en) = doubt(*whose);
            (
                format!("台账被回退:检查点 {claim} 签于 {signed} 条{doubt_zh}"),
                format!(
                    "the ledger was rolled back: the checkpoint {claim} was signed over {signed} entries{doubt_en}"
                ),
            )
        }
        What::Forked { claim, signed, expected, found, whose } => {
            let (doubt_zh, doubt_en) = doubt(*whose);
            (
                format!("历史被改动:检查点 {claim} 签于 {signed} 条,其根为 {expected},现由记录算得 {found}{doubt_zh}"),
                format!(
                    "the history was altered: the checkpoint {claim} was signed over {signed} entries with the root \
                     {expected}, which is now {found}{doubt_en}"
                ),
            )
        }
        What::Foreign { claim, found, own } => (
            format!("检查点 {claim} 属于另一台账:其名称为 {found},本台账的为 {own}"),
            format!("the checkpoint {claim} is of another ledger: its origin is {found}, this ledger's is {own}"),
        ),
        What::Stranger { claim, origin } => (
            format!("检查点 {claim} 不是本台账的:名称 {origin} 相同,却不是台账公布过的任何密钥所签"),
            format!(
                "the checkpoint {claim} is not this ledger's: it names {origin}, and none of the keys announced here signed it"
            ),
        ),
        What::Schema(what) => schema(what),
    }
}

/// An object of the schema that is not as it was migrated.
fn schema(what: &Changed) -> (String, String) {
    if let Some(granted) = what.name.strip_prefix(MEMBER) {
        return member(granted);
    }
    match (&what.found, &what.expected) {
        (None, _) => (format!("库结构缺少 {}", what.name), format!("the schema's {} is gone", what.name)),
        (_, None) => (
            format!("库结构多出 {}", what.name),
            format!("the schema has {}, which it was not migrated with", what.name),
        ),
        (Some(found), Some(expected)) => {
            let (found, expected) = apart(found, expected);
            let plain = |part: &str| if part.is_empty() { "nothing more".to_owned() } else { part.to_owned() };
            (
                format!("库结构的 {} 为 {},应为 {}", what.name, defined(&found), defined(&expected)),
                format!("the schema's {} is {}, migrated as {}", what.name, plain(&found), plain(&expected)),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_told_with_its_position_and_no_english() {
        let told = |field: &str, found: &str, expected: &str| {
            let [projection, subject] = ["snapshot", "pilot-P"].map(str::to_owned);
            let [field, found, expected] = [field, found, expected].map(str::to_owned);
            differs(&Difference { projection, subject, field, found, expected }).0
        };
        let fold = "应为 由记录重算的状态";
        for (found, zh) in [("differs", "另一状态"), ("none", "空"), ("an older one", "较早的状态")] {
            let expected = format!("快照 pilot-P 的第 9 条时的状态为 {zh},{fold}");
            assert_eq!(told("state at 9", found, "the log's fold"), expected);
        }
        assert_eq!(told("position", "0", "≥ 1"), "快照 pilot-P 的位置为 0,应为 ≥ 1");
    }
}
