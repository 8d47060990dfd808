//! The schema as it stands, an object a line, and as the migrations leave it.
//!
//! `catalog/as-migrated.txt` is what `catalog/describe.sql` says of a freshly migrated database; a test holds the two
//! together. What it refuses: saying whether a difference matters.

use std::collections::BTreeMap;

use super::connection::Store;
use super::{StoreError, sql};

/// What a freshly migrated schema is described as.
const AS_MIGRATED: &str = include_str!("catalog/as-migrated.txt");

/// Something that stands in the schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object {
    /// Its kind and name: `trigger event event_append_only`.
    pub name: String,
    /// All that makes it what it is.
    pub definition: String,
}

impl Object {
    /// A line of the description, whatever line ends a definition has.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{}\t{}", self.name, self.definition.replace(['\n', '\t'], " "))
    }
}

/// An object that is not as it was migrated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its kind and name.
    pub name: String,
    /// What it is; none where it is gone.
    pub found: Option<String>,
    /// What it was migrated as; none where it was not.
    pub expected: Option<String>,
}

/// What is not as it was migrated, by name.
#[must_use]
pub fn changed(found: &[Object]) -> Vec<Changed> {
    // Two objects of one name, as overloaded functions, have two lines.
    let mut lines: BTreeMap<String, i32> = BTreeMap::new();
    for line in AS_MIGRATED.lines() {
        *lines.entry(line.to_owned()).or_default() -= 1;
    }
    for object in found {
        *lines.entry(object.line()).or_default() += 1;
    }
    let mut changed: BTreeMap<String, Changed> = BTreeMap::new();
    for (line, count) in lines.into_iter().filter(|(_, count)| *count != 0) {
        let (name, definition) = line.split_once('\t').unwrap_or((&line, ""));
        let new = || Changed { name: name.to_owned(), found: None, expected: None };
        let one = changed.entry(name.to_owned()).or_insert_with(new);
        let side = if count > 0 { &mut one.found } else { &mut one.expected };
        *side = Some(definition.to_owned());
    }
    changed.into_values().collect()
}

impl Store {
    /// What stands in the schema, in order.
    ///
    /// # Errors
    /// Those of the connection.
    pub async fn catalog(&self) -> Result<Vec<Object>, StoreError> {
        let statement = self.prepared(sql::CATALOG).await?;
        let rows = self.client.query(&statement, &[]).await?;
        rows.iter().map(|row| Ok(Object { name: row.try_get(0)?, definition: row.try_get(1)? })).collect()
    }
}
