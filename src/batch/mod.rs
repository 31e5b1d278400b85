//! Many deals at once: rows of text in, rows of text out.
//!
//! A row is read straight into the slots of a [`Program`], decided, and written from them. What the program leaves open, and
//! what is read or said unusually, goes the long way: the facts' own reader, the engine and the trace's data. So there
//! is one meaning, whichever way a row takes. Nothing here reads files or starts threads: a [`Worker`] gets some
//! rows as bytes and gives bytes, with a [`Tally`] of what they came to.

mod answers;
#[cfg(feature = "columnar")]
pub mod columnar;
mod columns;
mod csv;
mod json;
mod output;
mod tally;
mod worker;

use std::sync::Arc;

use jiff::civil::Date;

use crate::base::Sources;
use crate::policy::{DecisionId, Policy};
use crate::program::Program;

pub use columns::{Clash, Columns};
pub use tally::{Outcomes, Tally};
pub use worker::{Done, From, Rejected, Worker};

/// What is to be decided, and how it is said.
#[derive(Clone, Debug)]
pub struct Plan {
    /// By which policy.
    pub policy: Arc<Policy>,
    /// The texts of the policy.
    pub sources: Sources,
    /// Its compiled form with just these decisions; `None` where it is too large for one.
    pub program: Option<Arc<Program>>,
    /// The decisions, in the order of the policy.
    pub decisions: Vec<DecisionId>,
    /// On which date.
    pub as_of: Date,
    /// Leave presumed facts unknown.
    pub strict: bool,
    /// Say why.
    pub reasons: bool,
    /// What of the input goes into the output as it is: columns, or names in JSON.
    pub keep: Vec<String>,
    /// What of the input is no fact and is passed over.
    pub ignore: Vec<String>,
    /// How the output is written.
    pub to: To,
}

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// An object of JSON on each line.
    Lines,
    /// Cells with commas between them, the names of the columns on the first line.
    Table,
    /// Columns of record batches.
    #[cfg(feature = "columnar")]
    Columns,
}

impl To {
    /// Whether it is text that people can read.
    pub fn is_text(self) -> bool {
        matches!(self, To::Lines | To::Table)
    }
}

impl Plan {
    /// Decides these on a date, and everything where none are named; each row is written as a line of JSON.
    pub fn new(policy: &Arc<Policy>, sources: &Sources, only: Option<&[DecisionId]>, as_of: Date) -> Plan {
        let wanted = |id: &DecisionId| only.is_none_or(|only| only.contains(id));
        let decisions: Vec<DecisionId> = policy.decisions.iter().map(|(id, _)| id).filter(wanted).collect();
        Plan {
            policy: Arc::clone(policy),
            sources: sources.clone(),
            program: Program::compile_only(Arc::clone(policy), Some(as_of), Some(&decisions)).ok(),
            decisions,
            as_of,
            strict: false,
            reasons: false,
            keep: Vec::new(),
            ignore: Vec::new(),
            to: To::Lines,
        }
    }

    /// Every name of the input that need not be a fact.
    pub fn beside(&self) -> Vec<String> {
        self.keep.iter().chain(&self.ignore).cloned().collect()
    }

    /// Whether rows begin with the number of their line in the input: nothing else tells them apart.
    pub fn numbered(&self) -> bool {
        self.keep.is_empty()
    }
}
