//! Typed expressions, in an arena.

use la_arena::Idx;

use super::{ConstantId, DecisionId, DefinitionId, LookupId};
use crate::base::{Aggregate, ArithmeticOp, CompareOp, Number, Span};
use crate::facts::{FactId, RecordId, Type, Value};

/// An expression of a policy.
pub type ExprId = Idx<Expr>;

/// A typed expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its type. Where the checker has narrowed a value that may be none, the narrowed type.
    pub ty: Type,
    /// Where it was written; for an expression made by lowering, the clause it came from.
    pub span: Span,
}

/// What an [`Expr`] is. `and`, `or` and `if` run from left to right and stop when settled; every
/// other operand is always evaluated, from left to right.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A value.
    Literal(Value),
    /// A fact; a field reads the record at hand.
    Fact(FactId),
    /// A constant, in force on the date of the decision.
    Constant(ConstantId),
    /// A definition; one with a scope is that of the record at hand.
    Definition(DefinitionId),
    /// A decision's outcome; one with a scope is that of the record at hand.
    Decision(DecisionId),
    /// Whether this item of a checklist applies.
    Item(DecisionId, u32),
    /// A parameter of the look-up this expression belongs to.
    Parameter(u32),
    /// The date of the decision.
    AsOf,
    /// Negation.
    Not(ExprId),
    /// Conjunction of any number, true where there is none.
    And(Box<[ExprId]>),
    /// Disjunction of any number, false where there is none.
    Or(Box<[ExprId]>),
    /// Comparison of two numbers of one unit, or of two dates.
    Compare(CompareOp, ExprId, ExprId),
    /// `is`, or `is not` where negated; none equals none.
    Is {
        /// The left side.
        left: ExprId,
        /// The right side.
        right: ExprId,
        /// `is not`
        negated: bool,
    },
    /// `is none`, or `is not none` where negated.
    IsNone {
        /// What is asked about.
        of: ExprId,
        /// `is not none`
        negated: bool,
    },
    /// Equal to one of several.
    In {
        /// What is looked for.
        of: ExprId,
        /// Among these.
        among: Box<[ExprId]>,
        /// `not in`
        negated: bool,
    },
    /// Between two ends, both included.
    Within {
        /// What is looked for.
        of: ExprId,
        /// The low end.
        low: Option<ExprId>,
        /// The high end.
        high: Option<ExprId>,
        /// `not in`
        negated: bool,
    },
    /// Arithmetic on numbers.
    Arithmetic(ArithmeticOp, ExprId, ExprId),
    /// The number with its sign turned.
    Negate(ExprId),
    /// A date so many days later (`forward`) or earlier.
    ShiftDays {
        /// The date.
        date: ExprId,
        /// The days, a whole number.
        days: ExprId,
        /// Later rather than earlier.
        forward: bool,
    },
    /// Days from the first date to the second; negative where that is earlier.
    DaysBetween(ExprId, ExprId),
    /// A choice.
    If {
        /// The condition.
        condition: ExprId,
        /// Where it holds.
        then: ExprId,
        /// Where it does not.
        otherwise: ExprId,
    },
    /// A built-in function.
    Call(Function, Box<[ExprId]>),
    /// A question about a list. `condition` and `summed` see the record at hand.
    Aggregate {
        /// Which question.
        kind: Aggregate,
        /// The list.
        list: FactId,
        /// Its record.
        record: RecordId,
        /// What is summed; only for a sum.
        summed: Option<ExprId>,
        /// Which records count; for `all`, what each must have. Absent means every record.
        condition: Option<ExprId>,
    },
    /// A table with parameters.
    Lookup(LookupId, Box<[ExprId]>),
    /// A value checked against a declared type: one outside its range, or with more decimals than
    /// its currency has, is an error.
    Checked(ExprId),
}

/// A built-in function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// The least of one or more.
    Min,
    /// The greatest of one or more.
    Max,
    /// Without its sign.
    Abs,
    /// To this many decimals, halves away from zero.
    Round(u32),
    /// The greatest whole number not above it.
    Floor,
    /// The least whole number not below it.
    Ceil,
    /// So many months later; where that month is too short, its last day.
    AddMonthsOrLastDay,
    /// So many months later; where that month is too short, the first day of the next.
    AddMonthsOrNextDay,
    /// So many years later; 29 February becomes 28 February.
    AddYearsOrLastDay,
    /// So many years later; 29 February becomes 1 March.
    AddYearsOrNextDay,
}

impl ExprKind {
    /// The expressions it is made of, from left to right. Definitions, decisions and look-ups that it
    /// names are not among them.
    pub fn operands(&self) -> Vec<ExprId> {
        match self {
            ExprKind::Literal(_)
            | ExprKind::Fact(_)
            | ExprKind::Constant(_)
            | ExprKind::Definition(_)
            | ExprKind::Decision(_)
            | ExprKind::Item(..)
            | ExprKind::Parameter(_)
            | ExprKind::AsOf => Vec::new(),
            ExprKind::Not(a) | ExprKind::Negate(a) | ExprKind::Checked(a) | ExprKind::IsNone { of: a, .. } => vec![*a],
            ExprKind::And(all) | ExprKind::Or(all) | ExprKind::Call(_, all) | ExprKind::Lookup(_, all) => all.to_vec(),
            ExprKind::Compare(_, a, b)
            | ExprKind::Is { left: a, right: b, .. }
            | ExprKind::Arithmetic(_, a, b)
            | ExprKind::ShiftDays { date: a, days: b, .. }
            | ExprKind::DaysBetween(a, b) => vec![*a, *b],
            ExprKind::In { of, among, .. } => std::iter::once(*of).chain(among.iter().copied()).collect(),
            ExprKind::Within { of, low, high, .. } => std::iter::once(*of).chain(*low).chain(*high).collect(),
            ExprKind::If { condition, then, otherwise } => vec![*condition, *then, *otherwise],
            ExprKind::Aggregate { summed, condition, .. } => summed.iter().chain(condition).copied().collect(),
        }
    }

    /// A literal number.
    pub fn number(n: Number) -> ExprKind {
        ExprKind::Literal(Value::Number(n))
    }
}
