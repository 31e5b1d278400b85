//! What a decision may come to over every completion of the unknown facts, exactly.
//!
//! Two bounds close in on the answer. From below, completions that are tried one by one: whatever
//! one of them shows is possible. From above, the evaluator over whole spaces: whatever it excludes
//! is impossible. A space that may still show something new is split and looked at again. Where the
//! budget ends before the bounds meet, the answer says that it is a bound.

use std::collections::{BTreeSet, VecDeque};

use fixedbitset::FixedBitSet;

use super::answer::Fault;
use super::eval::{Evaluated, Evaluator, Hand, PerScope};
use super::lift::{Deps, Lift, Union, Values};
use super::needs::{Cone, Needed};
use super::relation::Hints;
use super::sample::{Manner, Sampler};
use super::space::{Slot, Space};
use super::split::cut_slot;
use super::verdict::Verdict;
use super::world::World;
use crate::facts::{ItemSet, Value};
use crate::policy::{DecisionId, Node};

/// How many values are listed one by one; more numbers or dates are given as a range.
pub(super) const LISTED: usize = 20;
/// How many completions are tried before spaces are split.
const FIRST_TRIES: usize = 40;

/// How many expressions may be looked at for what one evaluation of the budget costs. An evaluation that
/// looks at more costs more.
const EXPRESSIONS: u64 = 250;

/// What part of a budget that was not enough is spent once more on the spaces that are left.
const LAST_LOOK: u64 = 4;

/// A question about one decision.
pub(super) struct Survey<'w, 'a> {
    pub(super) world: &'w World<'a>,
    pub(super) decision: DecisionId,
    hand: Option<Hand>,
    /// What is to be evaluated.
    open: Vec<Needed>,
    /// What need not be, because it came to one thing in a space that holds `root`.
    settled: &'w Evaluated,
    root: Space,
    /// The variables that matter.
    variables: Vec<usize>,
    sampler: Sampler<'w>,
    /// What is left to spend, and what was spent.
    budget: u64,
    spent: u64,
    pub(super) found: Found,
}

/// What one evaluation shows.
struct Seen {
    verdict: Verdict,
    hints: Hints,
    /// The space has no completion.
    infeasible: bool,
}

/// How one completion ends.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ending {
    Value(Value),
    Gap,
    Conflict,
    Error,
}

/// What is shown to be possible, and what could not be excluded.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// The values, up to one more than [`LISTED`] where they are ordered.
    pub(super) values: BTreeSet<Value>,
    /// The least and greatest number or date.
    pub(super) ends: Option<(Value, Value)>,
    /// Items in every set, and items in some.
    pub(super) items: Option<(ItemSet, ItemSet)>,
    pub(super) gap: bool,
    pub(super) conflict: Option<BTreeSet<u32>>,
    pub(super) error: Option<Box<Fault>>,
    /// Facts of which a change alone changes the ending.
    pub(super) relevant: FixedBitSet,
    /// Rules that stand in some completion, and rules that do not in some.
    pub(super) stand: BTreeSet<u32>,
    pub(super) fall: BTreeSet<u32>,
    /// Whether the bounds have met.
    pub(super) exact: bool,
    /// Where they have not: what is left.
    pub(super) rest: Option<Lift>,
}

impl Found {
    /// Whether there are too many ordered values to list.
    pub(super) fn is_wide(&self) -> bool {
        self.ends.is_some() && self.values.iter().filter(|v| **v != Value::None).count() > LISTED
    }

    fn note(&mut self, verdict: &Verdict) -> Option<Ending> {
        let ending = ending(verdict)?;
        match &ending {
            Ending::Value(value) => self.note_value(value),
            Ending::Gap => self.gap = true,
            Ending::Conflict => {
                let between = verdict.conflict.iter().flatten().copied();
                self.conflict.get_or_insert_default().extend(between);
            }
            Ending::Error => {
                if self.error.is_none() {
                    self.error = verdict.lift.open().and_then(|o| o.fault.clone());
                }
            }
        }
        for (rule, standing) in (0u32..).zip(&verdict.stands) {
            if standing.surely {
                self.stand.insert(rule);
            } else if !standing.may {
                self.fall.insert(rule);
            }
        }
        Some(ending)
    }

    fn note_value(&mut self, value: &Value) {
        match value {
            Value::Items(items) => {
                self.items = Some(match self.items.take() {
                    None => (items.clone(), items.clone()),
                    Some((every, some)) => (
                        ItemSet::new(every.iter().filter(|&i| items.contains(i))),
                        ItemSet::new(some.iter().chain(items.iter())),
                    ),
                });
            }
            Value::Number(_) | Value::Date(_) => {
                self.ends = Some(match self.ends.take() {
                    None => (value.clone(), value.clone()),
                    Some((low, high)) => (low.min(value.clone()), high.max(value.clone())),
                });
                if !self.is_wide() {
                    self.values.insert(value.clone());
                }
            }
            _ => {
                self.values.insert(value.clone());
            }
        }
    }

    /// How many different endings have been seen; for items, two where sets differ.
    fn endings(&self) -> usize {
        let items = self.items.as_ref().map_or(0, |(every, some)| if every == some { 1 } else { 2 });
        let others = [self.gap, self.conflict.is_some(), self.error.is_some()];
        self.values.len() + items + others.into_iter().filter(|x| *x).count()
    }

    /// Whether something that `verdict` leaves open has not been seen yet.
    fn is_news(&self, verdict: &Verdict) -> bool {
        let open = verdict.lift.open();
        if (verdict.own_gap || open.is_some_and(|o| o.gap.is_some())) && !self.gap {
            return true;
        }
        if verdict.conflict.is_some() && self.conflict.is_none() {
            return true;
        }
        if open.is_some_and(|o| o.fault.is_some()) && self.error.is_none() {
            return true;
        }
        let news = match &verdict.lift {
            Lift::Known(value) => self.is_new(value),
            Lift::Open(open) => match &open.values {
                Values::Few(values) => values.iter().any(|v| self.is_new(v)),
                Values::Span { low, high, none, .. } => {
                    (*none && self.is_new(&Value::None)) || !self.is_wide() || self.is_new(low) || self.is_new(high)
                }
                Values::Items { certain, open } => self.items.as_ref().is_none_or(|(every, some)| {
                    every.iter().any(|i| !certain.contains(i))
                        || certain.iter().chain(open.iter()).any(|i| !some.contains(i))
                }),
            },
        };
        // Which rules stand matters only where the decision ends in one way.
        news || (self.endings() < 2
            && (0u32..)
                .zip(&verdict.stands)
                .any(|(rule, s)| (s.may && !self.stand.contains(&rule)) || (!s.surely && !self.fall.contains(&rule))))
    }

    fn is_new(&self, value: &Value) -> bool {
        match value {
            Value::Items(items) => self.items.as_ref().is_none_or(|(every, some)| {
                every.iter().any(|i| !items.contains(i)) || items.iter().any(|i| !some.contains(i))
            }),
            Value::Number(_) | Value::Date(_) if self.is_wide() => {
                self.ends.as_ref().is_none_or(|(low, high)| value < low || high < value)
            }
            _ => !self.values.contains(value),
        }
    }
}

/// How a decision ends where that is certain.
fn ending(verdict: &Verdict) -> Option<Ending> {
    if !verdict.is_certain() {
        return None;
    }
    Some(match &verdict.lift {
        Lift::Known(value) => Ending::Value(value.clone()),
        Lift::Open(_) if verdict.own_gap => Ending::Gap,
        Lift::Open(_) if verdict.conflict.is_some() => Ending::Conflict,
        Lift::Open(open) if open.fault.is_some() => Ending::Error,
        Lift::Open(_) => Ending::Gap,
    })
}

impl<'w, 'a> Survey<'w, 'a> {
    /// A question about `decision` (for the record `hand`), which needs `cone`, over `root`, costing at most
    /// `budget` evaluations. `whole` is what everything came to in `root` or a space that holds it.
    pub(super) fn new(
        world: &'w World<'a>,
        decision: DecisionId,
        hand: Option<Hand>,
        cone: &Cone,
        whole: &'w Evaluated,
        root: Space,
        budget: u64,
    ) -> Survey<'w, 'a> {
        let open = cone.iter().copied().filter(|n| n.node == Node::Decision(decision) || !whole.is_settled(n.node));
        let sampler = Sampler::new(&world.variables);
        let found = Found { exact: true, ..Found::default() };
        Survey {
            world,
            decision,
            hand,
            open: open.collect(),
            settled: whole,
            root,
            variables: Vec::new(),
            sampler,
            budget,
            spent: 0,
            found,
        }
    }

    /// What was spent of the budget.
    pub(super) fn spent(&self) -> u64 {
        self.spent
    }

    fn evaluate(&mut self, space: &Space) -> Option<Seen> {
        if self.budget == 0 {
            return None;
        }
        let mut evaluator = Evaluator::new(self.world, space);
        evaluator.settled = Some(self.settled);
        evaluator.hints = Some(Hints::default());
        evaluator.run(self.open.iter().copied(), self.hand);
        let cost = 1 + evaluator.work / EXPRESSIONS;
        self.budget = self.budget.saturating_sub(cost);
        self.spent += cost;
        let hints = evaluator.hints.take().unwrap_or_default();
        let infeasible = evaluator.infeasible;
        let verdict = match evaluator.done.decisions.remove(&self.decision)? {
            PerScope::One(verdict) | PerScope::Only(_, verdict) => verdict,
            PerScope::Each(mut lists) => {
                let hand = self.hand?;
                let verdicts = lists.get_mut(&hand.list)?;
                (hand.element < verdicts.len()).then(|| verdicts.swap_remove(hand.element))?
            }
        };
        self.sampler.boundaries.learn(&hints);
        Some(Seen { verdict, hints, infeasible })
    }

    /// Tries one completion.
    fn try_point(&mut self, point: &Space) -> Option<Ending> {
        let verdict = self.evaluate(point)?.verdict;
        self.found.note(&verdict)
    }

    /// Everything: endings, rules that stand, and the facts that are missing.
    pub(super) fn run(&mut self) {
        let Some(Seen { verdict, .. }) = self.evaluate(&self.root.clone()) else {
            self.found.exact = false;
            return;
        };
        self.variables = open_deps(&verdict).ones().collect();
        let mut candidates: Vec<usize> = verdict_deps(&verdict).ones().collect();
        self.first_tries(&verdict, &mut candidates);
        self.stretch(&verdict);
        self.explore(verdict);
        if self.found.endings() > 1 || self.found.rest.is_some() {
            self.settle_relevance(candidates);
        }
    }

    /// Only which of `candidates` are relevant.
    pub(super) fn run_relevance(&mut self, candidates: &[usize]) {
        let Some(Seen { verdict, .. }) = self.evaluate(&self.root.clone()) else {
            self.found.exact = false;
            return;
        };
        let deps = verdict_deps(&verdict);
        if verdict.is_certain() {
            return;
        }
        self.variables = deps.ones().collect();
        let mut candidates: Vec<usize> = candidates.iter().copied().filter(|&v| deps.contains(v)).collect();
        self.first_tries(&verdict, &mut candidates);
        self.settle_relevance(candidates);
    }

    /// Tries completions and their neighbours until they show all that `verdict` leaves open.
    fn first_tries(&mut self, verdict: &Verdict, candidates: &mut Vec<usize>) {
        let manners = [Manner::Low, Manner::High, Manner::Absent].into_iter();
        for manner in manners.chain(std::iter::repeat_n(Manner::Scattered, FIRST_TRIES)) {
            candidates.retain(|&v| !self.found.relevant.contains(v));
            if candidates.is_empty() && !self.found.is_news(verdict) {
                return;
            }
            let point = self.sampler.point(&self.root, &self.variables, manner);
            let Some(ending) = self.try_point(&point) else { continue };
            for &var in candidates.iter() {
                self.try_neighbours(&point, &ending, var);
            }
        }
        candidates.retain(|&v| !self.found.relevant.contains(v));
    }

    /// Whether a change of `var` alone changes how `point` ends, as far as trying shows.
    fn try_neighbours(&mut self, point: &Space, ending: &Ending, var: usize) -> bool {
        let mut neighbour = point.clone();
        for domain in self.sampler.alternatives(var, self.root.domain(var)) {
            neighbour.set(var, domain);
            if let Some(other) = self.try_point(&neighbour)
                && other != *ending
            {
                self.found.relevant.grow_and_insert(var);
                return true;
            }
        }
        false
    }

    /// Moves one fact at a time towards the least and the greatest outcome.
    fn stretch(&mut self, verdict: &Verdict) {
        let ordered = matches!(verdict.lift.open().map(|o| &o.values), Some(Values::Span { .. }));
        if !ordered || !self.found.is_wide() {
            return;
        }
        for upwards in [false, true] {
            let start = if upwards { Manner::High } else { Manner::Low };
            let mut point = self.sampler.point(&self.root, &self.variables, start);
            let mut best = self.value_at(&point);
            for _ in 0..2 {
                for var in self.variables.clone() {
                    for domain in self.sampler.alternatives(var, self.root.domain(var)) {
                        let mut next = point.clone();
                        next.set(var, domain);
                        let value = self.value_at(&next);
                        let better = match (&value, &best) {
                            (Some(value), Some(best)) => {
                                if upwards {
                                    value > best
                                } else {
                                    value < best
                                }
                            }
                            (Some(_), None) => true,
                            _ => false,
                        };
                        if better {
                            (point, best) = (next, value);
                        }
                    }
                }
                if !self.found.is_news(verdict) {
                    return;
                }
            }
        }
    }

    fn value_at(&mut self, point: &Space) -> Option<Value> {
        match self.try_point(point)? {
            Ending::Value(value) if value != Value::None => Some(value),
            _ => None,
        }
    }

    /// Splits spaces that may show something new until none does.
    fn explore(&mut self, whole: Verdict) {
        if !self.found.is_news(&whole) {
            return;
        }
        let mut queue = VecDeque::from([(self.root.clone(), true)]);
        while let Some((space, assuming)) = queue.pop_front() {
            let Some(Seen { verdict, mut hints, infeasible }) = self.evaluate(&space) else {
                queue.push_front((space, assuming));
                break;
            };
            if !assuming {
                hints.forget_assumptions();
            }
            if infeasible || !self.found.is_news(&verdict) {
                continue;
            }
            let point = self.sampler.point(&space, &self.variables, Manner::Scattered);
            self.try_point(&point);
            if !self.found.is_news(&verdict) {
                continue;
            }
            match self.split(&space, &self.open_deps(&verdict), &hints, None) {
                Some((one, other)) => queue.extend([(one, assuming), (other, assuming)]),
                None if !space.assumptions.is_empty() => queue.push_back((space.without_assumptions(), false)),
                None => self.leave(&verdict),
            }
        }
        if queue.is_empty() {
            return;
        }
        // A last look at each space that is left, as far as it goes.
        self.budget = self.spent / LAST_LOOK;
        for (space, _) in queue {
            match self.evaluate(&space) {
                Some(seen) if !seen.infeasible && self.found.is_news(&seen.verdict) => self.leave(&seen.verdict),
                Some(_) => {}
                None => {
                    self.leave(&whole);
                    break;
                }
            }
        }
        self.budget = 0;
    }

    /// Counts what `verdict` leaves open as possible, and says that it is a bound.
    fn leave(&mut self, verdict: &Verdict) {
        self.found.exact = false;
        let mut union = Union::new();
        if let Some(rest) = &self.found.rest {
            union.add(rest);
        }
        union.add(&verdict.lift);
        self.found.gap |= verdict.own_gap || verdict.lift.open().is_some_and(|o| o.gap.is_some());
        if let Some(between) = &verdict.conflict {
            self.found.conflict.get_or_insert_default().extend(between);
        }
        if self.found.error.is_none() {
            self.found.error = verdict.lift.open().and_then(|o| o.fault.clone());
        }
        for (rule, standing) in (0u32..).zip(&verdict.stands) {
            if standing.may {
                self.found.stand.insert(rule);
            }
            if !standing.surely {
                self.found.fall.insert(rule);
            }
        }
        self.found.rest = Some(union.finish());
    }

    /// Decides for each candidate that has not been shown to be relevant whether it is.
    fn settle_relevance(&mut self, candidates: Vec<usize>) {
        for var in candidates {
            if self.found.relevant.contains(var) {
                continue;
            }
            if self.is_relevant(var).unwrap_or_else(|| {
                self.found.exact = false;
                true
            }) {
                self.found.relevant.grow_and_insert(var);
            }
        }
    }

    /// Whether a change of `var` alone can change the ending; `None` where the budget does not tell.
    fn is_relevant(&mut self, var: usize) -> Option<bool> {
        // Assumptions may contradict each other. Where they lead no further, the space is split without them.
        let mut queue = VecDeque::from([(self.root.clone(), true)]);
        while let Some((space, assuming)) = queue.pop_front() {
            let Seen { verdict, mut hints, infeasible } = self.evaluate(&space)?;
            if !assuming {
                hints.forget_assumptions();
            }
            let deps = verdict_deps(&verdict);
            if infeasible || !deps.contains(var) || self.alike_in_pieces(&space, var, &hints)? {
                continue;
            }
            let point = self.sampler.point(&space, &self.variables, Manner::Scattered);
            if let Some(ending) = self.try_point(&point)
                && self.try_neighbours(&point, &ending, var)
            {
                return Some(true);
            }
            match self.split(&space, &self.open_deps(&verdict), &hints, Some(var)) {
                Some((one, other)) => queue.extend([(one, assuming), (other, assuming)]),
                None if !space.assumptions.is_empty() => queue.push_back((space.without_assumptions(), false)),
                None => {
                    if !self.alike_on_line(&space, var)? {
                        return Some(true);
                    }
                }
            }
        }
        Some(false)
    }

    /// Whether `space` ends in one way in each part that the hints cut `var` into.
    fn alike_in_pieces(&mut self, space: &Space, var: usize, hints: &Hints) -> Option<bool> {
        let slot = Slot { var, field: None };
        let mut pieces = vec![space.clone()];
        for &(hinted, cut) in hints.cuts.iter().filter(|(s, _)| *s == slot).take(8) {
            let mut cut_pieces = Vec::new();
            for piece in pieces {
                match cut_slot(&piece, hinted, Some(cut)) {
                    Some((one, other)) => cut_pieces.extend([one, other]),
                    None => cut_pieces.push(piece),
                }
            }
            pieces = cut_pieces;
        }
        if pieces.len() < 2 {
            return Some(false);
        }
        let mut first = None;
        for piece in pieces {
            let Seen { verdict, .. } = self.evaluate(&piece)?;
            match (ending(&verdict), &first) {
                (None, _) => return Some(false),
                (Some(ending), None) => first = Some(ending),
                (Some(ending), Some(first)) if ending != *first => return Some(false),
                _ => {}
            }
        }
        Some(true)
    }

    /// Whether `space`, in which only `var` is open, ends in one way.
    fn alike_on_line(&mut self, space: &Space, var: usize) -> Option<bool> {
        let mut queue = VecDeque::from([space.clone()]);
        let mut first = None;
        while let Some(space) = queue.pop_front() {
            let Seen { verdict, mut hints, .. } = self.evaluate(&space)?;
            hints.forget_assumptions();
            match (ending(&verdict), &first) {
                (Some(ending), None) => first = Some(ending),
                (Some(ending), Some(first)) if ending != *first => return Some(false),
                (Some(_), Some(_)) => {}
                (None, _) => {
                    let mut only = Deps::new();
                    only.grow_and_insert(var);
                    let (one, other) = self.split(&space, &only, &hints, None)?;
                    queue.extend([one, other]);
                }
            }
        }
        Some(true)
    }

    /// What splitting may settle.
    fn open_deps(&self, verdict: &Verdict) -> Deps {
        let deps = open_deps(verdict);
        if deps.is_clear() { self.variables.iter().copied().collect() } else { deps }
    }
}

/// What the ending depends on.
fn verdict_deps(verdict: &Verdict) -> Deps {
    if verdict.is_certain() {
        return Deps::new();
    }
    let mut deps = verdict.deps().clone();
    if let Some(open) = verdict.lift.open() {
        deps.union_with(&open.deps);
    }
    deps
}

/// What the ending, or else which rules stand, depends on.
fn open_deps(verdict: &Verdict) -> Deps {
    let deps = verdict_deps(verdict);
    if deps.is_clear() { verdict.deps().clone() } else { deps }
}
