//! Columns of facts on their way in.

use std::fmt;
use std::sync::Arc;

use pulp::{Arch, Simd, WithSimd};

use super::lanes::{Word, with_width};
use super::{Columns, ROWS};
use crate::base::Number;
use crate::facts::{Deal, FactId, Value};
use crate::program::cell::{Cell, MOST, encode};
use crate::program::form::Kind;

/// A column of values, one for each row of the chunk.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a> {
    /// Truths.
    Booleans(&'a [bool]),
    /// Whole numbers.
    U8(&'a [u8]),
    /// Whole numbers.
    I16(&'a [i16]),
    /// Whole numbers.
    I32(&'a [i32]),
    /// Whole numbers.
    I64(&'a [i64]),
    /// Texts.
    Texts(&'a [&'a str]),
}

impl Values<'_> {
    fn len(&self) -> usize {
        match self {
            Values::Booleans(values) => values.len(),
            Values::U8(values) => values.len(),
            Values::I16(values) => values.len(),
            Values::I32(values) => values.len(),
            Values::I64(values) => values.len(),
            Values::Texts(values) => values.len(),
        }
    }

    /// The whole number in a row.
    fn whole(&self, row: usize) -> Option<i64> {
        match self {
            Values::U8(values) => values.get(row).map(|value| (*value).into()),
            Values::I16(values) => values.get(row).map(|value| (*value).into()),
            Values::I32(values) => values.get(row).map(|value| (*value).into()),
            Values::I64(values) => values.get(row).copied(),
            Values::Booleans(_) | Values::Texts(_) => None,
        }
    }
}

/// Why a column was not taken. Of its fact, nothing is given then.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotSet {
    /// The values are of another kind than those of the fact, or have more decimals.
    Kind {
        /// The name of the fact.
        fact: String,
    },
    /// There are not as many values, or truths in the mask, as the chunk has rows.
    Length {
        /// The name of the fact.
        fact: String,
    },
    /// A value lies outside of what the fact can be.
    Outside {
        /// The name of the fact.
        fact: String,
        /// The first row of such a value.
        row: usize,
    },
}

impl fmt::Display for NotSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSet::Kind { fact } => write!(f, "`{fact}` cannot be given by a column of this kind"),
            NotSet::Length { fact } => write!(f, "the column of `{fact}` is not as long as the chunk"),
            NotSet::Outside { fact, row } => write!(f, "row {row} has a value that `{fact}` cannot have"),
        }
    }
}

impl std::error::Error for NotSet {}

/// In which rows a fact is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Nowhere,
    Everywhere,
    Somewhere(Vec<bool>),
}

impl Said {
    pub(super) fn in_row(&self, row: usize) -> bool {
        match self {
            Said::Nowhere => false,
            Said::Everywhere => true,
            Said::Somewhere(known) => known.get(row) == Some(&true),
        }
    }

    pub(super) fn say(&mut self, row: usize, is_known: bool) {
        if let Said::Nowhere | Said::Everywhere = self {
            *self = Said::Somewhere(vec![*self == Said::Everywhere; ROWS]);
        }
        if let Said::Somewhere(known) = self
            && let Some(known) = known.get_mut(row)
        {
            *known = is_known;
        }
    }
}

/// Whole numbers of some width.
trait Whole: Copy + PartialOrd + Into<i64> {
    /// The nearest number to a cell.
    fn near(cell: Cell) -> Self;

    /// Whether all lie between these; where it cannot be seen at once, not.
    fn all_within(values: &[Self], low: Self, high: Self) -> bool {
        values.iter().fold(true, |all, value| all & (*value >= low) & (*value <= high))
    }
}

macro_rules! whole {
    ($($of:ty)*) => {$(
        impl Whole for $of {
            fn near(cell: Cell) -> $of {
                cell.clamp(Cell::from(<$of>::MIN), Cell::from(<$of>::MAX)) as $of
            }
        }
    )*};
}

whole! { u8 i16 i32 }

impl Whole for i64 {
    fn near(cell: Cell) -> i64 {
        cell
    }

    /// By signs, as not every processor compares several numbers of this width at once.
    fn all_within(values: &[i64], low: i64, high: i64) -> bool {
        let outside = |value: &i64| value.wrapping_sub(low) | high.wrapping_sub(*value);
        values.iter().fold(0, |all, value| all | outside(value)) >= 0
    }
}

/// What the values of a column may be, and what they are multiplied by.
#[derive(Clone, Copy)]
struct Fit {
    low: Cell,
    high: Cell,
    power: i64,
}

/// A column that is copied into its place, in the widest vectors that the processor has.
struct CopyIn<'a, S, T> {
    from: &'a [S],
    known: Option<&'a [bool]>,
    fit: Fit,
    out: &'a mut [T],
}

impl<S: Whole, T: Word> WithSimd for CopyIn<'_, S, T> {
    /// The first row of a value that is outside.
    type Output = Option<usize>;

    #[inline(always)]
    fn with_simd<V: Simd>(self, _: V) -> Option<usize> {
        let CopyIn { from, known, fit, out } = self;
        let (low, high) = (S::near(fit.low), S::near(fit.high));
        let is_within = |value: S| (value >= low) & (value <= high);
        // Whether a number of this width can be within at all.
        let fits = low.into() >= fit.low && high.into() <= fit.high;
        let mut all = fits || from.is_empty();
        match known {
            None => {
                all &= S::all_within(from, low, high);
                if fit.power == 1 {
                    out.iter_mut().zip(from).for_each(|(out, value)| *out = T::of((*value).into()));
                } else {
                    let scaled = |value: S| T::of(value.into().wrapping_mul(fit.power));
                    out.iter_mut().zip(from).for_each(|(out, value)| *out = scaled(*value));
                }
            }
            Some(known) => {
                all = true;
                for ((out, value), known) in out.iter_mut().zip(from).zip(known) {
                    all &= !known | (fits & is_within(*value));
                    let value: i64 = (*value).into();
                    *out = T::of(if *known { value.wrapping_mul(fit.power) } else { 0 });
                }
            }
        }
        if all {
            return None;
        }
        let is_known = |row: usize| known.is_none_or(|known| known.get(row) == Some(&true));
        (0..).zip(from).find(|(row, value)| is_known(*row) && !(fits && is_within(**value))).map(|(row, _)| row)
    }
}

/// Copies a column into its place; the first row of a value that is outside.
fn copy<S: Whole, T: Word>(from: &[S], known: Option<&[bool]>, fit: Fit, out: &mut [T]) -> Option<usize> {
    Arch::new().dispatch(CopyIn { from, known, fit, out })
}

impl Columns {
    fn fact_name(&self, fact: FactId) -> String {
        let facts = &self.program.policy.schema.facts;
        let known = (fact.into_raw().into_u32() as usize) < facts.len();
        if known { facts[fact].name.clone() } else { "a fact of another policy".to_owned() }
    }

    /// Gives a fact a value in each row in which `known` holds; without it, in all. What is not known has any value.
    ///
    /// # Errors
    ///
    /// Values of another kind or range than the fact's, and too many or too few of them.
    pub fn set(&mut self, fact: FactId, values: Values<'_>, known: Option<&[bool]>) -> Result<(), NotSet> {
        self.set_scaled(fact, values, 0, known)
    }

    /// The same for numbers of so many decimals: 95.50 is 9550 with 2.
    ///
    /// # Errors
    ///
    /// As with [`Columns::set`]; and more decimals than the fact has.
    pub fn set_scaled(
        &mut self,
        fact: FactId,
        values: Values<'_>,
        places: u32,
        known: Option<&[bool]>,
    ) -> Result<(), NotSet> {
        self.beside.retain(|_, beside| {
            beside.retain(|(of, _)| *of != fact);
            !beside.is_empty()
        });
        let set = self.copy_in(fact, values, places, known);
        if let Some(slot) = self.program.slots.of(fact)
            && let Some(said) = self.said.get_mut(slot as usize)
        {
            *said = match known {
                _ if set.is_err() => Said::Nowhere,
                Some(known) if !known.iter().all(|known| *known) => {
                    let rest = std::iter::repeat_n(false, ROWS - self.rows);
                    Said::Somewhere(known.iter().copied().chain(rest).collect())
                }
                _ => Said::Everywhere,
            };
        }
        for (row, value) in set? {
            if let Some(slot) = self.program.slots.of(fact)
                && let Some(said) = self.said.get_mut(slot as usize)
            {
                said.say(row, false);
            }
            self.beside.entry(row).or_default().push((fact, value));
        }
        Ok(())
    }

    /// Copies a column into its place. What the fact can be and fits no column comes back, with its row.
    fn copy_in(
        &mut self,
        fact: FactId,
        values: Values<'_>,
        places: u32,
        known: Option<&[bool]>,
    ) -> Result<Vec<(usize, Value)>, NotSet> {
        let slot = self.program.slots.of(fact).ok_or_else(|| self.wrong_kind(fact))?;
        if values.len() != self.rows || known.is_some_and(|known| known.len() != self.rows) {
            return Err(NotSet::Length { fact: self.fact_name(fact) });
        }
        let form = self.program.slots.form(slot);
        let place = *self.slots.get(slot as usize).ok_or_else(|| self.wrong_kind(fact))?;
        let power = form.places.checked_sub(places).and_then(|more| 10i64.checked_pow(more));
        let power = power.filter(|_| places == 0 || form.kind == Kind::Number).ok_or_else(|| self.wrong_kind(fact))?;
        let (low, high) = self.program.slots.bounds(slot);
        let up = |cell: Cell| cell.div_euclid(power) + Cell::from(cell.rem_euclid(power) != 0);
        let fit = Fit { low: up(low.max(-MOST)), high: high.min(MOST).div_euclid(power), power };
        let is_whole = matches!(form.kind, Kind::Number | Kind::Date | Kind::Variant);
        let wrong = match values {
            Values::Booleans(values) if form.kind == Kind::Boolean => with_width!(place.width, T => {
                for (out, value) in self.banks.room::<T>(place.at).iter_mut().zip(values) {
                    *out = T::of((*value).into());
                }
                None
            }),
            Values::Texts(values) if form.kind == Kind::Text => {
                let known = |row: usize| known.is_none_or(|known| known.get(row) == Some(&true));
                for (row, text) in values.iter().enumerate().filter(|(row, _)| known(*row)) {
                    let cell = self.text(text);
                    self.banks.put(place.width, place.at, row, cell);
                }
                None
            }
            Values::U8(values) if is_whole => {
                with_width!(place.width, T => copy(values, known, fit, self.banks.room::<T>(place.at)))
            }
            Values::I16(values) if is_whole => {
                with_width!(place.width, T => copy(values, known, fit, self.banks.room::<T>(place.at)))
            }
            Values::I32(values) if is_whole => {
                with_width!(place.width, T => copy(values, known, fit, self.banks.room::<T>(place.at)))
            }
            Values::I64(values) if is_whole => {
                with_width!(place.width, T => copy(values, known, fit, self.banks.room::<T>(place.at)))
            }
            _ => return Err(self.wrong_kind(fact)),
        };
        let Some(row) = wrong else { return Ok(Vec::new()) };
        let is_known = |row: &usize| known.is_none_or(|known| known.get(*row) == Some(&true));
        let rows = (0..self.rows).filter(is_known);
        self.too_wide(fact, values, places, fit, rows)
            .ok_or_else(|| NotSet::Outside { fact: self.fact_name(fact), row })
    }

    /// The values that lie outside of what fits; nothing if there is any that the fact cannot be.
    #[cold]
    fn too_wide(
        &self,
        fact: FactId,
        values: Values<'_>,
        places: u32,
        fit: Fit,
        rows: impl Iterator<Item = usize>,
    ) -> Option<Vec<(usize, Value)>> {
        let range = self.program.policy.schema.facts[fact].ty.number()?.bounds();
        let outside = rows.filter_map(|row| Some((row, values.whole(row)?)));
        let outside = outside.filter(|(_, value)| !(fit.low..=fit.high).contains(value));
        let each = outside.map(|(row, value)| {
            let number = Number::decimal(value.into(), places).filter(|number| range.contains(*number))?;
            Some((row, Value::Number(number)))
        });
        each.collect()
    }

    #[cold]
    fn wrong_kind(&self, fact: FactId) -> NotSet {
        NotSet::Kind { fact: self.fact_name(fact) }
    }

    /// Gives one row what a deal says that was read by the same policy, whatever fits a column and what does not.
    pub fn load(&mut self, row: usize, deal: &Deal) {
        if row < self.rows {
            deal.given.iter().for_each(|(fact, given)| self.put_value(row, fact, &given.value));
        }
    }

    fn put_value(&mut self, row: usize, fact: FactId, value: &Value) {
        let Some(slot) = self.program.slots.of(fact) else { return };
        let cell = match value {
            Value::Text(text) => Some(self.text(text)),
            Value::List(_) => None,
            value => encode(value, self.program.slots.form(slot)),
        };
        let slot = slot as usize;
        let (Some(said), Some(place)) = (self.said.get_mut(slot), self.slots.get(slot)) else { return };
        said.say(row, cell.is_some());
        if let Some(beside) = self.beside.get_mut(&row) {
            beside.retain(|(of, _)| *of != fact);
        }
        match cell {
            Some(cell) => self.banks.put(place.width, place.at, row, cell),
            None => self.beside.entry(row).or_default().push((fact, value.clone())),
        }
    }

    /// The number of a text, for this chunk.
    pub(super) fn text(&mut self, text: &str) -> Cell {
        let named = self.program.slots.text(text);
        if named >= 0 {
            return named;
        }
        if let Some(&known) = self.text_numbers.get(text) {
            return known;
        }
        let number = (self.program.slots.named().len() + self.texts.len()) as Cell;
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.text_numbers.insert(text, number);
        number
    }

    /// The text with this number.
    pub(super) fn text_of(&self, cell: Cell) -> Option<&str> {
        let place = usize::try_from(cell).ok()?;
        let named = self.program.slots.named();
        match named.get(place) {
            Some(text) => Some(text),
            None => self.texts.get(place - named.len()).map(AsRef::as_ref),
        }
    }
}
