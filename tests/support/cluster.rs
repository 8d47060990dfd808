//! A private PostgreSQL for one run of a test program, and a database of its own for each test, cloned
//! from a migrated template so that tests run side by side.
//!
//! What it refuses: leaving anything behind. A shell holds the server and reads from a pipe of this
//! process: however the process ends, the pipe closes, and the shell stops its server and removes the directory.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use tokio_postgres::{Client, Config, NoTls};
use tranche::store::{Target, migrate};

/// `$1` is the directory of PostgreSQL's programs. Signals from the terminal are the test program's alone. Each word
/// that is read is done to the server, and then said again. Segments of the log are small, so that a limit on files can
/// be, too.
const HOLD: &str = r#"
trap '' INT TERM HUP
bin=$1
dir=$(mktemp -d "${TMPDIR:-/tmp}/tranche-test-XXXXXX") || exit 1
"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync --wal-segsize=1 >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }
{ echo 'local all locked scram-sha-256'; cat "$dir/data/pg_hba.conf"; } >"$dir/hba" && mv "$dir/hba" "$dir/data/pg_hba.conf"
serve() {
  "$bin/postgres" -D "$dir/data" -c listen_addresses= -c unix_socket_directories="$dir" -c fsync=off \
    -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB >>"$dir/log" 2>&1 &
  server=$!
  until "$bin/pg_isready" -q -h "$dir" -U postgres; do
    kill -0 $server || { cat "$dir/log" >&2; exit 1; }
    sleep 0.05
  done
}
halt() {
  kill -QUIT $server
  wait $server
}
serve
echo "$dir"
while read -r word value; do
  case $word in
    stop) halt ;;
    start) serve ;;
    limit) halt; ulimit -S -f "$value"; serve ;;
  esac
  echo "$word"
done
halt
rm -rf "$dir"
"#;

/// The run's server. Its pipe is held open for as long as the program lives.
struct Cluster {
    directory: PathBuf,
    pipe: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    _shell: Child,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

fn cluster() -> &'static Cluster {
    CLUSTER.get_or_init(|| {
        let cluster = start();
        // A thread of its own: the caller is inside a runtime already.
        let template = config(&cluster, "template");
        let admin = config(&cluster, "postgres");
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let client = connect(&admin).await;
                client.batch_execute("CREATE DATABASE template").await.unwrap();
                migrate(&Target::from_config(template)).await.unwrap();
            });
        })
        .join()
        .unwrap();
        cluster
    })
}

fn start() -> Cluster {
    let mut command = Command::new("sh");
    command
        .args(["-c", HOLD, "sh"])
        .arg(programs())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .current_dir("/")
        .process_group(0);
    // PostgreSQL does not run as root.
    if id(&["-u"]) == Some(0) {
        command
            .uid(id(&["-u", "postgres"]).expect("a user postgres"))
            .gid(id(&["-g", "postgres"]).expect("a group postgres"));
    }
    let mut shell = command.spawn().unwrap();
    let pipe = shell.stdin.take().unwrap();
    let mut answers = BufReader::new(shell.stdout.take().unwrap());
    let mut directory = String::new();
    answers.read_line(&mut directory).unwrap();
    let directory = PathBuf::from(directory.trim());
    assert!(directory.is_absolute(), "PostgreSQL did not start");
    Cluster { directory, pipe: Mutex::new((pipe, answers)), _shell: shell }
}

/// Stops the server as a power cut would (`stop`), starts it again (`start`), or does both with another limit on the
/// size of its files (`limit`, and blocks of 512 bytes): for tests that have it to themselves.
#[allow(dead_code, reason = "few tests take the server away")]
pub fn tell(words: &str) {
    let (pipe, answers) = &mut *cluster().pipe.lock().unwrap();
    writeln!(pipe, "{words}").unwrap();
    let mut answer = String::new();
    answers.read_line(&mut answer).unwrap();
    assert_eq!(Some(answer.trim()), words.split(' ').next());
}

/// The directory of PostgreSQL's programs: the newest that Debian's layout has, else what `pg_config` says.
fn programs() -> PathBuf {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            bin.join("initdb").exists().then_some((version, bin))
        })
        .collect();
    found.sort();
    found.pop().map_or_else(
        || {
            let output = Command::new("pg_config").arg("--bindir").output();
            let output = output.expect("PostgreSQL's programs on this machine");
            PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
        },
        |(_, bin)| bin,
    )
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(arguments).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

fn config(cluster: &Cluster, database: &str) -> Config {
    let mut config = Config::new();
    config.host_path(&cluster.directory).user("postgres").dbname(database);
    config
}

/// A connection as the superuser, for what a test does behind the program's back.
pub async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A new database, cloned from the migrated template.
pub async fn database() -> Target {
    clone_of("template").await
}

/// A new database with nothing in it.
#[allow(dead_code, reason = "few tests begin before the schema")]
pub async fn database_empty() -> Target {
    clone_of("template0").await
}

/// A copy of a database; whoever is connected to it is sent away.
#[allow(dead_code, reason = "few tests spoil a database")]
pub async fn copy_of(target: &Target) -> Target {
    let name = target.config().get_dbname().unwrap();
    let admin = connect(&config(cluster(), "postgres")).await;
    let away = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1";
    admin.query(away, &[&name]).await.unwrap();
    clone_of(name).await
}

async fn clone_of(template: &str) -> Target {
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    let cluster = cluster();
    let admin = connect(&config(cluster, "postgres")).await;
    admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
    Target::from_config(config(cluster, &name))
}
