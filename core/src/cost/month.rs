//! Months of the UTC calendar.

use std::fmt;

use chrono::{DateTime, Datelike as _, Months, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::instant::Instant;

/// A month between the years 1 and 9998, written `2026-10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    // INVARIANT: the first day of the month.
    first: NaiveDate,
}

impl Month {
    pub fn of(at: Instant) -> Option<Self> {
        let date = DateTime::<Utc>::from_timestamp_millis(at.millis())?.date_naive();
        Self::new(date.year(), date.month())
    }

    /// `None` when there is no such month.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        (1..=9998).contains(&year).then_some(Self { first })
    }

    /// Reads `2026-10`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.trim().split_once('-')?;
        let is_number = |text: &str, digits: usize| text.len() == digits && text.chars().all(|c| c.is_ascii_digit());
        if !is_number(year, 4) || !is_number(month, 2) {
            return None;
        }
        Self::new(year.parse().ok()?, month.parse().ok()?)
    }

    pub fn first_day(self) -> NaiveDate {
        self.first
    }

    pub fn start(self) -> Instant {
        start_of(self.first)
    }

    /// The beginning of the next month.
    pub fn end(self) -> Instant {
        start_of(self.first.checked_add_months(Months::new(1)).unwrap_or(self.first))
    }

    pub fn days(self) -> u32 {
        self.end().days_since(self.start())
    }

    /// How long it is.
    pub fn millis(self) -> u64 {
        u64::try_from(self.end().millis_since(self.start())).unwrap_or_default()
    }

    pub fn next(self) -> Option<Self> {
        Self::of(self.end())
    }
}

/// Midnight in UTC, at the beginning of a day.
pub(super) fn start_of(day: NaiveDate) -> Instant {
    // INVARIANT: all days here lie within the years 1 to 9999.
    Instant::from_millis(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis()).unwrap_or(Instant::UNIX_EPOCH)
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no month such as `2026-10`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_the_calendar() {
        for (text, days, next) in [("2026-02", 28, "2026-03"), ("2028-02", 29, "2028-03"), ("2026-12", 31, "2027-01")] {
            let month = Month::parse(text).unwrap();
            assert_eq!((month.days(), month.next().unwrap().to_string().as_str()), (days, next));
            assert_eq!(Month::of(month.start()), Some(month));
            assert_eq!(Month::of(month.end()), month.next());
        }
        for text in ["2026-13", "2026-00", "26-01", "2026-1", "2026", "+026-01", "2026-01-01", "0000-01"] {
            assert_eq!(Month::parse(text), None, "{text}");
        }
    }
}
