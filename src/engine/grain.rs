//! How fine numbers are: what is known of their decimals and denominators.

use crate::base::Number;
use crate::facts::Value;

/// A bound on how fine some numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grain {
    /// The most decimals any of them has; [`u32::MAX`] where some have no end of them.
    pub(super) places: u32,
    /// The largest denominator that any of them has in lowest terms; [`u128::MAX`] for one that is
    /// not known.
    pub(super) denominator: u128,
}

impl Grain {
    /// Whole numbers, and dates.
    pub(super) const WHOLE: Grain = Grain { places: 0, denominator: 1 };
    /// Nothing is known.
    pub(super) const UNKNOWN: Grain = Grain { places: u32::MAX, denominator: u128::MAX };

    /// That of decimals with at most so many places.
    pub(super) fn decimals(places: u32) -> Grain {
        Grain { places, denominator: 10u128.checked_pow(places).unwrap_or(u128::MAX) }
    }

    /// That of one value.
    pub(super) fn of(value: &Value) -> Grain {
        match value {
            Value::Number(n) => {
                Grain { places: n.places().unwrap_or(u32::MAX), denominator: n.denominator().unsigned_abs() }
            }
            _ => Grain::WHOLE,
        }
    }

    /// That of numbers of either kind.
    pub(super) fn or(self, other: Grain) -> Grain {
        Grain { places: self.places.max(other.places), denominator: self.denominator.max(other.denominator) }
    }

    /// That of sums and differences.
    pub(super) fn of_sum(self, other: Grain) -> Grain {
        let places = self.places.max(other.places);
        let decimals = Grain::decimals(places).denominator;
        Grain { places, denominator: self.times(other).min(decimals) }
    }

    /// That of products.
    pub(super) fn of_product(self, other: Grain) -> Grain {
        Grain { places: self.places.saturating_add(other.places), denominator: self.times(other) }
    }

    /// That of quotients by numbers at most this `far` from 0.
    pub(super) fn of_quotient(self, by: Grain, far: Number) -> Grain {
        Grain { places: u32::MAX, denominator: self.times(by).saturating_mul(ceiling(far)) }
    }

    /// Whether a number at most this `far` from 0 may need more than 127 bits above or below its line.
    pub(super) fn may_overflow(self, far: Number) -> bool {
        let most = i128::MAX.unsigned_abs();
        self.denominator > most || self.denominator.checked_mul(ceiling(far)).is_none_or(|n| n > most)
    }

    fn times(self, other: Grain) -> u128 {
        self.denominator.saturating_mul(other.denominator)
    }
}

/// The next whole number from 0.
fn ceiling(n: Number) -> u128 {
    n.abs().map_or(u128::MAX, |n| n.ceil().numerator().unsigned_abs())
}
