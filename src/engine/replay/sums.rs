//! The second wall's sums, limits and parameters as the log has them, to hold the database's own against.

use std::collections::{BTreeMap, HashMap};

use super::Differences;
use crate::domain::event::Event;
use crate::domain::ledger::Ledger;
use crate::domain::money::{Limit, Money, Share};
use crate::domain::rule::tranche::first_part;
use crate::domain::text::{Id, Year};
use crate::engine::fund;
use crate::engine::state::PILOT;
use crate::store::{FundAct, FundMove, FundOpening, FundPosition};

/// A pilot's sums, and the limits of its latest release.
#[derive(Default)]
struct Position {
    opening: Option<FundOpening>,
    sums: FundMove,
    first_year_limit: Option<Limit>,
    release_limit: Option<Limit>,
    release_ceiling: Option<Limit>,
    /// The last version of the pilot's stream.
    version: u64,
}

/// The positions of all pilots, moved event by event.
#[derive(Default)]
pub(in crate::engine) struct Sums(HashMap<String, Position>);

impl Sums {
    /// Moves the sums by an event, `after` being the state with it folded in.
    pub(in crate::engine) fn step(&mut self, after: &Ledger, event: &Event) {
        match fund::act_of(after, event) {
            Some(FundAct::Open(opening)) => {
                let pilot = opening.pilot.clone();
                self.0.entry(pilot).or_default().opening = Some(opening);
            }
            Some(FundAct::Move(step)) => match self.0.get_mut(&step.pilot) {
                Some(position) => position.shift(after, &step),
                None => self.0.entry(step.pilot.clone()).or_default().shift(after, &step),
            },
            // The parameters in force are read off the state.
            Some(FundAct::Rules(_)) | None => {}
        }
        if let Some(pilot) = event.stream.strip_prefix(PILOT)
            && let Some(position) = self.0.get_mut(pilot)
        {
            position.version = event.version;
        }
    }

    /// Compares with what the database has.
    pub(in crate::engine) fn compare(&self, found: &[FundPosition], differences: &mut Differences) {
        let by_pilot: BTreeMap<&str, &FundPosition> = found.iter().map(|one| (one.pilot.as_str(), one)).collect();
        for (pilot, expected) in self.0.iter().collect::<BTreeMap<_, _>>() {
            match by_pilot.get(pilot.as_str()) {
                Some(position) => expected.compare(position, differences),
                None => differences.note(("fund_position", pilot, "row"), "none".to_owned(), "one".to_owned()),
            }
        }
        for pilot in by_pilot.keys().filter(|pilot| !self.0.contains_key(**pilot)) {
            differences.note(("fund_position", pilot, "row"), "one".to_owned(), "none".to_owned());
        }
    }
}

impl Position {
    /// What `fund_move` in the schema does, by the state's own words.
    fn shift(&mut self, after: &Ledger, step: &FundMove) {
        let sums = &mut self.sums;
        sums.cap_fen = step.cap_fen.or(sums.cap_fen);
        sums.payout_ratio = step.payout_ratio.clone().or(sums.payout_ratio.take());
        sums.allocated_fen += step.allocated_fen;
        sums.released_fen += step.released_fen;
        sums.released_first_year_fen += step.released_first_year_fen;
        sums.assigned_fen += step.assigned_fen;
        sums.paid_fen += step.paid_fen;
        sums.returned_fen += step.returned_fen;
        sums.returned_unspent_fen += step.returned_unspent_fen;
        sums.clawback_ordered_fen += step.clawback_ordered_fen;
        if step.released_fen > 0 {
            self.bound(after, step);
        }
    }

    /// The limits of a release.
    fn bound(&mut self, after: &Ledger, step: &FundMove) {
        let parameters = &after.programme.parameters;
        let fen = |fen: i64| Money::from_fen(i128::from(fen));
        let (allocated, first_year) = (fen(self.sums.allocated_fen), fen(self.sums.released_first_year_fen));
        if step.released_first_year_fen > 0 {
            self.first_year_limit = Some(Limit::share_of(parameters.first_share, allocated));
        }
        // The release counts as of the recognition year, or as of a later one.
        let year = if step.released_first_year_fen > 0 { Year(0) } else { Year(1) };
        let first = first_part(parameters, (year, Year(0)), allocated, first_year);
        let pilot = Id::parse(&step.pilot).and_then(|id| after.pilots.get(&id));
        let ratio = pilot.map_or(Share::NONE, crate::domain::ledger::Pilot::payout_ratio);
        self.release_limit = Some(first.with_share_of_rest(ratio, allocated));
        self.release_ceiling = Some(Limit::exactly(allocated));
    }

    fn compare(&self, found: &FundPosition, differences: &mut Differences) {
        let pilot = found.pilot.as_str();
        let mut note = |field: &str, found: String, expected: String| {
            differences.note(("fund_position", pilot, field), found, expected);
        };
        if let Some(opening) = &self.opening {
            note("cap_kind", found.cap_kind.clone(), opening.cap_kind.clone());
            note("recognition_year", found.recognition_year.to_string(), opening.recognition_year.to_string());
            let cap = self.sums.cap_fen.unwrap_or(opening.cap_fen);
            note("cap", yuan(found.cap_fen), yuan(cap));
        }
        let sums = &self.sums;
        let ratio = sums.payout_ratio.clone().unwrap_or_else(|| Share::NONE.to_string());
        note("payout_ratio", found.payout_ratio.clone(), ratio);
        for (field, found, expected) in [
            ("allocated", found.allocated_fen, sums.allocated_fen),
            ("released", found.released_fen, sums.released_fen),
            ("released_first_year", found.released_first_year_fen, sums.released_first_year_fen),
            ("assigned", found.assigned_fen, sums.assigned_fen),
            ("paid", found.paid_fen, sums.paid_fen),
            ("returned", found.returned_fen, sums.returned_fen),
            ("returned_unspent", found.returned_unspent_fen, sums.returned_unspent_fen),
            ("clawback_ordered", found.clawback_ordered_fen, sums.clawback_ordered_fen),
        ] {
            note(field, yuan(found), yuan(expected));
        }
        note("version", found.version.to_string(), self.version.to_string());
        for (field, found, expected) in [
            ("first_year_limit", &found.first_year_limit, self.first_year_limit),
            ("release_limit", &found.release_limit, self.release_limit),
            ("release_ceiling", &found.release_ceiling, self.release_ceiling),
        ] {
            note(field, decimal(units(found.as_deref())), decimal(expected.map(Limit::units)));
        }
    }
}

/// Compares the parameters that the wall judges by.
pub(in crate::engine) fn compare_parameters(
    (first_share, gate): (Option<String>, Option<String>),
    state: &Ledger,
    differences: &mut Differences,
) {
    let parameters = &state.programme.parameters;
    let share = units(first_share.as_deref());
    let expected = i128::from(parameters.first_share.ten_thousandths()) * 1_000_000;
    differences.note(("ledger", "head", "first_share"), decimal(share), decimal(Some(expected)));
    let gate = gate.unwrap_or_else(|| "none".to_owned());
    differences.note(("ledger", "head", "gate"), gate, parameters.gate.as_str().to_owned());
}

fn yuan(fen: i64) -> String {
    Money::from_fen(i128::from(fen)).to_string()
}

/// Units of 10⁻¹⁰ as a plain decimal, with as many digits as they need.
fn decimal(units: Option<i128>) -> String {
    let Some(units) = units else { return "none".to_owned() };
    let (whole, rest) = (units / 10_000_000_000, (units % 10_000_000_000).abs());
    let text = format!("{whole}.{rest:010}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A plain decimal in units of 10⁻¹⁰, in which limits are exact.
fn units(text: Option<&str>) -> Option<i128> {
    let (whole, fraction) = text?.split_once('.').unwrap_or((text?, ""));
    let digits = fraction.get(..fraction.len().min(10))?;
    // Digits beyond the tenth are zeros: a limit has no more.
    let rest: i128 = format!("{digits:0<10}").parse().ok()?;
    Some(whole.parse::<i128>().ok()? * 10_000_000_000 + rest)
}
