//! Acts on applications, from submission to recognition.

use crate::domain::Date;
use crate::domain::code::{EnterpriseKind, IncidentGrade, IncidentKind, Stage};
use crate::domain::text::{Id, ReviewScore, Text, Year};
use crate::domain::uscc::Uscc;

crate::form! {
    /// A leading enterprise (龙头企业).
    pub struct LeadingEnterprise {
        /// Its name. 名称
        name: Text,
        /// Its unified social credit code. 统一社会信用代码
        uscc: Option<Uscc>,
    }

    /// A quality enterprise (优质企业).
    pub struct QualityEnterprise {
        /// Its name. 名称
        name: Text,
        /// Its unified social credit code. 统一社会信用代码
        uscc: Option<Uscc>,
        /// Its kind. 类型
        kind: EnterpriseKind,
    }

    /// An incident in a member's area.
    pub struct Incident {
        /// Its kind. 类别
        kind: IncidentKind,
        /// Its grade. 等级
        grade: IncidentGrade,
        /// When it happened. 日期
        date: Date,
        /// Where. 地区代码
        area: Id,
    }

    /// The applicant's attestation; without signer or document it breaks RESP-01.
    pub struct Attestation {
        /// Who signs for it. 签署人
        signer: Option<Text>,
        /// The signed document. 文号
        document: Option<Text>,
    }

    /// Submits an application.
    pub struct SubmitApplication {
        /// The application's identifier. 申报编号
        application: Id,
        /// The cohort it bids for. 批次(年)
        cohort: Year,
        /// The lead's area code. 牵头申报主体
        lead: Id,
        /// All members' area codes, the lead's included. 申报主体
        members: Vec<Id>,
        /// The field. 试点领域
        field: Text,
        /// Its leading enterprises. 龙头企业
        leading_enterprises: Vec<LeadingEnterprise>,
        /// Its quality enterprises. 优质企业
        quality_enterprises: Vec<QualityEnterprise>,
        /// Incidents of the last years. 事故和事件
        incidents: Vec<Incident>,
        /// The sections its plan has. 实施方案章节
        plan_sections: Vec<Text>,
        /// The attestation. 承诺
        attestation: Attestation,
    }

    /// Recommends an application.
    pub struct Recommend {
        /// The application. 申报编号
        application: Id,
        /// The letter of recommendation. 推荐函文号
        document: Text,
    }

    /// Records a review.
    pub struct Review {
        /// The application. 申报编号
        application: Id,
        /// The stage. 评审环节
        stage: Stage,
        /// The score, 0–100. 得分
        score: ReviewScore,
    }

    /// Publicises a shortlist.
    pub struct Publicise {
        /// The cohort. 批次(年)
        cohort: Year,
        /// The applications on the list. 申报编号
        applications: Vec<Id>,
        /// The first day. 公示起
        from: Date,
        /// The last day. 公示止
        to: Date,
    }

    /// Recognises an application as a pilot.
    pub struct Recognise {
        /// The application. 申报编号
        application: Id,
        /// The pilot's identifier. 试点编号
        pilot: Id,
        /// The document. 文号
        document: Text,
    }

    /// Rejects an application.
    pub struct RejectApplication {
        /// The application. 申报编号
        application: Id,
        /// Why. 原因
        reason: Text,
    }
}
