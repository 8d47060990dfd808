//! `tranche report --all`: a file for every pilot and one of all of them, several at a time, each whole or not there.

use std::fs;
use std::path::Path;
use std::pin::pin;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::archive::{Archive, Question};
use super::{FONTS, write};
use crate::cli::asked::Asked;
use crate::cli::draft::{Draft, unwritable};
use crate::cli::{Context, Failure};
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
    let archive = Archive::open(context, question, asked).await?;
    archive.check_since()?;
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
    // Each is written while the next are read, and kept for the one of all.
    let read = stream::iter(&pilots).then(|pilot| archive.paper(Some(pilot.as_str())));
    let name = |pilot| format!("{}-{pilot}", kind.key());
    let write = |(pilot, paper)| async move { one(name(pilot), paper?, form, folder).await };
    let mut written = pin!(stream::iter(&pilots).zip(read).map(write).buffered(at_once));
    let mut papers = Vec::with_capacity(pilots.len());
    let mut count = 0;
    while let Some(paper) = written.try_next().await? {
        // The list of alerts is one list; the others are bound.
        papers.extend((kind != Kind::Alerts).then_some(paper));
        count += 1;
        progress.now_at(count);
    }
    let whole = archive.paper(None).await?.bind(papers);
    one(kind.key().to_owned(), whole, form, folder).await?;
    count += 1;
    drop(progress);
    let folder = folder.display();
    context.complain(
        &context.lang.pick(format!("已写入 {count} 个文件:{folder}"), format!("wrote {count} files to {folder}")),
    );
    Ok(())
}

/// Sets a paper on a thread of its own, writes it, and gives it back.
async fn one(name: String, paper: Paper, form: Form, folder: &Path) -> Result<Paper, Failure> {
    let draft = Draft::beside(&folder.join(format!("{name}.{}", form.ending())))?;
    let setting = tokio::task::spawn_blocking(move || form.set(&paper, &FONTS).map(|bytes| (bytes, paper)));
    let (bytes, paper) = setting.await.map_err(|error| Failure::from(std::io::Error::other(error)))??;
    write(draft, &bytes)?;
    Ok(paper)
}
