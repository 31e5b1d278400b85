//! Regions and names in words.

use super::clauses::Clauses;
use super::{DiffOutcome, DiffRegion, DiffWitness, NameChange};
use crate::analysis::diff::{Cause, Change, Difference, End, FactChange, FactChangeKind, Region, RuleChangeKind, Side};
use crate::analysis::{Unsettled, Why};
use crate::diagnostic::Completeness;
use crate::engine::State;
use crate::facts::{FactId, TypeKind, encode};
use crate::policy::{Constant, Decision, DecisionId, Policy, Shape};
use crate::trace::data::Status;
use crate::trace::words;

/// The two policies.
pub(super) struct Words<'p> {
    /// The old one, by its own names.
    pub(super) original: &'p Policy,
    /// The old one, with its facts called as in the new one.
    pub(super) before: &'p Policy,
    pub(super) after: &'p Policy,
}

/// How far an answer goes.
pub(super) fn completeness(difference: &Difference) -> Completeness {
    let bounded = |why: &Why| matches!(why, Why::LongerLists(_));
    let unsettled: Vec<&Why> = difference.unsettled.iter().map(|(_, unsettled)| &unsettled.why).collect();
    match &unsettled[..] {
        [] if !difference.stopped => Completeness::Exact,
        all if !difference.stopped && all.iter().all(|why| bounded(why)) => Completeness::Bounded,
        _ => Completeness::NotAnalysed,
    }
}

impl<'p> Words<'p> {
    fn policy(&self, side: Side) -> &'p Policy {
        match side {
            Side::Before => self.before,
            Side::After => self.after,
        }
    }

    pub(super) fn regions(&self, difference: &Difference) -> Vec<DiffRegion> {
        let words = Clauses { before: self.before, after: self.after, records: &difference.records };
        let of = |change: &Change| -> Vec<DiffRegion> {
            let follows: Vec<String> = change.causes.iter().map(|cause| self.cause(cause)).collect();
            let regions = change.regions.iter();
            regions.map(|region| self.region(change, region, &words, follows.clone())).collect()
        };
        difference.changes.iter().flat_map(of).collect()
    }

    fn region(&self, change: &Change, region: &Region, words: &Clauses<'_>, follows_from: Vec<String>) -> DiffRegion {
        let (before, after) = (change.before, change.after);
        let decision = &self.after.decisions[after];
        let rules = |side: Side, id: DecisionId, end: &End| {
            let rules = &self.policy(side).decisions[id].rules.rules;
            end.rules.iter().filter_map(|&rule| Some(rules.get(rule as usize)?.name.clone())).collect()
        };
        DiffRegion {
            decision: decision.name.clone(),
            label: decision.label.clone(),
            edited: change.edited,
            follows_from,
            before: self.outcome(Side::Before, before, &region.before, region),
            after: self.outcome(Side::After, after, &region.after, region),
            rules_before: rules(Side::Before, before, &region.before),
            rules_after: rules(Side::After, after, &region.after),
            when: region.when.as_ref().map(|clauses| clauses.iter().map(|clause| words.clause(clause)).collect()),
            witness: DiffWitness::new(self.after, self.original, &region.witness),
        }
    }

    /// What a change comes of.
    fn cause(&self, cause: &Cause) -> String {
        match cause {
            Cause::Constant(id) => {
                let constant = &self.after.constants[*id];
                let only = |policy: &Policy, constant: &Constant| match &constant.values[..] {
                    [(None, value)] => Some(policy.text_of_value(value, &constant.ty)),
                    _ => None,
                };
                let was = self.before.constants.iter().find(|(_, was)| was.name == constant.name);
                let was = was.and_then(|(_, was)| only(self.before, was));
                match (was, only(self.after, constant)) {
                    (Some(was), Some(is)) => format!("{} ({is}, before {was})", constant.name),
                    _ => constant.name.clone(),
                }
            }
            Cause::Definition(id) => self.after.definitions[*id].name.clone(),
            Cause::Table(id) => self.after.lookups[*id].name.clone(),
            Cause::Decision(id) => self.after.decisions[*id].name.clone(),
        }
    }

    fn outcome(&self, side: Side, id: DecisionId, end: &End, region: &Region) -> DiffOutcome {
        let policy = self.policy(side);
        let decision = &policy.decisions[id];
        let (status, value, text) = match &end.state {
            State::Decided(value) => (Status::Decided, Some(value), policy.text_of_value(value, &decision.ty)),
            State::Default(value) => (Status::Default, Some(value), policy.text_of_value(value, &decision.ty)),
            State::Undecided(_) => (Status::Undecided, None, "undecided: no rule speaks".to_owned()),
            State::Conflict(between) => (Status::Conflict, None, format!("conflict of {}", named(decision, between))),
            State::Error(fault) => {
                let why = words::fault(policy, fault, region.witness.as_of);
                (Status::Error, None, format!("error: {why}"))
            }
        };
        let value = value.map(|value| encode::json(&policy.schema, &decision.ty, value));
        let varies = !end.fixed && matches!(end.state, State::Decided(_) | State::Default(_));
        let by = if varies { self.expression(policy, decision, end) } else { None };
        DiffOutcome { status, value, text, varies, by, together: end.together }
    }

    /// The expression that the outcome is, where it is one.
    fn expression(&self, policy: &Policy, decision: &Decision, end: &End) -> Option<String> {
        let expr = match (&decision.shape, &end.rules[..], &end.state) {
            (Shape::Computed(expr), ..) => *expr,
            (_, [], State::Default(_)) => decision.rules.default.as_ref()?.outcome,
            (_, [rule], _) => decision.rules.rules.get(*rule as usize)?.outcome,
            _ => return None,
        };
        let text = policy.text_of(expr);
        (text.chars().count() <= 80).then_some(text)
    }

    /// What is new, gone, or called otherwise.
    pub(super) fn changes(&self, difference: &Difference, facts: &[FactChange]) -> Vec<NameChange> {
        let mut changes: Vec<NameChange> = facts.iter().filter_map(|change| self.fact(change)).collect();
        let since = |policy: &Policy| policy.since.map(|date| date.to_string());
        if since(self.before) != since(self.after) {
            let (before, after) = (since(self.before), since(self.after));
            changes.push(NameChange { what: "policy", change: "since", name: "since".to_owned(), before, after });
        }
        let decision = |change, name: &str, before: Option<String>| NameChange {
            what: "decision",
            change,
            name: name.to_owned(),
            before,
            after: None,
        };
        for (id, own) in self.after.decisions.iter() {
            match difference.pairs.iter().find(|(_, after)| *after == id) {
                None => changes.push(decision("added", &own.name, None)),
                Some(&(was, _)) if self.before.decisions[was].name != own.name => {
                    changes.push(decision("renamed", &own.name, Some(self.before.decisions[was].name.clone())));
                }
                Some(_) => {}
            }
            let pair = difference.pairs.iter().find(|(_, after)| *after == id);
            let was = pair.map(|(before, _)| words::takes(&self.before.schema, &self.before.decisions[*before].ty));
            let is = words::takes(&self.after.schema, &own.ty);
            if let Some(was) = was
                && was != is
            {
                changes.push(NameChange {
                    what: "decision",
                    change: "retyped",
                    name: own.name.clone(),
                    before: Some(was),
                    after: Some(is),
                });
            }
        }
        for (id, own) in self.before.decisions.iter() {
            if !difference.pairs.iter().any(|(before, _)| *before == id) {
                changes.push(decision("removed", &own.name, None));
            }
        }
        for change in &difference.rules {
            let name = |policy: &Policy, id: DecisionId, rule: u32| {
                let decision = &policy.decisions[id];
                let rule = decision.rules.rules.get(rule as usize).map_or("", |rule| rule.name.as_str());
                format!("{}.{rule}", decision.name)
            };
            let (kind, name, before) = match change.kind {
                RuleChangeKind::Added(rule) => ("added", name(self.after, change.after, rule), None),
                RuleChangeKind::Removed(rule) => ("removed", name(self.before, change.before, rule), None),
                RuleChangeKind::Renamed(was, rule) => {
                    ("renamed", name(self.after, change.after, rule), Some(name(self.before, change.before, was)))
                }
            };
            changes.push(NameChange { what: "rule", change: kind, name, before, after: None });
        }
        changes
    }

    fn fact(&self, change: &FactChange) -> Option<NameChange> {
        let name = |policy: &Policy, id: Option<FactId>| id.map(|id| policy.schema.qualified_name(id));
        let (was, is) = (name(self.original, change.before), name(self.after, change.after));
        let takes = |policy: &Policy, id: Option<FactId>| {
            let ty = &policy.schema.facts[id?].ty;
            Some(match &ty.kind {
                TypeKind::List { up_to, .. } => format!("a list of up to {up_to}"),
                _ => words::takes(&policy.schema, ty),
            })
        };
        let presumed = |policy: &Policy, id: Option<FactId>| {
            let fact = &policy.schema.facts[id?];
            let value = fact.presumed.as_ref().map(|value| policy.text_of_value(value, &fact.ty));
            Some(value.unwrap_or_else(|| "nothing".to_owned()))
        };
        let (kind, before, after) = match change.kind {
            FactChangeKind::Added => ("added", None, takes(self.after, change.after)),
            FactChangeKind::Removed => ("removed", takes(self.original, change.before), None),
            FactChangeKind::Renamed => ("renamed", was.clone(), None),
            FactChangeKind::Retyped => {
                let (mut old, mut new) = (takes(self.original, change.before), takes(self.after, change.after));
                if old == new {
                    let exactly = |policy: &Policy, id: Option<FactId>, takes: Option<String>| {
                        let decimals = policy.schema.decimals(&policy.schema.facts[id?].ty)?;
                        Some(format!("{} with {}", takes?, words::count(decimals as usize, "decimal", "decimals")))
                    };
                    (old, new) = (exactly(self.original, change.before, old), exactly(self.after, change.after, new));
                }
                ("retyped", old, new)
            }
            FactChangeKind::Presumed => {
                ("presumed", presumed(self.original, change.before), presumed(self.after, change.after))
            }
        };
        Some(NameChange { what: "fact", change: kind, name: is.or(was)?, before, after })
    }

    /// The decisions that were left when it was stopped.
    pub(super) fn open(&self, difference: &Difference) -> Option<String> {
        let names: Vec<String> =
            difference.open.iter().map(|id| format!("`{}`", self.after.decisions[*id].name)).collect();
        (!names.is_empty())
            .then(|| format!("the time was over before all was known of {}", words::listed(&names, "and")))
    }

    /// What was not settled.
    pub(super) fn unsettled(&self, side: Side, unsettled: &Unsettled) -> String {
        let policy = self.policy(side);
        let text = policy.text_of(unsettled.expr);
        let which = match side {
            Side::Before => "the old policy",
            Side::After => "the new policy",
        };
        match unsettled.why {
            Why::LongerLists(most) => {
                format!("lists of more than {most} records are not compared, because of `{text}` in {which}")
            }
            Why::LargeNumbers => {
                format!("where numbers may be too large nothing is said, because of `{text}` in {which}")
            }
            Why::TooLarge => format!("{which} is too large: nothing is said of what follows from `{text}`"),
            Why::NotConfirmed => {
                format!("nothing is said of `{text}` in {which}: a deal that was found for it comes out in another way")
            }
        }
    }
}

/// Rules by their names.
fn named(decision: &Decision, rules: &[u32]) -> String {
    let names = rules.iter().filter_map(|&rule| decision.rules.rules.get(rule as usize));
    let names: Vec<String> = names.map(|rule| format!("`{}`", rule.name)).collect();
    words::listed(&names, "and")
}
