//! A party as a flag has it, `BODY[/CITY]:PERSON[:DOCUMENT]`, as the object a command has.
//!
//! Refused here: judging. A body nobody knows is handed on as it stands, for the form to find at fault.

use serde_json::{Map, Value};

use crate::domain::code::Body;

/// What bodies are called beside their full names; in 赣江新区 two offices stand for the city's.
const NAMES: &[(&str, Body)] = &[
    ("省发展改革委", Body::ProvinceDrc),
    ("省发改委", Body::ProvinceDrc),
    ("省数据局", Body::ProvinceDrc),
    ("市数字经济主管部门", Body::CityDigital),
    ("经济发展局", Body::CityDigital),
    ("设区市财政局", Body::CityFinance),
    ("市财政局", Body::CityFinance),
    ("财政金融局", Body::CityFinance),
    ("县财政局", Body::LocalFinance),
    ("区财政局", Body::LocalFinance),
    ("开发区财政局", Body::LocalFinance),
    ("申报主体", Body::Applicant),
];

/// The body of this code or Chinese name.
fn body_of(name: &str) -> Option<Body> {
    let full = |body: &Body| plain(body.zh()) == plain(name);
    Body::parse(name)
        .or_else(|| Body::ALL.iter().copied().find(full))
        .or_else(|| NAMES.iter().find(|(known, _)| *known == name).map(|(_, body)| *body))
}

/// A name with half-width parentheses: Chinese keyboards write full-width ones.
fn plain(name: &str) -> String {
    name.replace('\u{ff08}', "(").replace('\u{ff09}', ")")
}

/// The object a party stands for.
pub(in crate::cli) fn read(text: &str) -> Value {
    // Chinese keyboards write a full-width colon.
    let mut parts = text.splitn(3, [':', '\u{ff1a}']);
    let (body, person, document) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let (name, place) = body.split_once('/').map_or((body, None), |(name, place)| (name, Some(place)));
    let body = body_of(name);
    let place_key = match body {
        Some(Body::LocalFinance | Body::Applicant) => "area",
        _ => "city",
    };
    let mut object =
        Map::from_iter([("body".to_owned(), body.map_or_else(|| name.into(), |body| body.as_str().into()))]);
    for (key, text) in [("person", person), (place_key, place), ("document", document)] {
        object.extend(text.map(|text| (key.to_owned(), text.into())));
    }
    object.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_party_has_its_body_place_person_and_document() {
        for (text, party) in [
            ("province_finance:李敏", json!({"body": "province_finance", "person": "李敏"})),
            ("省财政厅:李敏", json!({"body": "province_finance", "person": "李敏"})),
            (
                "省发展改革委\u{ff08}省数据局\u{ff09}:周涛:赣发改数〔2025〕12号",
                json!({"body": "province_drc", "person": "周涛", "document": "赣发改数〔2025〕12号"}),
            ),
            ("省数据局\u{ff1a}周涛", json!({"body": "province_drc", "person": "周涛"})),
            ("city_digital/南昌市:甲", json!({"body": "city_digital", "person": "甲", "city": "南昌市"})),
            ("设区市财政部门/南昌市:乙", json!({"body": "city_finance", "person": "乙", "city": "南昌市"})),
            ("local_finance/JXZ012:丙", json!({"body": "local_finance", "person": "丙", "area": "JXZ012"})),
            ("牵头申报主体/360602:丁", json!({"body": "applicant", "person": "丁", "area": "360602"})),
        ] {
            assert_eq!(read(text), party, "{text}");
        }
    }

    #[test]
    fn what_is_no_party_is_left_to_the_form() {
        assert_eq!(read("nobody"), json!({"body": "nobody"}));
        assert_eq!(read("auditor:戊:文:号"), json!({"body": "auditor", "person": "戊", "document": "文:号"}));
        assert_eq!(read(""), json!({"body": ""}));
    }

    #[test]
    fn every_body_goes_by_its_code_and_its_name() {
        for body in Body::ALL {
            assert_eq!(body_of(body.as_str()), Some(*body));
            assert_eq!(body_of(body.zh()), Some(*body));
        }
    }
}
