//! Taking the decisions of a policy for one deal.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};

use super::answer::{Answer, Answers, Decisions, Explanation, Fault, FaultKind, Possible, State, Taken, Undecided};
use super::eval::{Evaluated, Evaluator, Hand, HandKey, Presumptions};
use super::lift::{Lift, Union, Values};
use super::list::Elements;
use super::memo::Memo;
use super::needs::{Cone, Needed, Needs};
use super::record::Record;
use super::sample::{Manner, Sampler};
use super::space::{Domain, ListDomain, Space};
use super::survey::{Found, LISTED, Survey};
use super::verdict::Verdict;
use super::world::World;
use crate::facts::{Deal, FactPath, ItemSet, Value};
use crate::policy::{DecisionId, Node, Policy, Shape};

/// How decisions are taken.
#[derive(Clone, Debug)]
pub struct Options {
    /// Leave presumed facts unknown.
    pub strict: bool,
    /// Say what each answer rests on.
    pub explain: bool,
    /// Take only these, and what they need.
    pub only: Option<Vec<DecisionId>>,
    /// How many evaluations of one decision may be spent on what its unknown facts leave open; on all
    /// decisions together three times as many. An evaluation that looks at more than 250 expressions
    /// counts as several. Where that is not enough the answer is marked as a bound.
    pub budget: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options { strict: false, explain: true, only: None, budget: 20_000 }
    }
}

/// How many decisions may spend all that one may.
const DECISIONS_AT_LENGTH: u64 = 3;
/// What each decision may spend, whatever others have spent.
const LEAST_BUDGET: u64 = 20;

/// Takes decisions for one deal on a date.
///
/// Every answer is exact over all completions of the unknown facts, or says that it is a bound.
pub fn decide(policy: &Policy, deal: &Deal, as_of: Date, options: &Options) -> Decisions {
    take(policy, deal, as_of, options, None)
}

/// Takes decisions; `memo` is one of the same policy.
pub(super) fn take<'p>(
    policy: &'p Policy,
    deal: &Deal,
    as_of: Date,
    options: &Options,
    memo: Option<&Memo<'p>>,
) -> Decisions {
    let world = World::new(policy, deal, as_of);
    let own = std::cell::OnceCell::new();
    let needs = || match memo {
        Some(memo) => memo.needs(),
        None => own.get_or_init(|| Needs::of(policy)),
    };
    let nodes: Cone = match &options.only {
        None => policy.order.iter().map(|&node| Needed { node, at_hand: false }).collect(),
        Some(only) => needs().cone_of(only.iter().copied()),
    };
    let space = world.space(options.strict);
    let mut evaluator = Evaluator::new(&world, &space);
    evaluator.record = options.explain.then(|| Record::for_policy(policy));
    let presumes = !options.strict && world.variables.iter().any(|v| v.presumed.is_some());
    evaluator.presumptions = presumes.then(Presumptions::default);
    evaluator.done.decisions.reserve(policy.decisions.len().min(nodes.len()));
    evaluator.done.definitions.reserve(policy.definitions.len().min(nodes.len()));
    evaluator.run(nodes.iter().copied(), None);
    let record = evaluator.record.take().unwrap_or_default();
    let presumptions = evaluator.presumptions.take().filter(|p| !p.nodes.is_empty());
    let whole = Rc::new(evaluator.done);
    let strict = presumptions.map(|presumptions| {
        let space = world.space(true);
        let mut strict = Evaluator::new(&world, &space);
        strict.done.beneath = Some(Rc::clone(&whole));
        strict.run(nodes.iter().copied().filter(|n| presumptions.nodes.contains(&n.node)), None);
        let done = strict.done;
        (space, done)
    });
    let requested: Option<FxHashSet<DecisionId>> = options.only.as_ref().map(|o| o.iter().copied().collect());
    let taken: FxHashSet<DecisionId> = nodes
        .iter()
        .filter_map(|needed| match needed.node {
            Node::Decision(id) => Some(id),
            Node::Definition(_) => None,
        })
        .collect();
    let mut taker = Taker {
        world: &world,
        options,
        space: &space,
        whole: &whole,
        strict,
        explanations: record.explanations,
        needs: &needs,
        left: options.budget.saturating_mul(DECISIONS_AT_LENGTH).into(),
        spent: 0.into(),
        memo: memo.map(|memo| (memo, deal)),
    };
    let taken = policy.decisions.iter().filter(|(id, _)| taken.contains(id)).map(|(id, _)| Taken {
        decision: id,
        requested: requested.as_ref().is_none_or(|r| r.contains(&id)),
        answers: taker.answers(id),
    });
    let taken = taken.collect();
    Decisions { as_of, strict: options.strict, taken, definitions: record.definitions, nodes: record.nodes }
}

struct Taker<'w, 'a, 'p, N> {
    world: &'w World<'a>,
    options: &'w Options,
    space: &'w Space,
    /// What everything came to.
    whole: &'w Evaluated,
    /// The same with presumed facts unknown, of what leans on any; beneath it is `whole`.
    strict: Option<(Space, Evaluated)>,
    explanations: FxHashMap<(DecisionId, Option<HandKey>), Explanation>,
    needs: &'w N,
    /// What is left of the budget for all decisions, and what was spent.
    left: Cell<u64>,
    spent: Cell<u64>,
    /// What was found out before, and the deal.
    memo: Option<(&'w Memo<'p>, &'w Deal)>,
}

impl<'w, 'a: 'w, 'p, N: Fn() -> &'w Needs<'p>> Taker<'w, 'a, 'p, N> {
    /// What the next survey may spend.
    fn budget(&self) -> u64 {
        self.options.budget.min(self.left.get().max(LEAST_BUDGET))
    }

    fn spend(&self, cost: u64) {
        self.left.set(self.left.get().saturating_sub(cost));
        self.spent.set(self.spent.get().saturating_add(cost));
    }

    /// The answers of a decision: those that are known, where they take a search.
    fn answers(&mut self, id: DecisionId) -> Answers {
        let memo = self.memo.filter(|_| self.takes_a_search(id));
        let key = memo.and_then(|(memo, deal)| memo.key(id, deal, self.world.as_of, self.options));
        let (Some((memo, _)), Some(key)) = (memo, key) else { return self.answers_anew(id) };
        if let Some((answers, cost)) = memo.get(&key, self.budget()) {
            self.spend(cost);
            return answers;
        }
        let before = self.spent.get();
        let answers = self.answers_anew(id);
        memo.keep(key, &answers, self.spent.get() - before);
        answers
    }

    /// Whether unknown or presumed facts may have to be looked at one by one.
    fn takes_a_search(&self, id: DecisionId) -> bool {
        let node = Node::Decision(id);
        let leans = self.strict.as_ref().is_some_and(|(_, strict)| strict.decisions.contains_key(&id));
        !self.whole.is_settled(node) || leans || self.world.policy.decisions[id].scope.is_some()
    }

    fn answers_anew(&mut self, id: DecisionId) -> Answers {
        let scope = self.world.policy.decisions[id].scope;
        let Some(record) = scope else {
            return Answers::One(self.answer(id, None));
        };
        let Some(list) = self.world.policy.schema.records[record].list else {
            return Answers::Each(Vec::new());
        };
        let elements = Elements::of(self.world, self.space, list);
        match elements.var {
            Some(var) => Answers::One(self.answer_for_unknown_list(id, Hand { record, list, element: 0 }, var)),
            None => {
                let hands = (0..elements.count()).map(|element| Hand { record, list, element });
                Answers::Each(hands.map(|hand| self.answer(id, Some(hand))).collect())
            }
        }
    }

    fn answer(&mut self, id: DecisionId, hand: Option<Hand>) -> Answer {
        let explanation = self.explanations.remove(&(id, hand.map(|h| (h.list, h.element)))).map(Box::new);
        let Some(verdict) = self.whole.decision(id).and_then(|v| v.at(hand)) else {
            return Answer { explanation, ..never_taken(self.world.policy, id) };
        };
        let mut answer = if verdict.is_settled() {
            certain(self.world.policy, id, verdict)
        } else {
            let root = self.space.clone();
            let cone = (self.needs)().cone_at_hand(id);
            self.survey(id, hand, &cone, root, None)
        };
        if let State::Error(fault) = &mut answer.state
            && let Some(real) = self.fault_of_a_completion(id, hand)
        {
            *fault = real;
        }
        self.lean(&mut answer, id, hand, None);
        answer.explanation = explanation;
        answer
    }

    /// Why one completion is an error. What may fail over a whole space need not fail in any of its completions.
    fn fault_of_a_completion(&self, id: DecisionId, hand: Option<Hand>) -> Option<Box<Fault>> {
        let mut sampler = Sampler::new(&self.world.variables);
        let all: Vec<usize> = (0..self.world.variables.len()).collect();
        let point = sampler.point(self.space, &all, Manner::Low);
        let mut evaluator = Evaluator::new(self.world, &point);
        evaluator.run((self.needs)().cone_at_hand(id).iter().copied(), hand);
        let verdict = evaluator.done.decisions.get(&id)?.at(hand)?;
        verdict.lift.open()?.fault.clone()
    }

    /// A decision about the records of an unknown list: that of one record of it. The list is missing,
    /// because with it the number of answers changes.
    fn answer_for_unknown_list(&mut self, id: DecisionId, hand: Hand, var: usize) -> Answer {
        let explanation = self.explanations.remove(&(id, Some((hand.list, 0)))).map(Box::new);
        let mut root = self.space.clone();
        at_least_one(&mut root, var);
        let cone = (self.needs)().cone_at_hand(id);
        let mut answer = self.survey(id, Some(hand), &cone, root, Some(var));
        self.lean(&mut answer, id, Some(hand), Some(var));
        answer.explanation = explanation;
        answer
    }

    /// Looks at every completion of `root`; `list` is the unknown list whose record is asked about.
    fn survey(&self, id: DecisionId, hand: Option<Hand>, cone: &Cone, root: Space, list: Option<usize>) -> Answer {
        let mut survey = Survey::new(self.world, id, hand, cone, self.whole, root, self.budget());
        survey.run();
        self.spend(survey.spent());
        let found = survey.found;
        let mut answer = Answer {
            state: State::Decided(Value::None),
            by: found.stand.iter().copied().collect(),
            certain: found.stand.difference(&found.fall).copied().collect(),
            presumed: Vec::new(),
            exact: found.exact,
            explanation: None,
        };
        let possible = possible(&found);
        let kinds = [found.gap, found.conflict.is_some(), found.error.is_some()];
        let others = kinds.into_iter().filter(|x| *x).count();
        let one = match &possible {
            Possible::Values(values) => values.len() + others == 1,
            Possible::Items { certain: _, open } => open.iter().next().is_none() && others == 0,
            Possible::Range { .. } => false,
        };
        if one && list.is_none() {
            answer.state = self.one_ending(id, possible, found, &answer.by);
            if !matches!(answer.state, State::Decided(_) | State::Default(_)) {
                answer.by.clear();
                answer.certain.clear();
            }
            return answer;
        }
        let mut missing: BTreeSet<FactPath> = found.relevant.ones().map(|var| self.world.variables[var].path).collect();
        missing.extend(list.map(|var| self.world.variables[var].path));
        answer.by = Vec::new();
        answer.certain = Vec::new();
        answer.state = State::Undecided(Undecided {
            missing: missing.into_iter().collect(),
            possible,
            gap: found.gap,
            conflict: found.conflict.is_some(),
            error: found.error.is_some(),
        });
        answer
    }

    /// The state of a decision that ends in one way, whatever is missing.
    fn one_ending(&self, id: DecisionId, possible: Possible, found: Found, by: &[u32]) -> State {
        match possible {
            Possible::Items { certain, .. } => State::Decided(Value::Items(certain)),
            Possible::Values(values) => match values.into_iter().next() {
                Some(value) => decided(self.world.policy, id, value, by),
                None => match (found.conflict, found.error) {
                    (Some(between), _) => State::Conflict(between.into_iter().collect()),
                    (None, Some(fault)) => State::Error(fault),
                    (None, None) => State::Undecided(gap()),
                },
            },
            Possible::Range { low, .. } => State::Decided(low),
        }
    }

    /// Names the presumptions that an answer leans on: those that would be missing if they were unknown.
    fn lean(&self, answer: &mut Answer, id: DecisionId, hand: Option<Hand>, list: Option<usize>) {
        let Some((space, strict)) = &self.strict else { return };
        let Some(verdict) = strict.decisions.get(&id).and_then(|v| v.at(hand)) else { return };
        if verdict.is_certain() && list.is_none() {
            return;
        }
        let mut deps = verdict.deps().clone();
        if let Some(open) = verdict.lift.open() {
            deps.union_with(&open.deps);
        }
        let candidates: Vec<usize> = deps.ones().filter(|&var| self.world.variables[var].presumed.is_some()).collect();
        if candidates.is_empty() {
            return;
        }
        let mut root = space.clone();
        if let Some(var) = list {
            at_least_one(&mut root, var);
        }
        let cone = (self.needs)().cone_at_hand(id);
        let mut survey = Survey::new(self.world, id, hand, &cone, strict, root, self.budget());
        survey.run_relevance(&candidates);
        self.spend(survey.spent());
        answer.exact &= survey.found.exact;
        let mut presumed: Vec<FactPath> = candidates
            .into_iter()
            .filter(|&var| survey.found.relevant.contains(var))
            .map(|var| self.world.variables[var].path)
            .collect();
        presumed.sort_unstable();
        answer.presumed = presumed;
    }
}

fn at_least_one(space: &mut Space, var: usize) {
    if let Domain::List(list) = space.domain(var) {
        let list = ListDomain { low: list.low.max(1), ..list.clone() };
        space.set(var, Domain::List(list));
    }
}

/// The values that were found, and those that could not be excluded.
fn possible(found: &Found) -> Possible {
    let seen = found.items.iter().map(|(every, some)| {
        let open = ItemSet::new(some.iter().filter(|&i| !every.contains(i)));
        (every.clone(), open)
    });
    let rest = found.rest.iter().filter_map(Lift::item_bounds);
    let mut union = Union::new();
    seen.chain(rest).for_each(|(certain, open)| union.items(certain, open));
    if let Some((certain, open)) = union.finish().item_bounds() {
        return Possible::Items { certain, open };
    }
    let mut values: BTreeSet<Value> = found.values.clone();
    let mut span = found.is_wide().then(|| found.ends.clone()).flatten();
    match &found.rest {
        Some(Lift::Known(value)) => {
            values.insert(value.clone());
        }
        Some(Lift::Open(open)) => match &open.values {
            Values::Few(few) => values.extend(few.iter().cloned()),
            Values::Span { low, high, none, .. } => {
                if *none {
                    values.insert(Value::None);
                }
                span = Some(match span {
                    Some((l, h)) => (l.min(low.clone()), h.max(high.clone())),
                    None => (low.clone(), high.clone()),
                });
            }
            // Sets of items are among `found` already.
            Values::Items { .. } => {}
        },
        None => {}
    }
    let none = values.contains(&Value::None);
    let listed = values.len() - usize::from(none);
    let ordered = matches!(values.last(), Some(Value::Number(_) | Value::Date(_)));
    if span.is_none() && !(ordered && listed > LISTED) {
        return Possible::Values(values.into_iter().collect());
    }
    let mut some = values.into_iter().filter(|v| *v != Value::None);
    let first = some.next();
    let last = some.next_back().or_else(|| first.clone());
    let listed = first.zip(last);
    match (span, listed) {
        (Some((low, high)), Some((first, last))) => Possible::Range { low: low.min(first), high: high.max(last), none },
        (Some((low, high)), None) | (None, Some((low, high))) => Possible::Range { low, high, none },
        (None, None) => Possible::Values(Vec::new()),
    }
}

/// The answer of a verdict that leaves nothing open.
fn certain(policy: &Policy, id: DecisionId, verdict: &Verdict) -> Answer {
    let by: Vec<u32> = (0u32..).zip(&verdict.stands).filter(|(_, s)| s.surely).map(|(rule, _)| rule).collect();
    let state = match &verdict.lift {
        Lift::Known(value) => decided(policy, id, value.clone(), &by),
        Lift::Open(open) => match (&verdict.conflict, &open.fault) {
            (Some(between), _) => State::Conflict(between.clone()),
            (None, Some(fault)) => State::Error(fault.clone()),
            (None, None) => State::Undecided(gap()),
        },
    };
    let by = if matches!(state, State::Decided(_)) { by } else { Vec::new() };
    Answer { state, certain: by.clone(), by, presumed: Vec::new(), exact: true, explanation: None }
}

fn decided(policy: &Policy, id: DecisionId, value: Value, by: &[u32]) -> State {
    let by_default =
        by.is_empty() && matches!(policy.decisions[id].shape, Shape::Rules | Shape::Gate | Shape::Table { .. });
    if by_default && !matches!(value, Value::Items(_)) { State::Default(value) } else { State::Decided(value) }
}

/// Nothing is missing and no rule speaks.
fn gap() -> Undecided {
    Undecided { missing: Vec::new(), possible: Possible::Values(Vec::new()), gap: true, conflict: false, error: false }
}

/// An answer for a decision that was not evaluated: it cannot be reached by a policy that was checked.
fn never_taken(policy: &Policy, id: DecisionId) -> Answer {
    let expr = match &policy.decisions[id].shape {
        Shape::Computed(body) => Some(*body),
        _ => policy.decisions[id].rules.rules.first().map(|r| r.outcome),
    };
    let state = match expr {
        Some(expr) => State::Error(Box::new(Fault { expr, kind: FaultKind::UnexpectedNone, operands: Vec::new() })),
        None => State::Undecided(gap()),
    };
    Answer { state, by: Vec::new(), certain: Vec::new(), presumed: Vec::new(), exact: true, explanation: None }
}
