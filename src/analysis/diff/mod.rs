//! What a change of a policy means: every deal that is decided otherwise, in regions that a person can read.
//!
//! Both policies become circuits over the same facts. A deal in which a decision ends otherwise is widened, as far as is
//! proved, to all deals alike; those are set aside, and the next one is looked for, until there is none. So the regions
//! of a decision do not overlap and together are all of its changes, and no region is a proof that there is no change.

mod align;
mod clauses;
mod ends;
mod examples;
mod follow;
mod grow;
mod holes;
mod names;
mod search;
mod sums;
mod terms;

pub(super) use holes::holes;

pub use align::{Aligned, FactChange, FactChangeKind, align};
pub use ends::is_other_unit;

use std::cmp::Ordering;

use jiff::civil::Date;

use super::encode::{MOST_RECORDS, Reason};
use super::findings::{Unsettled, Why};
use super::machine::{Machine, dates};
use crate::engine::State;
use crate::facts::{DateRange, Deal, FactId, Value};
use crate::policy::{ConstantId, DecisionId, DefinitionId, ExprId, LookupId, Policy};

/// Which policy something is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The old one.
    Before,
    /// The new one.
    After,
}

impl Side {
    fn other(self) -> Side {
        match self {
            Side::Before => Side::After,
            Side::After => Side::Before,
        }
    }
}

/// What a change of a policy means.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// Decisions that both policies take, by what they are called in the old and in the new one. Where their names
    /// differ, they are proved to end alike in every deal.
    pub pairs: Vec<(DecisionId, DecisionId)>,
    /// Decisions that end otherwise in some deals, each after those that it uses.
    pub changes: Vec<Change>,
    /// Records that conditions speak about.
    pub records: Vec<Records>,
    /// Rules that only one of two decisions has, and those that have another name.
    pub rules: Vec<RuleChange>,
    /// What was not settled, and why; empty where everything was.
    pub unsettled: Vec<(Side, Unsettled)>,
    /// It was stopped before everything was looked at.
    pub stopped: bool,
    /// Decisions of which, as it was stopped, not all is known.
    pub open: Vec<DecisionId>,
}

/// A decision that ends otherwise in some deals.
#[derive(Clone, Debug)]
pub struct Change {
    /// The decision in the old policy.
    pub before: DecisionId,
    /// The decision in the new policy.
    pub after: DecisionId,
    /// Whether its own declaration says something else than before.
    pub edited: bool,
    /// What else it comes of; empty where what a deal can say is another.
    pub causes: Vec<Cause>,
    /// Where it does, without overlaps.
    pub regions: Vec<Region>,
}

/// What the change of a decision that uses it comes of, in the new policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A constant with another value.
    Constant(ConstantId),
    /// A definition with another body.
    Definition(DefinitionId),
    /// A table that was edited, or that rests on what was.
    Table(LookupId),
    /// A decision that changes.
    Decision(DecisionId),
}

/// Records that add something else to a sum.
#[derive(Clone, Debug)]
pub struct Records {
    /// The list, in the new policy.
    pub list: FactId,
    /// The sum in the old policy and in the new one.
    pub sums: [ExprId; 2],
    /// They add more; else less.
    pub more: bool,
    /// What holds of all of them and of no other. `None` where they are of several kinds.
    pub which: Option<Vec<Clause>>,
}

/// Deals that a decision ends otherwise in.
#[derive(Clone, Debug)]
pub struct Region {
    /// How it ended.
    pub before: End,
    /// How it ends.
    pub after: End,
    /// Which deals these are: those for which all of this holds. `None` stands for all others that change, which are too
    /// many kinds to tell one by one.
    pub when: Option<Vec<Clause>>,
    /// One of them.
    pub witness: Shown,
}

/// How a decision ends in a region.
#[derive(Clone, Debug)]
pub struct End {
    /// How it ends in the example.
    pub state: State,
    /// Rules that stand somewhere in the region, by their place.
    pub rules: Vec<u32>,
    /// Whether all of them stand in the example.
    pub together: bool,
    /// Whether it ends so in the whole region; else another value may come of it.
    pub fixed: bool,
}

/// A deal, as either policy reads it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// With the facts of the old policy.
    pub before: Deal,
    /// With the facts of the new policy.
    pub after: Deal,
    /// The date of the decision.
    pub as_of: Date,
}

/// A condition on deals.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// Whose expression it speaks about.
    pub side: Side,
    /// Whether the same words come to something else in the other policy.
    pub ambiguous: bool,
    /// What it speaks about.
    pub subject: Subject,
    /// What that comes to.
    pub range: Range,
}

/// What a condition speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// What an expression comes to.
    Expr(ExprId),
    /// Whether an expression has no value.
    NoValue(ExprId),
    /// Whether this item of a checklist applies.
    Item(ExprId, u32),
    /// The date of the decision.
    AsOf,
    /// Whether there are such [`Records`], by their place.
    Records(u32),
    /// Whether this decision comes out otherwise.
    Otherwise(ExprId),
}

/// What something comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Range {
    /// It holds, or it does not.
    Holds(bool),
    /// One of `values`; where `other_texts`, or another text that no policy names.
    Among {
        /// These, none among them where it may be none.
        values: Vec<Value>,
        /// These it is not.
        excluded: Vec<Value>,
        /// Texts that no policy names.
        other_texts: bool,
    },
    /// Between two ends.
    Between {
        /// The low end.
        low: Option<Bound>,
        /// The high end.
        high: Option<Bound>,
    },
    /// It is none.
    None,
    /// It is not none.
    Given,
}

/// An end of a range.
#[derive(Clone, Debug, PartialEq)]
pub struct Bound {
    /// The value.
    pub value: Value,
    /// Whether it belongs to the range.
    pub included: bool,
}

impl Bound {
    /// Whether a value, by how it compares with that of the bound, is on the `side` of it that belongs to the range.
    pub fn admits(&self, compared: Ordering, side: Ordering) -> bool {
        compared == side || (self.included && compared == Ordering::Equal)
    }
}

/// A rule that only one of two decisions has, or that has another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleChange {
    /// The decision in the old policy.
    pub before: DecisionId,
    /// The decision in the new policy.
    pub after: DecisionId,
    /// What happened to which rule, by its place.
    pub kind: RuleChangeKind,
}

/// What happened to a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleChangeKind {
    /// It is new.
    Added(u32),
    /// It is gone.
    Removed(u32),
    /// It applies to the same deals, with the same outcome, under another name.
    Renamed(u32, u32),
}

/// Looks for every deal that both policies allow and that they decide otherwise, on all dates that both speak about. The
/// policies are to be aligned ([`align`]). Examples are set on `today` where any date will do. `stop` is asked now and then
/// whether to give up; what was found until then is kept.
pub fn difference(before: &Policy, after: &Policy, today: Date, stop: &dyn Fn() -> bool) -> Difference {
    let common = common_dates(before, after);
    let Ok((mut machine, beside)) = Machine::beside(after, before, common, stop) else {
        let pairs = names::by_name(before, after);
        let open = pairs.iter().map(|(_, after)| *after).collect();
        return Difference { pairs, open, stopped: true, ..Difference::default() };
    };
    let today = today.clamp(common.low, common.high);
    let effort = search::Effort::new(stop);
    let step = || effort.step();
    search::Comparison::new(&mut machine, before, beside, today, &effort, &step).all()
}

/// The dates on which deals are compared: from the first that both policies speak about.
pub fn common_dates(before: &Policy, after: &Policy) -> DateRange {
    let (one, other) = (dates(before), dates(after));
    let low = match (before.since, after.since) {
        (None, None) => one.low.min(other.low),
        (Some(_), None) => one.low,
        (None, Some(_)) => other.low,
        (Some(_), Some(_)) => one.low.max(other.low),
    };
    DateRange { low, high: one.high }
}

/// Why a circuit does not say what something comes to.
fn why(reason: Reason) -> Why {
    match reason {
        Reason::Wide => Why::LargeNumbers,
        Reason::LongList => Why::LongerLists(MOST_RECORDS),
        Reason::TooLarge => Why::TooLarge,
    }
}
