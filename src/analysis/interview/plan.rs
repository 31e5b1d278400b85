//! How many questions are still to come: bounds that close in on the worst case.
//!
//! The measure is the effort of the best way of asking in the worst case: of all orders of questions, each chosen by the
//! answers before it, the one whose most laborious path is least. `low` is never above it and `high` never below:
//!
//! * A fact that is missing has to be asked for on some path, and the first question lies on all of them: the least and the
//!   greatest effort together are a lower bound. To ask for everything is an upper bound.
//! * The worst case of a question is the worst of its answers. Some of its answers are enough for `low`; `high`
//!   needs one of each class, or the upper bound of what is left without the fact.
//! * What shares no fact adds up.

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::engine::Memo;
use crate::facts::{Deal, FactId, FactPath, Given, Origin, TypeKind, Value};
use crate::policy::{DecisionId, Policy};

use super::classes::classes;
use super::give::give;
use super::look::{self, Open, apart, missing};
use super::uses::Uses;
use super::{QUESTION, Settings, effort};

/// How much of the engine's search one look may spend.
const LOOK: u64 = 100;

/// The same where so much is missing that no search gets to its end anyway.
const GLANCE: u64 = 8;

/// What misses more facts than this is only glanced at.
const MANY: usize = 12;

/// Where so much is missing, so many answers to a question are tried,
const FEW_ANSWERS: usize = 4;

/// and so many questions: those that the most decisions need.
const FEW_QUESTIONS: usize = 8;

/// What is still to come, in thousandths of a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bounds {
    /// The worst case takes no less.
    pub(super) low: u64,
    /// It takes no more.
    pub(super) high: u64,
    /// How many questions those that `high` counts are.
    pub(super) questions: u64,
    /// What is to be expected where every class of answers is as likely as another.
    pub(super) guess: u64,
}

impl Bounds {
    pub(super) fn is_exact(self) -> bool {
        self.low >= self.high
    }

    /// The same with `low` as what every first question was shown to take, beside what is seen `at_sight`. Where that proves
    /// nothing, nothing may be missing at all, and no question is proven to be needed.
    pub(super) fn no_less(self, at_sight: Bounds, low: u64) -> Bounds {
        Bounds { low: if at_sight.low == 0 { 0 } else { low.max(at_sight.low).min(self.high) }, ..self }
    }

    pub(super) fn and(self, other: Bounds) -> Bounds {
        Bounds {
            low: self.low.saturating_add(other.low),
            high: self.high.saturating_add(other.high),
            questions: self.questions.saturating_add(other.questions),
            guess: self.guess.saturating_add(other.guess),
        }
    }

    /// The worse of two answers; guesses add up.
    fn or(self, other: Bounds) -> Bounds {
        Bounds {
            low: self.low.max(other.low),
            high: self.high.max(other.high),
            questions: self.questions.max(other.questions),
            guess: self.guess.saturating_add(other.guess),
        }
    }
}

/// Answers that are supposed, in the order of the policy.
type Supposed = Vec<(FactPath, Value)>;

/// A deal with supposed answers.
#[derive(Clone)]
pub(super) struct Supposing {
    deal: Deal,
    supposed: Supposed,
}

impl Supposing {
    pub(super) fn nothing(deal: &Deal) -> Supposing {
        Supposing { deal: deal.clone(), supposed: Vec::new() }
    }
}

/// Which decisions are open, and after which answers.
type Known = (Vec<(DecisionId, Option<u32>)>, Supposed);

pub(super) struct Planner<'p> {
    policy: &'p Policy,
    settings: &'p Settings,
    memo: Memo<'p>,
    uses: Uses,
    /// What nobody will answer.
    skipped: &'p BTreeSet<FactPath>,
    /// What each decision was missing to begin with: nothing else can change it.
    matters: FxHashMap<DecisionId, FxHashSet<FactId>>,
    looks: FxHashMap<(DecisionId, Supposed), Rc<[Open]>>,
    solved: FxHashMap<Known, (u32, Bounds)>,
    /// So much is missing that looking has to be cheap.
    glances: bool,
    /// How many looks may still be spent.
    pub(super) left: u32,
    /// Some look was not taken.
    pub(super) cut_short: bool,
}

impl<'p> Planner<'p> {
    pub(super) fn new(
        policy: &'p Policy,
        settings: &'p Settings,
        skipped: &'p BTreeSet<FactPath>,
        root: &[Open],
    ) -> Planner<'p> {
        let mut matters: FxHashMap<DecisionId, FxHashSet<FactId>> = FxHashMap::default();
        for open in root {
            let facts = matters.entry(open.decision).or_default();
            for path in &open.missing {
                facts.insert(path.fact);
                if let TypeKind::List { record, .. } = policy.schema.facts[path.fact].ty.kind {
                    facts.extend(policy.schema.records[record].fields.iter().copied());
                }
            }
        }
        let (looks, solved) = (FxHashMap::default(), FxHashMap::default());
        let (memo, uses) = (Memo::new(policy), Uses::of(policy));
        Planner {
            policy,
            settings,
            memo,
            uses,
            skipped,
            matters,
            looks,
            solved,
            glances: false,
            left: 0,
            cut_short: false,
        }
    }

    /// Begins with a group that misses this many facts, for which so many looks may be spent.
    pub(super) fn turn_to(&mut self, missing: usize, looks: u32) {
        self.left = looks;
        self.glances = missing > MANY;
    }

    /// How many questions may be tried as the next.
    pub(super) fn most_tried(&self) -> usize {
        if self.glances { FEW_QUESTIONS } else { usize::MAX }
    }

    /// What is to come where nothing is looked at but what is missing.
    pub(super) fn at_sight(&self, open: &[Open]) -> Bounds {
        let missing = missing(open);
        let mut bounds = self.everything(missing.iter().copied());
        let efforts = missing.iter().map(|path| effort(&self.policy.schema, path.fact));
        let provable = self.skipped.is_empty() && open.iter().all(|o| o.exact);
        bounds.low = match (efforts.clone().min(), efforts.max()) {
            (Some(least), Some(most)) if provable => {
                if missing.len() > 1 {
                    least + most
                } else {
                    most
                }
            }
            _ => 0,
        };
        bounds
    }

    /// What it takes to ask for all of these, and for every field of the records of a list.
    fn everything(&self, paths: impl Iterator<Item = FactPath>) -> Bounds {
        let schema = &self.policy.schema;
        let mut sum = Bounds::default();
        for path in paths {
            let one = effort(schema, path.fact);
            let mut ask = Bounds { low: 0, high: one, questions: 1, guess: one };
            if let TypeKind::List { record, up_to } = schema.facts[path.fact].ty.kind {
                let fields = schema.records[record].fields.iter();
                let asked = fields.filter(|&&f| self.settings.strict || schema.facts[f].presumed.is_none());
                let (count, each) = asked.fold((0, 0), |(n, sum), &f| (n + 1, sum + effort(schema, f)));
                ask.high += u64::from(up_to) * each;
                ask.questions += u64::from(up_to) * count;
                ask.guess += each;
            }
            sum = sum.and(ask);
        }
        sum
    }

    /// What is to come, looking `depth` questions ahead.
    fn bounds(&mut self, now: &Supposing, open: Vec<Open>, depth: u32) -> Bounds {
        let groups = apart(open);
        groups.iter().fold(Bounds::default(), |sum, group| sum.and(self.of_group(now, group, depth)))
    }

    fn of_group(&mut self, now: &Supposing, group: &[Open], depth: u32) -> Bounds {
        let sight = self.at_sight(group);
        if depth == 0 || sight.is_exact() {
            return sight;
        }
        let known = self.known(now, group);
        if let Some((looked, bounds)) = self.solved.get(&known)
            && (*looked >= depth || bounds.is_exact())
        {
            return *bounds;
        }
        let (mut best, mut low) = (sight, u64::MAX);
        for path in self.in_order(group) {
            let asked = self.asking(now, group, path, depth, best.high);
            low = low.min(asked.low);
            if (asked.high, asked.guess) < (best.high, best.guess) {
                best = asked;
            }
        }
        let best = best.no_less(sight, low);
        self.solved.insert(known, (depth, best));
        best
    }

    /// What is missing, first what the most decisions miss.
    pub(super) fn in_order(&self, group: &[Open]) -> Vec<FactPath> {
        let mut paths = missing(group);
        paths.sort_by_key(|path| std::cmp::Reverse(group.iter().filter(|o| o.missing.contains(path)).count()));
        paths
    }

    /// What is to come if `path` is asked for now, that question included. Where it is shown to take no less than `enough`,
    /// nothing more is found out.
    pub(super) fn asking(
        &mut self,
        now: &Supposing,
        group: &[Open],
        path: FactPath,
        depth: u32,
        enough: u64,
    ) -> Bounds {
        let schema = &self.policy.schema;
        let question = effort(schema, path.fact);
        let mut others = self.everything(missing(group).into_iter().filter(|p| *p != path));
        if let TypeKind::List { .. } = schema.facts[path.fact].ty.kind {
            let list = self.everything(std::iter::once(path));
            let itself = Bounds { low: 0, high: question, questions: 1, guess: question };
            others.high += list.high - itself.high;
            others.questions += list.questions - itself.questions;
            others.guess += list.guess - itself.guess;
        }
        let mut classes = classes(self.policy, &self.uses, &now.deal, self.settings, path);
        if self.glances {
            classes.thin_out(FEW_ANSWERS);
        }
        let mut worst = Bounds::default();
        let mut count = 0;
        for value in &classes.values {
            let answered = match self.after(now, group, path, value) {
                Some((then, open)) => self.bounds(&then, open, depth - 1),
                None => others,
            };
            worst = worst.or(answered);
            count += 1;
            if question + worst.low >= enough {
                return Bounds { low: question + worst.low, high: u64::MAX, questions: u64::MAX, guess: u64::MAX };
            }
        }
        worst.guess = worst.guess.checked_div(count).unwrap_or(others.guess);
        if !classes.complete || count == 0 {
            worst.high = others.high;
            worst.questions = others.questions;
        }
        // What is missing bounds what comes, whatever the answers show.
        worst.high = worst.high.min(others.high);
        worst.questions = worst.questions.min(others.questions);
        worst.and(Bounds { low: question, high: question, questions: 1, guess: question })
    }

    /// What is open of a group after one answer more; `None` where no look is left.
    fn after(
        &mut self,
        now: &Supposing,
        group: &[Open],
        path: FactPath,
        value: &Value,
    ) -> Option<(Supposing, Vec<Open>)> {
        let (touched, mut open): (Vec<Open>, Vec<Open>) =
            group.iter().cloned().partition(|one| one.missing.contains(&path));
        let mut then = now.clone();
        let given = Given { value: value.clone(), origin: Origin::Code };
        give(&self.policy.schema, &mut then.deal, path, given);
        let place = then.supposed.partition_point(|(p, _)| *p < path);
        then.supposed.insert(place, (path, value.clone()));
        let mut decisions: Vec<DecisionId> = touched.iter().map(|one| one.decision).collect();
        decisions.dedup();
        for decision in decisions {
            let found = self.look(&then, decision)?;
            let asked = |one: &&Open| {
                let same = |t: &Open| t.decision == decision && (t.record.is_none() || t.record == one.record);
                touched.iter().any(same)
            };
            open.extend(found.iter().filter(asked).cloned());
        }
        Some((then, open))
    }

    /// What is open of one decision.
    fn look(&mut self, now: &Supposing, decision: DecisionId) -> Option<Rc<[Open]>> {
        let matters = self.matters.get(&decision);
        let supposed = now.supposed.iter().filter(|(path, _)| matters.is_none_or(|m| m.contains(&path.fact)));
        let key = (decision, supposed.cloned().collect::<Supposed>());
        if let Some(found) = self.looks.get(&key) {
            return Some(Rc::clone(found));
        }
        if self.left == 0 || self.settings.is_enough() {
            self.cut_short = true;
            return None;
        }
        self.left -= 1;
        let spend = if self.glances { GLANCE } else { LOOK };
        let found = look::open(&self.memo, &now.deal, self.settings, &[decision], spend);
        let found: Rc<[Open]> = without(found, self.skipped).into();
        self.looks.insert(key, Rc::clone(&found));
        Some(found)
    }

    fn known(&self, now: &Supposing, group: &[Open]) -> Known {
        let mut decisions: Vec<(DecisionId, Option<u32>)> = group.iter().map(|o| (o.decision, o.record)).collect();
        decisions.sort_by_key(|(id, record)| (id.into_raw().into_u32(), *record));
        let matters =
            |fact: FactId| group.iter().any(|o| self.matters.get(&o.decision).is_none_or(|m| m.contains(&fact)));
        let supposed = now.supposed.iter().filter(|(path, _)| matters(path.fact)).cloned().collect();
        (decisions, supposed)
    }

    pub(super) fn is_judgement(&self, path: FactPath) -> bool {
        effort(&self.policy.schema, path.fact) > QUESTION
    }
}

/// What is open of these without the facts that nobody will answer.
pub(super) fn without(open: Vec<Open>, skipped: &BTreeSet<FactPath>) -> Vec<Open> {
    let mut open = open;
    for one in &mut open {
        one.missing.retain(|path| !skipped.contains(path));
    }
    open.retain(|one| !one.missing.is_empty());
    open
}
