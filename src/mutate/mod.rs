//! Mutation testing of policies: small mistakes made on purpose, and whether the cases notice.
//!
//! [`mutants()`] lists the mistakes, in the order of the policy. A [`Mutant`] makes one policy of another, says what it
//! changes in the words of the policy, and is given to [`judge()`], which runs the cases that it can reach. For one that
//! no case notices, [`tell_apart()`] looks for a deal that does among random ones, and [`compare()`] finds one or proves that
//! there is none. [`suggest()`] looks for few deals that are told apart wherever no case notices, and that exercise what no case
//! does.

mod apply;
mod find;
mod judge;
mod proof;
mod random;
mod step;
mod suggest;
mod telling;
mod words;

pub use find::mutants;
pub use judge::{Baseline, Killer, Reach, Subject, judge, proven_equal, reach};
pub use proof::{Compared, compare};
pub use suggest::{Boundary, Cover, Suggestion, Suggestions, Survivor, suggest};
pub use telling::{Telling, Told, tell_apart};
pub use words::{Place, Words, words};

use jiff::civil::Date;

use crate::base::Span;
use crate::facts::{FactId, Value};
use crate::policy::{ConstantId, DecisionId, ExprId, ExprKind, LookupId, Window};

/// A small mistake in a policy.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// The declaration it is in: of a decision, a table, a definition, a constant or a fact.
    pub owner: String,
    /// What kind of mistake it is.
    pub operator: Operator,
    /// Where.
    pub span: Span,
    pub(crate) change: Change,
}

/// A kind of mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// A number or a date one step off.
    Threshold,
    /// `<` for `<=`, `is` for `is not`, `in` for `not in`.
    Comparison,
    /// `and` for `or`.
    Connective,
    /// `not` left out.
    Negation,
    /// One of several values left out.
    Member,
    /// A rule left out.
    Rule,
    /// A row left out.
    Row,
    /// A band left out.
    Band,
    /// A requirement left out.
    Requirement,
    /// An item left out.
    Item,
    /// A criterion left out.
    Criterion,
    /// A rule that no longer overrides another.
    Override,
    /// Another outcome.
    Outcome,
    /// A rule in force a day longer or shorter.
    Window,
    /// Another value of a constant, or from another day on.
    Constant,
    /// Another presumption, or none.
    Presumption,
}

impl Operator {
    /// What it does, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            Operator::Threshold => "a figure one step off",
            Operator::Comparison => "a comparison turned",
            Operator::Connective => "and/or exchanged",
            Operator::Negation => "a not left out",
            Operator::Member => "a value left out",
            Operator::Rule => "a rule left out",
            Operator::Row => "a row left out",
            Operator::Band => "a band left out",
            Operator::Requirement => "a requirement left out",
            Operator::Item => "an item left out",
            Operator::Criterion => "a criterion left out",
            Operator::Override => "an override left out",
            Operator::Outcome => "an outcome swapped",
            Operator::Window => "a window moved by a day",
            Operator::Constant => "a constant changed",
            Operator::Presumption => "a presumption changed",
        }
    }

    /// Its name, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Operator::Threshold => "threshold",
            Operator::Comparison => "comparison",
            Operator::Connective => "connective",
            Operator::Negation => "negation",
            Operator::Member => "member",
            Operator::Rule => "rule",
            Operator::Row => "row",
            Operator::Band => "band",
            Operator::Requirement => "requirement",
            Operator::Item => "item",
            Operator::Criterion => "criterion",
            Operator::Override => "override",
            Operator::Outcome => "outcome",
            Operator::Window => "window",
            Operator::Constant => "constant",
            Operator::Presumption => "presumption",
        }
    }
}

/// Whose rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    Decision(DecisionId),
    Lookup(LookupId),
}

/// What a mutant does to a policy.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Another expression in the place of this one.
    Expr(ExprId, ExprKind),
    /// This rule never applies. It keeps its place, so that the places of all others mean what they did.
    Drop(Rules, u32),
    /// The first rule does not override the second.
    Override(Rules, u32, u32),
    /// Failing this requirement comes to another outcome, and how severe that is decides what it overrides.
    Severity(DecisionId, u32, u32),
    /// The rule is in force at other times.
    Window(Rules, u32, Window),
    /// The constant has another value, or from another date on.
    Constant(ConstantId, usize, (Option<Date>, Value)),
    /// The fact is presumed otherwise.
    Presumed(FactId, Option<Value>),
}

/// Which mutants are asked for: all where `names` is empty, else those of a declaration of one of these names, or with
/// one of them in the name of its file. At most `max`, picked by `seed`, in the order of the policy.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// Decisions, or parts of the names of files.
    pub names: Vec<String>,
    /// How many at most.
    pub max: Option<usize>,
    /// Which, where there are more.
    pub seed: u64,
}

impl Sample {
    /// Whether `name` picks out `mutant`, of a file that is called `file`.
    pub fn names(name: &str, mutant: &Mutant, file: &str) -> bool {
        let group = mutant.owner.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        group || file.to_lowercase().contains(&name.to_lowercase())
    }

    /// Those of `all` that are asked for; `file` says in which file a place lies.
    pub fn of<'a>(&self, all: Vec<Mutant>, file: impl Fn(Span) -> &'a str) -> Vec<Mutant> {
        let wanted = |mutant: &Mutant| {
            self.names.is_empty() || self.names.iter().any(|name| Sample::names(name, mutant, file(mutant.span)))
        };
        let named: Vec<Mutant> = all.into_iter().filter(wanted).collect();
        let Some(max) = self.max.filter(|max| *max < named.len()) else { return named };
        let mut random = random::Random::new(self.seed);
        let mut places: Vec<usize> = (0..named.len()).collect();
        for i in 0..max {
            let other = i + random.below(places.len() - i);
            places.swap(i, other);
        }
        places.truncate(max);
        places.sort_unstable();
        places.into_iter().filter_map(|place| named.get(place).cloned()).collect()
    }
}
