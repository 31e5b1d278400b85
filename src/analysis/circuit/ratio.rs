//! Exact numbers: quotients of whole numbers. Those of facts and constants have a constant denominator.
//!
//! They are not in lowest terms, as the numbers of a deal are. So wherever a step fits here, it fits there.

use num_integer::Integer as _;

use super::gates::{Circuit, Lit};
use super::integer::{Integer, TooWide};
use crate::base::Number;

/// A quotient. The denominator is positive wherever the number is one at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::analysis) struct Ratio {
    over: Integer,
    under: Integer,
}

impl Ratio {
    /// The number `n`.
    pub(in crate::analysis) fn constant(n: Number) -> Ratio {
        Ratio { over: Integer::constant(n.numerator()), under: Integer::constant(n.denominator()) }
    }

    /// A whole number.
    pub(in crate::analysis) fn whole(n: Integer) -> Ratio {
        Ratio { over: n, under: Integer::constant(1) }
    }

    /// So many steps of 1 / `scale`.
    pub(in crate::analysis) fn scaled(over: Integer, scale: i128) -> Ratio {
        Ratio { over, under: Integer::constant(scale) }
    }

    /// How many steps of one over how much it is; `None` where the denominator is not the same in every deal.
    pub(in crate::analysis) fn steps(&self) -> Option<(&Integer, i128)> {
        Some((&self.over, self.under.known()?))
    }

    /// The number it is, if it is only one.
    pub(in crate::analysis) fn known(&self) -> Option<Number> {
        Number::integer(self.over.known()?).divide(Number::integer(self.under.known()?)).ok()
    }

    /// The literals that say which number it is.
    pub(in crate::analysis) fn literals(&self) -> impl Iterator<Item = Lit> {
        self.over.bits().iter().chain(self.under.bits()).copied()
    }

    /// The whole number it is, where it cannot but be one.
    pub(in crate::analysis) fn as_whole(&self, circuit: &mut Circuit) -> Result<Integer, TooWide> {
        if self.under.known() == Some(1) { Ok(self.over.clone()) } else { self.floor(circuit) }
    }

    /// The same number, of which it is known that it lies between these ends wherever it is a number at all.
    pub(in crate::analysis) fn narrowed(self, low: Option<Number>, high: Option<Number>) -> Ratio {
        let Some(under) = self.under.known() else { return self };
        let (least, most) = self.over.ends();
        let steps = |end: Number| end.multiply(Number::integer(under)).ok();
        let low = low.and_then(steps).map_or(least, |end| end.ceil().numerator());
        let high = high.and_then(steps).map_or(most, |end| end.floor().numerator());
        Ratio { over: self.over.narrowed(low, high), under: self.under }
    }

    /// The number that its literals come to.
    pub(in crate::analysis) fn read(&self, lit: impl Fn(Lit) -> bool) -> Option<Number> {
        Number::integer(self.over.read(&lit)).divide(Number::integer(self.under.read(&lit))).ok()
    }

    /// Two numerators over one denominator.
    fn aligned(&self, circuit: &mut Circuit, other: &Ratio) -> Result<(Integer, Integer, Integer), TooWide> {
        if self.under == other.under {
            return Ok((self.over.clone(), other.over.clone(), self.under.clone()));
        }
        if let (Some(a), Some(b)) = (self.under.known(), other.under.known()) {
            let common = a.checked_mul(b / a.gcd(&b)).ok_or(TooWide)?;
            let one = self.over.times(circuit, &Integer::constant(common / a))?;
            let two = other.over.times(circuit, &Integer::constant(common / b))?;
            return Ok((one, two, Integer::constant(common)));
        }
        let one = self.over.times(circuit, &other.under)?;
        let two = other.over.times(circuit, &self.under)?;
        Ok((one, two, self.under.times(circuit, &other.under)?))
    }

    /// The sum.
    pub(in crate::analysis) fn plus(&self, circuit: &mut Circuit, other: &Ratio) -> Result<Ratio, TooWide> {
        let (one, two, under) = self.aligned(circuit, other)?;
        Ok(Ratio { over: one.plus(circuit, &two)?, under })
    }

    /// The difference.
    pub(in crate::analysis) fn minus(&self, circuit: &mut Circuit, other: &Ratio) -> Result<Ratio, TooWide> {
        let (one, two, under) = self.aligned(circuit, other)?;
        Ok(Ratio { over: one.minus(circuit, &two)?, under })
    }

    /// The product.
    pub(in crate::analysis) fn times(&self, circuit: &mut Circuit, other: &Ratio) -> Result<Ratio, TooWide> {
        Ok(Ratio { over: self.over.times(circuit, &other.over)?, under: self.under.times(circuit, &other.under)? })
    }

    /// The quotient, and whether the divisor is zero, so that there is none.
    pub(in crate::analysis) fn divided(&self, circuit: &mut Circuit, by: &Ratio) -> Result<(Ratio, Lit), TooWide> {
        let zero = by.over.equals(circuit, &Integer::constant(0));
        let sign = by.over.sign();
        let (over, under) = (self.over.times(circuit, &by.under)?, self.under.times(circuit, &by.over)?);
        // The denominator is kept positive.
        let (less_over, less_under) = (over.negated(circuit)?, under.negated(circuit)?);
        let over = Integer::choose(circuit, sign, &less_over, &over);
        let under = Integer::choose(circuit, sign, &less_under, &under);
        let (low, high) = under.ends();
        let under = Integer::new(under.bits().to_vec(), low.max(1), high.max(1));
        Ok((Ratio { over, under }, zero))
    }

    /// The number with its sign turned.
    pub(in crate::analysis) fn negated(&self, circuit: &mut Circuit) -> Result<Ratio, TooWide> {
        Ok(Ratio { over: self.over.negated(circuit)?, under: self.under.clone() })
    }

    /// The number without its sign.
    pub(in crate::analysis) fn magnitude(&self, circuit: &mut Circuit) -> Result<Ratio, TooWide> {
        let turned = self.over.negated(circuit)?;
        let over = Integer::choose(circuit, self.over.sign(), &turned, &self.over);
        Ok(Ratio { over, under: self.under.clone() })
    }

    /// The greatest whole number not above it.
    pub(in crate::analysis) fn floor(&self, circuit: &mut Circuit) -> Result<Integer, TooWide> {
        self.over.floor_divided(circuit, &self.under)
    }

    /// The least whole number not below it.
    pub(in crate::analysis) fn ceil(&self, circuit: &mut Circuit) -> Result<Integer, TooWide> {
        self.negated(circuit)?.floor(circuit)?.negated(circuit)
    }

    /// To so many decimals, halves away from zero.
    pub(in crate::analysis) fn rounded(&self, circuit: &mut Circuit, places: u32) -> Result<Ratio, TooWide> {
        let scale = 10i128.checked_pow(places).ok_or(TooWide)?;
        let two = Integer::constant(2);
        // floor((2 × |over| × scale + under) / (2 × under))
        let over = self.magnitude(circuit)?.over.times(circuit, &Integer::constant(scale))?;
        let over = over.times(circuit, &two)?.plus(circuit, &self.under)?;
        let under = self.under.times(circuit, &two)?;
        let steps = over.floor_divided(circuit, &under)?;
        let turned = steps.negated(circuit)?;
        Ok(Ratio::scaled(Integer::choose(circuit, self.over.sign(), &turned, &steps), scale))
    }

    /// Whether it has no more than so many decimals.
    pub(in crate::analysis) fn has_places(&self, circuit: &mut Circuit, places: u32) -> Result<Lit, TooWide> {
        let scale = 10i128.checked_pow(places).ok_or(TooWide)?;
        if self.under.known().is_some_and(|under| scale % under == 0) {
            return Ok(Lit::TRUE);
        }
        let over = self.over.times(circuit, &Integer::constant(scale))?;
        let quotient = over.floor_divided(circuit, &self.under)?;
        let rest = over.remainder(circuit, &self.under, &quotient)?;
        Ok(rest.equals(circuit, &Integer::constant(0)))
    }

    /// Whether it is at most `other`.
    pub(in crate::analysis) fn at_most(&self, circuit: &mut Circuit, other: &Ratio) -> Result<Lit, TooWide> {
        let (one, two, _) = self.aligned(circuit, other)?;
        Ok(one.at_most(circuit, &two))
    }

    /// Whether both are the same number.
    pub(in crate::analysis) fn equals(&self, circuit: &mut Circuit, other: &Ratio) -> Result<Lit, TooWide> {
        let (one, two, _) = self.aligned(circuit, other)?;
        Ok(one.equals(circuit, &two))
    }

    /// `then` where `condition` holds, else `otherwise`.
    pub(in crate::analysis) fn choose(
        circuit: &mut Circuit,
        condition: Lit,
        then: &Ratio,
        otherwise: &Ratio,
    ) -> Result<Ratio, TooWide> {
        if then.under.known().is_some() && otherwise.under.known().is_some() {
            let (one, two, under) = then.aligned(circuit, otherwise)?;
            return Ok(Ratio { over: Integer::choose(circuit, condition, &one, &two), under });
        }
        let over = Integer::choose(circuit, condition, &then.over, &otherwise.over);
        Ok(Ratio { over, under: Integer::choose(circuit, condition, &then.under, &otherwise.under) })
    }
}
