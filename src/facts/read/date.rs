//! Dates: `2026-01-31` and nothing else.

use jiff::civil::Date;

/// Why a text is no date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// Not year, month and day.
    Form,
    /// A date with a time of day behind it.
    WithTime(Date),
    /// The calendar has no such day.
    NoSuchDay,
}

/// Reads a date.
pub(super) fn parse(text: &str) -> Result<Date, Malformed> {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| -> Option<i16> {
        let part = bytes.get(range)?;
        part.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i16::from(b - b'0')))
    };
    let parts = (|| {
        if bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
            return None;
        }
        Some((digits(0..4)?, i8::try_from(digits(5..7)?).ok()?, i8::try_from(digits(8..10)?).ok()?))
    })();
    let Some((year, month, day)) = parts else { return Err(Malformed::Form) };
    let date = Date::new(year, month, day).map_err(|_| Malformed::NoSuchDay);
    match bytes.get(10) {
        None => date,
        Some(b'T' | b't' | b' ') => Err(Malformed::WithTime(date?)),
        Some(_) => Err(Malformed::Form),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn reads_iso_dates_alone() {
        assert_eq!(parse("2026-01-31"), Ok(date(2026, 1, 31)));
        assert_eq!(parse("2024-02-29"), Ok(date(2024, 2, 29)));
        for day in ["2026-02-29", "2026-13-01", "2026-00-10", "2026-01-32"] {
            assert_eq!(parse(day), Err(Malformed::NoSuchDay), "{day}");
        }
        for form in [
            "",
            "2026",
            "2026-1-31",
            "31.01.2026",
            "2026/01/31",
            "20260131",
            "-026-01-01",
            "2026-01-31Z",
            "２026-01-31",
        ] {
            assert_eq!(parse(form), Err(Malformed::Form), "{form}");
        }
        assert_eq!(parse("2026-01-31T10:00:00Z"), Err(Malformed::WithTime(date(2026, 1, 31))));
    }
}
