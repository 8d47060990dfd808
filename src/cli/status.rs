//! `tranche status`: figures and alerts of the programme or of a pilot.

use clap::Args;

use super::asked::Asked;
use super::{Context, Failure};

/// Options of `status`.
#[derive(Args)]
pub struct Status {
    /// 试点编号;不填则看整个专项 · the pilot; the whole programme where none is given
    #[arg(value_name = "PILOT")]
    pilot: Option<String>,
    #[command(flatten)]
    asked: Asked,
}

impl Status {
    pub(super) async fn run(self, context: &mut Context) -> Result<(), Failure> {
        let answering = self.asked.load(context, self.pilot.as_deref()).await?;
        let view = answering.view();
        let Some(pilot) = &self.pilot else {
            self.asked.check_begun(&answering.store, &answering.head).await?;
            let status = view.programme();
            return if context.is_json() { context.json(&status) } else { print(context, &status.text(context.lang)) };
        };
        let (id, pilot) = answering.pilot(pilot)?;
        let status = view.pilot(&id, pilot);
        if context.is_json() { context.json(&status) } else { print(context, &status.text(context.lang)) }
    }
}

/// Prints a report that ends its own last line.
pub(super) fn print(context: &mut Context, text: &str) -> Result<(), Failure> {
    context.line(text.trim_end_matches('\n'))
}
