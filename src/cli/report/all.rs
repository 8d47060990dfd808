//! `tranche report --all`: a file for every pilot and one of all of them, several at a time, each whole or not there.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::archive::{Archive, Question};
use super::{FONTS, write};
use crate::cli::asked::Asked;
use crate::cli::draft::{Draft, unwritable};
use crate::cli::{Context, Failure};
use crate::domain::text::Id;
use crate::report::form::Form;
use crate::report::paper::Paper;
use crate::report::paper::stamp::Kind;

pub(super) async fn run(context: &mut Context, question: Question, form: Form, folder: &Path) -> Result<(), Failure> {
    let kind = question.kind;
    if kind == Kind::Programme {
        return Err(Failure::usage(
            "全省汇总表本就包括所有试点:请去掉 --all",
            "the programme's report is of all pilots: leave out --all",
        ));
    }
    let asked = Asked { as_of: question.as_of, known_at: question.known_at };
    let archive = Arc::new(Archive::open(context, question, asked).await?);
    if folder.is_file() {
        let folder = folder.display();
        return Err(Failure::usage(
            format!("{folder} 是文件,--all 要写入目录:请用 -o 指定目录"),
            format!("{folder} is a file, and --all writes into a folder: name one by -o"),
        ));
    }
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    let pilots = archive.pilots();
    let mut progress = context.progress(u64::try_from(pilots.len() + 1).ok());
    let at_once = std::thread::available_parallelism().map_or(2, usize::from);
    let making = pilots.iter().map(|pilot| one(Arc::clone(&archive), pilot.clone(), kind, form, folder));
    let mut made = Box::pin(stream::iter(making).buffered(at_once));
    let mut papers = Vec::with_capacity(pilots.len());
    while let Some(paper) = made.try_next().await? {
        papers.push(paper);
        progress.now_at(papers.len() as u64);
    }
    let whole = archive.paper(None).await?;
    // The list of alerts is one list; the others are bound.
    let whole = if kind == Kind::Alerts { whole } else { whole.bind(papers) };
    let draft = Draft::beside(&folder.join(format!("{}.{}", kind.key(), form.ending())))?;
    let bytes = set(whole, form).await?.1;
    write(draft, &bytes)?;
    drop(progress);
    let (count, folder) = (pilots.len() + 1, folder.display());
    context.complain(
        &context.lang.pick(format!("已写入 {count} 个文件:{folder}"), format!("wrote {count} files to {folder}")),
    );
    Ok(())
}

/// Makes and writes the paper of one pilot, and gives it for the binding.
async fn one(archive: Arc<Archive>, pilot: Id, kind: Kind, form: Form, folder: &Path) -> Result<Paper, Failure> {
    let draft = Draft::beside(&folder.join(format!("{}-{pilot}.{}", kind.key(), form.ending())))?;
    let paper = archive.paper(Some(pilot.as_str())).await?;
    let (paper, bytes) = set(paper, form).await?;
    write(draft, &bytes)?;
    Ok(paper)
}

/// Sets a paper on a thread of its own.
async fn set(paper: Paper, form: Form) -> Result<(Paper, Vec<u8>), Failure> {
    let setting = tokio::task::spawn_blocking(move || form.set(&paper, &FONTS).map(|bytes| (paper, bytes)));
    let set = setting.await.map_err(|error| Failure::from(std::io::Error::other(error)))?;
    Ok(set?)
}
