//! Whole numbers as literals, in two's complement.

use super::affine::{self, Affine};
use super::gates::{Circuit, Lit};

/// A number needs more bits than exact arithmetic of the language is sure to have: what an operation on
/// it comes to, or whether it comes to anything, is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) struct TooWide;

/// Ends within which every step of the exact arithmetic of the language fits.
const FARTHEST: i128 = 1 << 125;

/// A whole number between two ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::analysis) struct Integer {
    /// The least significant first; the last is the sign.
    bits: Vec<Lit>,
    low: i128,
    high: i128,
    /// What it is of another number.
    affine: Option<Affine>,
}

/// The bits that every number from `low` to `high` fits in.
fn width(low: i128, high: i128) -> usize {
    let bits = |n: i128| (128 - if n < 0 { (!n).leading_zeros() } else { n.leading_zeros() }) as usize + 1;
    bits(low).max(bits(high))
}

/// The ends, if they are near enough.
pub(super) fn ends(low: Option<i128>, high: Option<i128>) -> Result<(i128, i128), TooWide> {
    match (low, high) {
        (Some(low), Some(high)) if -FARTHEST < low && high < FARTHEST => Ok((low, high)),
        _ => Err(TooWide),
    }
}

impl Integer {
    /// The number `n`.
    pub(in crate::analysis) fn constant(n: i128) -> Integer {
        let bits = (0..width(n, n)).map(|i| Lit::constant((n >> i.min(127)) & 1 == 1)).collect();
        Integer { bits, low: n, high: n, affine: None }
    }

    /// A free number; `inside` says that it lies between the ends, and is to be assumed.
    pub(in crate::analysis) fn free(circuit: &mut Circuit, low: i128, high: i128) -> Result<Free, TooWide> {
        ends(Some(low), Some(high))?;
        let offset = high.checked_sub(low).ok_or(TooWide)?;
        let mut bits: Vec<Lit> = (1..width(0, offset)).map(|_| circuit.input()).collect();
        let inputs = bits.clone();
        bits.push(Lit::FALSE);
        let all = (1i128 << inputs.len()) - 1;
        let free = Integer { bits, low: 0, high: all, affine: None };
        let inside = free.at_most(circuit, &Integer::constant(offset));
        let number = Integer { high: offset, ..free }.plus(circuit, &Integer::constant(low))?;
        Ok(Free { inputs, number, inside })
    }

    pub(super) fn new(bits: Vec<Lit>, low: i128, high: i128) -> Integer {
        if low == high {
            return Integer::constant(low);
        }
        Integer { bits, low, high, affine: None }.extended(width(low, high))
    }

    /// The same number, of which it is known that it lies between these ends wherever it is a number at all.
    pub(in crate::analysis) fn narrowed(self, low: i128, high: i128) -> Integer {
        let (low, high) = (self.low.max(low), self.high.min(high));
        if low > high {
            return Integer::constant(self.low);
        }
        let number = Integer::new(self.bits, low, high);
        if low < high { Integer { affine: self.affine, ..number } } else { number }
    }

    /// Where its bits come to a number between its ends, and to what it is said to be of another one: a number that was
    /// narrowed has fewer bits than that may take where it is none.
    pub(super) fn inside(&self, circuit: &mut Circuit) -> Lit {
        let as_told = match &self.affine {
            Some(affine) => affine.clone().lies_between(circuit, self.low, self.high),
            None => Lit::TRUE,
        };
        let half = 1i128 << (self.bits.len() - 1).min(126);
        let any = Integer { bits: self.bits.clone(), low: -half, high: half - 1, affine: None };
        let above = Integer::constant(self.low).plainly_at_most(circuit, &any);
        let below = any.plainly_at_most(circuit, &Integer::constant(self.high));
        circuit.all([as_told, above, below])
    }

    /// The same number, of which it is known what it is of another one.
    pub(super) fn being(self, affine: Affine) -> Integer {
        if self.low < self.high { Integer { affine: Some(affine), ..self } } else { self }
    }

    pub(super) fn affine(&self) -> Option<&Affine> {
        self.affine.as_ref()
    }

    /// Its ends.
    pub(in crate::analysis) fn ends(&self) -> (i128, i128) {
        (self.low, self.high)
    }

    /// The number it is, if it is only one.
    pub(in crate::analysis) fn known(&self) -> Option<i128> {
        (self.low == self.high).then_some(self.low)
    }

    /// Its bits, the least significant first; the last is the sign.
    pub(in crate::analysis) fn bits(&self) -> &[Lit] {
        &self.bits
    }

    /// The number that its bits come to.
    pub(in crate::analysis) fn read(&self, lit: impl Fn(Lit) -> bool) -> i128 {
        let bits = self.bits.iter().enumerate();
        let mut number =
            bits.filter(|(_, bit)| lit(**bit)).fold(0i128, |number, (place, _)| number | 1 << place.min(127));
        if lit(self.sign()) && self.bits.len() < 128 {
            number |= -1 << self.bits.len();
        }
        number
    }

    pub(super) fn sign(&self) -> Lit {
        self.bits.last().copied().unwrap_or(Lit::FALSE)
    }

    /// The bit of this place, in as many bits as one likes.
    pub(super) fn bit(&self, place: usize) -> Lit {
        self.bits.get(place).copied().unwrap_or(self.sign())
    }

    pub(super) fn extended(mut self, width: usize) -> Integer {
        let sign = self.sign();
        self.bits.resize(width, sign);
        self
    }

    /// Whether both are the same.
    pub(in crate::analysis) fn equals(&self, circuit: &mut Circuit, other: &Integer) -> Lit {
        if self.high < other.low || other.high < self.low {
            return Lit::FALSE;
        }
        match affine::equal(self, other).and_then(|compared| affine::holds(circuit, compared, true)) {
            Some(known) => known,
            None => self.plainly_equals(circuit, other),
        }
    }

    /// Whether both have the same bits.
    pub(super) fn plainly_equals(&self, circuit: &mut Circuit, other: &Integer) -> Lit {
        if self.high < other.low || other.high < self.low {
            return Lit::FALSE;
        }
        let width = self.bits.len().max(other.bits.len());
        let same: Vec<Lit> = (0..width).map(|i| circuit.same(self.bit(i), other.bit(i))).collect();
        circuit.all(same)
    }

    /// Whether it is at most `other`.
    pub(in crate::analysis) fn at_most(&self, circuit: &mut Circuit, other: &Integer) -> Lit {
        if self.high <= other.low {
            return Lit::TRUE;
        }
        if other.high < self.low {
            return Lit::FALSE;
        }
        match affine::at_most(self, other).and_then(|compared| affine::holds(circuit, compared, false)) {
            Some(known) => known,
            None => self.plainly_at_most(circuit, other),
        }
    }

    /// Whether it is at most `other`, by their bits.
    pub(super) fn plainly_at_most(&self, circuit: &mut Circuit, other: &Integer) -> Lit {
        if self.high <= other.low {
            return Lit::TRUE;
        }
        if other.high < self.low {
            return Lit::FALSE;
        }
        let width = self.bits.len().max(other.bits.len());
        // From the least significant bit on: the highest that differs decides; the signs count the other way.
        let mut at_most = Lit::TRUE;
        for i in 0..width {
            let (a, b) = (self.bit(i), other.bit(i));
            let (a, b) = if i + 1 == width { (b, a) } else { (a, b) };
            let differ = circuit.xor(a, b);
            at_most = circuit.choose(differ, b, at_most);
        }
        at_most
    }

    /// `then` where `condition` holds, else `otherwise`.
    pub(in crate::analysis) fn choose(
        circuit: &mut Circuit,
        condition: Lit,
        then: &Integer,
        otherwise: &Integer,
    ) -> Integer {
        match condition {
            Lit::TRUE => return then.clone(),
            Lit::FALSE => return otherwise.clone(),
            _ => {}
        }
        let (low, high) = (then.low.min(otherwise.low), then.high.max(otherwise.high));
        if then.bits == otherwise.bits {
            // Each may be known to lie between ends of its own, wherever it is the one that is chosen.
            let either = Integer::new(then.bits.clone(), low, high);
            return match (&then.affine, &otherwise.affine) {
                (Some(one), Some(other)) if one == other => either.being(one.clone()),
                _ => either,
            };
        }
        if let Some(number) = Integer::choose_less(circuit, condition, then, otherwise) {
            return number.narrowed(low, high);
        }
        let width = width(low, high);
        let bits = (0..width).map(|i| circuit.choose(condition, then.bit(i), otherwise.bit(i))).collect();
        Integer::new(bits, low, high)
    }

    /// A choice as one of smaller numbers, where both have a factor in common.
    fn choose_less(circuit: &mut Circuit, condition: Lit, then: &Integer, otherwise: &Integer) -> Option<Integer> {
        let factor = affine::common_factor(then, otherwise)?;
        let then = affine::without_factor(circuit, then, factor).ok()?;
        let otherwise = affine::without_factor(circuit, otherwise, factor).ok()?;
        let chosen = Integer::choose(circuit, condition, &then, &otherwise);
        chosen.times(circuit, &Integer::constant(factor)).ok()
    }
}

/// A free number.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Free {
    /// The bits of what it is above `low`, the least significant first.
    pub(in crate::analysis) inputs: Vec<Lit>,
    pub(in crate::analysis) number: Integer,
    /// It lies between its ends.
    pub(in crate::analysis) inside: Lit,
}
