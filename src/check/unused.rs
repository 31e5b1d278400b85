//! What is declared and never used.

use super::names::{Declarations, Definition, Entity};
use super::{Checker, id};
use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::TypeKind;

impl Checker<'_> {
    /// Reports declarations that nothing uses: findings, for a constant a note. To be called where
    /// nothing is an error, because what is in error may have been meant to use them.
    pub(super) fn find_unused(&mut self, all: &Declarations<'_>) {
        self.unused_definitions(all);
        self.unused_facts(all);
        for source in
            all.source_names.values().copied().filter(|source| !self.cited.contains(source)).collect::<Vec<_>>()
        {
            let name = &all.sources[super::index(source)].name;
            self.unused(Code::UnusedSource, name.span, format!("nothing cites the source `{}`", name.text));
        }
        for (unit, span) in self.units.unused().collect::<Vec<_>>() {
            let name = self.schema.units[unit].names.first().cloned().unwrap_or_default();
            self.unused(Code::UnusedUnit, span, format!("nothing is measured in `{name}`"));
        }
        let types: Vec<(String, Span)> = self.types.unused().map(|(name, span)| (name.to_owned(), span)).collect();
        for (name, span) in types {
            self.unused(Code::UnusedType, span, format!("nothing is of the type `{name}`"));
        }
        for (place, constant) in all.constants.iter().enumerate() {
            if !self.used.contains(&Entity::Constant(id(place))) {
                let message = format!("nothing uses the constant `{}`", constant.name.text);
                self.report(Diagnostic::note(Code::UnusedConstant, constant.name.span, message).here("never used"));
            }
        }
        if all.decisions.is_empty() {
            let span = all.first_place();
            let message = "this pack decides nothing";
            self.report(match span {
                Some(span) => Diagnostic::note(Code::NoDecisions, span, message).here("no decision follows"),
                None => {
                    let mut report = Diagnostic::placeless(Code::NoDecisions, message);
                    report.severity = crate::diagnostic::Severity::Note;
                    report
                }
            });
        }
    }

    fn unused(&mut self, code: Code, span: Span, message: String) {
        let report = Diagnostic::finding(code, span, message);
        self.report(report.here("never used").help("leave it out, or use it"));
    }

    fn unused_definitions(&mut self, all: &Declarations<'_>) {
        for (place, definition) in all.definitions.iter().enumerate() {
            if let Definition::Define(define) = definition
                && !self.used.contains(&Entity::Definition(id(place)))
            {
                let message = format!("nothing uses the definition `{}`", define.name.text);
                self.unused(Code::UnusedDefinition, define.name.span, message);
            }
        }
        for (place, table) in all.lookups.iter().enumerate() {
            if !self.used.contains(&Entity::Lookup(id(place))) {
                let message = format!("nothing asks the table `{}`", table.name.text);
                self.unused(Code::UnusedTable, table.name.span, message);
            }
        }
    }

    fn unused_facts(&mut self, all: &Declarations<'_>) {
        for (place, record) in all.records.iter().enumerate() {
            if self.record_lists[place].is_empty() && !self.used.contains(&Entity::Record(id(place))) {
                let message = format!("no fact is a list of `{}`", record.name.text);
                self.unused(Code::UnusedRecord, record.name.span, message);
            }
        }
        for (place, (fact, field_of)) in all.facts.iter().enumerate() {
            let Some(Some(ty)) = self.fact_types.get(place) else { continue };
            let used = match (field_of, &ty.kind) {
                // The text is there for people to read.
                (_, TypeKind::Text) => true,
                // Of a record whose list is not used, that alone is reported.
                (Some((record, _)), _) => {
                    let lists = &self.record_lists[super::index(*record)];
                    let listed = lists.iter().any(|list| self.used.contains(&Entity::Fact(*list)));
                    let asked = listed || self.used.contains(&Entity::Record(*record));
                    self.used.contains(&Entity::Field(id(place))) || !asked
                }
                // The records of a list that is decided about one by one are used without being named.
                (None, TypeKind::List { record, .. }) => {
                    self.used.contains(&Entity::Fact(id(place))) || self.used.contains(&Entity::Record(*record))
                }
                (None, _) => self.used.contains(&Entity::Fact(id(place))),
            };
            if !used {
                let what = if field_of.is_some() { "field" } else { "fact" };
                let name = self.schema.qualified_name(id(place));
                let message = format!("no rule reads the {what} `{name}`");
                self.unused(Code::UnusedFact, fact.name.span, message);
            }
        }
    }
}

impl Declarations<'_> {
    /// Where the first thing is declared.
    fn first_place(&self) -> Option<Span> {
        let facts = self.facts.iter().map(|(fact, _)| fact.name.span);
        let constants = self.constants.iter().map(|c| c.name.span);
        let definitions = self.definitions.iter().map(|d| d.head().span);
        facts.chain(constants).chain(definitions).min_by_key(|span| (span.file, span.start))
    }
}
