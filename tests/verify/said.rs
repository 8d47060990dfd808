//! What the program says of a verification, and of checkpoints that are none of this ledger's; and the static files.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::cluster;
use crate::program::{Desk, FIRST_COHORT, Told};

const ORIGIN: &str = "tranche.example/test";

/// A ledger, and a folder with a key and what it signed.
struct Office {
    desk: Desk,
    folder: TempDir,
    vkey: String,
}

impl Office {
    async fn new() -> Self {
        let (desk, folder) = (Desk::sandbox().await, TempDir::new().unwrap());
        desk.accepted(FIRST_COHORT.lines().take(270));
        let mut office = Self { desk, folder, vkey: String::new() };
        office.vkey = office.key("key", ORIGIN);
        office
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn key(&self, file: &str, origin: &str) -> String {
        let told = self.desk.call(&["key", "new", "--name", origin, "-o", &self.path(file)]);
        assert_eq!(told.code(), 0, "{}", told.err);
        told.out.trim_end().to_owned()
    }

    /// Signs with a key into a file.
    fn signed(&self, key: &str, file: &str) -> String {
        let told = self.desk.call(&["checkpoint", "--key", &self.path(key)]);
        assert_eq!(told.code(), 0, "{}", told.err);
        std::fs::write(self.path(file), told.out).unwrap();
        self.path(file)
    }

    fn verify(&self, arguments: &[&str]) -> Told {
        self.desk.call(&[&["verify"], arguments].concat())
    }

    async fn behind(&self, sql: &str) {
        let owner = cluster::connect(self.desk.target.config()).await;
        for table in ["event", "ledger", "tile"] {
            owner.batch_execute(&format!("ALTER TABLE tranche.{table} DISABLE TRIGGER USER")).await.unwrap();
        }
        owner.batch_execute(sql).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_verifies_is_said_and_what_does_not_where_and_since_when() {
    let office = Office::new().await;
    let first = office.signed("key", "first");
    office.desk.accepted(FIRST_COHORT.lines().skip(270).take(20));
    let (second, record) = (office.signed("key", "second"), office.path("key.state"));
    for arguments in [vec![], vec!["--against", &first, &second, &record, "--key", &office.vkey]] {
        let told = office.verify(&arguments);
        assert_eq!(told.code(), 0, "{}{}", told.err, told.out);
        assert!(told.out.starts_with("核验通过:"), "{}", told.out);
    }
    let json = office.verify(&["--format", "json", "--against", &second]).lines().remove(0);
    assert_eq!((json["verified"].as_bool(), json["checkpoints"].as_u64()), (Some(true), Some(1)));
    assert_eq!(json["judged"], json["size"]);
    let english = office.verify(&["--lang", "en"]);
    assert!(english.out.starts_with("verified: "), "{}", english.out);

    office
        .behind("UPDATE tranche.event SET entry = set_bit(entry, 100, 1 - get_bit(entry, 100)) WHERE position = 280")
        .await;
    let told = office.verify(&["--against", &first, &second]);
    told.failed(3, "台账校验不符");
    assert!(told.out.contains("第 280 条") && told.out.contains("该处记于 20"), "{}", told.out);
    assert!(told.out.contains("库结构的 trigger event event_append_only"), "{}", told.out);
    let json = office.verify(&["--format", "json", "--against", &first, &second]).lines().remove(0);
    let found = json["findings"].as_array().unwrap();
    let of_entry: Vec<_> = found.iter().filter(|one| one["from"].is_u64()).collect();
    assert!(!of_entry.is_empty() && of_entry.iter().all(|one| one["from"] == 280 && one["to"] == 280), "{json}");
    // The second was signed over it as it was; the first says nothing of it.
    assert!(
        of_entry.iter().all(|one| one["after_checkpoint"] == json["size"] && one["before_checkpoint"].is_null()),
        "{json}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_checkpoint_of_this_ledger_is_said() {
    let office = Office::new().await;
    let own = office.signed("key", "own");
    let (stranger, elsewhere) = (office.key("stranger", ORIGIN), office.key("elsewhere", "tranche.example/other"));
    let other = office.signed("elsewhere", "other");
    let cut = office.path("cut");
    let note = std::fs::read_to_string(&own).unwrap();
    for length in [0, 5, note.len() / 2, note.len() - 1] {
        std::fs::write(&cut, &note[..length]).unwrap();
        office.verify(&["--against", &cut]).failed(2, &format!("{cut}:不是签名文本:残缺"));
    }
    office.verify(&["--against", &own, "--key", &stranger]).failed(3, "没有此密钥的签名");
    office.verify(&["--against", &own, "--key", &elsewhere]).failed(2, "不是 tranche.example/other 的");
    office.verify(&["--against", &own, &other]).failed(2, "检查点属于不同台账");
    office.verify(&["--against", &own, "--key", "rubbish"]).failed(2, "不是 Ed25519 密钥");
    office.verify(&["--against", "/nowhere"]).failed(2, "无法读取");
    office.verify(&["--against", &office.path("key")]).failed(2, "不是签名文本");
    std::fs::write(&cut, "{}").unwrap();
    office.verify(&["--against", &cut]).failed(2, "不是签发记录");
    // Any one of the keys will do.
    assert_eq!(office.verify(&["--against", &own, "--key", &stranger, &office.vkey]).code(), 0);
    // Another ledger's, signed by the same key or not, has another root.
    let beside = Office { desk: office.desk.beside("beside").await, ..Office::new().await };
    let record = office.path("key.state");
    beside.verify(&["--against", &record]).failed(2, "是台账 test 的签发记录");
    let told = beside.verify(&["--against", &own]);
    told.failed(3, "台账校验不符");
    // One that is gone altogether was signed for all the same.
    beside.desk.call(&["verify", "--ledger", "none", "--against", &own]).failed(3, "没有名为 none 的台账,而");
    // Nothing tells whose it is: both are said.
    assert!(told.out.contains("台账被回退") && told.out.contains("或检查点属于另一台账"), "{}", told.out);
}

/// Where a ledger announces its key, a checkpoint of another is told from a history that was altered.
#[tokio::test(flavor = "multi_thread")]
async fn whose_a_checkpoint_is_is_told_by_the_keys_that_the_ledger_announces() {
    let office = Office::new().await;
    let key = office.path("key");
    let parties = ["--by", "province_finance:李敏", "--approve", "province_drc:周涛"];
    let announced = office.desk.call(&[&["key", "announce", "--key", &key][..], &parties].concat());
    assert_eq!(announced.code(), 0, "{}{}", announced.out, announced.err);
    let own = office.signed("key", "own");
    assert_eq!(office.verify(&["--against", &own]).code(), 0);
    // Another ledger, shorter and longer than this one; under its own origin, and under ours by a stranger's key.
    let beside = Office { desk: office.desk.beside("beside").await, ..Office::new().await };
    for (name, origin, words) in [
        ("other", "tranche.example/other", ["属于另一台账:其名称为 tranche.example/other", "is of another ledger"]),
        ("stranger", ORIGIN, ["却不是台账公布过的任何密钥所签", "none of the keys announced here signed it"]),
    ] {
        beside.key(name, origin);
        for lines in [5, 400] {
            beside.desk.apply(FIRST_COHORT.lines().take(lines).collect::<Vec<_>>().join("\n"), &[]);
            let signed = beside.signed(name, "signed");
            for (lang, word) in ["zh", "en"].iter().zip(words) {
                let told = office.verify(&["--lang", lang, "--against", &signed]);
                assert_eq!(told.code(), 3, "{}", told.err);
                assert!(told.out.contains(word), "{word}: {}", told.out);
                assert!(told.out.lines().count() == 2, "nothing else is blamed: {}", told.out);
            }
            for call in [&["prove", "3"][..], &["tiles", "/nowhere"], &["pack", "-o", "/nowhere/x"]] {
                if origin != ORIGIN {
                    let told = office.desk.call(&[call, &["--checkpoint", &signed]].concat());
                    told.failed(3, &format!("{signed}:检查点属于另一台账"));
                }
            }
        }
    }
    // Its own, of a history that then was cut off: no doubt whose it is.
    office
        .behind("DELETE FROM tranche.event WHERE position > 271; UPDATE tranche.ledger SET position = position")
        .await;
    let told = office.verify(&["--against", &own]);
    assert!(told.code() == 3 && !told.out.contains("另一台账"), "{}", told.out);
}

/// Every file below a folder, by its path in it.
fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn the_static_files_are_whole_and_never_others() {
    let office = Office::new().await;
    let (folder, first) = (office.path("www"), office.signed("key", "first"));
    let publish = |more: &[&str]| office.desk.call(&[&["tiles", &folder], more].concat());
    assert_eq!(publish(&["--checkpoint", &first]).code(), 0);
    let names =
        ["checkpoint", "tile/0/000", "tile/0/001.p/16", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/16"];
    assert_eq!(files(&folder), names);
    assert_eq!(std::fs::read(format!("{folder}/checkpoint")).unwrap(), std::fs::read(&first).unwrap());
    // Again: nothing is written; with more entries: what is new is.
    let again = publish(&["--format", "json"]).lines().remove(0);
    assert_eq!((again["written"].as_u64(), again["kept"].as_u64()), (Some(0), Some(5)));
    office.desk.accepted(FIRST_COHORT.lines().skip(270));
    let told = publish(&["--format", "json"]).lines().remove(0);
    assert_eq!((told["size"].as_u64(), told["written"].as_u64()), (Some(524), Some(5)));
    // What is there with other bytes is an error, and stays.
    for name in ["tile/0/000", "tile/entries/000", "tile/1/000.p/2"] {
        let path = format!("{folder}/{name}");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[40] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        publish(&[]).failed(3, "已发布的文件从不改写");
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
        bytes[40] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
    }
    assert_eq!(publish(&[]).code(), 0);
    publish(&["--checkpoint", "/nowhere"]).failed(2, "无法读取");
    office.desk.call(&["tiles", "/dev/null/x"]).failed(2, "");
    // Entries that are not those whose hashes were stored are not published.
    office
        .behind("UPDATE tranche.event SET entry = set_bit(entry, 100, 1 - get_bit(entry, 100)) WHERE position = 30")
        .await;
    let elsewhere = office.path("elsewhere");
    office.desk.call(&["tiles", &elsewhere]).failed(3, "与存下的哈希不符");
    assert!(!PathBuf::from(elsewhere).join("tile/entries/000").exists());
}
