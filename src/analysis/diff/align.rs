//! Which fact of one policy is which of another.

use crate::facts::{FactId, Schema, Type, TypeKind};
use crate::policy::Policy;

/// The old policy with its facts called as in the new one, and what changed of them.
#[derive(Clone, Debug)]
pub struct Aligned {
    /// The old policy. A fact whose values are of another kind now is called otherwise, as it is another fact.
    pub before: Policy,
    /// What changed of the facts and fields, in the order of the new policy; those that are gone last.
    pub facts: Vec<FactChange>,
}

/// What changed of a fact or a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactChange {
    /// The fact in the old policy.
    pub before: Option<FactId>,
    /// The fact in the new policy.
    pub after: Option<FactId>,
    /// What changed.
    pub kind: FactChangeKind,
}

/// What changed of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is called otherwise: its type is the same, and so is its label, its question, most of its name, or the name of the
    /// records of a list.
    Renamed,
    /// It takes other values.
    Retyped,
    /// Something else is presumed of it.
    Presumed,
}

/// Finds which fact is which: by name, and with `renames` by what else is the same.
pub fn align(before: &Policy, after: &Policy, renames: bool) -> Aligned {
    let mut aligned = Aligned { before: before.clone(), facts: Vec::new() };
    let (was, is) = (&before.schema, &after.schema);
    let tops = |schema: &Schema| -> Vec<FactId> {
        schema.facts.iter().filter(|(_, fact)| fact.field_of.is_none()).map(|(id, _)| id).collect()
    };
    let (old, new) = (tops(was), tops(is));
    let mut pairs = pairs_of((was, &old), (is, &new), renames);
    // Fields of the records of lists that are one.
    let lists: Vec<(FactId, FactId)> = pairs.clone();
    for (one, other) in lists {
        let (TypeKind::List { record: one, .. }, TypeKind::List { record: other, .. }) =
            (&was.facts[one].ty.kind, &is.facts[other].ty.kind)
        else {
            continue;
        };
        let (one, other) = (&was.records[*one].fields, &is.records[*other].fields);
        if !pairs.iter().any(|(old, _)| one.contains(old)) {
            pairs.extend(pairs_of((was, one), (is, other), renames));
        }
    }
    for (id, fact) in is.facts.iter() {
        let change = |before: Option<FactId>, kind| FactChange { before, after: Some(id), kind };
        let Some(&(old, _)) = pairs.iter().find(|(_, new)| *new == id) else {
            aligned.facts.push(change(None, FactChangeKind::Added));
            continue;
        };
        let own = &was.facts[old];
        let called = &mut aligned.before.schema.facts[old].name;
        if own.name != fact.name {
            called.clone_from(&fact.name);
            aligned.facts.push(change(Some(old), FactChangeKind::Renamed));
        }
        if !same_type((was, &own.ty), (is, &fact.ty)) {
            if !is_compatible(&own.ty, &fact.ty) {
                *called = format!("{} (old)", own.name);
            }
            aligned.facts.push(change(Some(old), FactChangeKind::Retyped));
        }
        let presumed = |policy: &Policy, id: FactId| {
            let fact = &policy.schema.facts[id];
            fact.presumed.as_ref().map(|value| policy.text_of_value(value, &fact.ty))
        };
        if presumed(before, old) != presumed(after, id) {
            aligned.facts.push(change(Some(old), FactChangeKind::Presumed));
        }
    }
    let gone = was.facts.iter().map(|(id, _)| id).filter(|id| !pairs.iter().any(|(old, _)| old == id));
    let gone = gone.map(|id| FactChange { before: Some(id), after: None, kind: FactChangeKind::Removed });
    aligned.facts.extend(gone);
    aligned
}

type Facts<'a> = (&'a Schema, &'a [FactId]);

/// Which fact is which.
fn pairs_of((was, old): Facts<'_>, (is, new): Facts<'_>, renames: bool) -> Vec<(FactId, FactId)> {
    let mut pairs = Vec::new();
    let mut gone = Vec::new();
    for &one in old {
        match new.iter().find(|&&other| is.facts[other].name == was.facts[one].name) {
            Some(&other) => pairs.push((one, other)),
            None => gone.push(one),
        }
    }
    let mut added: Vec<FactId> = new.iter().copied().filter(|id| !pairs.iter().any(|(_, other)| other == id)).collect();
    if renames {
        for one in gone {
            let alike: Vec<FactId> = added.iter().copied().filter(|&other| is_alike((was, one), (is, other))).collect();
            if let [only] = alike[..] {
                added.retain(|other| *other != only);
                pairs.push((one, only));
            }
        }
    }
    pairs
}

/// Whether two facts of different names are likely to be one.
fn is_alike((was, one): (&Schema, FactId), (is, other): (&Schema, FactId)) -> bool {
    let (old, new) = (&was.facts[one], &is.facts[other]);
    let parts = |name: &str| -> Option<(String, String)> {
        let (group, own) = name.rsplit_once('.')?;
        Some((group.to_owned(), own.to_owned()))
    };
    let name = match (parts(&old.name), parts(&new.name)) {
        (Some((group, own)), Some((now, and_own))) => group == now || own == and_own,
        _ => false,
    };
    let same = |one: &Option<String>, other: &Option<String>| one.is_some() && one == other;
    let records = match (&old.ty.kind, &new.ty.kind) {
        (TypeKind::List { record: one, .. }, TypeKind::List { record: other, .. }) => {
            was.records[*one].name == is.records[*other].name
        }
        _ => false,
    };
    let evidence = same(&old.label, &new.label) || same(&old.ask, &new.ask) || name || records;
    same_type((was, &old.ty), (is, &new.ty)) && evidence
}

type Typed<'a> = (&'a Schema, &'a Type);

fn names(schema: &Schema, id: crate::facts::EnumerationId) -> Vec<&str> {
    schema.enumerations[id].variants.iter().map(|variant| variant.name.as_str()).collect()
}

/// Whether two types allow the same values.
fn same_type((was, old): Typed<'_>, (is, new): Typed<'_>) -> bool {
    let kind = match (&old.kind, &new.kind) {
        (TypeKind::Variant(one), TypeKind::Variant(other)) | (TypeKind::Items(one), TypeKind::Items(other)) => {
            names(was, *one) == names(is, *other)
        }
        (TypeKind::Number(one), TypeKind::Number(other)) => {
            one.kind == other.kind
                && one.range == other.range
                && was.unit_name(&one.unit) == is.unit_name(&other.unit)
                && was.decimals(old) == is.decimals(new)
        }
        // Their fields are facts of their own.
        (TypeKind::List { up_to: one, .. }, TypeKind::List { up_to: other, .. }) => one == other,
        (one, other) => one == other,
    };
    kind && old.optional == new.optional
}

/// Whether values of one type can be values of the other. Numbers of another unit can: what a deal file gives as a plain
/// number is read by either policy in its own.
fn is_compatible(old: &Type, new: &Type) -> bool {
    std::mem::discriminant(&old.kind) == std::mem::discriminant(&new.kind)
}
