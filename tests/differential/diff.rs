//! What a change of a policy is said to mean against deciding every deal by both policies.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use dealdesk::analysis::dates;
use dealdesk::analysis::diff::{Bound, Clause, Difference, Range, Records, Region, Side, Subject, difference};
use dealdesk::base::Number;
use dealdesk::engine::{Probe, probe};
use dealdesk::facts::Value;
use dealdesk::policy::{DecisionId, ExprKind, Policy};
use jiff::civil::Date;

use crate::bridge::{Compiled, compile, to_engine};
use crate::differential::try_these;
use crate::generate::{Case, Cases};
use crate::reference::Val;
use crate::reference::completions::{completions, texts, unknowns};
use crate::reference::deal::Deal;
use crate::reference::evaluate::{Outcome, World};

/// Policies with more deals are passed over.
const MOST_DEALS: usize = 400;
/// How many edits of each policy are tried.
const EDITS: usize = 3;

type Tally = BTreeMap<&'static str, usize>;

/// Small edits of a policy, each where it may be made.
const CHANGES: [(&str, &str); 16] = [
    (" >= ", " > "),
    (" > ", " <= "),
    (" < ", " <= "),
    (" <= ", " < "),
    (" and ", " or "),
    (" or ", " and "),
    (" is not ", " is "),
    (" is ", " is not "),
    (" in ", " not in "),
    (" true", " false"),
    (" false", " true"),
    (" + ", " - "),
    ("when not ", "when "),
    ("when ", "when not "),
    (" 1", " 2"),
    ("any of ", "all of "),
];

/// Other policies over the same facts, made by small edits of the rest.
fn edited(declarations: &[String]) -> Vec<Compiled> {
    let text = declarations.concat();
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let is_ground = |declaration: &str| {
        ["fact", "record", "unit", "currency", "type"].iter().any(|word| declaration.trim_start().starts_with(word))
    };
    let mut places: Vec<(usize, usize, &str, &str)> = Vec::new();
    for (at, declaration) in declarations.iter().enumerate().filter(|(_, declaration)| !is_ground(declaration)) {
        for (from, to) in CHANGES {
            places.extend(declaration.match_indices(from).map(|(place, _)| (at, place, from, to)));
        }
    }
    let mut all = Vec::new();
    for step in 0..4 * EDITS as u64 {
        if places.is_empty() || all.len() == EDITS {
            break;
        }
        let (at, place, from, to) = places[(hash.rotate_left(7 * step as u32) % places.len() as u64) as usize];
        let mut edited = declarations.to_vec();
        edited[at].replace_range(place..place + from.len(), to);
        // Every third edit comes with another one.
        if step % 3 == 2 {
            let (at, place, from, to) = places[(hash.rotate_left(11) % places.len() as u64) as usize];
            if edited[at].get(place..place + from.len()) == Some(from) {
                edited[at].replace_range(place..place + from.len(), to);
            }
        }
        all.extend(compile([edited.concat().as_str()]));
    }
    all
}

/// What can be seen of an ending without asking why it is one.
fn seen(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Value { value, .. } => format!("{value:?}"),
        Outcome::Gap => "a gap".to_owned(),
        Outcome::Conflict(_) => "a conflict".to_owned(),
        Outcome::Error(_) => "an error".to_owned(),
    }
}

fn holds(probe: &mut Probe<'_, '_>, clause: &Clause, as_of: Date) -> bool {
    let value = match clause.subject {
        // What speaks about both policies is looked at apart.
        Subject::Records(_) | Subject::Otherwise(_) => return true,
        Subject::AsOf => Some(Value::Date(as_of)),
        Subject::Expr(expr) | Subject::NoValue(expr) | Subject::Item(expr, _) => probe.value(expr),
    };
    if let (Subject::NoValue(_), Range::Holds(none)) = (clause.subject, &clause.range) {
        return value.is_none() == *none;
    }
    // Of what has no value nothing else can be said.
    let Some(value) = value else { return false };
    let admits = |bound: &Option<Bound>, side: Ordering| {
        let order = |other: &Value| match (&value, other) {
            (Value::Number(one), Value::Number(other)) => one.cmp(other),
            (Value::Date(one), Value::Date(other)) => one.cmp(other),
            _ => side.reverse(),
        };
        bound.as_ref().is_none_or(|bound| bound.admits(order(&bound.value), side))
    };
    match (clause.subject, &clause.range) {
        (Subject::Item(_, item), Range::Holds(holds)) => match &value {
            Value::Items(items) => items.contains(item) == *holds,
            _ => false,
        },
        (_, Range::Holds(holds)) => value == Value::Boolean(*holds),
        (_, Range::Among { values, excluded, other_texts }) => match other_texts {
            true => !excluded.contains(&value),
            false => values.contains(&value),
        },
        (_, Range::Between { low, high }) => admits(low, Ordering::Greater) && admits(high, Ordering::Less),
        (_, Range::None) => value == Value::None,
        (_, Range::Given) => value != Value::None,
    }
}

/// For each record, or for the deal, whether the conditions of a region that speak about one policy hold.
fn inside(
    policy: &Policy,
    probe: &mut Probe<'_, '_>,
    side: Side,
    id: DecisionId,
    region: &Region,
    as_of: Date,
) -> Vec<bool> {
    let clauses: Vec<&Clause> = region.when.iter().flatten().filter(|clause| clause.side == side).collect();
    let all = |probe: &mut Probe<'_, '_>| clauses.iter().all(|clause| holds(probe, clause, as_of));
    let Some(record) = policy.decisions[id].scope else { return vec![all(probe)] };
    let mut each = Vec::new();
    for list in probe.lists_of(record) {
        probe.each_record(list, record, |probe| each.push(all(probe)));
    }
    each
}

/// Of the records that a condition may speak about, whether what holds of one policy does so for each record of the
/// list, and what the record adds to the sum.
fn added(
    policy: &Policy,
    probe: &mut Probe<'_, '_>,
    side: Side,
    records: &Records,
    as_of: Date,
) -> Vec<(bool, Option<Number>)> {
    let sum = records.sums[if side == Side::Before { 0 } else { 1 }];
    let ExprKind::Aggregate { list, record, summed, condition, .. } = policy.exprs[sum].kind else {
        return Vec::new();
    };
    let mut each = Vec::new();
    probe.each_record(list, record, |probe| {
        let mut own = records.which.iter().flatten().filter(|clause| clause.side == side);
        let is_one = own.all(|clause| holds(probe, clause, as_of));
        let counts = condition.is_none_or(|condition| probe.value(condition) == Some(Value::Boolean(true)));
        let part = match summed.filter(|_| counts).map(|summed| probe.value(summed)) {
            Some(Some(Value::Number(part))) => Some(part),
            Some(_) => None,
            None => Some(if counts { Number::ONE } else { Number::ZERO }),
        };
        each.push((is_one, part));
    });
    each
}

/// Whether there is such a record; nothing is said where one adds no number.
fn some(records: &Records, was: &[(bool, Option<Number>)], is: &[(bool, Option<Number>)]) -> Option<bool> {
    let known = was.iter().chain(is).all(|(_, part)| part.is_some());
    let some = was.iter().zip(is).any(|((one, was), (other, is))| match records.which {
        Some(_) => *one && *other,
        None => matches!((was, is), (Some(was), Some(is)) if if records.more { is > was } else { is < was }),
    });
    known.then_some(some)
}

fn try_case(case: &Case, compiled: &Compiled, tally: &mut Tally) -> Vec<String> {
    let (pack, policy) = (compiled.pack(), &compiled.policy);
    if !case.is_countable() {
        *tally.entry("passed over").or_default() += 1;
        return Vec::new();
    }
    let empty = Deal::new();
    let (base, unknown) = unknowns(&pack, &empty, true);
    let texts = texts(&pack, &empty);
    let domains: Vec<Vec<Val>> = unknown.iter().map(|unknown| pack.domain(unknown.ty, &texts)).collect();
    let count = domains.iter().try_fold(1usize, |all, domain| all.checked_mul(domain.len()));
    if count.is_none_or(|count| count > MOST_DEALS) {
        *tally.entry("passed over").or_default() += 1;
        return Vec::new();
    }
    let deals = completions(&base, &unknown, &domains);
    let mut problems = Vec::new();
    for other in edited(&case.declarations()) {
        if case.as_of < dates(policy).low.min(dates(&other.policy).low) {
            *tally.entry("before its dates").or_default() += 1;
            continue;
        }
        let found = difference(policy, &other.policy, case.as_of, &|| false);
        if found.stopped {
            problems.push("stopped".to_owned());
        } else if !found.unsettled.is_empty() {
            *tally.entry("unsettled").or_default() += 1;
        } else {
            *tally.entry("compared").or_default() += 1;
            let wrong = held_to_all(case, [compiled, &other], &deals, &found, tally);
            if !wrong.is_empty() {
                problems
                    .push(format!("edited to\n{}", other.sources.iter().map(|(_, f)| f.text()).collect::<String>()));
                problems.extend(wrong);
            }
        }
    }
    problems
}

/// Every deal is in one region of each decision that it changes, and in none of others.
fn held_to_all(
    case: &Case,
    both: [&Compiled; 2],
    deals: &[Deal],
    found: &Difference,
    tally: &mut Tally,
) -> Vec<String> {
    let [before, after] = both;
    let (was, is) = (before.pack(), after.pack());
    let mut problems = Vec::new();
    if !found.changes.is_empty() {
        *tally.entry("changed").or_default() += 1;
    }
    for deal in deals {
        let (one, other) = (World::new(&was, deal, case.as_of), World::new(&is, deal, case.as_of));
        let sides = [(Side::Before, before), (Side::After, after)].map(|(side, compiled)| {
            let deal = to_engine(&compiled.policy.schema, deal);
            probe(&compiled.policy, &deal, case.as_of, None, |probe| {
                let regions = found.changes.iter().flat_map(|change| {
                    let id = if side == Side::Before { change.before } else { change.after };
                    change.regions.iter().map(move |region| (id, region))
                });
                let own = regions.map(|(id, region)| inside(&compiled.policy, probe, side, id, region, case.as_of));
                let own = own.collect::<Vec<_>>();
                let parts = found.records.iter().map(|r| added(&compiled.policy, probe, side, r, case.as_of));
                (own, parts.collect::<Vec<_>>())
            })
        });
        let [(sides_before, was), (sides_after, is)] = sides;
        let sides = [sides_before, sides_after];
        let some: Vec<Option<bool>> =
            found.records.iter().enumerate().map(|(at, r)| some(r, &was[at], &is[at])).collect();
        let follows = |region: &Region, at: usize| {
            region.when.iter().flatten().all(|clause| match (clause.subject, &clause.range) {
                (Subject::Records(place), Range::Holds(holds)) => some[place as usize] == Some(*holds),
                (Subject::Otherwise(expr), Range::Holds(holds)) => {
                    let ExprKind::Decision(now) = after.policy.exprs[expr].kind else { return false };
                    let used = &after.policy.decisions[now];
                    let Some((old, _)) = found.pairs.iter().find(|(_, after)| *after == now) else { return false };
                    let (old, new) = (one.take(&before.policy.decisions[*old].name), other.take(&used.name));
                    let at = if used.scope.is_some() { at } else { 0 };
                    (seen(&old[at]) != seen(&new[at])) == *holds
                }
                _ => true,
            })
        };
        for &(id, now) in &found.pairs {
            let name = before.policy.decisions[id].name.as_str();
            let (old, new) = (one.take(name), other.take(&after.policy.decisions[now].name));
            let change = found.changes.iter().find(|change| (change.before, change.after) == (id, now));
            let regions = change.map_or(&[][..], |change| &change.regions[..]);
            // Where its regions stand among those of all changes.
            let from: usize = found.changes.iter().take_while(|c| c.after != now).map(|c| c.regions.len()).sum();
            for (at, (old, new)) in old.iter().zip(&new).enumerate() {
                let changed = seen(old) != seen(new);
                let within: Vec<usize> = (0..regions.len())
                    .filter(|region| sides[0][from + region][at] && sides[1][from + region][at])
                    .filter(|&region| regions[region].when.is_some() && follows(&regions[region], at))
                    .collect();
                let rest = regions.iter().any(|region| region.when.is_none());
                let fits = match (changed, within.len()) {
                    (true, 1) | (false, 0) => true,
                    (true, 0) => rest,
                    _ => false,
                };
                *tally.entry(if changed { "otherwise" } else { "alike" }).or_default() += 1;
                let speaks = |region: &usize| {
                    let clauses = regions[*region].when.iter().flatten();
                    clauses
                        .map(|clause| clause.subject)
                        .any(|s| matches!(s, Subject::Records(_) | Subject::Otherwise(_)))
                };
                if within.iter().any(speaks) {
                    *tally.entry("following").or_default() += 1;
                }
                if changed && within.is_empty() {
                    *tally.entry("untold").or_default() += 1;
                }
                if !fits {
                    let told = regions
                        .iter()
                        .map(|r| format!("{:?} -> {:?} when {:?}", r.before.state, r.after.state, r.when));
                    problems.push(format!(
                        "{name}[{at}] in {deal:?} on {}: {} -> {}, in the regions {within:?} of\n{}",
                        case.as_of,
                        seen(old),
                        seen(new),
                        told.collect::<Vec<_>>().join("\n")
                    ));
                    return problems;
                }
            }
        }
    }
    problems
}

#[test]
fn regions_hold_exactly_the_deals_that_are_decided_otherwise() {
    let mut tally = Tally::new();
    let cases = Cases { completions: Some(40) };
    try_these(1_000, &cases, |case, compiled| try_case(case, compiled, &mut tally));
    println!("{tally:#?}");
    let count = |what| tally.get(what).copied().unwrap_or(0);
    assert!(count("changed") >= 300 && count("otherwise") >= 1_000 && count("alike") >= 1_000);
    assert!(count("following") >= 20, "too few changes are told as what follows from others");
    assert!(count("untold") * 20 <= count("otherwise"), "too many changes are not described");
    assert!(count("unsettled") * 5 <= count("compared"), "too much is not settled");
}
