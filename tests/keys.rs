//! The signer's key announced and changed, checkpoints cosigned by others, and policies of who has to sign, as users do it.

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

use std::path::PathBuf;

use office::{ORIGIN, Office, text};
use program::Told;
use serde_json::{Value, json};

const PARTIES: [&str; 4] = ["--by", "province_finance:李敏", "--approve", "province_drc:周涛"];

impl Office {
    /// Announces the first key, or hands over from one to another.
    async fn announcement(&self, act: &[&str]) -> Told {
        let on = self.desk.log().await.last().unwrap()["on"].as_str().unwrap().to_owned();
        self.desk.call(&[&["key"], act, &PARTIES, &["--on", &on]].concat())
    }

    async fn rotation(&self, old: &str, new: &str) -> Told {
        self.announcement(&["rotate", "--key", text(&self.path(old)), "--new", text(&self.path(new))]).await
    }

    fn sign(&self, key: &str) -> Told {
        self.desk.call(&["checkpoint", "--key", text(&self.path(key))])
    }

    fn cosign(&self, key: &str, flags: &[&str]) -> Told {
        self.desk.call(&[&["cosign", "--key", text(&self.path(key))], flags].concat())
    }

    /// Keeps a text in a file.
    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

fn size_of(note: &str) -> u64 {
    note.lines().nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_handed_over_and_the_record_goes_with_it() {
    let office = Office::with(16).await;
    let new = office.new_key("new", ORIGIN);
    office.announcement(&["announce", "--key", text(&office.path("key"))]).await.failed(0, "");
    let signed = office.signed("signed");
    // A key that nobody announced does not sign.
    office.sign("new").failed(2, "未在台账中公布,现行密钥为");
    assert!(!office.path("new.state").exists());

    // What the ledger refuses leaves the old key in force, and a rehearsal leaves everything.
    let (old, next) = (office.path("key"), office.path("new"));
    let rotate = ["key", "rotate", "--key", text(&old), "--new", text(&next)];
    let refused = office.desk.call(&[&rotate[..], &PARTIES, &["--on", "2020-01-01"]].concat());
    assert!(refused.code() == 1 && refused.out.contains("DATE-0"), "{}{}", refused.out, refused.err);
    let told = office.desk.call(&[&rotate[..], &PARTIES, &["--dry-run"]].concat());
    assert_eq!((told.code(), told.err.as_str()), (0, ""), "{}", told.out);
    assert!(!office.path("new.state").exists());
    assert_eq!(office.sign("key").code(), 0);

    // Announced, and cut off before anything was handed over: neither signs, and doing it again finishes it.
    let records = ["key.state", "new.state"].map(|name| std::fs::read(office.path(name)).ok());
    let handed = office.rotation("key", "new").await;
    assert!(handed.code() == 0 && handed.err.contains("已交接"), "{}{}", handed.out, handed.err);
    let after = ["key.state", "new.state"].map(|name| std::fs::read(office.path(name)).unwrap());
    assert_eq!(office.desk.log().await.last().unwrap()["data"]["key"], json!(new));
    for (name, record) in ["key.state", "new.state"].iter().zip(&records) {
        // First the old key's record, then the new one's: cut off in front of the first, and between the two.
        match record {
            Some(record) => std::fs::write(office.path(name), record).unwrap(),
            None => std::fs::remove_file(office.path(name)).unwrap(),
        }
        if *name == "new.state" {
            office.sign("key").failed(2, "已被替换:第 19 条记录公布了");
            office.sign("new").failed(2, "请再执行一次 tranche key rotate");
            let again = office.rotation("key", "new").await;
            assert_eq!((again.code(), again.out.as_str()), (0, ""), "{}", again.err);
            office.sign("key").failed(2, "此密钥已交接给");
            std::fs::remove_file(office.path("new.state")).unwrap();
            office.sign("new").failed(2, "请再执行一次 tranche key rotate");
            assert_eq!(office.rotation("key", "new").await.code(), 0);
        }
    }
    assert_eq!(after, ["key.state", "new.state"].map(|name| std::fs::read(office.path(name)).unwrap()));
    // And once more when the new key has signed: there is nothing left to do.
    assert_eq!(office.sign("new").code(), 0);
    let kept = std::fs::read(office.path("new.state")).unwrap();
    assert_eq!(office.rotation("key", "new").await.code(), 0);
    assert_eq!(std::fs::read(office.path("new.state")).unwrap(), kept);
    std::fs::write(office.path("new.state"), &after[1]).unwrap();
    office.new_key("other", ORIGIN);
    office.rotation("key", "other").await.failed(2, "此密钥已交接给");

    // Without what was handed over to it the new key does not sign; with it, it goes on from what the old one signed.
    let record = std::fs::read(office.path("new.state")).unwrap();
    std::fs::remove_file(office.path("new.state")).unwrap();
    office.sign("new").failed(2, "没有交接给它的签发记录");
    std::fs::write(office.path("new.state"), &record).unwrap();
    let told = office.desk.call(&["checkpoint", "--key", text(&office.path("new")), "--format", "json"]);
    let json = &told.lines()[0];
    assert_eq!(json["since"]["old_size"], size_of(&std::fs::read_to_string(&signed).unwrap()), "{}", told.err);
    let later = office.file("later", json["checkpoint"].as_str().unwrap());
    office.desk.call(&["prove", "--since", text(&signed), "--checkpoint", text(&later)]).failed(0, "");

    // An old key whose record is gone is told by the ledger itself.
    std::fs::remove_file(office.path("key.state")).unwrap();
    office.sign("key").failed(2, "已被替换:第 19 条记录公布了");
    office
        .desk
        .call(&["checkpoint", "--lang", "en", "--key", text(&office.path("key"))])
        .failed(2, "was replaced: entry 19");
    office.append(16, 18);
    assert_eq!(office.sign("new").code(), 0);
    // The announcement stands in the history as any other act, and the ledger as it should.
    let told = office.desk.call(&["log", "--type", "KeyAnnounced"]);
    assert!(told.out.contains("公布签发密钥") && told.out.contains(&new), "{}", told.out);
    office.desk.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_rollback_nor_fork_is_signed_across_a_change_of_keys() {
    let office = Office::with(12).await;
    office.new_key("new", ORIGIN);
    office.announcement(&["announce", "--key", text(&office.path("key"))]).await.failed(0, "");
    office.signed("signed");
    office.rotation("key", "new").await.failed(0, "已交接");
    // What the old key signed is altered before the new one signs for the first time.
    let alter = "UPDATE tranche.event SET entry = set_byte(entry, 20, get_byte(entry, 20) # 1) WHERE position = 5";
    office.behind(alter).await;
    office.sign("new").failed(3, "历史被改动:前 14 条记录");
    office.behind(alter).await;
    assert_eq!(office.sign("new").code(), 0);
    // Nor does a third key forget what the first one signed, where the second never did.
    office.new_key("third", ORIGIN);
    office.new_key("fourth", ORIGIN);
    for (old, new) in [("new", "third"), ("third", "fourth")] {
        office.rotation(old, new).await.failed(0, "已交接");
    }
    office.behind(alter).await;
    office.sign("fourth").failed(3, "历史被改动");
    office.behind(alter).await;
    assert_eq!(office.sign("fourth").code(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_handed_over_is_said() {
    let office = Office::with(12).await;
    office.new_key("else", "tranche.example/else");
    office.new_key("used", "tranche.example/test");
    assert_eq!(office.sign("used").code(), 0);
    office.new_key("new", ORIGIN);
    office.new_key_with("cosigner", "finance.example", &["--cosigner"]);
    office.rotation("key", "else").await.failed(2, "须为同名的另一密钥");
    office.rotation("key", "used").await.failed(2, "已有自己的签发记录");
    office.rotation("key", "cosigner").await.failed(2, "此处应为台账密钥");
    office.sign("cosigner").failed(2, "此处应为台账密钥");
    office.rotation("key", "key").await.failed(2, "须为同名的另一密钥");
    // Who announces it is looked at before the old key stops.
    let (key, new) = (office.path("key"), office.path("new"));
    office
        .desk
        .call(&["key", "rotate", "--key", text(&key), "--new", text(&new), "--by", "nobody"])
        .failed(2, "by.body");
    assert_eq!(office.sign("key").code(), 0, "it was not handed over");
    // The ledger refuses what does not follow, and says why; the old key stays in force.
    let told = office.rotation("key", "new").await;
    assert!(told.code() == 1 && told.out.contains("尚未公布过密钥"), "{}{}", told.out, told.err);
    assert_eq!(office.sign("key").code(), 0);
    office.announcement(&["announce", "--key", text(&office.path("key"))]).await.failed(0, "");
    office.rotation("key", "new").await.failed(0, "已交接");
    assert_eq!(office.sign("new").code(), 0);
    office.sign("used").failed(2, "未在台账中公布");
}

/// The office with a first checkpoint, and the cosigners' public keys.
async fn with_cosigners() -> (Office, PathBuf, Vec<String>) {
    let office = Office::with(12).await;
    let cosigners =
        ["finance", "data", "audit"].map(|name| office.new_key_with(name, &format!("{name}.example"), &["--cosigner"]));
    let signed = office.signed("signed");
    (office, signed, cosigners.to_vec())
}

fn policy(log: &str, cosigners: &[String], rest: &str) -> String {
    let [finance, data, audit] = cosigners else { panic!("three") };
    format!("# 谁来签\nlog {log}\nwitness 财政 {finance}\nwitness 数据局 {data}\nwitness 审计 {audit}\n{rest}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_counts_once_enough_have_cosigned() {
    let (office, signed, cosigners) = with_cosigners().await;
    let note = std::fs::read_to_string(&signed).unwrap();
    let policy =
        office.file("policy", &policy(&office.vkey, &cosigners, "group 两家 2 财政 数据局 审计\nquorum 两家\n"));
    let check =
        |files: &[&str]| office.desk.call(&[&["checkpoint", "check", "--policy", text(&policy)], files].concat());
    check(&[text(&signed)]).failed(3, "不符合签名规定:联署不足(两家:须 2 方,只有 0 方,未签:财政、数据局、审计)");
    let copies: Vec<PathBuf> = ["finance", "audit"]
        .iter()
        .map(|name| {
            let told = office.cosign(name, &["--log-key", &office.vkey, text(&signed)]);
            assert_eq!(told.code(), 0, "{}", told.err);
            assert!(told.out.starts_with(&note) && told.err.contains("首次联署,共 13 条记录"), "{}", told.err);
            office.file(&format!("by-{name}"), &told.out)
        })
        .collect();
    check(&[text(&copies[0])]).failed(3, "须 2 方,只有 1 方,未签:数据局、审计");
    check(&[text(&copies[0]), text(&copies[1])]).failed(0, "");
    // Merged they make one note, in which each line stands once.
    let told = office.desk.call(&["checkpoint", "merge", text(&copies[0]), text(&copies[1]), text(&signed)]);
    assert_eq!(told.out.matches("\n— ").count(), 3, "{}", told.out);
    let merged = office.file("merged", &told.out);
    let told = check(&[text(&merged)]);
    assert!(
        told.code() == 0 && told.out.contains("联署 数据局:未签") && told.out.contains("符合签名规定"),
        "{}",
        told.out
    );
    let told = check(&["--format", "json", text(&merged)]);
    let json: &Value = &told.lines()[0];
    assert_eq!((&json["met"], &json["witnesses"][1]["standing"]), (&json!(true), &json!("missing")));
    assert!(json["witnesses"][0]["time"].as_u64().unwrap() > 1_700_000_000);
    // A merged note proves as the signer's own does, and is cosigned again without piling up lines.
    office.desk.call(&["prove", "3", "--checkpoint", text(&merged), "--key", &office.vkey]).failed(0, "");
    let told = office.cosign("audit", &[text(&merged)]);
    assert_eq!(told.out.matches("\n— ").count(), 3, "{}{}", told.err, told.out);
    // What the policy lacks is said each in its own words, in English too.
    for (rest, words) in [
        ("quorum 三家\n", "签名规定第 6 行:前面没有名为 三家 的联署方或组"),
        ("", "须有且只有一行 quorum"),
        ("group 两家 4 财政 数据局 审计\nquorum 两家", "须写 all、any 或 1 至 3 的数,不能是 4"),
    ] {
        let policy = office.file("wrong", &self::policy(&office.vkey, &cosigners, rest));
        office.desk.call(&["checkpoint", "check", "--policy", text(&policy), text(&merged)]).failed(2, words);
    }
    let swapped = office.file("wrong", &format!("log {}\nquorum none\n", cosigners[0]));
    let told = office.desk.call(&["checkpoint", "check", "--policy", text(&swapped), "--lang", "en", text(&merged)]);
    told.failed(2, "line 1 of the policy: a log's key is due here, and finance.example is not one");
    let other = office.file("other", &note.replacen("\n13\n", "\n12\n", 1));
    office.desk.call(&["checkpoint", "merge", text(&merged), text(&other)]).failed(2, "不是同一份签名文本");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cosigner_goes_on_from_what_it_signed_and_from_nothing_else() {
    let (office, signed, _) = with_cosigners().await;
    let first = office.cosign("finance", &["--log-key", &office.vkey, text(&signed)]);
    assert_eq!(first.code(), 0, "{}", first.err);
    // The auditor has no database: the first time there is nothing to go on from, then a proof is asked for.
    let first = office.cosign("audit", &["--offline", "--log-key", &office.vkey, text(&signed)]);
    assert_eq!(first.code(), 0, "{}", first.err);
    office.append(12, 18);
    let later = office.signed("later");
    office.cosign("audit", &["--offline", text(&later)]).failed(2, "须证明此检查点接续此前联署的 13 条");
    let told = office.desk.call(&["prove", "--since", text(&signed), "--checkpoint", text(&later)]);
    let proof = office.file("proof", &told.out);
    let elsewhere = office.desk.beside("elsewhere").await;
    let told = elsewhere.call(&["cosign", "--key", text(&office.path("audit")), text(&proof)]);
    assert!(told.code() == 0 && told.err.contains("接续此前联署的第 13 条"), "{}", told.err);
    assert_eq!(told.out.lines().next(), Some(ORIGIN));
    assert_eq!(office.cosign("finance", &[text(&later)]).code(), 0);
    // A proof from elsewhere, one that was changed, and one that was cut off.
    office.cosign("audit", &[text(&proof)]).failed(2, "证明从第 13 条接续,而此前联署到第 19 条");
    let spoilt = std::fs::read_to_string(&proof).unwrap();
    let (above, note) = spoilt.split_once("\n\n").unwrap();
    let lines: Vec<&str> = above.lines().collect();
    let cut = office.file("cut", &format!("{}\n\n{note}", lines[..lines.len() - 1].join("\n")));
    office.new_key_with("fresh", "fresh.example", &["--cosigner"]);
    assert_eq!(office.cosign("fresh", &["--log-key", &office.vkey, text(&signed)]).code(), 0);
    office.cosign("fresh", &[text(&cut)]).failed(3, "证明应有");
    let changed = office.file("changed", &format!("{}\n{}\n\n{note}", lines[..lines.len() - 1].join("\n"), lines[1]));
    office.cosign("fresh", &[text(&changed)]).failed(3, "台账出现分叉");
    let wordless = office.file("wordless", &format!("old thirteen\nx\n\n{note}"));
    office.cosign("fresh", &[text(&wordless)]).failed(2, "证明格式不符");
    let records = ["finance", "audit"].map(|name| std::fs::read(office.path(&format!("{name}.state"))).unwrap());
    // Rolled back: the earlier checkpoint after the later one. Forked: the signer's record is lost and history altered.
    office.cosign("finance", &[text(&signed)]).failed(3, "台账被回退:此前已联署到第 19 条,此检查点只有 13 条");
    office.cosign("finance", &["--lang", "en", text(&signed)]).failed(3, "rolled back");
    let copy = office.desk.copied().await;
    let forged = forge(&office, &copy).await;
    let told = copy.call(&["cosign", "--key", text(&office.path("finance")), text(&forged)]);
    told.failed(3, "台账出现分叉:19 条记录的根与此前联署的不符");
    office.cosign("audit", &["--offline", text(&forged)]).failed(3, "台账出现分叉");
    // Nothing refused is on record.
    assert_eq!(records, ["finance", "audit"].map(|name| std::fs::read(office.path(&format!("{name}.state"))).unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cosigner_follows_a_change_of_keys_by_the_old_keys_own_word() {
    let (office, signed, _) = with_cosigners().await;
    for (name, flags) in [("finance", &[][..]), ("audit", &["--offline"])] {
        let told = office.cosign(name, &[&["--log-key", &office.vkey, text(&signed)], flags].concat());
        assert_eq!(told.code(), 0, "{}", told.err);
    }
    let new = office.new_key("new", ORIGIN);
    office.announcement(&["announce", "--key", text(&office.path("key"))]).await.failed(0, "");
    office.rotation("key", "new").await.failed(0, "已交接");
    let later = office.file("later", &office.sign("new").out);
    // Where the entries are, the announcement under the old key tells; without them the new key has to be named.
    office.cosign("finance", &[text(&later)]).failed(0, "接续此前联署的第 13 条");
    let proof =
        office.file("proof", &office.desk.call(&["prove", "--since", text(&signed), "--checkpoint", text(&later)]).out);
    office.cosign("audit", &[text(&proof)]).failed(2, "或以 --log-key 给出新公钥");
    office.cosign("audit", &["--lang", "en", text(&proof)]).failed(2, "name the new key by --log-key");
    office.cosign("audit", &["--log-key", &new, text(&proof)]).failed(0, "");
    // From then on it is the new key's that is asked for; one that nobody handed on to is not taken.
    office.append(12, 18);
    let next = office.file("next", &office.sign("new").out);
    office.cosign("finance", &[text(&next)]).failed(0, "");
    let stranger = tranche::log::note::Signer::from_seed(ORIGIN, &[7; 32]).unwrap();
    let said: tranche::log::checkpoint::SignedCheckpoint = std::fs::read_to_string(&next).unwrap().parse().unwrap();
    let forged = tranche::log::checkpoint::SignedCheckpoint::sign(said.checkpoint, &stranger);
    let forged = office.file("forged", &forged.note.to_string());
    office.cosign("finance", &[text(&forged)]).failed(3, "没有此密钥的签名");
}

/// A checkpoint of the same size over another history, by the log's own key: its record was lost.
async fn forge(office: &Office, forger: &program::Desk) -> PathBuf {
    use sha2::{Digest as _, Sha256};
    use tranche::log::merkle::Frontier;
    let owner = cluster::connect(forger.target.config()).await;
    for table in ["event", "ledger"] {
        owner.batch_execute(&format!("ALTER TABLE tranche.{table} DISABLE TRIGGER USER")).await.unwrap();
    }
    owner
        .batch_execute(
            "UPDATE tranche.event SET entry = set_byte(entry, 20, get_byte(entry, 20) # 1) WHERE position = 9",
        )
        .await
        .unwrap();
    let mut frontier = Frontier::new();
    let ledger = forger.head().await.1.ledger;
    let entries = "SELECT entry FROM tranche.event WHERE ledger = $1 ORDER BY position";
    for row in owner.query(entries, &[&ledger]).await.unwrap() {
        let entry: Vec<u8> = row.get(0);
        frontier.push(Sha256::digest([&[0], &entry[..]].concat()).into());
    }
    let root = frontier.root();
    owner
        .execute("UPDATE tranche.ledger SET root = $1::bytea WHERE id = $2", &[&root.as_slice(), &ledger])
        .await
        .unwrap();
    std::fs::remove_file(office.path("key.state")).unwrap();
    let told = forger.call(&["checkpoint", "--key", text(&office.path("key"))]);
    assert_eq!(told.code(), 0, "the head fits: {}", told.err);
    office.file("forged", &told.out)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_cosigned_is_said_each_in_its_own_words() {
    let (office, signed, cosigners) = with_cosigners().await;
    office.cosign("finance", &[text(&signed)]).failed(2, "请用 --log-key 指定台账的公钥");
    office.cosign("key", &["--log-key", &office.vkey, text(&signed)]).failed(2, "此处应为联署密钥");
    office
        .cosign("finance", &["--log-key", &cosigners[1], text(&signed)])
        .failed(2, "此处应为台账密钥,data.example 不是");
    let again = office.new_key("again", ORIGIN);
    office.cosign("finance", &["--log-key", &again, text(&signed)]).failed(3, "没有此密钥的签名");
    let other = office.new_key("other", "tranche.example/else");
    office.cosign("finance", &["--log-key", &other, text(&signed)]).failed(2, "不是 tranche.example/else 的");
    let note = std::fs::read_to_string(&signed).unwrap();
    let cut = office.file("cut", &note[..note.len() - 9]);
    office.cosign("finance", &["--log-key", &office.vkey, text(&cut)]).failed(2, "被截断");
    office.cosign("finance", &["--log-key", &office.vkey, "/nowhere"]).failed(2, "无法读取 /nowhere");
    assert!(!office.path("finance.state").exists(), "nothing was cosigned");
    // A checkpoint of another ledger, whose key the cosigner is told to trust, and one that the database does not give.
    let beside = office.desk.beside("beside").await;
    let foreign = office.file("foreign", &beside.call(&["checkpoint", "--key", text(&office.path("other"))]).out);
    office.cosign("finance", &["--log-key", &other, text(&foreign)]).failed(3, "检查点属于另一台账");
    assert_eq!(office.cosign("finance", &["--log-key", &office.vkey, text(&signed)]).code(), 0);
    office
        .cosign("finance", &["--offline", "--log-key", &other, text(&foreign)])
        .failed(2, "不是 tranche.example/test 的");
    std::fs::write(office.path("finance.state"), "{}").unwrap();
    office.cosign("finance", &[text(&signed)]).failed(3, "已损坏");
    // The key that the ledger announces is the one that has to have signed.
    office.announcement(&["announce", "--key", text(&office.path("again"))]).await.failed(0, "");
    let told = office.sign("again");
    assert_eq!(told.code(), 0, "{}", told.err);
    let announced = office.file("announced", &told.out);
    assert_eq!(office.cosign("data", &["--log-key", &again, text(&announced)]).code(), 0);
    office.sign("key").failed(2, "未在台账中公布");
}
