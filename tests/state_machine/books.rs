//! The books that are kept beside the ledger, entry by entry, and the invariants they hold it to.
//!
//! Like the auditor they know the log's JSON only. Each entry is first posted, then everything that must hold is
//! checked; what does not is told in words. Nothing here asks the ledger what it thinks.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::auditor::{cap_name, fen, parameter, ten_thousandths, text, yuan};

/// A project's promise and what was paid for it.
#[derive(Clone, Debug, Default)]
struct Promise {
    amount: i128,
    paid: i128,
}

/// The book of a pilot, in fen.
#[derive(Clone, Debug, Default)]
struct Book {
    year: String,
    cap_name: &'static str,
    allocated: i128,
    releases: BTreeMap<String, (String, i128)>,
    moves: BTreeMap<String, i128>,
    promises: BTreeMap<String, Promise>,
    payments: BTreeMap<String, (String, i128)>,
    clawbacks: BTreeMap<String, (i128, i128)>,
    ratio: i128,
    decided: BTreeSet<String>,
    suspended: bool,
    revoked: bool,
    closed: bool,
}

/// The books of all pilots, and where the log stands.
#[derive(Clone, Debug, Default)]
pub struct Books {
    pilots: BTreeMap<String, Book>,
    streams: HashMap<String, u64>,
    position: u64,
    last_simulated: String,
    closed_through: String,
    keys: Vec<Value>,
}

/// A condition that must hold, or what was found instead.
fn hold(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

impl Books {
    /// The version of each stream and the last position, as counted here.
    pub const fn counts(&self) -> (&HashMap<String, u64>, u64) {
        (&self.streams, self.position)
    }

    /// Posts the last entry of the log and checks everything.
    pub fn post(&mut self, log: &[Value]) -> Result<(), String> {
        let entry = log.last().unwrap();
        self.number(entry)?;
        self.times(entry)?;
        self.key(entry)?;
        let pilot = text(&entry["data"], "pilot").to_owned();
        if text(entry, "type") == "PilotRecognised" {
            let (year, cap_name) = (text(entry, "on")[..4].to_owned(), cap_name(log, &pilot));
            self.pilots.insert(pilot.clone(), Book { year, cap_name, ..Book::default() });
        }
        if let Some(book) = self.pilots.get_mut(&pilot) {
            book.judge(log, entry)?;
            book.post(entry);
            book.check().map_err(|what| format!("{pilot}: {what}"))?;
        }
        Ok(())
    }

    /// Positions and versions have no gaps.
    fn number(&mut self, entry: &Value) -> Result<(), String> {
        self.position += 1;
        let version = self.streams.entry(text(entry, "stream").to_owned()).or_default();
        *version += 1;
        hold(entry["position"] == self.position && entry["version"] == *version, || {
            format!("position {} and version {version} were expected of {entry}", self.position)
        })
    }

    /// A key follows the last one, never comes back, and stands with it in a statement that has both their lines.
    fn key(&mut self, entry: &Value) -> Result<(), String> {
        if text(entry, "type") != "KeyAnnounced" {
            return Ok(());
        }
        let (data, last) = (&entry["data"], self.keys.last());
        hold(data.get("previous") == last && !self.keys.contains(&data["key"]), || {
            format!("not after {last:?}: {data}")
        })?;
        let named = |key: &Value| text(data, "statement").contains(key.as_str().unwrap());
        hold(named(&data["key"]) && last.is_none_or(named), || format!("a statement of other keys: {data}"))?;
        let signed = text(data, "statement").matches("\n— ").count();
        hold(signed == self.keys.len().min(1) + 1, || format!("{signed} signed: {data}"))?;
        self.keys.push(data["key"].clone());
        Ok(())
    }

    /// Simulated times never go back, business dates are not after today and not in closed books.
    fn times(&mut self, entry: &Value) -> Result<(), String> {
        let on = text(entry, "on");
        let kind = text(entry, "type");
        if entry["simulated"] == true {
            let at = text(entry, "recorded_at").to_owned();
            hold(at >= self.last_simulated, || format!("{at} is before {}", self.last_simulated))?;
            self.last_simulated = at;
        }
        if kind != "ProgrammeOpened" {
            hold(on <= text(entry, "today"), || format!("{on} is after today: {entry}"))?;
        }
        if matches!(kind, "PeriodClosed" | "PeriodReopened") {
            text(&entry["data"], "through").clone_into(&mut self.closed_through);
            return Ok(());
        }
        hold(on > self.closed_through.as_str(), || format!("the books are closed through {}", self.closed_through))
    }
}

impl Book {
    fn released(&self) -> i128 {
        self.releases.values().map(|(_, amount)| amount).sum()
    }

    fn released_in_year(&self) -> i128 {
        self.releases.values().filter(|(on, _)| on.starts_with(&self.year)).map(|(_, amount)| amount).sum()
    }

    /// What depends on what was in force when the entry was judged.
    fn judge(&self, log: &[Value], entry: &Value) -> Result<(), String> {
        let data = &entry["data"];
        let entries: Vec<&Value> = log.iter().collect();
        match text(entry, "type") {
            "FundsAllocated" => self.within_cap(log, fen(&data["amount"])),
            "AllocationAdjusted" => self.within_cap(log, fen(&data["new_amount"])),
            "TrancheReleased" => self.release(log, &entries, entry),
            "ProjectAssigned" => hold(!self.held(), || "assigned while held".to_owned()),
            "PaymentRecorded" => hold(!self.revoked && !self.closed, || "paid after the end".to_owned()),
            _ => Ok(()),
        }
    }

    const fn held(&self) -> bool {
        self.suspended || self.revoked || self.closed
    }

    fn within_cap(&self, log: &[Value], amount: i128) -> Result<(), String> {
        let cap = fen(parameter(log, &log.iter().collect::<Vec<_>>(), self.cap_name));
        hold(amount <= cap, || format!("CAP: {} is over {}", yuan(amount), yuan(cap)))
    }

    /// TR-01 to TR-04 and TR-08 for a release not yet posted.
    fn release(&self, log: &[Value], entries: &[&Value], entry: &Value) -> Result<(), String> {
        let (data, year) = (&entry["data"], &text(entry, "on")[..4]);
        let (a, x) = (self.allocated, fen(&data["amount"]));
        let (r, ry) = (self.released() + x, self.released_in_year());
        hold(!self.held(), || "TR-08: released while held".to_owned())?;
        hold(r <= a, || format!("TR-04: {} released of {}", yuan(r), yuan(a)))?;
        let f = a * ten_thousandths(parameter(log, entries, "first_share"));
        if year == self.year {
            hold((ry + x) * 10_000 <= f, || format!("TR-01: {} in {year}", yuan(ry + x)))?;
        }
        let strict = parameter(log, entries, "gate") == "remainder_after_year" && year > self.year.as_str();
        let first = if strict { ry * 10_000 } else { f };
        let limit = first * 10_000 + self.ratio * (a * 10_000 - first);
        hold(r * 100_000_000 <= limit, || format!("TR-02: {} released", yuan(r)))?;
        let named = self.decided.contains(text(data, "evaluation"));
        hold(r * 10_000 <= first || named, || format!("TR-03: no decided evaluation is named for {}", yuan(r)))
    }

    fn shift(&mut self, on: &str, amount: i128) {
        *self.moves.entry(on.to_owned()).or_default() += amount;
    }

    fn post(&mut self, entry: &Value) {
        let (data, on) = (&entry["data"], text(entry, "on"));
        let key = |name: &str| text(data, name).to_owned();
        match text(entry, "type") {
            "FundsAllocated" => self.allocated = fen(&data["amount"]),
            "AllocationAdjusted" => self.allocated = fen(&data["new_amount"]),
            "TrancheReleased" => {
                let amount = fen(&data["amount"]);
                self.releases.insert(key("release"), (on.to_owned(), amount));
                self.shift(on, amount);
            }
            "ReleaseReversed" => {
                let (_, amount) = self.releases.remove(text(data, "release")).unwrap();
                self.shift(on, -amount);
            }
            "ProjectAssigned" => {
                self.promises.insert(key("project"), Promise { amount: fen(&data["amount"]), paid: 0 });
            }
            "AssignmentChanged" => {
                self.promises.get_mut(text(data, "project")).unwrap().amount = fen(&data["new_amount"]);
            }
            "PaymentRecorded" => {
                let amount = fen(&data["amount"]);
                self.promises.get_mut(text(data, "project")).unwrap().paid += amount;
                self.payments.insert(key("payment"), (key("project"), amount));
                self.shift(on, -amount);
            }
            "PaymentReversed" => {
                let (project, amount) = self.payments.remove(text(data, "payment")).unwrap();
                self.promises.get_mut(&project).unwrap().paid -= amount;
                self.shift(on, amount);
            }
            _ => self.post_judgement(entry),
        }
    }

    fn post_judgement(&mut self, entry: &Value) {
        let (data, on) = (&entry["data"], text(entry, "on"));
        match text(entry, "type") {
            "PayoutDecided" => {
                self.ratio = ten_thousandths(&data["ratio"]);
                self.decided.insert(text(data, "evaluation").to_owned());
            }
            "ClawbackOrdered" => {
                self.clawbacks.insert(text(data, "clawback").to_owned(), (fen(&data["amount"]), 0));
            }
            "ClawbackReceived" => {
                let amount = fen(&data["amount"]);
                self.clawbacks.get_mut(text(data, "clawback")).unwrap().1 += amount;
                if text(data, "source") == "unspent" {
                    self.shift(on, -amount);
                }
            }
            "PilotSuspended" => self.suspended = true,
            "PilotResumed" => self.suspended = false,
            "PilotRevoked" => self.revoked = true,
            "PilotClosed" => self.closed = true,
            _ => {}
        }
    }

    /// What holds at any time.
    fn check(&self) -> Result<(), String> {
        let mut balance = 0;
        for (day, amount) in &self.moves {
            balance += amount;
            hold(balance >= 0, || format!("USE-05: the balance is {} on {day}", yuan(balance)))?;
        }
        for (project, promise) in &self.promises {
            let (amount, paid) = (promise.amount, promise.paid);
            hold(paid <= amount, || format!("USE-05: {} paid of {} for {project}", yuan(paid), yuan(amount)))?;
        }
        let assigned: i128 = self.promises.values().map(|promise| promise.amount).sum();
        hold(assigned <= self.allocated, || format!("USE-05: {} assigned", yuan(assigned)))?;
        for (id, (amount, returned)) in &self.clawbacks {
            hold(returned <= amount, || format!("SAN-03: {} came back on {id}", yuan(*returned)))?;
        }
        let released = self.released();
        let ordered: i128 = self.clawbacks.values().map(|(amount, _)| amount).sum();
        let returned: i128 = self.clawbacks.values().map(|(_, returned)| returned).sum();
        hold(ordered <= released, || format!("SAN-03: {} ordered of {}", yuan(ordered), yuan(released)))?;
        hold(released - returned <= self.allocated, || format!("CAP-04: {} kept", yuan(released - returned)))?;
        let done = balance == 0 && ordered == returned;
        hold(!self.closed || done, || "closed with money left or outstanding".to_owned())
    }
}
