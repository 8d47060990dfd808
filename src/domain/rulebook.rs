//! The rulebook: every rule a ledger is kept by, once, as data.
//!
//! A [`Rule`] is an identity, ordered as the rulebook is; its [`Entry`] says which clause it comes
//! from, the notice's own words for it, what it demands in Chinese and in English, and which
//! parameters of the programme it reads. Figures in the texts are those of Jiangxi's programme of
//! 2025; what binds is the parameter in force. To add a rule: a line in the list below, in its place,
//! and an entry of that name in the section it belongs to; the compiler asks for the rest.
//!
//! Refused here: judging. A rule is judged in one place of its own, which cites it from here.

mod evaluation;
mod ledger;
mod outside;
mod release;
mod selection;
mod spending;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// What a rule rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The notice of 2025-10-16.
    Notice,
    /// The ledger's own order: without it the entries would contradict each other.
    Ledger,
    /// A norm outside the notice, followed as a default because the notice is silent.
    Default,
}

/// What a rule does in the main where it is not kept; its text tells the exceptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The command is not appended.
    Refuse,
    /// The command is appended and the warning kept in its event.
    Warn,
    /// A line on reports for as long as it is true.
    Alert,
}

/// What the rulebook says of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The rule.
    pub rule: Rule,
    /// The clause it comes from, cited as 四(一); `(ledger)` where it is the ledger's own.
    pub clause: &'static str,
    /// What it rests on.
    pub basis: Basis,
    /// What it does in the main.
    pub effect: Effect,
    /// The notice's own words; for a default the name of the norm; empty for the ledger's own rules.
    pub notice: &'static str,
    /// What it demands, in Chinese.
    pub zh: &'static str,
    /// What it demands, in English.
    pub en: &'static str,
    /// The programme's parameters it reads, dotted as in an amendment but without the year.
    pub parameters: &'static [&'static str],
}

/// Makes the rules from one list, so that order, names and entries cannot drift apart.
macro_rules! rules {
    ($($rule:ident $id:literal $section:ident::$entry:ident $doc:literal)+) => {
        /// A rule's identity, ordered as the rulebook is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = concat!("`", $id, "`: ", $doc, ".")] $rule,)+
        }

        impl Rule {
            /// Every rule, in the rulebook's order.
            pub const ALL: &'static [Self] = &[$(Self::$rule),+];

            /// The name a refusal cites it by, such as `TR-01`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$rule => $id,)+
                }
            }

            /// What the rulebook says of it.
            #[must_use]
            pub const fn entry(self) -> &'static Entry {
                match self {
                    $(Self::$rule => &$section::$entry,)+
                }
            }
        }
    };
}

rules! {
    Form01 "FORM-01" ledger::FORM_01 "the form of a command"
    Ref01 "REF-01" ledger::REF_01 "a reference names something"
    Ref02 "REF-02" ledger::REF_02 "a new identifier is free"
    Idem01 "IDEM-01" ledger::IDEM_01 "a command id has one content"
    Auth01 "AUTH-01" ledger::AUTH_01 "the body may send the command"
    Auth02 "AUTH-02" ledger::AUTH_02 "the body acts for its own city or area"
    Party01 "PARTY-01" ledger::PARTY_01 "all needed bodies signed, each by another person"
    Date01 "DATE-01" ledger::DATE_01 "the business date is not in the future"
    Date02 "DATE-02" ledger::DATE_02 "the business date follows what the act builds on"
    Per01 "PER-01" ledger::PER_01 "the period is open"
    State01 "STATE-01" ledger::STATE_01 "the command fits the state of its subject"
    Key01 "KEY-01" ledger::KEY_01 "a new key is announced under the one in force"
    Elig01 "ELIG-01" selection::ELIG_01 "applicants are counties, cities of that rank, districts and zones"
    Elig02 "ELIG-02" selection::ELIG_02 "a joint application has one lead"
    Elig03 "ELIG-03" selection::ELIG_03 "an area is recognised once"
    Elig04 "ELIG-04" selection::ELIG_04 "a leading enterprise"
    Elig05 "ELIG-05" selection::ELIG_05 "enough quality enterprises"
    Elig06 "ELIG-06" selection::ELIG_06 "no major accident or environmental event of late"
    Elig08 "ELIG-08" selection::ELIG_08 "a field of the pilots"
    Resp01 "RESP-01" selection::RESP_01 "the applicant attests its material"
    Doc01 "DOC-01" selection::DOC_01 "the parts of the implementation plan"
    Doc04 "DOC-04" selection::DOC_04 "the letter of recommendation"
    Time01 "TIME-01" selection::TIME_01 "recommended in time"
    Qty01 "QTY-01" selection::QTY_01 "the quota of a cohort"
    Qty02 "QTY-02" selection::QTY_02 "the aim for all cohorts"
    Qty03 "QTY-03" selection::QTY_03 "the quota of a city"
    Qty04 "QTY-04" selection::QTY_04 "the years of the programme"
    Sel01 "SEL-01" selection::SEL_01 "both stages of review"
    Sel02 "SEL-02" selection::SEL_02 "the order of scores"
    Sel03 "SEL-03" selection::SEL_03 "publicity before recognition"
    Sel04 "SEL-04" selection::SEL_04 "recognition by both provincial bodies"
    Plan01 "PLAN-01" selection::PLAN_01 "an approved plan"
    Plan02 "PLAN-02" selection::PLAN_02 "changes of the plan"
    Cap01 "CAP-01" release::CAP_01 "the cap of a national zone"
    Cap02 "CAP-02" release::CAP_02 "the cap of any other single area"
    Cap03 "CAP-03" release::CAP_03 "the cap of a joint application"
    Cap04 "CAP-04" release::CAP_04 "a changed allocation covers what is spent on it"
    Cap05 "CAP-05" release::CAP_05 "one allocation a pilot"
    Src01 "SRC-01" release::SRC_01 "a release has a document of its own"
    Tr01 "TR-01" release::TR_01 "the share of the year of recognition"
    Tr02 "TR-02" release::TR_02 "the remainder follows the evaluation"
    Tr03 "TR-03" release::TR_03 "a release of the remainder names its evaluation"
    Tr04 "TR-04" release::TR_04 "never more than the allocation"
    Tr05 "TR-05" release::TR_05 "released within the term"
    Tr06 "TR-06" release::TR_06 "released in several tranches"
    Tr07 "TR-07" release::TR_07 "the payout decision"
    Tr08 "TR-08" release::TR_08 "no money while suspended, revoked or closed"
    Use01 "USE-01" spending::USE_01 "a key project of the plan"
    Use02 "USE-02" spending::USE_02 "projects are settled by both city bodies"
    Use03 "USE-03" spending::USE_03 "projects are filed with the province"
    Use04 "USE-04" spending::USE_04 "no second provincial funding"
    Use05 "USE-05" spending::USE_05 "the money for its purpose and no more than there is"
    Use06 "USE-06" spending::USE_06 "the payee"
    Ban01 "BAN-01" spending::BAN_01 "no balancing of budgets"
    Ban02 "BAN-02" spending::BAN_02 "no repayment of debt"
    Ban03 "BAN-03" spending::BAN_03 "no staff costs of budget-funded units"
    Ban04 "BAN-04" spending::BAN_04 "no running costs of budget-funded units"
    Ban05 "BAN-05" spending::BAN_05 "no repair of offices"
    Ban06 "BAN-06" spending::BAN_06 "no government buildings"
    Ban07 "BAN-07" spending::BAN_07 "no other prohibited construction"
    Ban08 "BAN-08" spending::BAN_08 "no government digital platforms"
    Eval01 "EVAL-01" evaluation::EVAL_01 "the plan has targets"
    Eval02 "EVAL-02" evaluation::EVAL_02 "the city evaluates itself"
    Eval03 "EVAL-03" evaluation::EVAL_03 "the province evaluates on a self-evaluation"
    Eval04 "EVAL-04" evaluation::EVAL_04 "the overall self-evaluation"
    Eval05 "EVAL-05" evaluation::EVAL_05 "the overall evaluation by both provincial bodies"
    Eval06 "EVAL-06" outside::EVAL_06 "scores and grades"
    Eval07 "EVAL-07" outside::EVAL_07 "the weights of a self-evaluation"
    Time03 "TIME-03" evaluation::TIME_03 "the annual evaluation is due"
    Time04 "TIME-04" evaluation::TIME_04 "the overall evaluation is due"
    San01 "SAN-01" evaluation::SAN_01 "a sanction has a basis"
    San02 "SAN-02" evaluation::SAN_02 "a sanction has a due date"
    San03 "SAN-03" evaluation::SAN_03 "no more is clawed back than was released"
    San04 "SAN-04" evaluation::SAN_04 "fraud"
    Eth01 "ETH-01" evaluation::ETH_01 "no money for writing or printing applications"
    Def01 "DEF-01" outside::DEF_01 "money carried over"
    Def03 "DEF-03" outside::DEF_03 "receipt in time"
    Def04 "DEF-04" outside::DEF_04 "the check character of a credit code"
    Def05 "DEF-05" outside::DEF_05 "idle money"
}

impl Rule {
    /// The rule of this id, or `None`.
    ///
    /// ```
    /// # use tranche::domain::rulebook::Rule;
    /// assert_eq!(Rule::from_id("TR-01"), Some(Rule::Tr01));
    /// assert_eq!(Rule::from_id("tr-01"), None);
    /// ```
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.id() == id)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

// By its id and never by its place, so that a rule added between two others leaves what is stored readable.
impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        Self::from_id(&id).ok_or_else(|| D::Error::custom(format!("no rule has the id {id:?}")))
    }
}

#[cfg(test)]
mod tests;
