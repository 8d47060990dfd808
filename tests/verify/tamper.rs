//! The ways of tampering: each does it at a random place and says where, and what may be told of it.

use tranche::engine::verify::{Claim, Report};
use tranche::log::entry;
use tranche::log::merkle::{Frontier, leaf_hash};
use tranche::log::tile::root_of;

use crate::bench::Bench;
use crate::chance::Chance;

/// What a verification is to find.
#[derive(Debug, Default)]
pub struct Expected {
    /// Where it was done: a finding lies there, and none lies elsewhere. None where it was done beside the log.
    pub places: Vec<(u64, u64)>,
    /// What is said of things beside the log: one of these words stands in each such finding, and each in one.
    pub beside: Vec<String>,
    /// Things beside the log that may be told as well, for they do not fit any more.
    pub also: Vec<&'static str>,
    /// What it is held against.
    pub claims: Vec<Claim>,
}

impl Expected {
    fn at(position: u64) -> Self {
        Self { places: vec![(position, position)], ..Self::default() }
    }

    fn beside(what: impl Into<String>) -> Self {
        Self { beside: vec![what.into()], ..Self::default() }
    }

    pub fn check(&self, report: &Report) -> Result<(), &'static str> {
        let placed: Vec<_> = report.findings.iter().filter_map(|one| one.place).collect();
        let meets = |(from, to): (u64, u64), (first, last): (u64, u64)| from <= last && to >= first;
        if placed.iter().any(|found| !self.places.iter().any(|place| meets(*found, *place))) {
            return Err("the wrong place is blamed");
        }
        if self.places.iter().any(|place| !placed.iter().any(|found| meets(*found, *place))) {
            return Err("it is not found");
        }
        let beside: Vec<String> = report
            .findings
            .iter()
            .filter(|one| one.place.is_none())
            .map(|one| format!("{} {:?}", one.what.code(), one.what))
            .collect();
        if self.beside.iter().any(|word| !beside.iter().any(|one| one.contains(word))) {
            return Err("it is not found beside the log");
        }
        let may = |one: &str| {
            self.beside.iter().any(|word| one.contains(word)) || self.also.iter().any(|word| one.starts_with(word))
        };
        if beside.iter().any(|one| !may(one)) { Err("the wrong thing is blamed") } else { Ok(()) }
    }
}

fn position(bench: &Bench, chance: &mut Chance) -> u64 {
    1 + chance.below(bench.size())
}

fn text(bench: &Bench, position: u64) -> String {
    String::from_utf8(bench.record(position).entry.clone()).unwrap()
}

fn one_of<'a>(chance: &mut Chance, list: &[&'a str]) -> &'a str {
    list[usize::try_from(chance.below(list.len() as u64)).unwrap()]
}

/// A position of an event with an amount, and its entry with another.
fn other_amount(bench: &Bench, chance: &mut Chance) -> (u64, String) {
    loop {
        let at = position(bench, chance);
        let entry = text(bench, at);
        if let Some(start) = entry.find("\"amount\":\"") {
            let digit = start + "\"amount\":\"".len();
            let other = if entry.as_bytes()[digit] == b'9' { "8" } else { "9" };
            return (at, format!("{}{other}{}", &entry[..digit], &entry[digit + 1..]));
        }
    }
}

pub async fn bit(bench: &mut Bench, chance: &mut Chance) -> Expected {
    let at = position(bench, chance);
    let mut entry = bench.record(at).entry.clone();
    let bit = chance.below(entry.len() as u64 * 8);
    entry[usize::try_from(bit / 8).unwrap()] ^= 1 << (bit % 8);
    bench.write(at, &entry).await;
    Expected::at(at)
}

pub async fn amount(bench: &mut Bench, chance: &mut Chance) -> Expected {
    let (at, entry) = other_amount(bench, chance);
    bench.write(at, entry.as_bytes()).await;
    Expected::at(at)
}

/// The business date, in the entry and beside it.
pub async fn date(bench: &mut Bench, chance: &mut Chance) -> Expected {
    let at = position(bench, chance);
    let on = bench.record(at).business_date;
    let other = on.pred_opt().unwrap();
    let entry = text(bench, at).replace(&format!("\"on\":\"{on}\""), &format!("\"on\":\"{other}\""));
    bench.tamper(&format!("UPDATE tranche.event SET business_date = '{other}' WHERE position = {at}")).await;
    bench.write(at, entry.as_bytes()).await;
    Expected::at(at)
}

pub async fn column(bench: &mut Bench, chance: &mut Chance) -> Expected {
    let at = position(bench, chance);
    let edit = one_of(
        chance,
        &[
            "stream = 'pilot-NOBODY'",
            "version = version + 1000",
            "type = type || 'X'",
            "business_date = business_date - 1",
            "recorded_at = recorded_at + interval '1 microsecond'",
        ],
    );
    bench.tamper(&format!("UPDATE tranche.event SET {edit} WHERE position = {at}")).await;
    // The head's time is the last entry's.
    Expected { also: vec!["head_differs"], ..Expected::at(at) }
}

pub async fn deleted(bench: &mut Bench, chance: &mut Chance) -> Expected {
    let at = 1 + chance.below(bench.size() - 1);
    bench.tamper(&format!("DELETE FROM tranche.event WHERE position = {at}")).await;
    Expected::at(at)
}

/// Takes the head back to a size, as it was then.
async fn head_back(bench: &Bench, size: u64) {
    let mut edge = Frontier::new();
    bench.records.iter().take(usize::try_from(size).unwrap()).for_each(|one| edge.push(leaf_hash(&one.entry)));
    head_write(bench, &edge).await;
    let at = format!("(SELECT e.recorded_at FROM kept.event e WHERE e.position = {size})");
    bench.tamper(&format!("UPDATE tranche.ledger SET recorded_at = {at}")).await;
}

async fn head_write(bench: &Bench, edge: &Frontier) {
    bench.aside("DISABLE").await;
    let size = i64::try_from(edge.size()).unwrap();
    let update = "UPDATE tranche.ledger SET position = $1, root = $2::bytea, peaks = $3";
    bench.owner.execute(update, &[&size, &edge.root().as_slice(), &edge.to_bytes()]).await.unwrap();
    bench.aside("ENABLE ALWAYS").await;
}

/// Whether the entries on both sides of this size are of one command.
fn halves_a_command(bench: &Bench, size: u64) -> bool {
    let command = |index: u64| entry::read(&bench.records[usize::try_from(index).unwrap()].entry).unwrap().command_id;
    command(size - 1) == command(size)
}

/// With the head as it was, or taken back with it.
pub async fn cut_off(bench: &mut Bench, chance: &mut Chance) -> Expected {
    let size = 1 + chance.below(bench.size() - 1);
    bench.tamper(&format!("DELETE FROM tranche.event WHERE position > {size}")).await;
    let with_head = chance.below(2) == 0;
    if with_head {
        head_back(bench, size).await;
    }
    let also = if with_head { vec!["projection_differs"] } else { vec!["head_differs"] };
    // Where everything is taken back, only what was signed since tells.
    let claims = if with_head { vec![bench.claim(bench.size())] } else { Vec::new() };
    Expected { places: vec![(size + 1, bench.size().max(512))], also, claims, ..Expected::default() }
}

/// Every other time it tears the events of a command apart.
pub async fn swapped(bench: &mut Bench, chance: &mut Chance) -> Expected {
    let mut one = position(bench, chance);
    if chance.below(2) == 0 {
        while one == bench.size() || !halves_a_command(bench, one) {
            one = position(bench, chance);
        }
        one += chance.below(2);
    }
    let other = 1 + (one + chance.below(bench.size() - 1)) % bench.size();
    bench
        .tamper(&format!(
            "UPDATE tranche.event SET position = 1000000 WHERE position = {one};
             UPDATE tranche.event SET position = {one} WHERE position = {other};
             UPDATE tranche.event SET position = {other} WHERE position = 1000000"
        ))
        .await;
    Expected { places: vec![(one, one), (other, other)], also: vec!["head_differs"], ..Expected::default() }
}

/// Behind the head, or in the middle, those after it moved by one.
pub async fn inserted(bench: &mut Bench, chance: &mut Chance) -> Expected {
    let size = bench.size();
    let copied = position(bench, chance);
    let copy = |at: u64| {
        format!(
            "INSERT INTO tranche.event (ledger, position, stream, version, type, business_date, recorded_at, entry)
             SELECT ledger, {at}, 'pilot-NOBODY', 1, type, business_date, recorded_at, entry FROM kept.event
              WHERE position = {copied}"
        )
    };
    if chance.below(2) == 0 {
        bench.tamper(&copy(size + 1)).await;
        return Expected::at(size + 1);
    }
    // Every other time beside the entry it copies, as if it came with the same command.
    let at = if chance.below(2) == 0 { copied + chance.below(2) } else { 1 + chance.below(size) };
    bench
        .tamper(&format!(
            "UPDATE tranche.event SET position = position + 1000000 WHERE position >= {at};
             UPDATE tranche.event SET position = position - 999999 WHERE position > 1000000; {}",
            copy(at)
        ))
        .await;
    Expected { places: vec![(at, size + 1)], also: vec!["head_differs"], ..Expected::default() }
}

pub async fn projection(bench: &mut Bench, chance: &mut Chance) -> Expected {
    let pilot = format!("JX2025-{:02}", 1 + chance.below(10));
    let fund = |column: &str| {
        let edit = format!("UPDATE tranche.fund_position SET {column} WHERE pilot = '{pilot}'");
        (edit, Expected::beside(format!("subject: \"{pilot}\"")))
    };
    let at = position(bench, chance);
    let byte = chance.below(8_192);
    let bit = chance.below(8);
    let flip = |column: &str| {
        let at = format!("({byte} % octet_length({column})) * 8 + {bit}");
        format!("{column} = set_bit({column}, ({at})::bigint, 1 - get_bit({column}, ({at})::bigint))")
    };
    let above = format!("SELECT ledger, 1, {}, hashes FROM tranche.tile", chance.below(3));
    let (edit, expected) = match chance.below(9) {
        0 => fund("cap = cap + 0.01"),
        1 => fund("recognition_year = recognition_year + 1"),
        2 => fund("release_limit = coalesce(release_limit, 0) + 1"),
        3 => fund("release_ceiling = coalesce(release_ceiling, 0) + 0.0000000001"),
        4 => ("UPDATE tranche.ledger SET first_share = 0.9".to_owned(), Expected::beside("first_share")),
        5 => (format!("UPDATE tranche.event SET command = gen_random_uuid() WHERE position = {at}"), Expected::at(at)),
        7 => {
            (format!("INSERT INTO tranche.tile (ledger, level, index, hashes) {above}"), Expected::beside("tile/1/00"))
        }
        6 => (format!("UPDATE tranche.snapshot SET {}", flip("body")), Expected::beside("snapshot")),
        _ => (format!("UPDATE tranche.tile SET {}", flip("hashes")), Expected::beside("tile/0/000")),
    };
    bench.tamper(&edit).await;
    expected
}

/// The trigger is put back as it was, or so that it does not fire always, or left aside.
pub async fn under_a_trigger(bench: &mut Bench, chance: &mut Chance) -> Expected {
    let (at, entry) = other_amount(bench, chance);
    bench.write(at, entry.as_bytes()).await;
    let (table, trigger) =
        [("event", "event_append_only"), ("ledger", "ledger_head_rises"), ("tile", "tile_append_only")]
            [usize::try_from(chance.below(3)).unwrap()];
    let how = one_of(chance, &["ENABLE ALWAYS", "ENABLE", "ENABLE REPLICA", "DISABLE"]);
    bench.owner.batch_execute(&format!("ALTER TABLE tranche.{table} {how} TRIGGER {trigger}")).await.unwrap();
    let beside = if how == "ENABLE ALWAYS" { vec![] } else { vec![format!("trigger {table} {trigger}")] };
    Expected { beside, ..Expected::at(at) }
}

/// An entry is another, and tiles and head are made to fit it; what was signed before is not.
pub async fn hashed_again(bench: &mut Bench, chance: &mut Chance) -> Expected {
    let at = 2 + chance.below(bench.size() - 1);
    // Whoever recorded it, it was another: lawful by every rule.
    let entry = text(bench, at);
    let person = entry.find("\"person\":\"").unwrap() + "\"person\":\"".len();
    let entry = format!("{}某{}", &entry[..person], &entry[person..]).into_bytes();
    bench.write(at, &entry).await;
    let mut leaves: Vec<_> = bench.records.iter().map(|one| leaf_hash(&one.entry)).collect();
    leaves[usize::try_from(at - 1).unwrap()] = leaf_hash(&entry);
    let mut edge = Frontier::new();
    for leaf in &leaves {
        edge.push(*leaf);
    }
    head_write(bench, &edge).await;
    let tile = leaves[..256].concat();
    assert_eq!(root_of(&tile).len(), 32);
    bench.aside("DISABLE").await;
    bench.owner.execute("UPDATE tranche.tile SET hashes = $1", &[&tile]).await.unwrap();
    bench.aside("ENABLE ALWAYS").await;
    let before = chance.below(at);
    let after = at + chance.below(bench.size() - at + 1);
    Expected { claims: vec![bench.claim(after), bench.claim(before)], ..Expected::at(at) }
}

/// Everything as it was at an earlier size: only what was signed since tells.
pub async fn restored(bench: &mut Bench, chance: &mut Chance) -> Expected {
    let mut size = 1 + chance.below(bench.size() - 1);
    while halves_a_command(bench, size) {
        // A backup has all events of a command or none.
        size -= 1;
    }
    bench
        .tamper(&format!(
            "DELETE FROM tranche.event WHERE position > {size};
             DELETE FROM tranche.snapshot;
             DELETE FROM tranche.tile WHERE (index + 1) * 256 > {size}"
        ))
        .await;
    head_back(bench, size).await;
    bench.tamper("SELECT tranche.fund_position_rebuild(id) FROM tranche.ledger").await;
    let signed = size + 1 + chance.below(bench.size() - size);
    let claims = vec![bench.claim(chance.below(size)), bench.claim(signed)];
    Expected { places: vec![(size + 1, signed)], claims, ..Expected::default() }
}
