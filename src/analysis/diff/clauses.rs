//! What is said of the deals of a region.

use super::super::circuit::Lit;
use super::super::encode::Hand;
use super::grow::Cube;
use super::search::Comparison;
use super::terms::{Term, TermForm};
use super::{Bound, Clause, Range, Side, Subject};
use crate::base::Number;
use crate::facts::Value;

impl Comparison<'_, '_, '_> {
    /// What holds for all deals of a region.
    pub(super) fn clauses(&mut self, cube: &Cube, terms: &[Term], hands: [Option<Hand>; 2]) -> Vec<Clause> {
        let mut clauses = Vec::new();
        for (place, range) in cube.ranges(terms) {
            let range = self.only_one(cube, &terms[place], range);
            let range = self.by_telling_numbers(&terms[place], range);
            clauses.push(self.clause(&terms[place], hands, range));
        }
        self.together(clauses)
    }

    /// Says what something is, rather than what it is not, where it can be nothing else in the region.
    fn only_one(&mut self, cube: &Cube, term: &Term, range: Range) -> Range {
        let (Range::Among { values, excluded, other_texts: false }, TermForm::Choice { values: all, .. }) =
            (&range, &term.form)
        else {
            return range;
        };
        if values.len() < 2 || excluded.is_empty() {
            return range;
        }
        let mut left = Vec::new();
        for (value, lit) in all.iter().filter(|(value, _)| values.contains(value)) {
            let asked: Vec<Lit> = cube.lits().into_iter().chain([*lit]).collect();
            if self.inquiry.can(&asked) != Ok(false) {
                left.push(value.clone());
            }
        }
        match &left[..] {
            [_] => {
                let excluded = all.iter().map(|(value, _)| value.clone()).filter(|value| !left.contains(value));
                Range::Among { excluded: excluded.collect(), values: left, other_texts: false }
            }
            _ => range,
        }
    }

    /// Says `below 12` rather than `at most 11.99`, where 12 is a number of the policies.
    fn by_telling_numbers(&self, term: &Term, range: Range) -> Range {
        let TermForm::Quantity { under, date: false, .. } = &term.form else { return range };
        let (Range::Between { low, high }, true) = (&range, *under > 1) else { return range };
        if low == high {
            return range;
        }
        let numbers = &self.inquiry.telling().numbers;
        let step = |bound: &Option<Bound>, by: i128| {
            let bound = bound.as_ref()?;
            let (Value::Number(number), true) = (&bound.value, bound.included) else { return Some(bound.clone()) };
            let next = number.add(Number::integer(by).divide(Number::integer(*under)).ok()?).ok();
            match next.filter(|next| numbers.contains(next) && !numbers.contains(number)) {
                Some(next) => Some(Bound { value: Value::Number(next), included: false }),
                None => Some(bound.clone()),
            }
        };
        Range::Between { low: step(low, -1), high: step(high, 1) }
    }

    /// Conditions on what something was and on what it is now, one after the other.
    fn together(&self, clauses: Vec<Clause>) -> Vec<Clause> {
        let words = |clause: &Clause| match clause.subject {
            Subject::Expr(expr) | Subject::NoValue(expr) | Subject::Item(expr, _) => {
                self.policy(clause.side).text_of(expr)
            }
            Subject::AsOf | Subject::Records(_) | Subject::Otherwise(_) => String::new(),
        };
        let mut ordered: Vec<Clause> = Vec::with_capacity(clauses.len());
        for clause in clauses {
            let same = ordered.iter().rposition(|other| clause.ambiguous && words(other) == words(&clause));
            match same {
                Some(place) => ordered.insert(place + 1, clause),
                None => ordered.push(clause),
            }
        }
        ordered
    }

    fn clause(&mut self, term: &Term, hands: [Option<Hand>; 2], range: Range) -> Clause {
        let hand = hands[if term.side == Side::Before { 0 } else { 1 }];
        let ambiguous = match term.subject {
            Subject::Expr(expr) | Subject::NoValue(expr) | Subject::Item(expr, _) => {
                self.is_ambiguous(term.side, hand, expr)
            }
            Subject::AsOf | Subject::Records(_) | Subject::Otherwise(_) => false,
        };
        Clause { side: term.side, ambiguous, subject: term.subject, range }
    }
}
