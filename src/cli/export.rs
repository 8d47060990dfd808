//! `tranche export`: the ledger in forms that other programs read, to standard output or to a file that is whole or
//! is not there.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use futures_util::StreamExt as _;

use super::asked::unknown_pilot;
use super::draft::Draft;
use super::log::{Records, is_sandbox};
use super::{Context, Failure, Format};
use crate::domain::text::Id;
use crate::engine::state;
use crate::exchange::{Exporter, Form, Subject};
use crate::store::{Head, Store};

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
    /// 写入文件;不填则写到标准输出 · into a file; to standard output where none is given
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let form = context.format.among(FORMS)?;
        let (store, head) = context.opened().await?;
        let to = self.to.unwrap_or(head.position);
        if to > head.position {
            let last = head.position;
            return Err(Failure::usage(
                format!("--to {to} 超出台账:最后一条在位置 {last}"),
                format!("--to {to} is past the ledger, whose last entry is at {last}"),
            ));
        }
        let mut records = self.records(&store, &head, (form, to)).await?;
        let subject = Subject {
            ledger: head.name.clone(),
            sandbox: is_sandbox(&store, &head).await?,
            pilot: self.pilot.as_deref().and_then(Id::parse),
            reversed: state::payments_reversed(&store, head.ledger, to).await?,
        };
        let mut out = Out { draft: self.output.as_deref().map(Draft::beside).transpose()?, context };
        let mut progress = out.context.progress(u64::try_from(to).ok());
        let mut bytes = Vec::new();
        let mut exporter = Exporter::new(form, subject, &mut bytes)?;
        while let Some(record) = records.next().await {
            let record = record?;
            if record.position > to {
                break;
            }
            let event = state::event_of(&record)?;
            exporter.take(&event, &record.entry, &mut bytes)?;
            progress.at(event.position);
            out.write_all(&bytes).map_err(|error| out.failed(error))?;
            bytes.clear();
        }
        out.write_all(&bytes).map_err(|error| out.failed(error))?;
        exporter.finish(&mut out).map_err(|error| out.failed(error))?;
        match out.draft {
            Some(draft) => draft.keep(),
            None => Ok(()),
        }
    }

    /// The entries to export, of a pilot its stream; refused where there are none up to the position.
    async fn records<'s>(
        &self,
        store: &'s Store,
        head: &Head,
        (form, to): (Form, i64),
    ) -> Result<Records<'s>, Failure> {
        let all: Records<'s> = Box::pin(store.event_read(head.ledger, 1, to));
        let Some(pilot) = &self.pilot else { return Ok(all) };
        let stream: Records<'s> = Box::pin(store.stream_read(head.ledger, &format!("pilot-{pilot}"), 1));
        let mut stream = Box::pin(stream.peekable());
        let first = match stream.as_mut().peek().await {
            None => return Err(unknown_pilot(&state::load(store, head.ledger).await?, pilot)),
            Some(Ok(record)) => record.position,
            Some(Err(_)) => 0,
        };
        if first > to {
            return Err(Failure::usage(
                format!("截至位置 {to} 没有试点 {pilot} 的记录,最早的在位置 {first}"),
                format!("there is no entry of the pilot {pilot} up to {to}; its first is at {first}"),
            ));
        }
        // What a process was about stands in the application, which is no event of the pilot.
        if form == Form::Ocds { Ok(all) } else { Ok(stream) }
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
