//! Numbers, units and dates.

use jiff::civil::Date;

use crate::base::{Number, ParseNumberError, Span};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{ExprKind, Name, UnitExpr};
use crate::syntax::grammar::{Pair, Rule};

use super::Lower;

/// Years in which dates lie.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

impl Lower<'_> {
    /// `1_000`, `95.50 EUR/hour`, `10 percent`
    pub(super) fn quantity(&mut self, pair: &Pair<'_>) -> Option<ExprKind> {
        let mut value = None;
        let mut unit = None;
        let mut decimal = false;
        for part in pair.clone().into_inner() {
            match part.as_rule() {
                Rule::number => {
                    decimal = part.as_str().contains('.');
                    value = self.number(&part);
                }
                Rule::unit_written => unit = Some(self.unit_written(&part)),
                _ => {}
            }
        }
        let value = value?;
        match unit {
            Some(unit) if unit.factors.iter().any(|(name, _)| name.text == "percent") => {
                if unit.factors.len() > 1 {
                    self.report(
                        Diagnostic::error(Code::NumberForm, unit.span, "`percent` has no further unit")
                            .here("a number in percent is a plain decimal")
                            .help("multiply a quantity by the percentage: `10 percent * rate`"),
                    );
                    return None;
                }
                match value.divide(Number::integer(100)) {
                    Ok(value) => Some(ExprKind::Number { value, decimal: true, unit: None }),
                    Err(_) => {
                        self.too_long(self.span(pair));
                        None
                    }
                }
            }
            unit => Some(ExprKind::Number { value, decimal, unit }),
        }
    }

    fn number(&mut self, pair: &Pair<'_>) -> Option<Number> {
        match pair.as_str().parse::<Number>() {
            Ok(number) => Some(number),
            Err(ParseNumberError::TooLong) => {
                self.too_long(self.span(pair));
                None
            }
            Err(ParseNumberError::Malformed) => {
                let span = self.span(pair);
                self.report(
                    Diagnostic::error(Code::NumberForm, span, format!("`{}` is not a number", pair.as_str()))
                        .help("numbers are written like `1_000` or `95.50`"),
                );
                None
            }
        }
    }

    fn too_long(&mut self, span: Span) {
        self.report(
            Diagnostic::error(Code::NumberForm, span, "a number with too many digits")
                .here("numbers are exact, and this one does not fit in 127 bits (about 38 digits)"),
        );
    }

    /// A count such as the bound of a list.
    pub(super) fn whole(&mut self, pair: &Pair<'_>) -> Option<(u32, Span)> {
        let span = self.span(pair);
        let digits: String = pair.as_str().chars().filter(char::is_ascii_digit).collect();
        match digits.parse::<u32>() {
            Ok(number) => Some((number, span)),
            Err(_) => {
                self.report(
                    Diagnostic::error(Code::NumberForm, span, format!("`{}` is too large here", pair.as_str()))
                        .here(format!("at most {}", u32::MAX)),
                );
                None
            }
        }
    }

    /// `EUR/hour` without blanks.
    fn unit_written(&mut self, pair: &Pair<'_>) -> UnitExpr {
        let span = self.span(pair);
        let mut factors = Vec::new();
        let mut start = span.start as usize;
        let mut exponent = 1;
        for part in pair.as_str().split_inclusive(['/', '*']) {
            let name = part.trim_end_matches(['/', '*']);
            let name_span = Span::new(self.file, start, start + name.len());
            factors.push((Name { text: name.to_owned(), span: name_span }, exponent));
            exponent = if part.ends_with('/') { -1 } else { 1 };
            start += part.len();
        }
        UnitExpr { factors, span }
    }

    /// `2026-01-31`, if there is such a day.
    pub(super) fn date(&mut self, pair: &Pair<'_>) -> Option<Date> {
        let written = pair.as_str();
        let span = self.span(pair);
        let date = written.parse::<Date>().ok();
        match date {
            Some(date) if YEARS.contains(&date.year()) => Some(date),
            Some(_) => {
                self.report(
                    Diagnostic::error(Code::DateForm, span, format!("`{written}` is out of range")).here(format!(
                        "dates lie in the years {} to {}",
                        YEARS.start(),
                        YEARS.end()
                    )),
                );
                None
            }
            None => {
                let diagnostic = Diagnostic::error(Code::DateForm, span, format!("`{written}` is not a date"))
                    .here(why_no_date(written));
                self.report(diagnostic.help("dates are written year, month, day: `2026-01-31`"));
                None
            }
        }
    }
}

/// Why there is no such day.
fn why_no_date(written: &str) -> String {
    let part = |range: std::ops::Range<usize>| written.get(range).and_then(|t| t.parse::<i8>().ok()).unwrap_or(0);
    let (month, day) = (part(5..7), part(8..10));
    if !(1..=12).contains(&month) {
        return format!("there is no month {month}");
    }
    let year = written.get(0..4).and_then(|y| y.parse::<i16>().ok()).unwrap_or(0);
    match Date::new(year, month, 1) {
        Ok(first) if day < 1 || day > first.days_in_month() => {
            format!("that month has {} days", first.days_in_month())
        }
        _ => "there is no such day".to_owned(),
    }
}
