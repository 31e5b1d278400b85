//! Names: who declares what, and what clashes.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Checker, group, group_of, id};
use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{FactId, RecordId};
use crate::policy::{ConstantId, DecisionId, DefinitionId, Group, GroupId, LookupId, SourceId};
use crate::syntax::ast;
use crate::syntax::words::{CLAUSES, EXPRESSIONS};

/// What a name in the shared namespace stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Entity {
    /// A fact of the deal.
    Fact(FactId),
    /// A field of a record.
    Field(FactId),
    /// A record.
    Record(RecordId),
    /// A constant.
    Constant(ConstantId),
    /// A definition, or the score of a rubric.
    Definition(DefinitionId),
    /// A decision of any shape.
    Decision(DecisionId),
    /// An item of a checklist.
    Item(DecisionId, u32),
    /// A table with parameters.
    Lookup(LookupId),
}

impl Entity {
    /// What it is, in the language's words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Entity::Fact(_) => "a fact",
            Entity::Field(_) => "a field",
            Entity::Record(_) => "a record",
            Entity::Constant(_) => "a constant",
            Entity::Definition(_) => "a definition",
            Entity::Decision(_) => "a decision",
            Entity::Item(..) => "an item of a checklist",
            Entity::Lookup(_) => "a table with parameters",
        }
    }
}

/// A name's meaning and where it was given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// What it stands for.
    pub(super) entity: Entity,
    /// The name where it is declared.
    pub(super) span: Span,
}

/// The shared namespace.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: FxHashMap<String, Entry>,
    places: FxHashMap<Entity, Span>,
    broken: FxHashSet<String>,
}

impl Names {
    /// What `name` stands for.
    pub(super) fn get(&self, name: &str) -> Option<Entry> {
        self.known.get(name).copied()
    }

    /// Where an entity is declared.
    pub(super) fn place(&self, entity: Entity) -> Option<Span> {
        self.places.get(&entity).copied()
    }

    /// Whether `name` belongs to a declaration that could not be read, so that nothing is known of it.
    /// Where there are any, words of the language that seem to be names are what is left of them.
    pub(super) fn is_broken(&self, name: &str) -> bool {
        let known = |name| self.broken.contains(name) || CLAUSES.contains(&name) || EXPRESSIONS.contains(&name);
        !self.broken.is_empty() && (known(name) || parents(name).any(|p| self.broken.contains(p)))
    }

    /// Whether something in the declaration of this name could not be read, so that it may seem to lack
    /// what it does not.
    pub(super) fn is_partial(&self, name: &ast::Name) -> bool {
        self.broken.contains(&name.text)
    }

    /// Every name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Entry)> {
        self.known.iter().map(|(name, entry)| (name.as_str(), *entry))
    }

    /// The record that `name` is named after, and its own part: `instance.tier` is `tier` of `instance`.
    pub(super) fn record_of(&self, name: &str) -> Option<RecordId> {
        parents(name).find_map(|parent| match self.get(parent)?.entity {
            Entity::Record(record) => Some(record),
            _ => None,
        })
    }
}

/// The groups a dotted name lies in, innermost first: `a.b` and `a` for `a.b.c`.
fn parents(name: &str) -> impl Iterator<Item = &str> {
    name.rmatch_indices('.').map(|(at, _)| &name[..at])
}

/// Every declaration by its kind, each in the order of declaration. Its place is its id.
#[derive(Debug, Default)]
pub(super) struct Declarations<'a> {
    pub(super) groups: Vec<Group>,
    pub(super) sources: Vec<&'a ast::Source>,
    pub(super) source_names: FxHashMap<&'a str, SourceId>,
    pub(super) units: Vec<&'a ast::Unit>,
    pub(super) types: Vec<&'a ast::TypeAlias>,
    /// Facts, and fields with their record and their place in it.
    pub(super) facts: Vec<(&'a ast::Fact, Option<(RecordId, usize)>)>,
    pub(super) records: Vec<&'a ast::Record>,
    pub(super) constants: Vec<&'a ast::Constant>,
    pub(super) definitions: Vec<Definition<'a>>,
    pub(super) decisions: Vec<(Decision<'a>, GroupId)>,
    pub(super) lookups: Vec<&'a ast::Table>,
    pub(super) properties: Vec<&'a ast::Property>,
}

/// What a definition comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Definition<'a> {
    /// `define`
    Define(&'a ast::Define),
    /// The score of a rubric.
    Score(&'a ast::Rubric),
}

impl<'a> Definition<'a> {
    /// The name as declared; of a score, that of its rubric.
    pub(super) fn head(self) -> &'a ast::Name {
        match self {
            Definition::Define(define) => &define.name,
            Definition::Score(rubric) => &rubric.name,
        }
    }

    /// Its name.
    pub(super) fn name(self) -> String {
        match self {
            Definition::Define(define) => define.name.text.clone(),
            Definition::Score(rubric) => score_name(&rubric.name.text),
        }
    }
}

/// The name of the total of a rubric.
pub(super) fn score_name(rubric: &str) -> String {
    format!("{rubric}.score")
}

/// A decision as it was written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Decision<'a> {
    Decide(&'a ast::Decide),
    /// With the definition of its score.
    Rubric(&'a ast::Rubric, DefinitionId),
    Gate(&'a ast::Gate),
    Table(&'a ast::Table),
    Checklist(&'a ast::Checklist),
}

impl<'a> Decision<'a> {
    pub(super) fn name(self) -> &'a ast::Name {
        match self {
            Decision::Decide(d) => &d.name,
            Decision::Rubric(d, _) => &d.name,
            Decision::Gate(d) => &d.name,
            Decision::Table(d) => &d.name,
            Decision::Checklist(d) => &d.name,
        }
    }
}

impl<'a> Checker<'a> {
    /// Gathers every declaration and gives each its id and its name.
    pub(super) fn collect(&mut self, files: &'a [ast::File]) -> Declarations<'a> {
        let mut all = Declarations::default();
        let mut titles: FxHashMap<&str, Span> = FxHashMap::default();
        for (place, file) in files.iter().enumerate() {
            self.names.broken.extend(file.broken.iter().cloned());
            all.groups.push(group_of(file, self.sources));
            if let Some(title) = &file.title
                && let Some(first) = titles.insert(&title.name.text, title.name.span)
            {
                let message = format!("two files are called `{}`", title.name.text);
                self.report(
                    Diagnostic::error(Code::DuplicateName, title.name.span, message)
                        .here("the second")
                        .label(first, "the first")
                        .help("give each file a name of its own, or move everything into one"),
                );
            }
            for declaration in &file.declarations {
                self.collect_one(&mut all, declaration, group(place));
            }
        }
        self.check_groups(&all);
        all
    }

    fn collect_one(&mut self, all: &mut Declarations<'a>, declaration: &'a ast::Declaration, group: GroupId) {
        match declaration {
            ast::Declaration::Source(source) => self.collect_source(all, source),
            ast::Declaration::Unit(unit) => all.units.push(unit),
            ast::Declaration::Type(alias) => all.types.push(alias),
            ast::Declaration::Fact(fact) => {
                self.declare(&fact.name, &fact.name.text, Entity::Fact(id(all.facts.len())));
                all.facts.push((fact, None));
            }
            ast::Declaration::Record(record) => self.collect_record(all, record),
            ast::Declaration::Constant(constant) => {
                self.declare(&constant.name, &constant.name.text, Entity::Constant(id(all.constants.len())));
                all.constants.push(constant);
            }
            ast::Declaration::Define(define) => {
                self.declare(&define.name, &define.name.text, Entity::Definition(id(all.definitions.len())));
                all.definitions.push(Definition::Define(define));
            }
            ast::Declaration::Decide(decide) => self.collect_decision(all, Decision::Decide(decide), group),
            ast::Declaration::Rubric(rubric) => {
                let score = id(all.definitions.len());
                self.collect_decision(all, Decision::Rubric(rubric, score), group);
                self.declare(&rubric.name, &score_name(&rubric.name.text), Entity::Definition(score));
                all.definitions.push(Definition::Score(rubric));
            }
            ast::Declaration::Gate(gate) => self.collect_decision(all, Decision::Gate(gate), group),
            ast::Declaration::Table(table) if table.parameters.is_some() => {
                if crate::check::calls::is_function(&table.name.text) {
                    let message = format!("`{}` is a function of the language", table.name.text);
                    let report = Diagnostic::error(Code::ReservedName, table.name.span, message);
                    self.report(report.here("a table cannot have its name"));
                }
                self.declare(&table.name, &table.name.text, Entity::Lookup(id(all.lookups.len())));
                all.lookups.push(table);
            }
            ast::Declaration::Table(table) => self.collect_decision(all, Decision::Table(table), group),
            ast::Declaration::Checklist(checklist) => {
                let decision = id(all.decisions.len());
                self.collect_decision(all, Decision::Checklist(checklist), group);
                for (place, item) in checklist.items.iter().enumerate() {
                    let name = format!("{}.{}", checklist.name.text, item.name.text);
                    if self.names.get(&name).is_some_and(|e| matches!(e.entity, Entity::Item(of, _) if of == decision))
                    {
                        continue; // Reported with the other parts of the checklist.
                    }
                    self.declare(&item.name, &name, Entity::Item(decision, u32::try_from(place).unwrap_or(u32::MAX)));
                }
            }
            ast::Declaration::Property(property) => all.properties.push(property),
        }
    }

    fn collect_decision(&mut self, all: &mut Declarations<'a>, decision: Decision<'a>, group: GroupId) {
        let name = decision.name();
        self.declare(name, &name.text, Entity::Decision(id(all.decisions.len())));
        all.decisions.push((decision, group));
    }

    fn collect_record(&mut self, all: &mut Declarations<'a>, record: &'a ast::Record) {
        let record_id = id(all.records.len());
        self.declare(&record.name, &record.name.text, Entity::Record(record_id));
        all.records.push(record);
        let mut fields: FxHashMap<&str, Span> = FxHashMap::default();
        for (place, field) in record.fields.iter().enumerate() {
            let fact = id(all.facts.len());
            all.facts.push((field, Some((record_id, place))));
            if let Some((own, _)) = field.name.text.rsplit_once('.') {
                let message = format!("the name of the field `{}` has more than one part", field.name.text);
                self.report(
                    Diagnostic::error(Code::MisplacedName, field.name.span, message)
                        .here("a field has a simple name")
                        .help(format!("the record is its group: leave out `{own}.`")),
                );
            } else if let Some(first) = fields.insert(&field.name.text, field.name.span) {
                self.report_duplicate_part("field", &field.name, first);
            } else {
                let name = format!("{}.{}", record.name.text, field.name.text);
                self.declare(&field.name, &name, Entity::Field(fact));
            }
        }
    }

    fn collect_source(&mut self, all: &mut Declarations<'a>, source: &'a ast::Source) {
        let source_id: SourceId = id(all.sources.len());
        match all.source_names.get(source.name.text.as_str()) {
            Some(&first) => {
                let first = all.sources[super::index(first)].name.span;
                self.report_duplicate(&source.name, &source.name.text, "a source", first, "a source");
            }
            None => {
                all.source_names.insert(&source.name.text, source_id);
            }
        }
        all.sources.push(source);
    }

    /// Takes `full` for `entity`; `name` is what stands in the text.
    pub(super) fn declare(&mut self, name: &ast::Name, full: &str, entity: Entity) {
        self.names.places.insert(entity, name.span);
        match self.names.get(full) {
            Some(first) => {
                let own = self.entity_words(entity, full, name.span);
                let other = self.entity_words(first.entity, full, first.span);
                self.report_duplicate(name, full, own, first.span, other);
            }
            None => {
                self.names.known.insert(full.to_owned(), Entry { entity, span: name.span });
            }
        }
    }

    /// What a name stands for; a definition that is declared under another name is a score.
    fn entity_words(&self, entity: Entity, full: &str, span: Span) -> &'static str {
        match entity {
            Entity::Definition(_) if self.sources.slice(span) != full => "the score of a rubric",
            _ => entity.words(),
        }
    }

    /// Reports a name that is declared twice.
    pub(super) fn report_duplicate(&mut self, name: &ast::Name, full: &str, what: &str, first: Span, first_what: &str) {
        let message = format!("`{full}` is declared twice");
        self.report(
            Diagnostic::error(Code::DuplicateName, name.span, message)
                .here(format!("declared again here, as {what}"))
                .label(first, format!("first declared here, as {first_what}")),
        );
    }

    /// Reports two parts of one declaration with one name.
    pub(super) fn report_duplicate_part(&mut self, what: &str, name: &ast::Name, first: Span) {
        let several = if what == "criterion" { "criteria".to_owned() } else { format!("{what}s") };
        let message = format!("two {several} are called `{}`", name.text);
        self.report(
            Diagnostic::error(Code::DuplicatePart, name.span, message).here("the second").label(first, "the first"),
        );
    }

    /// Names within names: facts may not lie inside of each other, and only decisions and definitions
    /// may be named after a record.
    fn check_groups(&mut self, all: &Declarations<'a>) {
        let mut clashes = Vec::new();
        let own = all.facts.iter().filter(|(_, field)| field.is_none()).map(|(fact, _)| (&fact.name, "a fact"));
        let constants = all.constants.iter().map(|c| (&c.name, "a constant"));
        let records = all.records.iter().map(|r| (&r.name, "a record"));
        let lookups = all.lookups.iter().map(|l| (&l.name, "a table with parameters"));
        for (name, what) in own.chain(constants).chain(records).chain(lookups) {
            for parent in parents(&name.text) {
                match self.names.get(parent) {
                    Some(Entry { entity: Entity::Record(_), span }) => {
                        let message = format!("`{}` is named after the record `{parent}`", name.text);
                        clashes.push(
                            Diagnostic::error(Code::MisplacedName, name.span, message)
                                .here(format!("{what} is not taken for each record"))
                                .label(span, "the record")
                                .help("only decisions and definitions may be named after a record"),
                        );
                    }
                    Some(Entry { entity: Entity::Fact(_), span }) if what == "a fact" => {
                        let message = format!("the fact `{parent}` has the name of the group of `{}`", name.text);
                        clashes.push(
                            Diagnostic::error(Code::FactInFact, name.span, message)
                                .here(format!("a deal gives this inside of `{parent}`"))
                                .label(span, "so this cannot be a fact of its own")
                                .help(format!("give `{parent}` a name inside of the group: `{parent}.…`")),
                        );
                        break;
                    }
                    _ => {}
                }
            }
        }
        self.found.append(&mut clashes);
        self.check_property_names(all);
    }

    fn check_property_names(&mut self, all: &Declarations<'a>) {
        let mut names: FxHashMap<&str, Span> = FxHashMap::default();
        for property in &all.properties {
            match names.get(property.name.text.as_str()) {
                Some(&first) => {
                    let (name, what) = (&property.name, "a property");
                    self.report_duplicate(name, &name.text, what, first, what);
                }
                None => {
                    names.insert(&property.name.text, property.name.span);
                }
            }
        }
    }
}
