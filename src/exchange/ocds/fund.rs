//! Releases that say how money moved or was promised.

use super::release::{
    Award, Contract, Identifier, Implementation, Party, Period, Reference, Release, Transaction, day, yuan,
};
use super::state::{ALLOCATION, Grantee, State, amendment, budget, province, whole};
use crate::domain::act::{Act, AdjustAllocation, Allocate, AssignProject, ChangeAssignment, OrderClawback, Pay};
use crate::domain::code::ReturnSource;
use crate::domain::event::Event;
use crate::domain::money::Money;
use crate::domain::text::{Id, Text};
use crate::domain::uscc::Uscc;

impl State {
    /// The release of an event that moved or promised money.
    pub fn of_money(&mut self, event: &Event) -> Option<(Id, Release)> {
        let movement = self.movements.of(event)?;
        let grantee = self.pilots.get_mut(&movement.pilot)?;
        let release = match &event.act {
            Act::Allocate(act) => allocated(event, act),
            Act::AdjustAllocation(act) => reallocated(event, act),
            Act::AssignProject(act) => assigned(event, act, grantee),
            Act::ChangeAssignment(act) => reassigned(event, act),
            Act::Pay(act) => {
                let payee = payee_of(act, grantee);
                if let Some(kept) = self.reversed.get_mut(&act.payment) {
                    *kept = Some(payee.reference());
                }
                paid(event, act, (grantee.fund.clone(), payee))
            }
            Act::OrderClawback(act) => ordered(event, act),
            Act::Release(act) => {
                let moved = from_province(event, format!("release:{}", act.release), act.amount, grantee);
                transacted("implementation", whole(), moved)
            }
            Act::ReverseRelease(act) => {
                let id = format!("release-reversal:{}", act.release);
                transacted("implementationUpdate", whole(), from_province(event, id, movement.released, grantee))
            }
            Act::ReversePayment(act) => {
                let id = format!("payment-reversal:{}", act.payment);
                let payee = self.reversed.remove(&act.payment)??;
                let moved = moved(event, id, movement.paid, (grantee.fund.clone(), payee));
                transacted("implementationUpdate", of_project(movement.project.as_deref()?), moved)
            }
            Act::ReceiveClawback(act) => {
                let unspent = act.source == ReturnSource::Unspent;
                let payer = if unspent { &grantee.fund } else { &grantee.lead };
                let parties = (payer.clone(), province().reference());
                let moved = moved(event, format!("receipt:{}", act.receipt), act.amount, parties);
                transacted("implementation", of_clawback(&act.clawback), moved)
            }
            _ => return None,
        };
        Some((movement.pilot, release))
    }
}

fn moved(event: &Event, id: String, sum: Money, (from, to): (Reference, Reference)) -> Transaction {
    Transaction { id, date: day(event.on), value: yuan(sum), payer: from, payee: to }
}

fn from_province(event: &Event, id: String, sum: Money, grantee: &Grantee) -> Transaction {
    moved(event, id, sum, (province().reference(), grantee.fund.clone()))
}

/// A release that adds a transaction to a contract.
fn transacted(tag: &'static str, contract: Contract, transaction: Transaction) -> Release {
    let implementation = Implementation { transactions: vec![transaction], ..Implementation::default() };
    let contract = Contract { implementation: Some(implementation), ..contract };
    Release { tag: vec![tag], contracts: vec![contract], ..Release::default() }
}

fn of_project(project: &str) -> Contract {
    let id = format!("project:{project}");
    Contract { award_id: id.clone(), id, ..Contract::default() }
}

fn of_clawback(clawback: &Id) -> Contract {
    Contract { id: format!("clawback:{clawback}"), award_id: ALLOCATION.to_owned(), ..Contract::default() }
}

fn allocated(event: &Event, act: &Allocate) -> Release {
    let value = Some(yuan(act.amount));
    let award = Award {
        id: ALLOCATION.to_owned(),
        description: Some(format!("核定文号 {}", act.document)),
        status: "active",
        date: Some(day(event.on)),
        value,
        ..Award::default()
    };
    let contract = Contract { title: Some("定额资金支持".to_owned()), status: Some("active"), value, ..whole() };
    Release {
        tag: vec!["planningUpdate", "award", "contract"],
        planning: Some(budget(act.amount)),
        awards: vec![award],
        contracts: vec![contract],
        ..Release::default()
    }
}

fn reallocated(event: &Event, act: &AdjustAllocation) -> Release {
    let value = Some(yuan(act.new_amount));
    let amendments = || vec![amendment(event, &act.reason, &act.document)];
    let award =
        Award { id: ALLOCATION.to_owned(), status: "active", value, amendments: amendments(), ..Award::default() };
    Release {
        tag: vec!["planningUpdate", "awardUpdate", "contractAmendment"],
        planning: Some(budget(act.new_amount)),
        awards: vec![award],
        contracts: vec![Contract { value, amendments: amendments(), ..whole() }],
        ..Release::default()
    }
}

/// An organization by its unified social credit code; without one by its name.
fn organization(name: &Text, uscc: Option<Uscc>, roles: Vec<&'static str>) -> Party {
    let name = name.to_string();
    let Some(uscc) = uscc else {
        return Party { id: format!("name:{name}"), name, identifier: None, roles };
    };
    let code = uscc.as_str().to_owned();
    let identifier = Identifier { scheme: "CN-USCC".to_owned(), id: code.clone(), legal_name: name.clone() };
    Party { id: format!("CN-USCC-{code}"), name, identifier: Some(identifier), roles }
}

fn assigned(event: &Event, act: &AssignProject, grantee: &mut Grantee) -> Release {
    grantee.owners.insert(act.owner.uscc);
    let owner = organization(&act.owner.name, Some(act.owner.uscc), vec!["supplier", "payee"]);
    let (title, value) = (Some(act.name.to_string()), Some(yuan(act.amount)));
    let description = Some(format!("{} · {} · {}", act.direction, act.purpose.zh(), act.document));
    let contract = of_project(act.project.as_str());
    let award = Award {
        id: contract.id.clone(),
        title: title.clone(),
        description,
        status: "active",
        date: Some(day(event.on)),
        value,
        suppliers: vec![owner.reference()],
        ..Award::default()
    };
    Release {
        tag: vec!["award", "contract"],
        parties: vec![owner],
        awards: vec![award],
        contracts: vec![Contract { title, value, status: Some("active"), ..contract }],
        ..Release::default()
    }
}

fn reassigned(event: &Event, act: &ChangeAssignment) -> Release {
    let withdrawn = act.new_amount.0 == Money::ZERO;
    let (status, tag) = if withdrawn {
        ("cancelled", vec!["awardCancellation", "contractTermination"])
    } else {
        ("active", vec!["awardUpdate", "contractAmendment"])
    };
    let value = Some(yuan(act.new_amount.0));
    let amendments = || vec![amendment(event, &act.reason, &act.document)];
    let contract = of_project(act.project.as_str());
    let award = Award { id: contract.id.clone(), status, value, amendments: amendments(), ..Award::default() };
    Release {
        tag,
        awards: vec![award],
        contracts: vec![Contract { value, status: Some(status), amendments: amendments(), ..contract }],
        ..Release::default()
    }
}

fn payee_of(act: &Pay, grantee: &Grantee) -> Party {
    let owner = act.payee.uscc.is_some_and(|uscc| grantee.owners.contains(&uscc));
    let roles = if owner { vec!["supplier", "payee"] } else { vec!["payee"] };
    organization(&act.payee.name, act.payee.uscc, roles)
}

fn paid(event: &Event, act: &Pay, (fund, payee): (Reference, Party)) -> Release {
    let moved = moved(event, format!("payment:{}", act.payment), act.amount, (fund, payee.reference()));
    let release = transacted("implementation", of_project(act.project.as_str()), moved);
    Release { parties: vec![payee], ..release }
}

fn ordered(event: &Event, act: &OrderClawback) -> Release {
    let contract = Contract {
        title: Some("收回奖补资金".to_owned()),
        description: Some(format!("依据 {} · {}", act.basis, act.document)),
        status: Some("active"),
        period: Some(Period { start_date: Some(day(event.on)), end_date: Some(day(act.due)) }),
        value: Some(yuan(act.amount)),
        ..of_clawback(&act.clawback)
    };
    Release { tag: vec!["contract"], contracts: vec![contract], ..Release::default() }
}
