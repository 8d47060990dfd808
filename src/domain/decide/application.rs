//! Judging acts on applications.

use super::Case;
use crate::domain::act::{Publicise, Recognise, Recommend, RejectApplication, Review, SubmitApplication};
use crate::domain::ledger::{Application, ApplicationState as State};
use crate::domain::rule::eligibility::{
    doc_01, elig_01, elig_02, elig_03, elig_04, elig_05, elig_06, elig_08, qty_04, resp_01,
};
use crate::domain::rule::ledger::{date_02, ref_02, state_01};
use crate::domain::rule::selection::{qty_01, qty_02, qty_03, sel_01, sel_02, sel_03, time_01};
use crate::domain::rule::usage::def_04;

pub(super) fn submit(case: &mut Case, act: &SubmitApplication) {
    ref_02(case, case.ledger.programme.applications.contains_key(&act.application), "申报", &act.application);
    qty_04(case, act);
    elig_01(case, act);
    elig_02(case, act);
    elig_03(case, &act.members);
    elig_04(case, act);
    elig_05(case, act);
    elig_06(case, act);
    elig_08(case, &act.field);
    resp_01(case, act);
    doc_01(case, act);
    let leading = act.leading_enterprises.iter().filter_map(|enterprise| enterprise.uscc.as_ref());
    let quality = act.quality_enterprises.iter().filter_map(|enterprise| enterprise.uscc.as_ref());
    def_04(case, leading.chain(quality));
}

/// DATE-02 for an act on an application: not before the latest act on it.
fn after_latest_act(case: &mut Case, application: &Application) {
    date_02(case, Some(application.latest_act), "对该申报的上一事项", "the latest act on the application");
}

/// STATE-01 for an act on an application.
fn in_state(case: &mut Case, application: &Application, fits: bool, needed: (&str, &str)) {
    let (zh, en) = (application.state.zh(), application.state.en());
    state_01(
        case,
        fits,
        &format!("该申报{zh},须为{}", needed.0),
        &format!("the application is {en}; it must be {}", needed.1),
    );
}

pub(super) fn recommend(case: &mut Case, act: &Recommend) {
    let Some(application) = case.application(&act.application) else {
        return;
    };
    in_state(case, application, application.state == State::Submitted, ("已申报", "submitted"));
    after_latest_act(case, application);
    qty_03(case, application);
    time_01(case, application);
}

pub(super) fn review(case: &mut Case, act: &Review) {
    let Some(application) = case.application(&act.application) else {
        return;
    };
    if application.score(act.stage).is_some() {
        let zh = format!("{}已登记", act.stage.zh());
        state_01(case, false, &zh, &format!("the {} review is already recorded", act.stage));
    } else {
        in_state(case, application, application.state == State::Recommended, ("已推荐", "recommended"));
    }
    after_latest_act(case, application);
}

pub(super) fn publicise(case: &mut Case, act: &Publicise) {
    for id in &act.applications {
        let Some(application) = case.application(id) else {
            continue;
        };
        sel_01(case, id, application);
        if application.cohort != act.cohort {
            let zh = format!("申报 {id} 属于 {} 年批次", application.cohort);
            state_01(case, false, &zh, &format!("the application {id} is of the cohort {}", application.cohort));
        }
        let fits = matches!(application.state, State::Recommended | State::Reviewed);
        in_state(case, application, fits, ("已推荐或已评审", "recommended or reviewed"));
        after_latest_act(case, application);
    }
}

pub(super) fn recognise(case: &mut Case, act: &Recognise) {
    ref_02(case, case.ledger.pilots.contains_key(&act.pilot), "试点", &act.pilot);
    let Some(application) = case.application(&act.application) else {
        return;
    };
    in_state(case, application, application.state == State::Publicised, ("已公示", "publicised"));
    sel_01(case, &act.application, application);
    sel_03(case, application);
    elig_03(case, &application.members);
    qty_01(case, application);
    after_latest_act(case, application);
    qty_02(case);
    sel_02(case, application);
}

pub(super) fn reject(case: &mut Case, act: &RejectApplication) {
    let Some(application) = case.application(&act.application) else {
        return;
    };
    let fits = !matches!(application.state, State::Recognised | State::Rejected);
    in_state(case, application, fits, ("未认定且未被否决", "neither recognised nor rejected"));
    after_latest_act(case, application);
}
