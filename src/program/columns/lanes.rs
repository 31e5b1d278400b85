//! Columns of one width, and an operation over a whole column.
//!
//! What an operation means stands in [`apply`] alone. Here it is done a thousand times over, with the operation as a constant,
//! so that the compiler leaves of `apply` what that one takes and does it for many rows at once. In narrow columns it
//! still is `apply` on whole cells: that what comes out has the same low bits is for the compiler to see, and that
//! nothing else was in it the plan has shown.

use super::ROWS;
use super::plan::{Shape, Step, Width};
use crate::program::cell::Cell;
use crate::program::op::{Op, apply};

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

    #[inline]
    fn whole<T: Word>(&self, at: u32) -> Option<&[T; ROWS]> {
        self.column::<T>(at).first_chunk()
    }

    /// Writes a column while others are read, which it is none of.
    #[inline]
    fn writing<T: Word>(&mut self, at: u32, write: impl FnOnce(&Banks, &mut [T; ROWS]) -> Option<()>) {
        let mut column = std::mem::take(self.column_mut::<T>(at));
        column.resize(ROWS, T::default());
        if let Some(out) = column.first_chunk_mut() {
            let wrote = write(self, out);
            debug_assert!(wrote.is_some(), "a column is read that nothing was written to");
        }
        *self.column_mut::<T>(at) = column;
    }

    /// Does a step for every row.
    pub(super) fn run(&mut self, step: &Step) {
        match step.shape {
            Shape::Compare(width) => with_width!(width, T => self.writing::<i8>(step.to, |banks, out| {
                compare::<T>(step.op, banks.whole(step.a)?, banks.whole(step.b)?, out);
                Some(())
            })),
            Shape::Truth => self.writing::<i8>(step.to, |banks, out| {
                truth(step.op, banks.whole(step.a)?, banks.whole(step.b)?, out);
                Some(())
            }),
            Shape::Arithmetic(width) => with_width!(width, T => self.writing::<T>(step.to, |banks, out| {
                arithmetic::<T>(step.op, banks.whole(step.a)?, banks.whole(step.b)?, out);
                Some(())
            })),
            Shape::Select(width) => with_width!(width, T => self.writing::<T>(step.to, |banks, out| {
                let (a, b, c) = (banks.whole::<i8>(step.a)?, banks.whole::<T>(step.b)?, banks.whole::<T>(step.c)?);
                rows(a, b, c, out, |a, b, c| apply::<false>(Op::Select, 0, a, b, c));
                Some(())
            })),
            Shape::Convert(from, to) => with_width!(from, F => with_width!(to, T => {
                self.writing::<T>(step.to, |banks, out| {
                    let from = banks.whole::<F>(step.a)?;
                    rows(from, from, from, out, |a, _, _| a);
                    Some(())
                });
            })),
            Shape::Whole { checked } => self.writing::<i64>(step.to, |banks, out| {
                let (a, b, c) = (banks.whole(step.a)?, banks.whole(step.b)?, banks.whole(step.c)?);
                if checked {
                    whole::<true>(step.op, step.flags, a, b, c, out);
                } else {
                    whole::<false>(step.op, step.flags, a, b, c, out);
                }
                Some(())
            }),
        }
    }
}

/// Row by row.
#[inline(always)]
fn rows<A: Word, B: Word, C: Word, R: Word>(
    a: &[A; ROWS],
    b: &[B; ROWS],
    c: &[C; ROWS],
    out: &mut [R; ROWS],
    of: impl Fn(Cell, Cell, Cell) -> Cell,
) {
    for (((out, a), b), c) in out.iter_mut().zip(a).zip(b).zip(c) {
        *out = R::of(of(a.cell(), b.cell(), c.cell()));
    }
}

/// `$body` with `$name` as the constant that `$op` is, if it is one of these.
macro_rules! for_op {
    ($op:expr, [$($variant:ident)*], $name:ident => $body:expr) => {
        match $op {
            $(Op::$variant => {
                const $name: Op = Op::$variant;
                $body
            })*
            #[allow(unreachable_patterns)]
            _ => {}
        }
    };
}

fn compare<T: Word>(op: Op, a: &[T; ROWS], b: &[T; ROWS], out: &mut [i8; ROWS]) {
    for_op!(op, [Less AtMost Greater AtLeast Equal Unequal], OP => {
        rows(a, b, a, out, |a, b, _| apply::<false>(OP, 0, a, b, 0));
    });
}

fn truth(op: Op, a: &[i8; ROWS], b: &[i8; ROWS], out: &mut [i8; ROWS]) {
    for_op!(op, [Not And Or], OP => rows(a, b, a, out, |a, b, _| apply::<false>(OP, 0, a, b, 0)));
}

fn arithmetic<T: Word>(op: Op, a: &[T; ROWS], b: &[T; ROWS], out: &mut [T; ROWS]) {
    for_op!(op, [Add Subtract Between Multiply Min Max Abs], OP => {
        rows(a, b, a, out, |a, b, _| apply::<false>(OP, 0, a, b, 0));
    });
}

fn whole<const CHECKED: bool>(
    op: Op,
    flags: u8,
    a: &[i64; ROWS],
    b: &[i64; ROWS],
    c: &[i64; ROWS],
    out: &mut [i64; ROWS],
) {
    for_op!(op, [
        Not And Or Select Less AtMost Greater AtLeast Equal Unequal In Add Subtract Between Multiply AddWide SubtractWide
        MultiplyWide Scale Min Max Abs Dividend Divisor Round Floor Ceil AddMonthsLast AddMonthsNext NotBelow NotAbove
        Divisible Then Worse Agree Collect Otherwise Needed Conflicting
    ], OP => rows(a, b, c, out, |a, b, c| apply::<CHECKED>(OP, flags, a, b, c)));
}
