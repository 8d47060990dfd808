//! `tranche report --again`: the report in a file made once more, from its stamp alone; and what is otherwise by now.

use std::path::Path;

use serde_json::json;

use super::FONTS;
use super::archive::{Archive, Question};
use crate::cli::asked::Asked;
use crate::cli::failure::why;
use crate::cli::{Context, Failure};
use crate::domain::Date;
use crate::engine::past::Until;
use crate::report::comparison::{Comparison, first_difference};
use crate::report::form::{Form, stamp_in};
use crate::report::paper::Paper;
use crate::report::paper::stamp::{Kind, RENDERER, Stamp};

/// A report as it was filed.
struct Filed {
    bytes: Vec<u8>,
    form: Form,
    stamp: Stamp,
}

pub(super) async fn run(context: &mut Context, file: &Path, as_of: Option<Date>) -> Result<(), Failure> {
    let filed = read(file)?;
    let Stamp { ledger, .. } = &filed.stamp;
    if context.ledger.as_ref().is_some_and(|named| named != ledger) {
        let named = context.ledger_name();
        return Err(Failure::usage(
            format!("报告属于台账 {ledger},不是 {named}:请去掉 --ledger"),
            format!("the report is of the ledger {ledger}, not of {named}: leave out --ledger"),
        ));
    }
    context.ledger = Some(ledger.clone());
    let (archive, paper) = then(context, &filed.stamp).await?;
    let bytes = filed.form.set(&paper, &FONTS)?;
    match as_of {
        None => compare(context, &filed, &archive, (&paper, &bytes)),
        Some(date) => against(context, &filed, &paper, bytes == filed.bytes, date).await,
    }
}

fn read(file: &Path) -> Result<Filed, Failure> {
    let path = file.display();
    let bytes = std::fs::read(file).map_err(|error| {
        Failure::usage(format!("无法读取 {path}:{}", why(&error)), format!("cannot read {path}: {error}"))
    })?;
    let (form, stamp) = (Form::of(&bytes), stamp_in(&bytes));
    if let (Some(form @ (Form::Pdf | Form::Xlsx)), None) = (form, &stamp) {
        let form = form.ending();
        return Err(Failure::usage(
            format!("{path} 是 {form} 文件,但读不出报告戳:文件不完整、已损坏,或不是由 tranche report 制成"),
            format!(
                "{path} is a {form} file without a stamp: it is cut short, damaged, or not made by `tranche report`"
            ),
        ));
    }
    let (form, stamp) = form.zip(stamp).ok_or_else(|| {
        Failure::usage(
            format!("{path} 中没有报告戳:请给出由 tranche report 制成的文件"),
            format!("{path} carries no stamp: give a file made by `tranche report`"),
        )
    })?;
    Ok(Filed { bytes, form, stamp })
}

/// The question that a stamp answers, up to a position.
fn question(stamp: &Stamp, until: Until) -> Question {
    Question {
        kind: stamp.kind,
        pilot: stamp.pilot.clone(),
        as_of: Some(stamp.as_of),
        known_at: stamp.known_at.as_deref().and_then(|text| text.parse().ok()),
        since: Some(stamp.since),
        evaluation: stamp.evaluation,
        until,
    }
}

/// The report as it was then. The log has to be what it was: the same root at the same position.
async fn then(context: &Context, stamp: &Stamp) -> Result<(Archive, Paper), Failure> {
    let (_, head) = context.opened().await?;
    let (position, last) = (stamp.position, head.position);
    if i64::try_from(position).is_ok_and(|position| position > last) {
        return Err(Failure::Unverified {
            zh: format!("报告计至台账第 {position} 条,而台账现在只有 {last} 条:记录被删除,或不是同一台账"),
            en: format!(
                "the report counts {position} entries and the ledger has {last}: some are gone, or it is another ledger"
            ),
        });
    }
    let archive = Archive::open(context, question(stamp, Until::Position(position)), Asked::default()).await?;
    if archive.root() != stamp.root {
        let (found, expected) = (archive.root(), &stamp.root);
        return Err(Failure::Unverified {
            zh: format!("台账第 {position} 条处的根已不是报告所载:报告为 {expected},台账为 {found}"),
            en: format!(
                "the root at {position} is no longer the report's: the report has {expected}, the ledger {found}"
            ),
        });
    }
    let paper = paper(&archive, stamp).await?;
    Ok((archive, paper))
}

/// The paper of a stamp: of a pilot, of the programme, or bound of all pilots.
async fn paper(archive: &Archive, stamp: &Stamp) -> Result<Paper, Failure> {
    let paper = archive.paper(stamp.pilot.as_deref()).await?;
    if !stamp.is_bound() {
        return Ok(paper);
    }
    let mut papers = Vec::new();
    for pilot in archive.pilots() {
        papers.push(archive.paper(Some(pilot.as_str())).await?);
    }
    Ok(paper.bind(papers))
}

/// Says whether the file is what the ledger gives again, and where not.
fn compare(context: &mut Context, filed: &Filed, archive: &Archive, made: (&Paper, &[u8])) -> Result<(), Failure> {
    let (paper, bytes) = made;
    let stamp = &filed.stamp;
    let identical = bytes == filed.bytes;
    let typeset = filed.form.typeset_by(&FONTS)?;
    let since = archive.head().saturating_sub(stamp.position);
    if context.is_json() {
        context.json(&json!({"identical": identical, "stamp": stamp, "entries_since": since}))?;
    } else if identical {
        context.line(
            context.lang.pick("一致:重新制表与文件逐字节相同", "identical: made again, it is the file byte for byte"),
        )?;
        if since > 0 {
            context.line(context.lang.pick(
                format!("台账此后又有 {since} 条记录;以 --as-of 日期查看变动"),
                format!("the ledger has {since} entries more since; ask --as-of DATE for what changed"),
            ))?;
        }
    } else if stamp.renderer == RENDERER && stamp.typeset == typeset {
        let (zh, en) = first_difference(&filed.bytes, bytes);
        context.line(context.lang.pick(
            format!("不一致:文件制成后被改动。{zh}"),
            format!("differs: the file was altered after it was made. {en}"),
        ))?;
    } else {
        let made = maker(&stamp.renderer, stamp.typeset.as_deref());
        let here = maker(RENDERER, typeset.as_deref());
        let (zh, en) = by_another(filed, paper)?;
        context.line(context.lang.pick(
            format!("不一致:文件由 {made} 制成,本机为 {here};台账的根一致。{zh}"),
            format!("differs: the file was made by {made}, here it is {here}; the ledger's root agrees. {en}"),
        ))?;
    }
    if identical { Ok(()) } else { Err(Failure::Refused) }
}

/// What else differs in a file made by another program, in Chinese and English: nothing but its name, or where it begins.
fn by_another(filed: &Filed, paper: &Paper) -> Result<(String, String), Failure> {
    let mut paper = paper.clone();
    paper.stamp.renderer.clone_from(&filed.stamp.renderer);
    let bytes = filed.form.set(&paper, &FONTS)?;
    Ok(match filed.form {
        _ if bytes == filed.bytes => {
            ("除制表程序的名称外逐字节相同".to_owned(), "Byte for byte the same but for the program's name".to_owned())
        }
        Form::Csv | Form::Json | Form::Html => first_difference(&filed.bytes, &bytes),
        Form::Pdf | Form::Xlsx | Form::Svg => (
            "版式不同,数字未逐项核对:请另以 csv 或 json 制表核对".to_owned(),
            "It is set otherwise, and its figures were not held against the ledger: make it as csv or json to do so"
                .to_owned(),
        ),
    })
}

/// What made a report: the program, and what set its pages.
fn maker(renderer: &str, typeset: Option<&str>) -> String {
    typeset.map_or_else(|| renderer.to_owned(), |typeset| format!("{renderer}({typeset})"))
}

/// Says what is otherwise as of another date, by everything recorded since, and which events make it so.
async fn against(context: &mut Context, filed: &Filed, then: &Paper, same: bool, date: Date) -> Result<(), Failure> {
    let stamp = &filed.stamp;
    let mut asked = question(stamp, Until::Head);
    (asked.as_of, asked.known_at) = (Some(date), None);
    let archive = Archive::open(context, asked, Asked { as_of: Some(date), known_at: None }).await?;
    let now = paper(&archive, stamp).await?;
    let comparison = Comparison::of(then, &now);
    if context.is_json() {
        context.json(&json!({"identical": same, "stamp": stamp, "now": now.stamp, "differences": comparison}))?;
    } else {
        let then = if same { ("一致", "identical") } else { ("不一致", "differs") };
        context.line(context.lang.pick(format!("原表:{}", then.0), format!("as filed: {}", then.1)))?;
        context.text(&comparison.text(&now.stamp, context.lang))?;
        if stamp.kind == Kind::Programme && !comparison.is_empty() {
            let (from, to, next) = (stamp.as_of, date, stamp.position + 1);
            if from != to {
                context.line(context.lang.pick(
                    format!("日期使各试点变动了什么:tranche diff 试点编号 --as-of {from} --as-of {to}"),
                    format!("what the date changes of a pilot: tranche diff PILOT --as-of {from} --as-of {to}"),
                ))?;
            }
            if archive.head() > stamp.position {
                context.line(context.lang.pick(
                    format!("原表以后的记录:tranche log --from {next}"),
                    format!("the entries since the report: tranche log --from {next}"),
                ))?;
            }
        }
    }
    if same && comparison.is_empty() { Ok(()) } else { Err(Failure::Refused) }
}
