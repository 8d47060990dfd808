//! `tranche export`: the ledger in forms that other programs read, to standard output or to a file that is whole or
//! is not there.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use futures_util::StreamExt as _;

use super::asked::Asked;
use super::draft::Draft;
use super::log::{beyond, is_sandbox, records};
use super::{Context, Failure, Format};
use crate::domain::text::Id;
use crate::engine::state;
use crate::exchange::{Exporter, Form, Subject};
use crate::store::Head;

/// The forms of an export, by their names.
pub(super) const FORMS: &[(Format, Form)] = &[
    (Format::Jsonl, Form::Jsonl),
    (Format::CloudEvents, Form::CloudEvents),
    (Format::Beancount, Form::Beancount),
    (Format::Hledger, Form::Hledger),
    (Format::Ocds, Form::Ocds),
    (Format::Csv, Form::Csv),
];

/// Options of `export`.
#[derive(Args)]
pub struct Export {
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
        let form = context.format.among(FORMS)?;
        let (store, head) = context.opened().await?;
        self.asked.check_known(context, &store, &head).await?;
        let to = self.to.unwrap_or(head.position);
        if to > head.position {
            return Err(beyond("--to", to, &head));
        }
        let mut records = records(&store, &head, self.pilot.as_deref(), (1, to)).await?;
        if form == Form::Ocds {
            // What a process was about stands in the application, which is no event of the pilot.
            records = Box::pin(store.event_read(head.ledger, 1, to));
        }
        let subject = Subject {
            ledger: head.name.clone(),
            sandbox: is_sandbox(&store, &head).await?,
            pilot: self.pilot.as_deref().and_then(Id::parse),
            reversed: state::payments_reversed(&store, head.ledger, to).await?,
        };
        let mut out = Out { draft: self.output.as_deref().map(Draft::beside).transpose()?, context };
        let mut progress = out.context.progress(u64::try_from(to).ok());
        let (mut bytes, mut empty) = (Vec::new(), true);
        let mut exporter = Exporter::new(form, subject, &mut bytes)?;
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
            out.write_all(&bytes).map_err(|error| out.failed(error))?;
            bytes.clear();
        }
        if empty {
            return Err(self.nothing(&head, to));
        }
        exporter.finish(&mut out).map_err(|error| out.failed(error))?;
        match out.draft {
            Some(draft) => draft.keep(),
            None => Ok(()),
        }
    }

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

/// Where the export goes.
struct Out<'c> {
    draft: Option<Draft>,
    context: &'c mut Context,
}

impl Out<'_> {
    fn failed(&self, error: io::Error) -> Failure {
        match &self.draft {
            Some(draft) => draft.failed(&error),
            None => error.into(),
        }
    }
}

impl Write for Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.draft {
            Some(draft) => draft.file.write(bytes),
            None => self.context.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
