//! Points in time, in milliseconds since the Unix epoch, UTC.
//!
//! Thresholds are counted in exact days of 24 hours; calendars and time zones have no place here.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub const MS_PER_SECOND: i64 = 1000;
pub const MS_PER_MINUTE: i64 = 60 * MS_PER_SECOND;
pub const MS_PER_DAY: i64 = 24 * 60 * MS_PER_MINUTE;

/// 0001-01-01T00:00:00Z, the first instant that RFC 3339 can write.
const MIN_MS: i64 = -62_135_596_800_000;
/// 9999-12-31T23:59:59.999Z, the last instant that RFC 3339 can write.
const MAX_MS: i64 = 253_402_300_799_999;

/// An instant between the years 1 and 9999, to the millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    pub const UNIX_EPOCH: Self = Self(0);

    /// `None` outside the years 1 to 9999.
    pub fn from_millis(ms: i64) -> Option<Self> {
        (MIN_MS..=MAX_MS).contains(&ms).then_some(Self(ms))
    }

    pub fn millis(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 date and time; anything finer than a millisecond is cut off.
    pub fn parse(text: &str) -> Option<Self> {
        let parsed = DateTime::parse_from_rfc3339(text).ok()?;
        Self::from_millis(parsed.timestamp_millis())
    }

    /// Milliseconds from `earlier` to `self`; negative when `earlier` is in fact later.
    pub fn millis_since(self, earlier: Self) -> i64 {
        // INVARIANT: both lie within ±2.6e14, so the difference cannot overflow.
        self.0 - earlier.0
    }

    /// `None` when the sum lies after the year 9999.
    pub fn plus_days(self, days: u32) -> Option<Self> {
        Self::from_millis(self.0.checked_add(i64::from(days).checked_mul(MS_PER_DAY)?)?)
    }

    /// `None` when the difference lies before the year 1.
    pub fn minus_days(self, days: u32) -> Option<Self> {
        Self::from_millis(self.0.checked_sub(i64::from(days).checked_mul(MS_PER_DAY)?)?)
    }

    /// Whole days of 24 hours from `earlier` to `self`; 0 when `earlier` lies in the future.
    pub fn days_since(self, earlier: Self) -> u32 {
        u32::try_from(self.millis_since(earlier).max(0) / MS_PER_DAY).unwrap_or(u32::MAX)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::<Utc>::from_timestamp_millis(self.0) {
            Some(date) => f.write_str(&date.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            None => write!(f, "{} ms", self.0),
        }
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not an RFC 3339 instant")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_milliseconds_only_when_there_are_any() {
        let at = |text| Instant::parse(text).unwrap().to_string();
        assert_eq!(at("2026-11-21T15:00:00Z"), "2026-11-21T15:00:00Z");
        assert_eq!(at("2026-11-21T15:00:00.120Z"), "2026-11-21T15:00:00.120Z");
        assert_eq!(at("2026-11-21T16:30:00+01:30"), "2026-11-21T15:00:00Z");
    }

    #[test]
    fn counts_whole_days_and_never_below_zero() {
        let now = Instant::parse("2026-11-21T15:00:00Z").unwrap();
        let days = |text| now.days_since(Instant::parse(text).unwrap());
        assert_eq!(days("2026-11-20T15:00:00Z"), 1);
        assert_eq!(days("2026-11-20T15:00:00.001Z"), 0);
        assert_eq!(days("2026-12-01T00:00:00Z"), 0);
    }

    #[test]
    fn refuses_what_rfc_3339_cannot_write() {
        assert_eq!(Instant::from_millis(i64::MAX), None);
        assert_eq!(Instant::from_millis(MAX_MS).unwrap().plus_days(1), None);
        assert_eq!(Instant::parse("21.11.2026"), None);
    }
}
