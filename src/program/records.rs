//! Lists of records: their cells, and what is done for each record.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::cell::{Cell, OPEN};
use super::code::{Loop, Registers};
use super::evaluator::Evaluator;
use crate::facts::{Given, Origin, RecordValue};

/// A record: the slot of its list, and its place there.
pub(super) type RecordAt = (u32, usize);

/// The records of a list.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    /// The slots of the fields.
    pub(super) slots: Vec<u32>,
    /// By field and record.
    pub(super) columns: Vec<Vec<Cell>>,
    pub(super) given: Vec<Vec<bool>>,
    pub(super) open: bool,
}

impl Evaluator {
    /// A list that was read as far as its length, with what is open in it.
    fn finish_list(&mut self, slot: u32, count: Cell, open: bool) {
        let open = open && self.read.get(slot as usize).copied().unwrap_or(false);
        self.open += usize::from(open);
        if let Some(records) = self.lists.get_mut(&slot) {
            records.open = open;
        }
        self.put(slot, count, true);
    }

    /// Empties a list that is read; says whether it was not given before.
    pub(super) fn begin_list(&mut self, slot: u32) -> bool {
        self.close_list(slot);
        if let Some(records) = self.lists.get_mut(&slot) {
            records.columns.iter_mut().for_each(Vec::clear);
            records.given.iter_mut().for_each(Vec::clear);
        }
        self.given.get(slot as usize) == Some(&false)
    }

    /// Makes room for one more record, of which nothing is given.
    pub(super) fn begin_record(&mut self, slot: u32) {
        let Some(records) = self.lists.get_mut(&slot) else { return };
        for ((field, column), given) in records.slots.iter().zip(&mut records.columns).zip(&mut records.given) {
            column.push(self.unsaid.get(*field as usize).copied().unwrap_or(OPEN));
            given.push(false);
        }
    }

    /// Gives a field of a record; says whether it was not given before.
    pub(super) fn put_field(&mut self, list: u32, record: usize, field: u32, cell: Cell) -> bool {
        let Some(records) = self.lists.get_mut(&list) else { return false };
        let Some(place) = records.slots.iter().position(|slot| *slot == field) else { return false };
        let column = records.columns.get_mut(place).and_then(|column| column.get_mut(record));
        let given = records.given.get_mut(place).and_then(|given| given.get_mut(record));
        let (Some(column), Some(given)) = (column, given) else { return false };
        *column = cell;
        !std::mem::replace(given, true)
    }

    /// Ends a list that was read.
    pub(super) fn end_list(&mut self, slot: u32, count: Cell) {
        let records = self.lists.get(&slot);
        let length = usize::try_from(count).unwrap_or(0);
        let mut cells =
            records.iter().flat_map(|records| &records.columns).flat_map(|column| column.iter().take(length));
        let open = cells.any(|cell| *cell == OPEN);
        self.finish_list(slot, count, open);
    }

    pub(super) fn set_records(&mut self, slot: u32, values: &[RecordValue]) {
        self.close_list(slot);
        let Some(mut records) = self.lists.remove(&slot) else { return };
        let (mut open, slots) = (false, std::mem::take(&mut records.slots));
        for (place, field) in slots.iter().enumerate() {
            let unsaid = self.unsaid.get(*field as usize).copied().unwrap_or(OPEN);
            let (Some(column), Some(given)) = (records.columns.get_mut(place), records.given.get_mut(place)) else {
                continue;
            };
            column.clear();
            given.clear();
            for (at, record) in values.iter().enumerate() {
                let said = record.fields.get(place).and_then(Option::as_ref);
                let cell = match said {
                    Some(said) => self.cell(*field, Some((slot, at)), &said.value),
                    None => unsaid,
                };
                open |= cell == OPEN;
                column.push(cell);
                given.push(said.is_some());
            }
        }
        records.slots = slots;
        self.lists.insert(slot, records);
        self.finish_list(slot, values.len() as Cell, open);
    }

    pub(super) fn list(&self, list: u32, records: &Records, count: Cell) -> Arc<[RecordValue]> {
        let one = |at: usize| {
            let fields = records.slots.iter().zip(&records.columns).zip(&records.given);
            let field = |((slot, column), given): ((&u32, &Vec<Cell>), &Vec<bool>)| {
                let cell = column.get(at).copied().filter(|_| given.get(at) == Some(&true))?;
                Some(Given { value: self.value(*slot, Some((list, at)), cell)?, origin: Origin::Code })
            };
            RecordValue { fields: fields.map(field).collect() }
        };
        (0..usize::try_from(count).unwrap_or(0)).map(one).collect()
    }

    pub(super) fn close_list(&mut self, slot: u32) {
        if let Some(records) = self.lists.get_mut(&slot)
            && std::mem::take(&mut records.open)
        {
            self.open -= 1;
        }
    }
}

/// Does what is to be done for each record of a list.
pub(super) fn run_each(
    each: &Loop,
    registers: &mut Registers,
    lists: &FxHashMap<u32, Records>,
    kept: &mut FxHashMap<u32, Vec<Cell>>,
    given: bool,
) {
    let count = registers[each.list as usize];
    if count == OPEN {
        each.start.iter().for_each(|(register, _)| registers[*register as usize] = OPEN);
        return;
    }
    each.start.iter().for_each(|(register, cell)| registers[*register as usize] = *cell);
    let Some(records) = lists.get(&each.list) else { return };
    let mut keeping = (!each.kept.is_empty()).then(|| kept.entry(each.list).or_default());
    if let Some(kept) = &mut keeping {
        kept.clear();
    }
    for record in 0..usize::try_from(count).unwrap_or(0) {
        for &(slot, register) in &each.fields {
            let place = records.slots.iter().position(|of| *of == slot);
            let column = place.and_then(|place| records.columns.get(place));
            registers[register as usize] = column.and_then(|column| column.get(record)).copied().unwrap_or(OPEN);
        }
        each.body.run(registers, given);
        if let Some(kept) = &mut keeping {
            kept.extend(each.kept.iter().map(|register| registers[*register as usize]));
        }
    }
}
