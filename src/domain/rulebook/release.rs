//! From allocation to the last tranche: caps, the first share, the remainder and what unlocks it (四(一), 五(五)).
//!
//! In the texts F is the first share of the allocation (首批限额). Refused here: what the money is spent on.

use super::{Basis, Effect, Entry, Rule};

pub(super) static CAP_01: Entry = Entry {
    rule: Rule::Cap01,
    clause: "四(一)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "国家级开发区不超过1500万元",
    zh: "单独申报的国家级开发区,支持额度不超过1500万元,恰好1500万元可以,超过即拒绝。级别以认定时\
        的登记为准,以后变动不影响。",
    en: "A national zone that applied alone is allocated at most 15,000,000.00 yuan, that sum \
        included; more is refused. Its level is the one registered at recognition, whatever \
        changes later.",
    parameters: &["cap.national_zone"],
};

pub(super) static CAP_02: Entry = Entry {
    rule: Rule::Cap02,
    clause: "四(一)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "省级开发区、县(市、区)不超过1000万元",
    zh: "单独申报的省级开发区、县、县级市、区,支持额度不超过1000万元,恰好1000万元可以,超过即拒\
        绝。",
    en: "Any other area that applied alone (a provincial zone, county, county-level city or \
        district) is allocated at most 10,000,000.00 yuan, that sum included; more is refused.",
    parameters: &["cap.other"],
};

pub(super) static CAP_03: Entry = Entry {
    rule: Rule::Cap03,
    clause: "四(一)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "联合申报的共不超过1500万元",
    zh: "联合申报的试点,全部成员合计的支持额度不超过1500万元,不论成员多少、级别高低;超过即拒绝。",
    en: "A joint pilot is allocated at most 15,000,000.00 yuan for all its members together, \
        however many and of whatever level; more is refused.",
    parameters: &["cap.joint"],
};

pub(super) static CAP_04: Entry = Entry {
    rule: Rule::Cap04,
    clause: "四(一)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "对入选试点地区给予定额资金支持",
    zh: "调整后的支持额度不得少于已下达额减去已收回到账额,也不得少于已安排给项目的合计,并须符合 \
        CAP-01、CAP-02、CAP-03;违反即拒绝。",
    en: "A changed allocation is no less than what has been released less what has been paid back \
        on clawbacks, no less than what is assigned to projects, and within CAP-01, CAP-02, \
        CAP-03; else refused.",
    parameters: &[],
};

pub(super) static CAP_05: Entry = Entry {
    rule: Rule::Cap05,
    clause: "四(一)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "对入选试点地区给予定额资金支持",
    zh: "每个试点只核定一次支持额度,须在认定之后、首次下达之前,并有文号;再次核定的拒绝,此后只能以\
        调整额度变更。尚未核定额度的,下达、安排项目、调整额度和决定拨付比例都拒绝。",
    en: "A pilot has one allocation, with a document, after recognition and before any release; a \
        second is refused, and only an adjustment changes it. Without one a release, an \
        assignment, an adjustment and a payout decision are refused.",
    parameters: &[],
};

pub(super) static SRC_01: Entry = Entry {
    rule: Rule::Src01,
    clause: "四(一)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "省级统筹数字经济发展资金对入选试点地区给予定额资金支持",
    zh: "每次下达须有指标文号,同一试点的一个文号只用一次,否则拒绝;已冲正的下达所用的文号可以再\
        用。",
    en: "A release has the number of its budget document, used once in a pilot, or it is refused; \
        the number of a reversed release is free again.",
    parameters: &[],
};

pub(super) static TR_01: Entry = Entry {
    rule: Rule::Tr01,
    clause: "四(一)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "获批试点当年拨付不超过70%资金",
    zh: "业务日期在认定当年(公历年)的下达,减去冲正,加上本次,不超过支持额度的70%,多一分即拒绝。70%\
        按核定的支持额度计算,不按上限计算;以省级下达为准,不取整。",
    en: "What is released in the calendar year a pilot is recognised, less reversals and with \
        this one, come to at most 70% of the allocation; a fen more is refused. The share is \
        taken of the allocation and not of the cap, counts what the province releases, and is not \
        rounded.",
    parameters: &["first_share"],
};

pub(super) static TR_02: Entry = Entry {
    rule: Rule::Tr02,
    clause: "四(一)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "剩余资金根据绩效考核评价结果拨付",
    zh: "累计下达(减冲正)加上本次,任何时候不超过首批限额 F 加上最近一次拨付决定的比例乘以剩余资金\
        (支持额度减 F);没有拨付决定时比例为0,超过即拒绝。专项选用 remainder_after_year 方式的,认\
        定当年过后以当年实际下达额代替 F,拨付决定之前不得下达。",
    en: "Releases in all, less reversals and with this one, never exceed F plus the ratio of the \
        latest payout decision times the remainder (allocation less F); without a decision the \
        ratio is 0, and more is refused. Under the gate remainder_after_year what was released in \
        the year of recognition takes the place of F once that year is over, and nothing is \
        released before a payout decision.",
    parameters: &["first_share", "gate"],
};

pub(super) static TR_03: Entry = Entry {
    rule: Rule::Tr03,
    clause: "四(一)、五(五)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "绩效评价结果将与后续资金安排挂钩",
    zh: "下达后累计超过首批限额 F 的,须写明所依据的省级评价,且该评价已有拨付决定,否则拒绝;专项选\
        用 remainder_after_year 方式的,认定当年过后 F 为当年实际下达额。",
    en: "A release that takes the total beyond F names an evaluation by the province on which a \
        payout was decided, or it is refused; under the gate remainder_after_year F is, once the \
        year of recognition is over, what was released in it.",
    parameters: &["first_share", "gate"],
};

pub(super) static TR_04: Entry = Entry {
    rule: Rule::Tr04,
    clause: "四(一)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "对入选试点地区给予定额资金支持",
    zh: "累计下达(减冲正)加上本次不超过支持额度,超过即拒绝。冲正恢复可下达的额度,收回的资金不恢\
        复;收回之后再给资金须先调整额度。",
    en: "Releases in all, less reversals and with this one, stay within the allocation, or the \
        release is refused. A reversal gives room back, money paid back on a clawback does not: \
        new money after it needs an adjusted allocation.",
    parameters: &[],
};

pub(super) static TR_05: Entry = Entry {
    rule: Rule::Tr05,
    clause: "四(一)",
    basis: Basis::Notice,
    effect: Effect::Warn,
    notice: "试点期内分批下达支持资金",
    zh: "业务日期在试点期(自起始日起24个月)届满之后的下达,不拒绝,只提醒,因为整体评价本就在期满之\
        后。",
    en: "A release dated after the term (24 months from its start) is taken with a warning, since \
        the overall evaluation itself comes only then.",
    parameters: &[],
};

pub(super) static TR_06: Entry = Entry {
    rule: Rule::Tr06,
    clause: "四(一)",
    basis: Basis::Notice,
    effect: Effect::Alert,
    notice: "试点期内分批下达支持资金",
    zh: "全部支持额度由一次下达完成的,列为预警 single_tranche,不拒绝。",
    en: "An allocation that came whole in one release stands as the alert single_tranche; the \
        release is not refused.",
    parameters: &[],
};

pub(super) static TR_07: Entry = Entry {
    rule: Rule::Tr07,
    clause: "五(五)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "绩效评价结果将与后续资金安排挂钩",
    zh: "拨付决定写明剩余资金的累计拨付比例和理由:评价为差的比例须为0;专项定有等级比例表的,不得高\
        于该等级的比例;也不得使可拨的剩余资金少于已超出首批限额 F 下达的部分;违反即拒绝。评价为中\
        而比例为1的,只提醒。",
    en: "A payout decision gives the cumulative share of the remainder and its reason: 0 where \
        the grade is 差; no more than the grade's ratio where the programme has a table; never \
        less than what is already released beyond F; else refused. The full share for the grade \
        中 only brings a warning.",
    parameters: &["payout_table", "first_share", "gate"],
};

pub(super) static TR_08: Entry = Entry {
    rule: Rule::Tr08,
    clause: "五(五)",
    basis: Basis::Notice,
    effect: Effect::Refuse,
    notice: "暂停试点资格",
    zh: "试点暂停、撤销或结束之后,下达资金、安排项目、增加额度一律拒绝;撤销或结束之后支付也拒绝;\
        暂停期间支付不拒绝,只提醒。",
    en: "While a pilot is suspended, revoked or closed, a release, an assignment and an increase \
        of an allocation or assignment are refused; a payment is refused once it is revoked or \
        closed, and while suspended only brings a warning.",
    parameters: &[],
};
