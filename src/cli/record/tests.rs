//! Tests of `record`'s flags.
