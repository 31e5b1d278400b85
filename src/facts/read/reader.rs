//! The tree of a deal against the names of a schema.

use std::fmt;

use rustc_hash::FxHashMap;

use super::Format;
use super::describe::{found, names};
use super::document::{Entry, Kind, Node};
use super::names::{GroupId, Lookup, Name, Names};
use crate::base::{Span, did_you_mean};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::value::RecordValue;
use crate::facts::{FactId, Given, Origin, RecordId, Schema, Value};

/// For so many unknown names a likely one is looked for; searching costs more than finding the mistake.
const MOST_SUGGESTIONS: usize = 50;

/// Who gives the values, and so how they may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// A file.
    File(Format),
    /// `--set`.
    Set,
    /// A program; what it leaves out is null.
    Code,
}

impl Manner {
    fn origin(self, span: Span) -> Origin {
        match self {
            Manner::File(_) => Origin::File(span),
            Manner::Set => Origin::Set,
            Manner::Code => Origin::Code,
        }
    }
}

/// Reads trees of one file.
pub(super) struct Reader<'r> {
    pub(super) schema: &'r Schema,
    names: &'r Names<'r>,
    text: &'r str,
    pub(super) manner: Manner,
    /// What was found wrong so far.
    pub(super) problems: Vec<Diagnostic>,
    suggestions: usize,
}

/// The record whose fields are being read; `None` for facts of the deal itself.
pub(super) type Element = Option<(FactId, usize)>;

/// A fact as a deal's author knows it: `client.kind`, `instances[0].users`.
pub(super) struct Path<'a> {
    schema: &'a Schema,
    element: Element,
    name: &'a str,
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((list, index)) = self.element {
            write!(f, "{}[{index}].", self.schema.facts[list].name)?;
        }
        f.write_str(self.name)
    }
}

/// What has been read of a deal or a record.
#[derive(Default)]
struct Gathered {
    given: Vec<(FactId, Given)>,
    /// Where each fact was named, also those whose value could not be read.
    named: FxHashMap<FactId, Span>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(schema: &'r Schema, names: &'r Names<'r>, text: &'r str, manner: Manner) -> Reader<'r> {
        Reader { schema, names, text, manner, problems: Vec::new(), suggestions: 0 }
    }

    /// The facts that a whole deal gives.
    pub(super) fn deal(&mut self, root: &Node) -> Vec<(FactId, Given)> {
        self.facts(Names::DEAL, "", root)
    }

    /// The facts that `node` gives of a group of the deal called `prefix`, which ends in a dot unless empty.
    pub(super) fn facts(&mut self, group: GroupId, prefix: &str, node: &Node) -> Vec<(FactId, Given)> {
        let mut gathered = Gathered::default();
        match &node.kind {
            Kind::Map(entries) => self.group(group, None, prefix, entries, &mut gathered),
            _ if prefix.is_empty() => {
                let message = format!("a deal is a group of facts, not {}", found(node));
                let problem = Diagnostic::error(Code::DealType, node.span, message);
                let example = names(&self.names.within(group), "and");
                self.problems.push(
                    problem.here("facts and their groups are expected here").help(format!("there are {example}")),
                );
            }
            _ => self.not_a_group(group, &prefix[..prefix.len() - 1], None, node),
        }
        gathered.given
    }

    pub(super) fn path<'a>(&'a self, element: Element, name: &'a str) -> Path<'a> {
        Path { schema: self.schema, element, name }
    }

    pub(super) fn path_of(&self, element: Element, fact: FactId) -> Path<'r> {
        Path { schema: self.schema, element, name: &self.schema.facts[fact].name }
    }

    fn group(&mut self, group: GroupId, element: Element, prefix: &str, entries: &[Entry], gathered: &mut Gathered) {
        let mut keys: FxHashMap<&str, Span> = FxHashMap::default();
        for Entry { key, key_span, value } in entries {
            if let Some(first) = keys.insert(key, *key_span) {
                let name = format!("{prefix}{key}");
                self.given_twice(element, &name, first, *key_span);
                continue;
            }
            match self.names.lookup(group, key) {
                Lookup::Found(Name::Fact(fact)) => {
                    if let Some(&first) = gathered.named.get(&fact) {
                        self.given_twice(element, &self.schema.facts[fact].name, first, *key_span);
                        continue;
                    }
                    gathered.named.insert(fact, *key_span);
                    if let Some(read) = self.value(element, fact, value) {
                        let origin = self.manner.origin(value.span);
                        gathered.given.push((fact, Given { value: read, origin }));
                    }
                }
                Lookup::Found(Name::Group(inner)) => match &value.kind {
                    Kind::Map(entries) => self.group(inner, element, &format!("{prefix}{key}."), entries, gathered),
                    Kind::Null if self.manner == Manner::Code => {}
                    _ => self.not_a_group(inner, &format!("{prefix}{key}"), element, value),
                },
                Lookup::BeyondFact(fact) => {
                    let message = format!("no fact is called `{}`", self.path(element, &format!("{prefix}{key}")));
                    let whole = self.path_of(element, fact);
                    let problem = Diagnostic::error(Code::DealName, *key_span, message).here("goes too far");
                    let problem = problem.help(format!("`{whole}` is a fact itself and has no parts"));
                    self.problems.push(problem);
                }
                Lookup::Unknown => self.unknown(group, element, prefix, key, *key_span, value),
            }
        }
    }

    fn given_twice(&mut self, element: Element, name: &str, first: Span, second: Span) {
        let message = format!("`{}` is given twice", self.path(element, name));
        let problem = Diagnostic::error(Code::DealTwice, second, message).here("and here again");
        self.problems.push(problem.label(first, "given here first").help("keep one of them"));
    }

    fn not_a_group(&mut self, group: GroupId, name: &str, element: Element, node: &Node) {
        let message = format!("`{}` is a group of facts, not {}", self.path(element, name), found(node));
        let within = names(&self.names.within(group), "and");
        let problem = Diagnostic::error(Code::DealType, node.span, message);
        let problem = problem.here("the facts of the group are expected here");
        self.problems.push(problem.help(format!("`{name}` holds {within}; leave it out where nothing of it is known")));
    }

    fn unknown(&mut self, group: GroupId, element: Element, prefix: &str, key: &str, span: Span, value: &Node) {
        let full = format!("{prefix}{key}");
        let is_group = matches!(value.kind, Kind::Map(_) | Kind::DeepMap);
        let what = match (element, is_group) {
            (_, true) => "group of facts",
            (Some(_), false) => "field",
            (None, false) => "fact",
        };
        let message = format!("no {what} is called `{}`", self.path(element, &full));
        let mut problem = Diagnostic::error(Code::DealName, span, message).here("not declared by the policy");
        self.suggestions += 1;
        if self.suggestions <= MOST_SUGGESTIONS {
            problem = self.suggest(problem, group, element, (prefix, key, span), value);
        }
        self.problems.push(problem);
    }

    fn suggest(
        &self,
        problem: Diagnostic,
        group: GroupId,
        element: Element,
        (prefix, key, span): (&str, &str, Span),
        value: &Node,
    ) -> Diagnostic {
        // A name of the same group that is spelt much the same and holds the same sort of thing.
        let wants_group = matches!(value.kind, Kind::Map(_) | Kind::DeepMap);
        let here = self.names.within(group);
        let fits = |name: &&str| matches!(self.names.lookup(group, name), Lookup::Found(found) if matches!(found, Name::Group(_)) == wants_group);
        if let Some(near) = did_you_mean(key, here.iter().copied().filter(fits)) {
            let message = format!("did you mean `{}`?", self.path(element, &format!("{prefix}{near}")));
            return problem.suggest(span, self.quoted_like(span, near), message);
        }
        // The full name of a fact in another group, or of one that a fact in an unknown group seems to be.
        let all = || self.candidates(element);
        let full = format!("{prefix}{key}");
        let direct = if wants_group { None } else { did_you_mean(&full, all()) };
        let inner = || match &value.kind {
            Kind::Map(entries) => {
                entries.iter().take(8).find_map(|e| did_you_mean(&format!("{full}.{}", e.key), all()))
            }
            _ => None,
        };
        if let Some(near) = direct.or_else(inner) {
            return problem.help(format!("there is `{}`", self.path(element, near)));
        }
        if let (None, Lookup::Found(Name::Fact(fact))) = (element, self.names.lookup(Names::DEAL, key)) {
            return problem.help(format!("there is `{}`, in no group", self.schema.facts[fact].name));
        }
        let (owner, here) = match (element, prefix) {
            (Some((list, _)), "") => (format!("a record of `{}`", self.schema.facts[list].name), here),
            (None, "") => ("a deal".to_owned(), here),
            _ => (format!("`{}`", self.path(element, prefix.trim_end_matches('.'))), here),
        };
        problem.help(format!("{owner} holds {}", names(&here, "and")))
    }

    /// The names of all facts, or of all fields of the record at hand.
    fn candidates(&self, element: Element) -> Vec<&'r str> {
        let record = element.and_then(|(list, _)| self.record_of(list));
        let fits = |fact: &&crate::facts::Fact| fact.field_of.map(|(record, _)| record) == record;
        self.schema.facts.values().filter(fits).map(|fact| fact.name.as_str()).collect()
    }

    fn record_of(&self, list: FactId) -> Option<RecordId> {
        match self.schema.facts[list].ty.kind {
            crate::facts::TypeKind::List { record, .. } => Some(record),
            _ => None,
        }
    }

    /// `text` in the quotes that stand round what is at `span`.
    pub(super) fn quoted_like(&self, span: Span, text: &str) -> String {
        match self.text.as_bytes().get(span.start as usize) {
            Some(b'"') => format!("\"{text}\""),
            Some(b'\'') => format!("'{text}'"),
            _ => text.to_owned(),
        }
    }

    /// A record of the list `list`, which has `index` others before it.
    pub(super) fn record(&mut self, list: FactId, record: RecordId, index: usize, node: &Node) -> RecordValue {
        let fields = &self.schema.records[record].fields;
        let mut value = RecordValue { fields: vec![None; fields.len()] };
        let Kind::Map(entries) = &node.kind else {
            let message = format!(
                "`{}[{index}]` is to be a `{}` record, not {}",
                self.schema.facts[list].name,
                self.schema.records[record].name,
                found(node)
            );
            let problem = Diagnostic::error(Code::DealType, node.span, message).here("a record is expected here");
            let within = self.names.record(record).map(|group| self.names.within(group)).unwrap_or_default();
            self.problems.push(problem.help(format!("a record holds {}", names(&within, "and"))));
            return value;
        };
        let mut gathered = Gathered::default();
        if let Some(group) = self.names.record(record) {
            self.group(group, Some((list, index)), "", entries, &mut gathered);
        } else if let Some(first) = entries.first() {
            let message = format!("a `{}` record has no fields", self.schema.records[record].name);
            self.problems.push(Diagnostic::error(Code::DealName, first.key_span, message));
        }
        for (field, given) in gathered.given {
            let slot = self.schema.facts[field].field_of.and_then(|(_, place)| value.fields.get_mut(place));
            if let Some(slot) = slot {
                *slot = Some(given);
            }
        }
        value
    }

    /// Reads the value of one fact or field; `None` where it could not be read.
    pub(super) fn value(&mut self, element: Element, fact: FactId, node: &Node) -> Option<Value> {
        match super::value::read(self, element, fact, node) {
            Ok(value) => value,
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }
}
