//! What people and programs call facts, records and places.

use super::Builder;
use crate::base::Span;
use crate::facts::{Element, FactId, FactPath, TypeKind};
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

    /// `client.kind`, `instances[0].users`; `instance.users` where no record is at hand.
    pub(super) fn path(&self, fact: FactId, at_hand: Option<Element>) -> String {
        let schema = &self.policy.schema;
        let field_of = schema.facts[fact].field_of;
        let its_own = |e: &Element| matches!(schema.facts[e.list].ty.kind, TypeKind::List { record, .. } if field_of.is_some_and(|(of, _)| of == record));
        schema.path(FactPath { fact, element: at_hand.filter(its_own) })
    }

    /// What a record of a list is called: its first text, or `instance 1`.
    pub(super) fn record_name(&self, element: Element) -> String {
        words::record_name(&self.policy.schema, self.report.deal, element)
    }

    /// What people call a fact: its label, with the record it belongs to.
    fn label(&self, path: FactPath) -> String {
        words::label(&self.policy.schema, self.report.deal, path)
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
