//! Policy and facts to decisions: exact over everything that is still unknown.

mod answer;

pub use answer::{
    Answer, Answers, Decisions, Explanation, Fault, FaultKind, Node, Possible, RuleRecord, RuleState, Seen, State,
    Taken, Undecided,
};
