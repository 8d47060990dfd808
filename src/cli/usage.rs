//! Faults of usage in Chinese: what clap found, said in the user's language instead of clap's own words.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Whether the user reads English, by arguments that could not be read as a whole.
pub(super) fn is_english(mut arguments: impl Iterator<Item = String>) -> bool {
    let mut language = None;
    while let Some(argument) = arguments.next() {
        if argument == "--lang" {
            language = arguments.next();
        } else if let Some(value) = argument.strip_prefix("--lang=") {
            language = Some(value.to_owned());
        }
    }
    language.as_deref() == Some("en")
}

/// Whether clap's own words are a help text, which has both languages.
pub(super) fn is_help(error: &clap::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            | ErrorKind::MissingSubcommand
    )
}

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
        ErrorKind::ValueValidation => {
            let why = why(error).map(|why| format!(":{why}")).unwrap_or_default();
            format!("参数 {argument} 的值 {given} 无效{why}")
        }
        ErrorKind::ArgumentConflict => {
            let other = value(ContextKind::PriorArg).filter(|other| *other != argument);
            other.map_or_else(
                || format!("参数 {argument} 与其他参数冲突,或重复出现"),
                |other| format!("参数 {argument} 不能与 {other} 同用"),
            )
        }
        _ => "命令行有误".to_owned(),
    };
    let suggested = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    let hint = suggested.into_iter().find_map(value).map(|hint| format!(",是否为 {hint}?")).unwrap_or_default();
    let usage = value(ContextKind::Usage).unwrap_or_default();
    let usage = usage.trim_start_matches("Usage:").trim();
    let usage = if usage.is_empty() { String::new() } else { format!("\n用法:{usage}") };
    Some(format!("错误:{sentence}{hint}{usage}\n详见 --help"))
}

/// Why a value is none, where clap's own parsers or ours said it.
fn why(error: &clap::Error) -> Option<String> {
    let said = error.source()?.to_string();
    if let Some((_, range)) = said.split_once(" is not in ") {
        let (least, most) = range.split_once("..")?;
        let most = most.trim_start_matches('=');
        // A bound of the type's own is none that anybody meets.
        return Some(if most.len() > 9 || most.is_empty() {
            format!("不得小于 {least}")
        } else {
            format!("须在 {least} 至 {most} 之间")
        });
    }
    if said.contains("invalid digit") || said.contains("empty string") {
        return Some("应为整数".to_owned());
    }
    (!said.is_ascii()).then_some(said)
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
