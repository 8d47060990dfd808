//! `tranche export`: the ledger in forms that other programs read, to standard output or to a file that is whole or
//! is not there.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use futures_util::StreamExt as _;

use super::asked::Asked;
use super::log::{beyond, is_sandbox, records};
use super::{Context, Failure};
use crate::engine::state;
use crate::exchange::{Exporter, Form, Subject};
use crate::store::Head;

/// The forms of an export.
#[derive(Clone, Copy, ValueEnum)]
enum FormName {
    /// 入账时的原样字节 · the entries byte for byte
    Jsonl,
    /// CloudEvents 1.0, one a line
    #[value(name = "cloudevents")]
    CloudEvents,
    /// Beancount 复式账 · double-entry books
    Beancount,
    /// hledger 复式账 · double-entry books
    Hledger,
    /// 电子表格 · a table for spreadsheets
    Csv,
}

/// Options of `export`.
#[derive(Args)]
pub struct Export {
    /// 导出为何种格式 · the form of the export
    #[arg(value_enum, value_name = "FORMAT")]
    form: FormName,
    /// 只导出一个试点 · one pilot's events only
    #[arg(long, value_name = "PILOT")]
    pilot: Option<String>,
    /// 到此位置止 · up to this position
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    to: Option<i64>,
    #[command(flatten)]
    asked: Asked,
    /// 写入文件;不填则写到标准输出 · into a file; to standard output where none is given
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let (store, head) = context.opened().await?;
        self.asked.check_known(context, &store, &head).await?;
        let to = self.to.unwrap_or(head.position);
        if to > head.position {
            return Err(beyond("--to", to, &head));
        }
        let mut records = records(&store, &head, self.pilot.as_deref(), (1, to)).await?;
        let subject = Subject { ledger: head.name.clone(), sandbox: is_sandbox(&store, &head).await? };
        let mut draft = self.output.as_deref().map(Draft::beside).transpose()?;
        let mut write = |context: &mut Context, bytes: &mut Vec<u8>| {
            let written = match &mut draft {
                Some(draft) => draft.file.write_all(bytes).map_err(|error| unwritable(&draft.path, &error)),
                None => context.raw(bytes),
            };
            bytes.clear();
            written
        };
        let mut progress = context.progress(u64::try_from(to).ok());
        let (mut bytes, mut empty) = (Vec::new(), true);
        let mut exporter = Exporter::new(self.form.form(), subject, &mut bytes);
        while let Some(record) = records.next().await {
            let record = record?;
            if record.position > to || !self.asked.is_known(&record) {
                break;
            }
            if !self.asked.is_dated(&record) {
                continue;
            }
            empty = false;
            let event = state::event_of(&record)?;
            exporter.take(&event, &record.entry, &mut bytes)?;
            progress.at(event.position);
            write(context, &mut bytes)?;
        }
        if empty {
            return Err(self.nothing(&head, to));
        }
        exporter.finish(&mut bytes);
        write(context, &mut bytes)?;
        match draft {
            Some(draft) => draft.keep(),
            None => Ok(()),
        }
    }
}

impl Export {
    /// Nothing is exported where no entry fits: an empty file would look like an answer.
    fn nothing(&self, head: &Head, to: i64) -> Failure {
        let of = self.pilot.as_ref();
        let of_zh = of.map_or_else(String::new, |pilot| format!("试点 {pilot} "));
        let of_en = of.map_or_else(String::new, |pilot| format!(" of the pilot {pilot}"));
        let last = head.position;
        Failure::usage(
            format!("前 {to} 条记录中没有{of_zh}符合条件的,未导出(台账共 {last} 条)"),
            format!("no entry{of_en} up to {to} fits, and nothing is exported (the ledger has {last})"),
        )
    }
}

impl FormName {
    fn form(self) -> Form {
        match self {
            Self::Jsonl => Form::Jsonl,
            Self::CloudEvents => Form::CloudEvents,
            Self::Beancount => Form::Beancount,
            Self::Hledger => Form::Hledger,
            Self::Csv => Form::Csv,
        }
    }
}

/// A file in the making, beside the one it is to become; gone with the value unless it is kept.
pub(super) struct Draft {
    /// Where its bytes go.
    pub(super) file: BufWriter<File>,
    path: PathBuf,
    becomes: PathBuf,
    kept: bool,
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    let path = path.display();
    Failure::usage(format!("无法写入 {path}:{error}"), format!("cannot write {path}: {error}"))
}

impl Draft {
    pub(super) fn beside(becomes: &Path) -> Result<Self, Failure> {
        let mut name = becomes
            .file_name()
            .ok_or_else(|| unwritable(becomes, &std::io::ErrorKind::InvalidInput.into()))?
            .to_owned();
        if fs::metadata(becomes).is_ok_and(|found| !found.is_file()) {
            let path = becomes.display();
            return Err(Failure::usage(
                format!("{path} 不是普通文件:不填 -o 则写到标准输出"),
                format!("{path} is no regular file: leave out -o to write to standard output"),
            ));
        }
        name.push(format!(".{}.part", std::process::id()));
        let path = becomes.with_file_name(name);
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        let file = BufWriter::with_capacity(1 << 16, file.map_err(|error| unwritable(becomes, &error))?);
        Ok(Self { file, path, becomes: becomes.to_owned(), kept: false })
    }

    /// Makes it the file it is to become, once its bytes are on the disk.
    pub(super) fn keep(mut self) -> Result<(), Failure> {
        self.settle().map_err(|error| unwritable(&self.becomes, &error))
    }

    fn settle(&mut self) -> std::io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        fs::rename(&self.path, &self.becomes)?;
        self.kept = true;
        let folder = self.becomes.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            // It may be gone already; there is nothing more to do about it.
            let _gone = fs::remove_file(&self.path);
        }
    }
}
