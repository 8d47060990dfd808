//! What the README shows is what the demonstration prints.

use std::process::Command;

#[path = "support/cluster.rs"]
#[expect(dead_code, reason = "only the database is needed here")]
mod cluster;

#[tokio::test(flavor = "multi_thread")]
async fn the_readme_shows_what_the_demonstration_prints() {
    let target = cluster::database().await;
    let url = cluster::url(&target);
    let output = Command::new(env!("CARGO_BIN_EXE_tranche")).args(["--database", &url, "demo"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    let readme = include_str!("../README.md");
    let shown = readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert!(shown.lines().count() > 30);
    let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
    for line in shown.lines() {
        // The root of the log is another on every run: its opening carries the time.
        if !line.contains("根 ") {
            assert!(printed.contains(&line), "the demonstration does not print: {line}");
        }
    }
}
