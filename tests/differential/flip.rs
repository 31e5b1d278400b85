//! Smallest changes that lead to an outcome, against trying every change of a deal.

use std::collections::{BTreeMap, BTreeSet};

use dealdesk::analysis::flip::{
    Elsewhere, Flip, Found, Goal, Lock, MOST_VALUES, MOST_WAYS, Request, Wanted, Way, flip,
};
use dealdesk::base::{CompareOp, Number};
use dealdesk::engine::{self, Options};
use dealdesk::facts::deal::day_number;
use dealdesk::facts::{FactPath, TypeKind};
use dealdesk::policy::{DecisionId, Policy};

use crate::bridge::{Compiled, to_engine, to_val, to_value};
use crate::differential::try_these;
use crate::generate::{Case, Cases};
use crate::reference::Val;
use crate::reference::completions::{completions, texts, unknowns};
use crate::reference::deal::Deal;
use crate::reference::evaluate::{Outcome, World};

/// Cases with more complete deals are passed over.
const MOST_DEALS: usize = 1_500;
/// And those with more changes.
const MOST_CHANGES: usize = 12_000;
/// How many goals are tried in one case.
const MOST_GOALS: usize = 6;

type Tally = BTreeMap<&'static str, usize>;

/// Whether an outcome is one of those that are wanted.
type Holds<'a> = &'a dyn Fn(&Val) -> bool;

/// A fact, everything it can be, and what is known of it.
struct Var {
    path: Option<FactPath>,
    domain: Vec<Val>,
    now: Option<usize>,
    may_change: bool,
    cost: u64,
}

/// Every deal there is, but for the lists that are known: the first fact changes fastest.
struct Table {
    vars: Vec<Var>,
    outcomes: Vec<BTreeMap<String, Vec<Outcome>>>,
}

/// What the smallest changes are, by trying all.
#[derive(Default)]
struct Truth {
    cost: Option<u64>,
    /// For each set of facts the least that they move, and the values that move so little.
    ways: BTreeMap<Vec<FactPath>, (i128, BTreeSet<Vec<Val>>)>,
}

/// Something that looks random and is the same each time.
fn mixed(name: &str, salt: usize) -> usize {
    name.bytes().fold(salt.wrapping_mul(0x9E37_79B9), |hash, byte| {
        (hash ^ usize::from(byte)).wrapping_mul(0x0100_0000_01B3) ^ (hash >> 7)
    })
}

/// The policy with costs and with facts that are fixed.
fn priced(policy: &Policy, salt: usize) -> Policy {
    let mut policy = policy.clone();
    for (_, fact) in policy.schema.facts.iter_mut() {
        let dice = mixed(&fact.name, salt);
        fact.fixed = dice % 7 == 3;
        fact.cost = [None, None, None, None, Some(500), Some(2_500)][(dice >> 5) % 6];
    }
    policy
}

fn known(deal: &Deal, path: &str) -> Option<Val> {
    match path.split_once('[') {
        None => deal.get(path).cloned(),
        Some((list, rest)) => {
            let (at, field) = rest.split_once("].")?;
            let Some(Val::List(records)) = deal.get(list) else { return None };
            records.get(at.parse::<usize>().ok()?)?.get(field).cloned()
        }
    }
}

impl Table {
    fn of(case: &Case, compiled: &Compiled, policy: &Policy, strict: bool, within: bool) -> Option<Table> {
        let pack = compiled.pack();
        let mut blank = case.deal.clone();
        blank.retain(|_, value| match value {
            Val::List(records) => {
                records.iter_mut().for_each(BTreeMap::clear);
                true
            }
            _ => false,
        });
        let now = unknowns(&pack, &case.deal, strict).0;
        let mut names = texts(&pack, &blank);
        names.extend(texts(&pack, &case.deal));
        let (base, unknown) = unknowns(&pack, &blank, true);
        let mut vars = Vec::new();
        for unknown in &unknown {
            let domain = pack.domain(unknown.ty, &names);
            let path = policy.schema.parse_path(&unknown.path)?;
            let is_list = matches!(policy.schema.facts[path.fact].ty.kind, TypeKind::List { .. });
            let list = path.element.is_some_and(|element| policy.schema.facts[element.list].fixed);
            let fixed = policy.schema.facts[path.fact].fixed || list;
            let now = known(&now, &unknown.path).map(|now| domain.iter().position(|value| *value == now).unwrap());
            vars.push(Var {
                path: (!is_list).then_some(path),
                now,
                may_change: !is_list && !fixed && (!within || is_within(&unknown.path)),
                cost: u64::from(policy.schema.facts[path.fact].cost.unwrap_or(1_000)),
                domain,
            });
        }
        let deals = vars.iter().try_fold(1usize, |all, var| all.checked_mul(var.domain.len()))?;
        let mut changes = vars.iter().map(|var| match (var.may_change, var.now) {
            (true, Some(_)) => var.domain.len(),
            (true, None) => 1 + 2 * var.domain.len(),
            (false, _) => 1,
        });
        if deals > MOST_DEALS || changes.try_fold(1usize, usize::checked_mul).is_none_or(|n| n > MOST_CHANGES) {
            return None;
        }
        let domains: Vec<Vec<Val>> = vars.iter().map(|var| var.domain.clone()).collect();
        let outcomes = completions(&base, &unknown, &domains).into_iter().map(|deal| {
            let world = World::new(&pack, &deal, case.as_of);
            pack.decisions.keys().map(|&name| (name.to_owned(), world.take(name))).collect()
        });
        let outcomes = outcomes.collect();
        Some(Table { vars, outcomes })
    }

    /// Calls `each` with every choice of values, `None` where a fact is left unknown.
    fn choices(&self, at: usize, choice: &mut Vec<Option<usize>>, each: &mut impl FnMut(&[Option<usize>])) {
        let Some(var) = self.vars.get(at) else { return each(choice) };
        let mut tried: Vec<Option<usize>> = vec![var.now];
        if var.may_change {
            tried.extend((0..var.domain.len()).map(Some).filter(|value| *value != var.now));
        }
        for value in tried {
            choice.push(value);
            self.choices(at + 1, choice, each);
            choice.pop();
        }
    }

    /// Whether everything that a choice leaves open ends well.
    fn certain(&self, choice: &[Option<usize>], met: &[bool]) -> bool {
        let mut open = vec![0];
        let mut stride = 1;
        for (var, value) in self.vars.iter().zip(choice) {
            match value {
                Some(value) => open.iter_mut().for_each(|at| *at += value * stride),
                None => {
                    let all = open.iter().flat_map(|at| (0..var.domain.len()).map(move |value| at + value * stride));
                    open = all.collect();
                }
            }
            stride *= var.domain.len();
        }
        open.into_iter().all(|at| met[at])
    }

    fn truth(&self, case: &Case, policy: &Policy, met: &[bool]) -> Truth {
        let mut truth = Truth::default();
        self.choices(0, &mut Vec::new(), &mut |choice| {
            let changed: Vec<usize> = (0..choice.len()).filter(|&at| choice[at] != self.vars[at].now).collect();
            let cost = changed.iter().map(|&at| self.vars[at].cost).sum::<u64>();
            if truth.cost.is_some_and(|least| cost > least) || !self.certain(choice, met) {
                return;
            }
            if truth.cost != Some(cost) {
                truth = Truth { cost: Some(cost), ways: BTreeMap::new() };
            }
            let mut changes: Vec<(FactPath, &Var, usize)> = Vec::new();
            changes.extend(changed.iter().filter_map(|&at| {
                let var = &self.vars[at];
                Some((var.path?, var, choice[at]?))
            }));
            changes.sort_by_key(|(path, ..)| *path);
            let moves = changes.iter().map(|(path, var, to)| moved(case, policy, *path, var, *to)).sum();
            let values: Vec<Val> = changes.iter().map(|(_, var, to)| var.domain[*to].clone()).collect();
            let set = changes.into_iter().map(|(path, ..)| path).collect();
            let way = truth.ways.entry(set).or_insert((moves, BTreeSet::new()));
            if moves < way.0 {
                *way = (moves, BTreeSet::new());
            }
            if moves == way.0 {
                way.1.insert(values);
            }
        });
        truth
    }
}

fn is_within(path: &str) -> bool {
    !mixed(path, 5).is_multiple_of(3)
}

/// How far a fact moves, in its smallest steps.
fn moved(case: &Case, policy: &Policy, path: FactPath, var: &Var, to: usize) -> i128 {
    let ty = &policy.schema.facts[path.fact].ty;
    let code = |value: &Val| match value {
        Val::Number(n) => {
            let scale = Number::integer(10i128.pow(policy.schema.decimals(ty).unwrap()));
            Some(n.multiply(scale).unwrap().to_integer().unwrap())
        }
        Val::Date(date) => Some(i128::from(day_number(*date))),
        _ => None,
    };
    let codes: Vec<i128> = var.domain.iter().filter_map(code).collect();
    let (Some(low), Some(high)) = (codes.iter().min(), codes.iter().max()) else { return 0 };
    let usual = match ty.kind {
        TypeKind::Date(_) => i128::from(day_number(case.as_of)),
        _ => 0,
    };
    let from = var.now.and_then(|now| code(&var.domain[now])).unwrap_or(usual.clamp(*low, *high));
    code(&var.domain[to]).map_or(high - low + 1, |to| (to - from).abs())
}

/// Some outcomes that one may want of a decision: those that it has in some deal, others, and comparisons.
fn goals(table: &Table, policy: &Policy, id: DecisionId, record: Option<u32>) -> Vec<(Goal, Vec<bool>)> {
    let decision = &policy.decisions[id];
    let at = record.unwrap_or(0) as usize;
    let values: Vec<Option<&Val>> = table
        .outcomes
        .iter()
        .map(|outcomes| match outcomes[&decision.name].get(at) {
            Some(Outcome::Value { value, .. }) => Some(value),
            _ => None,
        })
        .collect();
    let distinct: BTreeSet<&Val> = values.iter().copied().flatten().collect();
    let mut goals = Vec::new();
    let mut add = |wanted: Wanted, holds: &dyn Fn(&Val) -> bool| {
        let met = values.iter().map(|value| value.is_some_and(holds)).collect();
        goals.push((Goal { decision: id, record, wanted }, met));
    };
    for value in distinct.iter().copied().take(3) {
        if matches!(value, Val::Items(_)) {
            continue;
        }
        let engine = to_value(&policy.schema, &decision.ty, value);
        add(Wanted::Is(engine.clone()), &|v| v == value);
        add(Wanted::IsNot(engine.clone()), &|v| v != value);
        if matches!(value, Val::Number(_) | Val::Date(_)) {
            let same = |v: &Val| std::mem::discriminant(v) == std::mem::discriminant(value);
            let ops: [(CompareOp, Holds<'_>); 4] = [
                (CompareOp::Less, &|v| same(v) && v < value),
                (CompareOp::LessOrEqual, &|v| same(v) && v <= value),
                (CompareOp::Greater, &|v| same(v) && v > value),
                (CompareOp::GreaterOrEqual, &|v| same(v) && v >= value),
            ];
            let (op, holds) = ops[mixed(&decision.name, goals_seed(&engine)) % 4];
            add(Wanted::Compares(op, engine), holds);
        }
    }
    if let TypeKind::Items(items) = decision.ty.kind {
        for (place, item) in policy.schema.enumerations[items].variants.iter().enumerate().take(2) {
            let has = |v: &Val| matches!(v, Val::Items(items) if items.contains(&item.name));
            add(Wanted::Has(place as u32), &has);
            add(Wanted::Lacks(place as u32), &|v| !has(v));
        }
    }
    goals
}

fn goals_seed(value: &dealdesk::facts::Value) -> usize {
    format!("{value:?}").len()
}

fn shown(policy: &Policy, way: &Way) -> (Vec<FactPath>, BTreeSet<Vec<Val>>) {
    let ty = |path: FactPath| &policy.schema.facts[path.fact].ty;
    let mut order: Vec<usize> = (0..way.changes.len()).collect();
    order.sort_by_key(|&at| way.changes[at].path);
    let val = |at: usize, value| to_val(&policy.schema, ty(way.changes[at].path), value);
    let first: Vec<Val> = order.iter().map(|&at| val(at, &way.changes[at].to)).collect();
    let others = way.others.iter().map(|values| order.iter().map(|&at| val(at, &values[at])).collect());
    (order.iter().map(|&at| way.changes[at].path).collect(), others.chain([first]).collect())
}

fn differences(policy: &Policy, truth: &Truth, now: bool, found: &Flip) -> Vec<String> {
    let (cost, ways, more) = match &found.found {
        Found::IsSo if now => return Vec::new(),
        Found::Nothing(past, _) if truth.cost.is_none() => {
            let unlocked = past.as_ref().is_some_and(|way| way.changes.iter().all(|change| change.lock.is_none()));
            return if unlocked { vec!["nothing locked keeps it from this".to_owned()] } else { Vec::new() };
        }
        Found::Ways { cost, ways, more } if !now => (*cost, ways, *more),
        other => return vec![format!("{other:?}, where it is so: {now}, and the least costs {:?}", truth.cost)],
    };
    let mut wrong = Vec::new();
    if truth.cost != Some(cost) {
        wrong.push(format!("{cost}, where the least costs {:?}", truth.cost));
    }
    if more != (truth.ways.len() > MOST_WAYS) || ways.len() != truth.ways.len().min(MOST_WAYS) {
        wrong.push(format!("{} ways, where there are {}", ways.len(), truth.ways.len()));
    }
    for way in ways {
        let (set, values) = shown(policy, way);
        let Some((moves, all)) = truth.ways.get(&set) else {
            wrong.push(format!("{set:?} does not cost so little"));
            continue;
        };
        if way.moves != *moves {
            wrong.push(format!("{set:?} move {}, where {moves} will do", way.moves));
        }
        // Texts that nobody names are as good as each other, and there are many.
        let texts = set.iter().any(|path| policy.schema.facts[path.fact].ty.kind == TypeKind::Text);
        if !texts
            && (way.more != (all.len() > MOST_VALUES + 1) || !way.more && values != *all || !values.is_subset(all))
        {
            wrong.push(format!("{set:?} to {values:?}, where {all:?} will do"));
        }
    }
    wrong
}

/// Every deal of which every fact is given, where there are few.
fn every(compiled: &Compiled) -> Option<Vec<Deal>> {
    let (pack, empty) = (compiled.pack(), Deal::new());
    let (base, unknown) = unknowns(&pack, &empty, true);
    let texts = texts(&pack, &empty);
    let domains: Vec<Vec<Val>> = unknown.iter().map(|unknown| pack.domain(unknown.ty, &texts)).collect();
    let count = domains.iter().try_fold(1usize, |all, domain| all.checked_mul(domain.len()));
    count.filter(|&count| count <= MOST_DEALS).map(|_| completions(&base, &unknown, &domains))
}

fn try_case(case: &Case, compiled: &Compiled, tally: &mut Tally) -> Vec<String> {
    let mut count = |what: &'static str| *tally.entry(what).or_default() += 1;
    if !case.is_countable() {
        count("passed over");
        return Vec::new();
    }
    let salt = compiled.policy.exprs.len();
    let (strict, within) = (salt % 3 == 1, salt % 4 == 2);
    let policy = priced(&compiled.policy, salt);
    let Some(table) = Table::of(case, compiled, &policy, strict, within) else {
        count("passed over");
        return Vec::new();
    };
    count("compared");
    let deal = to_engine(&policy.schema, &case.deal);
    let mut all: Vec<(Goal, Vec<bool>)> = Vec::new();
    for (id, decision) in policy.decisions.iter() {
        match decision.scope {
            None => all.extend(goals(&table, &policy, id, None)),
            Some(record) => {
                let list = policy.schema.records[record].list.map(|list| &policy.schema.facts[list].name);
                if let Some(Val::List(records)) = list.and_then(|list| case.deal.get(list)) {
                    for at in 0..records.len().min(2) {
                        all.extend(goals(&table, &policy, id, Some(at as u32)));
                    }
                }
            }
        }
    }
    let step = all.len().div_ceil(MOST_GOALS).max(1);
    let every = every(compiled);
    let mut wrong = Vec::new();
    for (goal, met) in all.into_iter().step_by(step) {
        let truth = table.truth(case, &policy, &met);
        let now: Vec<Option<usize>> = table.vars.iter().map(|var| var.now).collect();
        let now = table.certain(&now, &met);
        let paths = table.vars.iter().filter_map(|var| var.path);
        let within = within.then(|| paths.filter(|path| is_within(&policy.schema.path(*path))).collect());
        let request = Request { goal, as_of: case.as_of, strict, within };
        let found = flip(&policy, &deal, &request, &|| false);
        count(match &found.found {
            Found::IsSo => "is so",
            Found::Ways { ways, .. } if ways.iter().any(|way| way.changes.len() > 1) => "several facts",
            Found::Ways { ways, .. } if ways.len() > 1 => "several ways",
            Found::Ways { .. } => "one way",
            Found::Nothing(Some(past), _) => match past.changes.iter().filter_map(|change| change.lock).max() {
                Some(Lock::Fixed) => "nothing, but for what is fixed",
                _ => "nothing, but for what is outside",
            },
            Found::Nothing(None, Elsewhere::Records) => "nothing, but with other records",
            Found::Nothing(None, Elsewhere::Dates) => "nothing, but on other dates",
            Found::Nothing(None, Elsewhere::Nowhere) => "nothing anywhere",
            Found::Nothing(None, Elsewhere::Unknown) => "nothing",
            Found::Unsettled => "unsettled",
        });
        if let (Found::Nothing(None, elsewhere), Some(deals)) = (&found.found, &every) {
            let reached = |deal: &Deal| {
                let decided =
                    engine::decide(&policy, &to_engine(&policy.schema, deal), case.as_of, &Options::default());
                request.goal.is_met(&decided)
            };
            let fits = match elsewhere {
                Elsewhere::Records => deals.iter().any(reached),
                Elsewhere::Dates | Elsewhere::Nowhere => !deals.iter().any(reached),
                Elsewhere::Unknown => true,
            };
            if !fits {
                wrong.push(format!("{elsewhere:?} on {}, but not so", case.as_of));
            }
        }
        if let Found::Ways { ways, .. } = &found.found
            && ways.iter().any(|way| way.changes.iter().any(|change| change.from.is_none()))
        {
            count("found out");
        }
        // Numbers that are too large for the circuit: it must say so, and say nothing wrong.
        if !found.exact {
            count("not exact");
            if matches!(&found.found, Found::Ways { cost, .. } if truth.cost.is_none_or(|least| *cost < least)) {
                wrong.push(format!("{request:?}: {found:?} does not lead there"));
            }
            continue;
        }
        let name = &policy.decisions[request.goal.decision].name;
        wrong.extend(
            differences(&policy, &truth, now, &found).into_iter().map(|d| format!("{name} {:?}: {d}", request.goal)),
        );
    }
    wrong
}

#[test]
fn the_smallest_changes_are_those_that_trying_all_of_them_finds() {
    let mut tally = Tally::new();
    let cases = Cases { completions: Some(40) };
    try_these(1_750, &cases, |case, compiled| try_case(case, compiled, &mut tally));
    println!("{tally:#?}");
    let of = |what: &str| tally.get(what).copied().unwrap_or(0);
    assert!(of("compared") >= 1_000 && of("not exact") <= 60, "{tally:?}");
    for what in ["is so", "several facts", "several ways", "one way", "nothing anywhere", "found out"] {
        assert!(of(what) >= 30, "few: {what}");
    }
    assert!(of("nothing, but on other dates") >= 20 && of("nothing, but with other records") >= 10, "{tally:?}");
    assert!(of("nothing, but for what is fixed") >= 10 && of("nothing, but for what is outside") >= 5, "{tally:?}");
}
