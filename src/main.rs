//! The `tranche` program: hands the command line to [`tranche::cli`] and exits with its status.

use std::process::ExitCode;

fn main() -> ExitCode {
    tranche::cli::main()
}
