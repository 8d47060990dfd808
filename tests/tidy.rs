//! The house rules as a test: layers, sizes, module documentation, links, and that no rule of the book is forgotten.

#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};

use tranche::domain::rulebook::Rule;

/// The layers, each of which may use those after it and none before.
const LAYERS: [&str; 7] = ["cli", "report", "exchange", "engine", "store", "log", "domain"];

/// The most lines a source file may have.
const LINES_MAX: usize = 500;

/// Every file below a folder with one of these endings.
fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| endings.contains(&ending.to_str().unwrap())) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// A path as people write it, from the root of the project.
fn named(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// The layer a source file belongs to: `src/log.rs` and `src/log/…` are of `log`.
fn layer_of(path: &Path) -> Option<usize> {
    let inside = path.strip_prefix(root().join("src")).ok()?;
    let first = Path::new(inside.components().next()?.as_os_str()).with_extension("");
    LAYERS.iter().position(|layer| Path::new(layer) == first)
}

#[test]
fn layers_use_only_those_below_them() {
    let mut wrong = Vec::new();
    for path in files("src", &["rs"]) {
        let Some(own) = layer_of(&path) else { continue };
        for (number, line) in text(&path).lines().enumerate() {
            // Documentation may speak of every layer; code may not.
            if line.trim_start().starts_with("//") {
                continue;
            }
            for above in &LAYERS[..own] {
                if line.contains(&format!("crate::{above}::")) || line.contains(&format!("crate::{above}}}")) {
                    wrong.push(format!("{}:{}: {} uses {above}", named(&path), number + 1, LAYERS[own]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_core_knows_no_io_clock_or_float() {
    let banned =
        ["std::fs", "std::net", "std::io", "tokio", "SystemTime", "Instant", "async fn", "f64", "f32", "rand::"];
    let mut wrong = Vec::new();
    for path in files("src", &["rs"]).into_iter().filter(|path| layer_of(path) == Some(LAYERS.len() - 1)) {
        for (number, line) in text(&path).lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for word in banned.iter().filter(|word| line.contains(**word)) {
                // Reading JSON meets floats and hands them on to be refused.
                if !(*word == "f64" && line.contains("fn visit_f64")) {
                    wrong.push(format!("{}:{}: {word}", named(&path), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let mut wrong = Vec::new();
    for path in files("src", &["rs"]).into_iter().chain(files("tests", &["rs"])) {
        let text = text(&path);
        let lines = text.lines().count();
        if lines > LINES_MAX {
            wrong.push(format!("{}: {lines} lines, more than {LINES_MAX}", named(&path)));
        }
        if !text.starts_with("//!") {
            wrong.push(format!("{}: does not open with //!", named(&path)));
        }
        if path.file_name().is_some_and(|name| name == "mod.rs") {
            wrong.push(format!("{}: foo.rs and foo/, never mod.rs", named(&path)));
        }
        let stem = path.file_stem().unwrap().to_str().unwrap();
        if ["utils", "helpers", "manager", "common", "misc"].contains(&stem) {
            wrong.push(format!("{}: says nothing; name it after its noun", named(&path)));
        }
    }
    for path in files("schema", &["sql"]) {
        if !text(&path).starts_with("--") {
            wrong.push(format!("{}: does not say what it is for", named(&path)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn links_in_markdown_resolve() {
    let mut wrong = Vec::new();
    let mut pages: Vec<PathBuf> =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].map(|name| root().join(name)).into();
    pages.extend(files("tests", &["md"]));
    for page in pages {
        let text = text(&page);
        for (at, _) in text.match_indices("](") {
            let link: String = text[at + 2..].chars().take_while(|c| *c != ')').collect();
            let target = link.split('#').next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            if !page.parent().unwrap().join(target).exists() {
                wrong.push(format!("{}: {link}", named(&page)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A rule as the code names it: `TR-01` is `Rule::Tr01`.
fn variant(rule: Rule) -> String {
    format!("{rule:?}")
}

#[test]
fn every_rule_is_judged_somewhere_and_tested_somewhere() {
    let judged: String = ["src/domain/rule", "src/domain/decide", "src/engine"]
        .iter()
        .flat_map(|folder| files(folder, &["rs"]))
        .chain(["src/domain/alerts.rs", "src/domain/decide.rs"].map(|name| root().join(name)))
        .map(|path| text(&path))
        .collect();
    let tested: String =
        files("tests", &["rs"]).into_iter().filter(|path| !path.ends_with("tidy.rs")).map(|path| text(&path)).collect();
    let mut wrong = Vec::new();
    for rule in Rule::ALL.iter().copied() {
        if !judged.contains(&format!("Rule::{}", variant(rule)))
            && !rule.id().starts_with("BAN-")
            && rule != Rule::Form01
        {
            wrong.push(format!("{rule} is judged nowhere"));
        }
        if !tested.contains(rule.id()) && !tested.contains(&variant(rule)) {
            wrong.push(format!("{rule} is tested nowhere"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
