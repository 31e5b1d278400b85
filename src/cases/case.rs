//! A case as it is read.

use std::sync::Arc;

use jiff::civil::Date;

use crate::base::Span;
use crate::facts::{Deal, Value};
use crate::policy::DecisionId;
use crate::trace::data::Status;

/// A deal with the decisions that are expected of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// What people call it; unique in its file.
    pub name: String,
    /// Where it is named.
    pub span: Span,
    /// By which it can be picked out.
    pub tags: Vec<String>,
    /// The date of the decisions.
    pub as_of: Date,
    /// What is known of the deal; what a later layer says counts before what an earlier one does.
    pub layers: Vec<Layer>,
    /// What is expected, in the order in which it was written.
    pub expect: Vec<Expectation>,
    /// The decisions that it is about: only these, and those it expects something of, are taken. `None` is all.
    pub only: Option<Arc<[DecisionId]>>,
}

/// A part of what is known of a case's deal.
#[derive(Clone, Debug)]
pub enum Layer {
    /// The deal of a file.
    File {
        /// Its path from the folder of the case's file.
        path: Arc<str>,
        /// Where it is named.
        span: Span,
    },
    /// Facts given with the case.
    Facts(Arc<Deal>),
}

impl Case {
    /// The decisions to take; `None` is all.
    pub fn decisions(&self) -> Option<Vec<DecisionId>> {
        let mut decisions = self.only.as_ref()?.to_vec();
        decisions.extend(self.expect.iter().map(|expectation| expectation.decision));
        decisions.sort_unstable_by_key(|id| id.into_raw());
        decisions.dedup();
        Some(decisions)
    }

    /// The deal: all layers as one. `file` gives the deal of a layer that is a file.
    pub fn deal<'a>(&self, file: impl Fn(&str) -> Option<&'a Deal>) -> Deal {
        let mut deal = Deal::new();
        for layer in &self.layers {
            let facts = match layer {
                Layer::File { path, .. } => file(path),
                Layer::Facts(facts) => Some(&**facts),
            };
            for (fact, given) in facts.iter().flat_map(|facts| facts.given.iter()) {
                deal.given.insert(fact, given.clone());
            }
        }
        deal
    }
}

/// What is expected of one decision.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The decision.
    pub decision: DecisionId,
    /// What of it.
    pub wanted: Wanted,
}

/// What is expected of a decision.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// Of the only answer.
    One(Wish),
    /// Of the answers for each record, in the order of the list.
    Each(Each),
}

/// What is expected of the answers for each record.
#[derive(Clone, Debug)]
pub struct Each {
    /// One for each.
    pub wishes: Vec<Wish>,
    /// Where all of them stand.
    pub span: Span,
}

/// What is expected of one answer; what is not said may be anything.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Its outcome.
    pub value: Option<Value>,
    /// How it ends.
    pub status: Option<Status>,
    /// Exactly the rules that stand, by their places.
    pub by: Option<Vec<u32>>,
    /// Exactly the facts that are missing.
    pub missing: Option<Vec<String>>,
    /// Exactly those who are to be asked.
    pub refer: Option<Vec<String>>,
    /// Where it stands.
    pub span: Span,
}

impl Wish {
    /// An expectation at `span` that says nothing yet.
    pub fn at(span: Span) -> Wish {
        Wish { value: None, status: None, by: None, missing: None, refer: None, span }
    }
}
