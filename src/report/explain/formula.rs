//! The formula of each figure, worked out from the quantities that the events came to, with its numbers set in.
//!
//! In formulas A is the allocation, F its first share, R what is released, Ry that of the recognition year, U the share of
//! the remainder unlocked, L the release limit, P what is paid.

use super::figure::after_year;
use super::quantity::{Moves, Quantity};
use super::{Figure, Input, Value};
use crate::domain::ledger::{Pilot, year_of};
use crate::domain::money::{Limit, Money};
use crate::domain::parameters::Parameters;

/// A figure worked out.
pub(super) struct Formula {
    pub(super) total: Value,
    pub(super) formula: String,
    pub(super) arithmetic: String,
    pub(super) inputs: Vec<Input>,
}

impl Formula {
    fn new(total: Value, formula: &str, arithmetic: String, inputs: Vec<Input>) -> Self {
        Self { total, formula: formula.to_owned(), arithmetic, inputs }
    }

    fn sum(total: Money, formula: &str, arithmetic: &str, inputs: Vec<Input>) -> Self {
        Self::new(Value::Sum(total), formula, format!("{arithmetic} = {}", total.grouped()), inputs)
    }
}

/// What the formulas read.
struct Worked<'a> {
    moves: &'a Moves,
    parameters: &'a Parameters,
    pilot: &'a Pilot,
    allocated: Money,
    released: Money,
    in_year: Money,
    /// What is not withheld, exact, and its sign in formulas.
    first: (Limit, &'static str),
    limit: Money,
}

/// Works a figure out.
pub(super) fn work_out(figure: Figure, moves: &Moves, parameters: &Parameters, pilot: &Pilot) -> Formula {
    let allocated = moves.sum(Quantity::Allocated);
    let in_year = moves.sum(Quantity::ReleasedInYear);
    let first = if after_year(parameters, pilot, moves.date) {
        (Limit::exactly(in_year), "Ry")
    } else {
        (Limit::share_of(parameters.first_share, allocated), "F")
    };
    let limit = first.0.with_share_of_rest(moves.ratio, allocated).floor();
    let released = moves.sum(Quantity::Released);
    let worked = Worked { moves, parameters, pilot, allocated, released, in_year, first, limit };
    match figure {
        Figure::FirstShareLimit => worked.first_share(),
        Figure::PayoutRatio => {
            let ratio = moves.ratio;
            Formula::new(Value::Share(ratio), "U", format!("U = {ratio} = {}", ratio.percent()), Vec::new())
        }
        Figure::ReleaseLimit => worked.release_limit(),
        Figure::Releasable => worked.releasable(),
        Figure::Withheld => worked.withheld(),
        Figure::ExecutionRate => worked.execution_rate(),
        Figure::Unassigned => worked.difference("A − assigned", &[Quantity::Allocated, Quantity::Assigned]),
        Figure::Balance => worked.difference(
            "R − P − unspent money that came back",
            &[Quantity::Released, Quantity::Paid, Quantity::ReturnedUnspent],
        ),
        Figure::ClawbackOutstanding => {
            worked.difference("ordered − returned", &[Quantity::Ordered, Quantity::Returned])
        }
        Figure::Cap => worked.plain(Quantity::Cap),
        Figure::Allocated => worked.plain(Quantity::Allocated),
        Figure::Released => worked.plain(Quantity::Released),
        Figure::ReleasedInRecognitionYear => worked.plain(Quantity::ReleasedInYear),
        Figure::Assigned => worked.plain(Quantity::Assigned),
        Figure::Paid => worked.plain(Quantity::Paid),
        Figure::ClawbackOrdered => worked.plain(Quantity::Ordered),
        Figure::ClawbackReturned => worked.plain(Quantity::Returned),
    }
}

/// A quantity as an input: its sign, its name in JSON and in Chinese.
fn input(quantity: Quantity, value: Value) -> Input {
    let (symbol, zh) = match quantity {
        Quantity::Cap => ("cap", "定额上限"),
        Quantity::Allocated => ("A", "核定定额"),
        Quantity::Released => ("R", "已下达"),
        Quantity::ReleasedInYear => ("Ry", "其中认定当年"),
        Quantity::Ratio => ("U", "剩余资金拨付比例"),
        Quantity::Assigned => ("assigned", "已确定到项目"),
        Quantity::Paid => ("P", "已支付"),
        Quantity::ReturnedUnspent => ("unspent", "收回的未使用资金"),
        Quantity::Ordered => ("ordered", "应收回"),
        Quantity::Returned => ("returned", "已收回"),
        Quantity::Standing => ("standing", "试点资格"),
    };
    Input { symbol, name: quantity.name(), zh, value }
}

impl Worked<'_> {
    fn input(&self, quantity: Quantity) -> Input {
        input(quantity, Value::Sum(self.moves.sum(quantity)))
    }

    fn share(&self) -> Input {
        let value = Value::Share(self.parameters.first_share);
        Input { symbol: "s", name: "first_share", zh: "首期比例", value }
    }

    fn ratio(&self) -> Input {
        input(Quantity::Ratio, Value::Share(self.moves.ratio))
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

    /// A sum of events, which are listed with it.
    fn plain(&self, quantity: Quantity) -> Formula {
        let total = self.moves.sum(quantity);
        Formula::new(Value::Sum(total), "Σ", format!("Σ = {}", total.grouped()), Vec::new())
    }

    /// The first quantity less the others.
    fn difference(&self, formula: &str, quantities: &[Quantity]) -> Formula {
        let mut sums = quantities.iter().map(|quantity| self.moves.sum(*quantity));
        let first = sums.next().unwrap_or_default();
        let rest: Money = sums.sum();
        let terms: Vec<String> = quantities.iter().map(|quantity| self.moves.sum(*quantity).grouped()).collect();
        let inputs = quantities.iter().map(|quantity| self.input(*quantity)).collect();
        Formula::sum(first - rest, formula, &terms.join(" − "), inputs)
    }

    fn first_share(&self) -> Formula {
        let share = self.parameters.first_share;
        // Also where the recognition year's releases have taken its place in the limit.
        let total = Limit::share_of(share, self.allocated).floor();
        let arithmetic = format!("{} × {}", share.percent(), self.allocated.grouped());
        Formula::sum(total, "s × A", &arithmetic, vec![self.share(), self.input(Quantity::Allocated)])
    }

    fn release_limit(&self) -> Formula {
        let (first, sign) = (self.first.0.floor(), self.first.1);
        let arithmetic = format!(
            "{} + {} × ({} − {})",
            first.grouped(),
            self.moves.ratio.percent(),
            self.allocated.grouped(),
            first.grouped()
        );
        let formula = format!("{sign} + U·(A − {sign})");
        let mut inputs = vec![self.input(Quantity::Allocated), self.first(), self.ratio()];
        if sign == "F" {
            inputs.insert(1, self.share());
        }
        Formula::sum(self.limit, &formula, &arithmetic, inputs)
    }

    fn releasable(&self) -> Formula {
        let date = self.moves.date;
        let closed = [
            (self.pilot.revoked_on(date), "revoked", "已取消"),
            (self.pilot.closed_on(date), "closed", "已办结"),
            (self.pilot.suspended_on(date), "suspended", "已暂停"),
        ];
        if let Some((_, standing, zh)) = closed.into_iter().find(|(holds, ..)| *holds) {
            let formula = format!("0 ({standing} {zh})");
            return Formula::sum(Money::ZERO, &formula, &Money::ZERO.grouped(), Vec::new());
        }
        let mut rooms = vec![("A − R", self.allocated, self.released), ("L − R", self.limit, self.released)];
        let mut inputs =
            vec![self.input(Quantity::Allocated), self.limit(), self.input(Quantity::Released), self.ratio()];
        if year_of(date) == self.pilot.recognition_year() {
            let first = Limit::share_of(self.parameters.first_share, self.allocated).floor();
            rooms.push(("F − Ry", first, self.in_year));
            inputs.push(self.first());
            inputs.push(self.input(Quantity::ReleasedInYear));
        }
        let total = rooms.iter().map(|(_, limit, used)| *limit - *used).min().unwrap_or_default().or_zero();
        let formula: Vec<&str> = rooms.iter().map(|(room, ..)| *room).collect();
        let terms: Vec<String> =
            rooms.iter().map(|(_, limit, used)| format!("{} − {}", limit.grouped(), used.grouped())).collect();
        let formula = format!("max(0, min({}))", formula.join(", "));
        Formula::sum(total, &formula, &format!("max(0, min({}))", terms.join("; ")), inputs)
    }

    fn withheld(&self) -> Formula {
        let arithmetic =
            format!("{} − max({}; {})", self.allocated.grouped(), self.released.grouped(), self.limit.grouped());
        let inputs = vec![self.input(Quantity::Allocated), self.input(Quantity::Released), self.limit(), self.ratio()];
        Formula::sum(self.allocated - self.released.max(self.limit), "A − max(R, L)", &arithmetic, inputs)
    }

    /// `P / R` in ten-thousandths, half up.
    fn execution_rate(&self) -> Formula {
        let (paid, released) = (self.moves.sum(Quantity::Paid), self.released);
        let rate = released.is_positive().then(|| (paid.fen() * 20_000 + released.fen()) / (2 * released.fen()));
        let shown = rate.map_or_else(|| "—".to_owned(), crate::domain::figures::rate_text);
        let arithmetic = format!("{} ÷ {} = {shown}", paid.grouped(), released.grouped());
        let inputs = vec![self.input(Quantity::Paid), self.input(Quantity::Released)];
        Formula::new(Value::Rate(rate), "P ÷ R", arithmetic, inputs)
    }
}
