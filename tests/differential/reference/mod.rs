//! What a policy means, written as plainly as possible. The engine is held to this; nobody else uses it.
//!
//! It reads the syntax tree as the parser gives it and shares no code with `check` or `engine`, so that a
//! mistake in lowering shows as well as one in evaluation. Read it in this order:
//!
//! 1. [`deal`]: values, and what is known of a deal;
//! 2. [`pack`]: the declarations of all files by name, and what a written type allows;
//! 3. [`rules`]: decisions of every shape as rules;
//! 4. [`evaluate`]: one deal in which everything is known, on one date: each decision ends in a value, a gap,
//!    a conflict or an error;
//! 5. [`completions`]: the meaning over unknown facts, by filling them in in every possible way.
//!
//! It trusts the policy to have been checked and panics where that is not so. It is slow: a deal costs its number
//! of completions, so domains must be small.

pub mod arithmetic;
pub mod completions;
pub mod deal;
pub mod evaluate;
pub mod pack;
pub mod rules;

pub use completions::{Answer, Answers, State, Undecided, answer};
pub use deal::{Deal, Record, Val};
