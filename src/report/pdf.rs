//! A paper as a PDF: A4, set by typst inside this process from a template of ours, archivable (PDF/A-2a) and readable aloud
//! (PDF/UA-1), with its fonts in it.
//!
//! A long paper is set and exported in parts, which are joined: so it takes little more memory than a short one. What stands
//! around its pages, which tells how many there are, is set when all are there. Refused here: markup made of texts, the
//! network, the clock.

mod fonts;
mod join;
mod letters;
mod sheet;
mod widths;
mod world;

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use chrono::Datelike;
use maud::html;
use serde_json::json;
use typst::comemo;
use typst::diag::SourceDiagnostic;
use typst::ecow::EcoVec;
use typst::foundations::{Smart, StyleChain};
use typst::introspection::Tag;
use typst::layout::{Frame, FrameItem, Point};
use typst::model::{Document, TableCell};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use self::fonts::Faces;
pub use self::fonts::{Fonts, NoFont};
use self::join::Join;
use self::sheet::{Place, Sheet, chart_file};
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
    /// The parts it was set in cannot be joined, which is a fault of the program.
    #[error("the parts of the PDF cannot be joined: {0}")]
    Joining(#[from] lopdf::Error),
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
            Self::Joining(error) => format!("PDF 各部分无法合并(程序的错误):{error}"),
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
    let faces = fonts.faces()?;
    // The longest chart of rows that stands on one page.
    let rows_most = if paper.is_wide() { 11 } else { 18 };
    let charts: Vec<Vec<Drawing>> = charts(paper).map(|chart| drawing::in_parts(chart, rows_most)).collect();
    let parts: Vec<usize> = charts.iter().map(Vec::len).collect();
    let sheet = Sheet::of(paper, &stamp, &faces.letters, &parts);
    let mut desk = Desk::with(faces, "paper.typ", TEXT).lay("code.svg", code(&paper.code));
    for (drawing, at) in charts.iter().flatten().zip(0..) {
        desk = desk.lay(&chart_file(at), drawn(drawing));
    }

    let joined = thread::scope(|scope| {
        // A part is exported and joined while the next is set.
        let (send, parts) = mpsc::sync_channel(0);
        let (stamp, joining) = (&stamp, || PdfFault::Setting("joining stopped".to_owned()));
        let joined = scope.spawn(move || join(parts, stamp));
        let mut from = Some(Place::default());
        while let Some(begin) = from {
            let (pages, stop) = part(&sheet, begin, &desk)?;
            from = stop.map(|stop| stop.place);
            if send.send((pages, stop.and_then(|stop| stop.left))).is_err() {
                break;
            }
        }
        drop(send);
        joined.join().map_err(|_| joining())?.and_then(|joined| joined.ok_or_else(joining))
    })?;
    let frames = frames(paper, &stamp, faces, joined.pages())?;
    let bytes = joined.finish(&export(&frames, &stamp)?)?;
    comemo::evict(0);
    Ok(bytes)
}

/// Joins parts as they come.
fn join(parts: Receiver<(PagedDocument, Option<usize>)>, stamp: &Stamp) -> Result<Option<Join>, PdfFault> {
    let mut joined: Option<Join> = None;
    for (pages, left) in parts {
        let pdf = export(&pages, stamp)?;
        drop(pages);
        match &mut joined {
            Some(joined) => joined.add(&pdf, left)?,
            None => joined = Some(Join::begin(&pdf, left)?),
        }
    }
    Ok(joined)
}

/// Where a part of a sheet stopped.
#[derive(Clone, Copy)]
struct Stop {
    place: Place,
    /// Where that is in a table: how many of the rows after it were set, and are to be left out.
    left: Option<usize>,
}

/// The pages of a part of a sheet, all full but the sheet's own last, and where the next part begins.
fn part(sheet: &Sheet, from: Place, desk: &Desk) -> Result<(PagedDocument, Option<Stop>), PdfFault> {
    let stop = sheet.stop(from);
    let part = serde_json::to_vec(&sheet.part(from, stop))?;
    let set = set(&desk.clone().lay("paper.json", part))?;
    let Some(stop) = stop.filter(|stop| stop.is_in_table()) else {
        return Ok((set, stop.map(|place| Stop { place, left: None })));
    };
    // What stands on its last page is set again by the next part, at the head of a page. Its tags, without which the table
    // is none, go to the page before.
    let fault = || PdfFault::Setting("a part without a row at the head of its last page".to_owned());
    let mut pages = set.pages().to_vec();
    let last = pages.pop().map(|page| tags(&page.frame)).unwrap_or_default();
    let place = last.iter().filter_map(row).find_map(|row| sheet.stop_at(from, stop, row)).ok_or_else(fault)?;
    let before = pages.last_mut().ok_or_else(fault)?;
    before.frame.push_multiple(last.into_iter().map(|tag| (Point::zero(), FrameItem::Tag(tag))));
    let left = Some(stop.row - place.row);
    Ok((PagedDocument::new(pages.into(), set.info().clone()), Some(Stop { place, left })))
}

/// The tags in what is set, in order.
fn tags(frame: &Frame) -> Vec<Tag> {
    let of_item = |item: &FrameItem| match item {
        FrameItem::Group(group) => tags(&group.frame),
        FrameItem::Tag(tag) => vec![tag.clone()],
        _ => Vec::new(),
    };
    frame.items().flat_map(|(_, item)| of_item(item)).collect()
}

/// The row that a cell is in, counted within its table.
fn row(tag: &Tag) -> Option<usize> {
    let Tag::Start(content, _) = tag else { return None };
    content.to_packed::<TableCell>()?.y.get(StyleChain::default()).custom()
}

/// Year, month and day of the business date, the only date in a file.
fn date(stamp: &Stamp) -> [i32; 3] {
    let number = |number: u32| i32::try_from(number).unwrap_or(1);
    [stamp.as_of.year(), number(stamp.as_of.month()), number(stamp.as_of.day())]
}

/// What stands around each page.
fn frames(paper: &Paper, stamp: &Stamp, faces: &Faces, pages: usize) -> Result<PagedDocument, PdfFault> {
    let frame = json!({
        "pages": pages,
        "title": faces.letters.text(&format!("{}　{}", paper.title, paper.subtitle)),
        "as_of": format!("截至 {}", stamp.as_of),
        "date": date(stamp),
        "left": faces.letters.text(&format!(
            "台账 {} · 第 {} 条 · 根 {}", stamp.ledger, stamp.position, stamp.short_root()
        )),
        "wide": paper.is_wide(),
        "sandbox": stamp.sandbox,
    });
    set(&Desk::with(faces, "frame.typ", FRAME).lay("frame.json", serde_json::to_vec(&frame)?))
}

/// Pages as a PDF of their own.
fn export(pages: &PagedDocument, stamp: &Stamp) -> Result<Vec<u8>, PdfFault> {
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]);
    let options = PdfOptions {
        ident: Smart::Custom(stamp.line()),
        creator: Smart::Custom(Some(stamp.renderer.clone())),
        standards: standards.map_err(|told| PdfFault::Setting(told.message().to_string()))?,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(pages, &options).map_err(|told| fault(&told))
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
