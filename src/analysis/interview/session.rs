//! An interview: questions and answers, without a terminal.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::facts::{Deal, FactPath, Given, Origin, TypeKind};
use crate::policy::Policy;

use super::choose::{Choice, Next};
use super::give::{give, records};
use super::{Settings, choose};

/// An interview about one deal. It always has a next question or is done, and every answer, skip and step back leads to
/// another such state.
///
/// It ends: each fact is asked for once at most, and only a list that becomes known brings new ones.
#[derive(Clone, Debug)]
pub struct Interview {
    policy: Arc<Policy>,
    settings: Settings,
    deal: Deal,
    skipped: BTreeSet<FactPath>,
    turns: Vec<Turn>,
    next: Option<Next>,
}

/// What was asked for, and how everything stood before.
#[derive(Clone, Debug)]
struct Turn {
    path: FactPath,
    deal: Deal,
    skipped: BTreeSet<FactPath>,
    next: Option<Next>,
}

impl Interview {
    /// Begins with what is known.
    pub fn new(policy: Arc<Policy>, deal: Deal, settings: Settings) -> Interview {
        Interview { policy, settings, deal, skipped: BTreeSet::new(), turns: Vec::new(), next: None }
    }

    /// The next question; none when every decision is certain, or what it still needs was skipped.
    pub fn question(&mut self) -> Option<&Choice> {
        let Interview { policy, settings, deal, skipped, .. } = self;
        match self.next.get_or_insert_with(|| choose::next(policy, deal, settings, skipped)) {
            Next::Ask(choice) => Some(choice),
            Next::Done => None,
        }
    }

    /// Answers the question at hand with a value that fits its type, or a whole list with its records. Nothing happens
    /// where there is no question.
    pub fn answer(&mut self, given: Given) {
        let Some(path) = self.question().map(|choice| choice.path) else { return };
        self.turn(path);
        give(&self.policy.schema, &mut self.deal, path, given);
    }

    /// Answers the question for a list with how many records it has; their fields are asked for where they matter. Says whether
    /// the question is one for a list that may have so many.
    pub fn answer_length(&mut self, length: u32, origin: Origin) -> bool {
        let Some(path) = self.question().map(|choice| choice.path) else { return false };
        let ty = &self.policy.schema.facts[path.fact].ty;
        let fits = matches!(ty.kind, TypeKind::List { up_to, .. } if length <= up_to);
        match records(&self.policy.schema, &ty.kind, length).filter(|_| fits) {
            Some(value) => {
                self.answer(Given { value, origin });
                true
            }
            None => false,
        }
    }

    /// Leaves the fact unknown, and asks for it no more.
    pub fn skip(&mut self) {
        let Some(path) = self.question().map(|choice| choice.path) else { return };
        self.turn(path);
        self.skipped.insert(path);
    }

    /// Takes back the last answer or skip; gives the fact that it was about.
    pub fn back(&mut self) -> Option<FactPath> {
        let turn = self.turns.pop()?;
        (self.deal, self.skipped, self.next) = (turn.deal, turn.skipped, turn.next);
        Some(turn.path)
    }

    /// What is known so far.
    pub fn deal(&self) -> &Deal {
        &self.deal
    }

    /// What was skipped, in the order of the policy.
    pub fn skipped(&self) -> impl Iterator<Item = FactPath> {
        self.skipped.iter().copied()
    }

    /// How many questions were answered or skipped.
    pub fn turns(&self) -> usize {
        self.turns.len()
    }

    fn turn(&mut self, path: FactPath) {
        let (deal, skipped, next) = (self.deal.clone(), self.skipped.clone(), self.next.take());
        self.turns.push(Turn { path, deal, skipped, next });
    }
}
