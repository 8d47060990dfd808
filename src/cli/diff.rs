//! `tranche diff`: what was believed then, what is believed now, and the events that make each fen of the difference.

use clap::Args;
use futures_util::{StreamExt as _, pin_mut};

use super::asked::{Answering, Asked, read_date, read_moment};
use super::list::List;
use super::status::print;
use super::{Context, Failure};
use crate::domain::ledger::{Ledger, Pilot};
use crate::domain::text::Id;
use crate::domain::{Date, Timestamp};
use crate::engine::history;
use crate::engine::state::event_of;
use crate::report::difference::programme::ProgrammeDifference;
use crate::report::difference::{Comparer, Difference};
use crate::report::history::shanghai;
use crate::report::status::View;
use crate::store::{Head, Record, Store};

/// Options of `diff`.
#[derive(Args)]
pub struct Diff {
    /// 试点编号;不填则看整个专项和每个有差异的试点 · the pilot; the programme and each pilot that differs where none is given
    #[arg(value_name = "PILOT")]
    pilot: Option<String>,
    /// 截至业务日期;给两个则比较两个日期 · as of a date; two of them are compared
    #[arg(long, value_name = "DATE", value_parser = read_date)]
    as_of: Vec<Date>,
    /// 按当时所知(时间,或日期:当日终了);给两个则比较两次所知,给一个则与现在比较 · as known at a time or at the end of a
    /// day; two of them are compared, one is compared with now
    #[arg(long, visible_alias = "known", value_name = "TIME", value_parser = read_moment)]
    known_at: Vec<Timestamp>,
}

impl Diff {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let (then, now) = self.sides()?;
        let answering = now.load(context, self.pilot.as_deref()).await?;
        let then = Asked { as_of: then.as_of.or(Some(answering.as_of)), ..then };
        let earlier =
            if then.known_at == now.known_at { None } else { Some(then.load(context, self.pilot.as_deref()).await?) };
        let earlier = earlier.as_ref().map_or(&answering.state, |earlier| &earlier.state);
        let as_of = then.as_of.unwrap_or(answering.as_of);
        let before = View { state: earlier, as_of, known_at: then.known_at, ..answering.view() };
        let Some(pilot) = &self.pilot else {
            now.check_begun(&answering.store, &answering.head).await?;
            return Between::new(&answering, before).await?.programme(context).await;
        };
        let (id, pilot) = answering.pilot(pilot)?;
        let difference = Between::new(&answering, before).await?.pilot(&id, pilot).await?;
        if context.is_json() {
            context.json(&difference)?;
        } else {
            print(context, &difference.text(true, context.lang))?;
        }
        check(&difference)
    }

    /// What is compared with what; the first the earlier.
    fn sides(&self) -> Result<(Asked, Asked), Failure> {
        let asked = |as_of: Option<Date>, known_at: Option<Timestamp>| Asked { as_of, known_at };
        let dates = match self.as_of.as_slice() {
            [] => (None, None),
            [date] => (Some(*date), Some(*date)),
            [first, second] => (Some(*first), Some(*second)),
            _ => return Err(too_many("--as-of")),
        };
        let times = match self.known_at.as_slice() {
            [] => (None, None),
            [time] if self.as_of.len() == 2 => (Some(*time), Some(*time)),
            [time] => (Some(*time), None),
            [first, second] => (Some(*first), Some(*second)),
            _ => return Err(too_many("--known-at")),
        };
        if self.as_of.len() < 2 && self.known_at.is_empty() {
            return Err(Failure::usage(
                "没有可比较的:请给两个 --as-of,或一至两个 --known-at(--known)",
                "there is nothing to compare: give --as-of twice, or --known-at (--known) once or twice",
            ));
        }
        if let (2, (Some(first), Some(second))) = (self.as_of.len(), dates)
            && first >= second
        {
            return Err(backwards("--as-of", &first.to_string(), &second.to_string()));
        }
        if let (2, (Some(first), Some(second))) = (self.known_at.len(), times)
            && first >= second
        {
            return Err(backwards("--known-at", &shanghai(first), &shanghai(second)));
        }
        Ok((asked(dates.0, times.0), asked(dates.1, times.1)))
    }
}

fn too_many(option: &str) -> Failure {
    Failure::usage(format!("{option} 至多给两次"), format!("{option} is given twice at most"))
}

fn backwards(option: &str, first: &str, second: &str) -> Failure {
    Failure::usage(
        format!("{option} {first} 不早于 {second}:先给较早的,两者不得相同"),
        format!("{option} {first} is not before {second}: give the earlier first, and two that differ"),
    )
}

/// A difference that its events do not explain says that something is wrong with the log's projections, or with us.
pub(super) fn check(difference: &Difference) -> Result<(), Failure> {
    if difference.agrees {
        return Ok(());
    }
    let pilot = &difference.pilot;
    Err(Failure::Unverified {
        zh: format!("{pilot} 的差额与事件逐笔算得的不一致:请运行 tranche replay --check"),
        en: format!("the differences of {pilot} are not what its events come to: run `tranche replay --check`"),
    })
}

/// Two views of one ledger, between which pilots are compared.
pub(super) struct Between<'a> {
    store: &'a Store,
    head: &'a Head,
    then: View<'a>,
    now: View<'a>,
    rules: Vec<Record>,
}

impl<'a> Between<'a> {
    /// The view that answers, and an earlier one of the same ledger.
    pub(super) async fn new(now: &'a Answering, then: View<'a>) -> Result<Self, Failure> {
        let rules = history::rules(&now.store, now.head.ledger).await?;
        Ok(Self { store: &now.store, head: &now.head, then, now: now.view(), rules })
    }

    /// Compares a pilot, event by event.
    pub(super) async fn pilot(&self, id: &Id, pilot: &Pilot) -> Result<Difference, Failure> {
        let mut comparer = Comparer::new(self.then, self.now, id, pilot);
        let records = history::of_pilot(self.store, self.head.ledger, id, self.rules.clone());
        pin_mut!(records);
        while let Some(record) = records.next().await {
            comparer.take(&event_of(&record?)?);
        }
        Ok(comparer.finish())
    }

    /// Compares the totals.
    pub(super) fn totals(&self) -> ProgrammeDifference {
        ProgrammeDifference::between(self.then, self.now)
    }

    /// Compares the programme, and prints it and each pilot that differs.
    pub(super) async fn programme(&self, context: &mut Context) -> Result<(), Failure> {
        let totals = self.totals();
        if context.is_json() {
            let list = List::open(context, &totals, "pilots")?;
            return self.pilots(context, Some(list)).await;
        }
        print(context, &totals.text(context.lang))?;
        self.pilots(context, None).await
    }

    /// Prints each pilot that differs, one after the other; for programs into a list.
    pub(super) async fn pilots(&self, context: &mut Context, mut list: Option<List>) -> Result<(), Failure> {
        let (mut differing, mut checked) = (0_usize, Ok(()));
        for (id, pilot) in &self.now.state.pilots {
            if pilot.recognised_on > self.now.as_of || !self.may_differ(id) {
                continue;
            }
            let difference = self.pilot(id, pilot).await?;
            if difference.is_empty() {
                continue;
            }
            differing += 1;
            checked = checked.and_then(|()| check(&difference));
            match &mut list {
                Some(list) => list.item(context, &serde_json::to_vec(&difference)?)?,
                None => context.text(&difference.text(false, context.lang))?,
            }
        }
        if let Some(list) = list {
            list.close(context)?;
        } else if differing == 0 {
            let none = ("\n相同:没有试点有差异", "\nthe same: no pilot differs");
            context.line(context.lang.pick(none.0, none.1))?;
        }
        checked
    }

    /// Whether anything about a pilot can differ: the date, the parameters, or its own stream.
    fn may_differ(&self, id: &Id) -> bool {
        let stream = format!("pilot-{id}");
        let known = |state: &Ledger| (state.programme.amendments.len(), state.programme.streams.get(&stream).copied());
        self.then.as_of != self.now.as_of || known(self.then.state) != known(self.now.state)
    }
}
