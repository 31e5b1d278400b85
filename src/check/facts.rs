//! Facts, records and their fields.

use super::expressions::Asked;
use super::names::Declarations;
use super::{Checker, Fixed, Scope, id, index, text};
use crate::base::{Number, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Fact, FactId, Record, RecordId, Type, TypeKind, Value};
use crate::policy::ExprKind;
use crate::syntax::ast;

impl Checker<'_> {
    /// Fills the schema with facts and records, under the ids that `collect` has given them.
    pub(super) fn declare_facts(&mut self, all: &Declarations<'_>) {
        for record in &all.records {
            self.schema.records.alloc(Record {
                name: record.name.text.clone(),
                label: text(record.label.as_ref()),
                fields: Vec::new(),
                list: None,
                span: record.name.span,
            });
            self.record_lists.push(Vec::new());
        }
        for (place, (fact, field_of)) in all.facts.iter().enumerate() {
            let fact_id = id(place);
            let ty = self.fact_type(fact, fact_id, field_of.is_some());
            let presumed = self.presumed(fact, ty.as_ref());
            let cost = fact.cost.as_ref().and_then(|written| self.cost(fact, written));
            if let Some((record, _)) = field_of {
                self.schema.records[*record].fields.push(fact_id);
            }
            self.schema.facts.alloc(Fact {
                name: fact.name.text.clone(),
                label: text(fact.label.as_ref()),
                // A fact whose type is in error is never looked at: there is no policy.
                ty: ty.clone().unwrap_or_else(Type::boolean),
                ask: text(fact.ask.as_ref()),
                fixed: fact.fixed.is_some(),
                cost,
                presumed,
                judged_by: text(fact.judged_by.as_ref()),
                field_of: *field_of,
                span: fact.name.span,
            });
            self.fact_types.push(ty);
        }
        for (place, lists) in self.record_lists.iter().enumerate() {
            if let [list] = lists.as_slice() {
                self.schema.records[id(place)].list = Some(*list);
            }
        }
    }

    fn fact_type(&mut self, fact: &ast::Fact, fact_id: FactId, field: bool) -> Option<Type> {
        let ty = self.ty(&fact.ty)?;
        if let TypeKind::List { record, .. } = ty.kind {
            if field {
                let message = format!("the field `{}` is a list", fact.name.text);
                let report = Diagnostic::error(Code::MalformedType, fact.ty.span, message);
                self.report(report.here("a record holds no lists").help("give the list a fact of its own"));
                return None;
            }
            self.record_lists[index(record)].push(fact_id);
        }
        Some(ty)
    }

    fn presumed(&mut self, fact: &ast::Fact, ty: Option<&Type>) -> Option<Value> {
        let (written, ty) = (fact.presumed.as_ref()?, ty?);
        if matches!(ty.kind, TypeKind::List { .. }) {
            let report = Diagnostic::error(Code::MalformedType, written.span, "a list cannot be presumed");
            self.report(report.here("presumed here").label(fact.ty.span, "a list"));
            return None;
        }
        let asked = Asked { what: "the presumption for", name: &fact.name.text, at: Some(fact.ty.span) };
        let scope = Scope { fixed: Fixed::Literal, ..Scope::default() };
        let (expr, _) = self.within(scope, |c| c.expect(written, ty, &asked));
        let expr = self.expr(expr?);
        let ExprKind::Literal(value) = &expr.kind else {
            self.report_not_fixed(written.span, Fixed::Literal);
            return None;
        };
        let value = value.clone();
        if let Value::Number(n) = value
            && !self.schema.fits_decimals(n, ty)
        {
            let allowed = self.schema.decimals(ty).unwrap_or(0);
            let message = format!("`{}` has at most {allowed} decimals", fact.name.text);
            let report = Diagnostic::error(Code::TooManyDecimals, written.span, message);
            self.report(report.here("this has more").label(fact.ty.span, "its type"));
            return None;
        }
        Some(value)
    }

    /// A cost in thousandths.
    fn cost(&mut self, fact: &ast::Fact, written: &ast::Expr) -> Option<u32> {
        let thousandths = match &written.kind {
            ast::ExprKind::Number { value, unit: None, .. } => value.multiply(Number::integer(1_000)).ok(),
            _ => None,
        };
        let cost = thousandths.and_then(Number::to_integer).and_then(|n| u32::try_from(n).ok());
        let cost = cost.filter(|cost| (1..=Fact::MOST_COST).contains(cost));
        if cost.is_none() {
            let message = format!("`{}` cannot have this cost", fact.name.text);
            let report = Diagnostic::error(Code::NotACost, written.span, message).here("this is no cost").help(
                "a cost is a plain number from 0.001 to 1_000_000 with at most 3 decimals; an ordinary fact has 1",
            );
            self.report(report);
        }
        cost
    }

    /// Whether `record` belongs to exactly one list, so that something can be taken for each of it.
    /// Where it does not, that is reported once for each record.
    pub(super) fn needs_list(&mut self, record: RecordId, span: Span, what: &str) {
        let lists = self.record_lists[index(record)].clone();
        if lists.len() == 1 || !self.unlisted.insert(record) {
            return;
        }
        let name = self.record_name(record).to_owned();
        let declared = self.schema.records[record].span;
        let mut report = match lists.as_slice() {
            // A list whose own type is in error may be the one.
            [] if self.fact_types.iter().any(Option::is_none) => return,
            [] => Diagnostic::error(
                Code::RecordLists,
                span,
                format!("{what} for each `{name}`, of which there is no list"),
            )
            .label(declared, "the record")
            .help(format!("declare one: `fact {name}s: list of {name} up to 50`")),
            _ => Diagnostic::error(
                Code::RecordLists,
                span,
                format!("{what} for each `{name}`, of which there are {} lists", lists.len()),
            )
            .help("give each list a record of its own, so that it is clear whose records are meant"),
        };
        report = report.here("taken for each record");
        for list in lists {
            report = report.label(self.schema.facts[list].span, "a list of them");
        }
        self.report(report);
    }
}
