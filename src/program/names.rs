//! The names of facts as a deal nests them, for reading straight into slots.

use super::form::{Form, Kind};
use super::slots::Slots;
use crate::facts::{FactId, Schema, TypeKind};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Fact(Target),
    Group(usize),
}

/// A fact, or a field of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) slot: u32,
    pub(super) form: Form,
    pub(super) optional: bool,
    pub(super) low: i64,
    pub(super) high: i64,
    /// For a variant, where its names stand in [`Names::variants`]; for a list, the group of its record's fields.
    pub(super) further: usize,
}

/// All names, in groups.
#[derive(Debug)]
pub(super) struct Names {
    groups: Vec<Vec<(Box<str>, Name)>>,
    variants: Vec<Vec<Box<str>>>,
}

/// The group of a whole deal.
pub(super) const DEAL: usize = 0;

impl Names {
    pub(super) fn of(schema: &Schema, slots: &Slots) -> Names {
        let enumerations = schema.enumerations.iter();
        let variants = enumerations.map(|(_, e)| e.variants.iter().map(|v| v.name.as_str().into()).collect());
        let mut names = Names { groups: vec![Vec::new()], variants: variants.collect() };
        // Behind the group of the deal, one for the fields of each record.
        names.groups.extend(schema.records.iter().map(|_| Vec::new()));
        for (id, fact) in schema.facts.iter() {
            let root = fact.field_of.map_or(DEAL, |(record, _)| 1 + record.into_raw().into_u32() as usize);
            let target = Names::target(schema, slots, id);
            names.insert(root, &fact.name, target);
        }
        names
    }

    fn target(schema: &Schema, slots: &Slots, id: FactId) -> Target {
        let ty = &schema.facts[id].ty;
        let slot = id.into_raw().into_u32();
        let (low, high) = slots.bounds(slot);
        let further = match &ty.kind {
            TypeKind::Variant(id) => id.into_raw().into_u32() as usize,
            TypeKind::List { record, .. } => 1 + record.into_raw().into_u32() as usize,
            _ => 0,
        };
        Target { slot, form: slots.form(slot), optional: ty.optional, low, high, further }
    }

    fn insert(&mut self, root: usize, name: &str, target: Target) {
        let (path, last) = name.rsplit_once('.').unwrap_or(("", name));
        let mut group = root;
        for part in path.split('.').filter(|part| !part.is_empty()) {
            group = match self.find(group, part, 0) {
                Some((_, Name::Group(known))) => *known,
                _ => {
                    self.groups.push(Vec::new());
                    let next = self.groups.len() - 1;
                    self.groups[group].push((part.into(), Name::Group(next)));
                    next
                }
            };
        }
        self.groups[group].push((last.into(), Name::Fact(target)));
    }

    /// What a name stands for in a group, and its place there. Deals tend to give facts in one order: `expected` is the
    /// place that is looked at first.
    #[inline]
    pub(super) fn find(&self, group: usize, name: &str, expected: usize) -> Option<(usize, &Name)> {
        let group = self.groups.get(group)?;
        match group.get(expected) {
            Some((known, stands_for)) if **known == *name => Some((expected, stands_for)),
            _ => {
                let mut names = group.iter().enumerate();
                names.find(|(_, (known, _))| **known == *name).map(|(place, (_, stands_for))| (place, stands_for))
            }
        }
    }

    /// The cell of a variant.
    #[inline]
    pub(super) fn variant(&self, target: &Target, name: &str) -> Option<i64> {
        let variants = self.variants.get(target.further)?;
        variants.iter().position(|variant| **variant == *name).map(|place| place as i64)
    }
}

impl Target {
    /// Whether it is a whole number, so that its digits need not be looked at.
    pub(super) fn is_whole(&self) -> bool {
        self.form.kind == Kind::Number && self.form.places == 0
    }

    /// The cell itself where the type allows it.
    #[inline]
    pub(super) fn within(&self, cell: i64) -> Option<i64> {
        (self.low <= cell && cell <= self.high).then_some(cell)
    }
}
