//! Judging acts on the programme: periods, other funding, the signer's key.

use super::Case;
use crate::domain::act::{AnnounceKey, ClosePeriod, RegisterOtherFunding, ReopenPeriod};
use crate::domain::rule::key::key_01;
use crate::domain::rule::ledger::{date_02, state_01};
use crate::domain::rule::usage::use_04_registered;

pub(super) fn close_period(case: &mut Case, act: &ClosePeriod) {
    let later = case.ledger.programme.closed_through.is_none_or(|through| act.through > through);
    state_01(case, later, "账期已关闭至该日或更晚", "the books are already closed through that day or later");
    date_02(case, Some(act.through), "截至日期", "the day they are closed through");
}

pub(super) fn reopen_period(case: &mut Case, act: &ReopenPeriod) {
    let earlier = case.ledger.programme.closed_through.is_some_and(|through| act.through < through);
    state_01(case, earlier, "账期未关闭至该日之后", "the books are not closed beyond that day");
}

pub(super) fn register_other_funding(case: &mut Case, act: &RegisterOtherFunding) {
    use_04_registered(case, &act.project);
}

pub(super) fn announce_key(case: &mut Case, act: &AnnounceKey) {
    let latest = case.ledger.programme.keys.last().map(|latest| latest.on);
    date_02(case, latest, "上次公布密钥之日", "the last announcement of a key");
    key_01(case, act);
}
