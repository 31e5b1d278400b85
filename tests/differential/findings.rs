//! What is proved of all deals against deciding them all.

use std::collections::{BTreeMap, BTreeSet};

use dealdesk::analysis::{FindingKind, Findings, findings};
use dealdesk::engine;
use dealdesk::facts::DateRange;
use dealdesk::policy::{DecisionId, Node, Policy};

use crate::bridge::{Compiled, compile};
use crate::conditions::Told;
use crate::differential::try_these;
use crate::generate::{Case, Cases};
use crate::properties::{Property, properties};
use crate::reference::Val;
use crate::reference::completions::{completions, texts, unknowns};
use crate::reference::deal::Deal;
use crate::reference::evaluate::{Outcome, World};

/// Policies with more deals are passed over.
const MOST_DEALS: usize = 3_000;
/// How many properties a policy gets.
const PROPERTIES: usize = 3;

type Tally = BTreeMap<&'static str, usize>;

/// Every deal, and how each decision ends in it, for each record where it is about records.
struct All<'a> {
    deals: Vec<Deal>,
    outcomes: Vec<BTreeMap<&'a str, Vec<Outcome>>>,
}

impl All<'_> {
    fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Outcome> {
        self.outcomes.iter().flat_map(move |outcomes| &outcomes[name])
    }
}

fn standing(outcome: &Outcome) -> &[String] {
    match outcome {
        Outcome::Value { by, .. } | Outcome::Conflict(by) => by,
        Outcome::Gap | Outcome::Error(_) => &[],
    }
}

/// What can be seen of an ending without asking why there is none.
fn seen(outcome: &Outcome) -> Outcome {
    match outcome {
        Outcome::Error(_) => Outcome::Error(String::new()),
        other => other.clone(),
    }
}

fn needed(policy: &Policy, id: DecisionId) -> Vec<&str> {
    let nodes = engine::needed(policy, id).into_iter();
    let decisions = nodes.filter_map(|node| match node {
        Node::Decision(other) if other != id => Some(policy.decisions[other].name.as_str()),
        _ => None,
    });
    decisions.collect()
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
    let outcomes = deals.iter().map(|deal| {
        let world = World::new(&pack, deal, case.as_of);
        pack.decisions.keys().map(|&name| (name, world.take(name))).collect()
    });
    let all = All { outcomes: outcomes.collect(), deals };
    // The same policy with properties.
    let text = case.declarations().concat();
    let promised = properties(policy, &text, PROPERTIES);
    let text = text + &promised.iter().map(Property::text).collect::<String>();
    let compiled = match compile([text.as_str()]) {
        Ok(compiled) => compiled,
        Err(problems) => return vec![format!("does not compile with properties: {problems}")],
    };
    let policy = &compiled.policy;
    let dates = DateRange { low: case.as_of, high: case.as_of };
    let found = findings(policy, dates, case.as_of, &|| false);
    if found.stopped {
        return vec!["stopped".to_owned()];
    }
    if !found.unsettled.is_empty() {
        *tally.entry("unsettled").or_default() += 1;
        return Vec::new();
    }
    *tally.entry("compared").or_default() += 1;
    let mut problems = rules(policy, &all, &found, tally);
    problems.extend(promises(policy, &all, &promised, &found, tally));
    problems.extend(endings(policy, &all, &found, tally));
    problems.extend(influence(policy, &all, &found, tally));
    let told = Told { compiled: &compiled, text: &text, found: &found, deals: &all.deals, as_of: case.as_of };
    problems.extend(told.problems(tally));
    problems
}

/// Rules that never stand.
fn rules(policy: &Policy, all: &All<'_>, found: &Findings, tally: &mut Tally) -> Vec<String> {
    let mut problems = Vec::new();
    for (id, decision) in policy.decisions.iter() {
        let stand: BTreeSet<&String> = all.of(&decision.name).flat_map(standing).collect();
        let errors = all.of(&decision.name).any(|outcome| matches!(outcome, Outcome::Error(_) | Outcome::Gap));
        for (rule, index) in decision.rules.rules.iter().zip(0..) {
            let told = found.findings.iter().any(|finding| match &finding.kind {
                FindingKind::NeverApplies(rule) | FindingKind::NeverStands(rule, _) => {
                    rule.decision == id && rule.index == index
                }
                _ => false,
            });
            let stands = stand.contains(&rule.name);
            *tally.entry(if told { "never stand" } else { "stand" }).or_default() += 1;
            // Where its outcome has no value, a rule that stands is not named.
            if told == stands && (told || !errors) {
                problems.push(format!("{}.{}: stands {stands}, told {told}", decision.name, rule.name));
            }
        }
    }
    problems
}

/// Properties: proved, or broken.
fn promises(policy: &Policy, all: &All<'_>, promised: &[Property], found: &Findings, tally: &mut Tally) -> Vec<String> {
    let mut problems = Vec::new();
    for (id, property) in policy.properties.iter() {
        let Some(promise) = promised.iter().find(|promise| promise.name == property.name) else {
            problems.push(format!("{} is not one that was asked for", property.name));
            continue;
        };
        // Dates that the calendar does not have are passed over, and what comes of them.
        let beyond = |outcomes: &BTreeMap<&str, Vec<Outcome>>| {
            let is = |outcome: &Outcome| matches!(outcome, Outcome::Error(why) if why.contains("date is out"));
            outcomes.values().flatten().any(is)
        };
        let broken = all.outcomes.iter().any(|outcomes| !beyond(outcomes) && promise.is_broken(outcomes));
        let unsure = all.outcomes.iter().any(|outcomes| beyond(outcomes) && promise.is_broken(outcomes));
        let told = found
            .findings
            .iter()
            .any(|f| matches!(f.kind, FindingKind::Broken(of) | FindingKind::Valueless(of) if of == id));
        let proved = found.proved.contains(&id);
        *tally.entry(if told { "broken" } else { "proved" }).or_default() += 1;
        if told == proved || (told != broken && (broken || !unsure)) {
            problems.push(format!("{}: broken {broken}, told {told}, proved {proved}", promise.text().trim()));
        }
    }
    problems
}

/// Conflicts, gaps and errors.
fn endings(policy: &Policy, all: &All<'_>, found: &Findings, tally: &mut Tally) -> Vec<String> {
    let mut problems = Vec::new();
    for (id, decision) in policy.decisions.iter() {
        let name = decision.name.as_str();
        let told = |wanted: fn(&FindingKind) -> Option<DecisionId>| {
            found.findings.iter().filter_map(|finding| wanted(&finding.kind)).any(|of| of == id)
        };
        let others = needed(policy, id);
        let conflict = all.of(name).any(|outcome| matches!(outcome, Outcome::Conflict(_)));
        let told_conflict = told(|kind| if let FindingKind::Conflict(of, _) = kind { Some(*of) } else { None });
        let gap = all.of(name).any(|outcome| *outcome == Outcome::Gap);
        let told_gap = told(|kind| if let FindingKind::Gap(of) = kind { Some(*of) } else { None });
        let gaps_elsewhere = others.iter().any(|other| all.of(other).any(|outcome| *outcome == Outcome::Gap));
        // An error of its own, which is no date that the calendar does not have.
        let passed_over = |why: &str| why.starts_with("needs ") || why.contains("date is out");
        let error = all.of(name).any(|outcome| matches!(outcome, Outcome::Error(why) if !passed_over(why)));
        let told_error = told(|kind| if let FindingKind::Error(of, _) = kind { Some(*of) } else { None });
        for (what, happens, told, sure) in [
            ("conflict", conflict, told_conflict, true),
            ("gap", gap, told_gap, !gaps_elsewhere),
            ("error", error, told_error, true),
        ] {
            if told {
                *tally.entry(what).or_default() += 1;
            }
            if happens != told && (told && !happens || sure) {
                problems.push(format!("{name}: {what} {happens}, told {told}"));
            }
        }
    }
    problems
}

/// Facts that influence nothing.
fn influence(policy: &Policy, all: &All<'_>, found: &Findings, tally: &mut Tally) -> Vec<String> {
    let mut problems = Vec::new();
    for (id, fact) in policy.schema.facts.iter().filter(|(_, fact)| fact.field_of.is_none()) {
        if matches!(fact.ty.kind, dealdesk::facts::TypeKind::List { .. }) {
            continue;
        }
        let told = found.findings.iter().any(|f| matches!(f.kind, FindingKind::NoInfluence(of) if of == id));
        let mut groups: BTreeMap<Deal, BTreeSet<String>> = BTreeMap::new();
        for (deal, outcomes) in all.deals.iter().zip(&all.outcomes) {
            let mut rest = deal.clone();
            rest.remove(&fact.name);
            let ends: Vec<(&&str, Vec<Outcome>)> =
                outcomes.iter().map(|(name, outcomes)| (name, outcomes.iter().map(seen).collect())).collect();
            groups.entry(rest).or_default().insert(format!("{ends:?}"));
        }
        let influences = groups.values().any(|endings| endings.len() > 1);
        let is_read =
            policy.exprs.iter().any(|(_, e)| matches!(e.kind, dealdesk::policy::ExprKind::Fact(f) if f == id));
        *tally.entry(if told { "no influence" } else { "influence" }).or_default() += 1;
        if (told && influences) || (!told && !influences && is_read) {
            problems.push(format!("{}: influences {influences}, told {told}", fact.name));
        }
    }
    problems
}

#[test]
fn what_is_found_is_what_deciding_every_deal_finds() {
    let mut tally = Tally::new();
    let cases = Cases { completions: Some(40) };
    try_these(2_000, &cases, |case, compiled| try_case(case, compiled, &mut tally));
    println!("{tally:#?}");
    let unsettled = tally.get("unsettled").copied().unwrap_or(0);
    assert!(unsettled <= 100, "{unsettled} policies are not settled, and so not compared");
    let compared = tally.get("compared").copied().unwrap_or(0);
    assert!(compared >= 1_000, "{compared} policies were compared");
    let kinds = ["never stand", "stand", "conflict", "gap", "error", "no influence", "influence", "proved", "broken"];
    for kind in kinds.into_iter().chain(["always", "not always", "replaced"]) {
        assert!(tally.get(kind).copied().unwrap_or(0) >= 30, "few: {kind}");
    }
}
