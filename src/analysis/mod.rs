//! Exact questions about all deals at once.
//!
//! A policy becomes a Boolean circuit over complete deals ([`Machine`]), and a SAT solver answers whether there is a deal
//! in which something holds. What it finds is decided again by the engine before it is told; what it does not find is
//! proved not to be. `docs/analysis.md` says how, and where that ends.

mod circuit;
mod encode;
mod findings;
mod inquiry;
mod machine;
mod samples;

pub use findings::{Finding, FindingKind, Findings, Unsettled, Why, findings};
pub use inquiry::{Stopped, Witness};
pub use machine::{Ending, Machine, dates};
