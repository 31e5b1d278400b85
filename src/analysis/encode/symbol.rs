//! What an expression comes to, over all deals at once.

use super::super::circuit::{Circuit, Integer, Lit, Ratio, TooWide};
use crate::base::Number;

/// A value that depends on the deal, or why there is none.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Symbol {
    /// Its value, where it has one that is not none.
    pub(in crate::analysis) form: Form,
    /// Where its value is none.
    pub(in crate::analysis) none: Lit,
    /// Where it has no value.
    pub(in crate::analysis) fails: Fails,
}

/// The value of a [`Symbol`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::analysis) enum Form {
    /// None, or no value at all.
    Nothing,
    Boolean(Lit),
    /// A variant by its place, a date by its day, a text by its place among the texts.
    Code(Integer),
    Number(Ratio),
    /// For each item whether it is in the set.
    Items(Vec<Lit>),
}

/// A value that is the same in every deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::analysis) enum Constant {
    None,
    Boolean(bool),
    Code(i128),
    Number(Number),
}

/// Where an expression has no value. At most one of the first three holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) struct Fails {
    /// It needs a gap.
    pub(in crate::analysis) gap: Lit,
    /// It is an error.
    pub(in crate::analysis) error: Lit,
    /// The circuit does not say.
    pub(in crate::analysis) lost: Lit,
    /// It is an error because a date is reckoned that the calendar of the language does not have.
    pub(in crate::analysis) beyond: Lit,
    /// It is an error because a decision that it needs is in error or in conflict.
    pub(in crate::analysis) elsewhere: Lit,
}

impl Fails {
    pub(in crate::analysis) const NEVER: Fails =
        Fails { gap: Lit::FALSE, error: Lit::FALSE, lost: Lit::FALSE, beyond: Lit::FALSE, elsewhere: Lit::FALSE };

    /// Where it fails in any way.
    pub(in crate::analysis) fn any(self, circuit: &mut Circuit) -> Lit {
        let one = circuit.or(self.gap, self.error);
        circuit.or(one, self.lost)
    }

    /// These, and where `reached` those of what comes next.
    pub(in crate::analysis) fn then(self, circuit: &mut Circuit, reached: Lit, next: Fails) -> Fails {
        let or = |circuit: &mut Circuit, one: Lit, other: Lit| {
            let other = circuit.and(reached, other);
            circuit.or(one, other)
        };
        let gap = or(circuit, self.gap, next.gap);
        let lost = or(circuit, self.lost, next.lost);
        // Of two errors the first says why.
        let [beyond, elsewhere] = [(self.beyond, next.beyond), (self.elsewhere, next.elsewhere)].map(|(one, other)| {
            let first = circuit.and(other, !self.error);
            or(circuit, one, first)
        });
        Fails { gap, error: or(circuit, self.error, next.error), lost, beyond, elsewhere }
    }

    /// Where it is an error, and it is here that it is to be mended.
    pub(in crate::analysis) fn own_error(self, circuit: &mut Circuit) -> Lit {
        circuit.all([self.error, !self.beyond, !self.elsewhere])
    }

    /// The same of an expression that needs a decision that ends so: its errors are told of the decision.
    pub(super) fn of_a_decision(self) -> Fails {
        Fails { elsewhere: self.error, ..self }
    }

    /// The same where `place` holds; elsewhere none of it.
    pub(super) fn only(self, circuit: &mut Circuit, place: Lit) -> Fails {
        Fails {
            gap: circuit.and(self.gap, place),
            error: circuit.and(self.error, place),
            lost: circuit.and(self.lost, place),
            beyond: circuit.and(self.beyond, place),
            elsewhere: circuit.and(self.elsewhere, place),
        }
    }

    /// These where `condition` holds, else `other`.
    fn choose(circuit: &mut Circuit, condition: Lit, then: Fails, other: Fails) -> Fails {
        Fails {
            gap: circuit.choose(condition, then.gap, other.gap),
            error: circuit.choose(condition, then.error, other.error),
            lost: circuit.choose(condition, then.lost, other.lost),
            beyond: circuit.choose(condition, then.beyond, other.beyond),
            elsewhere: circuit.choose(condition, then.elsewhere, other.elsewhere),
        }
    }

    /// Of several that are evaluated side by side: an error counts before a gap, and what the circuit does not
    /// say before both.
    pub(in crate::analysis) fn ranked(self, circuit: &mut Circuit) -> Fails {
        let worse = circuit.or(self.error, self.lost);
        Fails { gap: circuit.and(self.gap, !worse), lost: self.lost, ..self.only(circuit, !self.lost) }
    }
}

impl Symbol {
    pub(in crate::analysis) fn of(form: Form) -> Symbol {
        Symbol { form, none: Lit::FALSE, fails: Fails::NEVER }
    }

    pub(in crate::analysis) fn boolean(lit: Lit) -> Symbol {
        Symbol::of(Form::Boolean(lit))
    }

    pub(in crate::analysis) fn none() -> Symbol {
        Symbol { form: Form::Nothing, none: Lit::TRUE, fails: Fails::NEVER }
    }

    /// Its value, where it is the same in every deal in which there is one.
    pub(in crate::analysis) fn constant(&self) -> Option<Constant> {
        match (&self.form, self.none) {
            (_, Lit::TRUE) => Some(Constant::None),
            (Form::Boolean(lit), Lit::FALSE) if lit.is_constant() => Some(Constant::Boolean(*lit == Lit::TRUE)),
            (Form::Code(code), Lit::FALSE) => code.known().map(Constant::Code),
            (Form::Number(number), Lit::FALSE) => number.known().map(Constant::Number),
            _ => None,
        }
    }

    /// The same with these failures in place of its own.
    pub(in crate::analysis) fn failing(self, fails: Fails) -> Symbol {
        Symbol { fails, ..self }
    }

    /// The literals that say what it comes to: two that agree in all of them are the same.
    pub(in crate::analysis) fn literals(&self, circuit: &mut Circuit) -> Vec<Lit> {
        let form: Vec<Lit> = match &self.form {
            Form::Nothing => Vec::new(),
            Form::Boolean(lit) => vec![*lit],
            Form::Code(code) => code.bits().to_vec(),
            Form::Number(number) => number.literals().collect(),
            Form::Items(items) => items.clone(),
        };
        let failed = self.fails.any(circuit);
        let nothing = circuit.or(failed, self.none);
        let mut lits: Vec<Lit> = form.into_iter().map(|lit| circuit.and(lit, !nothing)).collect();
        lits.push(circuit.and(self.none, !failed));
        lits.extend([self.fails.gap, self.fails.error, self.fails.lost]);
        lits
    }

    /// Where it has the value true.
    pub(in crate::analysis) fn truth(&self) -> Lit {
        match self.form {
            Form::Boolean(lit) => lit,
            _ => Lit::FALSE,
        }
    }

    /// Where both have one value.
    pub(in crate::analysis) fn equals(&self, circuit: &mut Circuit, other: &Symbol) -> Result<Lit, TooWide> {
        let same = match (&self.form, &other.form) {
            (Form::Boolean(a), Form::Boolean(b)) => circuit.same(*a, *b),
            (Form::Code(a), Form::Code(b)) => a.equals(circuit, b),
            (Form::Number(a), Form::Number(b)) => a.equals(circuit, b)?,
            (Form::Items(a), Form::Items(b)) => {
                let at = |items: &[Lit], i: usize| items.get(i).copied().unwrap_or(Lit::FALSE);
                let same: Vec<Lit> = (0..a.len().max(b.len())).map(|i| circuit.same(at(a, i), at(b, i))).collect();
                circuit.all(same)
            }
            _ => Lit::FALSE,
        };
        let neither = circuit.and(!self.none, !other.none);
        let same = circuit.and(neither, same);
        let both = circuit.and(self.none, other.none);
        Ok(circuit.or(same, both))
    }

    /// Where it is at most `other`; both are numbers or dates and not none.
    pub(in crate::analysis) fn at_most(&self, circuit: &mut Circuit, other: &Symbol) -> Result<Lit, TooWide> {
        match (&self.form, &other.form) {
            (Form::Code(a), Form::Code(b)) => Ok(a.at_most(circuit, b)),
            (Form::Number(a), Form::Number(b)) => a.at_most(circuit, b),
            _ => Ok(Lit::FALSE),
        }
    }

    /// `then` where `condition` holds, else `otherwise`.
    pub(in crate::analysis) fn choose(
        circuit: &mut Circuit,
        condition: Lit,
        then: &Symbol,
        otherwise: &Symbol,
    ) -> Result<Symbol, TooWide> {
        let form = match (&then.form, &otherwise.form) {
            _ if condition == Lit::TRUE => then.form.clone(),
            _ if condition == Lit::FALSE => otherwise.form.clone(),
            (Form::Nothing, form) | (form, Form::Nothing) => form.clone(),
            (Form::Boolean(a), Form::Boolean(b)) => Form::Boolean(circuit.choose(condition, *a, *b)),
            (Form::Code(a), Form::Code(b)) => Form::Code(Integer::choose(circuit, condition, a, b)),
            (Form::Number(a), Form::Number(b)) => Form::Number(Ratio::choose(circuit, condition, a, b)?),
            (Form::Items(a), Form::Items(b)) => {
                let at = |items: &[Lit], i: usize| items.get(i).copied().unwrap_or(Lit::FALSE);
                let one = |i| circuit.choose(condition, at(a, i), at(b, i));
                Form::Items((0..a.len().max(b.len())).map(one).collect())
            }
            (form, _) => form.clone(),
        };
        Ok(Symbol {
            form,
            none: circuit.choose(condition, then.none, otherwise.none),
            fails: Fails::choose(circuit, condition, then.fails, otherwise.fails),
        })
    }
}
