//! Numbers from their digits.

use crate::base::Number;

/// Why digits make no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// They are not a number at all.
    NotANumber,
    /// Infinity, or "not a number" by name.
    NotFinite,
    /// It cannot be held exactly.
    TooLong,
}

/// Reads a number as any of the formats writes it: `12`, `-1_000.50`, `1.5e-3`, `.5`, `5.`, `0xff`, `0o17`, `0b1`.
pub(super) fn parse(text: &str) -> Result<Number, Malformed> {
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'-') => ("-", &text[1..]),
        Some(b'+') => ("", &text[1..]),
        _ => ("", text),
    };
    if matches!(
        digits.to_ascii_lowercase().trim_start_matches('.'),
        "inf" | "nan" | "inff32" | "inff64" | "nanf32" | "nanf64"
    ) {
        return Err(Malformed::NotFinite);
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = digits.strip_prefix(prefix) {
            return based(digits, radix, !sign.is_empty());
        }
    }
    let shape = Shape::of(digits).ok_or(Malformed::NotANumber)?;
    let parsed = if shape.bare_point {
        let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
        let zero_before = if whole.is_empty() { "0" } else { "" };
        let zero_behind = if rest.starts_with(|c: char| c.is_ascii_digit()) { "" } else { "0" };
        format!("{sign}{zero_before}{whole}.{zero_behind}{rest}").parse()
    } else {
        text.parse::<Number>()
    };
    // Its form has been checked, so what is left is an exponent that is out of all bounds.
    parsed.map_err(|_| Malformed::TooLong)
}

fn based(digits: &str, radix: u32, negative: bool) -> Result<Number, Malformed> {
    let digits: String = digits.chars().filter(|c| *c != '_').collect();
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(Malformed::NotANumber);
    }
    let n = i128::from_str_radix(&digits, radix).map_err(|_| Malformed::TooLong)?;
    Ok(Number::integer(if negative { -n } else { n }))
}

/// The form of a decimal number.
struct Shape {
    /// Its point stands at one of its ends.
    bare_point: bool,
}

impl Shape {
    fn of(digits: &str) -> Option<Shape> {
        let (number, exponent) = match digits.find(['e', 'E']) {
            Some(at) => (&digits[..at], Some(&digits[at + 1..])),
            None => (digits, None),
        };
        let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
        let any_digit = |text: &str| text.bytes().any(|b| b.is_ascii_digit());
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let exponent_digits = exponent.map(|e| e.strip_prefix(['-', '+']).unwrap_or(e));
        let good = all_digits(whole)
            && all_digits(fraction)
            && (any_digit(whole) || any_digit(fraction))
            && !whole.starts_with('_')
            && exponent_digits.is_none_or(|e| !e.is_empty() && e.bytes().all(|b| b.is_ascii_digit()));
        let bare_point = number.starts_with('.') || number.ends_with('.');
        good.then_some(Shape { bare_point })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_any_format_writes() {
        for (text, expected) in [
            ("12", "12"),
            ("-1_000.50", "-1000.5"),
            ("+5", "5"),
            ("1.5e-3", "0.0015"),
            ("2E+2", "200"),
            (".5", "0.5"),
            ("-.5e1", "-5"),
            ("5.", "5"),
            ("5.e1", "50"),
            ("0xfF", "255"),
            ("-0b1_1", "-3"),
            ("0o17", "15"),
            ("12345678901234567.89", "12345678901234567.89"),
            ("-0", "0"),
        ] {
            assert_eq!(parse(text).map(|n| n.to_string()).as_deref(), Ok(expected), "{text}");
        }
        for text in ["", "-", ".", "1.2.3", "_1", "1e", "e1", "0x", "0xg", "1 000", "12,5", "twelve", "2026-01-31", "١"]
        {
            assert_eq!(parse(text), Err(Malformed::NotANumber), "{text}");
        }
        for text in ["inf", "-inf", ".inf", "NaN", ".nan", "-.Inf"] {
            assert_eq!(parse(text), Err(Malformed::NotFinite), "{text}");
        }
        let long = "9".repeat(50);
        for text in ["1e99", "1e99999999999", long.as_str(), "0xffffffffffffffffffffffffffffffffff", "1e-400"] {
            assert_eq!(parse(text), Err(Malformed::TooLong), "{text}");
        }
    }
}
