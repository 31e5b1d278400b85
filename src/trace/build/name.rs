//! What people and programs call facts, records and places.

use super::Builder;
use crate::base::Span;
use crate::facts::{FactId, FactPath, RecordId, RecordValue, Value};
use crate::policy::DecisionId;
use crate::trace::data::{FactRef, Place};
use crate::trace::words;

impl Builder<'_> {
    pub(super) fn place(&self, span: Span) -> Option<Place> {
        place(self.report.sources, span)
    }

    pub(super) fn deal_place(&self, span: Span) -> Option<Place> {
        place(self.report.deal_sources, span)
    }

    /// The title of the file that declares a decision.
    pub(super) fn group(&self, id: DecisionId) -> String {
        let group = &self.policy.groups[self.policy.decisions[id].group];
        group.label.clone().unwrap_or_else(|| group.name.clone())
    }

    /// The list whose records a scope means.
    pub(super) fn list_of_scope(&self, scope: Option<RecordId>) -> Option<FactId> {
        scope.and_then(|record| self.policy.schema.list_of(record))
    }

    /// `client.kind`, `instances[0].users`; `instance.users` where no record is at hand.
    pub(super) fn path(&self, fact: FactId, list: Option<FactId>, index: Option<u32>) -> String {
        let schema = &self.policy.schema;
        let Some((record, _)) = schema.facts[fact].field_of else { return schema.facts[fact].name.clone() };
        match (list.or_else(|| schema.list_of(record)), index) {
            (Some(list), Some(i)) => format!("{}[{i}].{}", schema.facts[list].name, schema.facts[fact].name),
            _ => schema.qualified_name(fact),
        }
    }

    /// What a record of a list is called: its first text, or `instance 1`.
    pub(super) fn record_name(&self, scope: Option<RecordId>, index: u32) -> String {
        let Some(record) = scope else { return format!("{}", u64::from(index) + 1) };
        let schema = &self.policy.schema;
        let given = schema.list_of(record).and_then(|list| self.report.deal.get(list));
        let value = given.and_then(|g| match &g.value {
            Value::List(records) => records.get(index as usize),
            _ => None,
        });
        let text = |value: &RecordValue| {
            schema.records[record].fields.iter().zip(&value.fields).find_map(|(_, given)| match given {
                Some(given) => match &given.value {
                    Value::Text(text) if !text.trim().is_empty() => Some(words::shortened(text)),
                    _ => None,
                },
                None => None,
            })
        };
        value.and_then(text).unwrap_or_else(|| format!("{} {}", schema.records[record].name, u64::from(index) + 1))
    }

    /// What people call a fact: its label, with the record it belongs to.
    fn label(&self, path: FactPath) -> String {
        let fact = &self.policy.schema.facts[path.fact];
        let label = self.policy.schema.label(path.fact).to_owned();
        match (fact.field_of, path.index) {
            (Some((record, _)), Some(i)) => format!("{label} of {}", self.record_name(Some(record), i)),
            _ => label,
        }
    }

    pub(super) fn fact_ref(&self, path: FactPath) -> FactRef {
        let schema = &self.policy.schema;
        let fact = &schema.facts[path.fact];
        FactRef {
            path: schema.path(path),
            label: self.label(path),
            ask: fact.ask.clone(),
            judged_by: fact.judged_by.clone(),
            presumed: fact.presumed.as_ref().map(|v| words::value(schema, &fact.ty, v)),
            takes: words::takes(schema, &fact.ty),
        }
    }
}

fn place(sources: &crate::base::Sources, span: Span) -> Option<Place> {
    let (file, position) = sources.locate(span)?;
    Some(Place { file: file.to_owned(), line: position.line, column: position.column })
}
