//! Drawing commands that are plausible in the state they meet, and often just at a limit or one fen beside it.
//!
//! A [`Step`] is two numbers; with the state they give a command. What is lawful is never decided here: the draw
//! reads the state to come close to the limits from both sides.

use chrono::{Datelike as _, Days};
use serde_json::{Map, Value, json};
use tranche::domain::Date;
use tranche::domain::ledger::{Ledger, Pilot};
use tranche::domain::rule::key::statement_text;
use tranche::domain::text::Id;
use tranche::log::note::{Note, Signer};

use super::dice::Dice;
use super::machine::written;
use super::setup::{DRC, FINANCE, FIRST_DAY, PROVINCE, command};
use super::{draw_funds as funds, draw_pilot as pilots};

/// A step of a sequence: which command, and the choices within it.
pub type Step = (usize, u64);

/// The commands, each as often as it is to be drawn.
type Drawer = fn(&mut Draw) -> Map<String, Value>;
const DRAWERS: &[(usize, Drawer)] = &[
    (17, funds::pay),
    (11, funds::release),
    (10, funds::assign_project),
    (6, funds::adjust_allocation),
    (6, funds::change_assignment),
    (6, funds::receive_clawback),
    (5, funds::order_clawback),
    (5, funds::reverse_release),
    (4, funds::reverse_payment),
    (3, funds::file_project),
    (2, funds::allocate),
    (2, funds::confirm_receipt),
    (1, funds::register_other_funding),
    (6, pilots::decide_payout),
    (5, pilots::evaluate),
    (5, pilots::self_evaluate),
    (4, pilots::record_finding),
    (3, pilots::resume),
    (3, pilots::approve_plan),
    (3, pilots::adjust_plan),
    (2, pilots::suspend),
    (2, pilots::order_rectification),
    (7, pilots::close_pilot),
    (2, pilots::accept_rectification),
    (1, pilots::revoke),
    (2, pilots::file_plan),
    (1, pilots::monitor),
    (4, amend_programme),
    (1, register_area),
    (1, close_period),
    (2, reopen_period),
    (1, recognise),
    (1, reject_application),
    (1, attach),
    (1, announce_key),
];

/// How many numbers the first of a [`Step`] may be.
pub fn weights() -> usize {
    DRAWERS.iter().map(|(weight, _)| weight).sum()
}

/// A draw of one command.
pub struct Draw<'a> {
    /// The state it meets.
    pub ledger: &'a Ledger,
    /// The choices.
    pub dice: Dice,
    /// The day of the command, by the simulated clock.
    pub today: Date,
    /// The place of the step in its sequence, for new identifiers.
    pub number: usize,
    /// The pilot that most commands are about.
    pub main: usize,
}

/// The day after so many days, or before where negative.
pub fn shifted(day: Date, days: i64) -> Date {
    let count = Days::new(days.unsigned_abs());
    if days < 0 { day.checked_sub_days(count).unwrap() } else { day.checked_add_days(count).unwrap() }
}

/// The day a step is taken on, where the step before it was taken on `day`.
pub fn next_day(day: Date, seed: u64) -> Date {
    let mut dice = Dice(seed ^ 0xDA7E);
    let days = match dice.below(100) {
        0..55 => dice.between(0, 4),
        55..96 => dice.between(3, 30),
        _ => dice.between(90, 300),
    };
    shifted(day, days)
}

/// Draws the command of a step.
pub fn draw(mut draw: Draw, action: usize) -> Map<String, Value> {
    let mut left = action;
    let mut drawer = DRAWERS[0].1;
    for (weight, candidate) in DRAWERS {
        if left < *weight {
            drawer = *candidate;
            break;
        }
        left -= weight;
    }
    let mut object = drawer(&mut draw);
    object.insert("recorded_at".to_owned(), format!("{}T09:00:00+08:00", written(draw.today)).into());
    draw.spoil(&mut object);
    object
}

impl<'a> Draw<'a> {
    /// The pilot the command is about, and its identifier.
    pub fn pilot(&mut self) -> (&'a Id, &'a Pilot) {
        let at = if self.dice.chance(65) { self.main } else { self.dice.below(self.ledger.pilots.len()) };
        self.ledger.pilots.iter().nth(at % self.ledger.pilots.len()).unwrap()
    }

    /// A business date for what builds on something of the date `floor`.
    pub fn date(&mut self, floor: Date) -> String {
        let today = self.today;
        let span = (today - floor).num_days().max(0);
        let on = match self.dice.below(100) {
            0..58 => today,
            58..84 => shifted(floor, self.dice.between(0, span)),
            84..92 => shifted(floor, self.dice.between(-1, 1)),
            92..98 => shifted("2025-10-01".parse().unwrap(), self.dice.between(0, 120)),
            98 => shifted(today, -self.dice.between(0, 60)),
            _ => shifted(today, 1),
        };
        written(on)
    }

    /// A sum near a limit in fen: at it, a fen beside it, somewhere below, or anywhere.
    pub fn near(&mut self, limit: i128) -> String {
        let fen = match self.dice.below(100) {
            0..22 => limit,
            22..34 => limit + 1,
            34..44 => limit - 1,
            44..88 => limit * i128::from(self.dice.between(1, 1_000)) / 1_000,
            88..94 => 1,
            _ => i128::from(self.dice.between(1, 2_000_000_000)),
        };
        super::auditor::yuan(fen.max(1))
    }

    /// A new identifier, rarely one that is taken.
    pub fn new_id(&mut self, kind: &str) -> String {
        let number = if self.dice.chance(3) { self.dice.below(self.number + 1) } else { self.number };
        format!("{kind}{number}")
    }

    /// One of a pilot's findings or evaluations, poor ones first.
    pub fn basis(&mut self, pilot: &Pilot) -> (String, Date) {
        let findings = pilot.findings.iter().map(|finding| (finding.id.to_string(), finding.on));
        let evaluations = pilot.evaluations.iter().filter(|known| known.grade.as_str() == "差");
        let grounds: Vec<_> = findings.chain(evaluations.map(|known| (known.id.to_string(), known.on))).collect();
        match self.dice.pick(&grounds) {
            Some((id, on)) if self.dice.chance(95) => (id.clone(), *on),
            _ => (pilot.evaluations.last().map_or("E0".to_owned(), |known| known.id.to_string()), self.today),
        }
    }

    /// Rarely, spoils who stands behind a command or when it is recorded.
    fn spoil(&mut self, object: &mut Map<String, Value>) {
        match self.dice.below(150) {
            0 => object["by"]["person"] = "乙".into(),
            1 => object["by"] = json!({"body": "auditor", "person": "审计"}),
            2 => object["approvals"] = json!([]),
            3 => object["by"]["city"] = "赣州市".into(),
            4 => {
                object.insert("recorded_at".to_owned(), "2025-10-01T09:00:00+08:00".into());
            }
            5..8 => {
                object.remove("recorded_at");
            }
            _ => {}
        }
    }
}

fn amend_programme(draw: &mut Draw) -> Map<String, Value> {
    let changes = [
        json!({"cap.other": "12000000.00"}),
        json!({"cap.other": "9000000.55", "cap.joint": "15000000.01"}),
        json!({"cap.national_zone": "13333333.34"}),
        json!({"first_share": "0.70"}),
        json!({"first_share": "0.3333"}),
        json!({"first_share": "1"}),
        json!({"first_share": "0.9"}),
        json!({"gate": "remainder_after_year"}),
        json!({"gate": "above_share"}),
        json!({"payout_table": {"优": "1", "良": "0.8", "中": "0.3333", "差": "0"}}),
        json!({"payout_table": null, "filing_blocks_payment": draw.dice.chance(20)}),
        json!({"poor_set": ["差", "中"], "term_months": draw.dice.between(1, 30)}),
        json!({"no_such": 1}),
    ];
    let changes = draw.dice.pick(&changes).unwrap().clone();
    let on = draw.date("2025-10-20".parse().unwrap());
    command("amend_programme", &on, PROVINCE, json!({"document": "修1", "changes": changes}))
}

fn register_area(draw: &mut Draw) -> Map<String, Value> {
    let lead = draw.pilot().1.members[0].clone();
    let area = if draw.dice.chance(20) { "JXZ003".to_owned() } else { lead.to_string() };
    let city = draw.ledger.programme.areas.get(&Id::parse(&area).unwrap()).unwrap().city.to_string();
    let on = draw.date(draw.today);
    let fields = if draw.dice.chance(50) {
        json!({"area": area, "name": "新区", "kind": "zone", "level": "national", "city": city, "document": "批2"})
    } else {
        json!({"area": area, "name": "新县", "kind": "county", "city": city, "document": "批3"})
    };
    command("register_area", &on, DRC, fields)
}

/// The last day of a month some months before today.
fn month_end(draw: &mut Draw) -> String {
    let day = shifted(draw.today, -draw.dice.between(20, 200));
    written(day.with_day(1).unwrap().pred_opt().unwrap())
}

fn close_period(draw: &mut Draw) -> Map<String, Value> {
    let through = month_end(draw);
    command("close_period", &written(draw.today), FINANCE, json!({"through": through}))
}

fn reopen_period(draw: &mut Draw) -> Map<String, Value> {
    let Some(closed) = draw.ledger.programme.closed_through.filter(|_| draw.dice.chance(90)) else {
        return close_period(draw);
    };
    // The last day of a month before the one that is closed.
    let through = written(closed.with_day(1).unwrap().pred_opt().unwrap());
    command("reopen_period", &written(draw.today), PROVINCE, json!({"through": through, "reason": "补录"}))
}

fn recognise(draw: &mut Draw) -> Map<String, Value> {
    let on = draw.date(FIRST_DAY.parse().unwrap());
    command("recognise", &on, PROVINCE, json!({"application": "A5", "pilot": "P5", "document": "认2"}))
}

fn reject_application(draw: &mut Draw) -> Map<String, Value> {
    let on = draw.date(FIRST_DAY.parse().unwrap());
    command("reject_application", &on, FINANCE, json!({"application": "A6", "reason": "未入围"}))
}

fn attach(draw: &mut Draw) -> Map<String, Value> {
    let (id, pilot) = draw.pilot();
    let on = draw.date(pilot.recognised_on);
    let fields = json!({"subject": id, "name": "扫描件.pdf", "media_type": "application/pdf",
        "sha256": "ab".repeat(32), "size": draw.dice.between(1, 9_007_199_254_740_991)});
    command("attach", &on, FINANCE, fields)
}

/// The next key under the last one, or now and then under another, or with a statement that lacks a signature.
fn announce_key(draw: &mut Draw) -> Map<String, Value> {
    let keys = &draw.ledger.programme.keys;
    let count = u8::try_from(keys.len()).unwrap_or(0);
    let floor = keys.last().map_or_else(|| FIRST_DAY.parse().unwrap(), |last| last.on);
    let on = draw.date(floor);
    let signer = |seed: u8| Signer::from_seed("log.example/jx", &[seed; 32]).unwrap();
    let previous = if draw.dice.chance(85) { count } else { count.saturating_sub(1) };
    let (previous, key) = ((previous > 0).then(|| signer(previous)), signer(count + 1));
    let text = statement_text(previous.as_ref().map(Signer::public), key.public());
    let mut signatures: Vec<_> = previous.iter().chain([&key]).map(|signer| signer.sign(&text)).collect();
    if draw.dice.chance(10) {
        signatures[0] = signer(99).sign(&text);
    }
    let mut fields = json!({"key": key.public(), "statement": Note { text, signatures }});
    if let Some(previous) = previous {
        fields["previous"] = json!(previous.public());
    }
    command("announce_key", &on, PROVINCE, fields)
}
