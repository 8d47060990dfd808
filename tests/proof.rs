//! Checkpoints and proofs as a user makes them, held against RFC 6962 written out here; and a ledger that its
//! database's owner changed behind the program's back, which is not signed.

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
#[path = "support/office.rs"]
mod office;
#[path = "support/program.rs"]
mod program;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use office::{ORIGIN, Office, text};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use signed_note::{Note, StandardVerifier, VerifierList};
use std::os::unix::fs::PermissionsExt as _;

type Hash = Vec<u8>;

fn leaf(entry: &[u8]) -> Hash {
    Sha256::digest([&[0], entry].concat()).to_vec()
}

fn node(left: &[u8], right: &[u8]) -> Hash {
    Sha256::digest([&[1], left, right].concat()).to_vec()
}

/// `MTH` of RFC 6962 §2.1.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).to_vec(),
        [leaf] => leaf.clone(),
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node(&root(left), &root(right))
        }
    }
}

/// Follows a path as RFC 9162 §2.1.3.2 does.
fn path_root(index: u64, size: u64, leaf: Hash, path: &[Hash]) -> Hash {
    let (mut index, mut last, mut hash) = (index, size - 1, leaf);
    for beside in path {
        assert!(last > 0, "the path is too long");
        if index % 2 == 1 || index == last {
            hash = node(beside, &hash);
            while index % 2 == 0 && index > 0 {
                (index, last) = (index / 2, last / 2);
            }
        } else {
            hash = node(&hash, beside);
        }
        (index, last) = (index / 2, last / 2);
    }
    assert_eq!(last, 0, "the path is too short");
    hash
}

/// Both roots of a consistency proof, as RFC 9162 §2.1.4.2 finds them.
fn consistent_roots(old: u64, new: u64, old_root: &Hash, proof: &[Hash]) -> (Hash, Hash) {
    let (mut at, mut last) = (old - 1, new - 1);
    let mut path = proof.to_vec();
    if old.is_power_of_two() {
        path.insert(0, old_root.clone());
    }
    while at % 2 == 1 {
        (at, last) = (at / 2, last / 2);
    }
    let (mut first, mut second) = (path[0].clone(), path[0].clone());
    for beside in &path[1..] {
        assert!(last > 0, "the proof is too long");
        if at % 2 == 1 || at == last {
            (first, second) = (node(beside, &first), node(beside, &second));
            while at % 2 == 0 && at > 0 {
                (at, last) = (at / 2, last / 2);
            }
        } else {
            second = node(&second, beside);
        }
        (at, last) = (at / 2, last / 2);
    }
    assert_eq!(last, 0, "the proof is too short");
    (first, second)
}

async fn leaves_of(office: &Office) -> Vec<Hash> {
    office.entries().await.iter().map(|entry| leaf(entry)).collect()
}

fn unhex(value: &Value) -> Hash {
    let text = value.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn unhex_all(value: &Value) -> Vec<Hash> {
    value.as_array().unwrap().iter().map(unhex).collect()
}

fn unbase64<'l>(lines: impl Iterator<Item = &'l str>) -> Vec<Hash> {
    lines.map(|line| STANDARD.decode(line).unwrap()).collect()
}

/// The three lines of a checkpoint whose signature another implementation verifies.
fn noted(note: &str, vkey: &str) -> (String, u64, Hash) {
    let known = VerifierList::new(vec![Box::new(StandardVerifier::new(vkey).unwrap())]);
    let read = Note::from_bytes(note.as_bytes()).unwrap();
    assert_eq!(read.verify(&known).unwrap().0.len(), 1);
    let body = String::from_utf8(read.text().to_vec()).unwrap();
    let [origin, size, root] = body.lines().collect::<Vec<_>>()[..] else { panic!("{body}") };
    (origin.to_owned(), size.parse().unwrap(), STANDARD.decode(root).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_made_once_for_its_owner_alone() {
    let office = Office::with(1).await;
    let key = office.path("key");
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(office.vkey.starts_with(&format!("{ORIGIN}+")), "{}", office.vkey);
    let shown = office.desk.call(&["key", "show", text(&key)]);
    assert_eq!(shown.out.trim_end(), office.vkey);
    let before = std::fs::read(&key).unwrap();
    office.desk.call(&["key", "new", "--name", ORIGIN, "-o", text(&key)]).failed(2, "密钥从不覆盖");
    assert_eq!(std::fs::read(&key).unwrap(), before);
    let other = office.path("other");
    office.desk.call(&["key", "new", "--name", "two words", "-o", text(&other)]).failed(2, "不能作密钥名称");
    assert!(!other.exists());
    office.desk.call(&["key", "show", "/dev/null", "--lang", "en"]).failed(2, "holds no private key");
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_go_on_from_one_another_and_proofs_lead_to_them() {
    let office = Office::with(20).await;
    let first = office.signed("first");
    assert_eq!(std::fs::metadata(office.path("key.state")).unwrap().permissions().mode() & 0o777, 0o600);
    office.append(20, 46);
    let second = office.signed("second");
    let leaves = leaves_of(&office).await;
    let (origin, old, old_root) = noted(&std::fs::read_to_string(&first).unwrap(), &office.vkey);
    assert_eq!((origin.as_str(), &old_root), (ORIGIN, &root(&leaves[..usize::try_from(old).unwrap()])));
    let note = std::fs::read_to_string(&second).unwrap();
    let (_, size, new_root) = noted(&note, &office.vkey);
    assert_eq!((size, &new_root), (leaves.len() as u64, &root(&leaves)));
    // Signed again, it is the same.
    assert_eq!(office.checkpoint().out, note);

    // That the second goes on from the first, as JSON and as text.
    let [first, second] = [text(&first), text(&second)];
    let arguments = ["prove", "--since", first, "--checkpoint", second, "--key", &office.vkey];
    let told = office.desk.call(&[&arguments[..], &["--format", "json"]].concat());
    let proof = unhex_all(&told.lines()[0]["proof"]);
    assert_eq!(consistent_roots(old, size, &old_root, &proof), (old_root, new_root.clone()));
    office.desk.call(&["prove", "--since", second, "--checkpoint", first]).failed(2, "次序颠倒");
    let told = office.desk.call(&arguments);
    let (head, rest) = told.out.split_once("\n\n").unwrap();
    assert_eq!(rest, note);
    assert_eq!(head.lines().next(), Some(format!("old {old}").as_str()));
    assert_eq!(unbase64(head.lines().skip(1)), proof);

    // That each entry is among those the second signs; a few as text.
    office.append(46, 50);
    for (index, entry) in office.entries().await.iter().take(leaves.len()).enumerate().step_by(7) {
        let position = (index + 1).to_string();
        let arguments = ["prove", &position, "--checkpoint", second, "--key", &office.vkey];
        let told = office.desk.call(&[&arguments[..], &["--format", "json"]].concat());
        let json = &told.lines()[0];
        assert_eq!((json["index"].as_u64(), json["size"].as_u64()), (Some(index as u64), Some(size)));
        assert_eq!((json["entry"].as_str().unwrap().as_bytes(), unhex(&json["leaf"])), (&entry[..], leaf(entry)));
        let proof = unhex_all(&json["proof"]);
        assert_eq!(path_root(index as u64, size, leaf(entry), &proof), new_root);
        let told = office.desk.call(&arguments);
        let (head, rest) = told.out.split_once("\n\n").unwrap();
        assert_eq!(rest, note);
        let mut lines = head.lines();
        assert_eq!(lines.next(), Some("c2sp.org/tlog-proof@v1"));
        assert_eq!(lines.next(), Some(format!("index {index}").as_str()));
        assert_eq!(unbase64(lines), proof);
    }

    // Without a checkpoint, in the ledger as it is now, and that is said.
    let told = office.desk.call(&["prove", "1", "--format", "json"]);
    let leaves = leaves_of(&office).await;
    assert!(told.err.contains("未经签名"), "{}", told.err);
    assert_eq!(unhex(&told.lines()[0]["root"]), root(&leaves));
    let proof = unhex_all(&told.lines()[0]["proof"]);
    assert_eq!(path_root(0, leaves.len() as u64, leaves[0].clone(), &proof), root(&leaves));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_proven_is_said_each_in_its_own_words() {
    let office = Office::with(12).await;
    let signed = office.signed("signed");
    let note = std::fs::read_to_string(&signed).unwrap();
    let signed = text(&signed);
    let desk = &office.desk;
    desk.call(&["prove", "99"]).failed(2, "没有第 99 条记录");
    desk.call(&["prove", "99", "--checkpoint", signed, "--lang", "en"]).failed(2, "there is no position 99");
    desk.call(&["prove", "0"]).failed(2, "0");
    desk.call(&["prove"]).failed(2, "POSITION");
    // A truncated note, something else, and a file that is not there.
    let cut = program::file(&note.as_bytes()[..note.len() - 9]);
    desk.call(&["prove", "1", "--checkpoint", text(cut.path())]).failed(2, "被截断");
    let other = program::file(note.replacen('\n', "\nx", 1).as_bytes());
    desk.call(&["prove", "1", "--checkpoint", text(other.path())]).failed(2, "不是检查点");
    desk.call(&["prove", "1", "--checkpoint", "/nowhere"]).failed(2, "无法读取 /nowhere");
    // A wrong key, none at all, another log's, and a text that was changed under its signature.
    let with = |key: &str| desk.call(&["prove", "--since", signed, "--key", key]);
    with(&office.new_key("again", ORIGIN)).failed(3, "没有此密钥的签名");
    with("key").failed(2, "不是 Ed25519 密钥");
    with(&office.new_key("elsewhere", "tranche.example/else")).failed(2, "不是 tranche.example/else 的");
    let forged = program::file(note.replacen("\n13\n", "\n12\n", 1).as_bytes());
    desk.call(&["prove", "--since", text(forged.path()), "--key", &office.vkey]).failed(3, "签名与内容不符");
    // The checkpoint of another ledger, longer and shorter than this one.
    let beside = desk.beside("beside").await;
    let told = beside.call(&["checkpoint", "--key", text(&office.path("elsewhere"))]);
    let foreign = program::file(told.out.as_bytes());
    desk.call(&["prove", "--since", text(foreign.path())]).failed(3, "检查点属于另一台账");
    desk.call(&["prove", "--since", signed, "--checkpoint", text(foreign.path())]).failed(2, "两个检查点属于不同台账");
    beside.call(&["prove", "1", "--checkpoint", signed]).failed(3, "检查点属于另一台账");
    // A key signs for one ledger.
    beside.call(&["checkpoint", "--key", text(&office.path("key"))]).failed(2, "此密钥为台账 test 签发");
    // The record is the key's own, and none that was changed.
    std::fs::write(office.path("again.state"), std::fs::read(office.path("key.state")).unwrap()).unwrap();
    desk.call(&["checkpoint", "--key", text(&office.path("again"))]).failed(3, "签发记录");
    std::fs::write(office.path("key.state"), "{}").unwrap();
    office.checkpoint().failed(3, "已损坏");
    let lock = std::fs::File::open(office.path("key")).unwrap();
    lock.lock().unwrap();
    office.checkpoint().failed(2, "另一进程正在使用密钥");
}

/// Changes one byte of the entry at a position, with the trigger off for as long.
fn alter(position: i64) -> String {
    format!(
        "UPDATE tranche.event SET entry = set_byte(entry, 20, get_byte(entry, 20) # 1) WHERE position = {position};"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_entry_is_neither_signed_nor_proven() {
    let office = Office::with(16).await;
    // Before anything is signed, the head tells.
    office.behind(&alter(9)).await;
    office.checkpoint().failed(3, "记录被改动:共 17 条");
    assert!(!office.path("key.state").exists());
    office.behind(&alter(9)).await;
    let signed = office.signed("signed");
    let record = std::fs::read(office.path("key.state")).unwrap();
    office.append(16, 20);
    office.behind(&alter(9)).await;
    let told = office.checkpoint();
    told.failed(3, "历史被改动:前 17 条记录");
    assert!(!told.err.contains("另一台账"), "the signer knows whose its record is: {}", told.err);
    office.desk.call(&["prove", "3", "--checkpoint", text(&signed)]).failed(3, "前 17 条记录");
    office.desk.call(&["prove", "--since", text(&signed), "--lang", "en"]).failed(3, "over the first 17 entries");
    // An owner who hashes everything again makes the head fit, and is found all the same.
    let leaves = leaves_of(&office).await;
    let hex = root(&leaves).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    office.behind(&format!("UPDATE tranche.ledger SET root = '\\x{hex}'")).await;
    assert_eq!(office.desk.call(&["prove", "3"]).code(), 0, "the head fits");
    office.checkpoint().failed(3, "历史被改动:前 17 条记录");
    assert_eq!(std::fs::read(office.path("key.state")).unwrap(), record, "nothing refused is on record");
    // Put right again, but for what was done to the head.
    office.behind(&alter(9)).await;
    office.checkpoint().failed(3, "记录被改动:共 21 条");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_was_rolled_back_is_not_signed() {
    let office = Office::with(10).await;
    let (_, early) = office.desk.head().await;
    office.append(10, 18);
    let signed = office.signed("signed");
    let hex = |bytes: &[u8]| bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"));
    let (root, peaks) = (hex(&early.root), hex(&early.peaks));
    let back = format!("UPDATE tranche.ledger SET position = 11, root = '\\x{root}', peaks = '\\x{peaks}'");
    office.behind(&back).await;
    office.checkpoint().failed(3, "台账被回退:检查点签于第 19 条,台账现只有 11 条");
    office.desk.call(&["prove", "1", "--checkpoint", text(&signed), "--lang", "en"]).failed(3, "rolled back");
    // A signer without a record sees the entries that the head no longer counts.
    office.new_key("fresh", ORIGIN);
    let fresh = office.path("fresh");
    office.desk.call(&["checkpoint", "--key", text(&fresh)]).failed(3, "第 12 条记录仍在");
    // With those gone too the ledger is whole in itself: only the record tells.
    office.behind("DELETE FROM tranche.event WHERE position > 11;").await;
    office.checkpoint().failed(3, "台账被回退");
    assert_eq!(office.desk.call(&["checkpoint", "--key", text(&fresh)]).code(), 0);
    // An entry gone from the middle is named.
    office.behind("DELETE FROM tranche.event WHERE position = 7;").await;
    office.desk.call(&["checkpoint", "--key", text(&fresh)]).failed(3, "缺少第 7 条记录");
}
