//! Defaults from outside the notice: grades, weights, carry-over, receipt, credit codes, idle money.
//!
//! Where the notice is silent a norm of public finance or a standard is followed; `notice` names it.
//! Refused here: passing any of them off as a demand of the notice.

use super::{Basis, Effect, Entry, Rule};

pub(super) static EVAL_06: Entry = Entry {
    rule: Rule::Eval06,
    clause: "五(五)+财预〔2020〕10号",
    basis: Basis::Default,
    effect: Effect::Refuse,
    notice: "《项目支出绩效评价管理办法》(财预〔2020〕10号)",
    zh: "得分在0至100之间,至多两位小数,超出即拒绝。等级按得分确定:满90分为优,满80分不满90分为良,\
        满60分不满80分为中,不满60分为差;等级与得分不符的须写明理由,写明的提醒,未写明的拒绝。",
    en: "A score is between 0 and 100 with at most two decimals, or it is refused. The grade \
        follows it: 优 from 90, 良 from 80 and below 90, 中 from 60 and below 80, 差 below 60. \
        Another grade needs a stated reason: with it there is a warning, without it a refusal.",
    parameters: &["grade_bands"],
};

pub(super) static EVAL_07: Entry = Entry {
    rule: Rule::Eval07,
    clause: "财预〔2020〕10号附表",
    basis: Basis::Default,
    effect: Effect::Warn,
    notice: "《项目支出绩效评价管理办法》(财预〔2020〕10号)附表",
    zh: "自评各项指标的权重合计应为100,不等于100的不拒绝,只提醒;办法附表的参考权重为10、50、30、\
        10。",
    en: "The weights of a self-evaluation's items sum to 100; another sum is taken with a \
        warning. The form annexed to the measures suggests 10, 50, 30 and 10.",
    parameters: &["self_evaluation_weights"],
};

pub(super) static DEF_01: Entry = Entry {
    rule: Rule::Def01,
    clause: "财预〔2015〕15号/国库",
    basis: Basis::Default,
    effect: Effect::Alert,
    notice: "《关于推进地方盘活财政存量资金有关事项的通知》(财预〔2015〕15号)",
    zh: "预算年度N的资金到N+1年12月31日仍未支付的,列为预警 carryover_due;支付视为先用最早下达的资\
        金。是否收回由人决定,不自动执行。",
    en: "Money of budget year N not paid out by 31 December of N+1 stands as the alert \
        carryover_due, payments being taken from the oldest release first. Whether it is \
        recovered is decided by people, never by itself.",
    parameters: &["carryover_years"],
};

pub(super) static DEF_03: Entry = Entry {
    rule: Rule::Def03,
    clause: "预算法第五十二条",
    basis: Basis::Default,
    effect: Effect::Alert,
    notice: "《中华人民共和国预算法》第五十二条",
    zh: "报告列出从下达到确认到账的天数;超过60日才确认,或满60日后仍未确认的,列为预警 \
        receipt_late。",
    en: "Reports show the days from a release to its confirmed receipt; one confirmed after more \
        than 60, or not confirmed once 60 have passed, stands as the alert receipt_late.",
    parameters: &["receipt_days"],
};

pub(super) static DEF_04: Entry = Entry {
    rule: Rule::Def04,
    clause: "GB 32100-2015",
    basis: Basis::Default,
    effect: Effect::Warn,
    notice: "《法人和其他组织统一社会信用代码编码规则》(GB 32100-2015)",
    zh: "统一社会信用代码长度和字符正确、但校验码不符的,不拒绝,只提醒,因为确有已发代码不符;长度或\
        字符错误的按 FORM-01 拒绝。",
    en: "A credit code of the right length and alphabet whose check character fails is taken with \
        a warning, since some issued codes do fail; a wrong length or alphabet is refused by \
        FORM-01.",
    parameters: &[],
};

pub(super) static DEF_05: Entry = Entry {
    rule: Rule::Def05,
    clause: "(ledger)",
    basis: Basis::Default,
    effect: Effect::Alert,
    notice: "",
    zh: "余额大于0,且自最近一次支付和最近一次下达中较晚者起满180日没有支付的,列为预警 \
        idle_funds。",
    en: "A balance above 0 stands as the alert idle_funds once 180 days have gone by without a \
        payment, counted from the last payment or the last release, whichever came later.",
    parameters: &["idle_days"],
};
