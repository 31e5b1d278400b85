//! Which decisions of a policy an edit can reach, and through what.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::mem::discriminant;

use super::{Decision, ExprId, ExprKind, Notes, Policy, RuleSet, Shape};
use crate::base::{FileId, Span};

/// What an edit reached, by the names of `after`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// Decisions that may come out otherwise for the same deal on the same date: those that were edited, and those that
    /// rest on what was. What is not among them has the same answer; the reverse is not promised: an edit need not change
    /// anything.
    pub affected: BTreeSet<String>,
    /// Of those, the ones whose own declaration says something else than before.
    pub edited: BTreeSet<String>,
    /// What each of them rests on that was edited or rests on what was: the nearest only, and definitions seen through
    /// unless they were edited themselves.
    pub through: BTreeMap<String, Vec<Through>>,
}

/// Something that was edited, or rests on what was, and that a decision uses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Through {
    /// A constant with another value.
    Constant(String),
    /// A definition with another body.
    Definition(String),
    /// A table with other rows, or one that rests on what was edited.
    Table(String),
    /// A decision that was edited, or that rests on what was.
    Decision(String),
}

/// The names of the decisions of `after` that may come out otherwise than in `before`, as [`Edits::affected`] says. `None`
/// where any of them may, because what a deal can say is another.
pub fn affected(before: &Policy, after: &Policy) -> Option<BTreeSet<String>> {
    edits(before, after).map(|edits| edits.affected)
}

/// What an edit reached. `None` where that may be anything, because what a deal can say is another.
pub fn edits(before: &Policy, after: &Policy) -> Option<Edits> {
    if ground(before) != ground(after) {
        return None;
    }
    let (was, is) = (parts(before), parts(after));
    let differs = |key: &&Key| was.get(key).map(|p| &p.text) != is.get(key).map(|p| &p.text);
    let edited: BTreeSet<&Key> = was.keys().chain(is.keys()).filter(differs).collect();
    let mut users: BTreeMap<&Key, Vec<&Key>> = BTreeMap::new();
    for (user, part) in was.iter().chain(&is) {
        part.uses.iter().for_each(|used| users.entry(used).or_default().push(user));
    }
    let mut reached = edited.clone();
    let mut queue: Vec<&Key> = reached.iter().copied().collect();
    while let Some(key) = queue.pop() {
        let next = users.get(key).into_iter().flatten().copied().filter(|user| reached.insert(user));
        queue.extend(next.collect::<Vec<_>>());
    }
    let mut found = Edits::default();
    for (_, decision) in after.decisions.iter() {
        let key = Key::Decision(decision.name.clone());
        if !reached.contains(&key) {
            continue;
        }
        if edited.contains(&key) {
            found.edited.insert(decision.name.clone());
        }
        let through = nearest(&key, &is, &reached, &edited);
        found.through.insert(decision.name.clone(), through.into_iter().collect());
        found.affected.insert(decision.name.clone());
    }
    Some(found)
}

/// What a part uses of what was reached.
fn nearest(
    key: &Key,
    parts: &BTreeMap<Key, Part<'_>>,
    reached: &BTreeSet<&Key>,
    edited: &BTreeSet<&Key>,
) -> BTreeSet<Through> {
    let mut through = BTreeSet::new();
    let (mut open, mut seen) = (vec![key], BTreeSet::new());
    while let Some(key) = open.pop() {
        for used in parts.get(key).into_iter().flat_map(|part| &part.uses).filter(|used| reached.contains(used)) {
            through.insert(match used {
                Key::Constant(name) => Through::Constant(name.clone()),
                Key::Lookup(name) => Through::Table(name.clone()),
                Key::Decision(name) => Through::Decision(name.clone()),
                Key::Definition(name) if edited.contains(used) => Through::Definition(name.clone()),
                Key::Definition(_) => {
                    if seen.insert(used) {
                        open.push(used);
                    }
                    continue;
                }
            });
        }
    }
    through
}

/// What every decision stands on: what a deal can say, and since when the policy speaks.
fn ground(policy: &Policy) -> String {
    let mut schema = policy.schema.clone();
    let nowhere = Span::new(FileId(0), 0, 0);
    schema.facts.iter_mut().for_each(|(_, fact)| fact.span = nowhere);
    schema.records.iter_mut().for_each(|(_, record)| record.span = nowhere);
    format!("{schema:?} {:?}", policy.since)
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Constant(String),
    Definition(String),
    Decision(String),
    Lookup(String),
}

/// Everything that a part of a policy says itself, without its places, and the parts that it uses.
struct Part<'a> {
    policy: &'a Policy,
    text: String,
    uses: BTreeSet<Key>,
}

fn parts(policy: &Policy) -> BTreeMap<Key, Part<'_>> {
    let mut parts = BTreeMap::new();
    let begin = || Part { policy, text: String::new(), uses: BTreeSet::new() };
    for (_, constant) in policy.constants.iter() {
        let mut part = begin();
        part.say(&(&constant.label, &constant.ty, &constant.values));
        part.notes(&constant.notes);
        parts.insert(Key::Constant(constant.name.clone()), part);
    }
    for (_, definition) in policy.definitions.iter() {
        let mut part = begin();
        part.say(&(&definition.label, &definition.ty, definition.scope));
        part.expr(definition.body);
        parts.insert(Key::Definition(definition.name.clone()), part);
    }
    for (_, decision) in policy.decisions.iter() {
        let mut part = begin();
        part.decision(decision);
        parts.insert(Key::Decision(decision.name.clone()), part);
    }
    for (_, lookup) in policy.lookups.iter() {
        let mut part = begin();
        part.say(&(&lookup.label, &lookup.parameters, &lookup.ty));
        part.rules(&lookup.rules);
        part.notes(&lookup.notes);
        parts.insert(Key::Lookup(lookup.name.clone()), part);
    }
    parts
}

impl Part<'_> {
    fn say(&mut self, what: &dyn std::fmt::Debug) {
        // Writing to a string does not fail.
        let _ = writeln!(self.text, "{what:?}");
    }

    fn decision(&mut self, decision: &Decision) {
        self.say(&(&decision.label, &decision.ty, decision.scope, discriminant(&decision.shape)));
        self.rules(&decision.rules);
        self.notes(&decision.notes);
        match &decision.shape {
            Shape::Computed(body) => self.expr(*body),
            Shape::Rubric { score, criteria, thresholds } => {
                self.uses.insert(Key::Definition(self.policy.definitions[*score].name.clone()));
                for criterion in criteria {
                    self.say(&(&criterion.name, &criterion.label));
                    self.expr(criterion.points);
                    self.notes(&criterion.notes);
                }
                thresholds.iter().for_each(|threshold| self.optional(*threshold));
            }
            Shape::Table { columns, cells, outcome } => {
                self.say(outcome);
                columns.iter().for_each(|column| self.expr(*column));
                cells.iter().flatten().for_each(|cell| self.optional(*cell));
            }
            Shape::Rules | Shape::Gate | Shape::Checklist => {}
        }
    }

    fn rules(&mut self, rules: &RuleSet) {
        self.say(&rules.hit);
        for rule in &rules.rules {
            self.say(&(&rule.name, &rule.label, &rule.overrides, rule.window));
            self.optional(rule.condition);
            self.expr(rule.outcome);
            self.notes(&rule.notes);
        }
        if let Some(default) = &rules.default {
            self.expr(default.outcome);
            self.notes(&default.notes);
        }
    }

    fn notes(&mut self, notes: &Notes) {
        self.say(&(&notes.because, &notes.refer));
    }

    fn optional(&mut self, expr: Option<ExprId>) {
        self.say(&expr.is_some());
        expr.into_iter().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: ExprId) {
        let policy = self.policy;
        self.say(&policy.text_of(expr));
        let mut queue = vec![expr];
        while let Some(id) = queue.pop() {
            let expr = &policy.exprs[id];
            // The text alone does not tell a variant from a constant of the same name.
            self.say(&(discriminant(&expr.kind), &expr.ty));
            match &expr.kind {
                ExprKind::Constant(id) => {
                    self.uses.insert(Key::Constant(policy.constants[*id].name.clone()));
                }
                ExprKind::Literal(value) => self.say(value),
                ExprKind::Fact(id) => self.say(id),
                ExprKind::Parameter(index) => self.say(index),
                ExprKind::Definition(id) => {
                    self.uses.insert(Key::Definition(policy.definitions[*id].name.clone()));
                }
                ExprKind::Decision(id) | ExprKind::Item(id, _) => {
                    self.uses.insert(Key::Decision(policy.decisions[*id].name.clone()));
                }
                ExprKind::Lookup(id, _) => {
                    self.uses.insert(Key::Lookup(policy.lookups[*id].name.clone()));
                }
                _ => {}
            }
            queue.extend(expr.kind.operands());
        }
    }
}
