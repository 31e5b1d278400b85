//! What a case expects: decisions by name, nested by the dots in them or with their dots.

use std::cell::Cell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{MOST_NAMES, MOST_SUGGESTIONS, unknown};
use crate::base::{Span, did_you_mean};
use crate::cases::case::{Each, Expectation, Wanted, Wish};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::read::{Entry, Kind, Node, Part, listed};
use crate::facts::{Schema, Type, TypeKind, Value};
use crate::policy::{Decision, DecisionId, Policy, Shape};
use crate::trace::data::Status;

/// The fields of an expectation in full.
const WISH: [&str; 5] = ["value", "status", "by", "missing", "refer"];
const STATUSES: [Status; 5] = [Status::Decided, Status::Default, Status::Undecided, Status::Conflict, Status::Error];
/// What stands in `by` for the default.
const DEFAULT: &str = "default";

/// What can be expected: the decisions of a policy.
pub(super) struct Expected<'p> {
    policy: &'p Policy,
    names: FxHashMap<&'p str, DecisionId>,
    /// What stands before a dot in a name.
    groups: FxHashSet<&'p str>,
    /// The names of facts, and those of fields as `instances[].users`.
    facts: FxHashSet<String>,
    /// How often a likely name was looked for.
    suggestions: Cell<usize>,
}

impl<'p> Expected<'p> {
    pub(super) fn new(policy: &'p Policy) -> Expected<'p> {
        let names: FxHashMap<&str, DecisionId> = policy.decisions.iter().map(|(id, d)| (d.name.as_str(), id)).collect();
        let prefixes = |name: &'p str| name.match_indices('.').map(move |(at, _)| &name[..at]);
        let groups = names.keys().copied().flat_map(prefixes).collect();
        Expected { policy, names, groups, facts: facts(&policy.schema), suggestions: Cell::new(0) }
    }

    /// The expectations that `node` holds.
    pub(super) fn read(&self, part: &mut Part<'_>, node: &Node) -> Vec<Expectation> {
        let mut reading = Reading { all: self, part, read: Vec::new(), given: FxHashMap::default() };
        match &node.kind {
            Kind::Map(entries) => reading.group("", entries),
            _ => {
                let message =
                    format!("`expect` is to hold decisions with what they come to, not {}", reading.part.found(node));
                let problem = Diagnostic::error(Code::CaseField, node.span, message).here("expected decisions by name");
                reading.part.problem(problem);
            }
        }
        reading.read
    }

    /// The decisions that `node` names, by themselves or by the group they are in.
    pub(super) fn only(&self, part: &mut Part<'_>, node: &Node) -> Vec<DecisionId> {
        let mut reading = Reading { all: self, part, read: Vec::new(), given: FxHashMap::default() };
        let mut only = Vec::new();
        for (name, span) in reading.names(node, "only").unwrap_or_default() {
            let within =
                |known: &str| known.strip_prefix(name.as_str()).is_some_and(|r| r.is_empty() || r.starts_with('.'));
            let before = only.len();
            only.extend(self.policy.decisions.iter().filter(|(_, decision)| within(&decision.name)).map(|(id, _)| id));
            if only.len() == before {
                reading.unknown(&name, name.len(), span);
            }
        }
        only
    }

    fn is_group(&self, name: &str) -> bool {
        self.groups.contains(name)
    }

    /// The likely name behind a wrong one, where it is still looked for.
    fn meant<'n>(&self, wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
        let so_far = self.suggestions.replace(self.suggestions.get().saturating_add(1));
        if so_far < MOST_SUGGESTIONS { did_you_mean(wrong, names) } else { None }
    }
}

struct Reading<'a, 'r, 'p> {
    all: &'a Expected<'p>,
    part: &'a mut Part<'r>,
    read: Vec<Expectation>,
    given: FxHashMap<DecisionId, Span>,
}

impl Reading<'_, '_, '_> {
    fn group(&mut self, prefix: &str, entries: &[Entry]) {
        for Entry { key, key_span, value } in entries {
            let name = format!("{prefix}{key}");
            let decision = self.all.names.get(name.as_str()).copied();
            match (decision, &value.kind) {
                // A group of the same name as a decision, unless it says in full what that comes to.
                (Some(_), Kind::Map(inner)) if self.all.is_group(&name) && !is_wish(inner) => {
                    self.group(&format!("{name}."), inner);
                }
                (Some(decision), _) => self.decision(decision, *key_span, value),
                (None, Kind::Map(inner)) if self.all.is_group(&name) => self.group(&format!("{name}."), inner),
                (None, _) if self.all.is_group(&name) => {
                    let message = format!("`{name}` is a group of decisions, not one");
                    let problem = Diagnostic::error(Code::CaseUnknown, value.span, message);
                    self.part.problem(problem.here("the decisions of the group are expected here"));
                }
                (None, _) => self.unknown(&name, key.len(), *key_span),
            }
        }
    }

    fn unknown(&mut self, name: &str, key: usize, span: Span) {
        let problem = Diagnostic::error(Code::CaseUnknown, span, format!("no decision is called `{name}`"));
        let problem = problem.here("not declared by the policy");
        if self.all.suggestions.get() >= MOST_SUGGESTIONS {
            return self.part.problem(problem);
        }
        let mut names: Vec<&str> = self.all.names.keys().copied().collect();
        names.sort_unstable();
        let prefix = &name[..name.len() - key];
        self.part.problem(match self.all.meant(name, names.iter().copied()) {
            Some(near) => match near.strip_prefix(prefix) {
                // Within a group only the rest of the name stands here.
                Some(rest) if !prefix.is_empty() || !rest.contains('.') => {
                    let replacement = self.part.quoted_like(span, rest);
                    problem.suggest(span, replacement, format!("did you mean `{near}`?"))
                }
                _ => problem.help(format!("did you mean `{near}`?")),
            },
            None => problem.help(format!("the decisions are {}", listed(&names, "and"))),
        });
    }

    fn decision(&mut self, id: DecisionId, span: Span, node: &Node) {
        let decision = &self.all.policy.decisions[id];
        if let Some(first) = self.given.insert(id, span) {
            let message = format!("`{}` is expected twice", decision.name);
            let problem = Diagnostic::error(Code::CaseField, span, message).here("and here again");
            return self.part.problem(problem.label(first, "expected here first").help("keep one of them"));
        }
        let wanted = match (&node.kind, decision.scope) {
            (Kind::List { items, .. }, Some(_)) => {
                let named = items.iter().enumerate();
                let wishes = named.map(|(i, item)| self.wish(decision, &format!("{}[{i}]", decision.name), item));
                Wanted::Each(Each { wishes: wishes.collect(), span: node.span })
            }
            // Where the list is not known there is one answer for all records.
            (Kind::Map(_), Some(_)) | (_, None) => Wanted::One(self.wish(decision, &decision.name, node)),
            (_, Some(record)) => {
                let record = &self.all.policy.schema.records[record].name;
                let message = format!("`{}` is decided for each `{record}`, and so comes to a list", decision.name);
                let problem = Diagnostic::error(Code::CaseField, node.span, message);
                return self.part.problem(problem.here("expected a list, one value for each"));
            }
        };
        self.read.push(Expectation { decision: id, wanted });
    }

    fn wish(&mut self, decision: &Decision, name: &str, node: &Node) -> Wish {
        let mut wish = Wish::at(node.span);
        let Kind::Map(entries) = &node.kind else {
            if let Some(status) = self.status_for_value(decision, node) {
                let message = format!("`{name}` can't be `{status}`, which is a status");
                let problem = Diagnostic::error(Code::CaseField, node.span, message).here("a status, not an outcome");
                self.part.problem(problem.help(format!("expect a status as such, in RON by `(status: {status})`")));
                return wish;
            }
            wish.value = self.part.value(&name, &decision.ty, node);
            return wish;
        };
        let mut keys: FxHashMap<&str, Span> = FxHashMap::default();
        for Entry { key, key_span, value } in entries {
            if let Some(first) = keys.insert(key, *key_span) {
                let problem = Diagnostic::error(Code::CaseField, *key_span, format!("`{key}` is given twice"));
                self.part.problem(problem.here("and here again").label(first, "given here first"));
                continue;
            }
            match &**key {
                "value" => wish.value = self.part.value(&name, &decision.ty, value),
                "status" => wish.status = self.status(value),
                "by" => self.by(decision, value, &mut wish),
                "missing" => wish.missing = self.names(value, "missing").map(|all| self.facts(all)),
                "refer" => wish.refer = self.names(value, "refer").map(|all| self.referrals(decision, all)),
                _ => {
                    let problem = unknown(self.part, *key_span, key, "an expectation", &WISH);
                    self.part.problem(problem);
                }
            }
        }
        wish
    }

    /// The status that stands where an outcome is expected, unless it is one of those too.
    fn status_for_value(&self, decision: &Decision, node: &Node) -> Option<&'static str> {
        let (Kind::Word(word) | Kind::Plain(word) | Kind::Text(word)) = &node.kind else { return None };
        let schema = &self.all.policy.schema;
        let is_outcome = match decision.ty.kind {
            TypeKind::Text => true,
            TypeKind::Variant(id) => schema.enumerations[id].variants.iter().any(|variant| *variant.name == **word),
            _ => false,
        };
        let status = STATUSES.iter().map(|status| status.word()).find(|status| *status == &**word);
        status.filter(|_| !is_outcome)
    }

    fn status(&mut self, node: &Node) -> Option<Status> {
        let words: Vec<&str> = STATUSES.iter().map(|status| status.word()).collect();
        let (name, span) = self.names(node, "status")?.pop()?;
        let known = STATUSES.into_iter().find(|status| status.word() == name);
        if known.is_none() {
            let problem = Diagnostic::error(Code::CaseUnknown, span, format!("no status is called `{name}`"));
            self.unlike(problem, &name, span, &words);
        }
        known
    }

    fn by(&mut self, decision: &Decision, node: &Node, wish: &mut Wish) {
        let Some(names) = self.names(node, "by") else { return };
        let rules: Vec<&str> = decision.rules.rules.iter().map(|rule| rule.name.as_str()).collect();
        let mut places = Vec::new();
        for (name, span) in names {
            match rules.iter().position(|rule| *rule == name) {
                Some(place) => places.extend(u32::try_from(place)),
                None if name == DEFAULT && decision.rules.default.is_some() => wish.status = Some(Status::Default),
                None => {
                    let word = rule_word(&decision.shape);
                    let message = format!("`{}` has no {word} `{name}`", decision.name);
                    self.unlike(Diagnostic::error(Code::CaseUnknown, span, message), &name, span, &rules);
                }
            }
        }
        places.sort_unstable();
        places.dedup();
        wish.by = Some(places);
    }

    fn facts(&mut self, names: Vec<(String, Span)>) -> Vec<String> {
        let mut known = Vec::new();
        for (name, span) in names {
            if self.all.facts.contains(&without_index(&name)) {
                known.push(name);
            } else {
                let problem = Diagnostic::error(Code::CaseUnknown, span, format!("no fact is called `{name}`"));
                if self.all.suggestions.get() >= MOST_SUGGESTIONS {
                    self.part.problem(problem);
                    continue;
                }
                let mut facts: Vec<&str> = self.all.facts.iter().map(String::as_str).collect();
                facts.sort_unstable();
                self.unlike(problem, &name, span, &facts);
            }
        }
        known
    }

    fn referrals(&mut self, decision: &Decision, names: Vec<(String, Span)>) -> Vec<String> {
        let rules = decision.rules.rules.iter().map(|rule| &rule.notes);
        let notes = rules.chain(decision.rules.default.iter().map(|default| &default.notes)).chain([&decision.notes]);
        let mut all: Vec<&str> = notes.flat_map(|notes| &notes.refer).map(|refer| refer.to.as_str()).collect();
        all.dedup();
        let mut known = Vec::new();
        for (name, span) in names {
            if all.contains(&name.as_str()) {
                known.push(name);
            } else {
                let message = format!("`{}` is never referred to `{name}`", decision.name);
                self.unlike(Diagnostic::error(Code::CaseUnknown, span, message), &name, span, &all);
            }
        }
        known
    }

    /// A name, or a list of names.
    fn names(&mut self, node: &Node, what: &str) -> Option<Vec<(String, Span)>> {
        if let Kind::List { length, .. } = &node.kind
            && *length > MOST_NAMES
        {
            let message = format!("`{what}` holds {length} names, and at most {MOST_NAMES} are read");
            self.part.problem(Diagnostic::error(Code::TooMuch, node.span, message));
            return None;
        }
        let nodes = match &node.kind {
            Kind::List { items, .. } => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut names = Vec::new();
        for node in nodes {
            match &node.kind {
                Kind::Word(word) | Kind::Plain(word) => names.push(((**word).to_owned(), node.span)),
                _ => match self.part.value(&what, &Type::of(TypeKind::Text), node)? {
                    Value::Text(text) => names.push(((*text).to_owned(), node.span)),
                    _ => return None,
                },
            }
        }
        Some(names)
    }

    /// Reports a name that is not one of `known`, with the nearest that is.
    fn unlike(&mut self, problem: Diagnostic, name: &str, span: Span, known: &[&str]) {
        let problem = match self.all.meant(name, known.iter().copied()) {
            Some(near) => {
                let replacement = self.part.quoted_like(span, near);
                problem.suggest(span, replacement, format!("did you mean `{near}`?"))
            }
            None if known.is_empty() => problem.help("it has none"),
            None => problem.help(format!("there are {}", listed(known, "and"))),
        };
        self.part.problem(problem.here("not known"));
    }
}

/// The names by which facts can be missing.
fn facts(schema: &Schema) -> FxHashSet<String> {
    let mut names: FxHashSet<String> = schema.facts.iter().map(|(id, _)| schema.qualified_name(id)).collect();
    for list in schema.facts.values() {
        if let TypeKind::List { record, .. } = list.ty.kind {
            let fields = schema.records[record].fields.iter().map(|&field| &schema.facts[field].name);
            names.extend(fields.map(|field| format!("{}[].{field}", list.name)));
        }
    }
    names
}

/// `instances[].users` of `instances[0].users`.
fn without_index(name: &str) -> String {
    match name.split_once('[').and_then(|(list, rest)| Some((list, rest.split_once(']')?))) {
        Some((list, (index, field))) if index.parse::<usize>().is_ok() => format!("{list}[]{field}"),
        _ => name.to_owned(),
    }
}

/// Whether a group of values says in full what a decision comes to.
fn is_wish(entries: &[Entry]) -> bool {
    !entries.is_empty() && entries.iter().all(|entry| WISH.contains(&&*entry.key))
}

fn rule_word(shape: &Shape) -> &'static str {
    match shape {
        Shape::Computed(_) | Shape::Rules => "rule",
        Shape::Rubric { .. } => "band",
        Shape::Gate => "requirement",
        Shape::Table { .. } => "row",
        Shape::Checklist => "item",
    }
}
