//! `tranche completions` and `tranche man`, from the definition of the command line itself.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use super::{Context, Failure, definition, nearest};

/// Options of `completions`.
#[derive(Args)]
pub struct Completions {
    /// 命令行解释器 · the shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, context: &mut Context) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut definition(), "tranche", &mut script);
        context.bytes(script.trim_ascii_end())
    }
}

/// Options of `man`.
#[derive(Args)]
pub struct Man {
    /// 子命令,如 record release;不填则为总页 · a subcommand's page, as in `man record release`
    #[arg(value_name = "COMMAND", conflicts_with = "into")]
    path: Vec<String>,
    /// 把全部手册页写入此目录 · write every page into this directory
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(self, context: &mut Context) -> Result<(), Failure> {
        // The pages of `help` would only say that there are pages.
        let mut whole =
            definition().disable_help_subcommand(true).mut_subcommands(|command| command.disable_help_subcommand(true));
        // Names and global options reach the subcommands when the definition is built.
        whole.build();
        if let Some(directory) = self.into {
            std::fs::create_dir_all(&directory)?;
            return Ok(clap_mangen::generate_to(whole, &directory)?);
        }
        let mut command = &whole;
        for name in &self.path {
            command = command.find_subcommand(name).ok_or_else(|| {
                let near = nearest::of(name, command.get_subcommands().map(clap::Command::get_name));
                Failure::usage(
                    format!("没有子命令 {name},是否为 {near}?"),
                    format!("there is no subcommand {name}; did you mean {near}?"),
                )
            })?;
        }
        let mut page = Vec::new();
        clap_mangen::Man::new(command.clone()).render(&mut page)?;
        context.bytes(page.trim_ascii_end())
    }
}
