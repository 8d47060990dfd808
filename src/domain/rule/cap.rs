//! The caps on an allocation and when there may be one: CAP-01 to CAP-05 (四(一)).

use crate::domain::code::CapKind;
use crate::domain::decide::Case;
use crate::domain::ledger::Pilot;
use crate::domain::money::Money;
use crate::domain::parameters::Caps;
use crate::domain::rulebook::Rule;

/// The cap of a kind, by the parameters in force.
#[must_use]
pub const fn cap_of(caps: &Caps, kind: CapKind) -> Money {
    match kind {
        CapKind::NationalZone => caps.national_zone,
        CapKind::Other => caps.other,
        CapKind::Joint => caps.joint,
    }
}

/// CAP-01, CAP-02, CAP-03: an allocation keeps to the cap of its kind.
pub fn cap_01_02_03(case: &mut Case, pilot: &Pilot, amount: Money) {
    let cap = cap_of(&case.ledger.programme.parameters.cap, pilot.cap_kind);
    if amount <= cap {
        return;
    }
    let (rule, whose) = match pilot.cap_kind {
        CapKind::NationalZone => (Rule::Cap01, "a national zone"),
        CapKind::Other => (Rule::Cap02, "any other single area"),
        CapKind::Joint => (Rule::Cap03, "a joint application"),
    };
    let (kind, over) = (pilot.cap_kind, amount - cap);
    case.refuse(
        rule,
        format!("{}定额上限 {},本次 {},超出 {}", kind.zh(), cap.grouped(), amount.grouped(), over.grouped()),
        format!("the cap of {whose} is {}; {} is over it by {}", cap.grouped(), amount.grouped(), over.grouped()),
    );
}

/// CAP-04: a changed allocation covers what was released and not returned, and what is assigned.
pub fn cap_04(case: &mut Case, pilot: &Pilot, amount: Money) {
    let (released, returned) = (pilot.released(), pilot.clawback_returned());
    let kept = released - returned;
    if amount < kept {
        case.refuse(
            Rule::Cap04,
            format!(
                "调整后定额 {} 小于已下达 {} 减已收回 {} 的净额 {}",
                amount.grouped(),
                released.grouped(),
                returned.grouped(),
                kept.grouped()
            ),
            format!(
                "the new allocation {} is less than {} released less {} returned, {}",
                amount.grouped(),
                released.grouped(),
                returned.grouped(),
                kept.grouped()
            ),
        );
    }
    let assigned = pilot.assigned();
    if amount < assigned {
        case.refuse(
            Rule::Cap04,
            format!("调整后定额 {} 小于已确定项目额度 {}", amount.grouped(), assigned.grouped()),
            format!("the new allocation {} is less than the {} assigned", amount.grouped(), assigned.grouped()),
        );
    }
}

/// CAP-05: there is one allocation, made before any release; `allocate` makes it.
pub fn cap_05_first(case: &mut Case, pilot: &Pilot) {
    if let Some(amount) = pilot.allocation() {
        case.refuse(
            Rule::Cap05,
            format!("已核定定额 {},只能通过调整定额变更", amount.grouped()),
            format!("{} is already allocated; only adjust_allocation may change it", amount.grouped()),
        );
    } else if !pilot.releases.is_empty() {
        case.refuse(Rule::Cap05, "已有下达,不能再核定定额", "there are releases already");
    }
}

/// CAP-05: what rests on an allocation needs one.
pub fn cap_05_exists(case: &mut Case, pilot: &Pilot) {
    if pilot.allocations.is_empty() {
        case.refuse(Rule::Cap05, "尚未核定定额", "nothing has been allocated yet");
    }
}
