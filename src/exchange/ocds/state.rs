//! What a release needs to know of earlier events: areas, applications, and each pilot's parties.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::release::{
    Amendment, Award, Budget, Contract, Document, Identifier, Implementation, Milestone, Party, Period, Planning,
    Reference, Release, Tender, day, yuan,
};
use crate::domain::Date;
use crate::domain::act::{Act, ApprovePlan, Attach, Evaluate, Recognise, SubmitApplication};
use crate::domain::area::Area;
use crate::domain::code::Body;
use crate::domain::event::Event;
use crate::domain::money::Money;
use crate::domain::text::{Id, Text};
use crate::domain::uscc::Uscc;
use crate::exchange::movement::Movements;

/// The award and the contract of the whole.
pub const ALLOCATION: &str = "allocation";

/// A pilot's parties, and what is open.
pub struct Grantee {
    /// Its fund: releases come in, payments and unspent money go out.
    pub fund: Reference,
    /// The area that leads.
    pub lead: Reference,
    /// Who carries projects out.
    pub owners: BTreeSet<Uscc>,
    rectification: Option<u64>,
}

/// What earlier events said.
pub struct State {
    programme: String,
    areas: BTreeMap<Id, (String, String)>,
    applications: HashMap<Id, SubmitApplication>,
    /// The pilots by their identifiers.
    pub pilots: HashMap<Id, Grantee>,
    /// The sums that later events change or cancel.
    pub movements: Movements,
    /// Whom the payments went to that are reversed later.
    pub reversed: HashMap<Id, Option<Reference>>,
}

/// The province's finance department.
pub fn province() -> Party {
    let body = Body::ProvinceFinance;
    let roles = vec!["buyer", "funder", "payer", "payee"];
    Party { id: body.as_str().to_owned(), name: body.zh().to_owned(), identifier: None, roles }
}

fn reviewer() -> Party {
    let body = Body::ProvinceDrc;
    Party { id: body.as_str().to_owned(), name: body.zh().to_owned(), identifier: None, roles: vec!["procuringEntity"] }
}

impl State {
    /// Nothing as yet.
    pub fn new(reversed: &HashSet<Id>) -> Self {
        Self {
            programme: String::new(),
            areas: BTreeMap::new(),
            applications: HashMap::new(),
            pilots: HashMap::new(),
            movements: Movements::new(reversed.clone()),
            reversed: reversed.iter().map(|payment| (payment.clone(), None)).collect(),
        }
    }

    /// The release of the next event with its pilot, where it has one.
    pub fn release(&mut self, event: &Event) -> Option<(Id, Release)> {
        match &event.act {
            Act::OpenProgramme(act) => {
                self.programme = act.programme.to_string();
                self.areas = act.areas.iter().map(of_register).collect();
                None
            }
            Act::RegisterArea(act) => {
                self.areas.insert(act.area.clone(), (act.name.to_string(), scheme(&act.area)));
                None
            }
            Act::SubmitApplication(act) => {
                self.applications.insert(act.application.clone(), act.clone());
                None
            }
            Act::RejectApplication(act) => {
                self.applications.remove(&act.application);
                None
            }
            Act::Recognise(act) => Some((act.pilot.clone(), self.recognised(act)?)),
            Act::ApprovePlan(act) => Some((act.pilot.clone(), planned(act))),
            Act::Attach(act) => {
                let pilot = Id::parse(event.stream.strip_prefix("pilot-")?)?;
                Some((pilot, attached(event.on, act)))
            }
            _ => self.of_money(event).or_else(|| self.judged(event)),
        }
    }

    fn area(&self, code: &Id, roles: Vec<&'static str>) -> Party {
        let (name, scheme) = self.areas.get(code).cloned().unwrap_or_else(|| (code.to_string(), scheme(code)));
        let identifier = Identifier { scheme, id: code.to_string(), legal_name: name.clone() };
        Party { id: format!("area:{code}"), name, identifier: Some(identifier), roles }
    }

    /// Recognition begins the process: who takes part, what it is about, what was competed for.
    fn recognised(&mut self, act: &Recognise) -> Option<Release> {
        let application = self.applications.remove(&act.application)?;
        let members: Vec<Party> =
            application.members.iter().map(|code| self.area(code, vec!["tenderer", "supplier", "payer"])).collect();
        let lead = self.area(&application.lead, Vec::new());
        let name = match members.len() {
            0 | 1 => lead.name.clone(),
            several => format!("{}等{several}地", lead.name),
        };
        let roles = vec!["payer", "payee"];
        let fund =
            Party { id: format!("pilot:{}", act.pilot), name: format!("{name}试点资金"), identifier: None, roles };
        let areas: Vec<Reference> = members.iter().map(Party::reference).collect();
        self.pilots.insert(
            act.pilot.clone(),
            Grantee { fund: fund.reference(), lead: lead.reference(), owners: BTreeSet::new(), rectification: None },
        );
        let budget = Budget {
            description: Some(self.programme.clone()),
            project: Some(name),
            project_id: Some(act.pilot.to_string()),
            ..Budget::default()
        };
        Some(Release {
            tag: vec!["planning", "tender", "award"],
            buyer: Some(province().reference()),
            planning: Some(Planning { budget }),
            tender: Some(self.tender(act, &application, areas.clone())),
            awards: vec![Award {
                id: ALLOCATION.to_owned(),
                title: Some("定额资金支持".to_owned()),
                status: "pending",
                suppliers: areas,
                ..Award::default()
            }],
            parties: [province(), reviewer()].into_iter().chain(members).chain([fund]).collect(),
            ..Release::default()
        })
    }

    fn tender(&self, act: &Recognise, application: &SubmitApplication, tenderers: Vec<Reference>) -> Tender {
        Tender {
            id: act.application.to_string(),
            title: self.programme.clone(),
            description: format!("{}年批次:{};认定文号 {}", application.cohort, application.field, act.document),
            status: "complete",
            procurement_method: "selective",
            procurement_method_details: "申报、推荐、评审、公示、认定",
            procuring_entity: reviewer().reference(),
            tenderers,
        }
    }

    /// Evaluations, decisions and sanctions: milestones of the contract.
    fn judged(&mut self, event: &Event) -> Option<(Id, Release)> {
        let (on, position) = (event.on, event.position);
        let (pilot, milestone, status) = match &event.act {
            Act::Evaluate(act) => (&act.pilot, evaluated(on, act), None),
            Act::DecidePayout(act) => {
                let told = format!("依据评价 {},剩余资金累计拨付比例 {}", act.evaluation, act.ratio.share().percent());
                (&act.pilot, met(format!("payout:{position}"), ("剩余资金拨付决定", "financing"), on, told), None)
            }
            Act::OrderRectification(act) => {
                self.pilots.get_mut(&act.pilot)?.rectification = Some(position);
                let id = format!("rectification:{position}");
                let made = met(id, ("督促整改", "assessment"), on, act.matters.to_string());
                let due_date = Some(day(act.due));
                (&act.pilot, Milestone { due_date, date_met: None, status: "scheduled", ..made }, None)
            }
            Act::AcceptRectification(act) => {
                let ordered = self.pilots.get_mut(&act.pilot)?.rectification.take()?;
                let id = format!("rectification:{ordered}");
                (&act.pilot, Milestone { id, date_met: Some(day(on)), status: "met", ..Milestone::default() }, None)
            }
            Act::Suspend(act) => (&act.pilot, sanction(event, "暂停试点资格", &act.reason), None),
            Act::Resume(act) => (&act.pilot, sanction(event, "恢复试点资格", &act.reason), None),
            Act::Revoke(act) => (&act.pilot, sanction(event, "取消试点资格", &act.reason), Some("terminated")),
            Act::ClosePilot(act) => (&act.pilot, sanction(event, "试点办结", &act.document), Some("terminated")),
            _ => return None,
        };
        let implementation = Implementation { milestones: vec![milestone], ..Implementation::default() };
        let tag = if status.is_some() { "contractTermination" } else { "implementationUpdate" };
        let contract = Contract { status, implementation: Some(implementation), ..whole() };
        Some((pilot.clone(), Release { tag: vec![tag], contracts: vec![contract], ..Release::default() }))
    }
}

/// The contract of the whole, of which a release says something.
pub fn whole() -> Contract {
    Contract { id: ALLOCATION.to_owned(), award_id: ALLOCATION.to_owned(), ..Contract::default() }
}

/// What changed an award, and why.
pub fn amendment(event: &Event, reason: &Text, document: &Text) -> Amendment {
    Amendment {
        id: event.position.to_string(),
        date: day(event.on),
        rationale: reason.to_string(),
        description: document.to_string(),
    }
}

/// The budget of a pilot as it is now.
pub fn budget(amount: Money) -> Planning {
    Planning { budget: Budget { amount: Some(yuan(amount)), ..Budget::default() } }
}

fn of_register(area: &Area) -> (Id, (String, String)) {
    (area.code.clone(), (area.name.to_string(), scheme(&area.code)))
}

/// Divisions have a code of GB/T 2260; zones only that of the ledger's own register.
fn scheme(code: &Id) -> String {
    let national = code.as_str().len() == 6 && code.as_str().bytes().all(|byte| byte.is_ascii_digit());
    if national { "CN-GBT2260" } else { "CN-TRANCHE-AREA" }.to_owned()
}

/// The plan's approval begins the contract.
fn planned(act: &ApprovePlan) -> Release {
    let period = Period { start_date: Some(day(act.term_start)), end_date: None };
    let description = Some(format!("方案批复 {}", act.document));
    let contract = Contract { period: Some(period), description, status: Some("active"), ..whole() };
    Release { tag: vec!["contract"], contracts: vec![contract], ..Release::default() }
}

fn attached(on: Date, act: &Attach) -> Release {
    let document = Document {
        id: act.sha256.to_string(),
        title: act.name.to_string(),
        description: format!("{} · SHA-256 {} · {} bytes", act.subject, act.sha256, act.size.0),
        format: act.media_type.to_string(),
        date_published: day(on),
    };
    let contract = Contract { documents: vec![document], ..whole() };
    Release { tag: vec!["contractUpdate"], contracts: vec![contract], ..Release::default() }
}

/// A milestone that was met on a day.
fn met(id: String, (title, kind): (&str, &'static str), on: Date, description: String) -> Milestone {
    let (title, description) = (Some(title.to_owned()), Some(description));
    Milestone { id, title, kind: Some(kind), description, due_date: None, date_met: Some(day(on)), status: "met" }
}

fn sanction(event: &Event, title: &str, why: &Text) -> Milestone {
    met(format!("standing:{}", event.position), (title, "assessment"), event.on, why.to_string())
}

fn evaluated(on: Date, act: &Evaluate) -> Milestone {
    let told = format!("{}年{}:{} 分,{}({})", act.year, act.kind.zh(), act.score, act.grade, act.document);
    met(format!("evaluation:{}", act.evaluation), ("绩效评价", "assessment"), on, told)
}
