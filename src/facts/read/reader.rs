//! The tree of a deal against the names of a schema.

use std::fmt;

use rustc_hash::FxHashMap;

use super::Format;
use super::describe::{found, names};
use super::document::{Entry, Kind, Node};
use super::names::{GroupId, Lookup, Name, Names};
use super::unknown::Unknown;
use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::value::RecordValue;
use crate::facts::{FactId, Given, Origin, RecordId, Schema, Value};

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
    pub(super) names: &'r Names<'r>,
    pub(super) text: &'r str,
    pub(super) manner: Manner,
    /// What was found wrong so far.
    pub(super) problems: Vec<Diagnostic>,
    /// For how many unknown names a likely one was looked for.
    pub(super) suggestions: usize,
    /// Names that are no facts and are passed over.
    pub(super) beside: &'r [String],
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

/// The way out where a fact is given twice.
const KEEP_ONE: &str = "keep one of them";

/// What has been read of a deal or a record.
#[derive(Default)]
pub(super) struct Gathered<'n> {
    given: Vec<(FactId, Given)>,
    /// Where each fact was named, also those whose value could not be read.
    pub(super) named: FxHashMap<FactId, Span>,
    /// Where each group was opened.
    pub(super) opened: FxHashMap<GroupId, Span>,
    /// Names that are not declared: what they may mean is known only when all others have been read.
    unknown: Vec<Unknown<'n>>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(schema: &'r Schema, names: &'r Names<'r>, text: &'r str, manner: Manner) -> Reader<'r> {
        Reader { schema, names, text, manner, problems: Vec::new(), suggestions: 0, beside: &[] }
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
                let message = format!("a deal is a group of facts, not {}", found(node, self.text));
                let problem = Diagnostic::error(Code::DealType, node.span, message);
                let example = names(&self.names.within(group), "and");
                self.problems.push(
                    problem.here("facts and their groups are expected here").help(format!("there are {example}")),
                );
            }
            _ => self.not_a_group(group, &prefix[..prefix.len() - 1], None, node),
        }
        let unknown = std::mem::take(&mut gathered.unknown);
        self.unknown(None, &unknown, &gathered);
        gathered.given
    }

    pub(super) fn path<'a>(&'a self, element: Element, name: &'a str) -> Path<'a> {
        Path { schema: self.schema, element, name }
    }

    pub(super) fn path_of(&self, element: Element, fact: FactId) -> Path<'r> {
        Path { schema: self.schema, element, name: &self.schema.facts[fact].name }
    }

    fn group<'n>(
        &mut self,
        group: GroupId,
        element: Element,
        prefix: &str,
        entries: &'n [Entry],
        gathered: &mut Gathered<'n>,
    ) {
        let mut keys: FxHashMap<&str, Span> = FxHashMap::default();
        for Entry { key, key_span, value } in entries {
            // What is given again is read all the same: it may be what is kept.
            let before = keys.insert(key, *key_span);
            if let Some(first) = before {
                let way_out = match self.names.lookup(group, key) {
                    Lookup::Found(Name::Group(_)) => "put all its facts into one",
                    _ => KEEP_ONE,
                };
                self.given_twice(element, &format!("{prefix}{key}"), first, *key_span, way_out);
            }
            match self.names.lookup(group, key) {
                Lookup::Found(Name::Fact(fact)) => {
                    let first = gathered.named.get(&fact).copied();
                    if let Some(first) = first.filter(|_| before.is_none()) {
                        self.given_twice(element, &self.schema.facts[fact].name, first, *key_span, KEEP_ONE);
                    }
                    let read = self.value(element, fact, value);
                    if first.is_none() {
                        gathered.named.insert(fact, *key_span);
                        let origin = self.manner.origin(value.span);
                        gathered.given.extend(read.map(|value| (fact, Given { value, origin })));
                    }
                }
                Lookup::Found(Name::Group(inner)) => match &value.kind {
                    Kind::Map(entries) => {
                        gathered.opened.entry(inner).or_insert(*key_span);
                        self.group(inner, element, &format!("{prefix}{key}."), entries, gathered);
                    }
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
                Lookup::Unknown if before.is_some() || self.passes_over(element, prefix, key) => {}
                Lookup::Unknown => match &value.kind {
                    // A group of nothing but names that are no facts.
                    Kind::Map(entries) if element.is_none() && self.leads_beside(prefix, key) => {
                        self.group_beside(group, &format!("{prefix}{key}."), entries, gathered);
                    }
                    _ => {
                        let prefix = prefix.to_owned();
                        gathered.unknown.push(Unknown { group, prefix, key, span: *key_span, value });
                    }
                },
            }
        }
    }

    /// A group below which names lie that are no facts, within `group`, and no facts.
    fn group_beside<'n>(&mut self, group: GroupId, prefix: &str, entries: &'n [Entry], gathered: &mut Gathered<'n>) {
        let mut keys: FxHashMap<&str, Span> = FxHashMap::default();
        for Entry { key, key_span, value } in entries {
            if let Some(first) = keys.insert(key, *key_span) {
                self.given_twice(None, &format!("{prefix}{key}"), first, *key_span, KEEP_ONE);
                continue;
            }
            match &value.kind {
                _ if self.passes_over(None, prefix, key) => {}
                Kind::Map(entries) if self.leads_beside(prefix, key) => {
                    self.group_beside(group, &format!("{prefix}{key}."), entries, gathered);
                }
                _ => {
                    let prefix = prefix.to_owned();
                    gathered.unknown.push(Unknown { group, prefix, key, span: *key_span, value });
                }
            }
        }
    }

    /// Whether names that are no facts lie below this.
    fn leads_beside(&self, prefix: &str, key: &str) -> bool {
        let below = |name: &String| {
            name.strip_prefix(prefix).and_then(|name| name.strip_prefix(key)).is_some_and(|rest| rest.starts_with('.'))
        };
        self.beside.iter().any(below)
    }

    /// Whether this is among the names that are no facts.
    fn passes_over(&self, element: Element, prefix: &str, key: &str) -> bool {
        element.is_none() && self.beside.iter().any(|name| name.strip_prefix(prefix) == Some(key))
    }

    fn given_twice(&mut self, element: Element, name: &str, first: Span, second: Span, way_out: &str) {
        let message = format!("`{}` is given twice", self.path(element, name));
        let problem = Diagnostic::error(Code::DealTwice, second, message).here("and here again");
        self.problems.push(problem.label(first, "given here first").help(way_out));
    }

    fn not_a_group(&mut self, group: GroupId, name: &str, element: Element, node: &Node) {
        let message = format!("`{}` is a group of facts, not {}", self.path(element, name), found(node, self.text));
        let within = names(&self.names.within(group), "and");
        let problem = Diagnostic::error(Code::DealType, node.span, message);
        let problem = problem.here("the facts of the group are expected here");
        self.problems.push(problem.help(format!("`{name}` holds {within}; leave it out where nothing of it is known")));
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
                "`{}[{index}]` is to be {} `{}` record, not {}",
                self.schema.facts[list].name,
                if self.schema.records[record].name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" },
                self.schema.records[record].name,
                found(node, self.text)
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
        let unknown = std::mem::take(&mut gathered.unknown);
        self.unknown(Some((list, index)), &unknown, &gathered);
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
