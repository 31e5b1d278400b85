//! Checklists: the set of the items that apply.

use super::Checker;
use super::decisions::Body;
use super::names::Declarations;
use super::text;
use crate::facts::Type;
use crate::policy::{self, Hit, RuleSet, Shape, Window};
use crate::syntax::ast;

impl Checker<'_> {
    /// The items of a checklist as rules that put them into the set.
    pub(super) fn checklist(
        &mut self,
        checklist: &ast::Checklist,
        ty: Option<&Type>,
        all: &Declarations<'_>,
    ) -> Option<Body> {
        if checklist.items.is_empty() {
            self.report_empty(
                &checklist.name,
                "no items",
                "write `item NAME \"Label\"` for each, with `when …` where it depends",
            );
            return None;
        }
        self.unique_parts("item", checklist.items.iter().map(|item| &item.name));
        let rules: Vec<Option<policy::Rule>> = checklist
            .items
            .iter()
            .enumerate()
            .map(|(place, item)| {
                let condition = item.when.as_ref().map(|when| self.condition(when).expr);
                let notes = self.notes(&item.notes, all);
                let outcome = self.variant_literal(ty?, u32::try_from(place).unwrap_or(u32::MAX), item.name.span);
                let condition = match condition {
                    Some(condition) => Some(condition?),
                    None => None,
                };
                Some(policy::Rule {
                    name: item.name.text.clone(),
                    label: text(item.label.as_ref()),
                    condition,
                    outcome,
                    overrides: Vec::new(),
                    window: Window::default(),
                    notes,
                    span: item.span,
                })
            })
            .collect();
        let rules = rules.into_iter().collect::<Option<Vec<_>>>()?;
        Some((RuleSet { hit: Hit::Collect, rules, default: None }, Shape::Checklist))
    }
}
