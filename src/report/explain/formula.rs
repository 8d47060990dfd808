//! The formula of each figure, worked out from the quantities that the events came to, with its numbers set in.
//!
//! Each sign in a formula is among its inputs, with its name and value.

use serde::Serialize;

use super::quantity::{Quantity, Sums};
use super::{Figure, Input, Value};
use crate::domain::Date;
use crate::domain::code::CapKind;
use crate::domain::ledger::{Pilot, year_of};
use crate::domain::money::{Limit, Money};
use crate::domain::text::Year;

/// A figure worked out.
#[derive(Clone, Debug, Serialize)]
pub struct Formula {
    /// What it comes to.
    #[serde(rename = "value")]
    pub total: Value,
    /// The formula in signs; `Σ` where the figure is a plain sum of events.
    #[serde(rename = "formula")]
    pub signs: String,
    /// The formula with its numbers.
    pub arithmetic: String,
    /// What it reads.
    pub inputs: Vec<Input>,
}

/// What of a figure depends on the day it is asked of, and on what recognition froze.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::report) struct Terms {
    date: Date,
    recognition_year: Year,
    cap_kind: CapKind,
}

impl Terms {
    pub(in crate::report) fn of(pilot: &Pilot, date: Date) -> Self {
        Self { date, recognition_year: pilot.recognition_year(), cap_kind: pilot.cap_kind }
    }

    fn is_recognition_year(self) -> bool {
        year_of(self.date) == self.recognition_year
    }

    /// Whether the remainder is what was not released in the recognition year, which is over.
    fn is_after_year(self, sums: &Sums) -> bool {
        sums.of(Quantity::Gate) > 0 && year_of(self.date) > self.recognition_year
    }
}

impl Formula {
    fn new(total: Value, formula: &str, arithmetic: String, inputs: Vec<Input>) -> Self {
        Self { total, signs: formula.to_owned(), arithmetic, inputs }
    }

    fn sum(total: Money, formula: &str, arithmetic: &str, inputs: Vec<Input>) -> Self {
        Self::new(Value::Sum(total), formula, format!("{arithmetic} = {}", total.grouped()), inputs)
    }
}

/// What the formulas read.
struct Worked<'a> {
    sums: &'a Sums,
    terms: Terms,
    allocated: Money,
    released: Money,
    in_year: Money,
    /// What is not withheld, exact, and its sign in formulas.
    first: (Limit, &'static str),
    limit: Money,
}

/// Works a figure out.
pub(in crate::report) fn work_out(figure: Figure, sums: &Sums, terms: Terms) -> Formula {
    let allocated = sums.sum(Quantity::Allocated);
    let in_year = sums.sum(Quantity::ReleasedInYear);
    let first = if terms.is_after_year(sums) {
        (Limit::exactly(in_year), "Ry")
    } else {
        (Limit::share_of(sums.share(Quantity::FirstShare), allocated), "F")
    };
    let limit = first.0.with_share_of_rest(sums.share(Quantity::Ratio), allocated).floor();
    let released = sums.sum(Quantity::Released);
    let worked = Worked { sums, terms, allocated, released, in_year, first, limit };
    match figure {
        Figure::FirstShareLimit => worked.first_share(),
        Figure::PayoutRatio => {
            let ratio = sums.share(Quantity::Ratio);
            Formula::new(Value::Share(ratio), "U", format!("U = {ratio} = {}", ratio.percent()), Vec::new())
        }
        Figure::ReleaseLimit => worked.release_limit(),
        Figure::Releasable => worked.releasable(),
        Figure::Withheld => worked.withheld(),
        Figure::ExecutionRate => worked.execution_rate(),
        Figure::Unassigned => worked.difference(&[Quantity::Allocated, Quantity::Assigned]),
        Figure::Balance => worked.difference(&[Quantity::Released, Quantity::Paid, Quantity::ReturnedUnspent]),
        Figure::ClawbackOutstanding => worked.difference(&[Quantity::Ordered, Quantity::Returned]),
        Figure::Cap => worked.cap(),
        Figure::Allocated => worked.plain(Quantity::Allocated),
        Figure::Released => worked.plain(Quantity::Released),
        Figure::ReleasedInRecognitionYear => worked.plain(Quantity::ReleasedInYear),
        Figure::Assigned => worked.plain(Quantity::Assigned),
        Figure::Paid => worked.plain(Quantity::Paid),
        Figure::ClawbackOrdered => worked.plain(Quantity::Ordered),
        Figure::ClawbackReturned => worked.plain(Quantity::Returned),
    }
}

fn input(quantity: Quantity, value: Value) -> Input {
    let (name, symbol, zh) = quantity.words();
    Input { symbol, name, zh, value }
}

impl Worked<'_> {
    fn input(&self, quantity: Quantity) -> Input {
        input(quantity, Value::Sum(self.sums.sum(quantity)))
    }

    fn share(&self) -> Input {
        input(Quantity::FirstShare, Value::Share(self.sums.share(Quantity::FirstShare)))
    }

    fn ratio(&self) -> Input {
        input(Quantity::Ratio, Value::Share(self.sums.share(Quantity::Ratio)))
    }

    /// What is not withheld: the first share of the allocation, or what the recognition year released.
    fn first(&self) -> Input {
        match self.first.1 {
            "Ry" => self.input(Quantity::ReleasedInYear),
            _ => Input {
                symbol: "F",
                name: "first_share_limit",
                zh: "首期可下达",
                value: Value::Sum(self.first.0.floor()),
            },
        }
    }

    fn limit(&self) -> Input {
        Input { symbol: "L", name: "release_limit", zh: "可下达上限", value: Value::Sum(self.limit) }
    }

    /// The cap of the kind of area that the pilot was when it was recognised.
    fn cap(&self) -> Formula {
        let (total, kind) = (self.sums.sum(Quantity::Cap), self.terms.cap_kind);
        let name = match kind {
            CapKind::NationalZone => "cap.national_zone",
            CapKind::Other => "cap.other",
            CapKind::Joint => "cap.joint",
        };
        let input = Input { symbol: name, name, zh: kind.zh(), value: Value::Sum(total) };
        Formula::new(Value::Sum(total), name, format!("{name} = {}", total.grouped()), vec![input])
    }

    /// A sum of events, which are listed with it.
    fn plain(&self, quantity: Quantity) -> Formula {
        let total = self.sums.sum(quantity);
        Formula::new(Value::Sum(total), "Σ", format!("Σ = {}", total.grouped()), Vec::new())
    }

    /// The first quantity less the others.
    fn difference(&self, quantities: &[Quantity]) -> Formula {
        let mut sums = quantities.iter().map(|quantity| self.sums.sum(*quantity));
        let first = sums.next().unwrap_or_default();
        let rest: Money = sums.sum();
        let terms: Vec<String> = quantities.iter().map(|quantity| self.sums.sum(*quantity).grouped()).collect();
        let inputs: Vec<Input> = quantities.iter().map(|quantity| self.input(*quantity)).collect();
        let formula: Vec<&str> = inputs.iter().map(|input| input.symbol).collect();
        Formula::sum(first - rest, &formula.join(" − "), &terms.join(" − "), inputs)
    }

    fn first_share(&self) -> Formula {
        let share = self.sums.share(Quantity::FirstShare);
        // Also where the recognition year's releases have taken its place in the limit.
        let total = Limit::share_of(share, self.allocated).floor();
        let arithmetic = format!("{} × {}", share.percent(), self.allocated.grouped());
        Formula::sum(total, "s × A", &arithmetic, vec![self.share(), self.input(Quantity::Allocated)])
    }

    /// `F + U·(A − F)` in signs.
    fn limit_formula(&self) -> String {
        let sign = self.first.1;
        format!("{sign} + U·(A − {sign})")
    }

    /// What the release limit reads.
    fn limit_inputs(&self) -> Vec<Input> {
        let allocated = self.input(Quantity::Allocated);
        match self.first.1 {
            "Ry" => vec![allocated, self.first(), self.ratio()],
            _ => vec![allocated, self.share(), self.first(), self.ratio()],
        }
    }

    fn release_limit(&self) -> Formula {
        let (first, allocated) = (self.first.0.floor().grouped(), self.allocated.grouped());
        let arithmetic = format!("{first} + {} × ({allocated} − {first})", self.sums.share(Quantity::Ratio).percent());
        Formula::sum(self.limit, &self.limit_formula(), &arithmetic, self.limit_inputs())
    }

    fn releasable(&self) -> Formula {
        let closed = [
            (Quantity::Revoked, "revoked", "已取消"),
            (Quantity::Closed, "closed", "已办结"),
            (Quantity::Suspended, "suspended", "已暂停"),
        ];
        if let Some((_, standing, zh)) = closed.into_iter().find(|(quantity, ..)| self.sums.of(*quantity) > 0) {
            let formula = format!("0 ({standing} {zh})");
            return Formula::new(Value::Sum(Money::ZERO), &formula, Money::ZERO.grouped(), Vec::new());
        }
        let mut rooms = vec![("A − R", self.allocated, self.released), ("L − R", self.limit, self.released)];
        let mut inputs = self.limit_inputs();
        inputs.extend([self.limit(), self.input(Quantity::Released)]);
        if self.terms.is_recognition_year() {
            let first = Limit::share_of(self.sums.share(Quantity::FirstShare), self.allocated).floor();
            rooms.push(("F − Ry", first, self.in_year));
            inputs.push(self.input(Quantity::ReleasedInYear));
        }
        let total = rooms.iter().map(|(_, limit, used)| *limit - *used).min().unwrap_or_default().or_zero();
        let formula: Vec<&str> = rooms.iter().map(|(room, ..)| *room).collect();
        let terms: Vec<String> =
            rooms.iter().map(|(_, limit, used)| format!("{} − {}", limit.grouped(), used.grouped())).collect();
        let formula = format!("max(0, min({})), L = {}", formula.join(", "), self.limit_formula());
        Formula::sum(total, &formula, &format!("max(0, min({}))", terms.join("; ")), inputs)
    }

    fn withheld(&self) -> Formula {
        let arithmetic =
            format!("{} − max({}; {})", self.allocated.grouped(), self.released.grouped(), self.limit.grouped());
        let mut inputs = self.limit_inputs();
        inputs.extend([self.limit(), self.input(Quantity::Released)]);
        let formula = format!("A − max(R, L), L = {}", self.limit_formula());
        Formula::sum(self.allocated - self.released.max(self.limit), &formula, &arithmetic, inputs)
    }

    /// `P / R` in ten-thousandths, half up.
    fn execution_rate(&self) -> Formula {
        let (paid, released) = (self.sums.sum(Quantity::Paid), self.released);
        let rate = released.is_positive().then(|| (paid.fen() * 20_000 + released.fen()) / (2 * released.fen()));
        let shown = rate.map_or_else(|| "—".to_owned(), crate::domain::figures::rate_text);
        let arithmetic = format!("{} ÷ {} = {shown}", paid.grouped(), released.grouped());
        let inputs = vec![self.input(Quantity::Paid), self.input(Quantity::Released)];
        Formula::new(Value::Rate(rate), "P ÷ R", arithmetic, inputs)
    }
}
