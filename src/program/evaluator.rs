//! Deciding one deal after the other.

use std::sync::Arc;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::cell::{Cell, OPEN, decode, encode, is_stop};
use super::code::{REGISTERS, Registers};
use super::form::Kind;
use super::read::Reading;
use super::records::{RecordAt, Records, run_each};
use super::{Program, Source};
use crate::engine::{self, Decisions, Options};
use crate::facts::deal::day_number;
use crate::facts::{Deal, FactId, Given, Origin, TypeKind, Value};

/// Decides deals by a program. Each thread has its own, and uses it again and again: nothing is allocated on the way to an
/// outcome.
#[derive(Debug)]
pub struct Evaluator {
    pub(super) program: Arc<Program>,
    pub(super) registers: Box<Registers>,
    /// By slot: whether the deal gives it.
    pub(super) given: Vec<bool>,
    /// By slot: what is in force where the deal does not say: what is presumed, or nothing.
    pub(super) unsaid: Vec<Cell>,
    /// By slot: whether the program reads it.
    pub(super) read: Vec<bool>,
    /// The slots among them of which something is presumed.
    presumed: Vec<u32>,
    /// How many of them are open where the deal says nothing, the date apart.
    unsaid_open: usize,
    /// How deals in JSON are read.
    pub(super) reading: Option<Reading>,
    /// How many slots that are read are open, lists with an open field among them.
    pub(super) open: usize,
    pub(super) lists: FxHashMap<u32, Records>,
    /// Values that do not fit a cell, by slot; of a field also by the record that it is of, as lists may be of the same records.
    wide: FxHashMap<(u32, Option<RecordAt>), Value>,
    /// Texts of the deal that the policy does not name.
    texts: Vec<String>,
    texts_used: usize,
    strict: bool,
    date: Option<Date>,
    /// What is kept of each record, by list.
    pub(super) kept: FxHashMap<u32, Vec<Cell>>,
    /// What the engine says of this deal, where it was asked.
    pub(super) decisions: Option<Box<Decisions>>,
}

impl Evaluator {
    /// An evaluator of which no deal is known yet.
    pub fn new(program: Arc<Program>) -> Evaluator {
        Evaluator::with(program, false)
    }

    /// One that ignores presumptions: what the deal does not say is unknown.
    pub fn strict(program: Arc<Program>) -> Evaluator {
        Evaluator::with(program, true)
    }

    fn with(program: Arc<Program>, strict: bool) -> Evaluator {
        let schema = &program.policy.schema;
        let mut registers: Box<Registers> =
            vec![0; REGISTERS].into_boxed_slice().try_into().unwrap_or_else(|_| Box::new([0; REGISTERS]));
        for &(register, cell) in &program.code.constants {
            registers[register as usize] = cell;
        }
        let mut unsaid = vec![OPEN; program.slots.len()];
        let mut lists = FxHashMap::default();
        for (slot, (id, fact)) in (0u32..).zip(schema.facts.iter()) {
            if let (Some(presumed), Some(place)) = (&fact.presumed, unsaid.get_mut(slot as usize))
                && !strict
            {
                *place = encode(presumed, program.slots.form(slot)).unwrap_or(OPEN);
            }
            if let TypeKind::List { record, .. } = fact.ty.kind {
                let slots: Vec<u32> = schema.records[record].fields.iter().map(|f| f.into_raw().into_u32()).collect();
                let columns = vec![Vec::new(); slots.len()];
                let given = vec![Vec::new(); slots.len()];
                lists.insert(id.into_raw().into_u32(), Records { slots, columns, given, open: false });
            }
        }
        let mut read = vec![false; program.slots.len()];
        for &slot in &program.code.read {
            if let Some(read) = read.get_mut(slot as usize) {
                *read = schema.facts.iter().nth(slot as usize).is_none_or(|(_, fact)| fact.field_of.is_none());
            }
        }
        let date = program.as_of;
        let open = |(read, unsaid): (&bool, &Cell)| *read && *unsaid == OPEN;
        let facts = program.slots.as_of as usize;
        let unsaid_open = read.iter().zip(&unsaid).take(facts).filter(|of| open(*of)).count();
        let presumes = |slot: &u32| {
            let slot = *slot as usize;
            read.get(slot) == Some(&true) && unsaid.get(slot).is_some_and(|cell| *cell != OPEN)
        };
        let presumed = (0..program.slots.as_of).filter(presumes).collect();
        let reading = Some(Reading::of_facts(Arc::clone(&program.names)));
        let given = vec![false; program.slots.len()];
        let mut evaluator = Evaluator {
            program,
            registers,
            given,
            unsaid,
            read,
            presumed,
            unsaid_open,
            reading,
            open: 0,
            lists,
            wide: FxHashMap::default(),
            texts: Vec::new(),
            texts_used: 0,
            strict,
            date: None,
            kept: FxHashMap::default(),
            decisions: None,
        };
        evaluator.clear();
        if let Some(date) = date {
            evaluator.set_as_of(date);
        }
        evaluator
    }

    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Forgets the deal.
    pub fn clear(&mut self) {
        self.given.fill(false);
        if !self.wide.is_empty() {
            self.wide.clear();
        }
        self.texts_used = 0;
        self.decisions = None;
        let as_of = self.program.slots.as_of as usize;
        self.registers[..as_of].copy_from_slice(&self.unsaid[..as_of]);
        let date_is_open = usize::from(self.date.is_none() && self.read[as_of]);
        self.open = date_is_open + self.unsaid_open;
        if !self.lists.is_empty() {
            self.lists.values_mut().for_each(|records| records.open = false);
        }
    }

    /// The date on which deals are decided. A program that was compiled for a date keeps that.
    pub fn set_as_of(&mut self, date: Date) {
        let as_of = self.program.slots.as_of as usize;
        if self.date.is_none() && self.read[as_of] {
            self.open -= 1;
        }
        let date = self.program.as_of.unwrap_or(date);
        self.date = Some(date);
        self.registers[as_of] = day_number(date);
        self.decisions = None;
    }

    /// The date on which deals are decided.
    pub fn as_of(&self) -> Option<Date> {
        self.date
    }

    /// Writes a slot.
    #[inline]
    pub(super) fn put(&mut self, slot: u32, cell: Cell, given: bool) {
        let slot = slot as usize;
        let Some(said) = self.given.get_mut(slot) else { return };
        *said = given;
        let before = self.registers[slot];
        self.registers[slot] = cell;
        if self.read[slot] {
            self.open = self.open + usize::from(cell == OPEN) - usize::from(before == OPEN);
        }
    }

    /// Gives a fact that was not given before; says whether it was not.
    #[inline]
    pub(super) fn put_fresh(&mut self, slot: u32, cell: Cell) -> bool {
        let fresh = self.given.get(slot as usize) == Some(&false);
        self.put(slot, cell, true);
        fresh
    }

    /// Nobody said: what is presumed holds, or the fact is unknown.
    pub(super) fn unsay(&mut self, slot: u32) {
        let cell = self.unsaid.get(slot as usize).copied().unwrap_or(OPEN);
        self.wide.remove(&(slot, None));
        self.close_list(slot);
        self.put(slot, cell, false);
    }

    /// Takes a deal that was read by the same policy.
    pub fn load(&mut self, deal: &Deal) {
        self.clear();
        for (fact, given) in deal.given.iter() {
            self.set_value(fact, &given.value);
        }
    }

    /// Gives a fact a value that fits its type.
    pub(super) fn set_value(&mut self, fact: FactId, value: &Value) {
        let slot = fact.into_raw().into_u32();
        if let Value::List(records) = value {
            return self.set_records(slot, records);
        }
        let cell = self.cell(slot, None, value);
        self.put(slot, cell, true);
    }

    /// The cell of a value; one that does not fit is kept aside.
    pub(super) fn cell(&mut self, slot: u32, record: Option<RecordAt>, value: &Value) -> Cell {
        if let Value::Text(text) = value {
            return self.text(text);
        }
        match encode(value, self.program.slots.form(slot)) {
            Some(cell) => {
                self.wide.remove(&(slot, record));
                cell
            }
            None => {
                self.wide.insert((slot, record), value.clone());
                OPEN
            }
        }
    }

    /// The number of a text, for this deal.
    pub(super) fn text(&mut self, text: &str) -> Cell {
        let named = self.program.slots.text(text);
        if named >= 0 {
            return named;
        }
        let known = self.texts.iter().take(self.texts_used).position(|known| known == text);
        let place = known.unwrap_or_else(|| {
            match self.texts.get_mut(self.texts_used) {
                Some(room) => {
                    room.clear();
                    room.push_str(text);
                }
                None => self.texts.push(text.to_owned()),
            }
            self.texts_used += 1;
            self.texts_used - 1
        });
        (self.program.slots.named().len() + place) as i64
    }

    /// Takes every decision that this form can take. Those that come to something open are for [`Evaluator::settle`].
    pub fn run(&mut self) {
        self.decisions = None;
        let program = &self.program;
        let given = self.open == 0;
        for step in &program.code.steps {
            step.block.run(&mut self.registers, given);
            if let Some(each) = &step.each {
                run_each(each, &mut self.registers, &self.lists, &mut self.kept, given);
            }
        }
    }

    /// Takes every decision: [`Evaluator::run`], and what that leaves open by the engine.
    pub fn decide(&mut self) {
        self.run();
        if self.is_open() {
            self.settle();
        }
    }

    /// Whether the last run left a decision open.
    pub fn is_open(&self) -> bool {
        self.program.outputs.iter().any(|output| match output.list {
            Some(list) if self.registers[list as usize] == OPEN => true,
            Some(list) => {
                (0..self.registers[list as usize]).any(|record| self.at(output.value, list, record as usize) == OPEN)
            }
            None => self.at(output.value, 0, 0) == OPEN,
        })
    }

    /// Whether the last run decided everything, and no answer leans on something that is presumed. Where that is not seen at
    /// once, it is not said.
    pub(crate) fn is_settled(&mut self) -> bool {
        let decided = |evaluator: &Evaluator| {
            let each = |output: &super::Output| match output.list {
                None => is_value(evaluator.at(output.value, 0, 0)),
                Some(list) => {
                    let count = evaluator.registers[list as usize];
                    count != OPEN
                        && (0..count).all(|record| is_value(evaluator.at(output.value, list, record as usize)))
                }
            };
            evaluator.program.outputs.iter().all(each)
        };
        decided(self) && self.leans_on_nothing(decided)
    }

    /// Whether everything is decided as well without what is presumed of this deal. The run is repeated afterwards.
    fn leans_on_nothing(&mut self, decided: impl Fn(&Evaluator) -> bool) -> bool {
        let fields = self.lists.values().flat_map(|records| records.slots.iter().zip(&records.given));
        let presumes = |slot: u32| self.unsaid.get(slot as usize).is_some_and(|cell| *cell != OPEN);
        // Of records it is not tried out.
        if fields.into_iter().any(|(slot, given)| presumes(*slot) && given.contains(&false)) {
            return false;
        }
        if self.presumed.is_empty() {
            return true;
        }
        let presumed = std::mem::take(&mut self.presumed);
        let held: Vec<(u32, Cell)> = presumed
            .iter()
            .filter(|slot| self.given.get(**slot as usize) == Some(&false))
            .map(|slot| (*slot, self.registers[*slot as usize]))
            .collect();
        self.presumed = presumed;
        if held.is_empty() {
            return true;
        }
        held.iter().for_each(|(slot, _)| self.put(*slot, OPEN, false));
        self.run();
        let decided = decided(self);
        held.iter().for_each(|(slot, cell)| self.put(*slot, *cell, false));
        if decided {
            self.run();
        }
        decided
    }

    /// Asks the engine about this deal, once.
    pub fn settle(&mut self) {
        let Some(date) = self.date else { return };
        if self.decisions.is_none() {
            let options = Options { strict: self.strict, explain: false, ..Options::default() };
            let decisions = engine::decide(&self.program.policy, &self.deal(), date, &options);
            self.decisions = Some(Box::new(decisions));
        }
    }

    /// The cell of a node after a run, of this record of the list.
    #[inline]
    pub(super) fn at(&self, source: Source, list: u32, record: usize) -> Cell {
        match source {
            Source::Constant(cell) => cell,
            Source::Register(register) => self.registers[register as usize],
            Source::Kept(place) => {
                let each = self.program.code.each.get(&list).and_then(|step| self.program.code.steps.get(*step));
                let width = each.and_then(|step| step.each.as_ref()).map_or(0, |each| each.kept.len());
                let kept = self.kept.get(&list).and_then(|kept| kept.get(record * width + place));
                kept.copied().unwrap_or(OPEN)
            }
        }
    }

    /// The deal as it was given.
    pub fn deal(&self) -> Deal {
        let mut deal = Deal::new();
        for (slot, (id, fact)) in (0u32..).zip(self.program.policy.schema.facts.iter()) {
            if fact.field_of.is_some() || !self.given.get(slot as usize).copied().unwrap_or(false) {
                continue;
            }
            let value = match self.lists.get(&slot) {
                Some(records) => Some(Value::List(self.list(slot, records, self.registers[slot as usize]))),
                None => self.value(slot, None, self.registers[slot as usize]),
            };
            if let Some(value) = value {
                deal.given.insert(id, Given { value, origin: Origin::Code });
            }
        }
        deal
    }

    /// The text with this number.
    pub(super) fn text_of(&self, cell: Cell) -> Option<&str> {
        let place = usize::try_from(cell).ok()?;
        let named = self.program.slots.named();
        match named.get(place) {
            Some(text) => Some(text),
            None => self.texts.get(place - named.len()).map(String::as_str),
        }
    }

    pub(super) fn value(&self, slot: u32, record: Option<RecordAt>, cell: Cell) -> Option<Value> {
        let form = self.program.slots.form(slot);
        if cell == OPEN {
            return self.wide.get(&(slot, record)).cloned();
        }
        if form.kind == Kind::Text {
            return self.text_of(cell).map(|text| Value::Text(text.into()));
        }
        decode(cell, form)
    }
}

/// Whether it is a value or none.
fn is_value(cell: Cell) -> bool {
    !is_stop(cell)
}
