//! Papers of a scenario folded in memory, without a database.

use tranche::domain::Date;
use tranche::domain::event::Event;
use tranche::domain::text::Id;
use tranche::report::kind::{Material, PilotMaterial, Tally, build};
use tranche::report::paper::Paper;
use tranche::report::paper::stamp::{Kind, RENDERER, RuleVersion, Since, Stamp};

use super::scenario::Scenario;

/// The paper of a kind, of a pilot or of the programme.
pub fn paper(scenario: &Scenario, kind: Kind, pilot: Option<&str>, as_of: &str) -> Paper {
    let as_of: Date = as_of.parse().unwrap();
    let of_stream = |stream: &str| -> Vec<Event> {
        scenario.events.iter().filter(|event| event.stream == stream).cloned().collect()
    };
    let programme = of_stream("programme");
    let mut tally = if pilot.is_some() { Tally::of_one() } else { Tally::of_many() };
    for event in &scenario.events {
        if let Some(id) = event.stream.strip_prefix("pilot-").and_then(Id::parse) {
            tally.take(&id, event, as_of);
        }
    }
    let of = pilot.map(|pilot| (Id::parse(pilot).unwrap(), of_stream(&format!("pilot-{pilot}"))));
    let pilot = of.as_ref().map(|(id, events)| PilotMaterial {
        id,
        pilot: &scenario.state.pilots[id],
        events,
        programme: &programme,
    });
    let stamp = Stamp {
        ledger: "demo".to_owned(),
        sandbox: true,
        kind,
        pilot: of.as_ref().map(|(id, _)| id.to_string()),
        position: scenario.state.programme.position,
        root: "0123456789abcdef".repeat(4),
        as_of,
        known_at: None,
        since: Since::month_before(as_of),
        evaluation: None,
        rules: RuleVersion::of(1, &scenario.state.programme.parameters_on(as_of)),
        renderer: RENDERER.to_owned(),
        typeset: None,
    };
    build(&Material { stamp, state: &scenario.state, before: None, pilot, tally })
}
