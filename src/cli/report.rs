//! `tranche report`: the papers that are signed and filed, and whether one of them is still what the ledger says.

mod again;
mod all;
mod archive;
mod fonts;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use self::archive::{Archive, Question};
use super::asked::{Asked, read_date};
use super::draft::Draft;
use super::{Context, Failure, Format};
use crate::engine::past::Until;
use crate::report::form::{Form, SetError};
use crate::report::paper::stamp::{Evaluated, Kind, Since};
use crate::report::pdf::{Fonts, NoFont};

/// The forms of a report, by their names.
const FORMS: &[(Format, Form)] = &[
    (Format::Pdf, Form::Pdf),
    (Format::Xlsx, Form::Xlsx),
    (Format::Html, Form::Html),
    (Format::Csv, Form::Csv),
    (Format::Json, Form::Json),
    (Format::Svg, Form::Svg),
];

/// The fonts of this machine, read when a PDF is first set.
static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::within(fonts::folders()));

impl ValueEnum for Kind {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.key()).help(self.title()))
    }
}

/// Options of `report`.
#[derive(Args)]
pub struct Report {
    /// 报告种类 · the kind of report
    #[arg(value_enum, value_name = "KIND", required_unless_present = "again")]
    kind: Option<Kind>,
    /// 试点编号 · the pilot
    #[arg(value_name = "PILOT", conflicts_with = "all")]
    pilot: Option<String>,
    /// 每个试点一份,另有一份合订本,写入 -o 所指目录 · one for every pilot and one of all, into the folder named by -o
    #[arg(long, requires = "output")]
    all: bool,
    #[command(flatten)]
    asked: Asked,
    /// 变动起算:日期,或台账位置如 #412;不填则为上月末 · since when to tell changes: a date, or a position such as #412; the end of last month where none is given
    #[arg(long, value_name = "DATE|#N", value_parser = read_since)]
    since: Option<Since>,
    /// 自评表所属自评:年度如 2026,或 overall 整体自评;不填则为最近一次 · which self-evaluation a form is of: a year such as 2026, or overall; the latest where none is given
    #[arg(long, value_name = "YEAR|overall", value_parser = read_evaluated)]
    evaluation: Option<Evaluated>,
    /// 写入文件(--all 时为目录);不填则写到标准输出 · into a file, with --all a folder; to standard output where none is given
    #[arg(long, short, value_name = "PATH")]
    output: Option<PathBuf>,
    /// 按文件所载报告戳重新制表并比对 · make the report in this file again and compare
    #[arg(long, value_name = "FILE", conflicts_with_all = ["kind", "pilot", "all", "since", "evaluation", "output", "known_at"])]
    again: Option<PathBuf>,
}

fn read_since(text: &str) -> Result<Since, String> {
    match text.strip_prefix('#') {
        Some(position) => position.parse().ok().filter(|position| *position > 0).map(Since::Position),
        None => read_date(text).ok().map(Since::Date),
    }
    .ok_or_else(|| "日期形如 2026-11-30,位置形如 #412 · a date looks like 2026-11-30, a position like #412".to_owned())
}

fn read_evaluated(text: &str) -> Result<Evaluated, String> {
    let year = || text.parse().ok().filter(|year| (1..=9999).contains(year)).map(Evaluated::Year);
    let found = if text == "overall" { Some(Evaluated::Overall) } else { year() };
    found.ok_or_else(|| "年度如 2026,整体自评为 overall · a year such as 2026, or overall".to_owned())
}

impl Report {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        if let Some(file) = &self.again {
            return again::run(context, file, self.asked.as_of).await;
        }
        let form = self.form(context)?;
        form.typeset_by(&FONTS)?;
        // clap has it that a kind is there where no file is.
        let kind = self.kind.unwrap_or(Kind::Status);
        let question = Question {
            kind,
            pilot: self.pilot.clone(),
            as_of: self.asked.as_of,
            known_at: self.asked.known_at,
            since: self.since,
            evaluation: self.evaluation,
            until: self.asked.known_at.map_or(Until::Head, Until::KnownAt),
        };
        if self.evaluation.is_some() && kind != Kind::Evaluation {
            return Err(Failure::usage(
                format!("--evaluation 只用于项目支出绩效自评表(evaluation),不用于{}", kind.title()),
                format!("--evaluation is for the form `evaluation`, not for a report of {}", kind.key()),
            ));
        }
        if let (Kind::Programme, Some(pilot)) = (kind, &self.pilot) {
            return Err(Failure::usage(
                format!("全省资金情况汇总表包括所有试点,不按试点制表:请去掉 {pilot},或改用 status"),
                format!("the programme's report is of all pilots: leave out {pilot}, or ask for status"),
            ));
        }
        if self.all {
            let folder = self.output.as_deref().unwrap_or(Path::new("."));
            return Box::pin(all::run(context, question, form, folder)).await;
        }
        if self.pilot.is_none() && !matches!(kind, Kind::Programme | Kind::Alerts) {
            let key = kind.key();
            return Err(Failure::usage(
                format!("{}按试点制表:请写明试点编号,例如 tranche report {key} JX2025-01,或用 --all", kind.title()),
                format!(
                    "a report of {key} is of a pilot: name one, as in `tranche report {key} JX2025-01`, or use --all"
                ),
            ));
        }
        // An unwritable path is told before the work.
        let draft = self.output.as_deref().map(Draft::beside).transpose()?;
        let archive = Archive::open(context, question, self.asked).await?;
        archive.check_since()?;
        let bytes = form.set(&archive.paper(self.pilot.as_deref()).await?, &FONTS)?;
        match draft {
            Some(draft) => write(draft, &bytes),
            None => context.raw(&bytes),
        }
    }

    /// The form named, else the one that the name of a single file ends in.
    fn form(&self, context: &Context) -> Result<Form, Failure> {
        let ending =
            self.output.as_deref().filter(|_| !self.all).and_then(Path::extension).and_then(|ending| ending.to_str());
        let by_name = FORMS.iter().find(|(format, _)| Some(format.name().as_str()) == ending);
        let asked = context.format;
        let form = if asked == Format::Text { None } else { Some(asked.among(FORMS)?) };
        match (by_name, form) {
            (Some((named, _)), Some(_)) if *named != asked => {
                let (asked, named) = (asked.name(), named.name());
                Err(Failure::usage(
                    format!("--format 为 {asked},而 -o 的文件名以 .{named} 结尾:请使两者一致"),
                    format!("--format is {asked} and the name of -o ends in .{named}: let both be the same"),
                ))
            }
            (_, Some(form)) => Ok(form),
            (Some((_, form)), None) => Ok(*form),
            (None, None) => Err(no_form()),
        }
    }
}

/// Neither the file's name nor an option tells the form.
fn no_form() -> Failure {
    let names: Vec<String> = FORMS.iter().map(|(format, _)| format.name()).collect();
    Failure::usage(
        format!("看不出制成什么格式:请用 --format 指定,或以它作 -o 文件名的后缀:{}", names.join("、")),
        format!("which form is meant? Name one by --format, or end the name of -o in it: {}", names.join(", ")),
    )
}

/// Writes a file whole.
fn write(mut draft: Draft, bytes: &[u8]) -> Result<(), Failure> {
    let written = draft.file.write_all(bytes);
    written.map_err(|error| draft.failed(&error))?;
    draft.keep()
}

impl From<SetError> for Failure {
    fn from(error: SetError) -> Self {
        match error {
            SetError::Json(error) => error.into(),
            SetError::Workbook(error) => Self::usage(error.zh(), error.to_string()),
            SetError::Pdf(error) => Self::usage(error.zh(), error.to_string()),
            SetError::Svg(error) => Self::usage(error.zh(), error.to_string()),
        }
    }
}

impl From<NoFont> for Failure {
    fn from(error: NoFont) -> Self {
        Self::usage(error.zh(), error.to_string())
    }
}
