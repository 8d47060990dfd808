//! Texts that leave in order of dates, though they come in another: they wait in a file without a name, not in memory.
//!
//! What stays in memory is where each date's texts stand. Dates mostly come in order, so those are a few runs a date.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::ops::Range;

use crate::domain::Date;

/// Texts waiting for the last of them.
pub struct Spool {
    file: BufWriter<File>,
    length: u64,
    runs: BTreeMap<Date, Vec<Range<u64>>>,
}

impl Spool {
    /// None as yet.
    ///
    /// # Errors
    ///
    /// Where the system gives no temporary file.
    pub fn new() -> io::Result<Self> {
        Ok(Self { file: BufWriter::new(tempfile::tempfile()?), length: 0, runs: BTreeMap::new() })
    }

    /// Keeps a text of a date, after those of the same date that came before it.
    ///
    /// # Errors
    ///
    /// Where the temporary file cannot be written.
    pub fn push(&mut self, on: Date, text: &[u8]) -> io::Result<()> {
        self.file.write_all(text)?;
        let from = self.length;
        self.length += text.len() as u64;
        let runs = self.runs.entry(on).or_default();
        match runs.last_mut() {
            Some(run) if run.end == from => run.end = self.length,
            _ => runs.push(from..self.length),
        }
        Ok(())
    }

    /// Adds all of them to `out`, the earliest date's first.
    ///
    /// # Errors
    ///
    /// Where the temporary file cannot be read, or `out` not written.
    pub fn copy_to(self, out: &mut dyn Write) -> io::Result<()> {
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        for run in self.runs.into_values().flatten() {
            file.seek(SeekFrom::Start(run.start))?;
            io::copy(&mut (&file).take(run.end - run.start), out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_leave_in_order_of_dates_and_then_as_they_came() {
        let day = |day: u32| Date::from_ymd_opt(2026, 5, day).unwrap();
        let mut spool = Spool::new().unwrap();
        for (on, text) in [(2, "c"), (2, "d"), (1, "a"), (3, "f"), (2, "e"), (1, "b")] {
            spool.push(day(on), text.as_bytes()).unwrap();
        }
        let mut out = Vec::new();
        spool.copy_to(&mut out).unwrap();
        assert_eq!(out, b"abcdef");
    }
}
