//! Effective conditions of rules against deciding every deal: a rule stands exactly where its condition says.

use std::collections::BTreeMap;

use dealdesk::analysis::{Effective, Matters, Part, Target, Whether, effective};
use dealdesk::engine::{Probe, RuleState, probe};
use dealdesk::facts::{DateRange, Value};
use dealdesk::policy::{ExprId, ExprKind, Hit, Policy, RuleId};

use crate::bridge::{Compiled, to_engine};
use crate::differential::try_these;
use crate::generate::{Case, Cases};
use crate::reference::Val;
use crate::reference::completions::{completions, texts, unknowns};
use crate::reference::deal::Deal;

/// Policies with more deals are passed over.
const MOST_DEALS: usize = 800;
/// How many rules of one policy are asked about.
const MOST_RULES: usize = 4;

type Tally = BTreeMap<&'static str, usize>;

/// What was seen of a rule in all deals.
#[derive(Default)]
struct Seen {
    stands: bool,
    meets: bool,
    yields: bool,
    skipped: bool,
}

fn hold<'p>(probe: &mut Probe<'_, '_>, parts: impl IntoIterator<Item = &'p Part>) -> bool {
    parts.into_iter().all(|part| probe.value(part.expr) == Some(Value::Boolean(true)))
}

/// What is told of a condition: all of it but what the rest implies.
fn told(parts: &[Part]) -> impl Iterator<Item = &Part> {
    parts.iter().filter(|part| !part.implied)
}

/// Holds the condition to what becomes of the rules in one deal or record.
fn look(
    probe: &mut Probe<'_, '_>,
    policy: &Policy,
    (case, target): (&Case, Target),
    found: &Effective,
    seen: &mut Seen,
) -> Option<String> {
    let rules = &policy.decisions[target.decision()].rules;
    let states = probe.rule_states(rules);
    let unclear = |state: &RuleState| matches!(state, RuleState::Fault | RuleState::Unknown);
    if states.is_empty() || states.iter().any(unclear) {
        seen.skipped = true;
        return None;
    }
    let in_force = |place: u32| rules.rules[place as usize].window.contains(case.as_of);
    let stands = match target {
        Target::Rule(rule) => states[rule.index as usize] == RuleState::Stands,
        Target::Default(_) => !states.contains(&RuleState::Stands),
    };
    let own = match target {
        Target::Rule(rule) => in_force(rule.index),
        Target::Default(_) => true,
    };
    let whole = own && hold(probe, &found.when);
    let own = own && hold(probe, told(&found.when));
    let mut over = false;
    for other in found.unless.iter().filter(|other| in_force(other.rule)) {
        match other.matters {
            Matters::Yes => over |= hold(probe, told(&other.when)),
            // It is said of both conditions as they are written.
            Matters::NeverTogether if whole && hold(probe, &other.when) => {
                return Some("they apply together".to_owned());
            }
            _ => {}
        }
    }
    seen.stands |= stands;
    seen.meets |= own;
    seen.yields |= own && !stands;
    let says = own && !over;
    // Where it never stands, conditions are told as they are.
    let is_told = matches!(found.whether, Whether::Sometimes);
    (is_told && says != stands).then(|| format!("stands {stands}, told {says}"))
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
    *tally.entry("policies").or_default() += 1;
    let deals: Vec<_> =
        completions(&base, &unknown, &domains).iter().map(|deal| to_engine(&policy.schema, deal)).collect();
    let mut targets: Vec<Target> = Vec::new();
    for (id, decision) in policy.decisions.iter() {
        // The more goes before a rule, the more there is to be wrong about it.
        let rules = (0..decision.rules.rules.len() as u32).rev();
        targets.extend(rules.map(|index| Target::Rule(RuleId { decision: id, index })));
        targets.extend(decision.rules.default.iter().map(|_| Target::Default(id)));
    }
    let step = (targets.len() / MOST_RULES).max(1);
    let mut problems = Vec::new();
    for target in targets.into_iter().step_by(step) {
        let dates = DateRange { low: case.as_of, high: case.as_of };
        let found = effective(policy, target, dates, case.as_of, &|| false);
        problems.extend(try_rule(case, policy, &deals, target, &found, tally));
    }
    problems
}

fn try_rule(
    case: &Case,
    policy: &Policy,
    deals: &[dealdesk::facts::Deal],
    target: Target,
    found: &Effective,
    tally: &mut Tally,
) -> Vec<String> {
    let decision = &policy.decisions[target.decision()];
    let called = match target {
        Target::Rule(rule) => format!("{}.{}", decision.name, decision.rules.rules[rule.index as usize].name),
        Target::Default(_) => format!("{}.default", decision.name),
    };
    if !found.exact {
        *tally.entry("not exact").or_default() += 1;
        return Vec::new();
    }
    let (mut seen, mut problems) = (Seen::default(), Vec::new());
    for deal in deals {
        probe(policy, deal, case.as_of, Some(&[target.decision()]), |probe| {
            let mut ask = |probe: &mut Probe<'_, '_>| {
                problems.extend(look(probe, policy, (case, target), found, &mut seen));
            };
            match decision.scope {
                None => ask(probe),
                Some(record) => {
                    for list in probe.lists_of(record) {
                        probe.each_record(list, record, &mut ask);
                    }
                }
            }
        });
    }
    let stands = found.whether == Whether::Sometimes;
    if stands != seen.stands && (seen.stands || !seen.skipped) {
        problems.push(format!("stands in some deal: {}, told {stands}", seen.stands));
    }
    if found.whether == Whether::NeverApplies && seen.meets {
        problems.push("it applies, and is said never to".to_owned());
    }
    // An outcome that has no value is in no deal what a decision comes to.
    let is_rule = matches!(target, Target::Rule(_));
    let is_literal = |expr: ExprId| matches!(policy.exprs[expr].kind, ExprKind::Literal(_));
    let has_value = decision.rules.rules.iter().all(|rule| is_literal(rule.outcome))
        && decision.rules.default.iter().all(|default| is_literal(default.outcome));
    if has_value && !seen.skipped && seen.stands && found.stands.is_none() {
        problems.push("no deal is shown in which it stands".to_owned());
    }
    let yields = is_rule && decision.rules.hit != Hit::Collect && seen.yields;
    if !seen.skipped && yields && found.yields.is_none() {
        problems.push("no deal is shown in which it yields".to_owned());
    }
    let left_out = found.when.iter().chain(found.unless.iter().flat_map(|other| &other.when)).any(|part| part.implied);
    for (kind, is) in [
        ("stands", stands),
        ("never stands", !stands),
        ("yields", found.yields.is_some()),
        ("left out", left_out),
        ("never together", found.unless.iter().any(|other| other.matters == Matters::NeverTogether)),
        ("implied", found.unless.iter().any(|other| other.matters == Matters::Implied)),
        ("overridden", found.unless.iter().any(|other| other.matters == Matters::Yes)),
    ] {
        *tally.entry(kind).or_default() += usize::from(is);
    }
    problems.truncate(3);
    problems.into_iter().map(|problem| format!("{called}: {problem}")).collect()
}

#[test]
fn a_rule_stands_exactly_where_its_effective_condition_says() {
    let mut tally = Tally::new();
    let cases = Cases { completions: Some(40) };
    try_these(400, &cases, |case, compiled| try_case(case, compiled, &mut tally));
    println!("{tally:#?}");
    for kind in ["stands", "never stands", "yields", "left out", "never together", "overridden"] {
        assert!(tally.get(kind).copied().unwrap_or(0) >= 30, "few: {kind}");
    }
    assert!(tally.get("implied").copied().unwrap_or(0) >= 5, "few: implied");
}
