//! Questions about a policy that no single deal answers: what holds for all of them, and what to ask next.
//!
//! A policy becomes a Boolean circuit over complete deals ([`Machine`]), and a SAT solver answers whether there is a deal
//! in which something holds. What it finds is decided again by the engine before it is told; what it does not find is
//! proved not to be. `docs/analysis.md` says how, and where that ends. [`interview`] chooses questions for a deal of
//! which not everything is known.

mod apart;
mod circuit;
pub mod diff;
mod effective;
mod encode;
mod findings;
pub mod flip;
mod goals;
mod inquiry;
pub mod interview;
mod machine;
mod reach;
mod samples;
mod texts;

pub use apart::{Apart, apart};
pub use effective::{Effective, Matters, Part, Target, Unless, Whether, effective};
pub use findings::{Finding, FindingKind, Findings, Unsettled, Why, findings};
pub use goals::{Goal, Other, Step, cover};
pub use inquiry::{Stopped, Witness};
pub use machine::{Ending, Machine, dates};
