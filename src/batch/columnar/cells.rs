//! Columns of numbers, dates, booleans and words as cells of a program.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, DictionaryArray, StructArray};
use arrow_schema::{DataType, TimeUnit};

use super::shape::{Means, Named, Shape};
use super::text;
use crate::program::columns::Columns;
use crate::program::{Kind, Lane, Program};

/// A cell of a program.
type Cell = i64;

/// A column that gives a fact.
#[derive(Debug)]
pub(super) struct Column {
    /// Its place among the columns, and among the fields of the structs that it lies in.
    path: Vec<usize>,
    pub(super) lane: Lane,
    /// Its values in the batch at hand; of texts nothing but which are null.
    pub(super) cells: Vec<Cell>,
    /// Its texts in the batch at hand.
    pub(super) texts: Option<ArrayRef>,
}

/// The facts that these columns give, if each of them is one value.
pub(super) fn columns(program: &Program, named: &[Named]) -> Option<Vec<Column>> {
    let mut columns = Vec::new();
    add(program, named, &[], &mut columns)?;
    Some(columns)
}

fn add(program: &Program, named: &[Named], outer: &[usize], columns: &mut Vec<Column>) -> Option<()> {
    for Named { place, shape, means, .. } in named {
        let path: Vec<usize> = outer.iter().chain([place]).copied().collect();
        match (means, shape) {
            (Means::Fact(fact, _), Shape::One) => {
                let lane = Lane::of(program, *fact)?;
                columns.push(Column { path, lane, cells: Vec::new(), texts: None });
            }
            (Means::Group, Shape::Struct(inner)) => add(program, inner, &path, columns)?,
            (Means::Beside, _) => {}
            _ => return None,
        }
    }
    Some(())
}

impl Column {
    /// Turns the column of a batch into cells. Rows whose value is no value of the fact, or written so that it takes a closer
    /// look, are marked as odd; their cells mean nothing.
    pub(super) fn fill(&mut self, all: &[ArrayRef], rows: usize, odd: &mut [bool]) {
        self.cells.clear();
        self.cells.resize(rows, Lane::UNSAID);
        self.texts = None;
        let mut columns = all;
        let mut groups: Vec<&ArrayRef> = Vec::new();
        for place in &self.path {
            let Some(array) = columns.get(*place) else { return };
            columns = array.as_struct_opt().map(StructArray::columns).unwrap_or_default();
            groups.push(array);
        }
        let Some(array) = groups.pop() else { return };
        self.values(array, odd);
        // Of a group that is null nothing is said, whatever lies below it.
        for group in groups.into_iter().filter(|group| group.null_count() > 0) {
            let nulls = self.cells.iter_mut().enumerate().filter(|(row, _)| group.is_null(*row));
            nulls.for_each(|(_, cell)| *cell = Lane::UNSAID);
            if self.texts.is_some() {
                odd.iter_mut().enumerate().for_each(|(row, odd)| *odd |= group.is_null(row));
            }
        }
    }

    /// Gives some rows of it to a chunk.
    pub(super) fn give(&self, rows: Range<usize>, chunk: &mut Columns) {
        match &self.texts {
            Some(texts) => chunk.set_texts(&self.lane, rows.map(|row| text::word(texts, row))),
            None => chunk.set_cells(&self.lane, self.cells.get(rows).unwrap_or_default()),
        }
    }

    fn values(&mut self, array: &ArrayRef, odd: &mut [bool]) {
        match array.data_type() {
            DataType::Null => self.cells.fill(self.lane.null()),
            DataType::Boolean => {
                if let Some(array) = array.as_boolean_opt() {
                    self.cells.iter_mut().zip(array.values()).for_each(|(cell, truth)| *cell = truth.into());
                }
                self.nulls(array);
            }
            DataType::Int8 => self.integers::<Int8Type>(array, odd),
            DataType::Int16 => self.integers::<Int16Type>(array, odd),
            DataType::Int32 => self.integers::<Int32Type>(array, odd),
            DataType::Int64 => self.integers::<Int64Type>(array, odd),
            DataType::UInt8 => self.integers::<UInt8Type>(array, odd),
            DataType::UInt16 => self.integers::<UInt16Type>(array, odd),
            DataType::UInt32 => self.integers::<UInt32Type>(array, odd),
            DataType::UInt64 => self.numbers::<UInt64Type>(array, 0, odd),
            DataType::Decimal32(_, scale) => self.numbers::<Decimal32Type>(array, *scale, odd),
            DataType::Decimal64(_, scale) => self.numbers::<Decimal64Type>(array, *scale, odd),
            DataType::Decimal128(_, scale) => self.numbers::<Decimal128Type>(array, *scale, odd),
            DataType::Float64 => self.floats(array, odd),
            DataType::Date32 => self.days::<Date32Type>(array, 1, odd),
            DataType::Date64 => self.days::<Date64Type>(array, 86_400_000, odd),
            DataType::Timestamp(unit, None) => match unit {
                TimeUnit::Second => self.days::<TimestampSecondType>(array, 86_400, odd),
                TimeUnit::Millisecond => self.days::<TimestampMillisecondType>(array, 86_400_000, odd),
                TimeUnit::Microsecond => self.days::<TimestampMicrosecondType>(array, 86_400_000_000, odd),
                TimeUnit::Nanosecond => self.days::<TimestampNanosecondType>(array, 86_400_000_000_000, odd),
            },
            _ if self.lane.kind() == Kind::Text => self.texts = Some(array.clone()),
            _ if self.lane.kind() == Kind::Variant => self.words(array, odd),
            // Numbers of more digits, and dates in words.
            _ => odd.fill(true),
        }
    }

    /// Puts null in its place, and takes back that a row is odd which has no value.
    fn nulls(&mut self, array: &dyn Array) {
        if array.null_count() > 0 {
            let null = self.lane.null();
            let nulls = self.cells.iter_mut().enumerate().filter(|(row, _)| array.is_null(*row));
            nulls.for_each(|(_, cell)| *cell = null);
        }
    }

    /// Cells of values that fit; the others are odd, unless they are null.
    fn each<T: ArrowPrimitiveType>(
        &mut self,
        array: &dyn Array,
        odd: &mut [bool],
        cell: impl Fn(T::Native) -> Option<Cell>,
    ) {
        let Some(array) = array.as_primitive_opt::<T>() else { return odd.fill(true) };
        for (row, (value, slot)) in array.values().iter().zip(&mut self.cells).enumerate() {
            match cell(*value) {
                Some(cell) => *slot = cell,
                None if array.is_null(row) => {}
                None => odd[row] = true,
            }
        }
        self.nulls(array);
    }

    /// Whole numbers that fit 64 bits.
    fn integers<T: ArrowPrimitiveType>(&mut self, array: &dyn Array, odd: &mut [bool])
    where
        T::Native: Into<i64>,
    {
        let Some(array) = array.as_primitive_opt::<T>() else { return odd.fill(true) };
        let Some(power) = 10i64.checked_pow(self.lane.places()) else { return odd.fill(true) };
        let (low, high) = self.lane.bounds();
        // What lies between these fits when it is multiplied.
        let (low, high) = (low.div_euclid(power) + i64::from(low.rem_euclid(power) > 0), high.div_euclid(power));
        let mut all_fit = true;
        for (value, cell) in array.values().iter().zip(&mut self.cells) {
            let value: i64 = (*value).into();
            all_fit &= low <= value && value <= high;
            *cell = value.wrapping_mul(power);
        }
        if !all_fit {
            let fits = |value: i64| low <= value && value <= high;
            let rows = array.values().iter().zip(odd).enumerate();
            rows.filter(|(row, (value, _))| !fits((**value).into()) && array.is_valid(*row))
                .for_each(|(_, (_, odd))| *odd = true);
        }
        self.nulls(array);
    }

    /// Numbers of so many decimals.
    fn numbers<T: ArrowPrimitiveType>(&mut self, array: &dyn Array, scale: i8, odd: &mut [bool])
    where
        T::Native: Into<i128>,
    {
        let (low, high) = self.lane.bounds();
        let within = |cell: i128| (i128::from(low) <= cell && cell <= i128::from(high)).then_some(cell as i64);
        let shift = i64::from(self.lane.places()) - i64::from(scale);
        let Some(power) = u32::try_from(shift.unsigned_abs()).ok().and_then(|shift| 10i128.checked_pow(shift)) else {
            return odd.fill(true);
        };
        if shift >= 0 {
            self.each::<T>(array, odd, |value| within(value.into().checked_mul(power)?));
        } else {
            self.each::<T>(array, odd, |value| {
                let value: i128 = value.into();
                if value % power == 0 { within(value / power) } else { None }
            });
        }
    }

    /// Binary fractions of which it is seen at once that their shortest digits are a number that fits.
    fn floats(&mut self, array: &dyn Array, odd: &mut [bool]) {
        let (low, high) = self.lane.bounds();
        let power = 10f64.powi(self.lane.places().min(15) as i32);
        self.each::<Float64Type>(array, odd, |value| {
            let scaled = (value * power).round();
            // No two numbers of 15 digits have the same binary fraction, and both of these quotients are exact.
            let is_shortest = scaled.abs() < 1e15 && scaled / power == value;
            (is_shortest).then_some(scaled as Cell).filter(|cell| low <= *cell && *cell <= high)
        });
    }

    /// Days since 1970, counted in units of which a day has so many.
    fn days<T: ArrowPrimitiveType>(&mut self, array: &dyn Array, per_day: i64, odd: &mut [bool])
    where
        T::Native: Into<i64>,
    {
        let (low, high) = self.lane.bounds();
        self.each::<T>(array, odd, |value| {
            let value: i64 = value.into();
            let day = value.div_euclid(per_day);
            (value.rem_euclid(per_day) == 0 && low <= day && day <= high).then_some(day)
        });
    }

    /// Names of variants, in the most usual kind of dictionary.
    fn numbered(&mut self, dictionary: &DictionaryArray<Int32Type>, odd: &mut [bool]) {
        const UNKNOWN: Cell = Cell::MAX;
        let (values, lane) = (dictionary.values(), &self.lane);
        let known = |at: usize| match text::word(values, at) {
            Some(word) => lane.variant(word).unwrap_or(UNKNOWN),
            None => lane.null(),
        };
        let known: Vec<Cell> = (0..values.len()).map(known).collect();
        let mut all_known = true;
        for (key, cell) in dictionary.keys().values().iter().zip(&mut self.cells) {
            *cell = known.get(*key as usize).copied().unwrap_or(UNKNOWN);
            all_known &= *cell != UNKNOWN;
        }
        if !all_known {
            let rows = self.cells.iter().zip(odd).enumerate();
            rows.filter(|(row, (cell, _))| **cell == UNKNOWN && dictionary.is_valid(*row))
                .for_each(|(_, (_, odd))| *odd = true);
        }
        self.nulls(dictionary);
    }

    /// Names of variants.
    fn words(&mut self, array: &ArrayRef, odd: &mut [bool]) {
        if let Some(dictionary) = array.as_dictionary_opt::<Int32Type>() {
            return self.numbered(dictionary, odd);
        }
        let lane = &self.lane;
        if let Some(dictionary) = array.as_any_dictionary_opt() {
            let values = dictionary.values();
            let known: Vec<Option<Cell>> = (0..values.len())
                .map(|at| text::word(values, at).map_or(Some(lane.null()), |word| lane.variant(word)))
                .collect();
            for (row, (cell, odd)) in self.cells.iter_mut().zip(odd).enumerate() {
                let known = match text::key(dictionary.keys(), row) {
                    Some(key) if array.is_valid(row) => known.get(key).copied().flatten(),
                    _ => Some(lane.null()),
                };
                *odd |= known.is_none();
                *cell = known.unwrap_or(Lane::UNSAID);
            }
            return;
        }
        let found = |word: Option<&str>| word.map_or(Some(lane.null()), |word| lane.variant(word));
        let mut put = |(word, (cell, odd)): (Option<&str>, (&mut Cell, &mut bool))| {
            let known = found(word);
            *odd |= known.is_none();
            *cell = known.unwrap_or(Lane::UNSAID);
        };
        let slots = self.cells.iter_mut().zip(odd);
        if let Some(array) = array.as_string_opt::<i32>() {
            array.iter().zip(slots).for_each(&mut put);
        } else if let Some(array) = array.as_string_opt::<i64>() {
            array.iter().zip(slots).for_each(&mut put);
        } else if let Some(array) = array.as_string_view_opt() {
            array.iter().zip(slots).for_each(&mut put);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn quotients_of_few_digits_are_the_shortest() {
        let shortest = |value: f64, power: f64| {
            let scaled = (value * power).round();
            scaled.abs() < 1e15 && scaled / power == value
        };
        for cents in (-200_000i64..200_000).chain(99_999_999_999_000..100_000_000_000_000) {
            let text = format!("{}e-2", cents);
            let value: f64 = text.parse().unwrap();
            assert!(shortest(value, 100.0), "{text}");
        }
        for value in [0.1 + 0.2, 1.005, f64::NAN, f64::INFINITY, 1e300, 5e-324, 0.123_456_789] {
            assert!(!shortest(value, 100.0), "{value}");
        }
    }
}
