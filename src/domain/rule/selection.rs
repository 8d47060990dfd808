//! How pilots are chosen: QTY-01 to QTY-03, TIME-01, SEL-01 to SEL-03 (一(二)、五(二)至(四)).

use crate::domain::decide::Case;
use crate::domain::ledger::{Application, ApplicationState};
use crate::domain::rulebook::Rule;
use crate::domain::text::Id;

/// The applications that became pilots; the programme knows them all, also where not every pilot is at hand.
fn recognised<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a Application> {
    case.ledger.programme.applications.values().filter(|application| application.pilot.is_some())
}

/// QTY-01: a cohort's recognised pilots keep to its quota; a joint one counts as one.
pub fn qty_01(case: &mut Case, application: &Application) {
    let cohort = application.cohort;
    let Some(quota) = case.ledger.programme.parameters.cohort_quota.get(&cohort) else {
        return;
    };
    let have = recognised(case).filter(|other| other.cohort == cohort).count();
    if have + 1 > quota.0 as usize {
        case.refuse(
            Rule::Qty01,
            format!("{cohort}年已认定 {have} 个,名额 {quota} 个"),
            format!("{have} of {quota} are recognised in the cohort {cohort}"),
        );
    }
}

/// QTY-02 (warning): about so many in all.
pub fn qty_02(case: &mut Case) {
    let (have, about) = (recognised(case).count() + 1, case.ledger.programme.parameters.programme_target_about.0);
    if have > about as usize {
        case.warn(
            Rule::Qty02,
            format!("累计认定 {have} 个,超过目标 {about} 个左右"),
            format!("{have} recognised in all, above the target of about {about}"),
        );
    }
}

/// QTY-03: a city's recommendations keep to its quota; later rejections still count.
pub fn qty_03(case: &mut Case, application: &Application) {
    let ledger = case.ledger;
    let cohort = application.cohort;
    let Some(quota) = ledger.programme.parameters.city_recommend_quota.get(&cohort) else {
        return;
    };
    let Some(city) = ledger.city_of(application) else {
        return;
    };
    let have = ledger
        .programme
        .applications
        .values()
        .filter(|other| other.recommended && other.cohort == cohort && ledger.city_of(other) == Some(city))
        .count();
    if have + 1 > quota.0 as usize {
        case.refuse(
            Rule::Qty03,
            format!("{city} {cohort}年已推荐 {have} 个,名额 {quota} 个"),
            format!("{city} has recommended {have} of {quota} in the cohort {cohort}"),
        );
    }
}

/// TIME-01 (warning): recommended by the cohort's deadline, that day included.
pub fn time_01(case: &mut Case, application: &Application) {
    let on = case.command.on;
    if let Some(deadline) =
        case.ledger.programme.parameters.apply_deadline.get(&application.cohort).filter(|deadline| on > **deadline)
    {
        case.warn(
            Rule::Time01,
            format!("{on} 推荐,晚于截止日期 {deadline}"),
            format!("recommended on {on}, after the deadline {deadline}"),
        );
    }
}

/// SEL-01: both review stages are recorded.
pub fn sel_01(case: &mut Case, id: &Id, application: &Application) {
    if application.score_sum().is_none() {
        let lacking = match (application.written, application.onsite) {
            (None, None) => ("书面评审和现场评审", "both reviews"),
            (None, _) => ("书面评审", "the written review"),
            _ => ("现场评审", "the on-site review"),
        };
        case.refuse(
            Rule::Sel01,
            format!("申报 {id} 缺少{}", lacking.0),
            format!("the application {id} lacks {}", lacking.1),
        );
    }
}

/// SEL-02 (warning): no publicised application of the cohort with a higher score is passed over.
pub fn sel_02(case: &mut Case, application: &Application) {
    let Some(own) = application.score_sum() else {
        return;
    };
    let passed_over = case.ledger.programme.applications.iter().find(|(_, other)| {
        other.cohort == application.cohort
            && other.state == ApplicationState::Publicised
            && other.score_sum().is_some_and(|score| score > own)
    });
    if let Some((id, _)) = passed_over {
        case.warn(
            Rule::Sel02,
            format!("得分更高的申报 {id} 已公示而尚未认定"),
            format!("the application {id} scored higher, is publicised and not recognised"),
        );
    }
}

/// SEL-03: recognised after the publicity's last day.
pub fn sel_03(case: &mut Case, application: &Application) {
    let on = case.command.on;
    if let Some(to) = application.publicised_to.filter(|to| on <= *to) {
        case.refuse(
            Rule::Sel03,
            format!("{on} 认定时公示尚未结束(至 {to})"),
            format!("recognised on {on}, while publicised until {to}"),
        );
    }
}
