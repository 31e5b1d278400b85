//! How many rows came to what.

use crate::facts::TypeKind;
use crate::policy::{DecisionId, Policy};

/// How many rows there were, and what their decisions came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows that were decided.
    pub decided: u64,
    /// Rows that could not be read.
    pub rejected: u64,
    /// For each decision, in the order of the policy.
    pub outcomes: Vec<Outcomes>,
}

/// How often a decision came to what. One that is taken for each record of a list counts for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// For each outcome that can be named, in the order of [`Outcomes::names`]; for a number, a date, a text or a set there is
    /// one place for all of them.
    pub values: Vec<u64>,
    /// There is none.
    pub none: u64,
    /// Facts are missing.
    pub undecided: u64,
    /// No rule speaks.
    pub gap: u64,
    /// Rules that stand disagree.
    pub conflict: u64,
    /// An expression has no value.
    pub error: u64,
    /// Answers that lean on something presumed, whatever they are.
    pub provisional: u64,
}

impl Outcomes {
    /// What the outcomes of a decision are called that are counted apart: the variants of an enumeration, true and false; for any
    /// other type nothing.
    pub fn names(policy: &Policy, decision: DecisionId) -> Vec<&str> {
        match policy.decisions[decision].ty.kind {
            TypeKind::Boolean => vec!["false", "true"],
            TypeKind::Variant(id) => {
                policy.schema.enumerations[id].variants.iter().map(|variant| variant.name.as_str()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Counts a value by its place, or one that is not counted apart.
    #[inline]
    pub(super) fn value(&mut self, place: usize) {
        if let Some(count) = self.values.get_mut(place) {
            *count += 1;
        }
    }

    /// Counts so many values that are not counted apart.
    #[cfg(feature = "columnar")]
    pub(super) fn values(&mut self, count: usize) {
        if let Some(sum) = self.values.first_mut() {
            *sum += count as u64;
        }
    }

    fn add(&mut self, other: &Outcomes) {
        self.values.iter_mut().zip(&other.values).for_each(|(sum, more)| *sum += more);
        self.none += other.none;
        self.undecided += other.undecided;
        self.gap += other.gap;
        self.conflict += other.conflict;
        self.error += other.error;
        self.provisional += other.provisional;
    }
}

impl Tally {
    /// Nothing counted yet of these decisions.
    pub fn new(policy: &Policy, decisions: &[DecisionId]) -> Tally {
        let outcomes = decisions.iter().map(|&id| {
            let values = vec![0; Outcomes::names(policy, id).len().max(1)];
            Outcomes { values, ..Outcomes::default() }
        });
        Tally { outcomes: outcomes.collect(), ..Tally::default() }
    }

    /// Adds what was counted elsewhere of the same decisions.
    pub fn add(&mut self, other: &Tally) {
        self.decided += other.decided;
        self.rejected += other.rejected;
        self.outcomes.iter_mut().zip(&other.outcomes).for_each(|(sum, more)| sum.add(more));
    }

    /// Counts nothing any more.
    pub(super) fn clear(&mut self) {
        self.decided = 0;
        self.rejected = 0;
        for outcomes in &mut self.outcomes {
            outcomes.values.fill(0);
            *outcomes = Outcomes { values: std::mem::take(&mut outcomes.values), ..Outcomes::default() };
        }
    }
}
