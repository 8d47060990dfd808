//! Acts on the programme as a whole: its rules, the area register, documents, accounting periods, its signer's key.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::Date;
use crate::domain::area::{Area, AreaKind, AreaLevel};
use crate::domain::note::{Note, Verifier};
use crate::domain::text::{ByteSize, Id, MediaType, Sha256, Text};

crate::form! {
    /// Opens a programme; the first event of every ledger.
    pub struct OpenProgramme {
        /// The programme's name. 专项名称
        programme: Text,
        /// Its parameters, as a rules file states them. 参数
        rules: BTreeMap<String, Value>,
        /// The area register it starts with. 地区名录
        areas: Vec<Area>,
        /// Whether it is a sandbox (演练), marked so for ever. 是否演练
        sandbox: bool,
    }

    /// Changes parameters from now on.
    pub struct AmendProgramme {
        /// The document that orders it. 文号
        document: Text,
        /// Dotted parameter → its new value. 参数与新值
        changes: BTreeMap<String, Value>,
    }

    /// Enters an area in the register.
    pub struct RegisterArea {
        /// The area's code. 地区代码
        area: Id,
        /// Its name. 名称
        name: Text,
        /// Its kind. 类型
        kind: AreaKind,
        /// The level of a zone. 级别
        level: Option<AreaLevel>,
        /// The city it lies in. 设区市
        city: Text,
        /// The document that proves it. 文号
        document: Text,
    }

    /// Attaches a document by its digest.
    pub struct Attach {
        /// The identifier of what it belongs to. 所属编号
        subject: Id,
        /// The file's name. 文件名
        name: Text,
        /// The file's media type. 媒体类型
        media_type: MediaType,
        /// The SHA-256 of its bytes. 摘要
        sha256: Sha256,
        /// Its size in bytes. 字节数
        size: ByteSize,
    }

    /// Closes the books through a date.
    pub struct ClosePeriod {
        /// A month's last day. 截至日期(月末)
        through: Date,
    }

    /// Reopens the books.
    pub struct ReopenPeriod {
        /// The month's last day through which they stay closed. 仍关闭至(月末)
        through: Date,
        /// Why. 原因
        reason: Text,
    }

    /// Announces the key that signs the ledger's checkpoints from now on.
    pub struct AnnounceKey {
        /// The new public key, as C2SP's signed notes write it. 新公钥
        key: Verifier,
        /// The key in force until now; none where this is the first. 原公钥
        previous: Option<Verifier>,
        /// The statement that both keys signed, a C2SP signed note (tranche key rotate). 换钥声明
        statement: Note,
    }
}
