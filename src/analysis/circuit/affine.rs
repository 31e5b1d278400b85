//! What a number is of another one. Numbers that are made of one other number by constants are compared as that number is,
//! without a gate for the arithmetic.

use std::cmp::Ordering;
use std::sync::Arc;

use num_integer::{div_ceil, div_floor, gcd};

use super::gates::{Circuit, Lit};
use super::integer::{Integer, TooWide, ends};

/// `times` × `base` + `plus`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Affine {
    base: Arc<Integer>,
    /// Not zero.
    times: i128,
    plus: i128,
}

impl Affine {
    /// What a number is: of another one, or itself.
    pub(super) fn of(number: &Integer) -> Affine {
        match number.affine() {
            Some(affine) => affine.clone(),
            None => Affine { base: Arc::new(number.clone()), times: 1, plus: 0 },
        }
    }

    /// The number that it is of, how often it is taken, and what is added.
    pub(super) fn parts(&self) -> (&Integer, i128, i128) {
        (&self.base, self.times, self.plus)
    }

    fn shifted(self, by: i128) -> Option<Affine> {
        Some(Affine { plus: self.plus.checked_add(by)?, ..self })
    }

    pub(super) fn scaled(self, by: i128) -> Option<Affine> {
        let (times, plus) = (self.times.checked_mul(by)?, self.plus.checked_mul(by)?);
        (times != 0).then_some(Affine { times, plus, ..self })
    }

    /// What divides both its factor and what is added.
    fn divisor(&self) -> i128 {
        gcd(self.times, self.plus)
    }

    /// Where it lies between these ends, and the number that it is of between its own.
    pub(super) fn lies_between(self, circuit: &mut Circuit, low: i128, high: i128) -> Lit {
        let base = self.base.inside(circuit);
        let Some((low, high)) = low.checked_sub(self.plus).zip(high.checked_sub(self.plus)) else { return Lit::FALSE };
        let (low, high) = match self.times > 0 {
            true => (div_ceil(low, self.times), div_floor(high, self.times)),
            false => (div_ceil(high, self.times), div_floor(low, self.times)),
        };
        let above = Integer::constant(low).plainly_at_most(circuit, &self.base);
        let below = self.base.plainly_at_most(circuit, &Integer::constant(high));
        circuit.all([base, above, below])
    }

    /// The number, which lies between these ends wherever it is a number at all.
    pub(super) fn number(self, circuit: &mut Circuit, low: i128, high: i128) -> Result<Integer, TooWide> {
        if (self.times, self.plus) == (1, 0) {
            return Ok(Integer::clone(&self.base).narrowed(low, high));
        }
        let (a, b) = self.base.ends();
        let (a, b) = (a.checked_mul(self.times), b.checked_mul(self.times));
        let (least, most) = ends(a.min(b), a.max(b))?;
        let product = self.base.times_plainly(circuit, self.times.unsigned_abs())?;
        let product = match self.times < 0 {
            true => Integer::constant(0).plainly_less(circuit, &product, least, most),
            false => product,
        };
        let (least, most) = ends(least.checked_add(self.plus), most.checked_add(self.plus))?;
        let number = product.plainly_more(circuit, &Integer::constant(self.plus), least, most);
        Ok(number.narrowed(low, high).being(self))
    }
}

/// The sum of two numbers, or with a `sign` of -1 their difference, as one of a number that both are of.
pub(super) fn sum(one: &Integer, other: &Integer, sign: i128) -> Option<Sum> {
    match (one.known(), other.known()) {
        (Some(a), Some(b)) => Some(Sum::Constant(a.checked_add(sign.checked_mul(b)?)?)),
        (Some(a), None) => Some(Sum::Of(Affine::of(other).scaled(sign)?.shifted(a)?)),
        (None, Some(b)) => Some(Sum::Of(Affine::of(one).shifted(sign.checked_mul(b)?)?)),
        (None, None) => {
            let (one, other) = (Affine::of(one), Affine::of(other));
            if one.base != other.base {
                return None;
            }
            let times = one.times.checked_add(sign.checked_mul(other.times)?)?;
            let plus = one.plus.checked_add(sign.checked_mul(other.plus)?)?;
            Some(if times == 0 { Sum::Constant(plus) } else { Sum::Of(Affine { times, plus, ..one }) })
        }
    }
}

/// What a sum comes to.
pub(super) enum Sum {
    Constant(i128),
    Of(Affine),
}

impl Sum {
    /// The number, which lies between these ends wherever it is a number at all.
    pub(super) fn number(self, circuit: &mut Circuit, low: i128, high: i128) -> Option<Integer> {
        match self {
            Sum::Constant(n) => Some(Integer::constant(n)),
            Sum::Of(affine) => affine.number(circuit, low, high).ok(),
        }
    }
}

/// Two numbers of which `one` compares to `other` as those that were asked about do.
pub(super) enum Compared {
    /// The same wherever they are compared.
    Known(bool),
    /// Whether the number is a constant, at most it, or at least it.
    With(Arc<Integer>, Ordering, i128),
    /// Smaller numbers.
    Smaller(Affine, Affine),
}

/// Whether both are the same. `None` where it takes the bits.
pub(super) fn equal(one: &Integer, other: &Integer) -> Option<Compared> {
    let (one, times, by) = difference(one, other)?;
    let Some(one) = one else { return Some(Compared::Known(by == 0)) };
    // one.times × base = by, less the other
    match times {
        None if by % one.times != 0 => Some(Compared::Known(false)),
        None => Some(Compared::With(one.base, Ordering::Equal, by / one.times)),
        Some(other) => {
            let divisor = gcd(one.times, other.times);
            if by % divisor != 0 {
                return Some(Compared::Known(false));
            }
            smaller(one, other, divisor, by / divisor)
        }
    }
}

/// Whether `one` is at most `other`. `None` where it takes the bits.
pub(super) fn at_most(one: &Integer, other: &Integer) -> Option<Compared> {
    let (one, times, by) = difference(one, other)?;
    let Some(one) = one else { return Some(Compared::Known(by >= 0)) };
    match times {
        None if one.times > 0 => Some(Compared::With(one.base, Ordering::Less, div_floor(by, one.times))),
        None => Some(Compared::With(one.base, Ordering::Greater, div_ceil(by, one.times))),
        Some(other) => {
            let divisor = gcd(one.times, other.times);
            smaller(one, other, divisor, div_floor(by, divisor))
        }
    }
}

/// Both without the divisor of their factors, the second with `plus`; `None` where they are none the smaller.
fn smaller(one: Affine, other: Affine, divisor: i128, plus: i128) -> Option<Compared> {
    let is_smaller = divisor > 1 || (one.plus != 0 && other.plus != 0);
    is_smaller.then(|| {
        let (a, b) = (one.times / divisor, other.times / divisor);
        Compared::Smaller(Affine { times: a, plus: 0, ..one }, Affine { times: b, plus, ..other })
    })
}

/// `one` ≤ `other` and `one` = `other`, with everything constant on the right: what is on the left, what is of another number
/// on the right, and the constant.
fn difference(one: &Integer, other: &Integer) -> Option<(Option<Affine>, Option<Affine>, i128)> {
    Some(match (one.known(), other.known()) {
        (Some(a), Some(b)) => (None, None, b.checked_sub(a)?),
        (None, Some(b)) => {
            let one = Affine::of(one);
            let by = b.checked_sub(one.plus)?;
            (Some(one), None, by)
        }
        (Some(a), None) => {
            let other = Affine::of(other);
            let by = other.plus.checked_sub(a)?;
            (Some(Affine { times: other.times.checked_neg()?, ..other }), None, by)
        }
        (None, None) => {
            let (one, other) = (Affine::of(one), Affine::of(other));
            let by = other.plus.checked_sub(one.plus)?;
            if one.base == other.base {
                match one.times.checked_sub(other.times)? {
                    0 => (None, None, by),
                    times => (Some(Affine { times, ..one }), None, by),
                }
            } else {
                (Some(one), Some(other), by)
            }
        }
    })
}

/// A factor above 1 that two numbers have in common.
pub(super) fn common_factor(one: &Integer, other: &Integer) -> Option<i128> {
    let factor = |number: &Integer| number.known().unwrap_or_else(|| Affine::of(number).divisor());
    Some(gcd(factor(one), factor(other))).filter(|factor| *factor > 1)
}

/// A number that `factor` divides, without it.
pub(super) fn without_factor(circuit: &mut Circuit, number: &Integer, factor: i128) -> Result<Integer, TooWide> {
    if let Some(known) = number.known() {
        return Ok(Integer::constant(known / factor));
    }
    let affine = Affine::of(number);
    let (low, high) = number.ends();
    let less = Affine { times: affine.times / factor, plus: affine.plus / factor, ..affine };
    less.number(circuit, div_ceil(low, factor), div_floor(high, factor))
}

/// The floor of the quotient by `divisor`, as that of a smaller number by a smaller one.
pub(super) fn divided(circuit: &mut Circuit, number: &Integer, divisor: i128) -> Option<(Integer, i128)> {
    let affine = Affine::of(number);
    let common = gcd(affine.times, divisor);
    if common <= 1 {
        return None;
    }
    let (low, high) = number.ends();
    let less = Affine { times: affine.times / common, plus: div_floor(affine.plus, common), ..affine };
    let less = less.number(circuit, div_floor(low, common), div_floor(high, common)).ok()?;
    Some((less, divisor / common))
}

/// Where a comparison holds.
pub(super) fn holds(circuit: &mut Circuit, compared: Compared, is_equality: bool) -> Option<Lit> {
    Some(match compared {
        Compared::Known(holds) => Lit::constant(holds),
        Compared::With(base, Ordering::Equal, n) => base.plainly_equals(circuit, &Integer::constant(n)),
        Compared::With(base, Ordering::Less, n) => base.plainly_at_most(circuit, &Integer::constant(n)),
        Compared::With(base, Ordering::Greater, n) => Integer::constant(n).plainly_at_most(circuit, &base),
        Compared::Smaller(one, other) => {
            let mut number = |affine: Affine| affine.number(circuit, i128::MIN, i128::MAX).ok();
            let (one, other) = (number(one)?, number(other)?);
            if is_equality { one.plainly_equals(circuit, &other) } else { one.plainly_at_most(circuit, &other) }
        }
    })
}
