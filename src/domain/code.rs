//! The codes of the field: bodies, kinds, grades, directions, purposes, each with its Chinese name.

use std::fmt;

use serde_json::{Value, json};

use super::form::{Field, Form};

/// Makes an enum of codes, each with its text in JSON and its Chinese name.
macro_rules! codes {
    ($(
        $(#[doc = $doc:literal])*
        pub enum $name:ident { $( $(#[doc = $variant_doc:literal])* $variant:ident = $code:literal $zh:literal, )* }
    )*) => { $(
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $( $(#[doc = $variant_doc])* #[serde(rename = $code)] $variant, )* }

        impl $name {
            /// Every code, in order.
            pub const ALL: &'static [Self] = &[$( Self::$variant, )*];

            /// The code as JSON has it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $code, )* }
            }

            /// The Chinese name.
            #[must_use]
            pub const fn zh(self) -> &'static str {
                match self { $( Self::$variant => $zh, )* }
            }

            /// The code with this text.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $( $code => Some(Self::$variant), )* _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl Field for $name {
            fn read(value: &Value, form: &mut Form) -> Option<Self> {
                let code = value.as_str().and_then(Self::parse);
                if code.is_none() {
                    let known = [$( $code ),*].join("、");
                    form.fault(format!("须为下列之一:{known}"), format!("one of these is expected: {}", known.replace('、', ", ")));
                }
                code
            }

            fn schema() -> Value {
                json!({"type": "string", "enum": [$( $code ),*]})
            }
        }
    )* };
}

codes! {
    /// A body that acts.
    pub enum Body {
        /// The province's finance department.
        ProvinceFinance = "province_finance" "省财政厅",
        /// The province's development and reform commission (data bureau).
        ProvinceDrc = "province_drc" "省发展改革委(省数据局)",
        /// A city's authority for the digital economy.
        CityDigital = "city_digital" "设区市数字经济主管部门",
        /// A city's finance bureau.
        CityFinance = "city_finance" "设区市财政部门",
        /// The finance bureau of a county or zone.
        LocalFinance = "local_finance" "县(市、区)、开发区财政",
        /// The lead of an application.
        Applicant = "applicant" "牵头申报主体",
        /// The auditor.
        Auditor = "auditor" "审计",
    }

    /// The stage of a review.
    pub enum Stage {
        /// On paper.
        Written = "written" "书面评审",
        /// On site.
        Onsite = "onsite" "现场评审",
    }

    /// The kind of a quality enterprise.
    pub enum EnterpriseKind {
        /// One that innovates technology.
        Technology = "technology" "技术创新型",
        /// One that enables others digitally.
        Enabling = "enabling" "数字赋能型",
        /// One that serves as a platform.
        Platform = "platform" "平台服务型",
        /// One that applies scenarios.
        Scenario = "scenario" "场景应用型",
    }

    /// The kind of an incident.
    pub enum IncidentKind {
        /// A work-safety accident.
        Safety = "safety" "生产安全事故",
        /// An environmental emergency.
        Environment = "environment" "突发环境事件",
    }

    /// The grade of an incident, from the least.
    pub enum IncidentGrade {
        /// General.
        General = "general" "一般",
        /// Larger.
        Larger = "larger" "较大",
        /// Major.
        Major = "major" "重大",
        /// Extraordinary.
        Extraordinary = "extraordinary" "特别重大",
    }

    /// A direction of support (二(二)).
    pub enum Direction {
        /// Digital enabling of a key industry.
        D1 = "D1" "重点行业综合数字化赋能",
        /// Digital enabling of a cluster.
        D2 = "D2" "产业集群综合数字化赋能",
        /// Infrastructure for the flow of data.
        D3 = "D3" "数据流通利用基础设施",
        /// High-quality data sets.
        D4 = "D4" "重点行业高质量数据集",
        /// Public services for the data industry.
        D5 = "D5" "数据产业公共服务",
        /// Core technology and key equipment.
        D6 = "D6" "数据领域核心技术和关键设备攻关",
    }

    /// What money is for.
    pub enum Purpose {
        /// Equipment.
        Equipment = "EQUIPMENT" "设备购置",
        /// Software.
        Software = "SOFTWARE" "软件",
        /// Data.
        Data = "DATA" "数据",
        /// Research.
        Research = "RESEARCH" "研发",
        /// Services.
        Service = "SERVICE" "服务",
        /// Infrastructure.
        Infrastructure = "INFRASTRUCTURE" "基础设施",
        /// Platforms.
        Platform = "PLATFORM" "平台",
        /// Balancing the budget at one's own level.
        BalanceBudget = "BALANCE_BUDGET" "平衡本级预算",
        /// Repaying debt.
        Debt = "DEBT" "偿还债务",
        /// Staff costs.
        Staff = "STAFF" "人员经费",
        /// Operating costs.
        Operating = "OPERATING" "工作经费",
        /// Repair and conversion of offices.
        OfficeRepair = "OFFICE_REPAIR" "办公用房维修改造",
        /// Government buildings.
        GovBuilding = "GOV_BUILDING" "新建改扩建政府性楼堂馆所",
        /// Other projects that are expressly forbidden.
        OtherProhibited = "OTHER_PROHIBITED" "其他明令禁止的项目",
        /// A government's digital platform.
        GovDigitalPlatform = "GOV_DIGITAL_PLATFORM" "政府数字化平台",
        /// Writing an application.
        ApplicationWriting = "APPLICATION_WRITING" "申报材料编制",
        /// Printing.
        Printing = "PRINTING" "材料印制",
    }

    /// The kind of an evaluation.
    pub enum EvaluationKind {
        /// Of a year.
        Annual = "annual" "年度",
        /// Of the whole term.
        Overall = "overall" "整体",
    }

    /// The grade of an evaluation, from the best.
    pub enum Grade {
        /// Excellent.
        Excellent = "优" "优",
        /// Good.
        Good = "良" "良",
        /// Middling.
        Middling = "中" "中",
        /// Poor.
        Poor = "差" "差",
    }

    /// Where returned money comes from.
    pub enum ReturnSource {
        /// Released money that was not spent: it lowers the balance.
        Unspent = "unspent" "未使用资金",
        /// The pilot's own funds.
        OwnFunds = "own_funds" "自有资金",
    }

    /// What a finding is of.
    pub enum FindingKind {
        /// Fraud.
        Fraud = "fraud" "弄虚作假",
        /// Misuse of money.
        Misuse = "misuse" "违规使用资金",
        /// Anything else.
        Other = "other" "其他",
    }

    /// What is withheld until when: the programme's reading of «剩余资金».
    pub enum Gate {
        /// What lies above the first share waits for a payout decision.
        AboveShare = "above_share" "超过首期比例的部分",
        /// What was not released in the recognition year waits for one.
        RemainderAfterYear = "remainder_after_year" "当年未拨付的部分",
    }

    /// Which cap binds a pilot; frozen at recognition.
    pub enum CapKind {
        /// A single national zone (CAP-01).
        NationalZone = "national_zone" "国家级开发区",
        /// Any other single area (CAP-02).
        Other = "other" "省级开发区、县(市、区)",
        /// A joint application (CAP-03).
        Joint = "joint" "联合申报",
    }

    /// What an area is.
    pub enum AreaKind {
        /// A county.
        County = "county" "县",
        /// A city at county level.
        CountyCity = "county_city" "县级市",
        /// A city's district.
        District = "district" "市辖区",
        /// A development zone.
        Zone = "zone" "开发区",
    }

    /// The level of a development zone, by whose approval it stands.
    pub enum AreaLevel {
        /// Approved by the State Council.
        National = "national" "国家级",
        /// Approved by the province.
        Provincial = "provincial" "省级",
    }
}
