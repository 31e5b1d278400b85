//! What others need to know of a declaration before its body is looked at: its type and its record.

use rustc_hash::FxHashMap;

use super::demand::State;
use super::names::{Decision, Declarations, Definition, Entity};
use super::{Checker, id};
use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{RecordId, Type, TypeKind, Variant};
use crate::syntax::ast;

/// The types and records of everything that is decided or defined, each by its id.
#[derive(Debug, Default)]
pub(super) struct Signatures {
    /// The record a definition is named after.
    pub(super) definition_scopes: Vec<Option<RecordId>>,
    /// The type of a decision.
    pub(super) decisions: Vec<Option<Type>>,
    /// The record a decision is named after.
    pub(super) decision_scopes: Vec<Option<RecordId>>,
    /// Parameters and type of a table with parameters.
    pub(super) lookups: Vec<Signature>,
}

/// Parameters and type of a table with parameters.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    /// Names, types and the places of the types.
    pub(super) parameters: Vec<(String, Option<Type>, Span)>,
    /// What it yields.
    pub(super) ty: Option<Type>,
}

impl Checker<'_> {
    /// Works out the types that are written down. Those of definitions that leave them out follow
    /// from their bodies later.
    pub(super) fn declare_signatures(&mut self, all: &Declarations<'_>) {
        for definition in &all.definitions {
            let scope = self.names.record_of(&definition.name());
            self.signatures.definition_scopes.push(scope);
            let written = match definition {
                Definition::Define(define) => define.ty.as_ref(),
                Definition::Score(_) => None,
            };
            let state = match written {
                Some(written) => State::Done(self.plain_type(written, "a definition")),
                None => State::NotYet,
            };
            self.definitions.push(state);
        }
        for (place, (decision, _)) in all.decisions.iter().enumerate() {
            let name = decision.name();
            let scope = self.names.record_of(&name.text);
            self.signatures.decision_scopes.push(scope);
            let ty = self.decision_type(*decision);
            self.signatures.decisions.push(ty);
            if let Decision::Table(table) = decision
                && let Some(Some(Type { kind: TypeKind::Items(_), .. })) = self.signatures.decisions.last()
            {
                self.declare_collected(table, id(place));
            }
            if let Some(record) = scope {
                self.used.insert(Entity::Record(record));
                self.needs_list(record, name.span, &format!("`{}` is decided", name.text));
            }
        }
        for table in &all.lookups {
            let signature = self.lookup_signature(table);
            self.signatures.lookups.push(signature);
        }
    }

    /// A type that is not a list.
    fn plain_type(&mut self, written: &ast::TypeExpr, what: &str) -> Option<Type> {
        let ty = self.ty(written)?;
        if let TypeKind::List { .. } = ty.kind {
            let report = Diagnostic::error(Code::MalformedType, written.span, format!("{what} cannot be a list"));
            self.report(report.here("only facts are lists"));
            return None;
        }
        Some(ty)
    }

    fn decision_type(&mut self, decision: Decision<'_>) -> Option<Type> {
        match decision {
            Decision::Decide(decide) => self.plain_type(&decide.ty, "a decision"),
            Decision::Rubric(rubric, _) => self.enumerated_type(&rubric.ty, "a rubric"),
            Decision::Gate(gate) => self.enumerated_type(&gate.ty, "a gate"),
            Decision::Table(table) if matches!(table.hit, Some((ast::HitPolicy::Collect, _))) => {
                let ty = self.enumerated_type(&table.ty, "a table that collects")?;
                match ty.kind {
                    TypeKind::Variant(outcomes) => Some(Type::of(TypeKind::Items(outcomes))),
                    _ => None,
                }
            }
            Decision::Table(table) => self.plain_type(&table.ty, "a decision"),
            Decision::Checklist(checklist) => {
                let items = checklist.items.iter().map(|item| Variant {
                    name: item.name.text.clone(),
                    label: item.label.as_ref().map(|label| label.value.clone()),
                });
                let items = items.collect();
                Some(Type::of(TypeKind::Items(self.add_enumeration(None, items))))
            }
        }
    }

    /// The type of a shape whose outcomes are known by name.
    fn enumerated_type(&mut self, written: &ast::TypeExpr, what: &str) -> Option<Type> {
        let ty = self.ty(written)?;
        if matches!(ty.kind, TypeKind::Variant(_)) && !ty.optional {
            return Some(ty);
        }
        let message = format!("{what} is `one of` its outcomes");
        let here = format!("this is {}", self.describe(&ty));
        self.report(Diagnostic::error(Code::NotEnumerated, written.span, message).here(here));
        None
    }

    /// The outcomes that a table collects can be asked for one by one, as the items of a checklist can.
    fn declare_collected(&mut self, table: &ast::Table, decision: crate::policy::DecisionId) {
        let Some(Some(Type { kind: TypeKind::Items(outcomes), .. })) = self.signatures.decisions.last() else { return };
        let variants: Vec<String> =
            self.schema.enumerations[*outcomes].variants.iter().map(|variant| variant.name.clone()).collect();
        for (place, variant) in variants.into_iter().enumerate() {
            let item = Entity::Item(decision, u32::try_from(place).unwrap_or(u32::MAX));
            self.declare(&table.name, &format!("{}.{variant}", table.name.text), item);
        }
    }

    fn lookup_signature(&mut self, table: &ast::Table) -> Signature {
        let mut parameters: Vec<(String, Option<Type>, Span)> = Vec::new();
        let mut places: FxHashMap<&str, Span> = FxHashMap::default();
        for parameter in table.parameters.iter().flatten() {
            let name = &parameter.name;
            if let Some(&first) = places.get(name.text.as_str()) {
                self.report_duplicate_part("parameter", name, first);
            } else if let Some(entry) = self.names.get(&name.text) {
                self.report_duplicate(name, &name.text, "a parameter", entry.span, entry.entity.words());
            }
            places.insert(&name.text, name.span);
            let ty = self.plain_type(&parameter.ty, "a parameter");
            parameters.push((name.text.clone(), ty, parameter.ty.span));
        }
        let ty = match table.hit {
            Some((ast::HitPolicy::Collect, span)) => {
                let message = format!("`{}` has parameters, and a set of outcomes is no value", table.name.text);
                self.report(
                    Diagnostic::error(Code::CollectedLookup, span, message)
                        .here("collects")
                        .help("use `exactly one` or `first match`, or leave out the parameters to make it a decision"),
                );
                self.ty(&table.ty);
                None
            }
            _ => self.plain_type(&table.ty, "a table"),
        };
        Signature { parameters, ty }
    }
}
