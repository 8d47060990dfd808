//! The embedded cluster against the real PostgreSQL of this machine, each test in a home of its own. Run as
//! root they also cover the server's unprivileged account, run by a user the plain case.

#![cfg(test)]

#[path = "embedded/bench.rs"]
mod bench;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Stdio;

use rustix::process::geteuid;
use tranche::store::embedded::{Cluster, EmbeddedError, Step};

use bench::{Home, ensure, ensured, fifo_line, finished, kill, open, process, value};

/// Also what [`process`] runs: it takes its home from the environment then.
#[tokio::test]
async fn the_first_use_makes_a_cluster_and_the_next_finds_it() {
    let home = Home::given_or_new();
    let (config, _) = ensured(&home.cluster).await;
    let (again, steps) = ensured(&home.cluster).await;
    assert_eq!(again, config);
    assert_eq!(steps, [], "a running server needs no work");
    let client = open(&config).await;
    for (setting, expected) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("max_connections", "300"),
        ("TimeZone", "UTC"),
    ] {
        assert_eq!(value(&client, &format!("SHOW {setting}")).await, expected, "{setting}");
    }
    assert_eq!(value(&client, "SELECT rolsuper::text FROM pg_roles WHERE rolname = current_user").await, "true");
    assert_eq!(value(&client, "SELECT datcollate FROM pg_database WHERE datname = 'tranche'").await, "C");
}

#[tokio::test]
async fn nobody_else_gets_near_the_cluster() {
    let home = Home::new();
    ensure(&home.cluster).await;
    let status = home.cluster.status().await.unwrap();
    let data = status.data.unwrap();
    for directory in [data.parent().unwrap(), &data, &status.socket.unwrap(), &status.log.unwrap()] {
        let metadata = fs::metadata(directory).unwrap();
        assert_eq!(metadata.mode() & 0o777, 0o700, "{}", directory.display());
        assert_ne!(metadata.uid(), 0, "the server must not be root's");
    }
    assert!(status.size_bytes > 10_000_000, "{}", status.size_bytes);
    assert!(fs::read_dir(data.parent().unwrap()).unwrap().flatten().all(|entry| !bench::is_making(&entry)));
}

#[tokio::test]
async fn the_server_outlives_the_process_and_holds_none_of_its_pipes() {
    let home = Home::new();
    // As from a script that opened a descriptor of its own and waits for the pipe's end.
    let child = process(home.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let output = finished(child);
    bench::assert_one_passed(&output);
    let (_, steps) = ensured(&home.cluster).await;
    assert_eq!(steps, [], "the server must still be running");
}

#[tokio::test]
async fn processes_and_tasks_at_once_share_one_cluster() {
    let home = Home::new();
    let children: Vec<_> =
        (0..2).map(|_| process(home.path()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()).collect();
    let (one, other) = tokio::join!(ensured(&home.cluster), ensured(&home.cluster));
    assert_eq!(one.0, other.0);
    for child in children {
        let output = finished(child);
        bench::assert_one_passed(&output);
    }
    assert_eq!(value(&open(&one.0).await, "SELECT 1::text").await, "1");
}

#[tokio::test]
async fn a_killed_server_recovers_what_was_committed() {
    let home = Home::new();
    let client = open(&ensure(&home.cluster).await).await;
    client.batch_execute("CREATE TABLE kept AS SELECT 'yes'::text AS value").await.unwrap();
    let killed = home.pid().await.unwrap();
    kill(killed);
    let (config, steps) = ensured(&home.cluster).await;
    assert_eq!(steps, [Step::Recovering]);
    assert_eq!(value(&open(&config).await, "SELECT value FROM kept").await, "yes");
    assert_ne!(home.pid().await, Some(killed));
}

#[tokio::test]
async fn a_remnant_that_names_another_process_does_not_keep_the_server_down() {
    let home = Home::new();
    ensure(&home.cluster).await;
    let data = home.cluster.status().await.unwrap().data.unwrap();
    let live = fs::read_to_string(data.join("postmaster.pid")).unwrap();
    let after_the_pid = live.split_once('\n').unwrap().1;
    // After a crash of the machine the number may be anyone's, here this test's own; or the file is empty.
    for remnant in [format!("{}\n{after_the_pid}", std::process::id()), String::new()] {
        home.cluster.stop().await.unwrap();
        fs::write(data.join("postmaster.pid"), remnant).unwrap();
        assert_eq!(home.pid().await, None, "no process of ours is its server");
        let (config, _) = ensured(&home.cluster).await;
        assert_eq!(value(&open(&config).await, "SELECT 1::text").await, "1");
    }
}

#[tokio::test]
async fn killed_while_making_it_leaves_nothing_half_made() {
    let home = Home::new();
    let programs = bench::programs_that_halt();
    let mut child = process(home.path())
        .env("TRANCHE_PG_BIN", &programs.bin)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let halted = fifo_line(&programs.halted).parse().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let status = home.cluster.status().await.unwrap();
    assert_eq!((status.data, status.pid), (None, None));
    let (config, steps) = ensured(&home.cluster).await;
    kill(halted);
    assert_eq!(steps, [Step::Creating, Step::Starting]);
    assert_eq!(value(&open(&config).await, "SELECT 1::text").await, "1");
    let directory = home.cluster.status().await.unwrap().data.unwrap();
    assert!(fs::read_dir(directory.parent().unwrap()).unwrap().flatten().all(|entry| !bench::is_making(&entry)));
}

#[tokio::test]
async fn a_home_too_long_for_a_socket_or_odd_in_its_letters_works() {
    for name in ["长".repeat(60), "it's \"odd\", $HOME".to_owned()] {
        let home = Home::below(&name);
        let config = ensure(&home.cluster).await;
        assert_eq!(value(&open(&config).await, "SELECT 1::text").await, "1");
        let socket = home.cluster.status().await.unwrap().socket.unwrap();
        assert!(socket.starts_with("/tmp"), "{}", socket.display());
        assert_eq!(fs::metadata(&socket).unwrap().mode() & 0o777, 0o700);
        assert!(home.cluster.stop().await.unwrap());
        assert!(!socket.exists(), "nothing is left in /tmp");
    }
}

#[tokio::test]
async fn stop_and_status_tell_what_is() {
    let home = Home::new();
    let before = home.cluster.status().await.unwrap();
    assert_eq!((before.data, before.pid, before.socket, before.size_bytes), (None, None, None, 0));
    assert!(before.version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit())));
    assert!(!home.cluster.stop().await.unwrap(), "nothing to stop");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "asking makes nothing");
    ensure(&home.cluster).await;
    let running = home.cluster.status().await.unwrap();
    assert!(running.pid.is_some() && running.socket.is_some());
    assert!(home.cluster.stop().await.unwrap());
    let stopped = home.cluster.status().await.unwrap();
    assert_eq!((stopped.pid, stopped.socket), (None, None));
    assert_eq!(stopped.data, running.data);
    assert!(!home.cluster.stop().await.unwrap(), "stopped already");
    let (_, steps) = ensured(&home.cluster).await;
    assert_eq!(steps, [Step::Starting]);
}

#[tokio::test]
async fn a_moved_home_takes_its_running_cluster_along() {
    let mut home = Home::below("before");
    let client = open(&ensure(&home.cluster).await).await;
    client.batch_execute("CREATE TABLE kept AS SELECT 'yes'::text AS value").await.unwrap();
    let moved = home.path().with_file_name("after");
    fs::rename(home.path(), &moved).unwrap();
    home.cluster = Cluster::at(&moved).unwrap();
    let config = ensure(&home.cluster).await;
    assert_eq!(value(&open(&config).await, "SELECT value FROM kept").await, "yes");
}

#[tokio::test]
async fn a_home_deleted_under_a_running_server_starts_afresh() {
    let home = Home::below(&"x".repeat(120));
    ensure(&home.cluster).await;
    let orphan = home.pid().await.unwrap();
    let socket = home.cluster.status().await.unwrap().socket.unwrap();
    // The server writes while its files go: what it makes in a directory just emptied goes next.
    while home.path().exists() {
        let _ = fs::remove_dir_all(home.path());
    }
    let (config, steps) = ensured(&home.cluster).await;
    kill(orphan);
    fs::remove_dir_all(socket).unwrap();
    assert_eq!(steps, [Step::Creating, Step::Starting]);
    assert_eq!(value(&open(&config).await, "SELECT 1::text").await, "1");
}

#[tokio::test]
async fn a_home_in_a_closed_directory_works_and_can_be_deleted() {
    let home = Home::below("closed/home");
    fs::create_dir_all(home.path()).unwrap();
    fs::set_permissions(home.path().parent().unwrap(), fs::Permissions::from_mode(0o700)).unwrap();
    let mut made = Vec::new();
    for _ in 0..2 {
        ensure(&home.cluster).await;
        let data = home.cluster.status().await.unwrap().data.unwrap();
        // The server of root's cluster is another user, who cannot go through that directory.
        assert_eq!(data.starts_with("/var/lib/tranche/homes"), geteuid().is_root(), "{}", data.display());
        home.cluster.stop().await.unwrap();
        fs::remove_dir_all(home.path()).unwrap();
        made.push(data);
    }
    if geteuid().is_root() {
        assert_ne!(made[0], made[1], "a new home does not take over the ledgers of a deleted one");
        for data in made {
            fs::remove_dir_all(data.ancestors().nth(2).unwrap()).unwrap();
        }
    }
}

#[tokio::test]
async fn homes_that_cannot_be_used_are_refused_with_the_reason() {
    let scratch = tempfile::tempdir().unwrap();
    let at = |name: &str| scratch.path().join(name);
    fs::write(at("file"), "").unwrap();
    for name in ["open", "foreign", "locked"] {
        fs::create_dir(at(name)).unwrap();
    }
    let refusal = async |path: &Path| Cluster::at(path).unwrap().ensure(&|_| {}).await.unwrap_err();
    assert!(matches!(refusal(&at("file/home")).await, EmbeddedError::Files { .. }));
    assert!(matches!(refusal(&at("file")).await, EmbeddedError::Files { .. }));
    fs::set_permissions(at("open"), fs::Permissions::from_mode(0o1777)).unwrap();
    assert!(matches!(refusal(&at("open")).await, EmbeddedError::Open { .. }));
    if geteuid().is_root() {
        chown(at("foreign"), Some(65534), Some(65534)).unwrap();
        assert!(matches!(refusal(&at("foreign")).await, EmbeddedError::Foreign { owner: 65534, .. }));
    } else {
        fs::set_permissions(at("locked"), fs::Permissions::from_mode(0o500)).unwrap();
        assert!(matches!(refusal(&at("locked")).await, EmbeddedError::Files { .. }));
        assert!(matches!(refusal(Path::new("/var")).await, EmbeddedError::Foreign { owner: 0, .. }));
    }
    let error = refusal(&at("open")).await;
    assert!(error.to_string().contains("TRANCHE_HOME") && error.zh().contains("TRANCHE_HOME"));
}

#[tokio::test]
async fn programs_that_cannot_be_used_are_refused_with_the_reason() {
    let home = Home::new();
    let old = bench::programs_of_version("13.4");
    for (bin, reason) in [(Path::new("/nonexistent"), "lacks a working initdb"), (old.path(), "version 13.4")] {
        let child = process(home.path())
            .env("TRANCHE_PG_BIN", bin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = finished(child);
        let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(!output.status.success() && printed.contains(reason), "{printed}");
    }
    ensure(&home.cluster).await;
    home.cluster.stop().await.unwrap();
    let data = home.cluster.status().await.unwrap().data.unwrap();
    fs::write(data.join("PG_VERSION"), "99\n").unwrap();
    let error = home.cluster.ensure(&|_| {}).await.unwrap_err();
    assert!(matches!(error, EmbeddedError::OtherVersion { major: 99, .. }), "{error}");
}
