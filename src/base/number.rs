//! Exact numbers.
//!
//! A [`Number`] is a fraction of two 128-bit integers in lowest terms. Nothing is ever rounded
//! unless a policy asks for it, and an operation whose exact result does not fit is an error, never
//! an approximation.

use std::fmt;
use std::str::FromStr;

use num_integer::Integer;
use num_rational::Ratio;
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub, Signed};

/// An exact number: an integer, a decimal or a quotient of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(Ratio<i128>);

/// Why an operation on numbers has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberError {
    /// The exact result, or a step on the way to it, needs more than 127 bits.
    Overflow,
    /// Something was divided by zero.
    DivisionByZero,
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NumberError::Overflow => "the result is too large to be held exactly",
            NumberError::DivisionByZero => "division by zero",
        })
    }
}

impl std::error::Error for NumberError {}

impl From<i64> for Number {
    fn from(n: i64) -> Number {
        Number(Ratio::from_integer(i128::from(n)))
    }
}

impl Number {
    /// 0
    pub const ZERO: Number = Number(Ratio::new_raw(0, 1));
    /// 1
    pub const ONE: Number = Number(Ratio::new_raw(1, 1));

    /// The integer `n`.
    pub const fn integer(n: i128) -> Number {
        Number(Ratio::new_raw(n, 1))
    }

    /// `mantissa` × 10^-`places`, or `None` where that does not fit.
    pub fn decimal(mantissa: i128, places: u32) -> Option<Number> {
        let scale = 10i128.checked_pow(places)?;
        Some(Number(Ratio::new(mantissa, scale)))
    }

    /// The numerator in lowest terms.
    pub fn numerator(self) -> i128 {
        *self.0.numer()
    }

    /// The denominator in lowest terms, always positive.
    pub fn denominator(self) -> i128 {
        *self.0.denom()
    }

    /// Whether it is a whole number.
    pub fn is_integer(self) -> bool {
        self.denominator() == 1
    }

    /// The whole number it is, if it is one.
    pub fn to_integer(self) -> Option<i128> {
        self.is_integer().then(|| self.numerator())
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.numerator() < 0
    }

    /// Its digits as policies write them, in threes before the point: `1_000_000.5`.
    pub fn grouped(self) -> String {
        let number = self.to_string();
        let (sign, digits) = number.strip_prefix('-').map_or(("", number.as_str()), |digits| ("-", digits));
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let (whole, rest) = digits.split_at(end);
        let mut out = String::from(sign);
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                out.push('_');
            }
            out.push(digit);
        }
        out.push_str(rest);
        out
    }

    /// How many decimals it takes to write it exactly; `None` for a fraction such as 1/3.
    pub fn places(self) -> Option<u32> {
        let mut rest = self.denominator();
        let (mut twos, mut fives) = (0, 0);
        while rest % 2 == 0 {
            rest /= 2;
            twos += 1;
        }
        while rest % 5 == 0 {
            rest /= 5;
            fives += 1;
        }
        (rest == 1).then_some(twos.max(fives))
    }

    /// The sum.
    #[allow(clippy::should_implement_trait, reason = "like its siblings it may have no result")]
    pub fn add(self, other: Number) -> Result<Number, NumberError> {
        if self.is_integer() && other.is_integer() {
            return self.numerator().checked_add(other.numerator()).map(Number::integer).ok_or(NumberError::Overflow);
        }
        self.0.checked_add(&other.0).map(Number).ok_or(NumberError::Overflow)
    }

    /// The difference.
    pub fn subtract(self, other: Number) -> Result<Number, NumberError> {
        if self.is_integer() && other.is_integer() {
            return self.numerator().checked_sub(other.numerator()).map(Number::integer).ok_or(NumberError::Overflow);
        }
        self.0.checked_sub(&other.0).map(Number).ok_or(NumberError::Overflow)
    }

    /// The product.
    pub fn multiply(self, other: Number) -> Result<Number, NumberError> {
        if self.is_integer() && other.is_integer() {
            return self.numerator().checked_mul(other.numerator()).map(Number::integer).ok_or(NumberError::Overflow);
        }
        self.0.checked_mul(&other.0).map(Number).ok_or(NumberError::Overflow)
    }

    /// The exact quotient.
    pub fn divide(self, other: Number) -> Result<Number, NumberError> {
        if other == Number::ZERO {
            return Err(NumberError::DivisionByZero);
        }
        if other.numerator() == i128::MIN {
            return Err(NumberError::Overflow);
        }
        self.0.checked_div(&other.0).map(Number).ok_or(NumberError::Overflow)
    }

    /// The number with its sign turned.
    pub fn negate(self) -> Result<Number, NumberError> {
        Number::ZERO.subtract(self)
    }

    /// The number without its sign.
    pub fn abs(self) -> Result<Number, NumberError> {
        if self.is_negative() { self.negate() } else { Ok(self) }
    }

    /// The greatest whole number that is not above it.
    pub fn floor(self) -> Number {
        Number::integer(Integer::div_floor(&self.numerator(), &self.denominator()))
    }

    /// The least whole number that is not below it.
    pub fn ceil(self) -> Number {
        let (quotient, rest) = Integer::div_mod_floor(&self.numerator(), &self.denominator());
        Number::integer(if rest == 0 { quotient } else { quotient + 1 })
    }

    /// The nearest number of `places` decimals; halves go away from zero.
    pub fn round(self, places: u32) -> Result<Number, NumberError> {
        if self.places().is_some_and(|own| own <= places) {
            return Ok(self);
        }
        let scale = 10i128.checked_pow(places).map(Number::integer).ok_or(NumberError::Overflow)?;
        let scaled = self.multiply(scale)?;
        let negative = scaled.is_negative();
        let (n, d) = (scaled.abs()?.numerator(), scaled.denominator());
        let (quotient, rest) = Integer::div_rem(&n, &d);
        let up = rest >= d - rest && rest != 0;
        let magnitude = Number::integer(quotient + i128::from(up));
        let whole = if negative { magnitude.negate()? } else { magnitude };
        whole.divide(scale)
    }
}

/// Text that is not a number as the language and deals write them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseNumberError {
    /// Not of the form `-12_000.50`.
    Malformed,
    /// More digits than can be held exactly.
    TooLong,
}

impl FromStr for Number {
    type Err = ParseNumberError;

    /// Reads `-12_000.50` and `1.5e3`, digit by digit and without rounding.
    fn from_str(text: &str) -> Result<Number, ParseNumberError> {
        let (negative, digits) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (digits, exponent) = match digits.find(['e', 'E']) {
            Some(at) => {
                let exponent: i32 = digits[at + 1..].parse().map_err(|_| ParseNumberError::Malformed)?;
                (&digits[..at], exponent)
            }
            None => (digits, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let ends_in_point = digits.ends_with('.');
        if whole.is_empty() || ends_in_point || !whole.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(ParseNumberError::Malformed);
        }
        let (mut mantissa, mut places, mut pending_zeros) = (0i128, 0i64, 0u32);
        for (in_fraction, c) in whole.chars().map(|c| (false, c)).chain(fraction.chars().map(|c| (true, c))) {
            if c == '_' {
                continue;
            }
            let digit = c.to_digit(10).ok_or(ParseNumberError::Malformed)?;
            if digit == 0 {
                pending_zeros += 1;
            } else {
                let shift = 10i128.checked_pow(pending_zeros + 1);
                mantissa = match shift.and_then(|s| mantissa.checked_mul(s)) {
                    Some(m) => m.checked_add(i128::from(digit)).ok_or(ParseNumberError::TooLong)?,
                    None if mantissa == 0 => i128::from(digit),
                    None => return Err(ParseNumberError::TooLong),
                };
                pending_zeros = 0;
            }
            places += i64::from(in_fraction);
        }
        if mantissa == 0 {
            return Ok(Number::ZERO);
        }
        let exponent = i64::from(exponent) - places + i64::from(pending_zeros);
        let power = u32::try_from(exponent.unsigned_abs()).ok().and_then(|e| 10i128.checked_pow(e));
        let power = power.ok_or(ParseNumberError::TooLong)?;
        let mantissa = if negative { -mantissa } else { mantissa };
        if exponent >= 0 {
            mantissa.checked_mul(power).map(Number::integer).ok_or(ParseNumberError::TooLong)
        } else {
            Ok(Number(Ratio::new(mantissa, power)))
        }
    }
}

impl fmt::Display for Number {
    /// Digits without separators; a fraction that has no finite decimals as `1/3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, d) = (self.numerator(), self.denominator());
        if d == 1 {
            return write!(f, "{n}");
        }
        let Some(places) = self.places() else {
            return write!(f, "{n}/{d}");
        };
        let sign = if n < 0 { "-" } else { "" };
        write!(f, "{sign}{}", n.unsigned_abs() / d.unsigned_abs())?;
        f.write_str(".")?;
        let mut rest = n.unsigned_abs() % d.unsigned_abs();
        for _ in 0..places {
            // `rest` is below the denominator, which is at most 2^127: divide first where ten times it would not fit.
            let (digit, next) = match rest.checked_mul(10) {
                Some(ten) => (ten / d.unsigned_abs(), ten % d.unsigned_abs()),
                None => {
                    let mut digit = 0;
                    let mut sum = 0u128;
                    for _ in 0..10 {
                        sum += rest;
                        if sum >= d.unsigned_abs() {
                            sum -= d.unsigned_abs();
                            digit += 1;
                        }
                    }
                    (digit, sum)
                }
            };
            write!(f, "{digit}")?;
            rest = next;
        }
        Ok(())
    }
}

/// The sign of a number, for those who only need that.
impl Number {
    /// -1, 0 or 1.
    pub fn signum(self) -> i32 {
        match self.0.numer().signum() {
            n if n < 0 => -1,
            0 => 0,
            _ => 1,
        }
    }

    /// Whether it is above zero.
    pub fn is_positive(self) -> bool {
        self.0.is_positive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap_or_else(|e| unreachable!("{text}: {e:?}"))
    }

    #[test]
    fn groups_digits_before_the_point_alone() {
        for (n, expected) in [
            ("0", "0"),
            ("999", "999"),
            ("-1000", "-1_000"),
            ("1234567.12345", "1_234_567.12345"),
            ("-100000.5", "-100_000.5"),
        ] {
            assert_eq!(number(n).grouped(), expected);
        }
    }

    #[test]
    fn reads_digits_exactly_and_writes_them_back() {
        for text in ["0", "12", "-7", "0.1", "95.5", "-0.05", "12345678901234567.89", "0.000001"] {
            assert_eq!(number(text).to_string(), text);
        }
        assert_eq!(number("1_000").to_string(), "1000");
        assert_eq!(number("2.50").to_string(), "2.5");
        assert_eq!(number("1.5e3").to_string(), "1500");
        assert_eq!(number("25e-2").to_string(), "0.25");
        assert_eq!(number("1000000000000000000000000000000000000.000").to_integer(), Some(10i128.pow(36)));
        for bad in ["", "-", ".5", "5.", "1e", "1.2.3", "0x10", "NaN", "1e99999999999"] {
            assert_eq!(bad.parse::<Number>(), Err(ParseNumberError::Malformed), "{bad}");
        }
        for long in ["1e99", "1e-99", "999999999999999999999999999999999999999999"] {
            assert_eq!(long.parse::<Number>(), Err(ParseNumberError::TooLong), "{long}");
        }
    }

    #[test]
    fn rounds_halves_away_from_zero() {
        for (text, places, expected) in
            [("2.5", 0, "3"), ("-2.5", 0, "-3"), ("2.449", 1, "2.4"), ("693.495", 2, "693.5"), ("-0.004", 2, "0")]
        {
            assert_eq!(number(text).round(places).map(|n| n.to_string()), Ok(expected.to_owned()), "{text}");
        }
        let third = Number::ONE.divide(Number::integer(3));
        assert_eq!(third.and_then(|n| n.round(2)), Ok(number("0.33")));
        assert_eq!(third.map(|n| n.to_string()), Ok("1/3".to_owned()));
        assert_eq!(number("-0.5").floor(), number("-1"));
        assert_eq!(number("-0.5").ceil(), number("0"));
    }

    #[test]
    fn an_operation_that_does_not_fit_is_an_error() {
        let large = Number::integer(i128::MAX);
        assert_eq!(large.add(Number::ONE), Err(NumberError::Overflow));
        assert_eq!(large.multiply(large), Err(NumberError::Overflow));
        assert_eq!(Number::integer(i128::MIN).negate(), Err(NumberError::Overflow));
        assert_eq!(Number::ONE.divide(Number::ZERO), Err(NumberError::DivisionByZero));
        assert_eq!(Number::integer(i128::MIN).divide(Number::integer(i128::MIN)), Err(NumberError::Overflow));
    }
}
