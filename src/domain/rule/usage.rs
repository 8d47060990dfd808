//! How money may be used: USE-01 to USE-06, PLAN-01, DEF-04 (四(二)).

use crate::domain::act::{AssignProject, Owner, Pay};
use crate::domain::code::Direction;
use crate::domain::decide::Case;
use crate::domain::ledger::{Assignment, Pilot};
use crate::domain::money::Money;
use crate::domain::rulebook::Rule;
use crate::domain::text::{ProjectCode, Text};
use crate::domain::uscc::Uscc;

/// PLAN-01: an assignment needs an approved plan.
pub fn plan_01(case: &mut Case, pilot: &Pilot) {
    if pilot.plan.is_none() {
        case.refuse(Rule::Plan01, "实施方案尚未批复,不能确定项目", "no plan is approved yet");
    }
}

/// USE-01: the direction is one of D1–D6 and the project stands in the current plan.
pub fn use_01(case: &mut Case, pilot: Option<&Pilot>, direction: &Text, project: &ProjectCode) {
    if Direction::parse(direction.as_str()).is_none() {
        case.refuse(
            Rule::Use01,
            format!("支持方向 {direction} 不在 D1–D6 之内"),
            format!("the direction {direction} is not one of D1–D6"),
        );
    }
    if let Some(plan) = pilot.and_then(|pilot| pilot.plan.as_ref())
        && !plan.projects.contains_key(project)
    {
        case.refuse(
            Rule::Use01,
            format!("项目 {project} 不在现行实施方案中,须先调整方案"),
            format!("the project {project} does not stand in the current plan, which must be adjusted first"),
        );
    }
}

/// USE-03 (warning, or refusal where the programme says so): a payment for a project not yet filed.
pub fn use_03(case: &mut Case, assignment: &Assignment) {
    if assignment.filed_on.is_some() {
        return;
    }
    let zh = format!("项目 {} 尚未报省备案", assignment.project);
    let en = format!("the project {} is not yet filed with the province", assignment.project);
    if case.ledger.programme.parameters.filing_blocks_payment {
        case.refuse(Rule::Use03, zh, en);
    } else {
        case.warn(Rule::Use03, zh, en);
    }
}

/// USE-04: no project is funded twice by the province.
pub fn use_04(case: &mut Case, act: &AssignProject) {
    let programme = &case.ledger.programme;
    let project = &act.project;
    if let Some(pilot) = programme.projects.get(project) {
        case.refuse(
            Rule::Use04,
            format!("项目 {project} 已由试点 {pilot} 支持"),
            format!("the project {project} is already assigned by the pilot {pilot}"),
        );
    }
    if let Some(other) = programme.other_funding.get(project).and_then(|list| list.first()) {
        case.refuse(
            Rule::Use04,
            format!("项目 {project} 已获{}资金 {}({})", other.programme, other.amount.grouped(), other.document),
            format!(
                "the project {project} has {} from {} ({})",
                other.amount.grouped(),
                other.programme,
                other.document
            ),
        );
    }
    if act.other_provincial_funding {
        case.refuse(
            Rule::Use04,
            format!("申明项目 {project} 已获其他省级财政资金"),
            format!("the project {project} is declared to have other provincial money"),
        );
    }
    let same = programme.owners.get(&(act.owner.uscc, act.name.clone()));
    if let Some(twin) = same.and_then(|codes| codes.iter().find(|code| *code != project)) {
        case.warn(
            Rule::Use04,
            format!("承担单位和项目名称与已支持的项目 {twin} 相同,请核实是否重复"),
            format!("same owner and same name as the project {twin}: is it the same?"),
        );
    }
}

/// USE-04 (warning): other funding is registered for a project assigned here.
pub fn use_04_registered(case: &mut Case, project: &ProjectCode) {
    if let Some(pilot) = case.ledger.programme.projects.get(project) {
        case.warn(
            Rule::Use04,
            format!("项目 {project} 已由试点 {pilot} 支持,构成重复支持"),
            format!("the project {project} is already assigned by the pilot {pilot}: it is funded twice"),
        );
    }
}

/// USE-05: what is assigned keeps to the allocation; `change` is what the act adds.
pub fn use_05_assigned(case: &mut Case, pilot: &Pilot, change: Money) {
    let Some(allocation) = pilot.allocation() else {
        return;
    };
    let (assigned, sum) = (pilot.assigned(), pilot.assigned() + change);
    if sum > allocation {
        case.refuse(
            Rule::Use05,
            format!(
                "已确定项目额度 {},本次增加 {},合计 {},超过定额 {}",
                assigned.grouped(),
                change.grouped(),
                sum.grouped(),
                allocation.grouped()
            ),
            format!(
                "assigned {}, now {} more, together {}: more than the allocation {}",
                assigned.grouped(),
                change.grouped(),
                sum.grouped(),
                allocation.grouped()
            ),
        );
    }
}

/// USE-05: a project is promised no less than was paid for it.
pub fn use_05_covers_paid(case: &mut Case, assignment: &Assignment, amount: Money) {
    if amount < assignment.paid {
        case.refuse(
            Rule::Use05,
            format!("调整后额度 {} 小于该项目已支付 {}", amount.grouped(), assignment.paid.grouped()),
            format!("the new amount {} is less than the {} paid", amount.grouped(), assignment.paid.grouped()),
        );
    }
}

/// USE-05: payments of a project keep to what it is promised.
pub fn use_05_paid(case: &mut Case, assignment: &Assignment, x: Money) {
    let (paid, promised) = (assignment.paid, assignment.amount());
    let sum = paid + x;
    if sum > promised {
        case.refuse(
            Rule::Use05,
            format!(
                "项目 {} 已支付 {},本次 {},合计 {},超过支持额度 {}",
                assignment.project,
                paid.grouped(),
                x.grouped(),
                sum.grouped(),
                promised.grouped()
            ),
            format!(
                "{} paid for {}, now {}, together {}: more than the {} assigned",
                paid.grouped(),
                assignment.project,
                x.grouped(),
                sum.grouped(),
                promised.grouped()
            ),
        );
    }
}

/// USE-05: taking `x` out from a date on leaves no day with a balance below zero.
pub fn use_05_balance(case: &mut Case, pilot: &Pilot, x: Money) {
    let (day, lowest) = pilot.lowest_balance_from(case.command.on);
    if lowest < x {
        let short = x - lowest;
        case.refuse(
            Rule::Use05,
            format!("{day} 资金余额 {},本次 {},差 {}", lowest.grouped(), x.grouped(), short.grouped()),
            format!("the balance on {day} is {}: {} is {} too much", lowest.grouped(), x.grouped(), short.grouped()),
        );
    }
}

/// USE-06 (warning): the payee is the project's owner, or there is a contract.
pub fn use_06(case: &mut Case, assignment: &Assignment, act: &Pay) {
    if act.contract.is_none() && act.payee.uscc.as_ref() != Some(&assignment.owner.uscc) {
        case.warn(
            Rule::Use06,
            format!("收款人 {} 不是项目承担单位 {},且未填合同号", act.payee.name, assignment.owner.name),
            format!("the payee {} is not the owner {} and no contract is named", act.payee.name, assignment.owner.name),
        );
    }
}

/// DEF-04 (warning): a unified social credit code whose check character fails.
pub fn def_04<'u>(case: &mut Case, codes: impl IntoIterator<Item = &'u Uscc>) {
    let failing: Vec<&str> = codes.into_iter().filter(|code| !code.check_holds()).map(Uscc::as_str).collect();
    if let Some(first) = failing.first() {
        case.warn(
            Rule::Def04,
            format!("{} 个统一社会信用代码校验位不符(如 {first}),请核对", failing.len()),
            format!("the check character fails in {} unified social credit codes, such as {first}", failing.len()),
        );
    }
}

/// Whether an owner or payee is paid for by a budget.
#[must_use]
pub fn is_budget_funded(flag: Option<bool>, uscc: Option<&Uscc>) -> bool {
    flag == Some(true) || uscc.is_some_and(Uscc::is_public_body)
}

/// Whether the owner of a project is a public body by its code.
#[must_use]
pub fn is_public_owner(owner: &Owner) -> bool {
    owner.uscc.is_public_body()
}
