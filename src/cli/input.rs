//! Reading lines of commands from files: plain or gzip, any line ends, bounded memory whatever is in them.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::Failure;

/// A longer line is no command: an entry has at most 65,535 bytes, and JSON may spell a character in six.
const LINE_BYTES_MAX: usize = 1 << 20;
/// What is passed over of one such line before the input is given up as no list of commands.
const SKIP_BYTES_MAX: u64 = 1 << 30;
/// Compressed input that grows more than this is not text that anybody wrote.
const BOMB_RATIO: u64 = 250;
/// From how much on that is looked at.
const BOMB_BYTES: u64 = 64 << 20;

/// A line as it was read.
pub enum Line {
    /// Its bytes, without the line's end.
    Bytes(Vec<u8>),
    /// It was too long to be a command and was passed over: so many bytes.
    TooLong(u64),
}

/// The lines of one input.
pub struct Lines {
    name: String,
    reader: Box<dyn BufRead + Send>,
    first: bool,
    number: u64,
}

impl Lines {
    /// Opens a file, or standard input where its name is `-`.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, is a directory, is empty, or is UTF-16.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let raw: Box<dyn Read + Send> = if name == "-" {
            Box::new(std::io::stdin())
        } else {
            let unreadable = |error: std::io::Error| {
                Failure::usage(format!("无法读取文件 {name}:{error}"), format!("cannot read the file {name}: {error}"))
            };
            let file = File::open(path).map_err(unreadable)?;
            if file.metadata().map_err(unreadable)?.is_dir() {
                return Err(Failure::usage(
                    format!("{name} 是目录,请指定文件"),
                    format!("{name} is a directory; name a file"),
                ));
            }
            Box::new(file)
        };
        let mut reader = BufReader::with_capacity(1 << 18, raw);
        let start = reader.fill_buf()?;
        if start.is_empty() {
            return Err(Failure::usage(
                format!("{name} 是空的,没有命令"),
                format!("{name} is empty: there is no command in it"),
            ));
        }
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            return Err(Failure::usage(
                format!("{name} 是 UTF-16 编码,请另存为 UTF-8"),
                format!("{name} is UTF-16; save it as UTF-8"),
            ));
        }
        let reader: Box<dyn BufRead + Send> = if start.starts_with(&[0x1f, 0x8b]) {
            Box::new(BufReader::with_capacity(1 << 18, Inflated::new(reader)))
        } else {
            Box::new(reader)
        };
        Ok(Self { name, reader, first: true, number: 0 })
    }

    /// The next line; none at the end.
    ///
    /// # Errors
    ///
    /// Where the input breaks off or is no list of commands; names the line.
    pub fn next_line(&mut self) -> Result<Option<Line>, Failure> {
        self.number += 1;
        let mut line = Vec::new();
        let read = (&mut self.reader).take(LINE_BYTES_MAX as u64 + 1).read_until(b'\n', &mut line);
        if let Err(error) = read {
            return Err(self.broke_off(&error));
        }
        if line.is_empty() {
            return Ok(None);
        }
        if line.last() != Some(&b'\n') && line.len() > LINE_BYTES_MAX {
            let passed = self.pass_over()?;
            return Ok(Some(Line::TooLong(line.len() as u64 + passed)));
        }
        while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
            line.pop();
        }
        if self.first && line.starts_with(b"\xef\xbb\xbf") {
            // Windows programs put a byte order mark in front of UTF-8; it is no part of the first command.
            line.drain(..3);
        }
        self.first = false;
        Ok(Some(Line::Bytes(line)))
    }

    /// Passes over the rest of a line.
    fn pass_over(&mut self) -> Result<u64, Failure> {
        let mut passed = 0;
        loop {
            let (used, ended) = match self.reader.fill_buf() {
                Ok([]) => (0, true),
                Ok(buffer) => match buffer.iter().position(|byte| *byte == b'\n') {
                    Some(at) => (at + 1, true),
                    None => (buffer.len(), false),
                },
                Err(error) => return Err(self.broke_off(&error)),
            };
            self.reader.consume(used);
            passed += used as u64;
            if ended {
                return Ok(passed);
            }
            if passed > SKIP_BYTES_MAX {
                let (name, number) = (&self.name, self.number);
                return Err(Failure::usage(
                    format!("{name} 第 {number} 行超过 1 GiB,不是命令文件"),
                    format!("{name}, line {number}: longer than 1 GiB, so this is no file of commands"),
                ));
            }
        }
    }

    fn broke_off(&self, error: &std::io::Error) -> Failure {
        let (name, number) = (&self.name, self.number);
        Failure::usage(
            format!("{name} 在第 {number} 行处中断:{error};请换用完整的文件再次办理,带 id 的命令不会重复记入"),
            format!(
                "{name} breaks off at line {number}: {error}; apply a whole file again, commands with an id are not \
                 recorded twice"
            ),
        )
    }
}

/// Inflates gzip, and refuses what grows beyond all measure.
struct Inflated<R: BufRead> {
    decoder: MultiGzDecoder<Counted<R>>,
    out: u64,
}

impl<R: BufRead> Inflated<R> {
    fn new(reader: R) -> Self {
        Self { decoder: MultiGzDecoder::new(Counted { reader, read: 0 }), out: 0 }
    }
}

impl<R: BufRead> Read for Inflated<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.decoder.read(buffer)?;
        self.out += read as u64;
        if self.out > BOMB_BYTES && self.out / self.decoder.get_ref().read.max(1) > BOMB_RATIO {
            return Err(std::io::Error::other("压缩比异常,疑似压缩炸弹 (it inflates beyond measure: a gzip bomb?)"));
        }
        Ok(read)
    }
}

/// Counts what is read of the compressed input.
struct Counted<R> {
    reader: R,
    read: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.read += read as u64;
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.read += amount as u64;
        self.reader.consume(amount);
    }
}
