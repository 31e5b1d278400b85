//! Properties: what must hold, or must never hold, for every deal.

use super::expressions::Hint;
use super::names::Declarations;
use super::{Checker, Scope, text};
use crate::facts::Type;
use crate::policy::{self, ExprId, ExprKind};
use crate::syntax::ast;

impl Checker<'_> {
    /// Checks every property.
    pub(super) fn check_properties(&mut self, all: &Declarations<'_>) -> Vec<Option<policy::Property>> {
        all.properties.iter().map(|property| self.property(property, all)).collect()
    }

    fn property(&mut self, property: &ast::Property, all: &Declarations<'_>) -> Option<policy::Property> {
        let notes = self.notes(&property.notes, all);
        let scope = Scope { implied: Some(None), ..Scope::default() };
        let (condition, scope) = self.within(scope, |c| c.property_condition(&property.condition));
        let record = scope.implied.flatten();
        if let Some((record, span)) = record {
            self.uses_record(record);
            if let Some((_, question)) = scope.questions.iter().find(|(asked, _)| *asked == record) {
                self.report_nested_question(record, *question, Some(span));
            }
            self.needs_list(record, span, &format!("`{}` is to hold", property.name.text));
        }
        Some(policy::Property {
            name: property.name.text.clone(),
            label: text(property.label.as_ref()),
            never: property.never,
            scope: record.map(|(record, _)| record),
            condition: condition?,
            notes,
            span: property.name.span,
        })
    }

    /// At the top, `if A then B` is `not A or B`.
    fn property_condition(&mut self, written: &ast::Expr) -> Option<ExprId> {
        let ast::ExprKind::If { condition, then, otherwise: None } = &written.kind else {
            return self.condition(written).expr;
        };
        let premise = self.condition(condition);
        let conclusion = self.knowing(&premise.known.when_true, |c| match &then.kind {
            ast::ExprKind::If { otherwise: None, .. } => c.infer(then, &Hint::Words("a condition")).expr,
            _ => c.condition(then).expr,
        });
        let (premise, conclusion) = (premise.expr?, conclusion?);
        let span = self.span_of(premise);
        let not = self.push(ExprKind::Not(premise), Type::boolean(), span);
        Some(self.push(ExprKind::Or([not, conclusion].into()), Type::boolean(), written.span))
    }
}
