//! The trace as plain data with stable names: what `eval --format json` prints and what every view
//! reads. `docs/eval.schema.json` describes it; a change that a consumer can notice raises [`VERSION`].
//!
//! Fields that programs do not need (labels of what is named elsewhere, values in words) are here for
//! the views and are left out of the JSON.

mod explanation;
mod json;
mod node;

use serde_json::Value as Json;

use crate::policy::Shape;

pub use explanation::{Band, Criterion, DefaultRule, Points, Rubric, Rule, RuleState, Trace};
use json::{by_name, is_false, is_true};
pub use node::{Body, Definition, Fault, Node, NodeKind, NodeState, Operand, Origin, Place};

/// The version of the form of this data.
pub const VERSION: u32 = 1;

/// The decisions of one deal, with everything they rest on.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Evaluation {
    /// [`VERSION`].
    pub version: u32,
    /// The policy that decided.
    pub policy: PolicyInfo,
    /// The date on which the decisions are taken.
    pub as_of: String,
    /// The name of the deal.
    pub deal: String,
    /// Presumptions were left out of account.
    #[serde(skip_serializing_if = "is_false")]
    pub strict: bool,
    /// The path of the missing fact to find out first, where somebody has chosen it.
    #[serde(skip)]
    pub next: Option<String>,
    /// The decisions asked for, by name, in the order of the policy.
    #[serde(serialize_with = "by_name")]
    pub decisions: Vec<Decision>,
    /// Decisions that were not asked for and that those asked for rest on.
    #[serde(serialize_with = "by_name", skip_serializing_if = "Vec::is_empty")]
    pub needed: Vec<Decision>,
    /// What the definitions that these decisions use came to, by name.
    #[serde(serialize_with = "by_name", skip_serializing_if = "Vec::is_empty")]
    pub definitions: Vec<Definition>,
}

/// Which policy decided.
#[derive(Clone, Debug, serde::Serialize)]
pub struct PolicyInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The hash over its files.
    pub hash: String,
    /// What people call it.
    #[serde(skip)]
    pub label: Option<String>,
}

/// One decision and its answers.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub label: Option<String>,
    /// The title of the file that declares it, by which reports group decisions.
    pub group: String,
    /// In what form it was written.
    pub kind: Kind,
    /// Its place in a report: among the decisions that the manifest names, or among all where it names none.
    pub rank: Option<usize>,
    /// The answer, or one for each record.
    pub answers: Answers,
}

/// The answers of a decision.
#[derive(Clone, Debug)]
pub enum Answers {
    /// About the deal, or about records whose list is unknown.
    One(Box<Answer>),
    /// For each record of a list, in its order.
    Each {
        /// The answers.
        answers: Vec<Answer>,
        /// What each record is called: its first text, or its place.
        names: Vec<String>,
    },
}

/// In what form a decision was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `= EXPRESSION`
    Computed,
    /// `decide` with rules.
    Rules,
    /// `rubric`
    Rubric,
    /// `gate`
    Gate,
    /// `table`
    Table,
    /// `checklist`
    Checklist,
}

impl Kind {
    /// The form of what has this shape.
    pub fn of(shape: &Shape) -> Kind {
        match shape {
            Shape::Computed(_) => Kind::Computed,
            Shape::Rules => Kind::Rules,
            Shape::Rubric { .. } => Kind::Rubric,
            Shape::Gate => Kind::Gate,
            Shape::Table { .. } => Kind::Table,
            Shape::Checklist => Kind::Checklist,
        }
    }

    /// What a rule of it is called: `rule`, `band`, `requirement`, `row` or `item`.
    pub fn rule_word(self) -> &'static str {
        match self {
            Kind::Computed | Kind::Rules => "rule",
            Kind::Rubric => "band",
            Kind::Gate => "requirement",
            Kind::Table => "row",
            Kind::Checklist => "item",
        }
    }
}

/// How a decision ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// By the rules that stand, or computed.
    Decided,
    /// No rule stands, and the default is the outcome.
    Default,
    /// Unknown facts can still change it, or no rule speaks.
    Undecided,
    /// Rules that stand disagree.
    Conflict,
    /// An expression has no value.
    Error,
}

impl Status {
    /// The word in output.
    pub fn word(self) -> &'static str {
        match self {
            Status::Decided => "decided",
            Status::Default => "default",
            Status::Undecided => "undecided",
            Status::Conflict => "conflict",
            Status::Error => "error",
        }
    }
}

/// One answer.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Answer {
    /// The record that it is about.
    #[serde(skip)]
    pub record: Option<crate::facts::Element>,
    /// How it ended.
    pub status: Status,
    /// The outcome, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Shown>,
    /// The unit of `value` or `possible`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The rules that stand, for an answer with a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Vec<String>>,
    /// Without presumptions it would differ.
    pub provisional: bool,
    /// The presumed facts it leans on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub presumed: Vec<FactRef>,
    /// The facts that are missing; empty for a gap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<Vec<FactRef>>,
    /// The values that are still possible.
    #[serde(flatten)]
    pub possible: Option<Possible>,
    /// Items of a checklist that apply whatever is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certain: Option<Vec<Shown>>,
    /// Items of a checklist that may still apply or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<Vec<Shown>>,
    /// Ends without a value that are still possible: `gap`, `conflict`, `error`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub possible_states: Vec<&'static str>,
    /// `false` where `missing`, `possible`, `by` and `presumed` may name too much.
    #[serde(skip_serializing_if = "is_true")]
    pub exact: bool,
    /// The rules that disagree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between: Option<Vec<String>>,
    /// What has no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Fault>,
    /// Who is to be asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refer: Vec<Refer>,
    /// What it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<Box<Trace>>,
    /// The reasons that hold for the answer as it stands, in order; the trace has them too.
    #[serde(skip)]
    pub reasons: Vec<Reason>,
    /// The rules among `by` that may yet turn out not to stand, with the same outcome.
    #[serde(skip)]
    pub perhaps: Vec<String>,
    /// What the rules that stand rest on and people judged; the trace has it too.
    #[serde(skip)]
    pub judged: Vec<Judgement>,
}

/// A fact that is somebody's judgement, and was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Whose judgement it is.
    pub who: String,
    /// What people call the fact.
    pub label: String,
    /// Its value, in words.
    pub value: String,
}

/// Why an answer is as it is: a rule that stands, one of those that disagree, or the default.
#[derive(Clone, Debug)]
pub struct Reason {
    /// The rule's name; `None` for the default and for a note on the decision as a whole.
    pub rule: Option<String>,
    /// What people call the rule.
    pub label: Option<String>,
    /// What the rule gives, as far as it is known.
    pub outcome: Option<String>,
    /// The sentence.
    pub because: Option<String>,
    /// What it rests on.
    pub cites: Vec<Cite>,
}

/// Reason, citations and referrals.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Notes {
    /// The reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// What it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cites: Vec<Cite>,
    /// Who is to be asked if it stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refer: Vec<Refer>,
}

/// A citation.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Cite {
    /// The document's short name.
    pub source: String,
    /// The document's title.
    pub title: String,
    /// The section.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// The document's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// A referral.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Refer {
    /// To whom.
    pub to: String,
    /// With which question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A fact that is missing or presumed; its path in the JSON.
#[derive(Clone, Debug)]
pub struct FactRef {
    /// `client.kind`, `instances[0].users`.
    pub path: String,
    /// What people call it, with the record it belongs to.
    pub label: String,
    /// The question that asks for it.
    pub ask: Option<String>,
    /// Whose judgement it is.
    pub judged_by: Option<String>,
    /// What is presumed, in words.
    pub presumed: Option<String>,
    /// What it may be, in words.
    pub takes: String,
}

/// A value as programs read it and as people do; the JSON has the former.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The encoding for programs.
    pub json: Json,
    /// In words, with its unit.
    pub words: String,
    /// For a set of items: each, by its label.
    pub items: Option<Vec<String>>,
}

impl Shown {
    /// Whether it is none.
    pub fn is_none(&self) -> bool {
        self.json.is_null()
    }
}

/// Values that are still possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Possible {
    /// Exactly these.
    Values {
        /// Every value that can be named.
        values: Vec<Shown>,
        /// Texts that neither the policy nor the deal names are possible too.
        other_texts: bool,
    },
    /// Many: the least and the greatest, and whether none is possible too.
    Range {
        /// The least.
        from: Box<Shown>,
        /// The greatest.
        to: Box<Shown>,
        /// None is possible too.
        none: bool,
    },
}
