//! Acts on a pilot's plan and its end.

use crate::domain::Date;
use crate::domain::code::Direction;
use crate::domain::text::{Id, Period, ProjectCode, Text, Weight};

crate::form! {
    /// A project of a plan.
    pub struct PlannedProject {
        /// Its code. 项目代码
        project: ProjectCode,
        /// Its name. 项目名称
        name: Text,
        /// Its direction of support. 支持方向
        direction: Direction,
    }

    /// A performance target of a plan.
    pub struct Target {
        /// The indicator. 指标
        indicator: Text,
        /// The group it belongs to. 指标类别
        group: Text,
        /// Its unit. 计量单位
        unit: Text,
        /// What is to be reached. 目标值
        target: Text,
        /// Its weight in points. 权重
        weight: Weight,
    }

    /// Approves a plan.
    pub struct ApprovePlan {
        /// The pilot. 试点编号
        pilot: Id,
        /// The approval. 批复文号
        document: Text,
        /// The first day of the term. 实施期起
        term_start: Date,
        /// Its projects. 重点项目
        projects: Vec<PlannedProject>,
        /// Its targets. 绩效目标
        targets: Vec<Target>,
    }

    /// Changes an approved plan.
    pub struct AdjustPlan {
        /// The pilot. 试点编号
        pilot: Id,
        /// The document. 文号
        document: Text,
        /// Projects to add. 新增项目
        add: Option<Vec<PlannedProject>>,
        /// Codes of projects to take out. 移出项目
        remove: Option<Vec<ProjectCode>>,
        /// The targets from now on. 调整后绩效目标
        targets: Option<Vec<Target>>,
    }

    /// Files every plan change not yet filed.
    pub struct FilePlan {
        /// The pilot. 试点编号
        pilot: Id,
        /// The filing. 备案文号
        document: Text,
    }

    /// Progress of one indicator.
    pub struct Progress {
        /// The indicator. 指标
        indicator: Text,
        /// What has been reached. 完成值
        actual: Text,
    }

    /// Records progress.
    pub struct Monitor {
        /// The pilot. 试点编号
        pilot: Id,
        /// The half-year. 监控期
        period: Period,
        /// Progress, indicator by indicator. 进度
        progress: Vec<Progress>,
    }

    /// Closes a pilot.
    pub struct ClosePilot {
        /// The pilot. 试点编号
        pilot: Id,
        /// The document. 文号
        document: Text,
    }
}
