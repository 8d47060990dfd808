//! The `tranche` program: hands the command line to [`tranche::cli`] and exits with its status.

use std::process::ExitCode;

/// Events are many small texts, made on one thread and dropped on another: the system's allocator took a third of the
/// time of reading a log. It does without large pages, of which a tenth of all memory stays unused.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tranche::cli::main()
}
