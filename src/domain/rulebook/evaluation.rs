//! Evaluation, its deadlines, and what follows a poor result or fraud (五(五), 六).
//!
//! Refused here: how much a good result unlocks, which is TR-07.

use super::{Basis, Effect, Entry, Rule};

pub(super) static EVAL_01: Entry = Entry {
    rule: Rule::Eval01,
    clause: "五(五)",
    basis: Basis::Notice,
    effect: Effect::Warn,
    notice: "应当强化绩效目标管理,做好绩效运行监控",
    zh: "批复的实施方案没有绩效目标的,不拒绝,只提醒。",
    en: "A plan approved without targets is taken with a warning.",
    parameters: &[],
};

pub(super) static EVAL_02: Entry = Entry {
    rule: Rule::Eval02,
    clause: "五(五)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "由设区市数字经济主管部门牵头组织试点地区开展年度绩效自评",
    zh: "绩效自评只能由设区市数字经济主管部门记录,否则拒绝,并同时违反 AUTH-01。",
    en: "A self-evaluation is recorded by the city's digital-economy body, or it is refused, and \
        AUTH-01 is broken too.",
    parameters: &[],
};

pub(super) static EVAL_03: Entry = Entry {
    rule: Rule::Eval03,
    clause: "五(五)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "省发展改革委(省数据局)牵头进行年度绩效评价",
    zh: "省级评价须写明同一试点、同一类别、同一年度的自评,且自评日期不晚于评价日期,否则拒绝。",
    en: "The province evaluates on a named self-evaluation: that pilot's, of the same kind and \
        year, and not dated after the evaluation; else refused.",
    parameters: &[],
};

pub(super) static EVAL_04: Entry = Entry {
    rule: Rule::Eval04,
    clause: "五(五)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "开展整体绩效自评,出具书面意见,并报送绩效自评报告",
    zh: "整体自评须在试点期满之后,并附书面意见和自评报告,否则拒绝。",
    en: "An overall self-evaluation comes after the end of the term, with the city's written \
        opinion and the report, or it is refused.",
    parameters: &[],
};

pub(super) static EVAL_05: Entry = Entry {
    rule: Rule::Eval05,
    clause: "五(五)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "省发展改革委(省数据局)、省财政厅组织进行整体绩效评价",
    zh: "整体评价须由省发展改革委(省数据局)和省财政厅共同作出,否则拒绝,并同时违反 PARTY-01。",
    en: "An overall evaluation is signed by both the provincial reform commission (data bureau) \
        and the provincial finance department, or it is refused, and PARTY-01 is broken too.",
    parameters: &[],
};

pub(super) static TIME_03: Entry = Entry {
    rule: Rule::Time03,
    clause: "五(五)",
    basis: Basis::Notice,
    effect: Effect::Alert,
    notice: "试点启动第二年,由设区市数字经济主管部门牵头组织试点地区开展年度绩效自评",
    zh: "试点起始日次年的12月31日过后仍没有年度自评、年度评价的,从次日起分别列为预警 \
        self_evaluation_due、evaluation_due,补办后消除。",
    en: "Where 31 December of the year after the term's first year passes without an annual \
        self-evaluation or evaluation, the alerts self_evaluation_due and evaluation_due stand \
        from the next day until there is one.",
    parameters: &[],
};

pub(super) static TIME_04: Entry = Entry {
    rule: Rule::Time04,
    clause: "五(五)",
    basis: Basis::Notice,
    effect: Effect::Alert,
    notice: "试点期满后,由设区市数字经济主管部门牵头组织试点地区开展整体绩效自评",
    zh: "试点期满90日后仍没有整体评价的,列为预警 overall_evaluation_due。90日是专项参数,通知没有\
        规定期限。",
    en: "Without an overall evaluation 90 days after the end of the term the alert \
        overall_evaluation_due stands. The 90 days are the programme's parameter; the notice sets \
        none.",
    parameters: &["overall_due_days"],
};

pub(super) static SAN_01: Entry = Entry {
    rule: Rule::San01,
    clause: "五(五)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "对于评价结果较差的,将视情况严重程度采取督促整改、暂停试点资格、收回奖补资金等措施。",
    zh: "督促整改、暂停、撤销和收回,都须以省里对该试点的评价或关于该试点的问题记录为依据;评价等级\
        须属于规定的较差等级(默认只有差),督促整改也可以依据中;否则拒绝。",
    en: "Rectification, suspension, revocation and clawback rest on an evaluation of that pilot \
        by the province or on a finding about it. The grade is among those the programme calls \
        poor (差 by default), for rectification 中 as well; else refused.",
    parameters: &["poor_set"],
};

pub(super) static SAN_02: Entry = Entry {
    rule: Rule::San02,
    clause: "五(五)",
    basis: Basis::Notice,
    effect: Effect::Alert,
    notice: "督促整改、暂停试点资格、收回奖补资金等措施",
    zh: "整改和收回都有期限:整改逾期未通过验收的,列为预警 rectification_overdue;收回逾期未缴清\
        的,列为预警 clawback_overdue。",
    en: "Rectification and clawback have a due date: past it, a rectification not accepted stands \
        as the alert rectification_overdue, and a clawback not fully paid back as \
        clawback_overdue.",
    parameters: &[],
};

pub(super) static SAN_03: Entry = Entry {
    rule: Rule::San03,
    clause: "五(五)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "收回奖补资金",
    zh: "决定收回的合计不超过已下达额(减冲正),每项收回的到账合计不超过该项应收额,否则拒绝;冲正下\
        达后剩余的已下达额也不得少于已决定收回的合计。",
    en: "Clawbacks ordered come to no more than what is released, less reversals, and receipts on \
        an order to no more than it is for; else refused. Nor may the reversal of a release leave \
        less released than is ordered back.",
    parameters: &[],
};

pub(super) static SAN_04: Entry = Entry {
    rule: Rule::San04,
    clause: "六",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "存在弄虚作假行为的,一经发现,将实行“一票否决”。",
    zh: "认定之前查实弄虚作假的,该申报即被否决,此后的办理拒绝。认定之后查实的,在撤销试点之前列为\
        预警 fraud_decision_due,其间每次下达和支付都提醒;是否撤销、收回由省里决定,不自动执行。",
    en: "Fraud found before recognition rejects the application, and nothing further is done on \
        it. Found afterwards it stands as the alert fraud_decision_due until the pilot is \
        revoked, with a warning on every release and payment until then; revocation and clawback \
        are the province's to decide and never automatic.",
    parameters: &[],
};

pub(super) static ETH_01: Entry = Entry {
    rule: Rule::Eth01,
    clause: "六",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "避免委托中介机构“编本子”“讲故事”、印制豪华材料等情况。",
    zh: "用途为编写申报材料(APPLICATION_WRITING)或印制材料(PRINTING)的项目安排和支付拒绝:通知要求\
        避免此类开支,它们也不属于试点的重点项目。",
    en: "An assignment or payment for writing applications (APPLICATION_WRITING) or for printing \
        (PRINTING) is refused: the notice asks to avoid such spending, and it is no key project \
        of a pilot.",
    parameters: &[],
};
