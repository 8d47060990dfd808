//! Faults of usage in Chinese: what clap found, said in the user's language above clap's own words.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// What is wrong with the command line, in Chinese; none where it is no fault (help, version).
pub(super) fn explain(error: &clap::Error) -> Option<String> {
    let value = |kind| error.get(kind).map(words);
    let argument = value(ContextKind::InvalidArg).unwrap_or_default();
    let given = value(ContextKind::InvalidValue).unwrap_or_default();
    let sentence = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return None,
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => "缺少子命令".to_owned(),
        ErrorKind::UnknownArgument => format!("没有参数 {argument}"),
        ErrorKind::InvalidSubcommand => {
            format!("没有子命令 {}", value(ContextKind::InvalidSubcommand).unwrap_or_default())
        }
        ErrorKind::MissingRequiredArgument => format!("缺少必填参数 {argument}"),
        ErrorKind::NoEquals | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("参数 {argument} 缺少值")
        }
        ErrorKind::InvalidValue if given.is_empty() => format!("参数 {argument} 缺少值"),
        ErrorKind::InvalidValue => {
            let known = value(ContextKind::ValidValue).unwrap_or_default();
            format!("参数 {argument} 的值 {given} 无效,可为:{known}")
        }
        ErrorKind::ValueValidation => format!("参数 {argument} 的值 {given} 无效"),
        ErrorKind::ArgumentConflict => format!("参数 {argument} 与其他参数冲突,或重复出现"),
        _ => "命令行有误".to_owned(),
    };
    let suggested = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    let hint = suggested.into_iter().find_map(value).map(|hint| format!(",是否为 {hint}?")).unwrap_or_default();
    Some(format!("错误:{sentence}{hint}"))
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::String(word) => word.clone(),
        ContextValue::Strings(words) => words.join("、"),
        ContextValue::StyledStr(word) => word.to_string(),
        ContextValue::StyledStrs(words) => words.iter().map(ToString::to_string).collect::<Vec<_>>().join("、"),
        ContextValue::Number(number) => number.to_string(),
        ContextValue::Bool(flag) => flag.to_string(),
        _ => String::new(),
    }
}
