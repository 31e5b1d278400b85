//! Policy and facts to decisions: exact over everything that is still unknown.

mod answer;
mod assumption;
mod decide;
mod eval;
mod grain;
mod lift;
mod list;
mod logic;
mod memo;
mod needs;
mod ops;
mod probe;
mod ranges;
mod record;
mod relation;
mod sample;
mod space;
mod split;
mod survey;
mod verdict;
mod world;

pub use answer::{
    Answer, Answers, Decisions, Explanation, Fault, FaultKind, Node, NodeId, Possible, RuleRecord, RuleState, Seen,
    State, Taken, Undecided,
};
pub use decide::{Options, decide};
pub use memo::Memo;
pub use needs::needed;
pub use probe::{Probe, probe};
