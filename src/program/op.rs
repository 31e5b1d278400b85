//! What is done to cells. Each operation is a function of up to three cells, and there is no other meaning of it.
//!
//! [`apply`] comes in two forms from one text. Where `CHECKED`, operands may be stops. Where not, the caller knows that
//! none is, because every fact is given and the operation was shown not to meet one: then nothing is asked, and nothing
//! branches that need not.
//!
//! Everything is evaluated, needed or not, and what is not needed is left lying: `and` looks at its right side only where
//! the left is true, so that a fault on the right of a false condition harms nobody, as the language has it.

use super::cell::{CONFLICT, Cell, GAP, NONE, NOTHING, OPEN, is_fault, is_stop, narrow};
use crate::facts::deal::{add_months, date_of_day, day_number};

/// An operation. `a`, `b` and `c` are its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum Op {
    /// `not a`
    Not,
    /// `a and b`
    And,
    /// `a or b`
    Or,
    /// `if a then b else c`
    Select,
    /// `a < b`
    Less,
    /// `a <= b`
    AtMost,
    /// `a > b`
    Greater,
    /// `a >= b`
    AtLeast,
    /// `a is b`
    Equal,
    /// `a is not b`
    Unequal,
    /// The bit `a` of the set `b`.
    In,
    /// `a + b`, which was shown to fit.
    Add,
    /// `a - b`, which was shown to fit.
    Subtract,
    /// `b - a`, which was shown to fit.
    Between,
    /// `a * b`, which was shown to fit.
    Multiply,
    /// `a + b`, or open.
    AddWide,
    /// `a - b`, or open.
    SubtractWide,
    /// `a * b`, or open.
    MultiplyWide,
    /// `a * b`, or open; none stays none.
    Scale,
    /// The lesser of `a` and `b`.
    Min,
    /// The greater of `a` and `b`.
    Max,
    /// `a` without its sign.
    Abs,
    /// `a` with the sign of `b` on it; the fault `c` where `b` is zero.
    Dividend,
    /// `a` without its sign, as something to divide by: never zero, and never a stop.
    Divisor,
    /// `a * c / b` to a whole number, halves away from zero.
    Round,
    /// `a * c / b`, the greatest whole number not above it.
    Floor,
    /// `a * c / b`, the least whole number not below it.
    Ceil,
    /// The date `a`, `b` months later, or its last day; the fault `c` outside 1900 to 2199.
    AddMonthsLast,
    /// The date `a`, `b` months later, or the first day of the next; the fault `c` outside 1900 to 2199.
    AddMonthsNext,
    /// `a`; the fault `c` below `b`. None passes.
    NotBelow,
    /// `a`; the fault `c` above `b`. None passes.
    NotAbove,
    /// `a`; the fault `c` where `b` does not divide it. None passes.
    Divisible,
    /// `b`, once `a` has a value.
    Then,
    /// What keeps a decision from going on: the first fault of `a` and `b`, else a gap, else nothing.
    Worse,
    /// What rules have come to so far (`a`), with one that stands where `b` and then says `c`.
    Agree,
    /// The set `a`, with the item `c` where `b`.
    Collect,
    /// `a`; where no rule has spoken, `b`.
    Otherwise,
    /// The outcome `a` of a decision for those who need it: the fault `b` where it is in error, `c` in conflict.
    Needed,
    /// What rules of a table come to, for its caller: the fault `b` where they disagree.
    Conflicting,
}

/// `$body` with `$name` as the constant that `$op` is, if it is one of these.
macro_rules! for_op {
    ($op:expr, all, $name:ident => $body:expr) => {
        for_op!($op, [
            Not And Or Select Less AtMost Greater AtLeast Equal Unequal In Add Subtract Between Multiply AddWide SubtractWide
            MultiplyWide Scale Min Max Abs Dividend Divisor Round Floor Ceil AddMonthsLast AddMonthsNext NotBelow NotAbove
            Divisible Then Worse Agree Collect Otherwise Needed Conflicting
        ], $name => $body)
    };
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
pub(crate) use for_op;

/// The left operand is something that may fail, so that where it is open nothing may be said.
pub(crate) const LEFT_FAILS: u8 = 1;

/// The first of two operands that is a stop, or what `f` makes of them.
#[inline(always)]
fn strict<const CHECKED: bool>(a: Cell, b: Cell, f: impl FnOnce() -> Cell) -> Cell {
    if CHECKED {
        if is_stop(a) {
            return a;
        }
        if is_stop(b) {
            return b;
        }
    }
    f()
}

/// The value itself, which may be none, or the fault.
#[inline(always)]
fn hold<const CHECKED: bool>(a: Cell, fault: Cell, holds: bool) -> Cell {
    if (CHECKED && is_stop(a)) || a == NONE || holds { a } else { fault }
}

/// All ones where it holds, else 0.
#[inline(always)]
fn all_bits(holds: bool) -> Cell {
    Cell::from(holds).wrapping_neg()
}

/// `a` where it holds, else `b`, without a branch: whether conditions hold is what processors cannot guess.
#[inline(always)]
fn choose(holds: bool, a: Cell, b: Cell) -> Cell {
    b ^ ((a ^ b) & all_bits(holds))
}

/// The result of an operation.
#[inline(always)]
pub(crate) fn apply<const CHECKED: bool>(op: Op, flags: u8, a: Cell, b: Cell, c: Cell) -> Cell {
    let truth = |holds: bool| strict::<CHECKED>(a, b, || Cell::from(holds));
    match op {
        Op::Not if CHECKED && is_stop(a) => a,
        Op::Not => a ^ 1,
        Op::And if CHECKED && is_stop(a) => left_open(flags, a, b, 0),
        Op::And => b & all_bits(a != 0),
        Op::Or if CHECKED && is_stop(a) => left_open(flags, a, b, 1),
        Op::Or => choose(a == 0, b, 1),
        Op::Select if CHECKED && is_stop(a) => a,
        Op::Select => choose(a != 0, b, c),
        Op::Less => truth(a < b),
        Op::AtMost => truth(a <= b),
        Op::Greater => truth(a > b),
        Op::AtLeast => truth(a >= b),
        Op::Equal => truth(a == b),
        Op::Unequal => truth(a != b),
        Op::In => strict::<CHECKED>(a, b, || b >> (a & 63) & 1),
        Op::Add => strict::<CHECKED>(a, b, || a.wrapping_add(b)),
        Op::Subtract => strict::<CHECKED>(a, b, || a.wrapping_sub(b)),
        Op::Between => strict::<CHECKED>(a, b, || b.wrapping_sub(a)),
        Op::Multiply => strict::<CHECKED>(a, b, || a.wrapping_mul(b)),
        Op::AddWide => strict::<CHECKED>(a, b, || narrow(i128::from(a) + i128::from(b))),
        Op::SubtractWide => strict::<CHECKED>(a, b, || narrow(i128::from(a) - i128::from(b))),
        Op::MultiplyWide => strict::<CHECKED>(a, b, || narrow(i128::from(a) * i128::from(b))),
        Op::Scale => strict::<CHECKED>(a, b, || if a == NONE { NONE } else { narrow(i128::from(a) * i128::from(b)) }),
        Op::Min => strict::<CHECKED>(a, b, || a.min(b)),
        Op::Max => strict::<CHECKED>(a, b, || a.max(b)),
        Op::Abs => strict::<CHECKED>(a, a, || a.wrapping_abs()),
        Op::Dividend => strict::<CHECKED>(a, b, || if b == 0 { c } else { a.wrapping_mul(b.signum()) }),
        Op::Divisor if is_stop(a) => 1,
        Op::Divisor => a.wrapping_abs().max(1),
        Op::Round => strict::<CHECKED>(a, b, || divide(a, b, c, Towards::Nearest)),
        Op::Floor => strict::<CHECKED>(a, b, || divide(a, b, c, Towards::Below)),
        Op::Ceil => strict::<CHECKED>(a, b, || divide(a, b, c, Towards::Above)),
        Op::AddMonthsLast => strict::<CHECKED>(a, b, || later(a, b, c, true)),
        Op::AddMonthsNext => strict::<CHECKED>(a, b, || later(a, b, c, false)),
        Op::NotBelow => hold::<CHECKED>(a, c, a >= b),
        Op::NotAbove => hold::<CHECKED>(a, c, a <= b),
        Op::Divisible => hold::<CHECKED>(a, c, b != 0 && a.wrapping_rem(b) == 0),
        Op::Then if is_stop(a) && (a != OPEN || flags & LEFT_FAILS != 0) => a,
        Op::Then => b,
        Op::Worse => worse(a, b),
        Op::Agree => agree::<CHECKED>(a, b, c),
        Op::Collect => collect::<CHECKED>(a, b, c),
        Op::Otherwise => choose(a == NOTHING, b, a),
        Op::Needed if is_fault(a) => b,
        Op::Needed if a == CONFLICT => c,
        Op::Needed => a,
        Op::Conflicting if a == CONFLICT => b,
        Op::Conflicting => a,
    }
}

/// A connective whose left side is a stop: open, it is still settled by a right side that settles it alone.
#[inline(always)]
fn left_open(flags: u8, a: Cell, b: Cell, settles: Cell) -> Cell {
    if a == OPEN && b == settles && flags & LEFT_FAILS == 0 { settles } else { a }
}

#[derive(Clone, Copy)]
enum Towards {
    Nearest,
    Below,
    Above,
}

/// `a * c / b` to a whole number; `b` is positive.
#[inline(always)]
fn divide(a: Cell, b: Cell, c: Cell, towards: Towards) -> Cell {
    let (n, d) = (i128::from(a) * i128::from(c), i128::from(b.max(1)));
    let (quotient, rest) = (n.div_euclid(d), n.rem_euclid(d));
    narrow(match towards {
        Towards::Below => quotient,
        Towards::Above => quotient + i128::from(rest != 0),
        // Halves go away from zero: up where the number is positive.
        Towards::Nearest => quotient + i128::from(rest * 2 > d || (rest * 2 == d && n > 0)),
    })
}

/// Rare enough to stay out of the way of the others.
#[cold]
#[inline(never)]
fn later(date: Cell, months: Cell, outside: Cell, last_day: bool) -> Cell {
    let later = date_of_day(date).and_then(|date| add_months(date, months, last_day));
    later.map_or(outside, day_number)
}

#[inline(always)]
fn worse(a: Cell, b: Cell) -> Cell {
    match (a, b) {
        (OPEN, _) | (_, OPEN) => OPEN,
        _ if is_fault(a) => a,
        _ if is_fault(b) => b,
        _ if is_stop(a) => a,
        _ if is_stop(b) => b,
        _ => 0,
    }
}

#[inline(always)]
fn agree<const CHECKED: bool>(so_far: Cell, stands: Cell, says: Cell) -> Cell {
    if CHECKED {
        if stands == 0 {
            return so_far;
        }
        if is_stop(stands) || so_far == OPEN || says == OPEN {
            return OPEN;
        }
        // Faults go before gaps, and both before a conflict.
        if is_fault(so_far) || (so_far == GAP && !is_fault(says)) {
            return so_far;
        }
        if is_stop(says) {
            return says;
        }
    }
    let together = choose(so_far == NOTHING || so_far == says, says, CONFLICT);
    choose(stands == 0, so_far, together)
}

#[inline(always)]
fn collect<const CHECKED: bool>(so_far: Cell, stands: Cell, item: Cell) -> Cell {
    if CHECKED {
        if stands == 0 {
            return so_far;
        }
        if is_stop(stands) || so_far == OPEN || item == OPEN {
            return OPEN;
        }
        if is_fault(so_far) || (so_far == GAP && !is_fault(item)) {
            return so_far;
        }
        if is_stop(item) {
            return item;
        }
    }
    so_far | (stands & 1) << (item & 63)
}
