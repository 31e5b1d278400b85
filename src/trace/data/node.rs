//! Expressions with what they came to.

use super::json::is_false;
use super::{Possible, Shown};
use crate::facts::Element;

/// What a definition came to: once, or for each record.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub label: Option<String>,
    /// Its expression; for one with a scope, once for each record.
    pub bodies: Vec<Body>,
}

/// The expression of a definition.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Body {
    /// The list of the record for which it is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// That record.
    #[serde(serialize_with = "super::json::place_in_list")]
    pub record: Option<Element>,
    /// The expression with what it came to.
    pub body: Node,
}

/// An expression with what it came to.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Node {
    /// What stands there.
    pub kind: NodeKind,
    /// The expression in the policy's own words.
    pub text: String,
    /// The name of the fact (`instances[0].users`), constant, definition, decision or look-up; for a
    /// question about a list, that list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What it came to.
    pub state: NodeState,
    /// Its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Shown>,
    /// The unit of `value` or `possible`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Among which values unknown facts decide.
    #[serde(flatten)]
    pub possible: Option<Possible>,
    /// Why it has no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Box<Fault>>,
    /// The decision whose gap leaves it without a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
    /// Where the value of a fact or list came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Whose judgement a fact is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged_by: Option<String>,
    /// For a part of a question about a list: which record.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "super::json::place_in_list")]
    pub record: Option<Element>,
    /// Its parts, in the order in which they are evaluated. Values written in the policy have no part of their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Node>,
    /// Parts were left out because they lie too deep.
    #[serde(skip_serializing_if = "is_false")]
    pub cut: bool,
}

/// What stands at a [`Node`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// A fact, or a field of a record.
    Fact,
    /// A constant in force on the date.
    Constant,
    /// A definition; what it came to is under `definitions`.
    Definition,
    /// A decision; its answer is under `decisions` or `needed`.
    Decision,
    /// Whether an item of a checklist applies.
    Item,
    /// The argument of a table.
    Parameter,
    /// The date of the decision.
    AsOf,
    /// A value written in the policy.
    Literal,
    /// All parts must hold.
    And,
    /// One part must hold.
    Or,
    /// The part must not hold.
    Not,
    /// A comparison of its parts.
    Comparison,
    /// The condition, then the outcome that it chooses.
    Choice,
    /// A question about a list; its parts are asked of each record.
    Aggregate,
    /// A table with arguments.
    Lookup,
    /// A number or date computed from its parts.
    Computation,
}

/// What a [`Node`] came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeState {
    /// A value.
    Known,
    /// Unknown facts decide.
    Unknown,
    /// It has no value.
    Error,
    /// A decision that it needs is a gap.
    Gap,
    /// It was not needed.
    NotNeeded,
}

/// Where the value of a fact came from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Origin {
    /// A deal's file.
    File(Place),
    /// The command line.
    Set,
    /// A program.
    Code,
    /// The policy presumes it, as nobody said.
    Presumed,
}

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// Why an expression has no value.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Fault {
    /// The expression.
    pub expression: String,
    /// What went wrong.
    pub message: String,
    /// Where the expression was written.
    #[serde(flatten)]
    pub at: Option<Place>,
    /// The operands and their values.
    pub values: Vec<Operand>,
}

/// An operand of an expression that has no value.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Operand {
    /// The operand.
    pub expression: String,
    /// Its value.
    pub value: Shown,
    /// The unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}
