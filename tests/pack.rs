//! Evidence packs: made by the program, checked by the one file that comes with them, spoilt in every way.

#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected is to stop there"
)]

#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/peer.rs"]
mod peer;
#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use program::{Desk, FIRST_COHORT};
use tempfile::TempDir;

/// Of each so many bits one is flipped; `TRANCHE_PACK_BITS=1` has every single one, which takes about half an hour.
const STEP: &str = "1009";

/// A ledger of about 300 events, its key, and a checkpoint of it.
struct Office {
    desk: Desk,
    folder: TempDir,
    key: String,
}

impl Office {
    async fn with(lines: usize, person: &str) -> Self {
        let desk = Desk::sandbox().await;
        let lines: Vec<String> = FIRST_COHORT.lines().take(lines).map(|line| line.replace("李敏", person)).collect();
        desk.accepted(lines.iter().map(String::as_str));
        let folder = tempfile::tempdir().unwrap();
        let signer = folder.path().join("signer.key");
        let made = desk.call(&["key", "new", "--name", "tranche.example/test", "-o", signer.to_str().unwrap()]);
        let key = made.out.trim().to_owned();
        let office = Self { desk, folder, key };
        let note = office.desk.call(&["checkpoint", "--key", signer.to_str().unwrap()]);
        assert_eq!(note.code(), 0, "{}", note.err);
        fs::write(office.path("checkpoint.txt"), note.out).unwrap();
        office
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A pack with the checkpoint, under this name.
    fn pack(&self, name: &str, options: &[&str]) -> PathBuf {
        let (path, checkpoint) = (self.path(name), self.path("checkpoint.txt"));
        let basic = ["pack", "-o", path.to_str().unwrap(), "--checkpoint", checkpoint.to_str().unwrap()];
        let told = self.desk.call(&[&basic, options].concat());
        assert_eq!((told.code(), told.out.as_str()), (0, ""), "{}", told.err);
        path
    }
}

fn verifier() -> PathBuf {
    peer::project("src/exchange/pack/verify.py")
}

/// What the stand-alone verifier says, with its exit status; run by the machine's own Python and nothing besides.
fn verified(pack: &Path, keys: &[&str]) -> (i32, String) {
    let mut command = Command::new("python3");
    command.arg("-I").arg(verifier()).arg(pack).env("PYTHONIOENCODING", "utf-8");
    let output = peer::output(command.args(keys.iter().flat_map(|key| ["--key", key])));
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_is_checked_by_its_verifier_and_whatever_is_spoilt_is_found() {
    let office = Office::with(300, "李敏").await;
    let whole = office.pack("whole.zip", &["--key", &office.key]);
    let again = office.pack("again.zip", &["--key", &office.key]);
    assert!(fs::read(&whole).unwrap() == fs::read(again).unwrap(), "the same input gives the same bytes");
    let (status, said) = verified(&whole, &[&office.key]);
    assert!(status == 0 && said.contains("all agrees") && said.contains("signed up to"), "{said}");
    assert!(said.contains("under the manifest's digests only"), "{said}");

    // Earlier than the checkpoint; of one pilot; unpacked, and as others unpack it.
    let earlier = office.pack("earlier.zip", &["--to", "200"]);
    let pilot = office.pack("pilot.zip", &["--pilot", "JX2025-01"]);
    for pack in [&earlier, &pilot] {
        assert_eq!(verified(pack, &[&office.key]).0, 0, "{}", verified(pack, &[&office.key]).1);
    }
    let folder = office.path("unpacked");
    peer::ran(Command::new("python3").args(["-m", "zipfile", "-e"]).arg(&whole).arg(&folder));
    let (status, said) = verified(&folder, &[]);
    assert!(status == 0 && said.contains("no signature is checked"), "{said}");

    let other = Office::with(300, "王五").await;
    let mut forge = peer::python("pack.py");
    forge.arg("forge").arg(verifier()).args([&whole, &pilot]).arg(&office.key).arg(other.path("checkpoint.txt"));
    let told = peer::ran(&mut forge);
    assert!(told.lines().count() > 35, "{told}");

    // Made anew from the ledger it is the same; where a file was exchanged and the manifest made to fit, that one is told.
    let check =
        |pack: &Path, flags: &[&str]| office.desk.call(&[&["pack", "--check", pack.to_str().unwrap()], flags].concat());
    for pack in [&whole, &earlier, &pilot] {
        let told = check(pack, &[]);
        assert!(told.code() == 0 && told.out.contains("逐字节相同"), "{}{}", told.out, told.err);
    }
    let exchanged = office.path("exchanged.zip");
    for name in ["exports/ocds.json", "figures/pilots/JX2025-03.json", "rules/rulebook.json", "exports/books.journal"] {
        peer::ran(peer::python("pack.py").arg("exchange").arg(verifier()).args([&whole, &exchanged]).arg(name));
        let told = check(&exchanged, &[]);
        told.failed(3, "共 1 个文件");
        assert_eq!(told.out, format!("{name}:与台账所出的不同\n"));
        check(&exchanged, &["--lang", "en"]).failed(3, "1 files differ");
    }
    peer::ran(peer::python("pack.py").arg("exchange").arg(verifier()).args([&whole, &exchanged]).arg(""));
    check(&exchanged, &[]).failed(3, "由其他程序重新打包");
    check(&other.path("checkpoint.txt"), &[]).failed(2, "不是证据包");
    check(Path::new("/nowhere"), &[]).failed(2, "无法读取 /nowhere");
    office.desk.beside("beside").await.call(&["pack", "--check", whole.to_str().unwrap()]).failed(2, "--ledger test");
    let told = other.desk.call(&["pack", "--check", whole.to_str().unwrap()]);
    told.failed(3, "或检查点属于另一台账");

    let step = std::env::var("TRANCHE_PACK_BITS").unwrap_or_else(|_| STEP.to_owned());
    println!("{}", peer::ran(peer::python("pack.py").arg("flips").arg(verifier()).arg(&whole).arg(step)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_of_the_whole_cohort_and_a_fresh_ledger_are_in_order() {
    let office = Office::with(usize::MAX, "李敏").await;
    assert_eq!(verified(&office.pack("all.zip", &[]), &[&office.key]).0, 0);
    for pilot in ["JX2025-06", "JX2025-09"] {
        let pack = office.pack("one.zip", &["--pilot", pilot]);
        let (status, said) = verified(&pack, &[&office.key]);
        assert_eq!(status, 0, "{said}");
    }
    let fresh = office.pack("fresh.zip", &["--to", "1"]);
    let (status, said) = verified(&fresh, &[]);
    assert_eq!(status, 0, "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_packed_is_said_and_leaves_nothing() {
    let office = Office::with(60, "李敏").await;
    let call = |arguments: &[&str]| office.desk.call(&[&["pack"], arguments].concat());
    let out = office.path("x.zip");
    let (out, checkpoint) = (out.to_str().unwrap(), office.path("checkpoint.txt"));
    // What a process that is no more left of it goes; what another is at work on, or is no draft of it, stays.
    let mut ended = Command::new("true").spawn().unwrap();
    let (gone, at_work) = (ended.id(), std::process::id());
    ended.wait().unwrap();
    let beside = [format!("x.zip.{gone}.part"), format!("x.zip.{at_work}.part"), format!("y.zip.{gone}.part")];
    for name in &beside {
        fs::write(office.path(name), "half").unwrap();
    }
    call(&["-o", out]).failed(0, "");
    assert_eq!(beside.each_ref().map(|name| office.path(name).exists()), [false, true, true]);
    for name in ["x.zip", &beside[1], &beside[2]] {
        fs::remove_file(office.path(name)).unwrap();
    }
    call(&[]).failed(2, "--output");
    call(&["-o", "/nonexistent/x.zip"]).failed(2, "/nonexistent/x.zip");
    call(&["-o", "/dev/null"]).failed(2, "/dev/null");
    call(&["-o", out, "--pilot", "JX2025-99"]).failed(2, "JX2025-99");
    call(&["-o", out, "--pilot", "JX2025-01", "--to", "2"]).failed(2, "JX2025-01");
    call(&["-o", out, "--to", "9999"]).failed(2, "9999");
    call(&["-o", out, "--checkpoint", "/nonexistent"]).failed(2, "/nonexistent");
    call(&["-o", out, "--key", "rubbish"]).failed(2, "Ed25519");
    let other = Office::with(61, "王五").await;
    let (own, theirs) = (checkpoint.to_str().unwrap(), other.path("checkpoint.txt"));
    call(&["-o", out, "--checkpoint", theirs.to_str().unwrap()]).failed(3, "62");
    call(&["-o", out, "--checkpoint", own, "--key", &other.key]).failed(3, &other.key);
    fs::write(office.path("cut.txt"), &fs::read(&checkpoint).unwrap()[..100]).unwrap();
    call(&["-o", out, "--checkpoint", office.path("cut.txt").to_str().unwrap()]).failed(2, "签名文本");
    let left: Vec<_> = fs::read_dir(office.folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_str().unwrap().contains("x.zip")), "{left:?}");
}
