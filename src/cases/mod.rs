//! Cases: deals with the decisions that are expected of them, and snapshots of everything else they come to.
//!
//! A file of cases is read by [`read()`] against a policy, with every problem at its place. [`run()`] decides a case and
//! says which expectations are not met. [`Snapshot`] is what was decided before, as text beside the file, and
//! [`Comparison`] what differs from it. Nothing here touches files: [`crate::host`] finds, reads and writes them.

mod case;
mod compare;
pub mod coverage;
mod junit;
mod read;
mod run;
mod select;
mod snapshot;
mod unmet;
mod write;

pub use case::{Case, Each, Expectation, Layer, Wanted, Wish};
pub use compare::{Comparison, Verdict, alike};
pub use junit::{Ended, Report, Suite, Test, junit};
pub use read::read;
pub use run::{Outcome, decide, run, run_sharing};
pub use select::Selection;
pub use snapshot::Snapshot;
pub use unmet::Unmet;
pub use write::{Draft, text as draft_file};
