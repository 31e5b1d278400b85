//! Columns of one width, and an operation over a whole column.
//!
//! What an operation means stands in [`apply`] alone. Here it is done a thousand times over, with the operation as a constant,
//! so that the compiler leaves of `apply` what that one takes and does it for many rows at once. In narrow columns it
//! still is `apply` on whole cells: that what comes out has the same low bits is for the compiler to see, and that
//! nothing else was in it the plan has shown.

use pulp::{Arch, Simd, WithSimd};

use super::ROWS;
use super::plan::{Shape, Step, Width};
use crate::program::cell::Cell;
use crate::program::op::{Op, apply, for_op};

/// What a row of a column holds.
pub(super) trait Word: Copy + Default + 'static {
    /// As a cell.
    fn cell(self) -> Cell;
    /// The cell, which fits.
    fn of(cell: Cell) -> Self;
    fn columns(banks: &Banks) -> &[Vec<Self>];
    fn columns_mut(banks: &mut Banks) -> &mut Vec<Vec<Self>>;
}

macro_rules! word {
    ($($word:ty, $bank:ident;)*) => {$(
        impl Word for $word {
            #[inline(always)]
            fn cell(self) -> Cell {
                Cell::from(self)
            }
            #[inline(always)]
            fn of(cell: Cell) -> Self {
                cell as $word
            }
            fn columns(banks: &Banks) -> &[Vec<Self>] {
                &banks.$bank
            }
            fn columns_mut(banks: &mut Banks) -> &mut Vec<Vec<Self>> {
                &mut banks.$bank
            }
        }
    )*};
}

word! { i8, of8; i16, of16; i32, of32; i64, of64; }

/// Columns by their width. One that nothing was written to is empty.
#[derive(Clone, Debug, Default)]
pub(super) struct Banks {
    of8: Vec<Vec<i8>>,
    of16: Vec<Vec<i16>>,
    of32: Vec<Vec<i32>>,
    of64: Vec<Vec<i64>>,
}

/// Calls a generic function with the word of a width.
macro_rules! with_width {
    ($width:expr, $word:ident => $call:expr) => {
        match $width {
            $crate::program::columns::plan::Width::W8 => {
                type $word = i8;
                $call
            }
            $crate::program::columns::plan::Width::W16 => {
                type $word = i16;
                $call
            }
            $crate::program::columns::plan::Width::W32 => {
                type $word = i32;
                $call
            }
            $crate::program::columns::plan::Width::W64 => {
                type $word = i64;
                $call
            }
        }
    };
}
pub(super) use with_width;

/// Writes a column while others are read, which it is none of. Not a function, so that the loop is part of its caller.
macro_rules! writing {
    ($banks:ident, $word:ty, $at:expr, $out:ident => $write:block) => {{
        let mut column = $banks.take::<$word>($at);
        let $out = column.as_mut_slice();
        $write
        $banks.put_back::<$word>($at, column);
    }};
}

/// So many rows that none is left over behind whole vectors. What stands in those that are too many, nobody asks.
pub(super) fn vectors(rows: usize) -> usize {
    rows.next_multiple_of(64).min(ROWS)
}

impl Banks {
    /// So many columns of each width, from the narrowest on.
    pub(super) fn new(counts: [usize; 4]) -> Banks {
        let [of8, of16, of32, of64] = counts;
        Banks {
            of8: vec![Vec::new(); of8],
            of16: vec![Vec::new(); of16],
            of32: vec![Vec::new(); of32],
            of64: vec![Vec::new(); of64],
        }
    }

    /// Fills a column with a cell.
    pub(super) fn fill(&mut self, width: Width, at: u32, cell: Cell) {
        with_width!(width, T => {
            let column = self.column_mut::<T>(at);
            column.clear();
            column.resize(ROWS, T::of(cell));
        });
    }

    /// The cell in a row.
    #[inline]
    pub(super) fn cell(&self, width: Width, at: u32, row: usize) -> Cell {
        with_width!(width, T => T::columns(self).get(at as usize).and_then(|column| column.get(row)).map_or(0, |v| v.cell()))
    }

    /// Writes the cell of a row.
    pub(super) fn put(&mut self, width: Width, at: u32, row: usize, cell: Cell) {
        with_width!(width, T => {
            if let Some(place) = self.room::<T>(at).get_mut(row) {
                *place = T::of(cell);
            }
        });
    }

    fn column_mut<T: Word>(&mut self, at: u32) -> &mut Vec<T> {
        let (columns, at) = (T::columns_mut(self), at as usize);
        if columns.len() <= at {
            columns.resize(at + 1, Vec::new());
        }
        &mut columns[at]
    }

    /// A column to write to.
    pub(super) fn room<T: Word>(&mut self, at: u32) -> &mut [T] {
        let column = self.column_mut::<T>(at);
        column.resize(ROWS, T::default());
        column
    }

    /// A column to read.
    #[inline]
    pub(super) fn column<T: Word>(&self, at: u32) -> &[T] {
        T::columns(self).get(at as usize).map_or(&[], Vec::as_slice)
    }

    /// The first rows of a column to read.
    #[inline]
    fn part<T: Word>(&self, at: u32, rows: usize) -> Option<&[T]> {
        self.column::<T>(at).get(..rows)
    }

    /// A column to write to while others are read; [`Banks::put_back`] ends it.
    #[inline]
    fn take<T: Word>(&mut self, at: u32) -> Vec<T> {
        let mut column = std::mem::take(self.column_mut::<T>(at));
        column.resize(ROWS, T::default());
        column
    }

    #[inline]
    fn put_back<T: Word>(&mut self, at: u32, column: Vec<T>) {
        *self.column_mut::<T>(at) = column;
    }

    /// Does steps for the first so many rows, in the widest vectors that the processor has.
    pub(super) fn run(&mut self, steps: &[Step], rows: usize) {
        Arch::new().dispatch(Run { banks: self, steps, rows: vectors(rows) });
    }

    /// Does a step for so many rows; nothing where a column is read that nothing was written to.
    #[inline(always)]
    fn step(&mut self, step: &Step, rows: usize) -> Option<()> {
        let Step { op, flags, a, b, c, to, .. } = *step;
        match step.shape {
            Shape::Compare(width) => with_width!(width, T => writing!(self, i8, to, out => {
                compare::<T>(op, self.part(a, rows)?, self.part(b, rows)?, out.get_mut(..rows)?);
            })),
            Shape::Truth => writing!(self, i8, to, out => {
                truth(op, self.part(a, rows)?, self.part(b, rows)?, out.get_mut(..rows)?);
            }),
            Shape::Arithmetic(width) => with_width!(width, T => writing!(self, T, to, out => {
                arithmetic::<T>(op, self.part(a, rows)?, self.part(b, rows)?, out.get_mut(..rows)?);
            })),
            Shape::Select(width) => with_width!(width, T => writing!(self, T, to, out => {
                let (a, b, c) = (self.part::<i8>(a, rows)?, self.part::<T>(b, rows)?, self.part::<T>(c, rows)?);
                each(a, b, c, out.get_mut(..rows)?, |a, b, c| apply::<false>(Op::Select, 0, a, b, c));
            })),
            Shape::Convert(from, width) => {
                with_width!(from, F => with_width!(width, T => writing!(self, T, to, out => {
                    let from = self.part::<F>(a, rows)?;
                    each(from, from, from, out.get_mut(..rows)?, |a, _, _| a);
                })))
            }
            Shape::Whole { checked } => writing!(self, i64, to, out => {
                let (a, b, c) = (self.part(a, rows)?, self.part(b, rows)?, self.part(c, rows)?);
                if checked {
                    whole::<true>(op, flags, a, b, c, out.get_mut(..rows)?);
                } else {
                    whole::<false>(op, flags, a, b, c, out.get_mut(..rows)?);
                }
            }),
        }
        Some(())
    }
}

/// Steps to be done. All that is called for them is inlined, so that it is compiled for the vectors of each processor.
struct Run<'a> {
    banks: &'a mut Banks,
    steps: &'a [Step],
    rows: usize,
}

impl WithSimd for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for step in self.steps {
            let done = self.banks.step(step, self.rows);
            debug_assert!(done.is_some(), "a column is read that nothing was written to");
        }
    }
}

/// Row by row.
#[inline(always)]
fn each<A: Word, B: Word, C: Word, R: Word>(
    a: &[A],
    b: &[B],
    c: &[C],
    out: &mut [R],
    of: impl Fn(Cell, Cell, Cell) -> Cell,
) {
    for (((out, a), b), c) in out.iter_mut().zip(a).zip(b).zip(c) {
        *out = R::of(of(a.cell(), b.cell(), c.cell()));
    }
}

#[inline(always)]
fn compare<T: Word>(op: Op, a: &[T], b: &[T], out: &mut [i8]) {
    for_op!(op, [Less AtMost Greater AtLeast Equal Unequal], OP => {
        each(a, b, a, out, |a, b, _| apply::<false>(OP, 0, a, b, 0));
    });
}

#[inline(always)]
fn truth(op: Op, a: &[i8], b: &[i8], out: &mut [i8]) {
    for_op!(op, [Not And Or], OP => each(a, b, a, out, |a, b, _| apply::<false>(OP, 0, a, b, 0)));
}

#[inline(always)]
fn arithmetic<T: Word>(op: Op, a: &[T], b: &[T], out: &mut [T]) {
    for_op!(op, [Add Subtract Between Multiply Min Max Abs], OP => {
        each(a, b, a, out, |a, b, _| apply::<false>(OP, 0, a, b, 0));
    });
}

#[inline(always)]
fn whole<const CHECKED: bool>(op: Op, flags: u8, a: &[i64], b: &[i64], c: &[i64], out: &mut [i64]) {
    for_op!(op, all, OP => each(a, b, c, out, |a, b, c| apply::<CHECKED>(OP, flags, a, b, c)));
}
