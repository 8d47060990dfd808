//! The forms a paper is set in: which a file has, and the stamp it carries.

use super::paper::Paper;
use super::paper::stamp::Stamp;
use super::xlsx::XlsxFault;
use super::{csv, html, json, xlsx};

/// A form of a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A page.
    Html,
    /// A table for spreadsheets.
    Csv,
    /// For programs.
    Json,
    /// A workbook.
    Xlsx,
}

/// A paper cannot be set.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// It cannot be written as JSON.
    #[error("the report cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// It does not fit into a workbook.
    #[error(transparent)]
    Workbook(#[from] XlsxFault),
}

impl Form {
    /// The ending of its files.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
        }
    }

    /// Sets a paper in this form: the same paper gives the same bytes.
    ///
    /// # Errors
    ///
    /// Where it cannot be set.
    pub fn set(self, paper: &Paper) -> Result<Vec<u8>, SetError> {
        Ok(match self {
            Self::Html => html::bytes(paper),
            Self::Csv => csv::bytes(paper),
            Self::Json => json::bytes(paper)?,
            Self::Xlsx => xlsx::bytes(paper)?,
        })
    }

    /// The form that the bytes of a file have, by how they begin; a guess that [`stamp_in`] proves.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let begins: &[(&[u8], Self)] = &[
            (b"<!DOCTYPE html>", Self::Html),
            (b"\xef\xbb\xbf", Self::Csv),
            (b"{", Self::Json),
            (b"PK\x03\x04", Self::Xlsx),
        ];
        begins.iter().find(|(begin, _)| bytes.starts_with(begin)).map(|(_, form)| *form)
    }
}

/// The stamp that a file of any form carries.
#[must_use]
pub fn stamp_in(bytes: &[u8]) -> Option<Stamp> {
    // A workbook is compressed.
    Stamp::find(bytes).or_else(|| xlsx::stamp(bytes))
}
