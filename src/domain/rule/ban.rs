//! What money is never for: BAN-01 to BAN-08 and ETH-01 (四(二)、六).

use crate::domain::act::AssignProject;
use crate::domain::code::Purpose;
use crate::domain::decide::Case;
use crate::domain::rule::usage::is_public_owner;
use crate::domain::rulebook::Rule;
use crate::domain::text::EconomicCode;

/// Words in a project's name that make it look like a government's platform (BAN-08).
const PLATFORM_WORDS: &[&str] = &["政务", "城市大脑"];

/// BAN-01 to BAN-08 by purpose; staff and operating costs (BAN-03, BAN-04) of budget-funded units only.
pub fn ban_purpose(case: &mut Case, purpose: Purpose, budget_funded: bool) {
    if matches!(purpose, Purpose::Staff | Purpose::Operating) && !budget_funded {
        return;
    }
    for (rule, ban) in &case.ledger.programme.parameters.banned_purposes {
        if ban.purposes.contains(&purpose) {
            let whom = if matches!(purpose, Purpose::Staff | Purpose::Operating) { "财政补助单位" } else { "" };
            case.refuse(
                *rule,
                format!("资金不得用于{whom}{}", purpose.zh()),
                format!("money may not be used for {purpose}"),
            );
        }
    }
}

/// BAN-02 to BAN-06 by the economic classification of a payment.
pub fn ban_economic_code(case: &mut Case, code: &EconomicCode) {
    for (rule, ban) in &case.ledger.programme.parameters.banned_purposes {
        if let Some(prefix) = ban.economic_codes.iter().find(|prefix| code.as_str().starts_with(prefix.as_str())) {
            case.refuse(
                *rule,
                format!("支出经济分类科目 {code} 属于禁止列支的 {prefix} 类"),
                format!("the economic classification {code} falls under {prefix}, which is banned"),
            );
        }
    }
}

/// BAN-08: a public body's project, or one whose name says so, needs a ruling that it is no government platform.
pub fn ban_08_ruling(case: &mut Case, act: &AssignProject) {
    if act.ruling.is_some() {
        return;
    }
    if is_public_owner(&act.owner) {
        case.refuse(
            Rule::Ban08,
            format!("承担单位 {} 为机关事业单位({}),须附非政府数字化平台认定", act.owner.name, act.owner.uscc),
            format!(
                "the owner {} is a public body ({}): a ruling that it is no government platform is needed",
                act.owner.name, act.owner.uscc
            ),
        );
    }
    if let Some(word) = PLATFORM_WORDS.iter().find(|word| act.name.as_str().contains(**word)) {
        case.refuse(
            Rule::Ban08,
            format!("项目名称含“{word}”,须附非政府数字化平台认定"),
            format!("the project's name has «{word}» in it: a ruling that it is no government platform is needed"),
        );
    }
}

/// ETH-01: writing applications and printing are no key project.
pub fn eth_01(case: &mut Case, purpose: Purpose) {
    if matches!(purpose, Purpose::ApplicationWriting | Purpose::Printing) {
        case.refuse(
            Rule::Eth01,
            format!("{}不属于试点重点项目支出", purpose.zh()),
            format!("{purpose} is no spending of a key project"),
        );
    }
}
