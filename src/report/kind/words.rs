//! The Chinese of codes that have no name of their own: states, sanctions, how grave an alert is and whom it waits for.

use crate::domain::alerts::Alert;
use crate::domain::ledger::{Ledger, Pilot};
use crate::report::explain::Figure;

/// The programme's name.
pub(super) fn programme(state: &Ledger) -> String {
    state.programme.name.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// The kind of area that a pilot is: its own, where it is one area.
pub(super) fn area(state: &Ledger, pilot: &Pilot) -> String {
    match pilot.members.as_slice() {
        [code] => state.programme.areas.get(code).map_or_else(
            || "未登记".to_owned(),
            |area| format!("{}{}", area.level.map_or("", |level| level.zh()), area.kind.zh()),
        ),
        _ => "联合申报".to_owned(),
    }
}

/// A pilot's state.
pub(super) fn state(state: &str) -> &'static str {
    match state {
        "closed" => "已办结",
        "running" => "实施中",
        _ => "已认定，方案待批复",
    }
}

/// A pilot's standing.
pub(super) fn standing(standing: &str) -> &'static str {
    match standing {
        "revoked" => "已取消试点资格",
        "suspended" => "暂停试点资格",
        "rectifying" => "整改中",
        _ => "正常",
    }
}

/// A kind of sanction.
pub(super) fn sanction(kind: &str) -> &'static str {
    match kind {
        "rectification" => "督促整改",
        "suspension" => "暂停试点资格",
        "revocation" => "取消试点资格",
        _ => "收回奖补资金",
    }
}

/// How grave an alert is: from 0, the gravest.
pub(super) fn gravity(alert: &Alert) -> usize {
    match alert.alert {
        "fraud_decision_due" | "clawback_overdue" | "duplicate_funding" | "carryover_due" => 0,
        "single_tranche" | "receipt_late" => 2,
        _ => 1,
    }
}

/// The figure that an alert's sum is of, or is part of.
pub(super) fn figure(alert: &Alert) -> Figure {
    match alert.alert {
        "filing_missing" | "duplicate_funding" => Figure::Assigned,
        "plan_filing_missing" => Figure::Allocated,
        "carryover_due" | "idle_funds" => Figure::Balance,
        "clawback_overdue" => Figure::ClawbackOutstanding,
        "fraud_decision_due" | "receipt_late" | "single_tranche" => Figure::Released,
        // What waits for an evaluation, or for a rectification.
        _ => Figure::Withheld,
    }
}

/// The names of the gravities.
pub(super) const GRAVITIES: [&str; 3] = ["严重", "一般", "提示"];

/// The name of an alert.
pub(super) fn alert(alert: &Alert) -> &'static str {
    match alert.alert {
        "filing_missing" => "项目逾期未备案",
        "plan_filing_missing" => "方案调整未备案",
        "self_evaluation_due" => "年度自评逾期",
        "evaluation_due" => "年度评价逾期",
        "overall_evaluation_due" => "整体评价逾期",
        "carryover_due" => "结转资金超期",
        "clawback_overdue" => "收回资金逾期",
        "rectification_overdue" => "整改逾期",
        "fraud_decision_due" => "弄虚作假待处理",
        "duplicate_funding" => "重复支持",
        "receipt_late" => "到账迟缓",
        "idle_funds" => "资金闲置",
        "single_tranche" => "一次性下达",
        other => other,
    }
}

/// Whom an alert waits for.
pub(super) fn waits_for(alert: &Alert) -> &'static str {
    match alert.alert {
        "filing_missing" | "plan_filing_missing" => "设区市数字经济主管部门、省发展改革委（省数据局）",
        "self_evaluation_due" => "设区市数字经济主管部门",
        "evaluation_due" => "省发展改革委（省数据局）",
        "overall_evaluation_due" | "fraud_decision_due" => "省发展改革委（省数据局）、省财政厅",
        "clawback_overdue" => "试点地区、省财政厅",
        "rectification_overdue" => "试点地区",
        "duplicate_funding" => "设区市数字经济主管部门、设区市财政部门",
        "receipt_late" => "设区市财政部门、县（市、区）开发区财政",
        "single_tranche" => "省财政厅",
        // Money that lies still or may no longer be carried over.
        _ => "牵头申报主体、县（市、区）开发区财政",
    }
}
