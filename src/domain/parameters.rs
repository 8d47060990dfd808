//! A programme's parameters: what its rules leave to be set, by the opening event and its amendments.
//!
//! Each has a dotted name, under which a rules file states it and an amendment changes it. A rule reads its
//! limits from here and from nowhere else, so another province's programme is another rules file.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Date;
use super::code::{Gate, Grade, Purpose};
use super::form::{Fault, Field, Form};
use super::money::{Money, Share};
use super::rulebook::Rule;
use super::text::{Count, Ratio, Score, Text, Weight, Year};

/// The caps on an allocation (四(一)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caps {
    /// Of a single national zone (CAP-01).
    pub national_zone: Money,
    /// Of any other single area (CAP-02).
    pub other: Money,
    /// Of a joint application (CAP-03).
    pub joint: Money,
}

/// The purposes and economic codes that one rule bans.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
    /// The purposes.
    pub purposes: BTreeSet<Purpose>,
    /// Prefixes of economic classification codes.
    pub economic_codes: BTreeSet<String>,
}

/// A programme's parameters in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    /// The cohorts there are (QTY-04).
    pub cohorts: BTreeSet<Year>,
    /// How many a cohort may have (QTY-01); a year without a figure has no limit.
    pub cohort_quota: BTreeMap<Year, Count>,
    /// How many a city may recommend (QTY-03); a year without a figure has no limit.
    pub city_recommend_quota: BTreeMap<Year, Count>,
    /// The last day to recommend (TIME-01).
    pub apply_deadline: BTreeMap<Year, Date>,
    /// About how many pilots in all (QTY-02).
    pub programme_target_about: Count,
    /// Leading enterprises needed (ELIG-04).
    pub min_leading_enterprises: Count,
    /// Quality enterprises needed (ELIG-05).
    pub min_quality_enterprises: Count,
    /// How many months back incidents count (ELIG-06).
    pub incident_lookback_months: Count,
    /// The caps (CAP-01/02/03).
    pub cap: Caps,
    /// The share that may be released before an evaluation (TR-01, TR-02).
    pub first_share: Share,
    /// What waits for a payout decision (TR-02).
    pub gate: Gate,
    /// The most each grade may unlock (TR-07), where the programme has such a table.
    pub payout_table: Option<BTreeMap<Grade, Share>>,
    /// Days to file a project (USE-03).
    pub filing_days: Count,
    /// Whether an unfiled project may not be paid for (USE-03).
    pub filing_blocks_payment: bool,
    /// What each BAN rule bans.
    pub banned_purposes: BTreeMap<Rule, Ban>,
    /// The lowest scores, in hundredths, of 优, 良 and 中 (EVAL-06).
    pub grade_bands: [u64; 3],
    /// The weights a self-evaluation's groups should have (EVAL-07), for the form to show.
    pub self_evaluation_weights: Vec<u64>,
    /// Days from the term's end to the overall evaluation (TIME-04).
    pub overall_due_days: Count,
    /// The grades that are poor enough for a sanction (SAN-01).
    pub poor_set: BTreeSet<Grade>,
    /// Years that money may be carried over (DEF-01).
    pub carryover_years: Count,
    /// Days from release to receipt (DEF-03).
    pub receipt_days: Count,
    /// Days without a payment before a balance is idle (DEF-05).
    pub idle_days: Count,
    /// Months a pilot's term lasts (五(一)).
    pub term_months: Count,
}

impl Default for Parameters {
    /// No parameter set: nothing but a place to set them in.
    fn default() -> Self {
        let none = Count(0);
        Self {
            cohorts: BTreeSet::new(),
            cohort_quota: BTreeMap::new(),
            city_recommend_quota: BTreeMap::new(),
            apply_deadline: BTreeMap::new(),
            programme_target_about: none,
            min_leading_enterprises: none,
            min_quality_enterprises: none,
            incident_lookback_months: none,
            cap: Caps::default(),
            first_share: Share::NONE,
            gate: Gate::AboveShare,
            payout_table: None,
            filing_days: none,
            filing_blocks_payment: false,
            banned_purposes: BTreeMap::new(),
            grade_bands: [0; 3],
            self_evaluation_weights: Vec::new(),
            overall_due_days: none,
            poor_set: BTreeSet::new(),
            carryover_years: none,
            receipt_days: none,
            idle_days: none,
            term_months: none,
        }
    }
}

/// The parameters that have a value a year, amended as in `cohort_quota.2026`; a rules file may leave them out.
pub const BY_YEAR: &[&str] = &["cohort_quota", "city_recommend_quota", "apply_deadline"];

/// The parameters that have one value; a rules file states them all.
pub const SINGLE: &[&str] = &[
    "cohorts",
    "programme_target_about",
    "min_leading_enterprises",
    "min_quality_enterprises",
    "incident_lookback_months",
    "cap.national_zone",
    "cap.other",
    "cap.joint",
    "first_share",
    "gate",
    "payout_table",
    "filing_days",
    "filing_blocks_payment",
    "banned_purposes",
    "grade_bands",
    "self_evaluation_weights",
    "overall_due_days",
    "poor_set",
    "carryover_years",
    "receipt_days",
    "idle_days",
    "term_months",
];

impl Parameters {
    /// Reads the parameters of a rules file, where what a dot joins is a nested object.
    ///
    /// # Errors
    ///
    /// Every fault of form, every unknown and every missing parameter.
    pub fn read(rules: &BTreeMap<String, Value>) -> Result<Self, Vec<Fault>> {
        let mut form = Form::default();
        let mut flat = BTreeMap::new();
        for (name, value) in rules {
            match value.as_object() {
                Some(nested) if !matches!(name.as_str(), "payout_table" | "banned_purposes") => {
                    flat.extend(nested.iter().map(|(key, value)| (format!("{name}.{key}"), value)));
                }
                _ if name.contains('.') => form.under(name.clone(), |form| {
                    form.fault("规则文件中请写成嵌套对象", "a rules file states this as a nested object");
                }),
                _ => {
                    flat.insert(name.clone(), value);
                }
            }
        }
        let mut parameters = Self::default();
        for (name, value) in &flat {
            form.under(name.clone(), |form| parameters.set(name, value, form));
        }
        for name in SINGLE.iter().filter(|name| !flat.contains_key(**name)) {
            form.under(*name, |form| form.fault("缺少此参数", "this parameter is missing"));
        }
        if form.is_clean() { Ok(parameters) } else { Err(form.into_faults()) }
    }

    /// Sets one parameter by its dotted name, or notes what is wrong with it.
    pub fn set(&mut self, name: &str, value: &Value, form: &mut Form) {
        let (family, year) = name.split_once('.').unwrap_or((name, ""));
        match family {
            "cohort_quota" => set_year(&mut self.cohort_quota, year, value, form),
            "city_recommend_quota" => set_year(&mut self.city_recommend_quota, year, value, form),
            "apply_deadline" => set_year(&mut self.apply_deadline, year, value, form),
            _ => self.set_single(name, value, form),
        }
    }

    /// Sets parameters from an amendment that was judged when it was recorded: dotted name and JSON text.
    pub fn amend(&mut self, changes: &[(String, String)]) {
        let mut form = Form::default();
        for (name, text) in changes {
            if let Ok(value) = serde_json::from_str(text) {
                self.set(name, &value, &mut form);
            }
        }
    }

    fn set_single(&mut self, name: &str, value: &Value, form: &mut Form) {
        match name {
            "cohorts" => put(&mut self.cohorts, Vec::<Year>::read(value, form).map(BTreeSet::from_iter)),
            "programme_target_about" => put(&mut self.programme_target_about, Count::read(value, form)),
            "min_leading_enterprises" => put(&mut self.min_leading_enterprises, Count::read(value, form)),
            "min_quality_enterprises" => put(&mut self.min_quality_enterprises, Count::read(value, form)),
            "incident_lookback_months" => put(&mut self.incident_lookback_months, Count::read(value, form)),
            "cap.national_zone" => put(&mut self.cap.national_zone, Money::read(value, form)),
            "cap.other" => put(&mut self.cap.other, Money::read(value, form)),
            "cap.joint" => put(&mut self.cap.joint, Money::read(value, form)),
            "first_share" => put(&mut self.first_share, Ratio::read(value, form).map(|ratio| ratio.share())),
            "gate" => put(&mut self.gate, Gate::read(value, form)),
            "payout_table" => put(&mut self.payout_table, read_payout_table(value, form)),
            "filing_days" => put(&mut self.filing_days, Count::read(value, form)),
            "filing_blocks_payment" => put(&mut self.filing_blocks_payment, bool::read(value, form)),
            "banned_purposes" => put(&mut self.banned_purposes, read_bans(value, form)),
            "grade_bands" => put(&mut self.grade_bands, read_bands(value, form)),
            "self_evaluation_weights" => put(
                &mut self.self_evaluation_weights,
                Vec::<Weight>::read(value, form).map(|weights| weights.iter().map(Weight::units).collect()),
            ),
            "overall_due_days" => put(&mut self.overall_due_days, Count::read(value, form)),
            "poor_set" => put(&mut self.poor_set, Vec::<Grade>::read(value, form).map(BTreeSet::from_iter)),
            "carryover_years" => put(&mut self.carryover_years, Count::read(value, form)),
            "receipt_days" => put(&mut self.receipt_days, Count::read(value, form)),
            "idle_days" => put(&mut self.idle_days, Count::read(value, form)),
            "term_months" => put(&mut self.term_months, Count::read(value, form)),
            _ => form
                .fault("没有这个参数,参数名见 tranche rules", "there is no such parameter; `tranche rules` lists them"),
        }
    }

    /// The grade of a score, by the bands (EVAL-06).
    #[must_use]
    pub fn grade_of(&self, score: &Score) -> Grade {
        let [excellent, good, middling] = self.grade_bands;
        match score.units() {
            units if units >= excellent => Grade::Excellent,
            units if units >= good => Grade::Good,
            units if units >= middling => Grade::Middling,
            _ => Grade::Poor,
        }
    }
}

fn put<T>(place: &mut T, read: Option<T>) {
    if let Some(value) = read {
        *place = value;
    }
}

fn set_year<T: Field>(map: &mut BTreeMap<Year, T>, year: &str, value: &Value, form: &mut Form) {
    let four_digits = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    let year = Some(year).filter(|_| four_digits).and_then(|year| year.parse().ok()).map(Year);
    match (year, T::read(value, form)) {
        (Some(year), Some(value)) => {
            map.insert(year, value);
        }
        (None, _) => form.fault("须写明年份,例如 cohort_quota.2026", "a year is expected, as in cohort_quota.2026"),
        (Some(_), None) => {}
    }
}

fn read_object<'a>(value: &'a Value, form: &mut Form) -> Option<&'a Map<String, Value>> {
    let object = value.as_object();
    if object.is_none() {
        form.fault("须为对象", "an object is expected");
    }
    object
}

/// An object grade → ratio, or null for none.
#[expect(clippy::option_option, reason = "outer: whether it could be read; inner: whether the programme has a table")]
fn read_payout_table(value: &Value, form: &mut Form) -> Option<Option<BTreeMap<Grade, Share>>> {
    if value.is_null() {
        return Some(None);
    }
    let object = read_object(value, form)?;
    let mut table = BTreeMap::new();
    for (grade, ratio) in object {
        form.under(grade.clone(), |form| {
            let grade = Grade::read(&Value::from(grade.as_str()), form);
            if let (Some(grade), Some(ratio)) = (grade, Ratio::read(ratio, form)) {
                table.insert(grade, ratio.share());
            }
        });
    }
    (table.len() == object.len()).then_some(Some(table))
}

/// An object rule → list of purposes and of economic codes, which are digits.
fn read_bans(value: &Value, form: &mut Form) -> Option<BTreeMap<Rule, Ban>> {
    let object = read_object(value, form)?;
    let mut bans = BTreeMap::new();
    for (id, codes) in object {
        form.under(id.clone(), |form| {
            let rule = Rule::from_id(id).filter(|rule| rule.id().starts_with("BAN-"));
            if rule.is_none() {
                form.fault("须为 BAN-01 至 BAN-08", "one of BAN-01 to BAN-08 is expected");
            }
            let mut ban = Ban::default();
            for code in Vec::<Text>::read(codes, form).unwrap_or_default() {
                let code = code.as_str();
                if code.bytes().all(|byte| byte.is_ascii_digit()) {
                    ban.economic_codes.insert(code.to_owned());
                } else if let Some(purpose) = Purpose::read(&Value::from(code), form) {
                    ban.purposes.insert(purpose);
                }
            }
            if let Some(rule) = rule {
                bans.insert(rule, ban);
            }
        });
    }
    form.is_clean().then_some(bans)
}

/// Three scores, falling: the lowest of 优, 良 and 中.
fn read_bands(value: &Value, form: &mut Form) -> Option<[u64; 3]> {
    let scores: Vec<u64> = Vec::<Score>::read(value, form)?.iter().map(Score::units).collect();
    let bands = <[u64; 3]>::try_from(scores).ok().filter(|[a, b, c]| a > b && b > c);
    if bands.is_none() {
        form.fault(
            "须为三个递减的分数,例如 [\"90\", \"80\", \"60\"]",
            "three falling scores are expected, as in [\"90\", \"80\", \"60\"]",
        );
    }
    bands
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_unknown_or_missing_parameter_is_named() {
        let rules =
            BTreeMap::from([("no_such".to_owned(), json!(1)), ("cap".to_owned(), json!({"other": "1.00", "odd": 1}))]);
        let faults = Parameters::read(&rules).unwrap_err();
        let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert!(
            fields.contains(&"no_such") && fields.contains(&"cap.odd") && fields.contains(&"first_share"),
            "{fields:?}"
        );
        assert!(!fields.contains(&"cap.other"));
    }

    #[test]
    fn a_parameter_by_year_needs_its_year() {
        let mut form = Form::default();
        let mut parameters = Parameters::default();
        parameters.set("cohort_quota.2026", &json!(15), &mut form);
        assert_eq!(parameters.cohort_quota.get(&Year(2026)), Some(&Count(15)));
        parameters.set("cohort_quota", &json!(15), &mut form);
        parameters.set("cohort_quota.26", &json!(15), &mut form);
        parameters.set("cohort_quota.+202", &json!(15), &mut form);
        assert_eq!(form.into_faults().len(), 3);
    }
}
