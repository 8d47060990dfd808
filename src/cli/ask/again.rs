//! Asking saved questions again: of the entries there were then, which must give the saved answer, and of the ledger now.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::FILE_BYTES_MAX;
use crate::cli::asked::{Answering, Asked};
use crate::cli::diff::{Between, check};
use crate::cli::list::List;
use crate::cli::status::print;
use crate::cli::{Context, Failure, Lang};
use crate::engine::replay::{self, hex};
use crate::report::history::shanghai;
use crate::report::question::Question;
use crate::report::status::View;
use crate::report::style::{BAD, GOOD, HEADING, paint};
use crate::store::Head;

/// Asks each of the files again, and fails as the gravest of them does once all have been.
pub(super) async fn run(context: &mut Context, files: &[PathBuf]) -> Result<(), Failure> {
    let mut worst: Result<(), Failure> = Ok(());
    for file in files {
        let found = ask(context, file).await;
        // Several files: each says for itself what is wrong with it, and the call goes on.
        let found = match found {
            Err(failure) if files.len() > 1 && !matches!(failure, Failure::Refused | Failure::NobodyReads) => {
                context.flush()?;
                context.complain(&format!("{}:", file.display()));
                let _told = failure.report(context);
                Err(failure)
            }
            found => found,
        };
        if gravity(&found) > gravity(&worst) {
            worst = found;
        }
    }
    match worst {
        Err(failure) if files.len() > 1 => Err(Failure::Told(failure.status())),
        worst => worst,
    }
}

fn gravity(found: &Result<(), Failure>) -> u8 {
    found.as_ref().err().map_or(0, Failure::status)
}

/// What was asked.
pub(super) fn about(question: &Question, lang: Lang) -> String {
    let pilot = question.pilot.as_deref().unwrap_or(lang.pick("整个专项", "the programme"));
    let figure = question.figure().map_or_else(
        || lang.pick("全部数字", "all figures").to_owned(),
        |figure| lang.pick(format!("{} {}", figure.zh(), figure.key()), figure.key().replace('_', " ")),
    );
    let (ledger, as_of, position) = (&question.ledger, question.as_of, question.position);
    let known = question.known_at.map(shanghai).map_or_else(String::new, |at| {
        lang.pick(format!(",只计北京时间 {at} 前已记录"), format!(", as known at {at} in Shanghai"))
    });
    lang.pick(
        format!("台账 {ledger}(共 {position} 条):{pilot} {figure},截至 {as_of}{known}"),
        format!("ledger {ledger} ({position} entries): {pilot} {figure} as of {as_of}{known}"),
    )
}

async fn ask(context: &mut Context, file: &Path) -> Result<(), Failure> {
    let question = read(file)?;
    if let Some(named) = context.ledger.as_ref().filter(|named| **named != question.ledger) {
        let ledger = &question.ledger;
        return Err(Failure::usage(
            format!("{} 问的是台账 {ledger},不是 {named}", file.display()),
            format!("{} asks about the ledger {ledger}, not {named}", file.display()),
        ));
    }
    let named = context.ledger.replace(question.ledger.clone());
    let asked = compare(context, file, &question).await;
    context.ledger = named;
    asked
}

fn read(file: &Path) -> Result<Question, Failure> {
    let path = file.display();
    let unreadable = |error: std::io::Error| {
        Failure::usage(format!("无法读取 {path}:{error}"), format!("cannot read {path}: {error}"))
    };
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(unreadable)?;
    opened.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(unreadable)?;
    Question::read(&bytes).map_err(|error| Failure::usage(format!("{path}:{}", error.zh()), format!("{path}: {error}")))
}

/// The first entries, folded again: what the ledger was when the question was asked.
async fn as_it_was(context: &Context, question: &Question) -> Result<Answering, Failure> {
    let (store, head) = context.opened().await?;
    let size = i64::try_from(question.position).unwrap_or(i64::MAX);
    if head.position < size {
        return Err(shorter(question, &head));
    }
    let mut progress = context.progress(Some(question.position));
    let replayed = replay::replay(&store, &head, size, question.known_at, |position| progress.at(position)).await?;
    drop(progress);
    let found = hex(&replayed.root);
    if found != question.root {
        return Err(forked(question, &found));
    }
    let (as_of, known_at) = (question.as_of, question.known_at);
    Ok(Answering { store, head, state: replayed.state, as_of, known_at })
}

/// What is printed for programs.
#[derive(Serialize)]
struct Shape<'a, T: Serialize> {
    file: String,
    outcome: &'static str,
    question: &'a Question,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<T>,
}

async fn compare(context: &mut Context, file: &Path, question: &Question) -> Result<(), Failure> {
    let was = as_it_was(context, question).await?;
    if question.answered_by(was.view()) != question.answer {
        return Err(altered(question));
    }
    let asked = Asked { as_of: Some(question.as_of), known_at: question.known_at };
    let now = asked.load(context, question.pilot.as_deref()).await?;
    let same = question.answered_by(now.view()) == question.answer;
    let outcome = if same { "same" } else { "differs" };
    let shape = Shape { file: file.display().to_string(), outcome, question, difference: None::<()> };
    if context.is_json() {
        if same {
            return context.json(&shape);
        }
    } else {
        let (style, said) = if same {
            (GOOD, context.lang.pick("相同", "the same"))
        } else {
            (BAD, context.lang.pick("不同", "differs"))
        };
        let about = paint(HEADING, about(question, context.lang)).to_string();
        context.line(format!("{}  {about}\n{}", paint(style, said), file.display()))?;
        if same {
            return Ok(());
        }
    }
    explain(context, shape, &now, was.view()).await?;
    Err(Failure::Refused)
}

/// Prints the events that make the difference.
async fn explain(context: &mut Context, shape: Shape<'_, ()>, now: &Answering, was: View<'_>) -> Result<(), Failure> {
    let between = Between::new(now, was).await?;
    let Some(pilot) = &shape.question.pilot else {
        if !context.is_json() {
            return between.programme(context).await;
        }
        let Shape { file, outcome, question, .. } = shape;
        let head = Shape { file, outcome, question, difference: Some(between.totals()) };
        let list = List::open(context, &head, "pilots")?;
        return between.pilots(context, Some(list)).await;
    };
    let (id, pilot) = now.pilot(pilot)?;
    let difference = between.pilot(&id, pilot).await?;
    if context.is_json() {
        let Shape { file, outcome, question, .. } = shape;
        context.json(&Shape { file, outcome, question, difference: Some(&difference) })?;
    } else {
        print(context, &difference.text(true, context.lang))?;
    }
    check(&difference)
}

fn shorter(question: &Question, head: &Head) -> Failure {
    let (ledger, then, now) = (&question.ledger, question.position, head.position);
    Failure::Unverified {
        zh: format!("台账 {ledger} 变短了:提问时有 {then} 条记录,现在只有 {now} 条:被回退,或不是同一台账"),
        en: format!(
            "the ledger {ledger} is shorter: it had {then} entries when the question was asked, and has {now}: it was \
             rolled back, or is another ledger"
        ),
    }
}

fn forked(question: &Question, found: &str) -> Failure {
    let Question { ledger, position, root, .. } = question;
    Failure::Unverified {
        zh: format!(
            "台账 {ledger} 的前 {position} 条记录不再是提问时的:当时的根为 {root},现由记录算得 {found}:被改动,或不是同一台账"
        ),
        en: format!(
            "the first {position} entries of the ledger {ledger} are not those of the question: their root was {root}, \
             and they give {found}: they were altered, or it is another ledger"
        ),
    }
}

fn altered(question: &Question) -> Failure {
    let position = question.position;
    Failure::Unverified {
        zh: format!("文件中的答案不是前 {position} 条记录给出的:记录与提问时相同,是文件被改动,或由算法不同的程序写成"),
        en: format!(
            "the answer in the file is not what the first {position} entries give, though they are those of the \
             question: the file was altered, or written by a program that reckons otherwise"
        ),
    }
}
