//! The clock.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// Today, where this computer stands.
#[allow(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn today() -> Date {
    jiff::Zoned::now().date()
}

/// This moment.
#[allow(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// The time of day of a moment, where this computer stands, to the second.
pub fn time_of_day(moment: SystemTime) -> Time {
    let moment = Timestamp::try_from(moment).unwrap_or(Timestamp::MAX);
    let time = moment.to_zoned(TimeZone::system()).time();
    Time::constant(time.hour(), time.minute(), time.second(), 0)
}

/// A moment as programs exchange it: `2026-03-01T12:00:00Z`.
pub fn timestamp(moment: SystemTime) -> String {
    let moment = Timestamp::try_from(moment).unwrap_or(Timestamp::MAX);
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Waits, doing nothing.
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}
