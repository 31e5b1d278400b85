//! Deals that two policies decide otherwise.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use super::judge::ids;
use super::random::Random;
use super::step::step;
use super::{Mutant, Reach, Subject};
use crate::analysis::Witness;
use crate::base::Number;
use crate::engine::{Answer, Answers, Options, State, decide};
use crate::facts::deal::{date_of_day, day_number};
use crate::facts::{DateRange, Deal, Fact, FactId, Given, Origin, RecordValue, TypeKind, Value};
use crate::policy::{DecisionId, ExprKind, Policy, ground};
use crate::trace::summary::{Change, changes};
use crate::trace::{Report, Summary};

/// What a deal may cost to decide while one is looked for.
const BUDGET: u64 = 200;
/// How many records a list gets.
const RECORDS: usize = 3;

/// A deal that tells two policies apart.
#[derive(Clone, Debug)]
pub struct Telling {
    /// The deal, with no more facts than it takes.
    pub deal: Deal,
    /// The date of its decisions.
    pub as_of: Date,
    /// What is decided otherwise.
    pub changes: Vec<Change>,
}

/// What a search for a deal that tells two policies apart came to.
#[derive(Clone, Debug)]
pub enum Told {
    /// This one does.
    By(Box<Telling>),
    /// None of those that were to be tried.
    ByNone,
    /// It was ended before all were tried.
    Unfinished,
}

/// Looks for a deal that `mutated` decides otherwise, among `tries` that are made of the cases' deals and of values at
/// and around those that the policy names; the same for the same arguments. `go_on` may end the search early. That none
/// is found proves nothing. The second value is how many were tried.
pub fn tell_apart(
    subject: &Subject<'_>,
    mutant: &Mutant,
    mutated: &Policy,
    reach: &Reach,
    tries: usize,
    go_on: &dyn Fn() -> bool,
) -> (Told, usize) {
    let only = ids(subject.policy, reach);
    if only.is_empty() {
        return (Told::ByNone, 0);
    }
    let mut search = Search::new(subject, mutant, mutated, only);
    for tried in 0..tries {
        if !go_on() {
            return (Told::Unfinished, tried);
        }
        let (deal, as_of) = search.deal();
        if search.differ(&deal, as_of) {
            return (Told::By(search.told(deal, as_of).into()), tried + 1);
        }
    }
    (Told::ByNone, tries)
}

/// A telling that starts from a deal which is said to tell; `None` where the engine decides it alike.
pub(super) fn confirm(
    subject: &Subject<'_>,
    mutant: &Mutant,
    mutated: &Policy,
    reach: &Reach,
    witness: Witness,
) -> Option<Telling> {
    let search = Search::new(subject, mutant, mutated, ids(subject.policy, reach));
    let Witness { deal, as_of } = witness;
    search.differ(&deal, as_of).then(|| search.told(deal, as_of))
}

struct Search<'a> {
    subject: &'a Subject<'a>,
    mutated: &'a Policy,
    only: Vec<DecisionId>,
    unknown: bool,
    random: Random,
    facts: Vec<FactId>,
    numbers: Vec<Number>,
    dates: Vec<Date>,
    texts: Vec<Arc<str>>,
    as_of: Vec<Date>,
}

impl<'a> Search<'a> {
    fn new(subject: &'a Subject<'a>, mutant: &Mutant, mutated: &'a Policy, only: Vec<DecisionId>) -> Search<'a> {
        let (mut numbers, mut dates, mut texts) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut as_of: BTreeSet<Date> = subject.cases.iter().map(|baseline| baseline.case.as_of).collect();
        for policy in [subject.policy, mutated] {
            let literals = policy.exprs.iter().filter_map(|(_, expr)| match &expr.kind {
                ExprKind::Literal(value) => Some((value, &expr.ty)),
                _ => None,
            });
            let constants = policy.constants.iter().flat_map(|(_, c)| c.values.iter().map(|(_, value)| (value, &c.ty)));
            for (value, ty) in literals.chain(constants) {
                match value {
                    Value::Number(n) => {
                        numbers.insert(*n);
                        let near = step(&policy.schema, *n, ty, "");
                        let near = near.into_iter().flat_map(|step| [n.subtract(step), n.add(step)]);
                        numbers.extend(near.flatten());
                    }
                    Value::Date(date) => dates.extend(around(*date)),
                    Value::Text(text) => {
                        texts.insert(text.clone());
                    }
                    _ => {}
                }
            }
            let windows = policy.decisions.iter().flat_map(|(_, d)| &d.rules.rules);
            let windows = windows.chain(policy.lookups.iter().flat_map(|(_, l)| &l.rules.rules));
            as_of.extend(windows.flat_map(|r| [r.window.from, r.window.until]).flatten().flat_map(around));
            let since = policy.constants.iter().flat_map(|(_, c)| c.values.iter().filter_map(|(from, _)| *from));
            as_of.extend(since.flat_map(around));
        }
        texts.extend(Value::other_texts().take(1));
        let facts = ground(subject.policy, &only).facts;
        let mut search = Search {
            subject,
            mutated,
            only,
            unknown: mutant.concerns_unknown(),
            random: Random::new(u64::from(mutant.span.start)),
            facts,
            numbers: numbers.into_iter().collect(),
            dates: dates.into_iter().collect(),
            texts: texts.into_iter().collect(),
            as_of: as_of.into_iter().collect(),
        };
        if search.as_of.is_empty() {
            search.as_of.push(jiff::civil::date(2026, 1, 1));
        }
        search
    }

    /// A case's deal with some facts changed, or one of random facts alone.
    fn deal(&mut self) -> (Deal, Date) {
        let mut deal = Deal::new();
        let mut as_of = self.random.pick(&self.as_of).copied().unwrap_or(DateRange::ALL.low);
        let from_case = self.random.below(3) > 0;
        let case = self.random.pick(self.subject.cases).filter(|_| from_case);
        if let Some(baseline) = case {
            deal = baseline.deal.clone();
            if self.random.below(2) == 0 {
                as_of = baseline.case.as_of;
            }
        }
        let changed = if case.is_some() { self.random.below(4) + 1 } else { 0 };
        for at in 0..self.facts.len() {
            let fact = self.facts[at];
            let change = changed > 0 && self.random.below(self.facts.len()) < changed;
            if change || (case.is_none() && self.random.below(12) > 0) || !deal.given.contains_idx(fact) {
                let declared = &self.subject.policy.schema.facts[fact];
                if self.unknown && declared.presumed.is_some() && self.random.below(2) == 0 {
                    deal.given.remove(fact);
                } else if let Some(value) = self.value(declared) {
                    deal.given.insert(fact, Given { value, origin: Origin::Code });
                }
            }
        }
        (deal, as_of)
    }

    fn value(&mut self, fact: &Fact) -> Option<Value> {
        if fact.ty.optional && self.random.below(5) == 0 {
            return Some(Value::None);
        }
        let schema = &self.subject.policy.schema;
        match &fact.ty.kind {
            TypeKind::Boolean => Some(Value::Boolean(self.random.below(2) == 0)),
            TypeKind::Number(number) => {
                let fits = |n: &Number| number.bounds().contains(*n) && schema.fits_decimals(*n, &fact.ty);
                let mut fitting: Vec<Number> = self.numbers.iter().copied().filter(fits).collect();
                fitting.extend([number.range.low, number.range.high].into_iter().flatten().filter(fits));
                if let (Some(low), Some(high)) = (number.range.low, number.range.high)
                    && let (Some(low), Some(high)) = (low.ceil().to_integer(), high.floor().to_integer())
                    && let Ok(width) = usize::try_from(high - low)
                {
                    let near = i128::try_from(self.random.below(width.saturating_add(1))).unwrap_or(0);
                    fitting.push(Number::integer(low + near));
                    if width < 20 {
                        fitting.extend((low..=high).map(Number::integer));
                    }
                }
                self.random.pick(&fitting).copied().map(Value::Number)
            }
            TypeKind::Text => self.random.pick(&self.texts).cloned().map(Value::Text),
            TypeKind::Date(range) => {
                let base = self.as_of.iter().chain(&self.dates).copied().filter(|date| range.contains(*date));
                let fitting: Vec<Date> = base.chain([range.low, range.high]).collect();
                self.random.pick(&fitting).copied().map(Value::Date)
            }
            TypeKind::Variant(id) => {
                let count = schema.enumerations[*id].variants.len();
                u32::try_from(self.random.below(count)).ok().map(Value::Variant)
            }
            TypeKind::List { record, up_to } => {
                let length = self.random.below(RECORDS.min(*up_to as usize) + 1);
                let fields = &schema.records[*record].fields;
                let records = (0..length).map(|_| {
                    let given = fields.iter().map(|field| {
                        let value = self.value(&schema.facts[*field])?;
                        Some(Given { value, origin: Origin::Code })
                    });
                    RecordValue { fields: given.collect() }
                });
                Some(Value::List(records.collect::<Vec<_>>().into()))
            }
            TypeKind::Items(_) => None,
        }
    }

    /// Whether the two policies settle a decision otherwise.
    fn differ(&self, deal: &Deal, as_of: Date) -> bool {
        !told_apart(self.subject.policy, self.mutated, &self.only, deal, as_of).is_empty()
    }

    /// The deal without the facts that it does not take, and what is decided otherwise.
    fn told(&self, mut deal: Deal, as_of: Date) -> Telling {
        let given: Vec<FactId> = deal.given.iter().map(|(fact, _)| fact).collect();
        for fact in given {
            let Some(value) = deal.given.remove(fact) else { continue };
            if !self.differ(&deal, as_of) {
                deal.given.insert(fact, value);
            }
        }
        let changes =
            changes(&self.summary(self.subject.policy, &deal, as_of), &self.summary(self.mutated, &deal, as_of));
        Telling { deal, as_of, changes }
    }

    fn summary(&self, policy: &Policy, deal: &Deal, as_of: Date) -> Summary {
        let options = Options { explain: false, only: Some(self.only.clone()), ..Options::default() };
        let decisions = &decide(policy, deal, as_of, &options);
        let sources = self.subject.sources;
        let report = Report { policy, sources, deal, deal_sources: sources, deal_name: "", decisions, traces: false };
        Summary::of(&report.data())
    }
}

/// Those of some decisions that two policies settle otherwise.
pub(super) fn told_apart(
    policy: &Policy,
    mutated: &Policy,
    only: &[DecisionId],
    deal: &Deal,
    as_of: Date,
) -> Vec<DecisionId> {
    let options = Options { explain: false, only: Some(only.to_vec()), budget: BUDGET, ..Options::default() };
    let one = decide(policy, deal, as_of, &options);
    let other = decide(mutated, deal, as_of, &options);
    let pairs = one.taken.iter().zip(&other.taken);
    let differ = pairs.filter(|(one, other)| match (&one.answers, &other.answers) {
        (Answers::One(one), Answers::One(other)) => apart(one, other),
        (Answers::Each(one), Answers::Each(other)) => one.iter().zip(other).any(|(a, b)| apart(a, b)),
        _ => false,
    });
    differ.map(|(one, _)| one.decision).collect()
}

/// Whether both are settled, and not alike; a case would notice other rules too. A conflict, a gap or an error is settled.
fn apart(one: &Answer, other: &Answer) -> bool {
    let settled = |answer: &Answer| match &answer.state {
        State::Undecided(open) => open.missing.is_empty(),
        _ => true,
    };
    let alike = match (&one.state, &other.state) {
        // An error names expressions, which are those of a policy.
        (State::Error(one), State::Error(other)) => one.kind == other.kind,
        (one, other) => one == other,
    };
    settled(one) && settled(other) && !(alike && one.by == other.by)
}

fn around(date: Date) -> impl Iterator<Item = Date> {
    let day = day_number(date);
    (day - 1..=day + 1).filter_map(date_of_day)
}
