//! What a decision is to come to.

use super::super::circuit::{Circuit, Integer, Lit, Ratio, TooWide};
use super::super::encode::{Encoded, Form, MOST_RECORDS, Symbol, day};
use crate::base::CompareOp;
use crate::engine::{Answer, Answers, Decisions, Possible, State};
use crate::facts::{Fact, TypeKind, Value};
use crate::policy::{DecisionId, Policy};

/// What a decision is to come to.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// Which decision.
    pub decision: DecisionId,
    /// For one that is taken for each record: the place of the record among its answers.
    pub record: Option<u32>,
    /// To what.
    pub wanted: Wanted,
}

/// The values that are wanted.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// This one.
    Is(Value),
    /// Any but this one.
    IsNot(Value),
    /// Those that compare so: numbers and dates that are not none.
    Compares(CompareOp, Value),
    /// Sets with this item, by its place.
    Has(u32),
    /// Sets without it.
    Lacks(u32),
}

impl Wanted {
    /// Whether it is one of them.
    pub fn holds(&self, value: &Value) -> bool {
        let has = |item: &u32| matches!(value, Value::Items(items) if items.contains(*item));
        match self {
            Wanted::Is(wanted) => value == wanted,
            Wanted::IsNot(other) => value != other,
            Wanted::Compares(op, end) => {
                let order = match (value, end) {
                    (Value::Number(a), Value::Number(b)) => a.cmp(b),
                    (Value::Date(a), Value::Date(b)) => a.cmp(b),
                    _ => return false,
                };
                match op {
                    CompareOp::Less => order.is_lt(),
                    CompareOp::LessOrEqual => order.is_le(),
                    CompareOp::Greater => order.is_gt(),
                    CompareOp::GreaterOrEqual => order.is_ge(),
                }
            }
            Wanted::Has(item) => has(item),
            Wanted::Lacks(item) => !has(item),
        }
    }

    /// The value that it names.
    pub(super) fn value(&self) -> Option<&Value> {
        match self {
            Wanted::Is(value) | Wanted::IsNot(value) | Wanted::Compares(_, value) => Some(value),
            Wanted::Has(_) | Wanted::Lacks(_) => None,
        }
    }

    /// Whether each of the values is one of them; `false` where that is not certain.
    fn holds_for_all(&self, possible: &Possible) -> bool {
        match (self, possible) {
            (_, Possible::Values(values)) => !values.is_empty() && values.iter().all(|value| self.holds(value)),
            (Wanted::Compares(..), Possible::Range { low, high, none: false }) => self.holds(low) && self.holds(high),
            (Wanted::IsNot(other), Possible::Range { low, high, none }) => {
                let within = low <= other && other <= high;
                !within && (*other != Value::None || !none)
            }
            (Wanted::Has(item), Possible::Items { certain, .. }) => certain.contains(*item),
            (Wanted::Lacks(item), Possible::Items { certain, open }) => {
                !certain.contains(*item) && !open.contains(*item)
            }
            _ => false,
        }
    }

    /// Where a symbol is one of them; it must have a value.
    fn literal(&self, circuit: &mut Circuit, symbol: &Symbol, texts: &[std::sync::Arc<str>]) -> Result<Lit, TooWide> {
        let constant = |value: &Value| {
            let code = |code: i128| Some(Symbol::of(Form::Code(Integer::constant(code))));
            match value {
                Value::Boolean(b) => Some(Symbol::boolean(Lit::constant(*b))),
                Value::Number(n) => Some(Symbol::of(Form::Number(Ratio::constant(*n)))),
                Value::Date(date) => code(day(*date)),
                Value::Variant(place) => code(i128::from(*place)),
                Value::Text(text) => texts.iter().position(|t| t == text).and_then(|at| code(at as i128)),
                Value::None => Some(Symbol::none()),
                Value::Items(_) | Value::List(_) => None,
            }
        };
        let has = |item: &u32| match &symbol.form {
            Form::Items(items) => items.get(*item as usize).copied().unwrap_or(Lit::FALSE),
            _ => Lit::FALSE,
        };
        Ok(match self {
            Wanted::Is(value) => match constant(value) {
                Some(wanted) => symbol.equals(circuit, &wanted)?,
                None => Lit::FALSE,
            },
            Wanted::IsNot(value) => match constant(value) {
                Some(other) => !symbol.equals(circuit, &other)?,
                None => Lit::TRUE,
            },
            Wanted::Compares(op, value) => {
                let Some(end) = constant(value) else { return Ok(Lit::FALSE) };
                let holds = match op {
                    CompareOp::LessOrEqual => symbol.at_most(circuit, &end)?,
                    CompareOp::Greater => !symbol.at_most(circuit, &end)?,
                    CompareOp::GreaterOrEqual => end.at_most(circuit, symbol)?,
                    CompareOp::Less => !end.at_most(circuit, symbol)?,
                };
                circuit.and(holds, !symbol.none)
            }
            Wanted::Has(item) => has(item),
            Wanted::Lacks(item) => !has(item),
        })
    }
}

/// Where a goal is reached, and where the circuit does not say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reached {
    pub(super) goal: Lit,
    pub(super) lost: Lit,
}

impl Goal {
    /// Where the circuit reaches it.
    pub(super) fn reached(
        &self,
        circuit: &mut Circuit,
        encoded: &Encoded,
        policy: &Policy,
        texts: &[std::sync::Arc<str>],
    ) -> Reached {
        let never = Reached { goal: Lit::FALSE, lost: Lit::FALSE };
        if self.is_far_down(policy) {
            return Reached { goal: Lit::FALSE, lost: Lit::TRUE };
        }
        let verdicts = encoded.decisions.get(&self.decision).map(Vec::as_slice).unwrap_or_default();
        let mut there = verdicts.iter().filter(|(there, _)| *there != Lit::FALSE);
        let Some((there, verdict)) = there.nth(self.record.unwrap_or(0) as usize) else { return never };
        let failed = verdict.symbol.fails.any(circuit);
        let ends = circuit.and(*there, !failed);
        let ends = circuit.and(ends, !verdict.conflict);
        match self.wanted.literal(circuit, &verdict.symbol, texts) {
            Ok(holds) => Reached { goal: circuit.and(ends, holds), lost: verdict.symbol.fails.lost },
            Err(TooWide) => Reached { goal: Lit::FALSE, lost: ends },
        }
    }

    /// Whether it is about a record further down a list than the circuit looks.
    fn is_far_down(&self, policy: &Policy) -> bool {
        let scope = policy.decisions[self.decision].scope;
        let is_longer = |fact: &Fact| match fact.ty.kind {
            TypeKind::List { record, up_to } => Some(record) == scope && up_to > MOST_RECORDS,
            _ => false,
        };
        self.record.is_some_and(|record| record >= MOST_RECORDS)
            && policy.schema.facts.iter().any(|(_, fact)| is_longer(fact))
    }

    /// The answer that it is about.
    fn answer<'d>(&self, decisions: &'d Decisions) -> Option<&'d Answer> {
        let taken = decisions.taken.iter().find(|taken| taken.decision == self.decision)?;
        match (&taken.answers, self.record) {
            (Answers::One(answer), None) => Some(answer),
            (Answers::Each(answers), Some(record)) => answers.get(record as usize),
            _ => None,
        }
    }

    /// Whether it is certain in a deal that was decided, whatever the unknown facts are.
    pub fn is_met(&self, decisions: &Decisions) -> bool {
        match self.answer(decisions).map(|answer| &answer.state) {
            Some(State::Decided(value) | State::Default(value)) => self.wanted.holds(value),
            Some(State::Undecided(open)) => {
                !(open.gap || open.conflict || open.error || open.missing.is_empty())
                    && self.wanted.holds_for_all(&open.possible)
            }
            Some(State::Conflict(_) | State::Error(_)) | None => false,
        }
    }
}
