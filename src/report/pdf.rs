//! A paper as a PDF: A4, set by typst inside this process from a template of ours, archivable (PDF/A-2a) and readable aloud
//! (PDF/UA-1), with its fonts in it.
//!
//! The text is set first and the frames of its pages, which tell how many there are, afterwards: so nothing in a paper
//! waits for another part of it, and it is set in one pass. Refused here: markup made of texts, the network, the clock.

mod fonts;
mod letters;
mod sheet;
mod widths;
mod world;

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use maud::html;
use serde_json::json;
use typst::comemo;
use typst::diag::SourceDiagnostic;
use typst::ecow::EcoVec;
use typst::foundations::Smart;
use typst::layout::Point;
use typst_layout::{Page, PagedDocument};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

pub use self::fonts::{Fonts, NoFont};
use self::sheet::{Sheet, chart_file};
use self::world::Desk;
use super::drawing::{self, Drawing, WIDTH};
use super::paper::chart::Chart;
use super::paper::code::Code;
use super::paper::stamp::Stamp;
use super::paper::{Block, Paper};

const TEXT: &str = include_str!("pdf/paper.typ");
const FRAME: &str = include_str!("pdf/frame.typ");

/// For how long, or up to twice as long, what was worked out for setting is kept unused.
const KEPT: Duration = Duration::from_millis(30);

/// A paper cannot be set as a PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfFault {
    /// A font is not there.
    #[error(transparent)]
    NoFont(#[from] NoFont),
    /// It cannot be handed to the template.
    #[error("the report cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The template or the export fails, which is a fault of the program.
    #[error("the PDF cannot be set: {0}")]
    Setting(String),
}

impl PdfFault {
    /// The same in Chinese.
    #[must_use]
    pub fn zh(&self) -> String {
        match self {
            Self::NoFont(missing) => missing.zh(),
            Self::Json(error) => format!("报告无法写成 JSON:{error}"),
            Self::Setting(told) => format!("PDF 无法排版(程序的错误):{told}"),
        }
    }
}

fn fault(told: &EcoVec<SourceDiagnostic>) -> PdfFault {
    PdfFault::Setting(told.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join("; "))
}

/// What sets PDFs on this machine: the version of typst, and the fonts.
///
/// # Errors
///
/// Where a font is missing.
pub fn typeset_by(fonts: &Fonts) -> Result<String, NoFont> {
    let digest = &fonts.faces()?.digest;
    Ok(format!("typst {} · Noto CJK {digest}", typst::utils::version().raw()))
}

/// The paper as the bytes of a PDF, whose stamp says by what it was set.
///
/// # Errors
///
/// Where a font is missing.
pub fn bytes(paper: &Paper, fonts: &Fonts) -> Result<Vec<u8>, PdfFault> {
    let stamp = Stamp { typeset: Some(typeset_by(fonts)?), ..paper.stamp.clone() };
    let pages = pages(paper, &stamp, fonts)?;
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]);
    let options = PdfOptions {
        ident: Smart::Custom(stamp.line()),
        creator: Smart::Custom(Some(stamp.renderer)),
        standards: standards.map_err(|told| PdfFault::Setting(told.message().to_string()))?,
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(&pages, &options).map_err(|told| fault(&told));
    comemo::evict(0);
    bytes
}

/// The pages of a paper, each within its frame.
fn pages(paper: &Paper, stamp: &Stamp, fonts: &Fonts) -> Result<PagedDocument, PdfFault> {
    let faces = fonts.faces()?;
    // The longest chart of rows that stands on one page.
    let rows_most = if paper.is_wide() { 11 } else { 18 };
    let charts: Vec<Vec<Drawing>> = charts(paper).map(|chart| drawing::in_parts(chart, rows_most)).collect();
    let parts: Vec<usize> = charts.iter().map(Vec::len).collect();
    let charts: Vec<Drawing> = charts.into_iter().flatten().collect();
    let sheet = serde_json::to_vec(&Sheet::of(paper, stamp, &faces.letters, &parts))?;
    let mut desk = Desk::with(faces, "paper.typ", TEXT).lay("paper.json", sheet).lay("code.svg", code(&paper.code));
    for (drawing, at) in charts.iter().zip(0..) {
        desk = desk.lay(&chart_file(at), drawn(drawing));
    }
    let text = set(&desk)?;
    let frame = json!({
        "pages": text.pages().len(),
        "title": faces.letters.text(&format!("{}　{}", paper.title, paper.subtitle)),
        "as_of": format!("截至 {}", stamp.as_of),
        "left": faces.letters.text(&format!(
            "台账 {} · 第 {} 条 · 根 {}", stamp.ledger, stamp.position, stamp.short_root()
        )),
        "wide": paper.is_wide(),
        "sandbox": stamp.sandbox,
    });
    let frames = set(&Desk::with(faces, "frame.typ", FRAME).lay("frame.json", serde_json::to_vec(&frame)?))?;
    let both = text.pages().iter().zip(frames.pages()).map(|(page, around)| {
        let mut page: Page = page.clone();
        page.frame.prepend_frame(Point::zero(), around.frame.clone());
        page
    });
    let info = typst::model::Document::info(&text).clone();
    Ok(PagedDocument::new(both.collect(), info))
}

fn set(desk: &Desk) -> Result<PagedDocument, PdfFault> {
    let (done, ended) = mpsc::channel::<()>();
    let set = thread::scope(|scope| {
        // What is kept for setting it again, cell by cell, is larger than the pages: it goes while they grow.
        scope.spawn(move || {
            while ended.recv_timeout(KEPT) == Err(RecvTimeoutError::Timeout) {
                comemo::evict(1);
            }
        });
        let set = typst::compile(desk).output.map_err(|told| fault(&told));
        drop(done);
        set
    });
    comemo::evict(0);
    set
}

fn charts(paper: &Paper) -> impl Iterator<Item = &Chart> {
    let blocks = paper.sections.iter().flat_map(|section| &section.blocks);
    blocks.filter_map(|block| if let Block::Chart(chart) = block { Some(chart) } else { None })
}

/// A chart as a file that the template reads.
fn drawn(drawing: &Drawing) -> Vec<u8> {
    let (width, height) = (WIDTH, drawing.height);
    let svg = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height)
            color="#000" font-family="Noto Serif CJK SC" { (drawing.drawn) }
    };
    svg.into_string().into_bytes()
}

fn code(code: &Code) -> Vec<u8> {
    let side = drawing::code_side(code);
    let svg = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (side) " " (side) } width=(side) height=(side)
            shape-rendering="crispEdges" { (drawing::code(code)) }
    };
    svg.into_string().into_bytes()
}
