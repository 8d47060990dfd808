//! Acts of performance evaluation, and the payout decision that rests on it.

use crate::domain::code::{EvaluationKind, Grade};
use crate::domain::text::{Id, Ratio, Score, Text, Weight, Year};

crate::form! {
    /// An item of a self-evaluation.
    pub struct EvaluationItem {
        /// The indicator. 指标
        indicator: Text,
        /// What was reached. 完成值
        actual: Text,
        /// Its weight in points. 权重
        weight: Weight,
        /// Its score. 得分
        score: Weight,
    }

    /// Submits a self-evaluation.
    pub struct SelfEvaluate {
        /// The pilot. 试点编号
        pilot: Id,
        /// The self-evaluation's identifier. 自评编号
        evaluation: Id,
        /// Annual or overall. 类别
        kind: EvaluationKind,
        /// The year. 年度
        year: Year,
        /// The score, 0–100. 得分
        score: Score,
        /// Its items. 指标得分
        items: Option<Vec<EvaluationItem>>,
        /// The report. 自评报告文号
        report: Text,
        /// The written opinion, which an overall one has. 书面意见文号
        opinion: Option<Text>,
    }

    /// Records the province's evaluation.
    pub struct Evaluate {
        /// The pilot. 试点编号
        pilot: Id,
        /// The evaluation's identifier. 评价编号
        evaluation: Id,
        /// Annual or overall. 类别
        kind: EvaluationKind,
        /// The year. 年度
        year: Year,
        /// The self-evaluation it rests on. 所依据的自评
        self_evaluation: Id,
        /// The score, 0–100. 得分
        score: Score,
        /// The grade. 等级
        grade: Grade,
        /// Why the grade is not that of the score's band. 等级调整理由
        override_reason: Option<Text>,
        /// The document. 文号
        document: Text,
    }

    /// Decides the payout of the remainder.
    pub struct DecidePayout {
        /// The pilot. 试点编号
        pilot: Id,
        /// The province's evaluation it rests on. 所依据的评价
        evaluation: Id,
        /// The cumulative share of the remainder it unlocks, 0–1. 剩余资金累计拨付比例
        ratio: Ratio,
        /// Why. 理由
        reason: Text,
        /// The document. 文号
        document: Text,
    }
}
