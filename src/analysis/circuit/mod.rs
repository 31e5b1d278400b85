//! Boolean circuits: gates with structural sharing, which a SAT solver answers questions about and which
//! can be run on 64 deals at a time.
//!
//! A [`Circuit`] is plain data. Its gates only ever refer to earlier ones, so that running it is one pass.

mod affine;
mod arithmetic;
mod calendar;
mod gates;
mod integer;
mod ratio;
mod solver;
mod veil;

pub(super) use calendar::{EndOfMonth, add_months};
pub(super) use gates::{Circuit, Cone, Lit, PartialRun, Run};
pub(super) use integer::{Integer, TooWide};
pub(super) use ratio::Ratio;
pub(super) use solver::{Patience, Search, Solver};

#[cfg(test)]
mod tests;
