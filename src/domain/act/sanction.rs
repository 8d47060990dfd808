//! Acts of rectification, suspension, revocation, clawback, and the findings they rest on.

use crate::domain::Date;
use crate::domain::code::{FindingKind, ReturnSource};
use crate::domain::money::Money;
use crate::domain::text::{Id, Text};

crate::form! {
    /// Orders rectification.
    pub struct OrderRectification {
        /// The pilot. 试点编号
        pilot: Id,
        /// The evaluation or finding it rests on. 依据
        basis: Id,
        /// When it is due. 整改期限
        due: Date,
        /// What is to be put right. 整改事项
        matters: Text,
        /// The document. 文号
        document: Text,
    }

    /// Accepts a rectification.
    pub struct AcceptRectification {
        /// The pilot. 试点编号
        pilot: Id,
        /// The document. 文号
        document: Text,
    }

    /// Suspends a pilot.
    pub struct Suspend {
        /// The pilot. 试点编号
        pilot: Id,
        /// The evaluation or finding it rests on. 依据
        basis: Id,
        /// Why. 原因
        reason: Text,
        /// The document. 文号
        document: Text,
    }

    /// Resumes a suspended pilot.
    pub struct Resume {
        /// The pilot. 试点编号
        pilot: Id,
        /// Why. 原因
        reason: Text,
        /// The document. 文号
        document: Text,
    }

    /// Revokes a pilot.
    pub struct Revoke {
        /// The pilot. 试点编号
        pilot: Id,
        /// The evaluation or finding it rests on. 依据
        basis: Id,
        /// Why. 原因
        reason: Text,
        /// The document. 文号
        document: Text,
    }

    /// Orders money back.
    pub struct OrderClawback {
        /// The pilot. 试点编号
        pilot: Id,
        /// The clawback's identifier. 收回编号
        clawback: Id,
        /// The sum in yuan. 金额(元)
        amount: Money,
        /// The evaluation or finding it rests on. 依据
        basis: Id,
        /// When it is due. 缴回期限
        due: Date,
        /// The document. 文号
        document: Text,
    }

    /// Records money that came back.
    pub struct ReceiveClawback {
        /// The pilot. 试点编号
        pilot: Id,
        /// The clawback. 收回编号
        clawback: Id,
        /// The receipt's identifier. 缴回编号
        receipt: Id,
        /// The sum in yuan. 金额(元)
        amount: Money,
        /// Where it came from. 资金来源
        source: ReturnSource,
        /// The voucher. 凭证号
        voucher: Text,
    }

    /// Records a finding.
    pub struct RecordFinding {
        /// The finding's identifier. 问题编号
        finding: Id,
        /// The pilot it is on. 试点编号
        pilot: Option<Id>,
        /// Or the application it is on. 申报编号
        application: Option<Id>,
        /// What it is of. 类别
        kind: FindingKind,
        /// What was found. 问题描述
        description: Text,
        /// The document. 文号
        document: Text,
    }
}
