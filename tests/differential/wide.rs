//! Facts of which there are far too many values to try them all: amounts up to a million in cents, any date, integers
//! without an end, lists of twenty records. What the engine says of them must hold for every completion that is tried
//! with the reference, and most of what it names must turn up in some.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use dealdesk::engine::{self, Answer, Answers, Decisions, Options, Possible, State, Taken, Undecided};
use dealdesk::facts::{FactPath, Value};
use dealdesk::policy::{DecisionId, Policy};
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::bridge::{Compiled, path, to_engine, to_val};
use crate::differential::try_these;
use crate::generate::dice::Dice;
use crate::generate::{Case, Cases};
use crate::reference::completions::{Unknown, result, unknowns};
use crate::reference::evaluate::{Outcome, World};
use crate::reference::{Deal, Val};

/// How many completions of a deal are tried.
const COMPLETIONS: usize = 60;
/// Each is the one before with one fact changed, but for every one of so many.
const CHANGES: usize = 6;

/// The outcomes of a completion by decision; for one about records, of each.
type Outcomes = BTreeMap<String, Vec<Outcome>>;

#[test]
fn what_is_said_of_wide_facts_holds_for_every_completion() {
    let tally = RefCell::new(Tally::default());
    try_these(500, &Cases { completions: None }, |case, compiled| try_case(case, compiled, &mut tally.borrow_mut()));
    let tally = tally.into_inner();
    println!("{tally:#?}");
    tally.assert();
}

/// What became of what the answers name.
#[derive(Debug, Default)]
struct Tally {
    answers: usize,
    /// Those that say that they are bounds.
    bounds: usize,
    /// By what they name: how much of it some completion showed, and how much there is. Only of exact answers.
    shown: BTreeMap<&'static str, (usize, usize)>,
}

impl Tally {
    fn note(&mut self, what: &'static str, shown: usize, of: usize) {
        let entry = self.shown.entry(what).or_default();
        entry.0 += shown;
        entry.1 += of;
    }

    fn assert(&self) {
        let share = |shown: usize, of: usize| shown * 100 / of.max(1);
        let bounds = share(self.bounds, self.answers);
        assert!(bounds <= 8, "{bounds} % of {} answers are bounds", self.answers);
        for (what, least) in
            [("values", 80), ("ends", 40), ("states", 80), ("missing", 80), ("items", 80), ("rules", 80)]
        {
            let (shown, of) = self.shown.get(what).copied().unwrap_or_default();
            assert!(of >= self.answers / 100, "only {of} {what} among {} answers", self.answers);
            let share = share(shown, of);
            assert!(share >= least, "{share} % of {of} {what} were shown by a completion");
        }
    }
}

fn try_case(case: &Case, compiled: &Compiled, tally: &mut Tally) -> Vec<String> {
    let (pack, policy) = (compiled.pack(), &compiled.policy);
    let sampler = case.sampler(&pack);
    let mut rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut dice = Dice(&mut rng);
    let given = to_engine(&policy.schema, &case.deal);
    let [usual, strict] = [false, true].map(|strict| {
        let options = Options { strict, explain: false, budget: 2_000, ..Options::default() };
        engine::decide(policy, &given, case.as_of, &options)
    });
    let outcomes = |deal: &Deal| -> Outcomes {
        let world = World::new(&pack, deal, case.as_of);
        pack.decisions.keys().map(|&name| (name.to_owned(), world.take(name))).collect()
    };
    let presumes = unknowns(&pack, &case.deal, true).1.iter().any(|u| u.presumed);
    let mut problems = Vec::new();
    for (is_strict, decisions) in [(false, &usual), (true, &strict)].into_iter().take(1 + usize::from(presumes)) {
        let mut all = Said::all(policy, decisions, is_strict.then_some(&usual));
        let (base, unknown) = unknowns(&pack, &case.deal, is_strict);
        let mut walk: Option<(Deal, Outcomes)> = None;
        for at in 0..if unknown.is_empty() { 1 } else { COMPLETIONS } {
            let before = walk.take().filter(|_| at % CHANGES != 0);
            let (deal, change) = match &before {
                None => (sampler.completion(&mut dice, &base, &unknown), None),
                Some((deal, outcomes)) => {
                    let one = dice.pick(&unknown);
                    (sampler.changed(&mut dice, deal, one), Some((one, outcomes)))
                }
            };
            let now = outcomes(&deal);
            for said in &mut all {
                let found = said.check(&now, change);
                let words = if is_strict { "strict: " } else { "" };
                problems
                    .extend(found.into_iter().map(|p| format!("{words}{p}\n  with {}", Val::List(vec![deal.clone()]))));
            }
            if problems.len() > 3 {
                return problems;
            }
            walk = Some((deal, now));
        }
        all.iter().for_each(|said| said.count(tally));
    }
    problems
}

/// What was said of a decision, perhaps for one record, and what completions showed of it.
struct Said<'a> {
    policy: &'a Policy,
    decision: DecisionId,
    record: Option<usize>,
    answer: &'a Answer,
    /// Where nothing is presumed: the presumed facts that the usual answer is said to lean on.
    leans: Option<BTreeSet<String>>,
    missing: BTreeSet<String>,
    values: BTreeSet<Val>,
    /// Whether there was a gap, a conflict, an error.
    states: [bool; 3],
    by: BTreeSet<String>,
    changed: BTreeSet<String>,
}

impl<'a> Said<'a> {
    /// All answers; `usual` are those that presume, where these do not.
    fn all(policy: &'a Policy, decisions: &'a Decisions, usual: Option<&'a Decisions>) -> Vec<Said<'a>> {
        let each = |taken: &'a Taken| match &taken.answers {
            Answers::One(answer) => vec![(taken.decision, None, answer)],
            Answers::Each(each) => {
                each.iter().enumerate().map(|(at, answer)| (taken.decision, Some(at), answer)).collect()
            }
        };
        let paths = |paths: &[FactPath]| paths.iter().map(|p| path(&policy.schema, *p)).collect::<BTreeSet<_>>();
        let mut leans = usual.into_iter().flat_map(|d| &d.taken).flat_map(each).map(|(.., a)| paths(&a.presumed));
        let said = |(decision, record, answer): (DecisionId, Option<usize>, &'a Answer)| Said {
            policy,
            decision,
            record,
            answer,
            leans: leans.next(),
            missing: open(answer).map_or(BTreeSet::new(), |open| paths(&open.missing)),
            values: BTreeSet::new(),
            states: [false; 3],
            by: BTreeSet::new(),
            changed: BTreeSet::new(),
        };
        decisions.taken.iter().flat_map(each).map(said).collect()
    }

    fn name(&self) -> &'a String {
        &self.policy.decisions[self.decision].name
    }

    /// What is wrong with the answer if a completion ends so. `change` is the fact that alone tells it from another
    /// completion, and how that ends.
    fn check(&mut self, now: &Outcomes, change: Option<(&Unknown<'_>, &Outcomes)>) -> Vec<String> {
        let own = |outcomes: &'_ Outcomes| match self.record {
            Some(at) => outcomes[self.name()][at..=at].to_vec(),
            None => outcomes[self.name()].clone(),
        };
        let (name, mut problems) = (self.name(), Vec::new());
        let name = self.record.map_or(name.clone(), |at| format!("{name} of record {at}"));
        let now = own(now);
        let before = change.map(|(fact, before)| (fact, own(before)));
        for outcome in &now {
            if !self.admits(outcome) {
                problems.push(format!("{name} ends as {outcome:?}, and the engine says {:?}", self.answer));
            }
            self.note(outcome);
        }
        let Some((fact, before)) = before else { return problems };
        if before.iter().map(result).eq(now.iter().map(result)) {
            return problems;
        }
        self.changed.insert(fact.path.clone());
        if !self.missing.contains(&fact.path) && open(self.answer).is_some() {
            problems.push(format!(
                "{name} ends as {now:?}, with another {} as {before:?}, and the engine says {:?}",
                fact.path, self.answer
            ));
        }
        if fact.presumed && self.leans.as_ref().is_some_and(|leans| !leans.contains(&fact.path)) {
            problems.push(format!(
                "{name} ends as {now:?}, with another {} as {before:?}, and does not lean on it",
                fact.path
            ));
        }
        problems
    }

    fn val(&self, value: &Value) -> Val {
        to_val(&self.policy.schema, &self.policy.decisions[self.decision].ty, value)
    }

    fn rules(&self, places: &[u32]) -> BTreeSet<String> {
        let rules = &self.policy.decisions[self.decision].rules.rules;
        places.iter().map(|place| rules[*place as usize].name.clone()).collect()
    }

    /// Whether the answer allows for this outcome.
    fn admits(&self, outcome: &Outcome) -> bool {
        let (by, certain) = (self.rules(&self.answer.by), self.rules(&self.answer.certain));
        let stand = |rules: &[String]| {
            let rules: BTreeSet<String> = rules.iter().cloned().collect();
            certain.is_subset(&rules) && rules.is_subset(&by)
        };
        match (&self.answer.state, outcome) {
            (State::Decided(said), Outcome::Value { value, by, .. }) => self.val(said) == *value && stand(by),
            (State::Default(said), Outcome::Value { value, default, .. }) => self.val(said) == *value && *default,
            (State::Conflict(rules), Outcome::Conflict(between)) => {
                let rules = self.rules(rules);
                between.iter().all(|rule| rules.contains(rule))
            }
            (State::Error(_), Outcome::Error(_)) => true,
            (State::Undecided(open), Outcome::Value { value, .. }) => self.is_possible(&open.possible, value),
            (State::Undecided(open), Outcome::Gap) => open.gap,
            (State::Undecided(open), Outcome::Conflict(_)) => open.conflict,
            (State::Undecided(open), Outcome::Error(_)) => open.error,
            _ => false,
        }
    }

    fn is_possible(&self, possible: &Possible, value: &Val) -> bool {
        match possible {
            Possible::Values(values) => values.iter().any(|v| self.val(v) == *value),
            Possible::Range { none, .. } if *value == Val::None => *none,
            Possible::Range { low, high, .. } => (self.val(low)..=self.val(high)).contains(value),
            Possible::Items { certain, open } => {
                let [certain, open] = [certain, open].map(|set| items(&self.val(&Value::Items(set.clone()))));
                certain.is_subset(&items(value)) && items(value).is_subset(&(&certain | &open))
            }
        }
    }

    fn note(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Value { value, by, .. } => {
                self.values.insert(value.clone());
                self.by.extend(by.iter().cloned());
            }
            Outcome::Gap => self.states[0] = true,
            Outcome::Conflict(_) => self.states[1] = true,
            Outcome::Error(_) => self.states[2] = true,
        }
    }

    /// Counts what of all that the answer names was shown.
    fn count(&self, tally: &mut Tally) {
        tally.answers += 1;
        tally.bounds += usize::from(!self.answer.exact);
        if !self.answer.exact {
            return;
        }
        let perhaps = &self.rules(&self.answer.by) - &self.rules(&self.answer.certain);
        tally.note("rules", (&perhaps & &self.by).len(), perhaps.len());
        let Some(open) = open(self.answer).filter(|open| !open.missing.is_empty()) else { return };
        tally.note("missing", (&self.missing & &self.changed).len(), self.missing.len());
        for (said, seen) in [open.gap, open.conflict, open.error].into_iter().zip(self.states) {
            tally.note("states", usize::from(said && seen), usize::from(said));
        }
        match &open.possible {
            Possible::Values(values) => {
                let shown = values.iter().filter(|v| self.values.contains(&self.val(v))).count();
                tally.note("values", shown, values.len());
            }
            Possible::Range { low, high, .. } => {
                let shown = [low, high].into_iter().filter(|v| self.values.contains(&self.val(v))).count();
                tally.note("ends", shown, 2);
            }
            Possible::Items { open, .. } => {
                let open = items(&self.val(&Value::Items(open.clone())));
                let seen =
                    |with: bool| open.iter().filter(move |&i| self.values.iter().any(|v| items(v).contains(i) == with));
                tally.note("items", seen(true).count() + seen(false).count(), 2 * open.len());
            }
        }
    }
}

fn open(answer: &Answer) -> Option<&Undecided> {
    if let State::Undecided(open) = &answer.state { Some(open) } else { None }
}

fn items(value: &Val) -> BTreeSet<String> {
    match value {
        Val::Items(items) => items.clone(),
        other => panic!("{other} is no set of items"),
    }
}
