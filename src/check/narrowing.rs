//! What is known not to be none, and since when.
//!
//! A condition tells something about the values it asks for: where `x is not none and C` goes on to
//! `C`, `x` is there. [`Known`] is what a condition tells; the checker's set of narrowed places is what
//! the conditions around an expression have told.

use super::Checker;
use crate::base::Span;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::FactId;
use crate::policy::{DecisionId, DefinitionId, ExprId, ExprKind};

/// Something with a name that can be none, always the same within one declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// A fact, or a field of the record at hand.
    Fact(FactId),
    /// A definition.
    Definition(DefinitionId),
    /// A decision.
    Decision(DecisionId),
    /// A parameter of the table at hand.
    Parameter(u32),
}

impl Place {
    /// The place an expression names, if it names one.
    pub(super) fn of(kind: &ExprKind) -> Option<Place> {
        match kind {
            ExprKind::Fact(fact) => Some(Place::Fact(*fact)),
            ExprKind::Definition(definition) => Some(Place::Definition(*definition)),
            ExprKind::Decision(decision) => Some(Place::Decision(*decision)),
            ExprKind::Parameter(parameter) => Some(Place::Parameter(*parameter)),
            _ => None,
        }
    }
}

/// The places that are not none where a condition holds, and where it does not.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Where it holds.
    pub(super) when_true: Vec<Place>,
    /// Where it does not.
    pub(super) when_false: Vec<Place>,
}

impl Known {
    /// What the negation tells.
    pub(super) fn negated(self) -> Known {
        Known { when_true: self.when_false, when_false: self.when_true }
    }
}

/// The places that are in each of several lists.
pub(super) fn in_all(lists: Vec<Vec<Place>>) -> Vec<Place> {
    let mut lists = lists.into_iter();
    let mut common = lists.next().unwrap_or_default();
    for list in lists {
        if common.is_empty() {
            break;
        }
        let other: rustc_hash::FxHashSet<Place> = list.into_iter().collect();
        common.retain(|place| other.contains(place));
    }
    common
}

impl Checker<'_> {
    /// Checks something where `known` are not none.
    pub(super) fn knowing<R>(&mut self, known: &[Place], work: impl FnOnce(&mut Self) -> R) -> R {
        let new = self.learn(known);
        let result = work(self);
        self.forget(&new);
        result
    }

    /// Takes note that `known` are not none; gives back those that were not known before.
    pub(super) fn learn(&mut self, known: &[Place]) -> Vec<Place> {
        known.iter().copied().filter(|place| self.narrowed.insert(*place)).collect()
    }

    /// Undoes `learn`.
    pub(super) fn forget(&mut self, places: &[Place]) {
        for place in places {
            self.narrowed.remove(place);
        }
    }

    /// The expression, where it cannot be none; a report where it can.
    pub(super) fn present(&mut self, expr: ExprId) -> Option<ExprId> {
        if !self.type_of(expr).optional {
            return Some(expr);
        }
        let span = self.span_of(expr);
        self.report_may_be_none(expr, span, "a value is needed here");
        None
    }

    /// Reports the use of something that may be none.
    pub(super) fn report_may_be_none(&mut self, expr: ExprId, span: Span, need: &str) {
        let what = self.quoted(span);
        let mut report = Diagnostic::error(Code::MayBeNone, span, format!("{what} may be none")).here(need);
        if let Some((place, words)) = self.declared_at(expr) {
            report = report.label(place, words);
        }
        report = if Place::of(&self.expr(expr).kind).is_some() {
            let name = what.trim_matches('`').to_owned();
            report.help(format!("ask first: `{name} is not none and …`, or `if {name} is none then … else …`"))
        } else {
            report.help("give it a name with `define`, and ask whether that is none before using it")
        };
        self.report(report);
    }
}
