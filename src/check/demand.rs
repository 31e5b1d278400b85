//! Working things out in the order in which they need each other, without recursion over them.
//!
//! The type of a definition, and the value of a constant, may hang on others that stand further down
//! or in another file. Each is tried; whatever it needs and is not there yet is worked out first, and
//! then it is tried again. What needs itself that way is a cycle.

use rustc_hash::FxHashMap;

use super::Checker;
use crate::base::Span;

/// How far something that has to be worked out has come.
#[derive(Clone, Debug)]
pub(super) enum State<T> {
    /// Nobody has asked.
    NotYet,
    /// It waits for others.
    InProgress,
    /// The result; `None` where it is in error.
    Done(Option<T>),
}

/// What the attempt at hand has run into.
#[derive(Debug, Default)]
pub(super) struct InQuestion {
    /// Things that have to be worked out first.
    pub(super) missing: Vec<(usize, Span)>,
    /// Things that wait for what is being tried.
    pub(super) circular: Vec<(usize, Span)>,
}

impl InQuestion {
    /// The result of `state`, which belongs to the thing at `place`. Where there is none yet that is
    /// noted, and the attempt goes on without.
    pub(super) fn ask<T: Clone>(&mut self, state: &State<T>, place: usize, span: Span) -> Option<T> {
        match state {
            State::Done(result) => result.clone(),
            State::NotYet => {
                self.missing.push((place, span));
                None
            }
            State::InProgress => {
                self.circular.push((place, span));
                None
            }
        }
    }
}

/// Which list of states an order is worked out for.
pub(super) type States<'a, T> = for<'c> fn(&'c mut Checker<'a>) -> &'c mut Vec<State<T>>;

impl<'a> Checker<'a> {
    /// Works out everything in `states` that is not there yet. `attempt` tries one; it may be called
    /// more than once, and only the last call counts.
    pub(super) fn work_out<T>(
        &mut self,
        states: States<'a, T>,
        name: impl Fn(usize) -> String,
        mut attempt: impl FnMut(&mut Self, usize) -> Option<T>,
    ) {
        for start in 0..states(self).len() {
            let mut stack = vec![start];
            // Those that wait, outermost first, with what they wait for.
            let mut waiting: Vec<(usize, FxHashMap<usize, Span>)> = Vec::new();
            while let Some(&top) = stack.last() {
                if matches!(states(self)[top], State::Done(_)) {
                    stack.pop();
                    continue;
                }
                states(self)[top] = State::InProgress;
                if waiting.last().is_none_or(|(last, _)| *last != top) {
                    waiting.push((top, FxHashMap::default()));
                }
                let (found, exprs) = (self.found.len(), self.exprs.len());
                self.in_question = InQuestion::default();
                let result = attempt(self, top);
                let InQuestion { missing, circular } = std::mem::take(&mut self.in_question);
                if missing.is_empty() {
                    for (place, span) in circular {
                        self.report_waiting_cycle(&waiting, place, span, &name);
                    }
                    states(self)[top] = State::Done(result);
                    waiting.pop();
                    stack.pop();
                } else {
                    self.found.truncate(found);
                    self.exprs.truncate(exprs);
                    for (place, span) in missing {
                        if let Some((_, needs)) = waiting.last_mut()
                            && needs.insert(place, span).is_none()
                        {
                            stack.push(place);
                        }
                    }
                }
            }
        }
    }

    /// The innermost of `waiting` needs the thing at `place`, which waits for it.
    fn report_waiting_cycle(
        &mut self,
        waiting: &[(usize, FxHashMap<usize, Span>)],
        place: usize,
        span: Span,
        name: &impl Fn(usize) -> String,
    ) {
        let Some(first) = waiting.iter().position(|(waits, _)| *waits == place) else { return };
        let around = &waiting[first..];
        let mut steps: Vec<(String, Span)> = Vec::new();
        for (i, (waits, needs)) in around.iter().enumerate() {
            let step = match around.get(i + 1) {
                Some((next, _)) => needs.get(next).copied().unwrap_or(span),
                None => span,
            };
            steps.push((name(*waits), step));
        }
        self.report_cycle(&steps);
    }
}
