//! Arithmetic on whole numbers. Every result is exact: one that might need too many bits is refused.

use super::affine::{self, Affine};
use super::gates::{Circuit, Lit};
use super::integer::{Integer, TooWide, ends};

impl Integer {
    /// The sum.
    pub(in crate::analysis) fn plus(&self, circuit: &mut Circuit, other: &Integer) -> Result<Integer, TooWide> {
        let ((a, b), (c, d)) = (self.ends(), other.ends());
        let (low, high) = ends(a.checked_add(c), b.checked_add(d))?;
        if let Some(sum) = affine::sum(self, other, 1).and_then(|sum| sum.number(circuit, low, high)) {
            return Ok(sum);
        }
        Ok(self.plainly_more(circuit, other, low, high))
    }

    /// The difference.
    pub(in crate::analysis) fn minus(&self, circuit: &mut Circuit, other: &Integer) -> Result<Integer, TooWide> {
        let ((a, b), (c, d)) = (self.ends(), other.ends());
        let (low, high) = ends(a.checked_sub(d), b.checked_sub(c))?;
        if let Some(sum) = affine::sum(self, other, -1).and_then(|sum| sum.number(circuit, low, high)) {
            return Ok(sum);
        }
        Ok(self.plainly_less(circuit, other, low, high))
    }

    /// The sum by its bits.
    pub(super) fn plainly_more(&self, circuit: &mut Circuit, other: &Integer, low: i128, high: i128) -> Integer {
        self.sum(circuit, other, Lit::FALSE, low, high)
    }

    /// The difference by its bits.
    pub(super) fn plainly_less(&self, circuit: &mut Circuit, other: &Integer, low: i128, high: i128) -> Integer {
        self.sum(circuit, other, Lit::TRUE, low, high)
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
        let ((a, b), (c, d)) = (self.ends(), other.ends());
        let corners = [a.checked_mul(c), a.checked_mul(d), b.checked_mul(c), b.checked_mul(d)];
        let corners: Vec<i128> = corners.into_iter().collect::<Option<_>>().ok_or(TooWide)?;
        let (low, high) = ends(corners.iter().min().copied(), corners.iter().max().copied())?;
        let (number, factor) = match (self.known(), other.known()) {
            (Some(a), Some(b)) => return Ok(Integer::constant(a.checked_mul(b).ok_or(TooWide)?)),
            (None, Some(factor)) => (self, factor),
            (Some(factor), None) => (other, factor),
            (None, None) => return self.product(circuit, other, low, high),
        };
        if factor == 0 {
            return Ok(Integer::constant(0));
        }
        if let Some(product) = Affine::of(number).scaled(factor) {
            return product.number(circuit, low, high);
        }
        let product = number.times_plainly(circuit, factor.unsigned_abs());
        if factor < 0 { product?.negated(circuit) } else { product }
    }

    /// The product of two numbers of which neither is known.
    fn product(&self, circuit: &mut Circuit, other: &Integer, low: i128, high: i128) -> Result<Integer, TooWide> {
        let (one, two) = (Affine::of(self), Affine::of(other));
        let ((x, a, c), (y, b, d)) = (one.parts(), two.parts());
        // (ax + c)(by + d), so that products of the same numbers are the same.
        let distributed = |circuit: &mut Circuit| {
            let (ab, ad, bc, cd) = (a.checked_mul(b)?, a.checked_mul(d)?, b.checked_mul(c)?, c.checked_mul(d)?);
            let mut parts = vec![(circuit.product(x, y).ok()?, ab), (x.clone(), ad), (y.clone(), bc)];
            parts.retain(|(_, times)| *times != 0);
            parts.into_iter().try_fold(Integer::constant(cd), |sum, (number, times)| {
                let part = number.times(circuit, &Integer::constant(times)).ok()?;
                sum.plus(circuit, &part).ok()
            })
        };
        match distributed(circuit) {
            Some(product) => Ok(product.narrowed(low, high)),
            None => Ok(circuit.product(self, other)?.narrowed(low, high)),
        }
    }

    /// The product by its bits.
    pub(super) fn product_of_bits(&self, circuit: &mut Circuit, other: &Integer) -> Result<Integer, TooWide> {
        // The shorter one is gone through bit by bit.
        let (one, other) = if self.bits().len() < other.bits().len() { (other, self) } else { (self, other) };
        let ((a, b), (c, d)) = (one.ends(), other.ends());
        let corners = [a.checked_mul(c), a.checked_mul(d), b.checked_mul(c), b.checked_mul(d)];
        let corners: Vec<i128> = corners.into_iter().collect::<Option<_>>().ok_or(TooWide)?;
        let (low, high) = ends(corners.iter().min().copied(), corners.iter().max().copied())?;
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

    /// So many times the number, by its bits.
    pub(super) fn times_plainly(&self, circuit: &mut Circuit, factor: u128) -> Result<Integer, TooWide> {
        let mut product = Integer::constant(0);
        for place in (0..128).filter(|&place| (factor >> place) & 1 == 1) {
            let part = self.shifted(place)?;
            let ((a, b), (c, d)) = (product.ends(), part.ends());
            let (low, high) = ends(a.checked_add(c), b.checked_add(d))?;
            product = product.plainly_more(circuit, &part, low, high);
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
        if let Some((less, divisor)) = divisor.known().and_then(|divisor| affine::divided(circuit, self, divisor)) {
            return Ok(less.floor_divided(circuit, &Integer::constant(divisor))?.narrowed(low, high));
        }
        let quotient = match divisor.known() {
            Some(divisor) if divisor > 1 => circuit.floor_over(self, divisor)?,
            _ => self.quotient_of_bits(circuit, divisor)?,
        };
        Ok(quotient.narrowed(low, high))
    }

    /// The quotient by its bits.
    pub(super) fn quotient_of_bits(&self, circuit: &mut Circuit, divisor: &Integer) -> Result<Integer, TooWide> {
        let ((a, b), (c, d)) = (self.ends(), divisor.ends());
        let (c, d) = (c.max(1), d.max(1));
        let corners = [a.div_euclid(c), a.div_euclid(d), b.div_euclid(c), b.div_euclid(d)];
        let (low, high) = ends(corners.iter().min().copied(), corners.iter().max().copied())?;
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
