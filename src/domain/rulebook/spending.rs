//! What the money is spent on: projects, filing, payments and the banned purposes (二(二), 四(二)).
//!
//! Refused here: how much comes from the province, which the sections before it tell.

use super::{Basis, Effect, Entry, Rule};

pub(super) static USE_01: Entry = Entry {
    rule: Rule::Use01,
    clause: "四(二)、二(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "奖补资金应用于支持试点培育的数字经济重点项目",
    zh: "资金只能安排给六个支持方向(D1 至 D6)之内、并列入现行实施方案的项目,否则拒绝;方案之外的项\
        目须先调整方案。",
    en: "Money is assigned only to a project within the six directions (D1 to D6) that stands in \
        the current plan, or it is refused; for another project the plan is changed first.",
    parameters: &[],
};

pub(super) static USE_02: Entry = Entry {
    rule: Rule::Use02,
    clause: "四(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "具体项目和支持额度由集群所在设区市数字经济主管部门商同级财政部门根据试点内容审核确定",
    zh: "安排项目和变更其额度,须由设区市数字经济主管部门和财政部门共同作出(赣江新区为经济发展局和\
        财政金融局),否则拒绝,并同时违反 PARTY-01。",
    en: "An assignment and every change of it is signed by both bodies of the city (in Ganjiang \
        New Area the economic development and the finance bureau), or it is refused, and PARTY-01 \
        is broken too.",
    parameters: &[],
};

pub(super) static USE_03: Entry = Entry {
    rule: Rule::Use03,
    clause: "四(二)",
    basis: Basis::Notice,
    effect: Effect::Warn,
    notice: "审核确定并报省发展改革委(省数据局)备案",
    zh: "向尚未备案的项目支付,不拒绝,只提醒;专项规定备案前不得支付的,拒绝。安排超过30日仍未备案\
        的,列为预警 filing_missing。备案是登记,不是审批。",
    en: "A payment for a project the province has not filed is taken with a warning, or refused \
        where the programme says that filing comes first. An assignment not filed after 30 days \
        stands as the alert filing_missing. A filing is a record and no approval.",
    parameters: &["filing_days", "filing_blocks_payment"],
};

pub(super) static USE_04: Entry = Entry {
    rule: Rule::Use04,
    clause: "四(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "已从其他渠道获得省级财政资金支持的项目不得重复申请资金支持。",
    zh: "项目代码在本台账中没有另外的安排(已撤回的不算),没有登记为获得其他省级专项资金,并且未申明\
        有其他省级资金,三项有一项不符即拒绝。业主的统一社会信用代码和项目名称都与另一项目相同的,\
        只提醒;安排之后才登记其他省级资金的,登记时提醒,并列为预警 duplicate_funding。",
    en: "A project's code has no other live assignment in this ledger, no other provincial \
        programme is on record as paying for it, and the city declares no other provincial money; \
        else the assignment is refused. The same owner's credit code and the same name as another \
        project only bring a warning; other funding registered afterwards brings a warning then \
        and stands as the alert duplicate_funding.",
    parameters: &[],
};

pub(super) static USE_05: Entry = Entry {
    rule: Rule::Use05,
    clause: "四(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "确保专项资金专款专用",
    zh: "安排合计不超过支持额度,一个项目的支付合计不超过其安排额,试点余额在每一个业务日期都不小于\
        0,否则拒绝。余额为下达减冲正、减支付、加支付冲正、减以结余退回的收回款,所以资金到达之前的\
        补记支付也会被拒绝。",
    en: "Assignments come to no more than the allocation, payments for a project to no more than \
        its assignment, and the pilot's balance is at least 0 on every business date; else \
        refused. The balance is releases less reversals, less payments, plus payment reversals, \
        less clawback receipts out of unspent money; so a payment dated before the money came is \
        refused too.",
    parameters: &[],
};

pub(super) static USE_06: Entry = Entry {
    rule: Rule::Use06,
    clause: "四(二)",
    basis: Basis::Notice,
    effect: Effect::Warn,
    notice: "确保专项资金专款专用",
    zh: "收款人不是项目业主(按统一社会信用代码比对)而支付又没有合同号的,不拒绝,只提醒。",
    en: "A payment to another than the project's owner (by credit code) and without a contract \
        number is taken with a warning.",
    parameters: &[],
};

pub(super) static BAN_01: Entry = Entry {
    rule: Rule::Ban01,
    clause: "四(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "不得用于平衡本级预算",
    zh: "用途为平衡本级预算(BALANCE_BUDGET)的项目安排和支付,一律拒绝。",
    en: "An assignment or payment to balance the local budget (BALANCE_BUDGET) is refused.",
    parameters: &["banned_purposes"],
};

pub(super) static BAN_02: Entry = Entry {
    rule: Rule::Ban02,
    clause: "四(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "不得用于平衡本级预算及偿还债务",
    zh: "用途为偿还债务(DEBT)的项目安排和支付,以及政府支出经济分类为511、512开头的支付,一律拒绝。",
    en: "An assignment or payment to repay debt (DEBT) is refused, and so is a payment whose \
        economic code begins with 511 or 512.",
    parameters: &["banned_purposes"],
};

pub(super) static BAN_03: Entry = Entry {
    rule: Rule::Ban03,
    clause: "四(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "不得用于财政补助单位人员经费和工作经费",
    zh: "用途为人员经费(STAFF)、而项目业主或收款人是财政补助单位的项目安排和支付,以及经济分类为\
        501、50501开头的支付,一律拒绝。财政补助单位指已标明的,或统一社会信用代码以11、12开头的;企\
        业等其他单位的人员费用不在此限。",
    en: "An assignment or payment for staff costs (STAFF) is refused where the project's owner or \
        the payee is budget-funded, and so is a payment whose economic code begins with 501 or \
        50501. Budget-funded is a unit flagged so or with a credit code that begins with 11 or \
        12; the staff costs of others, such as enterprises, are allowed.",
    parameters: &["banned_purposes"],
};

pub(super) static BAN_04: Entry = Entry {
    rule: Rule::Ban04,
    clause: "四(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "不得用于财政补助单位人员经费和工作经费",
    zh: "用途为工作经费(OPERATING)、而项目业主或收款人是财政补助单位的项目安排和支付,以及经济分类\
        为502、50502开头的支付,一律拒绝。财政补助单位的认定与 BAN-03 相同;其他单位的运行费用不在\
        此限。",
    en: "An assignment or payment for running costs (OPERATING) is refused where the project's \
        owner or the payee is budget-funded, and so is a payment whose economic code begins with \
        502 or 50502. Budget-funded is what BAN-03 calls so; the running costs of others are \
        allowed.",
    parameters: &["banned_purposes"],
};

pub(super) static BAN_05: Entry = Entry {
    rule: Rule::Ban05,
    clause: "四(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "不得用于办公用房维修改造",
    zh: "用途为办公用房维修改造(OFFICE_REPAIR)的项目安排和支付,以及经济分类为50307、50405开头的支\
        付,一律拒绝。",
    en: "An assignment or payment for the repair or conversion of offices (OFFICE_REPAIR) is \
        refused, and so is a payment whose economic code begins with 50307 or 50405.",
    parameters: &["banned_purposes"],
};

pub(super) static BAN_06: Entry = Entry {
    rule: Rule::Ban06,
    clause: "四(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "新建改扩建政府性楼堂馆所",
    zh: "用途为新建、改建、扩建政府性楼堂馆所(GOV_BUILDING)的项目安排和支付,以及经济分类为50301、\
        50401开头的支付,一律拒绝。",
    en: "An assignment or payment to build, rebuild or extend government buildings (GOV_BUILDING) \
        is refused, and so is a payment whose economic code begins with 50301 or 50401.",
    parameters: &["banned_purposes"],
};

pub(super) static BAN_07: Entry = Entry {
    rule: Rule::Ban07,
    clause: "四(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "等明令禁止的相关项目建设",
    zh: "用途为其他明令禁止的建设(OTHER_PROHIBITED)的项目安排和支付,一律拒绝。",
    en: "An assignment or payment for other construction that is expressly forbidden \
        (OTHER_PROHIBITED) is refused.",
    parameters: &["banned_purposes"],
};

pub(super) static BAN_08: Entry = Entry {
    rule: Rule::Ban08,
    clause: "四(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "不得用于政府数字化平台项目建设",
    zh: "用途为政府数字化平台(GOV_DIGITAL_PLATFORM)的项目安排和支付,一律拒绝。业主的统一社会信用\
        代码以11、12开头,或项目名称含“政务”“城市大脑”的,须附设区市两部门认定其不是政府平台的文\
        件,没有的拒绝。",
    en: "An assignment or payment for a government digital platform (GOV_DIGITAL_PLATFORM) is \
        refused. Where the owner's credit code begins with 11 or 12, or the project's name has \
        政务 or 城市大脑 in it, the assignment needs a ruling of the city's two bodies that it is \
        no such platform, or it is refused.",
    parameters: &["banned_purposes"],
};
