//! Reports as PDFs and as charts alone, read by poppler, qpdf and an XML parser: what they see is what the paper says.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to stop there"
)]

#[path = "support/paper.rs"]
mod cohort;
#[path = "support/edges.rs"]
mod edges;
#[path = "support/scenario.rs"]
mod scenario;
#[path = "support/tags.rs"]
mod tags;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::thread;

use tranche::domain::figures::Figures;
use tranche::domain::money::Money;
use tranche::report::form::{Form, stamp_in};
use tranche::report::paper::stamp::Kind;
use tranche::report::paper::table::{Cell, Value};
use tranche::report::paper::{Block, Paper, Section};
use tranche::report::pdf::{self, Fonts};
use tranche::report::svg;

use self::tags::Tags;

/// The first cohort's history.
const FIRST_COHORT: &str = include_str!("scenarios/first-cohort.jsonl");

/// When its figures are compared: before most was paid, in its midst, and after all.
const DATES: [&str; 3] = ["2025-12-31", "2026-12-31", "2028-03-05"];

/// Debian's fonts, shared by all tests of this program.
static FONTS: LazyLock<Fonts> = LazyLock::new(|| Fonts::within(vec![PathBuf::from("/usr/share/fonts")]));

/// What a program says of a file; it has to be content with it.
fn told(program: &str, arguments: &[&str], file: &Path) -> String {
    let output = Command::new(program).args(arguments).arg(file).args(tail(program)).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {}: {out}{err}", file.display());
    out.into_owned()
}

fn tail(program: &str) -> &[&str] {
    if program == "pdftotext" { &["-"] } else { &[] }
}

/// The text of a PDF, line by line as it is seen.
fn text(file: &Path) -> String {
    told("pdftotext", &["-layout"], file)
}

fn pdf(folder: &Path, name: &str, paper: &Paper) -> PathBuf {
    let path = folder.join(format!("{name}.pdf"));
    fs::write(&path, pdf::bytes(paper, &FONTS).unwrap()).unwrap();
    path
}

/// Every font is in the file, with what its glyphs mean.
fn fonts_are_embedded(file: &Path) {
    let fonts = told("pdffonts", &[], file);
    let lines: Vec<&str> = fonts.lines().skip(2).collect();
    assert!(!lines.is_empty(), "{fonts}");
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().rev().collect();
        // From the right: object, its generation, unicode, subset, embedded.
        assert_eq!(words[2..5], ["yes", "yes", "yes"], "{line}");
        assert!(line.contains("Noto"), "{line}");
    }
}

fn is_sound(file: &Path) {
    told("qpdf", &["--check"], file);
    fonts_are_embedded(file);
}

/// The sums in the row of totals of a table, which is the first after its caption.
fn totals(text: &str, caption: &str) -> Vec<Money> {
    let after = &text[text.find(caption).unwrap_or_else(|| panic!("no {caption}: {text}"))..];
    let line = after.lines().find(|line| line.trim_start().starts_with("合计")).unwrap();
    let sum = |word: &str| {
        let digits = word.replace(',', "");
        let sum = Money::parse(digits.trim_start_matches('-'))?;
        Some(if digits.starts_with('-') { Money::from_fen(-sum.fen()) } else { sum })
    };
    line.split_whitespace().skip(1).filter_map(sum).collect()
}

/// Every total of every table stands in one line of the text, its sums in their order.
fn totals_are_seen(text: &str, paper: &Paper) {
    for table in paper.tables() {
        let sums: Vec<String> = table
            .total
            .iter()
            .flatten()
            .filter(|cell| matches!(cell.value, Value::Money(_)))
            .map(|cell| cell.value.show(table.sums_in()))
            .collect();
        let holds = |line: &str| {
            let mut words = line.split_whitespace();
            sums.iter().all(|sum| words.any(|word| word == sum))
        };
        assert!(text.lines().any(holds), "{} {:?}: {sums:?}\n{text}", table.key, paper.stamp.pilot);
    }
}

#[test]
fn the_first_cohorts_figures_are_in_its_pdfs() {
    let scenario = scenario::fold(FIRST_COHORT, &[]);
    let folder = tempfile::tempdir().unwrap();
    let mut reports: Vec<(String, Paper, Figures)> = Vec::new();
    for as_of in DATES {
        for (id, pilot) in &scenario.state.pilots {
            let figures = Figures::of_pilot(&scenario.state.programme, pilot, as_of.parse().unwrap());
            let paper = cohort::paper(&scenario, Kind::Status, Some(id.as_str()), as_of);
            reports.push((format!("{id}-{as_of}"), paper, figures));
        }
    }
    assert_eq!(reports.len(), 30);
    let check = |(name, paper, figures): &(String, Paper, Figures)| {
        let file = pdf(folder.path(), name, paper);
        is_sound(&file);
        let text = text(&file);
        totals_are_seen(&text, paper);
        let together = |caption| totals(&text, caption).into_iter().take(2).sum::<Money>();
        assert_eq!(together("资金下达明细"), figures.released, "{name}");
        assert_eq!(together("支付明细"), figures.paid, "{name}");
    };
    thread::scope(|scope| {
        for part in reports.chunks(reports.len().div_ceil(2)) {
            scope.spawn(move || part.iter().for_each(check));
        }
    });
}

#[test]
fn every_kind_is_set_whole() {
    let scenario = scenario::fold(FIRST_COHORT, &[]);
    let folder = tempfile::tempdir().unwrap();
    for kind in Kind::ALL {
        let pilot = (kind != Kind::Programme).then_some("JX2025-09");
        let paper = cohort::paper(&scenario, kind, pilot, "2028-03-05");
        let file = pdf(folder.path(), kind.key(), &paper);
        is_sound(&file);
        let text = text(&file);
        totals_are_seen(&text, &paper);
        let squeezed: String = text.split_whitespace().collect();
        for section in &paper.sections {
            let heading: String = section.heading.split_whitespace().collect();
            assert!(squeezed.contains(&heading), "{}: {heading}\n{text}", kind.key());
        }
        for words in ["演练", "核对本表", kind.title()] {
            assert!(squeezed.contains(words), "{}: {words}", kind.key());
        }
        assert_eq!(stamp_in(&fs::read(&file).unwrap()).unwrap().pilot.as_deref(), pilot);
    }
}

#[test]
fn edges_are_set_whole_and_alike_each_time() {
    let folder = tempfile::tempdir().unwrap();
    for (name, paper) in [
        ("nothing", edges::of_nothing()),
        ("payments", edges::of_payments(300)),
        ("names", edges::of_long_names()),
        ("awkward", edges::of_awkward_texts()),
    ] {
        let file = pdf(folder.path(), name, &paper);
        is_sound(&file);
        let text = text(&file);
        totals_are_seen(&text, &paper);
        let bytes = fs::read(&file).unwrap();
        assert!(bytes == pdf::bytes(&paper, &FONTS).unwrap(), "{name}: the same paper gives the same bytes");
        assert_eq!(Form::of(&bytes), Some(Form::Pdf));
        let stamp = stamp_in(&bytes).unwrap();
        assert!(stamp.typeset.as_deref().unwrap().starts_with("typst "), "{stamp:?}");
        assert_eq!(stamp.root, paper.stamp.root);
        let (pages, squeezed) = (text.matches('\u{c}').count(), text.split_whitespace().collect::<String>());
        assert!(squeezed.contains(&format!("第{pages}页共{pages}页")), "{text}");
    }
}

#[test]
fn texts_are_set_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = pdf(folder.path(), "awkward", &edges::of_awkward_texts());
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    let text = squeezed(&told("pdftotext", &[], &file));
    for awkward in edges::AWKWARD {
        // No font has the smiling face.
        let shown = squeezed(&awkward.replace('😀', "〓"));
        assert!(text.contains(&shown), "{shown}\n{text}");
    }
}

#[test]
fn a_total_never_stands_alone_on_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let moved = (20..80).find_map(|count| {
        let text = told("pdftotext", &["-layout"], &pdf(folder.path(), "total", &edges::of_payments(count)));
        text.split('\u{c}').skip(1).find(|page| page.contains("合计")).map(str::to_owned)
    });
    let page = moved.expect("some number of payments fills the first page");
    assert!(page.contains("凭证-2026-"), "the last payment goes with the total:\n{page}");
}

#[test]
fn heads_are_repeated_on_every_page() {
    let folder = tempfile::tempdir().unwrap();
    let paper = edges::of_payments(300);
    let text = text(&pdf(folder.path(), "payments", &paper));
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| page.contains("凭证-2026")).collect();
    assert!(pages.len() > 3, "{}", pages.len());
    for page in pages {
        assert!(page.contains("收款单位") && page.contains(" 共 "), "{page}");
    }
    assert_eq!(text.matches("凭证-2026-").count(), 300);
}

/// The numbers of the vouchers on each page.
fn vouchers(text: &str) -> Vec<Vec<usize>> {
    let number = |rest: &str| rest.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok();
    let on = |page: &str| page.split("凭证-2026-").skip(1).filter_map(number).collect();
    text.split('\u{c}').map(on).filter(|on: &Vec<usize>| !on.is_empty()).collect()
}

/// Every page says which it is, and of how many.
fn pages_are_numbered(text: &str) {
    let pages: Vec<&str> = text.split_terminator('\u{c}').collect();
    for (page, number) in pages.iter().zip(1..) {
        let squeezed: String = page.split_whitespace().collect();
        assert!(squeezed.contains(&format!("第{number}页共{}页", pages.len())), "{page}");
    }
}

#[test]
fn a_paper_set_in_parts_is_one_paper() {
    let folder = tempfile::tempdir().unwrap();
    let mut paper = edges::of_payments(2_000);
    paper.sections.push(Section::new("more", "另见").with(edges::payments(20)));
    let file = pdf(folder.path(), "long", &paper);
    is_sound(&file);
    let text = text(&file);
    totals_are_seen(&text, &paper);
    pages_are_numbered(&text);

    let vouchers = vouchers(&text);
    assert!(vouchers.concat().into_iter().eq((1..=2_000).chain(1..=20)));
    // No page is left half empty where a part ends.
    let full = &vouchers[1..vouchers.len() - 2];
    assert!(full.iter().all(|page| page.len() == full[0].len()), "{full:?}");

    // One table, with one head, and a row of totals in each.
    let tags = Tags::of(&file);
    let counts = ["Table", "THead", "TBody", "TH", "TR", "TD", "H1"].map(|kind| tags.count(kind));
    // The name of a total spans the four columns before its sum.
    let cells = 7 * 2_020 + 2 * 4;
    assert_eq!(counts, [2, 2, 2, 14, 2_020 + 4, cells, 2]);
    assert_eq!(tags.bookmarks, [0, vouchers.iter().rposition(|page| page.contains(&1)).unwrap()]);
}

#[test]
fn rows_higher_than_a_page_leave_a_long_paper_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = edges::payments(2_000);
    // At the beginning, where a part would end but for it, and at the end, before the total.
    for row in [3, 560, 1_999] {
        table.rows[row].cells[3] = Cell::text("江西某某数字科技有限公司".repeat(40));
    }
    let file = pdf(folder.path(), "high", &edges::paper("江西省", vec![Section::new("payments", "支付").with(table)]));
    is_sound(&file);
    let text = text(&file);
    pages_are_numbered(&text);
    assert!(vouchers(&text).concat().into_iter().eq(1..=2_000));
    let squeezed: String = text.split_whitespace().collect();
    assert!(squeezed.matches("合计").count() == 1);
    let tags = Tags::of(&file);
    let counts = ["Table", "THead", "TBody", "TR", "TD"].map(|kind| tags.count(kind));
    assert_eq!(counts, [1, 1, 1, 2_002, 7 * 2_000 + 4]);
    // Each part has fonts of its own.
    let fonts = told("pdffonts", &[], &file).lines().count();
    assert!(fonts > 8, "{fonts}");
}

#[test]
fn bound_papers_begin_on_pages_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let counts = [10, 900, 30, 700, 700, 5];
    let bound =
        |count: &u64| Section { opens: true, ..Section::new("payments", "支付").with(edges::payments(*count)) };
    let mut paper = edges::paper("江西省", counts.iter().map(bound).collect());
    paper.sections[0].opens = false;
    let file = pdf(folder.path(), "bound", &paper);
    is_sound(&file);
    let text = text(&file);
    pages_are_numbered(&text);
    let vouchers = vouchers(&text);
    let begin: Vec<usize> = (0..vouchers.len()).filter(|page| vouchers[*page][0] == 1).collect();
    assert_eq!(begin.len(), counts.len(), "{vouchers:?}");
    assert!(vouchers.concat().into_iter().eq(counts.iter().flat_map(|count| 1..=usize::try_from(*count).unwrap())));
    let tags = Tags::of(&file);
    assert_eq!((tags.count("Table"), tags.count("THead"), tags.count("TH")), (6, 6, 42));
    assert_eq!(tags.bookmarks, begin);
}

#[test]
fn charts_alone_are_one_file_with_its_stamp() {
    let scenario = scenario::fold(FIRST_COHORT, &[]);
    let papers = [
        cohort::paper(&scenario, Kind::Status, Some("JX2025-05"), "2026-12-31"),
        cohort::paper(&scenario, Kind::Programme, None, "2026-12-31"),
        edges::of_nothing(),
        edges::of_long_names(),
        edges::of_awkward_texts(),
    ];
    for paper in papers {
        let bytes = svg::bytes(&paper).unwrap();
        let drawn = String::from_utf8(bytes.clone()).unwrap();
        let file = roxmltree::Document::parse(&drawn).unwrap();
        let texts: Vec<&str> = file.descendants().filter_map(|node| node.text()).collect();
        for chart in paper.sections.iter().flat_map(|section| &section.blocks) {
            if let Block::Chart(chart) = chart {
                assert!(texts.contains(&chart.title.as_str()), "{}", chart.title);
                assert!(texts.contains(&format!("{}：{}", chart.title, chart.alt).as_str()), "{}", chart.alt);
            }
        }
        assert_eq!(stamp_in(&bytes), Some(paper.stamp.clone()));
        assert_eq!(Form::of(&bytes), Some(Form::Svg));
        assert!(bytes == svg::bytes(&paper).unwrap());
    }
    assert_eq!(svg::bytes(&edges::of_payments(1)), Err(svg::NoCharts));
}

#[test]
fn a_font_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let fonts = Fonts::within(vec![folder.path().to_owned()]);
    let fault = pdf::bytes(&edges::of_nothing(), &fonts).unwrap_err();
    let (zh, en) = (fault.zh(), fault.to_string());
    for words in ["Noto Serif CJK SC", folder.path().to_str().unwrap(), "fonts-noto-cjk", "TRANCHE_FONTS"] {
        assert!(zh.contains(words) && en.contains(words), "{zh} {en}");
    }
}
