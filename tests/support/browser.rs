//! A page in a real browser, looked over by axe-core. `scripts/install-missing --tests` installs the one and
//! `scripts/browser-tools` the other.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What axe finds wrong with a page: each rule with the elements it is about. The page must have been examined.
pub fn axe(page: &str) -> Vec<String> {
    let axe = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/browser-tools/node_modules/axe-core/axe.min.js");
    let axe = fs::read_to_string(&axe)
        .unwrap_or_else(|error| panic!("axe-core is missing; run scripts/browser-tools: {error}"));
    // The result is the page's only text in the end, so that it can be read off the printed document.
    let run = "axe.run({resultTypes: ['violations']}).then(found => { document.documentElement.innerHTML = ''; \
               document.body.textContent = 'AXE' + encodeURIComponent(JSON.stringify({passes: found.passes.length, \
               violations: found.violations.map(one => one.id + ': ' + one.nodes.slice(0, 5).map(node => node.html + \
               ' ' + node.failureSummary).join(' | '))})) + 'END' });";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    let page = page.replace("</body>", &format!("<script>{axe}</script><script>{run}</script></body>"));
    fs::write(&file, page).unwrap();
    let printed = dump(&file, &folder.path().join("profile"));
    let found = printed.split("AXE").nth(1).and_then(|rest| rest.split("END").next());
    let found = found.unwrap_or_else(|| panic!("axe did not finish: {printed:.2000}"));
    let found: Value = serde_json::from_str(&decoded(found)).unwrap();
    assert!(found["passes"].as_u64().unwrap() > 10, "axe examined nothing");
    found["violations"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// The document as the browser has it once its scripts have run.
fn dump(file: &Path, profile: &Path) -> String {
    let output = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--disable-dev-shm-usage", "--virtual-time-budget=120000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", file.display()))
        .output();
    let output =
        output.unwrap_or_else(|error| panic!("chromium is missing; run scripts/install-missing --tests: {error}"));
    String::from_utf8(output.stdout).unwrap()
}

/// A text without its per-cent escapes.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}
