//! What people and programs read of an answer.
//!
//! A [`Report`] brings together what the engine found and where it was written. From it one tree of
//! plain data is made ([`data::Evaluation`]), and every view reads only that: JSON is the data
//! itself, the terminal tree, Markdown, HTML and the diagram are ways to show it.

mod bounds;
mod build;
pub mod data;
mod html;
mod markdown;
mod mermaid;
mod page;
mod reading;
pub mod summary;
mod tree;
pub(crate) mod why;
pub mod words;

pub(crate) use html::Markup;
pub(crate) use reading::possibilities;
pub use summary::{Summary, changes};
pub use why::{WhyError, why};

use crate::base::Sources;
use crate::engine::Decisions;
use crate::facts::Deal;
use crate::policy::Policy;

/// The answers for one deal, ready to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The policy that decided.
    pub policy: &'a Policy,
    /// The files of the policy.
    pub sources: &'a Sources,
    /// What the deal says.
    pub deal: &'a Deal,
    /// The files of the deal.
    pub deal_sources: &'a Sources,
    /// What the deal is called.
    pub deal_name: &'a str,
    /// What was decided.
    pub decisions: &'a Decisions,
    /// Whether what the answers rest on is part of it, as far as the decisions were taken with explanations.
    pub traces: bool,
}

impl Report<'_> {
    /// Everything as plain data.
    pub fn data(&self) -> data::Evaluation {
        build::evaluation(self)
    }

    /// The data for programs, on one line; without a trace where the decisions were taken without explanations.
    pub fn json(&self) -> String {
        serde_json::to_string(&self.data()).unwrap_or_default()
    }

    /// The tree that a terminal shows, at most 100 columns wide.
    pub fn tree(&self, options: TreeOptions) -> String {
        tree::tree(&self.data(), options)
    }

    /// The same tree, which says that the missing fact called `next` is to be found out first.
    pub fn tree_with_next(&self, options: TreeOptions, next: &str) -> String {
        let data = data::Evaluation { next: Some(next.to_owned()), ..self.data() };
        tree::tree(&data, options)
    }

    /// Markdown to paste elsewhere.
    pub fn markdown(&self) -> String {
        markdown::markdown(&self.data())
    }

    /// One HTML page that needs nothing beside it.
    pub fn html(&self) -> String {
        html::html(&self.data())
    }

    /// A Mermaid diagram of how the decisions rest on each other and on the facts.
    pub fn mermaid(&self) -> String {
        mermaid::mermaid(self, &self.data())
    }
}

/// How much a tree shows, and how.
#[derive(Clone, Copy, Debug, Default)]
pub struct TreeOptions {
    /// Everything: every decision in full, every rule with its state, every condition down to facts.
    pub verbose: bool,
    /// With colours, as terminals understand them.
    pub color: bool,
}
