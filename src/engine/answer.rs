//! Decisions as data: states, reasons and what they rest on. Plain data and ids; no text.

use jiff::civil::Date;
use la_arena::{Arena, Idx, IdxRange};

use crate::base::NumberError;
use crate::facts::{Element, FactPath, ItemSet, Origin, Value};
use crate::policy::{ConstantId, DecisionId, DefinitionId, ExprId, LookupId};

/// Every decision asked for of one deal, and those they rest on.
#[derive(Clone, Debug)]
pub struct Decisions {
    /// The date on which they are taken.
    pub as_of: Date,
    /// Presumptions were left out of account.
    pub strict: bool,
    /// The decisions, in the order of the policy.
    pub taken: Vec<Taken>,
    /// What definitions came to, where something asked needs them: the definition, for one with a
    /// scope the record, and its expression. Empty without explanations.
    pub definitions: Vec<(DefinitionId, Option<Element>, NodeId)>,
    /// The expressions with what they came to. Empty without explanations.
    pub nodes: Arena<Node>,
}

/// One decision of a deal.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Which.
    pub decision: DecisionId,
    /// Asked for, rather than only needed by one that was.
    pub requested: bool,
    /// The answer, or one for each record.
    pub answers: Answers,
}

/// The answers of a decision.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "the large one is the usual one, and there are few")]
pub enum Answers {
    /// Of a decision about the deal, or of one about records whose list is unknown.
    One(Answer),
    /// Of a decision about records: one for each, in the order of the list.
    Each(Vec<Answer>),
}

/// The answer of one decision.
#[derive(Clone, Debug)]
pub struct Answer {
    /// How it ended.
    pub state: State,
    /// The rules that stand in some completion of the unknown facts, by their place. Empty unless
    /// decided: what an open answer rests on is not settled.
    pub by: Vec<u32>,
    /// The rules among `by` that stand in every completion: their referrals are given.
    pub certain: Vec<u32>,
    /// The presumed facts that it leans on. It is provisional if there are any.
    pub presumed: Vec<FactPath>,
    /// Whether everything here is exact; if not, `missing`, `possible`, `by` and `presumed` may name too much.
    pub exact: bool,
    /// What it rests on, where asked for.
    pub explanation: Option<Box<Explanation>>,
}

/// How a decision ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// By the rules that stand, or computed.
    Decided(Value),
    /// No rule stands; the default is the outcome.
    Default(Value),
    /// Unknown facts can still change it; or a gap: nothing is missing and no rule speaks.
    Undecided(Undecided),
    /// Rules that stand disagree: these, by their place.
    Conflict(Vec<u32>),
    /// An expression has no value.
    Error(Box<Fault>),
}

/// What is still possible, and what would settle it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// The facts of which a change in that fact alone can change the result; empty for a gap.
    pub missing: Vec<FactPath>,
    /// The values that are still possible.
    pub possible: Possible,
    /// Some completion is a gap.
    pub gap: bool,
    /// Some completion is a conflict.
    pub conflict: bool,
    /// Some completion is an error.
    pub error: bool,
}

/// A set of values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Possible {
    /// Exactly these, ascending.
    Values(Vec<Value>),
    /// Many numbers or dates: the least and the greatest.
    Range {
        /// The least.
        low: Value,
        /// The greatest.
        high: Value,
        /// None is possible too.
        none: bool,
    },
    /// Sets of items: those that are in all of them, and those that are in some.
    Items {
        /// In all of them.
        certain: ItemSet,
        /// In some, not in all.
        open: ItemSet,
    },
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// The expression.
    pub expr: ExprId,
    /// What went wrong.
    pub kind: FaultKind,
    /// The operands and their values.
    pub operands: Vec<(ExprId, Value)>,
}

/// What can go wrong while a policy is evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// Arithmetic without an exact result.
    Number(NumberError),
    /// A value outside the range of the type it is given to.
    OutOfRange(Value),
    /// A value with more decimals than its currency has.
    TooManyDecimals(Value),
    /// A date before 1900 or after 2199.
    DateOutOfRange,
    /// A constant is asked for before its first date.
    NotYetInForce(ConstantId, Date),
    /// A decision that is needed is in conflict.
    NeedsConflict(DecisionId),
    /// A decision that is needed is in error.
    NeedsError(DecisionId),
    /// No row of a look-up matches.
    LookupGap(LookupId),
    /// Rows of a look-up disagree.
    LookupConflict(LookupId),
    /// None where a value is needed; the checker prevents it.
    UnexpectedNone,
    /// More work than one evaluation may cost.
    TooMuchWork,
}

/// What one answer rests on.
#[derive(Clone, Debug, Default)]
pub struct Explanation {
    /// For a computed decision, its expression.
    pub computed: Option<NodeId>,
    /// Every rule of the decision, in order.
    pub rules: Vec<RuleRecord>,
    /// The default's outcome, where no rule stands.
    pub default: Option<NodeId>,
    /// A rubric's total.
    pub score: Option<Seen>,
    /// A rubric's points by criterion.
    pub criteria: Vec<NodeId>,
}

/// What became of a rule.
#[derive(Clone, Debug)]
pub struct RuleRecord {
    /// Its state.
    pub state: RuleState,
    /// Its condition; absent where it has none or was not evaluated.
    pub condition: Option<NodeId>,
    /// Its outcome, where it stands or may.
    pub outcome: Option<NodeId>,
}

/// The state of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleState {
    /// It applies and nothing applicable overrides it.
    Stands,
    /// It applies, and these rules that apply override it.
    Overridden(Vec<u32>),
    /// Its condition is false.
    DoesNotApply,
    /// Unknown facts decide whether it stands.
    Unknown,
    /// The date lies outside its window.
    NotInForce,
    /// An earlier row or band settled the decision.
    NotReached,
    /// Its condition or outcome has no value.
    Fault,
}

/// A node of [`Decisions::nodes`].
pub type NodeId = Idx<Node>;

/// An expression with what it came to.
#[derive(Clone, Debug)]
pub struct Node {
    /// The expression.
    pub expr: ExprId,
    /// What it came to.
    pub seen: Seen,
    /// For a fact: where its value came from.
    pub origin: Option<Origin>,
    /// The record at hand: that of a field, or the one that a question about a list is asked of.
    pub record: Option<Element>,
    /// Its parts among [`Decisions::nodes`], in the order of evaluation; those that are literals are left
    /// out. Definitions and decisions stand elsewhere in [`Decisions`] and have none here.
    pub children: IdxRange<Node>,
    /// Parts were left out because the explanations are too long.
    pub cut: bool,
}

/// What an expression came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// This value.
    Known(Value),
    /// Unknown facts decide; where that is worth saying, among these values.
    Unknown(Option<Box<Possible>>),
    /// It has no value.
    Fault(Box<Fault>),
    /// A decision it needs is a gap.
    Gap(DecisionId),
    /// It was not needed.
    Skipped,
}
