//! Arithmetic on whole numbers. Every result is exact: one that might need too many bits is refused.

use super::gates::{Circuit, Lit};
use super::integer::{Integer, TooWide, ends};

impl Integer {
    /// The sum.
    pub(in crate::analysis) fn plus(&self, circuit: &mut Circuit, other: &Integer) -> Result<Integer, TooWide> {
        let ((a, b), (c, d)) = (self.ends(), other.ends());
        let (low, high) = ends(a.checked_add(c), b.checked_add(d))?;
        Ok(self.sum(circuit, other, Lit::FALSE, low, high))
    }

    /// The difference.
    pub(in crate::analysis) fn minus(&self, circuit: &mut Circuit, other: &Integer) -> Result<Integer, TooWide> {
        let ((a, b), (c, d)) = (self.ends(), other.ends());
        let (low, high) = ends(a.checked_sub(d), b.checked_sub(c))?;
        Ok(self.sum(circuit, other, Lit::TRUE, low, high))
    }

    /// The number with its sign turned.
    pub(in crate::analysis) fn negated(&self, circuit: &mut Circuit) -> Result<Integer, TooWide> {
        Integer::constant(0).minus(circuit, self)
    }

    /// The sum, or where `turned` the difference, which lies between the ends.
    fn sum(&self, circuit: &mut Circuit, other: &Integer, turned: Lit, low: i128, high: i128) -> Integer {
        if low == high {
            return Integer::constant(low);
        }
        let width = Integer::constant(low).bits().len().max(Integer::constant(high).bits().len());
        let mut carry = turned;
        let mut bits = Vec::with_capacity(width);
        for i in 0..width {
            let a = self.bit(i);
            let b = circuit.xor(other.bit(i), turned);
            let differ = circuit.xor(a, b);
            bits.push(circuit.xor(differ, carry));
            carry = circuit.choose(differ, carry, a);
        }
        Integer::new(bits, low, high)
    }

    /// The product.
    pub(in crate::analysis) fn times(&self, circuit: &mut Circuit, other: &Integer) -> Result<Integer, TooWide> {
        // The shorter one is gone through bit by bit.
        let (one, other) = if self.bits().len() < other.bits().len() { (other, self) } else { (self, other) };
        let ((a, b), (c, d)) = (one.ends(), other.ends());
        let corners = [a.checked_mul(c), a.checked_mul(d), b.checked_mul(c), b.checked_mul(d)];
        let corners: Vec<i128> = corners.into_iter().collect::<Option<_>>().ok_or(TooWide)?;
        let (low, high) = ends(corners.iter().min().copied(), corners.iter().max().copied())?;
        if let Some(factor) = other.known() {
            let product = one.times_magnitude(circuit, factor.unsigned_abs());
            return if factor < 0 { product?.negated(circuit) } else { product };
        }
        let places = other.bits().len() - 1;
        let mut product = Integer::constant(0);
        for (place, &bit) in other.bits().iter().enumerate() {
            let shifted = one.shifted(place)?;
            let part = Integer::choose(circuit, bit, &shifted, &Integer::constant(0));
            // The sign counts as a negative power of two.
            product = if place == places { product.minus(circuit, &part)? } else { product.plus(circuit, &part)? };
        }
        Ok(Integer::new(product.bits().to_vec(), low, high))
    }

    fn times_magnitude(&self, circuit: &mut Circuit, factor: u128) -> Result<Integer, TooWide> {
        let mut product = Integer::constant(0);
        for place in (0..128).filter(|&place| (factor >> place) & 1 == 1) {
            product = product.plus(circuit, &self.shifted(place)?)?;
        }
        Ok(product)
    }

    /// Times two to the power of `places`.
    fn shifted(&self, places: usize) -> Result<Integer, TooWide> {
        let factor = u32::try_from(places).ok().and_then(|places| 2i128.checked_pow(places)).ok_or(TooWide)?;
        let (low, high) = self.ends();
        let (low, high) = ends(low.checked_mul(factor), high.checked_mul(factor))?;
        let mut bits = vec![Lit::FALSE; places];
        bits.extend_from_slice(self.bits());
        Ok(Integer::new(bits, low, high))
    }

    /// The greatest whole number that is not above the quotient. The divisor is positive; where it is not,
    /// the result means nothing.
    pub(in crate::analysis) fn floor_divided(
        &self,
        circuit: &mut Circuit,
        divisor: &Integer,
    ) -> Result<Integer, TooWide> {
        let ((a, b), (c, d)) = (self.ends(), divisor.ends());
        let (c, d) = (c.max(1), d.max(1));
        let corners = [a.div_euclid(c), a.div_euclid(d), b.div_euclid(c), b.div_euclid(d)];
        let (low, high) = ends(corners.iter().min().copied(), corners.iter().max().copied())?;
        if divisor.known() == Some(1) {
            return Ok(self.clone());
        }
        // Of a negative number: floor(n / d) is -1 - floor((-1 - n) / d), and -1 - n is n with all its bits turned.
        let sign = self.sign();
        let magnitude: Vec<Lit> = self.bits().iter().map(|&bit| circuit.xor(bit, sign)).collect();
        let places = divisor.bits().len();
        let mut rest: Vec<Lit> = vec![Lit::FALSE; places + 1];
        let mut quotient = vec![Lit::FALSE; magnitude.len()];
        for i in (0..magnitude.len()).rev() {
            rest.rotate_right(1);
            rest[0] = magnitude[i];
            let (less, fits) = without(circuit, &rest, divisor);
            quotient[i] = fits;
            for (bit, less) in rest.iter_mut().zip(less) {
                *bit = circuit.choose(fits, less, *bit);
            }
        }
        let bits = quotient.into_iter().map(|bit| circuit.xor(bit, sign)).collect();
        Ok(Integer::new(bits, low, high))
    }

    /// The remainder of [`Integer::floor_divided`].
    pub(in crate::analysis) fn remainder(
        &self,
        circuit: &mut Circuit,
        divisor: &Integer,
        quotient: &Integer,
    ) -> Result<Integer, TooWide> {
        let whole = quotient.times(circuit, divisor)?;
        let rest = self.minus(circuit, &whole)?;
        Ok(Integer::new(rest.bits().to_vec(), 0, divisor.ends().1.max(1) - 1))
    }
}

/// `rest` less the divisor, and whether that is not negative. Both without sign.
fn without(circuit: &mut Circuit, rest: &[Lit], divisor: &Integer) -> (Vec<Lit>, Lit) {
    let mut carry = Lit::TRUE;
    let mut less = Vec::with_capacity(rest.len());
    for (i, &a) in rest.iter().enumerate() {
        let b = if i < divisor.bits().len() { !divisor.bit(i) } else { Lit::TRUE };
        let differ = circuit.xor(a, b);
        less.push(circuit.xor(differ, carry));
        carry = circuit.choose(differ, carry, a);
    }
    (less, carry)
}
