//! `tranche ask`: a question with its answer in a file, to be asked again: the same answer, or the events that changed it.
//!
//! The entries up to where the ledger stood then are read again and must give the root in the file: an answer is compared
//! only with what the same ledger says.

mod again;

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::asked::{Answering, Asked};
use super::draft::Draft;
use super::explain::find_figure;
use super::{Context, Failure, clock};
use crate::domain::text::Id;
use crate::engine::replay::{self, hex};
use crate::report::explain::Figure;
use crate::report::question::Question;

/// The longest file that is looked at; one of a thousand pilots takes a quarter of it.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// Options of `ask`.
#[derive(Args)]
pub struct Ask {
    /// 试点编号;不填则问整个专项,此处可直接写数字名称 · the pilot; the whole programme where none is given, and then a figure
    /// may stand here
    #[arg(value_name = "PILOT")]
    pilot: Option<String>,
    /// 数字的名称;不填则问全部数字 · the figure's name; all figures where none is given
    #[arg(value_name = "FIGURE")]
    figure: Option<String>,
    #[command(flatten)]
    asked: Asked,
    /// 存入文件;不填则写到标准输出 · into a file; to standard output where none is given
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// 再问所存的问题:答案相同退出码为 0,不同为 1 并指出由哪些记录造成 · ask saved questions again: exit 0 where the answer is
    /// the same, 1 where it differs, with the events that changed it
    #[arg(
        long,
        value_name = "FILE",
        num_args = 1..,
        conflicts_with_all = ["pilot", "figure", "as_of", "known_at", "output"]
    )]
    again: Vec<PathBuf>,
}

impl Ask {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        if !self.again.is_empty() {
            return again::run(context, &self.again).await;
        }
        let (pilot, figure) = match (self.pilot.as_deref(), self.figure.as_deref()) {
            (Some(figure), None) if Figure::parse(figure).is_some() => (None, Some(figure)),
            asked => asked,
        };
        let figure = figure.map(find_figure).transpose()?;
        let (store, head) = context.opened().await?;
        self.asked.check_known(context, &store, &head).await?;
        // From the log alone: what is saved rests on no projection, and on a root that the entries give.
        let mut progress = context.progress(u64::try_from(head.position).ok());
        let replayed =
            replay::replay(&store, &head, head.position, self.asked.known_at, |position| progress.at(position)).await?;
        drop(progress);
        let (root, entries) = (hex(&replayed.root), replayed.entries);
        let as_of = self.asked.date(&replayed.state);
        let answering = Answering { store, head, state: replayed.state, as_of, known_at: self.asked.known_at };
        let pilot = if let Some(pilot) = pilot {
            Some(answering.pilot(pilot)?.0)
        } else {
            self.asked.check_begun(&answering.store, &answering.head).await?;
            None
        };
        let question = Question::asked(answering.view(), (pilot.as_ref(), figure), (clock().now)(), (entries, root));
        self.save(context, &question)
    }

    /// Leaves the question in its file, or prints it.
    fn save(&self, context: &mut Context, question: &Question) -> Result<(), Failure> {
        let mut bytes = serde_json::to_vec_pretty(question)?;
        bytes.push(b'\n');
        let Some(path) = &self.output else { return context.raw(&bytes) };
        if fs::symlink_metadata(path).is_ok() {
            let path = path.display();
            return Err(Failure::usage(
                format!("{path} 已存在:所存的问题从不覆盖"),
                format!("{path} is there already: a saved question is never replaced"),
            ));
        }
        let mut draft = Draft::beside(path)?;
        draft.file.write_all(&bytes)?;
        draft.keep()?;
        if context.is_json() {
            return context.json(question);
        }
        context.line(answer_text(question, context))?;
        let path = path.display();
        context.line(context.lang.pick(format!("已存入 {path}"), format!("saved in {path}")))
    }
}

/// What was asked and what the answer is: one figure, or how many.
fn answer_text(question: &Question, context: &Context) -> String {
    let about = again::about(question, context.lang);
    let one = question.figure().zip(question.pilot()).and_then(|(figure, pilot)| one(question, figure, &pilot));
    let Some(value) = one else { return about };
    format!("{about} = {value}")
}

fn one(question: &Question, figure: Figure, pilot: &Id) -> Option<String> {
    let answered = question.answer.pilots.get(pilot.as_str())?.get(figure.key())?;
    Some(answered.as_deref().map_or_else(|| "—".to_owned(), crate::report::amount::grouped))
}
