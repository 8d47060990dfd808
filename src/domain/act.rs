//! The 40 acts that can be recorded: what a command asks for and what its event says was done.
//!
//! A command's own fields *are* its event's data, so one definition gives both, their JSON Schemas and their
//! names. Whether an act may be done is not judged here.

pub mod application;
pub mod evaluation;
pub mod fund;
pub mod pilot;
pub mod programme;
pub mod sanction;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::code::Body;
use super::form::{Field as _, Form};

pub use application::*;
pub use evaluation::*;
pub use fund::*;
pub use pilot::*;
pub use programme::*;
pub use sanction::*;

/// Lists the acts: command, event, form, and the bodies that may record it (AUTH-01).
macro_rules! acts {
    ($( $(#[doc = $doc:literal])* $command:literal => $event:ident, $form:ident, [$($body:ident),*]; )*) => {
        /// An act: a command's own fields, which are its event's data.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[serde(untagged)]
        pub enum Act { $( $(#[doc = $doc])* $form($form), )* }

        /// Which act it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ActKind { $( $(#[doc = $doc])* $form, )* }

        impl ActKind {
            /// Every act, in the order of the specification.
            pub const ALL: &'static [Self] = &[$( Self::$form, )*];

            /// The command's name, as in `release`.
            #[must_use]
            pub const fn command(self) -> &'static str {
                match self { $( Self::$form => $command, )* }
            }

            /// The event's type, as in `TrancheReleased`.
            #[must_use]
            pub const fn event(self) -> &'static str {
                match self { $( Self::$form => stringify!($event), )* }
            }

            /// What it is for, in a sentence.
            #[must_use]
            pub fn doc(self) -> &'static str {
                match self { $( Self::$form => concat!($($doc),*).trim_ascii(), )* }
            }

            /// Its name in Chinese, which closes its documentation.
            #[must_use]
            pub fn zh(self) -> &'static str {
                self.doc().rsplit_once(". ").map_or(self.command(), |(_, zh)| zh)
            }

            /// The bodies that may record it (AUTH-01).
            #[must_use]
            pub const fn recorders(self) -> &'static [Body] {
                match self { $( Self::$form => &[$( Body::$body, )*], )* }
            }

            /// The names of its own fields.
            #[must_use]
            pub const fn fields(self) -> &'static [&'static str] {
                match self { $( Self::$form => $form::FIELDS, )* }
            }

            /// The JSON Schema of its own fields.
            #[must_use]
            pub fn schema(self) -> Value {
                match self { $( Self::$form => $form::schema(), )* }
            }

            /// The act of this command name.
            #[must_use]
            pub fn of_command(name: &str) -> Option<Self> {
                match name { $( $command => Some(Self::$form), )* _ => None }
            }

            /// The act of this event type.
            #[must_use]
            pub fn of_event(name: &str) -> Option<Self> {
                match name { $( stringify!($event) => Some(Self::$form), )* _ => None }
            }

            /// Reads its own fields from an object that has others beside them.
            pub fn read(self, object: &Map<String, Value>, form: &mut Form) -> Option<Act> {
                match self { $( Self::$form => $form::read_fields(object, form).map(Act::$form), )* }
            }

            /// Decodes what an event's data stand in, or these alone.
            ///
            /// # Errors
            ///
            /// Those of the decoder, as where the data are not those of this event.
            pub fn decode<D: Decode>(self, decoder: D) -> Result<D::Decoded, D::Error> {
                match self { $( Self::$form => decoder.decode::<$form>(Act::$form), )* }
            }
        }

        impl Act {
            /// Which act it is.
            #[must_use]
            pub const fn kind(&self) -> ActKind {
                match self { $( Self::$form(_) => ActKind::$form, )* }
            }
        }
    };
}

/// What decodes the data of events, whatever act they are of.
pub trait Decode {
    /// What comes of it.
    type Decoded;
    /// What may be wrong.
    type Error;

    /// Decodes what has such data, which `act` makes an act.
    ///
    /// # Errors
    ///
    /// As the decoder says.
    fn decode<T: DeserializeOwned>(self, act: fn(T) -> Act) -> Result<Self::Decoded, Self::Error>;
}

/// The data alone, as JSON.
impl Decode for &str {
    type Decoded = Act;
    type Error = serde_json::Error;

    fn decode<T: DeserializeOwned>(self, act: fn(T) -> Act) -> Result<Act, serde_json::Error> {
        serde_json::from_str(self).map(act)
    }
}

acts! {
    /// Opens the programme: its rules, its area register, whether it is a sandbox. 开设专项
    "open_programme" => ProgrammeOpened, OpenProgramme, [];
    /// Changes parameters of the programme from now on. 修订专项参数
    "amend_programme" => ProgrammeAmended, AmendProgramme, [ProvinceFinance, ProvinceDrc];
    /// Enters an area in the register, or replaces its entry. 登记地区
    "register_area" => AreaRegistered, RegisterArea, [ProvinceDrc];
    /// Submits an application. 申报
    "submit_application" => ApplicationSubmitted, SubmitApplication, [Applicant];
    /// Recommends an application to the province. 推荐
    "recommend" => ApplicationRecommended, Recommend, [CityDigital, CityFinance];
    /// Records the score of a review stage. 评审
    "review" => ApplicationReviewed, Review, [ProvinceDrc];
    /// Publicises a shortlist. 公示
    "publicise" => ShortlistPublicised, Publicise, [ProvinceDrc, ProvinceFinance];
    /// Recognises an application as a pilot. 认定
    "recognise" => PilotRecognised, Recognise, [ProvinceDrc, ProvinceFinance];
    /// Rejects an application. 不予通过
    "reject_application" => ApplicationRejected, RejectApplication, [CityDigital, ProvinceDrc, ProvinceFinance];
    /// Approves a pilot's plan; its term begins. 方案批复
    "approve_plan" => PlanApproved, ApprovePlan, [ProvinceDrc];
    /// Changes an approved plan. 方案调整
    "adjust_plan" => PlanAdjusted, AdjustPlan, [CityDigital, CityFinance];
    /// Files every plan change not yet filed. 方案调整备案
    "file_plan" => PlanAdjustmentFiled, FilePlan, [ProvinceDrc];
    /// Awards the fixed sum. 核定定额
    "allocate" => FundsAllocated, Allocate, [ProvinceFinance];
    /// Changes the fixed sum. 调整定额
    "adjust_allocation" => AllocationAdjusted, AdjustAllocation, [ProvinceFinance, ProvinceDrc];
    /// Sends a tranche. 下达资金
    "release" => TrancheReleased, Release, [ProvinceFinance];
    /// Confirms that a tranche has arrived. 确认到账
    "confirm_receipt" => ReceiptConfirmed, ConfirmReceipt, [LocalFinance, CityFinance];
    /// Cancels a wrongly recorded release. 冲正下达
    "reverse_release" => ReleaseReversed, ReverseRelease, [ProvinceFinance];
    /// Promises part of the allocation to a project. 确定项目和支持额度
    "assign_project" => ProjectAssigned, AssignProject, [CityDigital, CityFinance];
    /// Changes what a project is promised; zero withdraws it. 调整项目支持额度
    "change_assignment" => AssignmentChanged, ChangeAssignment, [CityDigital, CityFinance];
    /// Files a project with the province. 项目备案
    "file_project" => ProjectFiled, FileProject, [ProvinceDrc];
    /// Records that another provincial programme funds a project. 登记其他省级资金
    "register_other_funding" => OtherFundingRegistered, RegisterOtherFunding, [ProvinceFinance, ProvinceDrc];
    /// Records a payment. 支付
    "pay" => PaymentRecorded, Pay, [LocalFinance, CityFinance, Applicant];
    /// Cancels a wrongly recorded payment. 冲正支付
    "reverse_payment" => PaymentReversed, ReversePayment, [LocalFinance, CityFinance];
    /// Records progress against the targets. 绩效运行监控
    "monitor" => MonitoringRecorded, Monitor, [CityDigital, Applicant];
    /// Submits a self-evaluation. 绩效自评
    "self_evaluate" => SelfEvaluationSubmitted, SelfEvaluate, [CityDigital];
    /// Records the province's evaluation. 绩效评价
    "evaluate" => EvaluationRecorded, Evaluate, [ProvinceDrc, ProvinceFinance];
    /// Decides which share of the remainder an evaluation unlocks. 剩余资金拨付决定
    "decide_payout" => PayoutDecided, DecidePayout, [ProvinceFinance, ProvinceDrc];
    /// Orders rectification. 督促整改
    "order_rectification" => RectificationOrdered, OrderRectification, [ProvinceDrc, ProvinceFinance];
    /// Accepts a rectification. 整改验收
    "accept_rectification" => RectificationAccepted, AcceptRectification, [ProvinceDrc, ProvinceFinance];
    /// Suspends a pilot. 暂停试点资格
    "suspend" => PilotSuspended, Suspend, [ProvinceDrc, ProvinceFinance];
    /// Resumes a suspended pilot. 恢复试点资格
    "resume" => PilotResumed, Resume, [ProvinceDrc, ProvinceFinance];
    /// Revokes a pilot. 取消试点资格
    "revoke" => PilotRevoked, Revoke, [ProvinceDrc, ProvinceFinance];
    /// Orders money back. 收回奖补资金
    "order_clawback" => ClawbackOrdered, OrderClawback, [ProvinceFinance, ProvinceDrc];
    /// Records money that came back. 收回到账
    "receive_clawback" => ClawbackReceived, ReceiveClawback, [ProvinceFinance];
    /// Records a finding on an application or a pilot. 登记问题
    "record_finding" => FindingRecorded, RecordFinding, [ProvinceFinance, ProvinceDrc, Auditor];
    /// Attaches a document by its digest. 附件登记
    "attach" => DocumentAttached, Attach,
        [ProvinceFinance, ProvinceDrc, CityDigital, CityFinance, LocalFinance, Applicant];
    /// Closes the books through a month's end. 结账
    "close_period" => PeriodClosed, ClosePeriod, [ProvinceFinance];
    /// Reopens the books. 反结账
    "reopen_period" => PeriodReopened, ReopenPeriod, [ProvinceFinance, ProvinceDrc];
    /// Closes a pilot. 试点办结
    "close_pilot" => PilotClosed, ClosePilot, [ProvinceFinance];
    /// Announces the key that signs checkpoints from now on. 公布签发密钥
    "announce_key" => KeyAnnounced, AnnounceKey, [ProvinceFinance, ProvinceDrc];
}
