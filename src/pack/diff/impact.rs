//! What a change of a pack means for deals that are given.

use std::cmp::Ordering;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value as Json;

use super::{Diff, DiffOutcome};
use crate::analysis::diff::{self, Bound, Clause, Range, Region, Side, Subject};
use crate::base::Number;
use crate::diagnostic::Completeness;
use crate::engine::{self, Answers, Options, Probe, State, probe};
use crate::facts::{Deal, TypeKind, Value, encode};
use crate::pack;
use crate::policy::{DecisionId, ExprId, ExprKind, Policy};

/// What a change means for deals that are given.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Impact {
    /// How many deals were decided by both packs.
    pub deals: usize,
    /// How many of them come out otherwise in at least one decision.
    pub changed: usize,
    /// Decisions that come out otherwise for some of them.
    pub decisions: Vec<DecisionImpact>,
    /// For each region, in their order, the deals that fall in it; none for a region that no deal is in.
    pub regions: Vec<RegionImpact>,
}

/// What a change means for one decision.
#[derive(Clone, Debug, Serialize)]
pub struct DecisionImpact {
    /// The decision.
    pub decision: String,
    /// How often it comes out otherwise.
    pub changed: usize,
    /// Old outcomes, where they are numbers: of the deals for which both packs have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Measure>,
    /// New outcomes of the same deals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Measure>,
    /// Deals that come out otherwise and are in no region.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<String>,
    /// Why they are in none; empty where there are none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub elsewhere_because: String,
}

/// Numbers in few numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// How many there are.
    pub count: usize,
    /// What they add up to; nothing where that is too large.
    pub sum: Option<Json>,
    /// The least.
    pub min: Json,
    /// The greatest.
    pub max: Json,
}

/// Deals that fall in a region.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RegionImpact {
    /// Their names; for a decision that is taken for each record with its place, so that a deal may come several times.
    pub deals: Vec<String>,
    /// How many deals they are.
    #[serde(skip)]
    pub count: usize,
    /// The last of them, by its number.
    #[serde(skip)]
    last: usize,
}

impl RegionImpact {
    /// Adds a deal, or a record of it; deals have numbers from 1 on.
    fn add(&mut self, name: String, number: usize) {
        self.deals.push(name);
        if self.last != number {
            self.count += 1;
            self.last = number;
        }
    }
}

/// A deal as both packs read it.
#[derive(Clone, Debug)]
pub struct Told {
    /// What it is called.
    pub name: String,
    /// As the old pack reads it.
    pub before: pack::Deal,
    /// As the new pack reads it.
    pub after: pack::Deal,
}

/// How a decision ends, without what is no part of the outcome.
type Outcome = (&'static str, Option<Json>);

/// How a decision ends by both packs.
struct Ends {
    states: [State; 2],
    shown: [Outcome; 2],
}

/// Numbers of both sides, as they come.
#[derive(Default)]
struct Numbers {
    before: Vec<Number>,
    after: Vec<Number>,
}

impl Diff {
    /// Decides deals by both packs, and adds what the change means for them.
    pub fn measure(&mut self, deals: impl IntoIterator<Item = Told>, as_of: Date) {
        let pairs = self.found.difference.pairs.clone();
        let regions = self.regions.iter().map(|_| RegionImpact::default()).collect();
        let mut impact = Impact { regions, ..Impact::default() };
        let mut numbers: Vec<Numbers> = pairs.iter().map(|_| Numbers::default()).collect();
        let mut changed: Vec<(usize, Vec<String>)> = pairs.iter().map(|_| (0, Vec::new())).collect();
        let other_unit: Vec<bool> = pairs
            .iter()
            .map(|&(was, is)| {
                let (before, after) = (self.policy_of(Side::Before), self.policy_of(Side::After));
                let old = (&before.schema, &before.decisions[was].ty);
                diff::is_other_unit(old, (&after.schema, &after.decisions[is].ty))
            })
            .collect();
        for told in deals {
            impact.deals += 1;
            let (was, is) = (self.decide(Side::Before, told.before.facts(), as_of), {
                self.decide(Side::After, told.after.facts(), as_of)
            });
            let mut moved = false;
            let mut held = None;
            let ends: Vec<Vec<Ends>> = pairs.iter().map(|&pair| self.ends(pair, &was, &is)).collect();
            for (at, &(_, after)) in pairs.iter().enumerate() {
                for (place, Ends { states: [old, new], shown }) in ends[at].iter().enumerate() {
                    if let (Some(Value::Number(old)), Some(Value::Number(new))) = (outcome(old), outcome(new)) {
                        numbers[at].before.push(*old);
                        numbers[at].after.push(*new);
                    }
                    let is_number = outcome(old).is_some_and(|value| *value != Value::None);
                    if shown[0] == shown[1] && !(other_unit[at] && is_number) {
                        continue;
                    }
                    moved = true;
                    changed[at].0 += 1;
                    let each = self.policy_of(Side::After).decisions[after].scope.is_some();
                    let name = if each { format!("{}[{place}]", told.name) } else { told.name.clone() };
                    let held = held.get_or_insert_with(|| self.held(&told, &ends, as_of));
                    let name_of = &self.policy_of(Side::After).decisions[after].name;
                    let region = self.regions.iter().enumerate().position(|(i, region)| {
                        region.decision == *name_of
                            && fits(&region.before, &shown[0])
                            && fits(&region.after, &shown[1])
                            && held.get(i).and_then(|held| held.get(place)).copied().unwrap_or(false)
                    });
                    match region.and_then(|region| impact.regions.get_mut(region)) {
                        Some(region) => region.add(name, impact.deals),
                        None => changed[at].1.push(name),
                    }
                }
            }
            impact.changed += usize::from(moved);
        }
        let because = self.why_elsewhere(as_of);
        for ((&(_, after), numbers), (count, elsewhere)) in pairs.iter().zip(&numbers).zip(changed) {
            if count > 0 {
                let policy = self.policy_of(Side::After);
                let measure = |numbers: &[Number]| measured(policy, after, numbers);
                impact.decisions.push(DecisionImpact {
                    decision: policy.decisions[after].name.clone(),
                    changed: count,
                    before: measure(&numbers.before),
                    after: measure(&numbers.after),
                    elsewhere_because: if elsewhere.is_empty() { String::new() } else { because.clone() },
                    elsewhere,
                });
            }
        }
        self.impact = Some(impact);
    }

    /// Why a deal of this date may come out otherwise and be in no region.
    fn why_elsewhere(&self, as_of: Date) -> String {
        let dates = diff::common_dates(self.policy_of(Side::Before), self.policy_of(Side::After));
        if as_of < dates.low {
            format!("deals before {} are not compared", dates.low)
        } else if self.completeness == Completeness::Exact {
            "not everything is known of it".to_owned()
        } else {
            "not everything is settled".to_owned()
        }
    }

    fn policy_of(&self, side: Side) -> &Policy {
        self.found.policy(side)
    }

    /// How a decision ends by both packs, for the deal or for each record.
    fn ends(&self, pair: (DecisionId, DecisionId), was: &engine::Decisions, is: &engine::Decisions) -> Vec<Ends> {
        let states = |decisions: &engine::Decisions, id| -> Vec<State> {
            let taken = decisions.taken.iter().find(|taken| taken.decision == id);
            match taken.map(|taken| &taken.answers) {
                Some(Answers::One(answer)) => vec![answer.state.clone()],
                Some(Answers::Each(answers)) => answers.iter().map(|answer| answer.state.clone()).collect(),
                None => Vec::new(),
            }
        };
        let both = states(was, pair.0).into_iter().zip(states(is, pair.1));
        let ends = both.map(|(old, new)| {
            let shown = [self.shown(Side::Before, pair.0, &old), self.shown(Side::After, pair.1, &new)];
            Ends { states: [old, new], shown }
        });
        ends.collect()
    }

    fn decide(&self, side: Side, deal: &Deal, as_of: Date) -> engine::Decisions {
        let options = Options { explain: false, ..Options::default() };
        engine::decide(self.policy_of(side), deal, as_of, &options)
    }

    /// How a decision ends, without what is no part of the outcome.
    fn shown(&self, side: Side, id: DecisionId, state: &State) -> Outcome {
        let policy = self.policy_of(side);
        let decision = &policy.decisions[id];
        match state {
            State::Decided(value) | State::Default(value) => {
                ("decided", Some(encode::json(&policy.schema, &decision.ty, value)))
            }
            State::Undecided(_) => ("undecided", None),
            State::Conflict(_) => ("conflict", None),
            State::Error(_) => ("error", None),
        }
    }

    /// For each region whether each record, or the deal, is in it as far as is known.
    fn held(&self, told: &Told, ends: &[Vec<Ends>], as_of: Date) -> Vec<Vec<bool>> {
        let difference = &self.found.difference;
        let regions = difference
            .changes
            .iter()
            .flat_map(|change| change.regions.iter().map(|region| (change.before, change.after, region)));
        let regions: Vec<(DecisionId, DecisionId, &Region)> = regions.collect();
        let sides = [(Side::Before, told.before.facts()), (Side::After, told.after.facts())].map(|(side, deal)| {
            let policy = self.policy_of(side);
            probe(policy, deal, as_of, None, |probe| {
                let own = regions.iter().map(|&(before, after, region)| {
                    let id = if side == Side::Before { before } else { after };
                    held(policy, probe, side, id, region, as_of)
                });
                let held = own.collect::<Vec<Vec<bool>>>();
                let place = if side == Side::Before { 0 } else { 1 };
                let parts = difference.records.iter().map(|records| added(policy, probe, records.sums[place]));
                (held, parts.collect::<Vec<_>>())
            })
        });
        let [(before, was), (after, is)] = sides;
        let differ: Vec<Option<bool>> =
            difference.records.iter().zip(was.iter().zip(&is)).map(|(r, (was, is))| differ(r.more, was, is)).collect();
        let follows = |place: usize, clause: &Clause| match (clause.subject, &clause.range) {
            (Subject::Records(at), Range::Holds(holds)) => {
                differ.get(at as usize).copied().flatten().is_none_or(|some| some == *holds)
            }
            (Subject::Otherwise(expr), Range::Holds(holds)) => {
                let after = self.policy_of(Side::After);
                let ExprKind::Decision(id) = after.exprs[expr].kind else { return true };
                let place = if after.decisions[id].scope.is_some() { place } else { 0 };
                let at = difference.pairs.iter().position(|&(_, after)| after == id);
                let ends = at.and_then(|at| ends.get(at)?.get(place));
                ends.is_none_or(|ends| (ends.shown[0] != ends.shown[1]) == *holds)
            }
            _ => true,
        };
        let both = regions.iter().zip(before.into_iter().zip(after)).map(|((_, _, region), (one, other))| {
            let each = one.into_iter().zip(other).enumerate();
            each.map(|(place, (a, b))| a && b && region.when.iter().flatten().all(|c| follows(place, c))).collect()
        });
        both.collect()
    }
}

/// What each record adds to a sum; nothing of those of which it is not known.
fn added(policy: &Policy, probe: &mut Probe<'_, '_>, sum: ExprId) -> Vec<Option<Number>> {
    let ExprKind::Aggregate { list, record, summed, condition, .. } = policy.exprs[sum].kind else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    probe.each_record(list, record, |probe| {
        let holds = condition.map_or(Some(Value::Boolean(true)), |condition| probe.value(condition));
        parts.push(match (holds, summed) {
            (Some(Value::Boolean(false)), _) => Some(Number::ZERO),
            (Some(Value::Boolean(true)), None) => Some(Number::ONE),
            (Some(Value::Boolean(true)), Some(summed)) => match probe.value(summed) {
                Some(Value::Number(number)) => Some(number),
                _ => None,
            },
            _ => None,
        });
    });
    parts
}

/// Whether some record adds more than before, or less; `None` where it is not known.
fn differ(more: bool, was: &[Option<Number>], is: &[Option<Number>]) -> Option<bool> {
    let mut known = true;
    for place in 0..was.len().max(is.len()) {
        let at = |parts: &[Option<Number>]| parts.get(place).copied().unwrap_or(Some(Number::ZERO));
        match (at(was), at(is)) {
            (Some(was), Some(is)) if (more && is > was) || (!more && is < was) => return Some(true),
            (Some(_), Some(_)) => {}
            _ => known = false,
        }
    }
    known.then_some(false)
}

/// Whether each record, or the deal, may meet the conditions of a region that speak about one policy.
fn held(
    policy: &Policy,
    probe: &mut Probe<'_, '_>,
    side: Side,
    id: DecisionId,
    region: &Region,
    as_of: Date,
) -> Vec<bool> {
    let clauses: Vec<&Clause> = region.when.iter().flatten().filter(|clause| clause.side == side).collect();
    let meets = |probe: &mut Probe<'_, '_>| clauses.iter().all(|clause| may_hold(probe, clause, as_of));
    let Some(record) = policy.decisions[id].scope else { return vec![meets(probe)] };
    let mut each = Vec::new();
    for list in probe.lists_of(record) {
        probe.each_record(list, record, |probe| each.push(meets(probe)));
    }
    each
}

/// Whether a condition holds as far as is known.
fn may_hold(probe: &mut Probe<'_, '_>, clause: &Clause, as_of: Date) -> bool {
    let value = match clause.subject {
        // What is held to both policies is looked at apart.
        Subject::Records(_) | Subject::Otherwise(_) => return true,
        Subject::AsOf => Value::Date(as_of),
        Subject::Expr(expr) | Subject::NoValue(expr) | Subject::Item(expr, _) => match probe.value(expr) {
            Some(value) => value,
            None if probe.has_no_value(expr) => {
                return matches!((clause.subject, &clause.range), (Subject::NoValue(_), Range::Holds(true)));
            }
            None => return true,
        },
    };
    match (&clause.subject, &clause.range) {
        (Subject::NoValue(_), Range::Holds(none)) => !none,
        (Subject::Item(_, item), Range::Holds(holds)) => match &value {
            Value::Items(items) => items.contains(*item) == *holds,
            _ => true,
        },
        (_, Range::Holds(holds)) => value == Value::Boolean(*holds),
        (_, Range::Among { values, excluded, other_texts }) => {
            values.contains(&value) || (*other_texts && !excluded.contains(&value))
        }
        (_, Range::None) => value == Value::None,
        (_, Range::Given) => value != Value::None,
        (_, Range::Between { low, high }) => {
            let admits = |bound: &Option<Bound>, side: Ordering| match bound {
                None => true,
                Some(bound) => compared(&value, &bound.value).is_some_and(|order| bound.admits(order, side)),
            };
            admits(low, Ordering::Greater) && admits(high, Ordering::Less)
        }
    }
}

fn compared(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => Some(one.cmp(other)),
        (Value::Date(one), Value::Date(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

fn outcome(state: &State) -> Option<&Value> {
    match state {
        State::Decided(value) | State::Default(value) => Some(value),
        _ => None,
    }
}

/// Whether a deal ends as the deals of a region do.
fn fits(outcome: &DiffOutcome, shown: &Outcome) -> bool {
    let status = match outcome.status.word() {
        "default" => "decided",
        other => other,
    };
    status == shown.0 && (outcome.varies || outcome.value == shown.1)
}

fn measured(policy: &Policy, id: DecisionId, numbers: &[Number]) -> Option<Measure> {
    let ty = &policy.decisions[id].ty;
    let json = |n: Number| match ty.kind {
        TypeKind::Number(_) => encode::json(&policy.schema, ty, &Value::Number(n)),
        _ => Json::Null,
    };
    let sum = numbers.iter().try_fold(Number::ZERO, |sum, n| sum.add(*n)).ok();
    Some(Measure {
        count: numbers.len(),
        sum: sum.map(json),
        min: json(*numbers.iter().min()?),
        max: json(*numbers.iter().max()?),
    })
}
