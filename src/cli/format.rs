//! The forms of results: one option for all subcommands, of which each takes those it has.

use clap::ValueEnum;

use super::Failure;

/// The form of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// The entries byte for byte, one a line.
    Jsonl,
    /// CloudEvents 1.0, one a line.
    #[value(name = "cloudevents")]
    CloudEvents,
    /// Double-entry books for Beancount.
    Beancount,
    /// Double-entry books for hledger.
    Hledger,
    /// A release package of the Open Contracting Data Standard.
    Ocds,
    /// A table for spreadsheets.
    Csv,
    /// A page in one file.
    Html,
    /// A workbook.
    Xlsx,
    /// Pages of paper.
    Pdf,
    /// Charts alone.
    Svg,
}

impl Format {
    /// What most subcommands have.
    pub(super) const COMMON: &[(Self, ())] = &[(Self::Text, ()), (Self::Json, ())];

    /// What this form is to a subcommand, of those that it has.
    ///
    /// # Errors
    ///
    /// Where it does not have this one.
    pub(super) fn among<T: Copy>(self, has: &[(Self, T)]) -> Result<T, Failure> {
        let found = has.iter().find(|(format, _)| *format == self);
        found.map(|(_, form)| *form).ok_or_else(|| {
            let names: Vec<String> = has.iter().map(|(format, _)| format.name()).collect();
            let (own, zh, en) = (self.name(), names.join("、"), names.join(", "));
            Failure::usage(
                format!("此命令没有 {own} 格式;请用 --format 指定:{zh}"),
                format!("this command has no form {own}; name one by --format: {en}"),
            )
        })
    }

    pub(super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}
