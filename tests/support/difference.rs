//! That a difference is explained: its figures are those of the states, and its events add up to it, fen by fen.

use tranche::domain::event::Event;
use tranche::domain::figures::Figures;
use tranche::domain::text::Id;
use tranche::report::difference::{Change, Comparer, Difference};
use tranche::report::explain::Figure;
use tranche::report::status::View;

/// Compares a pilot in two views of one log; none where the later does not have it. An error says what is not explained.
pub fn explained(then: View, now: View, id: &Id, events: &[Event]) -> Result<Option<Difference>, String> {
    let Some(pilot) = now.state.pilots.get(id).filter(|pilot| pilot.recognised_on <= now.as_of) else {
        return Ok(None);
    };
    let mut comparer = Comparer::new(then, now, id, pilot);
    let stream = format!("pilot-{id}");
    events
        .iter()
        .filter(|event| ["programme", &stream].contains(&event.stream.as_str()))
        .for_each(|event| comparer.take(event));
    let difference = comparer.finish();
    let wrong = |what: &str| Err(format!("{id} from {:?} to {:?}: {what}", difference.then, difference.now));
    let before = then.state.pilots.get(id).filter(|pilot| pilot.recognised_on <= then.as_of);
    let before = before.map(|pilot| Figures::of_pilot(&then.state.programme, pilot, then.as_of));
    let after = Figures::of_pilot(&now.state.programme, pilot, now.as_of);
    for (own, figure) in difference.figures.iter().zip(Figure::ALL) {
        let (old, new) = (before.map(|before| figure.of(&before)), figure.of(&after));
        if own.now.total != new || own.then.as_ref().map(|then| then.total) != old {
            return wrong(&format!("{figure:?} is {new:?} and was {old:?}: {own:?}"));
        }
        if *figure == Figure::ExecutionRate {
            continue;
        }
        let nothing = figure.of(&Figures::default());
        let due = Change::between(old.unwrap_or(nothing), new).map_or(0, Change::units);
        let effects = difference.events.iter().map(|event| &event.effects).chain([&difference.passage]);
        let on = |(own, change): &(Figure, Change)| if own == figure { change.units() } else { 0 };
        let sum: i128 = effects.flat_map(|effects| effects.0.iter().map(on)).sum();
        if sum != due {
            return wrong(&format!("{figure:?} differs by {due}, its events by {sum}"));
        }
    }
    if !difference.agrees {
        return wrong("it says itself that it does not agree");
    }
    // Where the date is the same, only what was recorded since can have changed anything.
    let recorded = |position: u64| position > then.state.programme.position && position <= now.state.programme.position;
    let only_new = before.is_none() || difference.events.iter().all(|event| recorded(event.event.position));
    if then.as_of == now.as_of && !(only_new && difference.passage.0.is_empty()) {
        return wrong("something else than what was recorded since is said to have changed it");
    }
    Ok(Some(difference))
}
