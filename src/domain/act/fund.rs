//! Acts that move money or promise it: allocation, releases, projects, payments.

use crate::domain::code::Purpose;
use crate::domain::money::{Money, MoneyOrZero};
use crate::domain::text::{BudgetYear, EconomicCode, Id, ProjectCode, Text};
use crate::domain::uscc::Uscc;

crate::form! {
    /// Awards the fixed sum.
    pub struct Allocate {
        /// The pilot. 试点编号
        pilot: Id,
        /// The sum in yuan. 定额(元)
        amount: Money,
        /// The document. 文号
        document: Text,
    }

    /// Changes the fixed sum.
    pub struct AdjustAllocation {
        /// The pilot. 试点编号
        pilot: Id,
        /// The sum from now on, in yuan. 调整后定额(元)
        new_amount: Money,
        /// Why. 原因
        reason: Text,
        /// The document. 文号
        document: Text,
    }

    /// Sends a tranche.
    pub struct Release {
        /// The pilot. 试点编号
        pilot: Id,
        /// The release's identifier. 下达编号
        release: Id,
        /// The sum in yuan. 金额(元)
        amount: Money,
        /// The budget document. 指标文号
        document: Text,
        /// The budget year the money belongs to. 预算年度
        budget_year: BudgetYear,
        /// The province's evaluation it rests on, once beyond the first share. 所依据的评价
        evaluation: Option<Id>,
    }

    /// Confirms that a tranche has arrived.
    pub struct ConfirmReceipt {
        /// The pilot. 试点编号
        pilot: Id,
        /// The release. 下达编号
        release: Id,
    }

    /// Cancels a release.
    pub struct ReverseRelease {
        /// The pilot. 试点编号
        pilot: Id,
        /// The release. 下达编号
        release: Id,
        /// Why. 原因
        reason: Text,
    }

    /// Who carries a project out.
    pub struct Owner {
        /// Its name. 名称
        name: Text,
        /// Its unified social credit code. 统一社会信用代码
        uscc: Uscc,
        /// Whether a budget pays for it. 是否财政补助单位
        budget_funded: Option<bool>,
    }

    /// Who is paid.
    pub struct Payee {
        /// Its name. 名称
        name: Text,
        /// Its unified social credit code. 统一社会信用代码
        uscc: Option<Uscc>,
        /// Whether a budget pays for it. 是否财政补助单位
        budget_funded: Option<bool>,
    }

    /// Promises part of the allocation to a project.
    pub struct AssignProject {
        /// The pilot. 试点编号
        pilot: Id,
        /// The project's code. 项目代码
        project: ProjectCode,
        /// The project's name. 项目名称
        name: Text,
        /// Who carries it out. 承担单位
        owner: Owner,
        /// Its direction of support, D1–D6. 支持方向
        direction: Text,
        /// The sum in yuan. 支持额度(元)
        amount: Money,
        /// What it is for. 用途
        purpose: Purpose,
        /// The document. 文号
        document: Text,
        /// Whether other provincial money supports it. 是否已获其他省级财政资金
        other_provincial_funding: bool,
        /// The city's ruling that it is no government platform. 非政府数字化平台认定文号
        ruling: Option<Text>,
    }

    /// Changes what a project is promised.
    pub struct ChangeAssignment {
        /// The pilot. 试点编号
        pilot: Id,
        /// The project's code. 项目代码
        project: ProjectCode,
        /// The sum from now on, in yuan; zero withdraws the project. 调整后额度(元)
        new_amount: MoneyOrZero,
        /// Why. 原因
        reason: Text,
        /// The document. 文号
        document: Text,
    }

    /// Files a project with the province.
    pub struct FileProject {
        /// The pilot. 试点编号
        pilot: Id,
        /// The project's code. 项目代码
        project: ProjectCode,
        /// The filing. 备案文号
        document: Text,
    }

    /// Records that another provincial programme funds a project.
    pub struct RegisterOtherFunding {
        /// The project's code. 项目代码
        project: ProjectCode,
        /// The other programme. 其他专项名称
        programme: Text,
        /// The sum in yuan. 金额(元)
        amount: Money,
        /// The document. 文号
        document: Text,
    }

    /// Records a payment.
    pub struct Pay {
        /// The pilot. 试点编号
        pilot: Id,
        /// The project's code. 项目代码
        project: ProjectCode,
        /// The payment's identifier. 支付编号
        payment: Id,
        /// The sum in yuan. 金额(元)
        amount: Money,
        /// Who is paid. 收款人
        payee: Payee,
        /// The voucher. 凭证号
        voucher: Text,
        /// What it is for. 用途
        purpose: Purpose,
        /// The economic classification. 政府支出经济分类科目
        economic_code: Option<EconomicCode>,
        /// The contract's number. 合同号
        contract: Option<Text>,
    }

    /// Cancels a payment.
    pub struct ReversePayment {
        /// The pilot. 试点编号
        pilot: Id,
        /// The payment. 支付编号
        payment: Id,
        /// Why. 原因
        reason: Text,
    }
}
