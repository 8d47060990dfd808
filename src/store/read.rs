//! Reads of the log: heads, entries in either direction, commands by id.
//!
//! What it refuses: holding a log in memory. Entries come in pages of a few megabytes, each a statement of
//! its own, so that a slow reader holds no snapshot open. Positions never change hands, so pages read
//! one after another are as good as one read.

use std::collections::VecDeque;

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::stream::{Stream, try_unfold};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;
use uuid::Uuid;

use super::connection::Store;
use super::{StoreError, sql};

/// A page aims at this many bytes of entries, whatever their size.
const PAGE_BYTES: usize = 4 << 20;
/// Rows of the first page, before the size of entries is known.
const PAGE_ROWS_FIRST: i64 = 256;
/// The fewest and the most rows a page asks for.
const PAGE_ROWS: (i64, i64) = (64, 16_384);

/// The category whose streams have payments.
const PAYING: &str = "pilot";

/// The head of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The ledger's id.
    pub ledger: i64,
    /// Its name.
    pub name: String,
    /// How many entries there are.
    pub position: i64,
    /// Their RFC 6962 root.
    pub root: Vec<u8>,
    /// The right edge of their tree, 32 bytes a peak.
    pub peaks: Vec<u8>,
    /// When the last was recorded.
    pub recorded_at: Option<DateTime<Utc>>,
    /// When the ledger was made.
    pub opened_at: DateTime<Utc>,
}

/// One entry as it stands in the log; its texts and bytes may be lent by the [`Span`] that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<T = String, B = Vec<u8>> {
    /// Its position, from 1.
    pub position: i64,
    /// Its stream.
    pub stream: T,
    /// Its version in the stream, from 1.
    pub version: i32,
    /// Its type.
    pub kind: T,
    /// The business date.
    pub business_date: NaiveDate,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The canonical JSON, byte for byte.
    pub entry: B,
    /// The payment it is about, as it is found by.
    pub item: Option<T>,
    /// The command that led to it, as that is found by: where it is its first event.
    pub command: Option<Uuid>,
}

/// The entries of a span of positions, as they were received: in one row, with a list for each column.
pub struct EntrySpan(Row);

impl EntrySpan {
    /// The positions and entries, in order.
    ///
    /// # Errors
    /// Where the database's answer is not as it was asked for.
    pub fn entries(&self) -> Result<impl Iterator<Item = (i64, &[u8])>, StoreError> {
        let Self(row) = self;
        let (positions, lengths) = (list::<i64>(row, 0)?, list::<i32>(row, 1)?);
        let mut rest: &[u8] = row.try_get::<_, Option<_>>(2)?.unwrap_or_default();
        Ok(positions.into_iter().zip(lengths).map_while(move |(position, length)| {
            let (entry, behind) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            rest = behind;
            Some((position, entry))
        }))
    }
}

/// The same with the columns beside the entries.
pub struct Span(EntrySpan);

impl Span {
    /// The entries with their columns, in order.
    ///
    /// # Errors
    /// Where the database's answer is not as it was asked for.
    pub fn records(&self) -> Result<impl Iterator<Item = Record<&str, &[u8]>>, StoreError> {
        let Self(entries) = self;
        let row = &entries.0;
        let named = list(row, 3)?.into_iter().zip(list(row, 4)?).zip(list(row, 5)?);
        let dated = list(row, 6)?.into_iter().zip(list(row, 7)?);
        let found_by = list(row, 8)?.into_iter().zip(list(row, 9)?);
        let columns = named.zip(dated).zip(found_by);
        Ok(entries.entries()?.zip(columns).map(|((position, entry), columns)| {
            let ((((stream, version), kind), (business_date, recorded_at)), (item, command)) = columns;
            Record { position, stream, version, kind, business_date, recorded_at, entry, item, command }
        }))
    }
}

/// A list that stands in a column; none where nothing was there to be listed.
fn list<'a, T: FromSql<'a>>(row: &'a Row, at: usize) -> Result<Vec<T>, StoreError> {
    Ok(row.try_get::<_, Option<_>>(at)?.unwrap_or_default())
}

/// A read that is under way: what of, where it stands, which way it goes.
#[derive(Clone, Debug)]
pub(super) struct Cursor {
    ledger: i64,
    scope: Scope,
    backward: bool,
    /// Positions, or versions where a stream is read; both ends belong to the range.
    low: i64,
    high: i64,
    rows: i64,
}

#[derive(Clone, Debug)]
enum Scope {
    All,
    /// All but the payments.
    Acts,
    Stream(String),
    Category(String),
}

impl Cursor {
    fn new(ledger: i64, scope: Scope, low: i64, high: i64) -> Self {
        Self { ledger, scope, backward: false, low, high, rows: PAGE_ROWS_FIRST }
    }

    /// All entries of a ledger from a position on.
    pub(super) fn all(ledger: i64, from: i64) -> Self {
        Self::new(ledger, Scope::All, from, i64::MAX)
    }

    fn backward(self) -> Self {
        Self { backward: true, ..self }
    }

    /// Goes past a page, and fits the next to the size of this one's entries.
    fn advance(&mut self, page: &VecDeque<Record>) {
        let Some(last) = page.back() else { return };
        let at = match self.scope {
            Scope::Stream(_) => i64::from(last.version),
            Scope::All | Scope::Acts | Scope::Category(_) => last.position,
        };
        if self.backward {
            self.high = at - 1;
        } else {
            self.low = at + 1;
        }
        let bytes: usize = page.iter().map(|record| record.entry.len().max(1)).sum();
        let rows = PAGE_BYTES * page.len() / bytes.max(1);
        self.rows = i64::try_from(rows).unwrap_or(i64::MAX).clamp(PAGE_ROWS.0, PAGE_ROWS.1);
    }
}

impl Store {
    /// The head of the ledger of this name.
    ///
    /// # Errors
    /// [`StoreError::LedgerMissing`]; those of the connection.
    pub async fn head(&self, name: &str) -> Result<Head, StoreError> {
        let statement = self.prepared(sql::HEAD).await?;
        let row = self.client.query_opt(&statement, &[&name]).await?;
        let missing = || StoreError::LedgerMissing { name: name.to_owned() };
        Ok(head_of(&row.ok_or_else(missing)?)?)
    }

    /// The heads of all ledgers, by name.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn ledgers(&self) -> Result<Vec<Head>, StoreError> {
        let statement = self.prepared(sql::LEDGERS).await?;
        let rows = self.client.query(&statement, &[]).await?;
        Ok(rows.iter().map(head_of).collect::<Result<_, _>>()?)
    }

    /// The entries from position `from` to `to`, both included, in order.
    pub fn event_read(&self, ledger: i64, from: i64, to: i64) -> impl Stream<Item = Result<Record, StoreError>> + Send {
        self.entries(Cursor::new(ledger, Scope::All, from, to))
    }

    /// The entries of a span of positions at once, in order, with the columns beside them: for spans of which a few fit
    /// into memory.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn event_span(&self, ledger: i64, from: i64, to: i64) -> Result<Span, StoreError> {
        let statement = self.prepared(sql::EVENT_SPAN).await?;
        Ok(Span(EntrySpan(self.client.query_one(&statement, &[&ledger, &from, &to]).await?)))
    }

    /// The same without the columns, for a good part of the work.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn entry_span(&self, ledger: i64, from: i64, to: i64) -> Result<EntrySpan, StoreError> {
        let statement = self.prepared(sql::ENTRY_SPAN).await?;
        Ok(EntrySpan(self.client.query_one(&statement, &[&ledger, &from, &to]).await?))
    }

    /// Those of them that are no payments.
    pub fn act_read(&self, ledger: i64, from: i64, to: i64) -> impl Stream<Item = Result<Record, StoreError>> + Send {
        self.entries(Cursor::new(ledger, Scope::Acts, from, to))
    }

    /// What these streams have beyond a version of each, in the order of their positions: what came since a snapshot,
    /// whose distance bounds it. All at once, for nothing else is answered on a connection while rows are not taken.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn streams_tail(&self, ledger: i64, streams: &[(String, i32)]) -> Result<Vec<Record>, StoreError> {
        let statement = self.prepared(sql::STREAMS_TAIL).await?;
        let (names, versions): (Vec<&str>, Vec<i32>) =
            streams.iter().map(|(name, version)| (name.as_str(), *version)).unzip();
        let rows = self.client.query(&statement, &[&ledger, &names, &versions]).await?;
        Ok(rows.iter().map(record_of).collect::<Result<_, _>>()?)
    }

    /// The entries at these positions, in order.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn events_find(&self, ledger: i64, positions: &[i64]) -> Result<Vec<Record>, StoreError> {
        let statement = self.prepared(sql::EVENTS_FIND).await?;
        let rows = self.client.query(&statement, &[&ledger, &positions]).await?;
        Ok(rows.iter().map(record_of).collect::<Result<_, _>>()?)
    }

    /// The streams that something was appended to in a range of positions.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn streams_changed(&self, ledger: i64, from: i64, to: i64) -> Result<Vec<String>, StoreError> {
        let statement = self.prepared(sql::STREAMS_CHANGED).await?;
        let rows = self.client.query(&statement, &[&ledger, &from, &to]).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Which of these payments, or cancellings of one, the log has, and where.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn items_find(&self, ledger: i64, items: &[String]) -> Result<Vec<(String, i64)>, StoreError> {
        let statement = self.prepared(sql::ITEMS_FIND).await?;
        let rows = self.client.query(&statement, &[&ledger, &items]).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// The payments that are cancelled up to a position.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn items_cancelled(&self, ledger: i64, to: i64) -> Result<Vec<String>, StoreError> {
        let statement = self.prepared(sql::ITEMS_CANCELLED).await?;
        let rows = self.client.query(&statement, &[&ledger, &to]).await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// The same entries, from the last to the first.
    pub fn event_read_back(
        &self,
        ledger: i64,
        from: i64,
        to: i64,
    ) -> impl Stream<Item = Result<Record, StoreError>> + Send {
        self.entries(Cursor::new(ledger, Scope::All, from, to).backward())
    }

    /// The entries of one stream from a version on, in order.
    pub fn stream_read(
        &self,
        ledger: i64,
        stream: &str,
        from_version: i32,
    ) -> impl Stream<Item = Result<Record, StoreError>> + Send + use<'_> {
        let scope = Scope::Stream(stream.to_owned());
        self.entries(Cursor::new(ledger, scope, i64::from(from_version), i64::MAX))
    }

    /// The entries of one stream, from its last back to its first.
    pub fn stream_read_back(
        &self,
        ledger: i64,
        stream: &str,
    ) -> impl Stream<Item = Result<Record, StoreError>> + Send + use<'_> {
        let scope = Scope::Stream(stream.to_owned());
        self.entries(Cursor::new(ledger, scope, 1, i64::MAX).backward())
    }

    /// The entries of every stream of a category (`pilot` for `pilot-…`) from a position on, in the order
    /// of their positions.
    pub fn category_read(
        &self,
        ledger: i64,
        category: &str,
        from: i64,
    ) -> impl Stream<Item = Result<Record, StoreError>> + Send + use<'_> {
        let scope = Scope::Category(category.to_owned());
        self.entries(Cursor::new(ledger, scope, from, i64::MAX))
    }

    /// The entries of every stream of a category, from the last back to the first.
    pub fn category_read_back(
        &self,
        ledger: i64,
        category: &str,
    ) -> impl Stream<Item = Result<Record, StoreError>> + Send + use<'_> {
        let scope = Scope::Category(category.to_owned());
        self.entries(Cursor::new(ledger, scope, 1, i64::MAX).backward())
    }

    /// The first event of each of these commands that was accepted before.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn commands_find(&self, ledger: i64, ids: &[Uuid]) -> Result<Vec<Record>, StoreError> {
        let statement = self.prepared(sql::COMMANDS_FIND).await?;
        let rows = self.client.query(&statement, &[&ledger, &ids]).await?;
        Ok(rows.iter().map(record_of).collect::<Result<_, _>>()?)
    }

    /// Which of the events at these positions are further ones of a command, each with its type.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn further_find(&self, ledger: i64, positions: &[i64]) -> Result<Vec<(i64, String)>, StoreError> {
        let statement = self.prepared(sql::FURTHER_FIND).await?;
        let rows = self.client.query(&statement, &[&ledger, &positions]).await?;
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
    }

    /// The parameters that the second wall judges by: the first share, as a decimal, and the gate.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn wall(&self, ledger: i64) -> Result<(Option<String>, Option<String>), StoreError> {
        let statement = self.prepared(sql::WALL).await?;
        let row = self.client.query_one(&statement, &[&ledger]).await?;
        Ok((row.try_get(0)?, row.try_get(1)?))
    }

    fn entries(&self, cursor: Cursor) -> impl Stream<Item = Result<Record, StoreError>> + Send + use<'_> {
        let page = VecDeque::new();
        try_unfold((cursor, page), async move |(mut cursor, mut page)| {
            if page.is_empty() {
                page = self.page(&mut cursor).await?;
            }
            Ok(page.pop_front().map(|record| (record, (cursor, page))))
        })
    }

    /// The next page of a read; empty where there is no more (now).
    pub(super) async fn page(&self, cursor: &mut Cursor) -> Result<VecDeque<Record>, StoreError> {
        let Cursor { ledger, low, high, rows, .. } = &*cursor;
        let (statement, named) = match (&cursor.scope, cursor.backward) {
            (Scope::All, false) => (sql::EVENT_READ, None),
            (Scope::All, true) => (sql::EVENT_READ_BACK, None),
            (Scope::Stream(name), false) => (sql::STREAM_READ, Some(name)),
            (Scope::Stream(name), true) => (sql::STREAM_READ_BACK, Some(name)),
            (Scope::Acts, _) => (sql::ACT_READ, None),
            (Scope::Category(name), false) if name == PAYING => (sql::CATEGORY_READ, Some(name)),
            (Scope::Category(name), true) if name == PAYING => (sql::CATEGORY_READ_BACK, Some(name)),
            (Scope::Category(name), false) => (sql::CATEGORY_ACT_READ, Some(name)),
            (Scope::Category(name), true) => (sql::CATEGORY_ACT_READ_BACK, Some(name)),
        };
        let statement = self.prepared(statement).await?;
        let read = match named {
            None => self.client.query(&statement, &[ledger, low, high, rows]).await?,
            Some(name) => self.client.query(&statement, &[ledger, low, high, rows, name]).await?,
        };
        let page = read.iter().map(record_of).collect::<Result<_, _>>()?;
        cursor.advance(&page);
        Ok(page)
    }
}

/// The columns of a head, which stand first in every statement that has them.
pub(super) fn head_of(row: &Row) -> Result<Head, tokio_postgres::Error> {
    Ok(Head {
        ledger: row.try_get(0)?,
        name: row.try_get(1)?,
        position: row.try_get(2)?,
        root: row.try_get(3)?,
        peaks: row.try_get(4)?,
        recorded_at: row.try_get(5)?,
        opened_at: row.try_get(6)?,
    })
}

fn record_of<'a, T: FromSql<'a>, B: FromSql<'a>>(row: &'a Row) -> Result<Record<T, B>, tokio_postgres::Error> {
    Ok(Record {
        position: row.try_get(0)?,
        stream: row.try_get(1)?,
        version: row.try_get(2)?,
        kind: row.try_get(3)?,
        business_date: row.try_get(4)?,
        recorded_at: row.try_get(5)?,
        entry: row.try_get(6)?,
        item: row.try_get(7)?,
        command: row.try_get(8)?,
    })
}
