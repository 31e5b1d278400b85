//! Cases that are missing: few deals that show what no case of a policy shows.

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::judge::ids;
use super::telling::told_apart;
use super::{Mutant, Reach, Subject};
use crate::analysis::{self, Goal, Other, Step, cover};
use crate::base::Span;
use crate::cases::Case;
use crate::cases::coverage::{Coverage, Kind, Owner, Part};
use crate::engine;
use crate::facts::{Deal, FactId};
use crate::policy::{DecisionId, ExprId, ExprKind, LookupId, Node, Policy, RuleId, Shape};

/// How many mistakes are looked for in one circuit.
const AT_ONCE: usize = 24;

/// A mistake that no case notices.
#[derive(Clone, Debug)]
pub struct Survivor {
    /// The mistake.
    pub mutant: Mutant,
    /// The policy with it.
    pub mutated: Policy,
    /// The decisions that it can reach.
    pub reach: Reach,
}

/// Something that no case shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Boundary {
    /// A goal of a clause, by their places in the coverage.
    Goal(usize, usize),
    /// A mistake that no case notices, by its place among the survivors.
    Mistake(usize),
}

/// What came of looking for a deal that shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// One of the cases suggested does.
    Suggested,
    /// It is proved that no deal does.
    Never,
    /// None was found, and it is not proved that there is none.
    Open,
}

/// A case that is suggested.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// The deal, with no more facts than it takes.
    pub deal: Deal,
    /// The date of its decisions.
    pub as_of: Date,
    /// What it shows, by its place among the boundaries.
    pub shows: Vec<usize>,
    /// The decisions in which it shows.
    pub decisions: Vec<DecisionId>,
}

/// What cases are missing.
#[derive(Clone, Debug, Default)]
pub struct Suggestions {
    /// Everything that no case shows.
    pub boundaries: Vec<(Boundary, Cover)>,
    /// Cases that show as much of it as could be shown.
    pub cases: Vec<Suggestion>,
    /// So many cases are needed at least to show what these show: it is proved. As many as there are where none can be saved.
    pub at_least: usize,
    /// It was stopped before all was looked for.
    pub stopped: bool,
}

/// Looks for few cases that show what those of `subject` do not: every goal that `coverage` has open, and every mistake
/// that survives. Each deal is built to show as many of them as can be added one by one, and was decided by the engine.
/// Deals are set on `today` where any date will do. `stop` is asked now and then whether to give up.
pub fn suggest(
    subject: &Subject<'_>,
    coverage: &Coverage,
    survivors: &[Survivor],
    today: Date,
    stop: &dyn Fn() -> bool,
) -> Suggestions {
    let policy = subject.policy;
    let empty = Coverage::of(policy, subject.sources);
    let about = empty.about();
    let mut missing = Missing { subject, survivors, empty, about, all: Vec::new() };
    let mut goals = Vec::new();
    for (place, clause) in coverage.clauses.iter().enumerate() {
        for (goal, _) in clause.goals().enumerate().filter(|(_, (_, hits))| *hits == 0) {
            goals.extend(asked(policy, missing.about[place], clause.kind, goal).map(|goal| (missing.all.len(), goal)));
            missing.all.push(Boundary::Goal(place, goal));
        }
    }
    let clauses = missing.all.len();
    missing.all.extend((0..survivors.len()).map(Boundary::Mistake));
    let boundaries = missing.all.iter().map(|boundary| (*boundary, Cover::Open)).collect();
    let mut found = Suggestions { boundaries, ..Suggestions::default() };
    missing.search(&mut found, &[], &goals, (today, stop));
    // Cases that exercise something new notice most mistakes too.
    let only: Vec<Vec<DecisionId>> = survivors.iter().map(|survivor| ids(policy, &survivor.reach)).collect();
    // What is presumed shows only where something is not known, of which the circuit says nothing.
    let unsure = |place: &usize| survivors[*place].mutant.concerns_unknown();
    let places: Vec<usize> = (0..survivors.len()).filter(|place| !unsure(place)).collect();
    for some in places.chunks(AT_ONCE) {
        let open = some.iter().filter(|place| found.boundaries[clauses + **place].1 == Cover::Open);
        let open: Vec<usize> = open.copied().collect();
        let others = open.iter().map(|&place| Other { policy: &survivors[place].mutated, only: &only[place] });
        let others: Vec<Other<'_>> = others.collect();
        let goals = open.iter().enumerate().map(|(at, place)| (clauses + place, Goal::Apart(at)));
        let goals: Vec<(usize, Goal)> = goals.collect();
        missing.search(&mut found, &others, &goals, (today, stop));
    }
    found.leave_out();
    found.at_least = found.at_least.min(found.cases.len());
    found
}

impl Suggestions {
    /// Leaves out cases whose boundaries others show.
    fn leave_out(&mut self) {
        let mut times: FxHashMap<usize, usize> = FxHashMap::default();
        self.cases.iter().flat_map(|case| &case.shows).for_each(|&shown| *times.entry(shown).or_default() += 1);
        self.cases.retain(|case| {
            let needed = case.shows.iter().any(|shown| times.get(shown) == Some(&1));
            if !needed {
                case.shows.iter().for_each(|shown| *times.entry(*shown).or_default() -= 1);
            }
            needed
        });
    }
}

/// What is missing, and whether a deal shows it.
struct Missing<'a> {
    subject: &'a Subject<'a>,
    survivors: &'a [Survivor],
    /// Coverage without any case.
    empty: Coverage,
    /// What its clauses are about.
    about: Vec<Option<(Owner, Part)>>,
    all: Vec<Boundary>,
}

impl Missing<'_> {
    /// Looks for deals that reach goals, each with the boundary that it belongs to.
    fn search(
        &self,
        found: &mut Suggestions,
        others: &[Other<'_>],
        goals: &[(usize, Goal)],
        (today, stop): (Date, &dyn Fn() -> bool),
    ) {
        if goals.is_empty() || found.stopped {
            return;
        }
        let policy = self.subject.policy;
        let (boundaries, goals): (Vec<usize>, Vec<Goal>) = goals.iter().cloned().unzip();
        let dates = (analysis::dates(policy), today);
        let at_least = cover(policy, others, &goals, dates, stop, |goal, step| match step {
            Step::Never => {
                found.boundaries[boundaries[goal]].1 = Cover::Never;
                Vec::new()
            }
            Step::NotAnalysed => Vec::new(),
            Step::Deal(witness, joined) => {
                let wanted = std::iter::once(goal).chain(joined).map(|goal| boundaries[goal]);
                let wanted: Vec<usize> = wanted.collect();
                let Some(suggestion) = self.case(&witness.deal, witness.as_of, &wanted) else { return Vec::new() };
                for &shown in &suggestion.shows {
                    found.boundaries[shown].1 = Cover::Suggested;
                }
                let reached = (0..boundaries.len()).filter(|at| suggestion.shows.contains(&boundaries[*at])).collect();
                found.cases.push(suggestion);
                reached
            }
        });
        found.stopped |= at_least.is_none();
        found.at_least = found.at_least.max(at_least.unwrap_or(0));
    }

    /// A case on this deal that shows what is `wanted`, as far as the engine sees it there, and whatever else it shows.
    fn case(&self, deal: &Deal, as_of: Date, wanted: &[usize]) -> Option<Suggestion> {
        let whole = self.shown(deal, as_of, wanted, None);
        let wanted: Vec<usize> = whole.iter().map(|(at, _)| *at).collect();
        if wanted.is_empty() {
            return None;
        }
        // Less of a deal is easier to read.
        let mut deal = deal.clone();
        let facts: Vec<FactId> = deal.given.iter().map(|(fact, _)| fact).collect();
        for fact in facts {
            let Some(given) = deal.given.remove(fact) else { continue };
            if self.shown(&deal, as_of, &wanted, None).len() < wanted.len() {
                deal.given.insert(fact, given);
            }
        }
        let mut decisions: Vec<DecisionId> =
            self.shown(&deal, as_of, &wanted, None).into_iter().flat_map(|(_, decisions)| decisions).collect();
        decisions.sort_unstable_by_key(|id| id.into_raw());
        decisions.dedup();
        let all: Vec<usize> = (0..self.all.len()).collect();
        let shows = self.shown(&deal, as_of, &all, Some(&decisions)).into_iter().map(|(at, _)| at).collect();
        Some(Suggestion { deal, as_of, shows, decisions })
    }

    /// Which of these boundaries a deal shows, each with the decisions that it shows in. A case may take only some.
    fn shown(
        &self,
        deal: &Deal,
        as_of: Date,
        asked: &[usize],
        only: Option<&[DecisionId]>,
    ) -> Vec<(usize, Vec<DecisionId>)> {
        let policy = self.subject.policy;
        let case = Case {
            name: String::new(),
            span: Span::new(crate::base::FileId(0), 0, 0),
            tags: Vec::new(),
            as_of,
            layers: Vec::new(),
            expect: Vec::new(),
            only: only.map(Into::into),
        };
        let mut coverage = self.empty.clone();
        if asked.iter().any(|&at| matches!(self.all[at], Boundary::Goal(..))) {
            coverage.add(policy, &case, deal);
        }
        let shown = asked.iter().filter_map(|&at| match self.all[at] {
            Boundary::Goal(place, goal) => {
                let clause = coverage.clauses.get(place)?;
                let (owner, _) = self.about.get(place).copied().flatten()?;
                (clause.hits.get(goal) > Some(&0)).then(|| (at, owners(policy, owner)))
            }
            Boundary::Mistake(place) => {
                let survivor = &self.survivors[place];
                let mut reached = ids(policy, &survivor.reach);
                reached.retain(|id| only.is_none_or(|only| only.contains(id)));
                let told = told_apart(policy, &survivor.mutated, &reached, deal, as_of);
                (!told.is_empty()).then_some((at, told))
            }
        });
        shown.collect()
    }
}

/// The decision that a clause is part of; where it is part of something else, the first that uses that.
fn owners(policy: &Policy, owner: Owner) -> Vec<DecisionId> {
    let uses = |id: DecisionId| match owner {
        Owner::Decision(decision) => decision == id,
        Owner::Definition(definition) => engine::needed(policy, id).contains(&Node::Definition(definition)),
        Owner::Lookup(lookup) => engine::needed(policy, id).into_iter().any(|node| calls(policy, node, lookup)),
    };
    policy.decisions.iter().map(|(id, _)| id).find(|&id| uses(id)).into_iter().collect()
}

/// Whether a definition or a decision asks a table with parameters.
fn calls(policy: &Policy, node: Node, table: LookupId) -> bool {
    let mut open: Vec<ExprId> = match node {
        Node::Definition(id) => vec![policy.definitions[id].body],
        Node::Decision(id) => {
            let rules = &policy.decisions[id].rules;
            let parts = rules.rules.iter().flat_map(|rule| rule.condition.into_iter().chain([rule.outcome]));
            let default = rules.default.iter().map(|default| default.outcome);
            let computed = match policy.decisions[id].shape {
                Shape::Computed(body) => Some(body),
                _ => None,
            };
            parts.chain(default).chain(computed).collect()
        }
    };
    while let Some(id) = open.pop() {
        let kind = &policy.exprs[id].kind;
        if matches!(kind, ExprKind::Lookup(lookup, _) if *lookup == table) {
            return true;
        }
        open.extend(kind.operands());
    }
    false
}

/// What a deal that reaches a goal of a clause must show at least.
fn asked(policy: &Policy, about: Option<(Owner, Part)>, kind: Kind, goal: usize) -> Option<Goal> {
    let (owner, part) = about?;
    let rules = match owner {
        Owner::Decision(id) => Some(&policy.decisions[id].rules),
        Owner::Lookup(id) => Some(&policy.lookups[id].rules),
        Owner::Definition(_) => None,
    };
    let rule = |index: u32| rules.and_then(|rules| rules.rules.get(index as usize));
    let first = goal == 0;
    Some(match (part, owner) {
        (Part::Rule(index), Owner::Decision(decision)) => match kind {
            Kind::Requirement => Goal::Applies(RuleId { decision, index }, first),
            _ => Goal::Stands(RuleId { decision, index }),
        },
        // A row of a table with parameters.
        (Part::Rule(index), _) => rule(index)?.condition.map_or(Goal::Any, |condition| Goal::Holds(condition, true)),
        (Part::Window(index), _) => Goal::InForce(rule(index)?.window, first),
        (Part::Default, Owner::Decision(decision)) => Goal::Silent(decision),
        (Part::Default, _) | (Part::Value, _) => Goal::Any,
        (Part::Condition(condition), _) => Goal::Holds(condition, first),
        (Part::Points(condition), _) => Goal::Holds(condition, true),
        (Part::OtherPoints(condition), _) => Goal::Holds(condition, false),
    })
}
