//! Areas (县、县级市、区、开发区): who may apply, and the register a new ledger starts with.
//!
//! The register `areas.csv` has the hundred county-level divisions of Jiangxi under their GB/T 2260
//! codes (as of 2023-06-30) and the development zones found in public sources up to October 2025
//! (the national ones by 国办函〔2024〕83号 and earlier approvals; 贵溪 rose to national in October
//! 2024). Zones have no GB/T 2260 code: their `JXZ…` codes are the register's own. A zone whose level
//! no source proves stands there as not verified: it may not apply (ELIG-01) until the province
//! registers its level with a document. A zone that is missing is added in the same way.
//!
//! Refused here: guessing a level, and deciding who may apply.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// The register of Jiangxi as it is carried in the program.
const JIANGXI: &str = include_str!("areas.csv");

/// What an area is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaKind {
    /// 县
    County,
    /// 县级市
    CountyCity,
    /// 市辖区
    District,
    /// 开发区
    Zone,
}

/// The level of a development zone, by whose approval it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaLevel {
    /// 国家级: approved by the State Council; alone it may receive up to `cap.national_zone` (四(一)).
    National,
    /// 省级: approved by the province.
    Provincial,
}

/// An entry of the area register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// The GB/T 2260 code of a division, or the register's own `JXZ…` code of a zone.
    pub code: String,
    /// The official name.
    pub name: String,
    /// What it is.
    pub kind: AreaKind,
    /// The level of a zone; none for a division.
    pub level: Option<AreaLevel>,
    /// The 设区市 it belongs to, or 赣江新区, which acts as one.
    pub city: String,
    /// The division a zone lies in, where a source says so.
    pub county: Option<String>,
    /// Whether a source proves kind and level.
    pub verified: bool,
}

/// A line of the register: as an [`Area`], but with the register's own heading and words.
#[derive(Deserialize)]
struct Row {
    area: String,
    name: String,
    kind: AreaKind,
    level: Option<AreaLevel>,
    city: String,
    county: Option<String>,
    #[serde(deserialize_with = "yes_or_no")]
    verified: bool,
}

/// `yes` or `no`, and no third answer.
fn yes_or_no<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        other => Err(D::Error::custom(format!("{other:?} is neither yes nor no"))),
    }
}

impl From<Row> for Area {
    fn from(row: Row) -> Self {
        let Row {
            area: code,
            name,
            kind,
            level,
            city,
            county,
            verified,
        } = row;
        Self {
            code,
            name,
            kind,
            level,
            city,
            county,
            verified,
        }
    }
}

/// The areas of Jiangxi, in the register's order.
///
/// # Errors
///
/// Where the register in the program is not well formed, naming the line; a test holds that it is.
pub fn jiangxi() -> Result<Vec<Area>, csv::Error> {
    read(JIANGXI)
}

/// The areas a register in this form lists.
fn read(register: &str) -> Result<Vec<Area>, csv::Error> {
    csv::Reader::from_reader(register.as_bytes())
        .into_deserialize::<Row>()
        .map(|row| row.map(Area::from))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn count(areas: &[Area], holds: impl Fn(&Area) -> bool) -> usize {
        areas.iter().filter(|area| holds(area)).count()
    }

    #[test]
    fn the_register_is_whole() {
        let areas = jiangxi().unwrap();
        assert_eq!(areas.len(), 161);
        assert_eq!(
            areas
                .iter()
                .map(|area| &area.code)
                .collect::<BTreeSet<_>>()
                .len(),
            161,
            "a code twice"
        );
        assert_eq!(
            areas
                .iter()
                .map(|area| &area.name)
                .collect::<BTreeSet<_>>()
                .len(),
            161,
            "a name twice"
        );
        assert_eq!(count(&areas, |area| area.kind != AreaKind::Zone), 100);
        assert_eq!(
            count(&areas, |area| area.level == Some(AreaLevel::National)),
            20
        );
        assert_eq!(count(&areas, |area| !area.verified), 31);
    }

    #[test]
    fn zones_have_a_level_and_divisions_a_code_of_their_city() {
        for area in jiangxi().unwrap() {
            let zone = area.kind == AreaKind::Zone;
            assert_eq!(area.level.is_some(), zone, "{}", area.name);
            assert_eq!(area.code.starts_with("JXZ"), zone, "{}", area.name);
            assert!(zone || area.code.starts_with("36"), "{}", area.name);
            assert!(!area.city.is_empty(), "{}", area.name);
            assert!(
                area.verified || zone,
                "{}: every division is on record",
                area.name
            );
        }
    }

    #[test]
    fn a_zone_reads_as_the_register_has_it() {
        let areas = jiangxi().unwrap();
        let zone = areas.iter().find(|area| area.code == "JXZ012").unwrap();
        assert_eq!(zone.name, "南昌高新技术产业开发区");
        assert_eq!(
            (zone.level, zone.city.as_str(), zone.verified),
            (Some(AreaLevel::National), "南昌市", true)
        );
    }

    #[test]
    fn a_word_out_of_place_is_refused() {
        let head = "area,name,kind,level,city,county,verified\n";
        assert!(read(&format!("{head}1,某县,county,,某市,,yes\n")).is_ok());
        assert!(read(&format!("{head}1,某县,county,,某市,,maybe\n")).is_err());
        assert!(read(&format!("{head}1,某县,village,,某市,,yes\n")).is_err());
        assert!(read(&format!("{head}1,某县,county,,某市\n")).is_err());
    }

    #[test]
    fn json_keeps_an_area_as_it_is() {
        for area in jiangxi().unwrap() {
            let text = serde_json::to_string(&area).unwrap();
            assert_eq!(serde_json::from_str::<Area>(&text).unwrap(), area);
        }
    }
}
