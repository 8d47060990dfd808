//! From application to approved plan: who may apply, how many are chosen, in which order (一 to 三, 五, 六).
//!
//! Refused here: anything about money, which begins with the allocation.

use super::{Basis, Effect, Entry, Rule};

pub(super) static ELIG_01: Entry = Entry {
    rule: Rule::Elig01,
    clause: "一(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "申报试点的地区应为县(市、区)、开发区。",
    zh: "每个申报成员都须是地区登记中的县、县级市、区,或级别已经核实的开发区。未登记、类别不明或\
        级别未核实的一律拒绝,不作推断;设区市以及比照设区市的赣江新区由其所辖地区申报。",
    en: "Every member stands in the area register as a county, county-level city, district, or \
        zone of proven level. What is not registered or not proven is refused, never guessed; a \
        prefecture city, and Ganjiang New Area which acts as one, applies through its areas.",
    parameters: &[],
};

pub(super) static ELIG_02: Entry = Entry {
    rule: Rule::Elig02,
    clause: "一(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "鼓励2个及以上县(市、区)或开发区联合申报,但需明确牵头申报主体。",
    zh: "单独申报的,该地区即牵头主体;联合申报的,成员不得重复,牵头主体只有一个且为成员之一,否则拒\
        绝。成员分属不同设区市的不拒绝,只提醒,名额和项目审核归牵头主体所在市。",
    en: "An area that applies alone is the lead; of several, no two are the same and exactly one \
        member leads, or the application is refused. Members of more than one city only bring a \
        warning: quota and project decisions go with the lead's city.",
    parameters: &[],
};

pub(super) static ELIG_03: Entry = Entry {
    rule: Rule::Elig03,
    clause: "五(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "已纳入试点范围的地区在后续年度不再重复申报。",
    zh: "成员(包括联合申报的成员)曾列入任何一个已认定申报的,不得再申报、再认定,即使该试点其后撤销\
        或结束;违反即拒绝。",
    en: "An area that was a member, joint ones included, of any recognised application neither \
        applies nor is recognised again, whatever has become of that pilot; else refused.",
    parameters: &[],
};

pub(super) static ELIG_04: Entry = Entry {
    rule: Rule::Elig04,
    clause: "三(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "至少有一家龙头企业并培育带动一批紧密关联的配套数字企业",
    zh: "申报须列明不少于规定数目(江西为1家)的龙头企业,不足即拒绝。",
    en: "The application lists at least the required number of leading enterprises (one in \
        Jiangxi), or it is refused.",
    parameters: &["min_leading_enterprises"],
};

pub(super) static ELIG_05: Entry = Entry {
    rule: Rule::Elig05,
    clause: "三(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "拥有技术创新型、数字赋能型、平台服务型或场景应用型的优质企业20家以上",
    zh: "四类优质企业(技术创新型、数字赋能型、平台服务型、场景应用型)合计不少于规定数目(江西为20\
        家,恰好20家即可),不足即拒绝。同一企业只计一次,有统一社会信用代码的按代码、没有的按名称辨\
        认;联合申报合并计算,龙头企业可以计入。",
    en: "Quality enterprises of the four kinds (technology, enabling, platform, scenario) come to \
        the required number at least (20 in Jiangxi; exactly 20 is enough), or the application is \
        refused. Each counts once, told apart by credit code or, without one, by name; a joint \
        application counts them together, and a leading enterprise may be among them.",
    parameters: &["min_quality_enterprises"],
};

pub(super) static ELIG_06: Entry = Entry {
    rule: Rule::Elig06,
    clause: "三(五)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "近三年未发生重大生产安全事故和突发环境事件。",
    zh: "申报之日前36个月内(起点为36个月前同一日的次日,含申报当日)发生过重大或特别重大生产安全事\
        故、突发环境事件的,拒绝;期内只有较大或一般等级的,不拒绝,只提醒。",
    en: "A major or extraordinary work-safety accident or environmental event within the 36 \
        months before the application (from the day after the same day 36 months earlier, through \
        the day itself) refuses it; one of a lesser grade in that time only brings a warning.",
    parameters: &["incident_lookback_months"],
};

pub(super) static ELIG_08: Entry = Entry {
    rule: Rule::Elig08,
    clause: "二(一)",
    basis: Basis::Notice,
    effect: Effect::Warn,
    notice: "重点围绕人工智能、区块链、物联网、虚拟现实等新兴产业,数字文创、数字健康、数字能源、\
        数字农业等融合产业,聚焦以数据为关键生产要素的数据产业",
    zh: "申报领域在人工智能、区块链、物联网、虚拟现实、数字文创、数字健康、数字能源、数字农业、数\
        据产业之外的,不拒绝,只提醒。",
    en: "A field other than AI, blockchain, internet of things, virtual reality, digital culture, \
        health, energy, agriculture or the data industry is taken with a warning.",
    parameters: &[],
};

pub(super) static RESP_01: Entry = Entry {
    rule: Rule::Resp01,
    clause: "六",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "申报单位对项目材料的真实性、完整性、合规性负责。",
    zh: "申报须附对材料真实性、完整性、合规性的承诺,写明签署人和文件,缺一即拒绝。",
    en: "The application comes with a statement that its material is true, complete and lawful, \
        with the signer and the document; without either it is refused.",
    parameters: &[],
};

pub(super) static DOC_01: Entry = Entry {
    rule: Rule::Doc01,
    clause: "五(一)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "应包括工作基础、工作目标、建设任务、资金使用方向、保障措施等内容",
    zh: "实施方案须有工作基础、工作目标、建设任务、资金使用方向、保障措施五部分,缺少任何一部分即\
        拒绝。",
    en: "The implementation plan has its five parts: foundation, goals, tasks, use of funds, \
        safeguards. An application that lacks one is refused.",
    parameters: &[],
};

pub(super) static DOC_04: Entry = Entry {
    rule: Rule::Doc04,
    clause: "五(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "并向省发展改革委(省数据局)、省财政厅报送推荐函",
    zh: "推荐须有推荐函文号,并由设区市数字经济主管部门和财政部门共同作出,否则拒绝;缺少一方的同时\
        违反 PARTY-01。",
    en: "A recommendation has the number of its letter and comes from both the digital-economy \
        and the finance body of the city, or it is refused; where one is missing PARTY-01 is \
        broken too.",
    parameters: &[],
};

pub(super) static TIME_01: Entry = Entry {
    rule: Rule::Time01,
    clause: "五(二)",
    basis: Basis::Notice,
    effect: Effect::Warn,
    notice: "于10月27日前提交省发展改革委(省数据局)",
    zh: "推荐日期晚于该批次申报截止日(2025年为10月27日,当日仍算按时)的,不拒绝,只提醒;未定截止日的\
        批次不判定。",
    en: "A recommendation dated after the cohort's deadline (27 October for 2025, that day still \
        in time) is taken with a warning; a cohort without a deadline has none.",
    parameters: &["apply_deadline"],
};

pub(super) static QTY_01: Entry = Entry {
    rule: Rule::Qty01,
    clause: "一(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "2025年首批选择10个地区开展试点",
    zh: "一个批次认定的试点不超过该批次的数目(2025年为10个),联合申报算一个,超出即拒绝;没有文件确\
        定数目的批次不设限。",
    en: "No more pilots of a cohort are recognised than its quota (10 for 2025), a joint one \
        counting as one; more is refused. A cohort whose quota no document has set has none.",
    parameters: &["cohort_quota"],
};

pub(super) static QTY_02: Entry = Entry {
    rule: Rule::Qty02,
    clause: "一(二)",
    basis: Basis::Notice,
    effect: Effect::Warn,
    notice: "2025-2027年择优选取40个左右地区开展试点",
    zh: "各批次累计认定数超过总目标(40个左右)的,不拒绝,只提醒;报告对照列出累计数与目标数。",
    en: "Recognising more pilots in all than the aim of about 40 brings a warning and never a \
        refusal; reports show the count beside the aim.",
    parameters: &["programme_target_about"],
};

pub(super) static QTY_03: Entry = Entry {
    rule: Rule::Qty03,
    clause: "五(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "2025年每个设区市最多推荐2个试点地区(联合申报算1个试点地区)",
    zh: "每个设区市在一个批次推荐的申报不超过名额(2025年为2个),联合申报算一个并计入牵头主体所在\
        市,推荐后被否决的仍占名额;超出即拒绝。赣江新区单独计算;没有文件确定名额的年份不设限。",
    en: "A city recommends no more applications of a cohort than its quota (2 for 2025): a joint \
        one is one, charged to the city of its lead, and one rejected later still counts; more is \
        refused. Ganjiang New Area has a quota of its own; a year whose quota no document has set \
        has none.",
    parameters: &["city_recommend_quota"],
};

pub(super) static QTY_04: Entry = Entry {
    rule: Rule::Qty04,
    clause: "一(二)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "2025-2027年择优选取40个左右地区开展试点",
    zh: "申报批次须为专项实施年份之一(2025、2026、2027年),否则拒绝。",
    en: "The cohort is one of the programme's years (2025, 2026, 2027), or the application is \
        refused.",
    parameters: &["cohorts"],
};

pub(super) static SEL_01: Entry = Entry {
    rule: Rule::Sel01,
    clause: "五(三)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "采用书面评审和现场评审相结合的方式开展竞争性评审",
    zh: "公示和认定之前,书面评审和现场评审的得分都须已经记录,缺少一个阶段即拒绝。",
    en: "Before an application is publicised or recognised, its scores in both the written and \
        the on-site review are recorded; with one missing it is refused.",
    parameters: &[],
};

pub(super) static SEL_02: Entry = Entry {
    rule: Rule::Sel02,
    clause: "五(四)",
    basis: Basis::Notice,
    effect: Effect::Warn,
    notice: "根据评审得分排名,确定入围试点名单",
    zh: "认定时,同一批次已公示而未认定的申报中有得分(两个阶段的平均分)更高的,不拒绝,只提醒。",
    en: "Recognising an application while another of the cohort, publicised and not yet \
        recognised, has a higher mean of its two scores brings a warning.",
    parameters: &[],
};

pub(super) static SEL_03: Entry = Entry {
    rule: Rule::Sel03,
    clause: "五(四)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "按程序公示后予以认定",
    zh: "认定日期须在公示最后一日之后,公示当日或期间认定的拒绝。公示的长短由省里决定,本条只管先\
        后。",
    en: "Recognition is dated after the last day of publicity; on that day or before it is \
        refused. How long publicity lasts is the province's choice; this rule keeps the order \
        only.",
    parameters: &[],
};

pub(super) static SEL_04: Entry = Entry {
    rule: Rule::Sel04,
    clause: "五(四)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "省发展改革委(省数据局)会同省财政厅根据评审得分排名,确定入围试点名单",
    zh: "认定须由省发展改革委(省数据局)和省财政厅共同作出,否则拒绝,并同时违反 PARTY-01。",
    en: "Recognition is signed by both the provincial reform commission (data bureau) and the \
        provincial finance department, or it is refused, and PARTY-01 is broken too.",
    parameters: &[],
};

pub(super) static PLAN_01: Entry = Entry {
    rule: Rule::Plan01,
    clause: "五(四)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "试点地区实施方案修改完善后,报送省发展改革委(省数据局)批复。",
    zh: "实施方案批复之前不得把资金安排到项目,否则拒绝;批复之前下达资金的不拒绝,只提醒,因为通知把\
        资金与入选挂钩,而未与方案批复挂钩。",
    en: "Until the plan is approved no money is assigned to a project; an assignment is refused. \
        A release before that only brings a warning, since the notice ties the money to being \
        chosen and not to the plan.",
    parameters: &[],
};

pub(super) static PLAN_02: Entry = Entry {
    rule: Rule::Plan02,
    clause: "五(四)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "如调整需设区市数字经济主管部门、财政部门批准同意,并报省发展改革委(省数据局)备案。",
    zh: "调整实施方案须由设区市数字经济主管部门和财政部门共同批准,否则拒绝,并同时违反 PARTY-01。\
        调整尚未向省里备案的,列为预警 plan_filing_missing,备案后消除。",
    en: "A change of the plan is approved by both bodies of the city, or it is refused, and \
        PARTY-01 is broken too. Until the province has filed the change it stands as the alert \
        plan_filing_missing.",
    parameters: &[],
};
