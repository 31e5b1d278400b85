//! Rules and the shapes they were written in.

use jiff::civil::Date;

use super::{DecisionId, DefinitionId, ExprId, SourceId};
use crate::base::Span;

/// A rule: its decision, and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RuleId {
    /// The decision.
    pub decision: DecisionId,
    /// Its place in [`RuleSet::rules`].
    pub index: u32,
}

/// The rules of a decision or a look-up.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    /// How the rules that apply combine.
    pub hit: Hit,
    /// The rules, in order.
    pub rules: Vec<Rule>,
    /// The outcome where no rule stands.
    pub default: Option<Outcome>,
}

/// How the rules that apply combine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Hit {
    /// Those that stand (apply, and no applicable rule overrides them) must agree.
    #[default]
    Agree,
    /// They are tested in order and the first that applies stands; later conditions are not
    /// evaluated. (`overrides` is empty.)
    First,
    /// The outcome is the set of the outcomes of all that apply. (`overrides` is empty.)
    Collect,
}

/// A rule: a row, band, requirement or item where it was written as one.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name, unique in its decision.
    pub name: String,
    /// What people call it.
    pub label: Option<String>,
    /// When it applies; `None` is always. For a requirement, the negation of what is required.
    pub condition: Option<ExprId>,
    /// Its outcome; evaluated only where it stands.
    pub outcome: ExprId,
    /// The rules it overrides, directly or through others, by their place, ascending.
    pub overrides: Vec<u32>,
    /// When it is in force; outside of it, it does not apply and nothing of it is evaluated.
    pub window: Window,
    /// Reason, citations and referrals.
    pub notes: Notes,
    /// Where it was written.
    pub span: Span,
}

/// Dates between which a rule is in force, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The first date.
    pub from: Option<Date>,
    /// The last date.
    pub until: Option<Date>,
}

impl Window {
    /// Whether it holds on `date`.
    pub fn contains(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.until.is_none_or(|until| date <= until)
    }
}

/// An outcome with its notes: a default.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The outcome.
    pub outcome: ExprId,
    /// Its notes.
    pub notes: Notes,
    /// Where it was written.
    pub span: Span,
}

/// Reason, citations and referrals.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// The reason, a sentence.
    pub because: Option<String>,
    /// What it rests on.
    pub cites: Vec<Cite>,
    /// Who is to be asked.
    pub refer: Vec<Refer>,
}

/// A citation.
#[derive(Clone, Debug)]
pub struct Cite {
    /// The document.
    pub source: SourceId,
    /// The section's title.
    pub section: Option<String>,
}

/// A referral to a person.
#[derive(Clone, Debug)]
pub struct Refer {
    /// To whom.
    pub to: String,
    /// With which question.
    pub text: Option<String>,
}

/// The form in which a decision was written.
#[derive(Clone, Debug)]
pub enum Shape {
    /// `= E`: this expression, no rules.
    Computed(ExprId),
    /// Named rules.
    Rules,
    /// Criteria whose points add up, and bands from the top; rule `i` is band `i`, [`Hit::First`].
    Rubric {
        /// The definition `NAME.score`.
        score: DefinitionId,
        /// The criteria in order.
        criteria: Vec<Criterion>,
        /// The lowest score of each band; `None` for `otherwise`.
        thresholds: Vec<Option<ExprId>>,
    },
    /// Requirements; rule `i` is the failing of requirement `i`, its condition is `Not` of what is
    /// required. The outcomes' order of severity is the enumeration's. The default is the best outcome.
    Gate,
    /// Rows; rule `i` is row `i`, its condition is an `And` of the tests of the cells that are not `any`.
    Table {
        /// What each column tests: an expression of the decision, or a parameter.
        columns: Vec<ExprId>,
        /// For each row and column the test, `None` for `any`.
        cells: Vec<Vec<Option<ExprId>>>,
        /// The heading of the outcome column.
        outcome: String,
    },
    /// Items; rule `i` is item `i`, [`Hit::Collect`].
    Checklist,
}

/// A criterion of a rubric.
#[derive(Clone, Debug)]
pub struct Criterion {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub label: Option<String>,
    /// Its points, as an expression (`points` lines are nested `If`).
    pub points: ExprId,
    /// Its notes.
    pub notes: Notes,
    /// Where it was written.
    pub span: Span,
}
