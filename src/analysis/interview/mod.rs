//! What to find out next: the question after which the fewest are left in the worst case.
//!
//! [`next`] chooses one question for a deal. [`Interview`] is the whole conversation as a state machine: it asks, takes
//! answers, takes them back, and ends as soon as every decision asked for is certain. Neither reads a clock or a
//! terminal; both do no more work than [`Settings::budget`] allows, and ask a flag of the caller's whether to go on.
//!
//! A decision depends on nothing but the facts that it is missing, and missing facts never become more by answering one
//! (but for the fields of the records of a list that becomes known). This is what makes the search small: an answer is
//! looked at only in the decisions that miss the fact, decisions that miss no fact in common are planned apart, and the
//! number of facts that are missing bounds the number of questions.

mod choose;
mod classes;
mod give;
mod look;
mod plan;
mod reads;
mod session;
mod uses;

pub use choose::{Choice, Next, Want, next, next_of};
pub use give::{give, given_at};
pub use reads::reads;
pub use session::Interview;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::civil::Date;

use crate::facts::{FactId, Schema};
use crate::policy::DecisionId;

/// What is asked for, and how much may be spent on each question.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The date of the decisions.
    pub as_of: Date,
    /// Presumed facts are asked for like others.
    pub strict: bool,
    /// The decisions that are to become certain.
    pub decisions: Vec<DecisionId>,
    /// How many looks at what one decision comes to after supposed answers may be spent on a question. It is a count
    /// and not a time, so that the same question comes on every machine.
    pub budget: u32,
    /// Raised by the caller to be content with the best question found so far.
    pub enough: Option<Arc<AtomicBool>>,
}

impl Settings {
    /// What is spent on a question unless the caller says otherwise.
    pub const BUDGET: u32 = 250;

    /// These decisions on a date, with the usual budget.
    pub fn new(as_of: Date, decisions: Vec<DecisionId>) -> Settings {
        Settings { as_of, strict: false, decisions, budget: Settings::BUDGET, enough: None }
    }

    fn is_enough(&self) -> bool {
        self.enough.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
}

/// What one question counts, in thousandths: the unit in which effort is measured.
pub const QUESTION: u64 = 1_000;

/// How many questions a judgement counts as, where the policy declares no cost for it.
pub const JUDGEMENT: u64 = 3;

/// What it takes to find out a fact, in thousandths of a question: the cost that the policy declares for it, else what a
/// judgement or a question counts.
pub fn effort(schema: &Schema, fact: FactId) -> u64 {
    let fact = &schema.facts[fact];
    match fact.cost {
        Some(cost) => u64::from(cost),
        None if fact.judged_by.is_some() => JUDGEMENT * QUESTION,
        None => QUESTION,
    }
}
