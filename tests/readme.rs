//! What the README shows is what the demonstration prints.

#![cfg(test)]

#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/program.rs"]
mod program;

#[tokio::test(flavor = "multi_thread")]
async fn the_readme_shows_what_the_demonstration_prints() {
    let url = program::url(&cluster::database().await);
    let output = program::program().args(["--database", &url, "demo"]).output().unwrap();
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
