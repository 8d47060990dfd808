//! What every subcommand shares: language, format, where the ledger is, and where results go.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::failure::Failure;
use super::format::Format;
pub use crate::report::lang::Lang;
use crate::store::embedded::{self, Cluster};
use crate::store::{Head, Store, Target};

impl ValueEnum for Lang {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Zh, Self::En]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Zh => PossibleValue::new("zh").help("中文"),
            Self::En => PossibleValue::new("en").help("English"),
        })
    }
}

/// Options that every subcommand has.
#[derive(Args, Clone, Debug)]
pub struct Global {
    /// 数据库地址;不填则用内置数据库 · the database; the embedded one where none is given
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database: Option<String>,
    /// 台账名称 · which ledger; `demo` has one of its own
    #[arg(long, global = true, value_name = "NAME", value_parser = ledger_name)]
    pub ledger: Option<String>,
    /// 语言 · the language of texts
    #[arg(long, global = true, value_enum, default_value = "zh")]
    pub lang: Lang,
    /// 输出格式;除 text、json 外限 export、report · the form of results; those but text and json are for export and report
    #[arg(long, global = true, value_enum, default_value = "text", hide_possible_values = true)]
    pub format: Format,
}

/// A ledger's name: it stands in every entry, in file names and in notes, so it hides nothing and has no space.
fn ledger_name(name: &str) -> Result<String, String> {
    let hides = |c: char| {
        c.is_control()
            || c.is_whitespace()
            || c == '+'
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(hides) {
        return Err(
            "1–100 个字,不含空白、+ 和控制字符 · 1–100 characters without space, + or control characters".to_owned()
        );
    }
    Ok(name.to_owned())
}

/// The ledger where none is named.
const LEDGER: &str = "jiangxi-2025";

/// What a subcommand works with.
pub struct Context {
    /// The language of texts.
    pub lang: Lang,
    /// The form of results.
    pub format: Format,
    /// The ledger named, if one is.
    pub ledger: Option<String>,
    database: Option<String>,
    out: std::io::BufWriter<anstream::Stdout>,
}

impl Context {
    pub(super) fn new(global: Global) -> Self {
        let out = std::io::BufWriter::with_capacity(1 << 16, anstream::stdout());
        Self { lang: global.lang, format: global.format, ledger: global.ledger, database: global.database, out }
    }

    /// The ledger's name.
    #[must_use]
    pub fn ledger_name(&self) -> &str {
        self.ledger.as_deref().unwrap_or(LEDGER)
    }

    /// Whether results are for programs.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Where the database is: the one named, else the embedded one, made and started where needed.
    ///
    /// # Errors
    ///
    /// Where the address is none, or the embedded database cannot be had.
    pub async fn target(&self) -> Result<Target, Failure> {
        if let Some(url) = &self.database {
            return Ok(Target::from_url(url)?);
        }
        let cluster = Cluster::at(embedded::home()?)?;
        let lang = self.lang;
        let config = cluster.ensure(&move |step| complain(lang.pick(step.zh(), step.en()))).await?;
        Ok(Target::from_config(config))
    }

    /// A connection to the database, whose schema must be this program's.
    ///
    /// # Errors
    ///
    /// Where it cannot be had.
    pub async fn store(&self) -> Result<Arc<Store>, Failure> {
        Ok(Arc::new(Store::connect(&self.target().await?).await?))
    }

    /// A connection, and the head of the ledger, which must have been opened.
    ///
    /// # Errors
    ///
    /// Where either cannot be had.
    pub async fn opened(&self) -> Result<(Arc<Store>, Head), Failure> {
        let store = self.store().await?;
        let head = store.head(self.ledger_name()).await?;
        if head.position == 0 {
            return Err(crate::engine::EngineError::Unopened(head.name).into());
        }
        Ok((store, head))
    }

    /// Whether the embedded database is used.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.database.is_none()
    }

    /// Prints a line of results.
    ///
    /// # Errors
    ///
    /// Where standard output cannot be written.
    pub fn line(&mut self, text: impl std::fmt::Display) -> Result<(), Failure> {
        writeln!(self.out, "{text}")?;
        Ok(())
    }

    /// Prints a text that ends its own lines.
    ///
    /// # Errors
    ///
    /// Where standard output cannot be written.
    pub fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.out.write_all(text.as_bytes())?;
        Ok(())
    }

    /// Prints bytes as they are, and ends the line.
    ///
    /// # Errors
    ///
    /// Where standard output cannot be written.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.out.write_all(bytes)?;
        self.out.write_all(b"\n")?;
        Ok(())
    }

    /// Prints bytes as they are, and nothing after them.
    ///
    /// # Errors
    ///
    /// Where standard output cannot be written.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.out.write_all(bytes)?;
        Ok(())
    }

    /// Prints a result for programs: JSON on one line.
    ///
    /// # Errors
    ///
    /// Where standard output cannot be written.
    pub fn json(&mut self, result: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.out, result)?;
        self.out.write_all(b"\n")?;
        Ok(())
    }

    /// Sends what was printed on its way.
    ///
    /// # Errors
    ///
    /// Where standard output cannot be written.
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush()?;
        Ok(())
    }

    /// Tells people something that is no result, on standard error.
    pub fn complain(&self, text: &str) {
        complain(text);
    }

    /// A progress bar on standard error that appears after a second, on terminals only.
    #[must_use]
    pub fn progress(&self, total: Option<u64>) -> Progress {
        if !std::io::stderr().is_terminal() {
            return Progress { bar: ProgressBar::hidden(), shown: false, since: std::time::Instant::now() };
        }
        let (bar, style) = match total {
            Some(total) => (ProgressBar::new(total), "{bar:40} {human_pos}/{human_len} {per_sec} {eta}"),
            None => (ProgressBar::new_spinner(), "{spinner} {human_pos} {per_sec}"),
        };
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style);
        }
        Progress { bar, shown: false, since: std::time::Instant::now() }
    }
}

/// Bytes printed as they are, and nothing after them.
impl std::io::Write for Context {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

/// The progress of something that may take long.
pub struct Progress {
    bar: ProgressBar,
    shown: bool,
    since: std::time::Instant,
}

impl Progress {
    /// Moves it to a position.
    pub fn at(&mut self, position: u64) {
        // The bar is asked for rarely: most calls are a comparison.
        if position.is_multiple_of(64) {
            self.now_at(position);
        }
    }

    /// Moves it to a position that is long in coming.
    pub fn now_at(&mut self, position: u64) {
        if !self.shown && self.since.elapsed().as_secs() >= 1 {
            self.shown = true;
            self.bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
        }
        self.bar.set_position(position);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Tells people something on standard error.
pub(super) fn complain(text: &str) {
    // Standard error may be closed; there is nobody left to tell then.
    let _unseen = writeln!(anstream::stderr(), "{text}");
}
