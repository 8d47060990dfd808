//! Double-entry books for Beancount and hledger: the budget side and the cash side of each pilot.
//!
//! Of pilot P, with what the balance of each account is (what is credited stands there with a minus):
//!
//! | account | figure |
//! |---|---|
//! | `Equity:Budget:P:Allocated` | − allocated |
//! | `Assets:Budget:P:Unassigned`, `…:Assigned` | unassigned, assigned |
//! | `Equity:Pilot:P:Released` | − released |
//! | `Expenses:Pilot:P:Paid` | paid |
//! | `Equity:Pilot:P:ReturnedUnspent` | unspent money that came back |
//! | `Assets:Pilot:P:Cash` | balance |
//! | `Equity:Clawback:P:Ordered` | − ordered back |
//! | `Assets:Clawback:P:Outstanding`, `…:Returned` | still to come back, come back |
//!
//! Beancount sorts for itself, so its file keeps the order of the log and is written as events come. An hledger
//! journal is in order of business dates: its transactions wait for the last event, in a temporary file.
//!
//! Balances are the figures as of every date: where an event is dated before an earlier one that set the same sum, the
//! change of the earlier is taken back on its own date.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;

use super::Subject;
use super::movement::Movement;
use super::spool::Spool;
use crate::domain::Date;
use crate::domain::event::Event;
use crate::domain::money::Money;
use crate::domain::text::Id;
use crate::log::entry::moment_text;

/// An identifier as a component of an account, in letters both programs take: no two become the same, for
/// identifiers are ASCII. Beancount wants an upper-case letter or a digit first.
fn component(id: &Id) -> String {
    let mut out = String::new();
    if !id.as_str().starts_with(|first: char| first.is_ascii_uppercase() || first.is_ascii_digit()) {
        out.push_str("0号");
    }
    for letter in id.as_str().chars() {
        match letter {
            '_' => out.push('下'),
            '.' => out.push('点'),
            letter => out.push(letter),
        }
    }
    out
}

/// The transactions of a movement, each with its date: its own, and what it takes back of later ones.
fn transactions(event: &Event, movement: &Movement) -> Vec<(Date, Vec<(String, Money)>)> {
    let undone = movement.undone.iter().map(|undone| {
        let (allocated, assigned) = (undone.allocated, undone.assigned);
        (undone.on, postings(&Movement { allocated, assigned, ..Movement::of(&movement.pilot) }))
    });
    let all = std::iter::once((event.on, postings(movement))).chain(undone);
    all.filter(|(_, postings)| !postings.is_empty()).collect()
}

/// The postings of a movement: what is debited with a plus, what is credited with a minus; they sum to nought.
fn postings(movement: &Movement) -> Vec<(String, Money)> {
    let pilot = component(&movement.pilot);
    let pairs = [
        (movement.allocated, ("Assets:Budget", "Unassigned"), ("Equity:Budget", "Allocated")),
        (movement.assigned, ("Assets:Budget", "Assigned"), ("Assets:Budget", "Unassigned")),
        (movement.released, ("Assets:Pilot", "Cash"), ("Equity:Pilot", "Released")),
        (movement.paid, ("Expenses:Pilot", "Paid"), ("Assets:Pilot", "Cash")),
        (movement.ordered, ("Assets:Clawback", "Outstanding"), ("Equity:Clawback", "Ordered")),
        (movement.returned, ("Assets:Clawback", "Returned"), ("Assets:Clawback", "Outstanding")),
        (movement.returned_unspent, ("Equity:Pilot", "ReturnedUnspent"), ("Assets:Pilot", "Cash")),
    ];
    let account = |(above, below): (&str, &str)| format!("{above}:{pilot}:{below}");
    let moved = pairs.into_iter().filter(|(sum, ..)| *sum != Money::ZERO);
    moved.flat_map(|(sum, to, from)| [(account(to), sum), (account(from), -sum)]).collect()
}

/// What was done, in Chinese, and to what.
fn narration(event: &Event, movement: &Movement) -> String {
    let mut text = event.act.kind().zh().to_owned();
    for part in [&movement.id, &movement.project, &movement.party].into_iter().flatten() {
        text.push(' ');
        text.push_str(part);
    }
    text
}

/// What it is known by, beside its position: each with its key.
fn references<'m>(event: &Event, movement: &'m Movement) -> Vec<(&'static str, std::borrow::Cow<'m, str>)> {
    let own = [
        ("id", &movement.id),
        ("project", &movement.project),
        ("document", &movement.document),
        ("voucher", &movement.voucher),
    ];
    let mut all = vec![("position", event.position.to_string().into())];
    all.extend(own.into_iter().filter_map(|(key, text)| Some((key, text.as_deref()?.into()))));
    all.push(("recorded-at", moment_text(event.recorded_at).into()));
    all
}

/// The lines at the top of a book.
fn heading(subject: &Subject) -> String {
    let sandbox =
        if subject.sandbox { "; 演练 sandbox:演练台账,数据为模拟,不作资金依据\n" } else { "" };
    format!("; 试点资金台账 {} · exported by tranche\n{sandbox}", subject.ledger)
}

/// A text as Beancount quotes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A Beancount ledger under way.
pub struct Beancount {
    opened: BTreeSet<String>,
}

impl Beancount {
    /// Begins a ledger.
    #[must_use]
    pub fn new(subject: &Subject, out: &mut Vec<u8>) -> Self {
        let sandbox = if subject.sandbox { " 演练" } else { "" };
        let title = quoted(&format!("{}{sandbox}", subject.ledger));
        let options = format!("option \"title\" {title}\noption \"operating_currency\" \"CNY\"\n");
        out.extend_from_slice(format!("{}{options}", heading(subject)).as_bytes());
        Self { opened: BTreeSet::new() }
    }

    /// Adds the transactions of a movement, and opens the accounts they are the first to use.
    pub fn take(&mut self, event: &Event, movement: &Movement, out: &mut Vec<u8>) {
        for (on, postings) in transactions(event, movement) {
            let mut text = String::new();
            for (account, _) in &postings {
                // A later event may have an earlier business date, so accounts are open from a day before all of them.
                if self.opened.insert(account.clone()) {
                    let _ = writeln!(text, "\n0001-01-01 open {account} CNY");
                }
            }
            let _ = writeln!(text, "\n{on} * {}", quoted(&narration(event, movement)));
            for (key, value) in references(event, movement) {
                let _ = writeln!(text, "  {key}: {}", quoted(&value));
            }
            for (account, sum) in &postings {
                let _ = writeln!(text, "  {account}  {sum} CNY");
            }
            out.extend_from_slice(text.as_bytes());
        }
    }
}

/// An hledger journal under way.
pub struct Hledger {
    accounts: BTreeSet<String>,
    transactions: Spool,
}

/// A text as hledger reads it whole: nothing in it begins a comment or ends a tag.
fn plain(text: &str) -> String {
    text.replace(';', "；").replace(',', "，").replace('|', "｜")
}

impl Hledger {
    /// Begins a journal.
    ///
    /// # Errors
    ///
    /// Where the system gives no temporary file.
    pub fn new(subject: &Subject, out: &mut Vec<u8>) -> io::Result<Self> {
        out.extend_from_slice(format!("{}\ncommodity 1000.00 CNY\n\n", heading(subject)).as_bytes());
        Ok(Self { accounts: BTreeSet::new(), transactions: Spool::new()? })
    }

    /// Keeps the transactions of a movement.
    ///
    /// # Errors
    ///
    /// Where the temporary file cannot be written.
    pub fn take(&mut self, event: &Event, movement: &Movement) -> io::Result<()> {
        for (on, postings) in transactions(event, movement) {
            let mut text = format!("\n{on} * ({}) {}\n", event.position, plain(&narration(event, movement)));
            for (key, value) in references(event, movement) {
                let _ = writeln!(text, "    ; {key}:{}", plain(&value));
            }
            for (account, sum) in postings {
                let _ = writeln!(text, "    {account}  {sum} CNY");
                self.accounts.insert(account);
            }
            self.transactions.push(on, text.as_bytes())?;
        }
        Ok(())
    }

    /// Adds the accounts, and the transactions in order of business date and position.
    ///
    /// # Errors
    ///
    /// Where the temporary file cannot be read, or `out` not written.
    pub fn finish(self, out: &mut dyn io::Write) -> io::Result<()> {
        for account in &self.accounts {
            writeln!(out, "account {account}")?;
        }
        self.transactions.copy_to(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_stay_apart_as_components_of_accounts() {
        let component = |text| component(&Id::parse(text).unwrap());
        assert_eq!(component("JX2025-01"), "JX2025-01");
        assert_eq!(component("jx_1.a"), "0号jx下1点a");
        assert_eq!(component("-1"), "0号-1");
    }
}
