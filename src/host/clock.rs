//! The clock.

use jiff::civil::Date;

/// Today, where this computer stands.
#[allow(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn today() -> Date {
    jiff::Zoned::now().date()
}
