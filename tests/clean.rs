//! A clean log never alarms: random lawful histories, as the state machine draws them, recorded by the real engine and
//! verified. `TRANCHE_HISTORIES` says how many, where more than a handful are wanted.

#![cfg(test)]
#![allow(dead_code, reason = "the state machine is another test's, which needs all of it")]

#[path = "state_machine/auditor.rs"]
mod auditor;
#[path = "state_machine/books.rs"]
mod books;
#[path = "support/cluster.rs"]
mod cluster;
#[path = "state_machine/dice.rs"]
mod dice;
#[path = "support/difference.rs"]
mod difference;
#[path = "state_machine/draw.rs"]
mod draw;
#[path = "state_machine/draw_funds.rs"]
mod draw_funds;
#[path = "state_machine/draw_pilot.rs"]
mod draw_pilot;
#[path = "state_machine/machine.rs"]
mod machine;
#[path = "state_machine/sequence.rs"]
mod sequence;
#[path = "state_machine/setup.rs"]
mod setup;

use std::sync::{Arc, Mutex};

use dice::Dice;
use sequence::Sequence;
use tranche::cli::clock;
use tranche::domain::act::Act;
use tranche::domain::command::Command;
use tranche::domain::event::Event;
use tranche::engine::{Engine, Outcome, opening, replay, verify};
use tranche::store::{Store, Target};

/// How many histories, and how many steps each draws; about three in five are lawful.
const HISTORIES: u64 = 10;
const STEPS: usize = 400;

/// A history of its own: the events of a sequence after the common start.
fn drawn(seed: u64) -> Vec<Event> {
    let (journal, mut dice) = (Mutex::default(), Dice(seed));
    let mut sequence = Sequence::new(dice.below(4), &journal);
    for _ in 0..STEPS {
        let object = sequence.draw((dice.below(draw::weights()), dice.next()));
        sequence.send(&object).unwrap();
    }
    sequence.machine.events
}

/// Records a history by the engine, as it was drawn; gives how many entries it has.
async fn recorded(target: &Target, name: &str, events: Vec<Event>) -> usize {
    let mut events = events.into_iter();
    let Some(Act::OpenProgramme(opened)) = events.next().map(|event| event.act) else { panic!("an opening") };
    assert!(opening::open(target, name, opened, clock()).await.unwrap());
    let engine = Engine::open(target.clone(), name, clock()).await.unwrap();
    let mut position = 1;
    while let Some(event) = events.next() {
        let Event { on, by, approvals, note, act, recorded_at, .. } = event;
        let command = Command { id: None, on, by, approvals, note, recorded_at: Some(recorded_at), act };
        let outcome = engine.send(command).await.unwrap().outcome().await.unwrap();
        let Outcome::Accepted { events: placed, .. } = outcome else { panic!("{name}, after {position}: {outcome:?}") };
        position += placed.len();
        // The events that came with it were drawn with it.
        for _ in 1..placed.len() {
            events.next().unwrap();
        }
    }
    engine.close().await.unwrap();
    position
}

#[tokio::test(flavor = "multi_thread")]
async fn random_lawful_histories_verify() {
    let histories = std::env::var("TRANCHE_HISTORIES").map_or(HISTORIES, |text| text.parse().unwrap());
    let target = cluster::database().await;
    let store = Arc::new(Store::connect(&target).await.unwrap());
    let mut entries = 0;
    for seed in 0..histories {
        let name = format!("history-{seed}");
        let size = recorded(&target, &name, drawn(seed)).await;
        entries += size;
        let report = verify::verify(&target, &name, &[], |_| {}).await.unwrap();
        assert_eq!(report.findings, [], "{name}");
        assert_eq!((report.judged, report.more), (size as u64, 0), "{name}");
        let head = store.head(&name).await.unwrap();
        assert_eq!(replay::check(&store, &head.name, |_| {}).await.unwrap().1, [], "{name}");
    }
    println!("{histories} histories of {entries} entries");
}
