//! What a decision came to.

use jiff::civil::Date;

use super::cell::{CONFLICT, Cell, GAP, MOST, MOST_ITEMS, NONE, OPEN, decode, is_fault, is_stop};
use super::evaluator::Evaluator;
use super::form::{Form, Kind};
use super::{Output, OutputId};
use crate::engine::{Answer, Answers, State};
use crate::facts::deal::date_of_day;
use crate::facts::{ItemSet, Value};
use crate::policy::Hit;

/// How a decision ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// By the rules that stand, or computed.
    Decided,
    /// No rule stands; the default is the outcome.
    Default,
    /// Unknown facts can still change it.
    Undecided,
    /// Everything that matters is known and no rule speaks.
    Gap,
    /// Rules that stand disagree.
    Conflict,
    /// An expression has no value.
    Error,
    /// The run left it open, and the engine has not been asked.
    Open,
}

/// What a decision came to. What the accessors give is `None` for another ending, and for another type.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    ending: Ending,
    cell: Cell,
    form: Form,
    /// How many decimals the decision may have.
    places: u32,
    /// What the engine said.
    answer: Option<&'a Answer>,
    /// Who knows the texts.
    evaluator: &'a Evaluator,
}

impl<'a> Outcome<'a> {
    /// How it ended.
    #[inline]
    pub fn ending(&self) -> Ending {
        self.ending
    }

    /// Whether there is a value.
    #[inline]
    pub fn is_decided(&self) -> bool {
        matches!(self.ending, Ending::Decided | Ending::Default)
    }

    #[inline]
    fn cell(&self, kind: Kind) -> Option<Cell> {
        let some = self.is_decided() && self.form.kind == kind && self.cell.unsigned_abs() <= MOST.unsigned_abs();
        some.then_some(self.cell)
    }

    /// Whether the value is none.
    pub fn is_none(&self) -> bool {
        self.is_decided() && self.cell == NONE
    }

    /// True or false.
    #[inline]
    pub fn boolean(&self) -> Option<bool> {
        self.cell(Kind::Boolean).map(|cell| cell != 0)
    }

    /// A number as the integer that it is after moving its point by so many decimals: 715.87 is `(71587, 2)`. `None` too
    /// for one that needs more than 62 bits; [`Outcome::value`] has it.
    #[inline]
    pub fn decimal(&self) -> Option<(i64, u32)> {
        decimal(self.cell(Kind::Number)?, self.form.places, self.places)
    }

    /// The place of the variant in its enumeration.
    #[inline]
    pub fn variant(&self) -> Option<u32> {
        self.cell(Kind::Variant).and_then(|cell| u32::try_from(cell).ok())
    }

    /// A date.
    pub fn date(&self) -> Option<Date> {
        self.cell(Kind::Date).and_then(date_of_day)
    }

    /// A set of items.
    pub fn items(&self) -> Option<ItemSet> {
        match self.answer.map(|answer| &answer.state) {
            Some(State::Decided(Value::Items(items)) | State::Default(Value::Items(items))) => Some(items.clone()),
            Some(_) => None,
            None => {
                self.cell(Kind::Items).map(|cell| ItemSet::new((0..MOST_ITEMS).filter(|item| cell >> item & 1 == 1)))
            }
        }
    }

    /// A text.
    pub fn text(&self) -> Option<&'a str> {
        match self.answer.map(|answer| &answer.state) {
            Some(State::Decided(Value::Text(text)) | State::Default(Value::Text(text))) => Some(text),
            Some(_) => None,
            None => self.cell(Kind::Text).and_then(|cell| self.evaluator.text_of(cell)),
        }
    }

    /// The value, whatever its type.
    pub fn value(&self) -> Option<Value> {
        match self.answer.map(|answer| &answer.state) {
            Some(State::Decided(value) | State::Default(value)) => Some(value.clone()),
            Some(_) => None,
            None if self.form.kind == Kind::Text => self.text().map(|text| Value::Text(text.into())),
            None => decode(self.cell, self.form),
        }
    }
}

/// The number that a cell of so many decimals holds, for a decision that may have `allowed` of them.
#[inline]
pub(super) fn decimal(cell: Cell, places: u32, allowed: u32) -> Option<(i64, u32)> {
    if places <= allowed {
        return Some((cell, places));
    }
    // It was worked out with more decimals than the decision may have, and was seen not to need them.
    let power = 10i64.checked_pow(places - allowed)?;
    Some(if cell % power == 0 { (cell / power, allowed) } else { (cell, places) })
}

impl Evaluator {
    /// What a decision about the deal came to; of one about records whose list is unknown, what it comes to for one of them.
    #[inline]
    pub fn outcome(&self, id: OutputId) -> Outcome<'_> {
        self.outcome_of(id, 0)
    }

    /// For how many records a decision was taken; `None` for one about the deal, and where the list is unknown.
    pub fn records(&self, id: OutputId) -> Option<usize> {
        let list = self.program.output(id)?.list?;
        usize::try_from(self.registers[list as usize]).ok()
    }

    /// What a decision came to for a record, by its place in the list.
    #[inline]
    pub fn outcome_of(&self, id: OutputId, record: usize) -> Outcome<'_> {
        let Some(output) = self.program.output(id) else {
            return Outcome {
                ending: Ending::Open,
                cell: OPEN,
                form: Form::PLAIN,
                places: 0,
                answer: None,
                evaluator: self,
            };
        };
        let list = output.list.unwrap_or(0);
        let unknown_list = output.list.is_some_and(|list| self.registers[list as usize] == OPEN);
        let cell = if unknown_list { OPEN } else { self.at(output.value, list, record) };
        if cell == OPEN
            && self.decisions.is_some()
            && let Some(answer) = self.answer(id, record)
        {
            return self.of_answer(answer, output);
        }
        let ending = match cell {
            OPEN => Ending::Open,
            GAP => Ending::Gap,
            CONFLICT => Ending::Conflict,
            cell if is_fault(cell) => Ending::Error,
            _ if output.has_default_state && self.none_applies(output, record) => Ending::Default,
            _ => Ending::Decided,
        };
        Outcome { ending, cell, form: output.form, places: output.places, answer: None, evaluator: self }
    }

    #[inline]
    fn none_applies(&self, output: &Output, record: usize) -> bool {
        let list = output.list.unwrap_or(0);
        output.rules.iter().all(|line| self.at(line.applies, list, record) != 1)
    }

    /// What the engine said, if it was asked.
    pub(super) fn answer(&self, id: OutputId, record: usize) -> Option<&Answer> {
        let decision = self.program.output(id)?.decision;
        let taken = self.decisions.as_ref()?.taken.iter().find(|taken| taken.decision == decision)?;
        match &taken.answers {
            Answers::One(answer) => Some(answer),
            Answers::Each(all) => all.get(record),
        }
    }

    /// The rules that stand, by their place, where the decision is decided by them. `None` where that takes the engine,
    /// because unknown facts could let further rules stand that say the same.
    pub fn standing(&self, id: OutputId, record: usize) -> Option<Vec<u32>> {
        if let Some(answer) = self.answer(id, record) {
            return Some(answer.by.clone());
        }
        let output = self.program.output(id)?;
        match self.outcome_of(id, record).ending {
            Ending::Decided => {}
            Ending::Open => return None,
            _ => return Some(Vec::new()),
        }
        let rules = &self.program.policy.decisions[output.decision].rules;
        let list = output.list.unwrap_or(0);
        let applies = |place: usize| output.rules.get(place).map_or(0, |line| self.at(line.applies, list, record));
        let mut standing = Vec::new();
        for place in 0..output.rules.len() {
            let cell = applies(place);
            if cell == 0 {
                continue;
            }
            let under = u32::try_from(place).unwrap_or(u32::MAX);
            let overrides = |over: usize, is: fn(Cell) -> bool| {
                let rule = rules.rules.get(over);
                is(applies(over)) && rule.is_some_and(|rule| rule.overrides.binary_search(&under).is_ok())
            };
            if (0..output.rules.len()).any(|over| overrides(over, |cell| cell == 1)) {
                continue;
            }
            if is_stop(cell) || (0..output.rules.len()).any(|over| overrides(over, is_stop)) {
                return None;
            }
            standing.push(under);
            if rules.hit == Hit::First {
                break;
            }
        }
        Some(standing)
    }

    #[cold]
    fn of_answer<'a>(&'a self, answer: &'a Answer, output: &Output) -> Outcome<'a> {
        let (form, places) = (output.form, output.places);
        let of = |ending, cell| Outcome { ending, cell, form, places, answer: Some(answer), evaluator: self };
        let value = |ending, value: &Value| of(ending, super::cell::encode(value, form).unwrap_or(OPEN));
        match &answer.state {
            State::Decided(decided) => value(Ending::Decided, decided),
            State::Default(decided) => value(Ending::Default, decided),
            State::Undecided(open) if open.missing.is_empty() => of(Ending::Gap, GAP),
            State::Undecided(_) => of(Ending::Undecided, OPEN),
            State::Conflict(_) => of(Ending::Conflict, CONFLICT),
            State::Error(_) => of(Ending::Error, OPEN),
        }
    }
}
