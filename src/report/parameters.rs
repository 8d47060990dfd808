//! A programme's parameters by their dotted names, in the form a rules file and an amendment state them.
//!
//! What is shown of a parameter can so be sent back as an amendment. Refused here: setting anything.

use std::collections::BTreeMap;
use std::fmt::Display;

use serde_json::{Map, Value};

pub use crate::domain::parameters::{BY_YEAR, SINGLE};
use crate::domain::parameters::{Ban, Parameters};
use crate::domain::text::Year;

/// The value of a parameter; one by year is an object year → value, and an unknown name has none.
#[must_use]
pub fn value_of(parameters: &Parameters, name: &str) -> Value {
    let p = parameters;
    match name {
        "cohorts" => p.cohorts.iter().map(|year| year.0).collect(),
        "cohort_quota" => by_year(&p.cohort_quota, |quota| quota.0.into()),
        "city_recommend_quota" => by_year(&p.city_recommend_quota, |quota| quota.0.into()),
        "apply_deadline" => by_year(&p.apply_deadline, |day| day.to_string().into()),
        "programme_target_about" => p.programme_target_about.0.into(),
        "min_leading_enterprises" => p.min_leading_enterprises.0.into(),
        "min_quality_enterprises" => p.min_quality_enterprises.0.into(),
        "incident_lookback_months" => p.incident_lookback_months.0.into(),
        "cap.national_zone" => text(p.cap.national_zone),
        "cap.other" => text(p.cap.other),
        "cap.joint" => text(p.cap.joint),
        "first_share" => text(p.first_share),
        "gate" => text(p.gate),
        "payout_table" => p.payout_table.as_ref().map_or(Value::Null, |table| {
            table.iter().map(|(grade, share)| (grade.to_string(), text(share))).collect::<Map<_, _>>().into()
        }),
        "filing_days" => p.filing_days.0.into(),
        "filing_blocks_payment" => p.filing_blocks_payment.into(),
        "banned_purposes" => {
            let ban =
                |ban: &Ban| ban.purposes.iter().map(text).chain(ban.economic_codes.iter().map(text)).collect::<Value>();
            p.banned_purposes
                .iter()
                .map(|(rule, codes)| (rule.id().to_owned(), ban(codes)))
                .collect::<Map<_, _>>()
                .into()
        }
        "grade_bands" => p.grade_bands.iter().map(|units| decimal(*units, 2)).collect(),
        "self_evaluation_weights" => p.self_evaluation_weights.iter().map(|units| decimal(*units, 6)).collect(),
        "overall_due_days" => p.overall_due_days.0.into(),
        "poor_set" => p.poor_set.iter().map(text).collect(),
        "carryover_years" => p.carryover_years.0.into(),
        "receipt_days" => p.receipt_days.0.into(),
        "idle_days" => p.idle_days.0.into(),
        "term_months" => p.term_months.0.into(),
        _ => Value::Null,
    }
}

fn text(value: impl Display) -> Value {
    value.to_string().into()
}

fn by_year<T>(values: &BTreeMap<Year, T>, value: impl Fn(&T) -> Value) -> Value {
    values.iter().map(|(year, one)| (year.to_string(), value(one))).collect::<Map<_, _>>().into()
}

/// A decimal kept in units of its last place, without needless zeros.
fn decimal(units: u64, places: u32) -> Value {
    let scale = 10_u64.pow(places);
    let (whole, rest) = (units / scale, units % scale);
    let digits = format!("{rest:0width$}", width = places as usize);
    match digits.trim_end_matches('0') {
        "" => whole.to_string().into(),
        digits => format!("{whole}.{digits}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::form::Form;
    use crate::domain::rulebook::Rule;
    use crate::engine::opening::{JIANGXI_2025, read_rules};

    #[test]
    fn every_parameter_is_shown_as_an_amendment_would_set_it() {
        let rules = read_rules(JIANGXI_2025.as_bytes(), false).unwrap().rules;
        let parameters = Parameters::read(&rules).unwrap();
        let mut read = Rule::ALL.iter().flat_map(|rule| rule.entry().parameters);
        assert!(read.all(|name| SINGLE.contains(name) || BY_YEAR.contains(name)));
        for name in SINGLE.iter().chain(BY_YEAR) {
            let value = value_of(&parameters, name);
            assert!(*name == "payout_table" || !value.is_null(), "{name} has a value");
            let mut again = Parameters::default();
            let mut form = Form::default();
            match &value {
                Value::Object(years) if BY_YEAR.contains(name) => {
                    years.iter().for_each(|(year, one)| again.set(&format!("{name}.{year}"), one, &mut form));
                }
                _ => again.set(name, &value, &mut form),
            }
            assert_eq!(form.into_faults(), [], "{name}");
            assert_eq!(value_of(&again, name), value, "{name}");
        }
        assert_eq!(value_of(&parameters, "no_such"), Value::Null);
        assert_eq!(decimal(12_500_000, 6), "12.5");
    }
}
