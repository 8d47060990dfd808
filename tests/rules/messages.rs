//! What a refusal says: the rule, its clause, the inputs and the arithmetic, in Chinese and in English.

use insta::assert_snapshot;
use serde_json::json;

use super::acts::*;
use super::story::*;
use super::support::Bench;

/// The example of the specification: 6,500,000.00 released, 1,000,000.00 more in the year of recognition.
#[test]
fn the_first_share_of_the_year() {
    let bench = Bench::after(allocated().then(release("R1", "2025-12-05", "6500000.00")));
    let text = bench.when(&release("R2", "2025-12-06", "1000000.00")).text();
    let example = "四(一) TR-01: 2025年已下达 6,500,000.00,本次 1,000,000.00,合计 7,500,000.00,\
                   超过定额 10,000,000.00 的 70%(7,000,000.00)";
    assert_eq!(text.lines().next(), Some(example));
    assert_snapshot!(text, @r"
    四(一) TR-01: 2025年已下达 6,500,000.00,本次 1,000,000.00,合计 7,500,000.00,超过定额 10,000,000.00 的 70%(7,000,000.00)
    released in 2025: 6,500,000.00, now 1,000,000.00, together 7,500,000.00: more than 70% of the allocation 10,000,000.00 (7,000,000.00)
    四(一) TR-02: 已下达 6,500,000.00,本次 1,000,000.00,合计 7,500,000.00,超过可下达上限 7,000,000.00(首期 7,000,000.00 + 剩余 3,000,000.00 × 0%);尚无拨付决定
    released 6,500,000.00, now 1,000,000.00, together 7,500,000.00: more than the limit 7,000,000.00 (7,000,000.00 first + 0% of the remaining 3,000,000.00); there is no payout decision
    四(一)、五(五) TR-03: 合计 7,500,000.00 超过首期 7,000,000.00,须注明所依据的省级绩效评价
    together 7,500,000.00, beyond the first 7,000,000.00: it must name the province's evaluation it rests on
    ");
}

#[test]
fn a_cap() {
    assert_snapshot!(Bench::after(recognised()).when(&allocate("10000000.01")).text(), @r"
    四(一) CAP-02: 省级开发区、县(市、区)定额上限 10,000,000.00,本次 10,000,000.01,超出 0.01
    the cap of any other single area is 10,000,000.00; 10,000,000.01 is over it by 0.01
    ");
}

#[test]
fn both_bodies() {
    assert_snapshot!(Bench::after(assigned()).when(&change_assignment("2026-01-12", ONE, "1.00").without("approvals")).text(), @r"
    五(二)(四)(五)、四(二) PARTY-01: 缺少设区市财政部门会同办理
    city_finance must stand with it
    四(二) USE-02: 缺少设区市财政部门会同办理
    city_finance must stand with it
    ");
}

#[test]
fn a_balance_on_the_first_day_it_is_lowest() {
    let story = filed()
        .then(pay("Z1", "2026-02-10", "2000000.00"))
        .then(assign(TWO, "4000000.00"))
        .then(pay("Z3", "2026-02-20", "1.00").with(json!({"project": TWO, "contract": "合1"})))
        .then(reverse_payment("Z3", "2026-02-20"));
    let outcome = Bench::after(story).when(&pay("Z2", "2026-01-20", "3000000.01").with(json!({"project": TWO})));
    assert_snapshot!(outcome.text(), @r"
    四(二) USE-05: 2026-02-10 资金余额 3,000,000.00,本次 3,000,000.01,差 0.01
    the balance on 2026-02-10 is 3,000,000.00: 3,000,000.01 is 0.01 too much
    ");
}

#[test]
fn a_banned_purpose_and_code() {
    let command = pay("Z1", "2026-02-10", "1.00").with(json!({"purpose": "DEBT", "economic_code": "51101"}));
    assert_snapshot!(Bench::after(filed()).when(&command).text(), @r"
    四(二) BAN-02: 资金不得用于偿还债务;支出经济分类科目 51101 属于禁止列支的 511 类
    money may not be used for DEBT; the economic classification 51101 falls under 511, which is banned
    ");
}

#[test]
fn a_grade_that_is_not_the_scores() {
    let command = evaluate("E", "S", "annual", "2027-01-10").with(json!({"score": "89.99"}));
    assert_snapshot!(Bench::after(self_evaluated()).when(&command).text(), @r"
    五(五)+财预〔2020〕10号 EVAL-06: 得分 89.99 对应等级良,填报等级优,须说明理由
    the score 89.99 is the grade 良, not 优; a reason is needed
    ");
}

#[test]
fn an_incident() {
    let incident = json!({"kind": "safety", "grade": "major", "date": "2023-05-01", "area": "360602"});
    let command = submit("C", "360602").with(json!({"incidents": [incident]}));
    assert_snapshot!(Bench::open().when(&command).text(), @r"
    三(五) ELIG-06: 2023-05-01 发生重大生产安全事故(360602),在 2022-10-20 之后的 36 个月内
    a major safety incident in 360602 on 2023-05-01, within 36 months (after 2022-10-20)
    ");
}

#[test]
fn a_pilot_nobody_knows() {
    assert_snapshot!(Bench::open().when(&pay("Z1", "2026-02-10", "1.00")).text(), @r"
    (ledger) REF-01: 没有编号为 P 的试点
    there is no pilot P
    ");
}

#[test]
fn closed_books() {
    let bench = Bench::after(filed().then(close_period("2026-02-01", "2026-01-31")));
    assert_snapshot!(bench.when(&pay("Z1", "2026-01-31", "1.00")).text(), @r"
    (ledger) PER-01: 会计期间已关闭至 2026-01-31,业务日期 2026-01-31 须在其后;确需入账的,先办理反结账
    the books are closed through 2026-01-31; 2026-01-31 must be after it, or the period be reopened first
    ");
}

#[test]
fn a_form_in_which_everything_is_wrong() {
    let command =
        pay("坏 编号", "2026-02-30", "1.0").with(json!({"payee": {"uscc": "短"}, "voucher": " ", "remark": 1}));
    assert_snapshot!(Bench::open().when(&command).text(), @r#"
    (ledger) FORM-01: on:须为真实存在的日期,格式 YYYY-MM-DD,例如 "2025-12-05"
    on: a date that exists is expected, as in "2025-12-05"
    (ledger) FORM-01: payment:编号须为 1–64 个 ASCII 字母、数字或 - _ .
    payment: an identifier is 1–64 ASCII letters, digits or - _ .
    (ledger) FORM-01: amount:金额须为字符串,单位元,小数点后恰好两位,小数点前至多13位,不带符号、千分位和前导零,例如 "7000000.00"
    amount: money is a string in yuan with exactly two decimals, at most 13 digits before the point, no sign, grouping or leading zero, such as "7000000.00"
    (ledger) FORM-01: payee.name:缺少此字段
    payee.name: this field is missing
    (ledger) FORM-01: payee.uscc:统一社会信用代码须为 18 位数字和大写字母(不含 I、O、S、V、Z)
    payee.uscc: a unified social credit code is 18 digits and capital letters (without I, O, S, V, Z)
    (ledger) FORM-01: voucher:文本不得为空白,至多 500 字,不得含控制字符或双向控制字符
    voucher: a text is not blank, at most 500 characters, without control or bidirectional-override characters
    (ledger) FORM-01: remark:没有这个字段
    remark: there is no such field
    "#);
}

#[test]
fn a_sanction_for_too_good_a_grade() {
    let bench = Bench::after(graded("80", "良"));
    assert_snapshot!(bench.when(&order_rectification("2027-02-01", "E", "2027-06-30")).text(), @r"
    五(五) SAN-01: 评价 E 等级为良,须为中、差方可处理
    the evaluation E is of grade 良; only 中、差 is ground enough
    ");
}
