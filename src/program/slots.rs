//! Where a program finds what a deal says: a slot for each fact, for each field of a record, and for the date.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::form::{Form, bounds};
use crate::facts::{FactId, Value};
use crate::policy::{ExprKind, Policy};

/// The most slots.
pub(crate) const MOST_SLOTS: usize = 5_000;

/// The slots of a policy. That of a fact has the number of the fact; that of a list holds how many records it has.
#[derive(Debug)]
pub(crate) struct Slots {
    slots: Vec<(Form, (i64, i64))>,
    /// The slot of the date.
    pub(crate) as_of: u32,
    /// The texts that the policy names, by their numbers.
    texts: FxHashMap<Arc<str>, u32>,
    named: Vec<Arc<str>>,
}

impl Slots {
    /// The slots of a policy, if they are not too many.
    pub(crate) fn of_policy(policy: &Policy) -> Option<Slots> {
        let facts = policy.schema.facts.iter();
        let slots: Vec<_> =
            facts.map(|(_, fact)| (Form::of(&policy.schema, &fact.ty), bounds(&policy.schema, &fact.ty))).collect();
        let mut texts = FxHashMap::default();
        let mut named: Vec<Arc<str>> = Vec::new();
        let mut add = |value: &Value| {
            if let Value::Text(text) = value {
                let next = u32::try_from(named.len()).unwrap_or(u32::MAX);
                texts.entry(Arc::clone(text)).or_insert_with(|| {
                    named.push(Arc::clone(text));
                    next
                });
            }
        };
        for (_, expr) in policy.exprs.iter() {
            if let ExprKind::Literal(value) = &expr.kind {
                add(value);
            }
        }
        policy.constants.iter().flat_map(|(_, constant)| &constant.values).for_each(|(_, value)| add(value));
        let as_of = u32::try_from(slots.len()).ok()?;
        (slots.len() < MOST_SLOTS).then_some(Slots { slots, as_of, texts, named })
    }

    /// How many there are, that of the date among them.
    pub(crate) fn len(&self) -> usize {
        self.slots.len() + 1
    }

    pub(crate) fn of(&self, fact: FactId) -> Option<u32> {
        let slot = fact.into_raw().into_u32();
        (slot < self.as_of).then_some(slot)
    }

    pub(crate) fn form(&self, slot: u32) -> Form {
        self.slots.get(slot as usize).map_or(Form::PLAIN, |(form, _)| *form)
    }

    /// The least and the greatest cell.
    pub(crate) fn bounds(&self, slot: u32) -> (i64, i64) {
        self.slots.get(slot as usize).map_or((0, 0), |(_, bounds)| *bounds)
    }

    /// The number of a text; texts that the policy does not name have those from [`Slots::named`] on, or one that no
    /// other text has.
    pub(crate) fn text(&self, text: &str) -> i64 {
        self.texts.get(text).map_or(-1, |number| i64::from(*number))
    }

    /// The texts that the policy names, by their numbers.
    pub(crate) fn named(&self) -> &[Arc<str>] {
        &self.named
    }
}
