//! The forms a paper is set in: which a file has, and the stamp it carries.

use super::paper::Paper;
use super::paper::stamp::Stamp;
use super::pdf::{Fonts, NoFont, PdfFault};
use super::svg::NoCharts;
use super::xlsx::XlsxFault;
use super::{csv, html, json, pdf, svg, xlsx};

/// A form of a paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Pages of paper.
    Pdf,
    /// A page.
    Html,
    /// A table for spreadsheets.
    Csv,
    /// For programs.
    Json,
    /// A workbook.
    Xlsx,
    /// The charts alone.
    Svg,
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
    /// It cannot be set as a PDF.
    #[error(transparent)]
    Pdf(#[from] PdfFault),
    /// It has no charts.
    #[error(transparent)]
    Svg(#[from] NoCharts),
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 6] = [Self::Pdf, Self::Xlsx, Self::Html, Self::Csv, Self::Json, Self::Svg];

    /// The ending of its files.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
            Self::Svg => "svg",
        }
    }

    /// What sets this form beside the program itself: typst and the fonts, where it is pages of paper.
    ///
    /// # Errors
    ///
    /// Where it needs a font that is not there.
    pub fn typeset_by(self, fonts: &Fonts) -> Result<Option<String>, NoFont> {
        (self == Self::Pdf).then(|| pdf::typeset_by(fonts)).transpose()
    }

    /// Sets a paper in this form: the same paper gives the same bytes.
    ///
    /// # Errors
    ///
    /// Where it cannot be set.
    pub fn set(self, paper: &Paper, fonts: &Fonts) -> Result<Vec<u8>, SetError> {
        Ok(match self {
            Self::Pdf => pdf::bytes(paper, fonts)?,
            Self::Html => html::bytes(paper),
            Self::Csv => csv::bytes(paper),
            Self::Json => json::bytes(paper)?,
            Self::Xlsx => xlsx::bytes(paper)?,
            Self::Svg => svg::bytes(paper)?,
        })
    }

    /// The form that the bytes of a file have, by how they begin; a guess that [`stamp_in`] proves.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let begins: &[(&[u8], Self)] = &[
            (b"%PDF-", Self::Pdf),
            (b"<!DOCTYPE html>", Self::Html),
            (b"\xef\xbb\xbf", Self::Csv),
            (b"{", Self::Json),
            (b"PK\x03\x04", Self::Xlsx),
            (b"<svg ", Self::Svg),
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
