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

use serde::{Deserialize, Deserializer, de::Error as _};

pub use super::code::{AreaKind, AreaLevel};
use super::text::{Id, Text};

/// The register of Jiangxi as it is carried in the program.
const JIANGXI: &str = include_str!("areas.csv");

crate::form! {
    /// An entry of the area register.
    pub struct Area {
        /// The GB/T 2260 code of a division, or the register's own `JXZ…` code of a zone. 地区代码
        code: Id,
        /// The official name. 名称
        name: Text,
        /// What it is. 类型
        kind: AreaKind,
        /// The level of a zone; none for a division. 级别
        level: Option<AreaLevel>,
        /// The city it belongs to, or 赣江新区, which acts as one. 设区市
        city: Text,
        /// The division a zone lies in, where a source says so. 所在县(市、区)
        county: Option<Text>,
        /// Whether a source proves kind and level. 是否已核实
        verified: bool,
    }
}

/// A line of the register: as an [`Area`], but with the register's own heading and words.
#[derive(Deserialize)]
struct Row {
    area: Id,
    name: Text,
    kind: AreaKind,
    level: Option<AreaLevel>,
    city: Text,
    county: Option<Text>,
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
        let Row { area: code, name, kind, level, city, county, verified } = row;
        Self { code, name, kind, level, city, county, verified }
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
    csv::Reader::from_reader(register.as_bytes()).into_deserialize::<Row>().map(|row| row.map(Area::from)).collect()
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
        assert_eq!(areas.iter().map(|area| &area.code).collect::<BTreeSet<_>>().len(), 161, "a code twice");
        assert_eq!(areas.iter().map(|area| &area.name).collect::<BTreeSet<_>>().len(), 161, "a name twice");
        assert_eq!(count(&areas, |area| area.kind != AreaKind::Zone), 100);
        assert_eq!(count(&areas, |area| area.level == Some(AreaLevel::National)), 20);
        assert_eq!(count(&areas, |area| !area.verified), 31);
    }

    #[test]
    fn zones_have_a_level_and_divisions_a_code_of_their_city() {
        for area in jiangxi().unwrap() {
            let zone = area.kind == AreaKind::Zone;
            assert_eq!(area.level.is_some(), zone, "{}", area.name);
            assert_eq!(area.code.as_str().starts_with("JXZ"), zone, "{}", area.name);
            assert!(zone || area.code.as_str().starts_with("36"), "{}", area.name);
            assert!(area.verified || zone, "{}: every division is on record", area.name);
        }
    }

    #[test]
    fn a_zone_reads_as_the_register_has_it() {
        let areas = jiangxi().unwrap();
        let zone = areas.iter().find(|area| area.code.as_str() == "JXZ012").unwrap();
        assert_eq!(zone.name.as_str(), "南昌高新技术产业开发区");
        assert_eq!((zone.level, zone.city.as_str(), zone.verified), (Some(AreaLevel::National), "南昌市", true));
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
