//! The engine against the meaning of the language: random policies and deals, decided by the engine and by the
//! reference, must have the same answers; where facts have too many values to try them all, answers that hold for every
//! completion that is tried.
//!
//! `DEALDESK_CASES` says how many cases each test tries, and `DEALDESK_SEED` which. A case that fails is made smaller and
//! printed as policy text.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "tests read their files and environment, and tell")]
#![allow(clippy::panic, clippy::unwrap_used, clippy::expect_used, reason = "a test fails where it cannot go on")]
#![allow(missing_docs, unreachable_pub, reason = "a test has no users")]

mod batch;
mod bridge;
mod chunks;
mod circuit;
#[cfg(feature = "columnar")]
mod columns;
mod compare;
mod conditions;
mod diff;
mod differential;
mod effective;
mod examples;
mod findings;
mod flip;
mod format;
mod generate;
mod interview;
mod meaning;
mod memo;
mod metamorphic;
mod mutants;
mod products;
mod program;
#[path = "../format/promise.rs"]
mod promise;
mod properties;
mod reference;
mod wide;
