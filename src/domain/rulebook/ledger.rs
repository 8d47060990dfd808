//! The ledger's own rules: form, references, authority, dates, periods and states.
//!
//! The notice does not speak of them; without them the entries would contradict each other. Refused
//! here: anything about eligibility or money, which the notice does speak of.

use super::{Basis, Effect, Entry, Rule};

pub(super) static FORM_01: Entry = Entry {
    rule: Rule::Form01,
    clause: "(ledger)",
    basis: Basis::Ledger,
    effect: Effect::Refuse,
    notice: "",
    zh: "命令的字段须齐全、为该命令所有、类型与取值范围正确:金额为正数(撤回项目安排时可为零),恰好\
        两位小数,整数部分至多13位;文本不得空白、不得含控制字符,至多500字(姓名100字);整条记录不超\
        过65535字节;演练账以外不得自带记录时间。不合即拒绝,先于其他规则单独判定。",
    en: "A command has all its fields and no others, each of its type and range: money positive \
        (zero only to withdraw an assignment), with exactly two decimals and at most 13 digits \
        before the point; text neither blank nor with control characters, at most 500 characters \
        (a person's name 100); the whole entry at most 65,535 bytes; a recording time of its own \
        only in a sandbox ledger. Else it is refused, before and without any other rule.",
    parameters: &[],
};

pub(super) static REF_01: Entry = Entry {
    rule: Rule::Ref01,
    clause: "(ledger)",
    basis: Basis::Ledger,
    effect: Effect::Refuse,
    notice: "",
    zh: "所引用的申报、试点、下达、项目、支付、评价、收回等须在本台账中存在,并属于同一试点,否则拒\
        绝。查无此地区按 ELIG-01、查无此自评按 EVAL-03、查无此处理依据按 SAN-01 拒绝;登记附件不判\
        定本条。",
    en: "The application, pilot, release, project, payment, evaluation or clawback a command \
        names is in this ledger and belongs to the same pilot, or the command is refused. An \
        unknown area is a matter of ELIG-01, an unknown self-evaluation of EVAL-03, an unknown \
        basis of SAN-01; attaching a document is not held to this.",
    parameters: &[],
};

pub(super) static REF_02: Entry = Entry {
    rule: Rule::Ref02,
    clause: "(ledger)",
    basis: Basis::Ledger,
    effect: Effect::Refuse,
    notice: "",
    zh: "新编号在同类编号中不得已被占用,否则拒绝;自评和评价合为一类。",
    en: "A new identifier is not yet in use among those of its kind, or the command is refused; \
        self-evaluations and evaluations are one kind.",
    parameters: &[],
};

pub(super) static IDEM_01: Entry = Entry {
    rule: Rule::Idem01,
    clause: "(ledger)",
    basis: Basis::Ledger,
    effect: Effect::Refuse,
    notice: "",
    zh: "同一命令号再次提交时,除记录时间外内容须与首次一致:一致的答复首次的结果,不一致的拒绝,不再\
        判定其他规则。被拒绝的命令不占用命令号。",
    en: "A command id sent again comes with the content it had, recording time aside: the same \
        content is answered with the first outcome, other content is refused without any other \
        rule. A refused command does not use up its id.",
    parameters: &[],
};

pub(super) static AUTH_01: Entry = Entry {
    rule: Rule::Auth01,
    clause: "(ledger)",
    basis: Basis::Ledger,
    effect: Effect::Refuse,
    notice: "",
    zh: "办理单位须是有权发出该命令的单位,否则拒绝;绩效自评由他人记录的,同时违反 EVAL-02。",
    en: "The recording body is one that may send the command, or it is refused; a self-evaluation \
        recorded by another body breaks EVAL-02 too.",
    parameters: &[],
};

pub(super) static AUTH_02: Entry = Entry {
    rule: Rule::Auth02,
    clause: "(ledger)",
    basis: Basis::Ledger,
    effect: Effect::Refuse,
    notice: "",
    zh: "设区市部门只办理牵头地区属于本市的申报和试点;县(市、区)、开发区财政和申报主体只办理本地\
        区参加的申报和试点,提交申报的须为牵头地区。超出范围即拒绝。命令指向一个已有的申报或试点\
        时、以及提交申报时判定;登记附件不判定。",
    en: "A city body acts only on applications and pilots whose lead lies in its city; a local \
        finance office or applicant only on those its area takes part in, and submits an \
        application only as the lead. Anything else is refused. It is judged where the command \
        names one existing application or pilot, and on submission; not on attaching a document.",
    parameters: &[],
};

pub(super) static PARTY_01: Entry = Entry {
    rule: Rule::Party01,
    clause: "五(二)(四)(五)、四(二)",
    basis: Basis::Ledger,
    effect: Effect::Refuse,
    notice: "",
    zh: "需要会同办理的,各有关部门都须出现在办理单位和会签单位之中,且同一人只能签署一次;缺少部门\
        或一人两签即拒绝,并同时报出该命令自身的会同规则(DOC-04、SEL-04、PLAN-02、USE-02、\
        EVAL-05)。",
    en: "Where bodies act jointly, each of them is the recorder or among the approvals, and no \
        person signs twice. A missing body or a person standing twice is refused, together with \
        the command's own joint rule (DOC-04, SEL-04, PLAN-02, USE-02, EVAL-05).",
    parameters: &[],
};

pub(super) static DATE_01: Entry = Entry {
    rule: Rule::Date01,
    clause: "(ledger)",
    basis: Basis::Ledger,
    effect: Effect::Refuse,
    notice: "",
    zh: "业务日期不得晚于今天(以北京时间为准),否则拒绝;演练账的今天以模拟的记录时间为准。",
    en: "The business date is not after today in Asia/Shanghai, or the command is refused; in a \
        sandbox ledger today follows the simulated recording time.",
    parameters: &[],
};

pub(super) static DATE_02: Entry = Entry {
    rule: Rule::Date02,
    clause: "(ledger)",
    basis: Basis::Ledger,
    effect: Effect::Refuse,
    notice: "",
    zh: "业务日期不得早于该事项所依据的事项,同日可以,否则拒绝:例如下达不早于核定额度,支付不早于项\
        目安排,处理决定不早于其依据,申报的后一步不早于前一步。评价早于自评的,只按 EVAL-03 判定。",
    en: "The business date is on or after that of what the act builds on, or the command is \
        refused: a release not before the allocation, a payment not before the assignment, a \
        sanction not before its basis, a step of an application not before the last one. An \
        evaluation before its self-evaluation is a matter of EVAL-03 alone.",
    parameters: &[],
};

pub(super) static PER_01: Entry = Entry {
    rule: Rule::Per01,
    clause: "(ledger)",
    basis: Basis::Ledger,
    effect: Effect::Refuse,
    notice: "",
    zh: "业务日期须晚于已关账的截止日,否则拒绝;关账和重开账期这两个命令本身除外。",
    en: "The business date is after the day through which the books are closed, or the command is \
        refused; closing and reopening a period are not held to it.",
    parameters: &[],
};

pub(super) static STATE_01: Entry = Entry {
    rule: Rule::State01,
    clause: "(ledger)",
    basis: Basis::Ledger,
    effect: Effect::Refuse,
    notice: "",
    zh: "命令须与对象当时所处的状态相符,否则拒绝:例如只有已提交的申报可以推荐,一笔下达或支付只能\
        冲正一次,已结束的试点不再变更。",
    en: "The command fits the state its subject is in, or it is refused: only a submitted \
        application is recommended, a release or payment is reversed once, a closed pilot changes \
        no more.",
    parameters: &[],
};

pub(super) static KEY_01: Entry = Entry {
    rule: Rule::Key01,
    clause: "(ledger)",
    basis: Basis::Ledger,
    effect: Effect::Refuse,
    notice: "",
    zh: "签发检查点的密钥须在台账中公布后方可更换:所报原密钥须为现行密钥,换钥声明须由现行密钥和新密钥\
        共同签名,内容与所报公钥一致;新密钥与原密钥同名,公布过的密钥不得再用。首次公布没有原密钥,\
        由新密钥自己签名。",
    en: "The key that signs checkpoints is changed by an announcement in the ledger: it names the \
        key in force as the previous one and carries a statement of both that this key and the new \
        one signed. The new key has the previous one's name, and a key that was announced never \
        comes back. The first announcement has no previous key and is signed by the new one alone.",
    parameters: &[],
};
