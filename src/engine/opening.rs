//! Opening a ledger: its first event, which states the programme's rules, its area register, and whether it is a sandbox.

use std::collections::BTreeMap;

use serde_json::Value;

use super::draft::Draft;
use super::{Clock, EngineError};
use crate::domain::act::{Act, ActKind, OpenProgramme};
use crate::domain::area;
use crate::domain::code::Body;
use crate::domain::command::Party;
use crate::domain::event::Event;
use crate::domain::evolve::evolve;
use crate::domain::form::{Fault, Form};
use crate::domain::ledger::{Ledger, shanghai_date};
use crate::domain::parameters::Parameters;
use crate::domain::text::Person;
use crate::log::entry;
use crate::log::merkle::{Frontier, empty_root, leaf_hash};
use crate::store::{Appended, Batch, Store, StoreError, Target};

/// The rules of Jiangxi's programme of 2025, as a rules file.
pub const JIANGXI_2025: &str = include_str!("../domain/programmes/jiangxi-2025.json");

/// Reads a rules file: `programme`, `rules`, and, where it is not Jiangxi's, the `areas` of its register.
///
/// # Errors
///
/// Every fault it has.
pub fn read_rules(text: &[u8], sandbox: bool) -> Result<OpenProgramme, Vec<Fault>> {
    let fault =
        |field: &str, zh: String, en: String| vec![Fault { field: field.to_owned(), zh: zh.into(), en: en.into() }];
    let mut object = crate::domain::json::read_object(text).map_err(|error| {
        fault("", format!("规则文件不是 JSON 对象:{error}"), format!("the rules file is no JSON object: {error}"))
    })?;
    object.insert("sandbox".to_owned(), Value::Bool(sandbox));
    if !object.contains_key("areas") {
        let areas = area::jiangxi().map_err(|error| fault("areas", error.to_string(), error.to_string()))?;
        let areas =
            serde_json::to_value(areas).map_err(|error| fault("areas", error.to_string(), error.to_string()))?;
        object.insert("areas".to_owned(), areas);
    }
    let mut form = Form::default();
    form.no_others(&object, |key| ActKind::OpenProgramme.fields().contains(&key));
    let opening = OpenProgramme::read_fields(&object, &mut form);
    if let Some(opening) = opening.filter(|_| form.is_clean()) {
        check_rules(&opening.rules)?;
        return Ok(opening);
    }
    Err(form.into_faults())
}

fn check_rules(rules: &BTreeMap<String, Value>) -> Result<(), Vec<Fault>> {
    Parameters::read(rules).map(|_| ())
}

/// Makes a ledger and appends its opening event; says whether that was done now, or had been done before.
///
/// Killed half-way, the ledger is made but not opened, and the next call opens it.
///
/// # Errors
///
/// Where the database fails.
pub async fn open(target: &Target, name: &str, act: OpenProgramme, clock: Clock) -> Result<bool, EngineError> {
    let store = Store::connect(target).await?;
    store.ledger_create(name).await?;
    let head = store.head(name).await?;
    if head.position > 0 {
        return Ok(false);
    }
    let batch = opening_batch(head.ledger, name, act, clock)?;
    loop {
        match store.append(&batch).await {
            Ok(Appended::Done(_)) => return Ok(true),
            Ok(Appended::Stale | Appended::Repeated) => return Ok(false),
            Ok(Appended::Broken { rule, pilot }) => {
                return Err(StoreError::Malformed { what: rule, detail: pilot }.into());
            }
            // Sending the same batch again settles it, while the connection lasts.
            Err(StoreError::Unknown { .. }) if !store.is_closed() => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn opening_batch(ledger: i64, name: &str, act: OpenProgramme, clock: Clock) -> Result<Batch, EngineError> {
    let now = (clock.now)();
    let person = Person::parse("tranche init").ok_or(EngineError::Stopped)?;
    let event = Event {
        position: 1,
        stream: "programme".to_owned(),
        version: 1,
        on: shanghai_date(now),
        recorded_at: now,
        simulated: false,
        command_id: (clock.id)(),
        by: Party { body: Body::ProvinceFinance, person, city: None, area: None, document: None },
        approvals: Vec::new(),
        note: None,
        warnings: Vec::new(),
        act: Act::OpenProgramme(act),
    };
    let bytes = entry::write(name, &event).map_err(|source| EngineError::Entry { position: 1, source })?;
    let mut state = Ledger::default();
    evolve(&mut state, &event);
    let mut tree = Frontier::new();
    tree.push(leaf_hash(&bytes));
    let mut draft = Draft::new(0, empty_root());
    draft.add(&state, &event, bytes);
    Ok(draft.into_batch(ledger, &tree).0)
}
