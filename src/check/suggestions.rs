//! "Did you mean …?" over everything in scope.

use super::names::Entity;
use super::{Checker, index};
use crate::base::did_you_mean;
use crate::facts::{EnumerationId, TypeKind};

/// How many names are looked up this way in one run; each look goes over everything in scope.
pub(super) const MOST: u32 = 100;

impl Checker<'_> {
    fn may_suggest(&mut self) -> bool {
        let left = self.suggestions_left.checked_sub(1);
        self.suggestions_left = left.unwrap_or(0);
        left.is_some()
    }

    /// The name nearest to `wrong` that an expression may use, or a variant of `expected`.
    pub(super) fn suggest_name(&mut self, wrong: &str, expected: Option<EnumerationId>) -> Option<String> {
        if !self.may_suggest() {
            return None;
        }
        let variants = expected.into_iter().flat_map(|e| self.schema.enumerations[e].variants.iter());
        let variants = variants.map(|v| v.name.as_str());
        let parameters = self.scope.lookup.and_then(|lookup| self.signature(lookup));
        let parameters = parameters.into_iter().flat_map(|s| s.parameters.iter().map(|p| p.0.as_str()));
        let known = self.names.iter().filter(|(_, entry)| self.may_be_named(entry.entity)).map(|(name, _)| name);
        // Fewest edits first, and what the place asks for before what merely exists.
        let near = did_you_mean(wrong, variants.chain(parameters));
        near.or_else(|| did_you_mean(wrong, known)).map(str::to_owned)
    }

    /// Whether an expression at hand may use `entity` by its name alone.
    fn may_be_named(&self, entity: Entity) -> bool {
        match entity {
            Entity::Record(_) | Entity::Lookup(_) => false,
            Entity::Fact(fact) => {
                !matches!(self.fact_types.get(index(fact)), Some(Some(ty)) if matches!(ty.kind, TypeKind::List { .. }))
            }
            _ => true,
        }
    }

    /// The decision nearest to `wrong`.
    pub(super) fn suggest_decision(&mut self, wrong: &str) -> Option<String> {
        self.suggest_entity(wrong, |entity| matches!(entity, Entity::Decision(_)))
    }

    /// The name nearest to `wrong` of what `wanted` accepts.
    pub(super) fn suggest_entity(&mut self, wrong: &str, wanted: impl Fn(Entity) -> bool) -> Option<String> {
        if !self.may_suggest() {
            return None;
        }
        let known = self.names.iter().filter(|(_, entry)| wanted(entry.entity)).map(|(name, _)| name);
        did_you_mean(wrong, known).map(str::to_owned)
    }

    /// The nearest of a few names.
    pub(super) fn suggest_among<'n>(
        &mut self,
        wrong: &str,
        candidates: impl IntoIterator<Item = &'n str>,
    ) -> Option<String> {
        if self.may_suggest() { did_you_mean(wrong, candidates).map(str::to_owned) } else { None }
    }
}
