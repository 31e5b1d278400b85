//! A policy compiled for speed: facts in slots, registers instead of values, straight code instead of trees.
//!
//! A [`Program`] means what the policy means, and an [`Evaluator`] answers what [`engine::decide`](crate::engine::decide())
//! answers. It gets there without text, maps or allocation: every fact is 64 bits in a slot, and every operation writes
//! its result to a register of its own. Nothing is evaluated twice, and nothing is skipped: what is not needed is worked
//! out and left lying, so that there are next to no branches and a chunk of deals can be run at once, column by column,
//! by the same instructions.
//!
//! What is unknown is a cell of its own kind, *open*. Operations on open cells are open unless the other operands settle
//! them. A decision that comes to anything else is decided: its answer is exact. A decision that comes to an open cell is
//! handed to the engine, which knows which facts are missing and whether they matter. The same way are left to the
//! engine, deal by deal, results that do not fit 62 bits, and what the compiled form does not cover: [`Reason`].
//!
//! ```
//! use dealdesk::program::{Ending, Evaluator, Program};
//! use dealdesk::{Pack, civil::date};
//!
//! let pack = Pack::compile([(
//!     "discounts.policy",
//!     r#"
//!     currency EUR
//!     fact client.existing: boolean
//!     fact order.total: decimal in EUR 0..1_000_000
//!
//!     decide discount: one of none_given, five_percent, ten_percent
//!       default none_given
//!       rule loyal: five_percent when client.existing
//!       rule large: ten_percent when order.total >= 10_000 EUR
//!         overrides loyal
//!     "#,
//! )])?;
//! let program = Program::compile(pack.policy().clone(), Some(date(2026, 3, 1)))?;
//!
//! // What stands in a program's loop: names are resolved once, before it.
//! let existing = program.fact("client.existing")?;
//! let total = program.fact("order.total")?;
//! let discount = program.decision("discount")?;
//! let mut evaluator = Evaluator::new(program);
//!
//! evaluator.set_boolean(existing, true)?;
//! evaluator.set_decimal(total, 9_999_99, 2)?;
//! evaluator.decide();
//! let outcome = evaluator.outcome(discount);
//! assert_eq!(outcome.ending(), Ending::Decided);
//! assert_eq!(outcome.variant(), Some(1));
//!
//! // A large order settles it, whoever the client is; a small one does not.
//! evaluator.set_unknown(existing);
//! evaluator.set_integer(total, 20_000)?;
//! evaluator.decide();
//! assert_eq!(evaluator.outcome(discount).variant(), Some(2));
//! evaluator.set_integer(total, 5)?;
//! evaluator.decide();
//! assert_eq!(evaluator.outcome(discount).ending(), Ending::Undecided);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cell;
mod code;
pub mod columns;
mod evaluator;
mod form;
mod graph;
#[cfg(feature = "columnar")]
mod lane;
mod lower;
mod names;
mod op;
mod outcome;
mod read;
mod records;
mod scan;
mod set;
mod slots;
mod trace;

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use crate::facts::FactId;
use crate::policy::{DecisionId, ExprId, Policy};
use cell::Cell;
use code::{Code, Register};
use graph::{Cause, NodeId};
use lower::{Lowered, Outcome as LoweredOutcome};
use slots::Slots;

pub use evaluator::Evaluator;
pub use form::{Form, Kind};
#[cfg(feature = "columnar")]
pub(crate) use lane::Lane;
pub use lower::Reason;
pub use outcome::{Ending, Outcome};
pub(crate) use read::Reading;
pub use set::Refused;
pub use trace::{Found, Trace};

/// A compiled policy, for one date or for any. Plain data: share it between threads, each with an [`Evaluator`].
#[derive(Debug)]
pub struct Program {
    policy: Arc<Policy>,
    as_of: Option<Date>,
    slots: Slots,
    names: Arc<names::Names>,
    code: Code,
    outputs: Vec<Output>,
    faults: Vec<(ExprId, Cause)>,
    left_out: Vec<Reason>,
    exprs: FxHashMap<ExprId, Lowered>,
}

/// A decision in a program.
#[derive(Debug)]
struct Output {
    decision: DecisionId,
    /// For a decision about records: the list's slot.
    list: Option<u32>,
    form: Form,
    /// How many decimals its type allows.
    places: u32,
    value: Source,
    rules: Vec<Line>,
    /// One whose rules alone say whether its outcome is the default.
    has_default_state: bool,
}

/// A rule in a program.
#[derive(Clone, Copy, Debug)]
struct Line {
    in_force: Source,
    applies: Source,
}

/// Where the cell of a node stands.
#[derive(Clone, Copy, Debug)]
enum Source {
    Constant(Cell),
    Register(Register),
    /// At this place among what is kept of each record.
    Kept(usize),
}

/// The policy is too large for this form: more than 5,000 facts and fields, or more than 65,000 operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the policy is too large to be compiled")
    }
}

impl std::error::Error for TooLarge {}

/// There is no fact or decision of this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unnamed(String);

impl fmt::Display for Unnamed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the policy declares no `{}`", self.0)
    }
}

impl std::error::Error for Unnamed {}

/// A decision of a program, resolved once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OutputId(u32);

impl Program {
    /// Compiles every decision of a policy, for one date or, where that is `None`, for any: then dated constants and the
    /// windows of rules are looked at again for each deal.
    ///
    /// # Errors
    ///
    /// A policy that is [`TooLarge`].
    pub fn compile(policy: Arc<Policy>, as_of: Option<Date>) -> Result<Arc<Program>, TooLarge> {
        Program::compile_only(policy, as_of, None)
    }

    /// Compiles only these decisions and what they need; `None` is all.
    ///
    /// # Errors
    ///
    /// A policy that is [`TooLarge`].
    pub fn compile_only(
        policy: Arc<Policy>,
        as_of: Option<Date>,
        only: Option<&[DecisionId]>,
    ) -> Result<Arc<Program>, TooLarge> {
        let slots = Slots::of_policy(&policy).ok_or(TooLarge)?;
        let wanted = |id: DecisionId| only.is_none_or(|only| only.contains(&id));
        let lowering = lower::lower(&policy, &slots, as_of, &wanted);
        let graph = &lowering.graph;
        let roots: Vec<NodeId> = lowering.outcomes.iter().flat_map(roots_of).collect();
        let code = Code::of(graph, slots.len(), &roots).ok_or(TooLarge)?;
        let mut kept: FxHashMap<NodeId, usize> = FxHashMap::default();
        let mut counts: FxHashMap<u32, usize> = FxHashMap::default();
        for &root in &roots {
            if let Some(list) = graph.info(root).list {
                // As the loop keeps them: in the order of the roots.
                let next = counts.entry(list).or_default();
                kept.insert(root, *next);
                *next += 1;
            }
        }
        let source = |node: NodeId| match (graph.constant_of(node), kept.get(&node)) {
            (Some(cell), _) => Source::Constant(cell),
            (None, Some(place)) => Source::Kept(*place),
            (None, None) => code.register(node).map_or(Source::Constant(cell::OPEN), Source::Register),
        };
        let mut outputs: Vec<Output> =
            lowering.outcomes.iter().map(|outcome| Output::of(&policy, outcome, &source)).collect();
        outputs.sort_by_key(|output| output.decision.into_raw().into_u32());
        let exprs = lowering.exprs.iter().filter(|((_, list), _)| list.is_none());
        let exprs = exprs.map(|((expr, _), lowered)| (*expr, *lowered)).collect();
        let faults = lowering.graph.faults.clone();
        let left_out = lowering.left_out;
        let names = Arc::new(names::Names::of(&policy.schema, &slots));
        Ok(Arc::new(Program { policy, as_of, slots, names, code, outputs, faults, left_out, exprs }))
    }

    /// The policy.
    pub fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// The date it was compiled for.
    pub fn as_of(&self) -> Option<Date> {
        self.as_of
    }

    /// Why something in it is left to the engine for every deal; empty where nothing is.
    pub fn left_out(&self) -> &[Reason] {
        &self.left_out
    }

    /// How many instructions it has, those for each record of a list once.
    pub fn instructions(&self) -> usize {
        let steps = self.code.steps.iter();
        steps.map(|step| step.block.len() + step.each.as_ref().map_or(0, |each| each.body.len())).sum()
    }

    /// The fact of this name.
    ///
    /// # Errors
    ///
    /// A name that the policy does not declare.
    pub fn fact(&self, name: &str) -> Result<FactId, Unnamed> {
        self.policy.schema.fact_by_name(name).ok_or_else(|| Unnamed(name.to_owned()))
    }

    /// The decision of this name.
    ///
    /// # Errors
    ///
    /// A name of no decision of this program.
    pub fn decision(&self, name: &str) -> Result<OutputId, Unnamed> {
        let of = |output: &Output| self.policy.decisions[output.decision].name == name;
        let place = self.outputs.iter().position(of).and_then(|place| u32::try_from(place).ok());
        place.map(OutputId).ok_or_else(|| Unnamed(name.to_owned()))
    }

    /// The decisions, in the order of the policy.
    pub fn decisions(&self) -> impl Iterator<Item = (OutputId, DecisionId)> + '_ {
        (0u32..).zip(&self.outputs).map(|(place, output)| (OutputId(place), output.decision))
    }

    /// How many decimals the value of a decision is held with, which are as many as it can have unless some of it was left out.
    #[cfg(feature = "columnar")]
    pub(crate) fn places(&self, decision: DecisionId) -> u32 {
        let output = self.outputs.iter().find(|output| output.decision == decision);
        output.map_or(0, |output| output.form.places)
    }

    #[inline]
    fn output(&self, id: OutputId) -> Option<&Output> {
        self.outputs.get(id.0 as usize)
    }
}

/// The nodes of a decision that somebody may ask for afterwards.
fn roots_of(outcome: &LoweredOutcome) -> Vec<NodeId> {
    let lines = outcome.rules.lines.iter().flat_map(|line| [line.in_force, line.applies]);
    std::iter::once(outcome.value.node).chain(lines).collect()
}

impl Output {
    fn of(policy: &Policy, outcome: &LoweredOutcome, source: &dyn Fn(NodeId) -> Source) -> Output {
        use crate::policy::Shape;
        let decision = &policy.decisions[outcome.decision];
        let declared = Form::of(&policy.schema, &decision.ty);
        let form = Form { places: outcome.value.places, ..declared };
        let lines = outcome
            .rules
            .lines
            .iter()
            .map(|line| Line { in_force: source(line.in_force), applies: source(line.applies) });
        Output {
            decision: outcome.decision,
            list: outcome.list.map(|list| list.into_raw().into_u32()),
            form,
            places: declared.places,
            value: source(outcome.value.node),
            rules: lines.collect(),
            has_default_state: matches!(decision.shape, Shape::Rules | Shape::Gate | Shape::Table { .. })
                && form.kind != Kind::Items,
        }
    }
}
