//! The hours in which releases are allowed, in the time zone of the people who are at work then.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike as _, Timelike as _, Weekday};
use chrono_tz::Tz;

use crate::instant::{Instant, MS_PER_MINUTE};

/// Every weekday comes within a week; one day more for windows that span midnight, and for clocks that are put forward.
const SEARCH_MINUTES_MAX: i64 = 8 * 24 * 60;

/// Minutes of a day on some days of the week. A window that ends before it begins spans midnight and belongs to the day
/// on which it begins; one that ends when it begins lasts all day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub days: BTreeSet<Day>,
    pub from: TimeOfDay,
    pub to: TimeOfDay,
    pub time_zone: Tz,
}

/// Monday is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(u8);

/// Minutes since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u32);

impl Day {
    /// Reads an English name, such as `Monday` or `mon`.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<Weekday>().ok().map(Self::of)
    }

    fn of(day: Weekday) -> Self {
        Self(u8::try_from(day.num_days_from_monday()).unwrap_or(0))
    }

    fn before(self) -> Self {
        Self((self.0 + 6) % 7)
    }
}

impl TimeOfDay {
    /// Reads `22:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let (hours, minutes) = text.split_once(':')?;
        let two_digits = |text: &str, max: u32| {
            (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()))
                .then(|| text.parse::<u32>().ok())
                .flatten()
                .filter(|number| *number <= max)
        };
        Some(Self(two_digits(hours, 23)? * 60 + two_digits(minutes, 59)?))
    }
}

impl Window {
    /// One that is never open.
    pub fn never() -> Self {
        Self { days: BTreeSet::new(), from: TimeOfDay(0), to: TimeOfDay(0), time_zone: Tz::UTC }
    }

    pub fn is_open_at(&self, at: Instant) -> bool {
        let Some(utc) = DateTime::from_timestamp_millis(at.millis()) else { return false };
        let local = utc.with_timezone(&self.time_zone);
        let (today, minute) = (Day::of(local.weekday()), TimeOfDay(local.hour() * 60 + local.minute()));
        let begins_on = |day: Day| self.days.contains(&day);
        if self.from < self.to {
            return begins_on(today) && self.from <= minute && minute < self.to;
        }
        if self.from == self.to {
            return begins_on(today);
        }
        (begins_on(today) && minute >= self.from) || (begins_on(today.before()) && minute < self.to)
    }

    /// The first minute from `after` on in which the window is open; `None` when it never opens.
    pub fn opens_at(&self, after: Instant) -> Option<Instant> {
        if self.is_open_at(after) {
            return Some(after);
        }
        let next_minute = (after.millis().div_euclid(MS_PER_MINUTE) + 1) * MS_PER_MINUTE;
        (0..SEARCH_MINUTES_MAX)
            .filter_map(|minute| Instant::from_millis(next_minute.checked_add(minute * MS_PER_MINUTE)?))
            .find(|at| self.is_open_at(*at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(days: &[&str], from: &str, to: &str) -> Window {
        Window {
            days: days.iter().map(|day| Day::parse(day).unwrap()).collect(),
            from: TimeOfDay::parse(from).unwrap(),
            to: TimeOfDay::parse(to).unwrap(),
            time_zone: chrono_tz::Europe::Berlin,
        }
    }

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn opens_and_closes_by_the_clock_of_its_time_zone() {
        let office = window(&["mon", "tue", "wed", "thu", "fri"], "08:00", "17:00");
        // Winter time is one hour ahead of UTC there, summer time two.
        for (time, is_open) in [
            ("2026-01-05T06:59:59Z", false),
            ("2026-01-05T07:00:00Z", true),
            ("2026-01-05T15:59:59Z", true),
            ("2026-01-05T16:00:00Z", false),
            ("2026-07-06T06:00:00Z", true),
            ("2026-07-06T15:00:00Z", false),
            ("2026-01-04T10:00:00Z", false),
        ] {
            assert_eq!(office.is_open_at(at(time)), is_open, "{time}");
        }
        assert_eq!(office.opens_at(at("2026-01-02T20:00:00Z")), Some(at("2026-01-05T07:00:00Z")));
        assert_eq!(office.opens_at(at("2026-01-05T09:13:00Z")), Some(at("2026-01-05T09:13:00Z")));
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        let night = window(&["Friday"], "22:00", "05:00");
        for (time, is_open) in [
            ("2026-01-02T20:59:00Z", false),
            ("2026-01-02T21:00:00Z", true),
            ("2026-01-03T03:59:00Z", true),
            ("2026-01-03T04:00:00Z", false),
            ("2026-01-02T03:00:00Z", false),
        ] {
            assert_eq!(night.is_open_at(at(time)), is_open, "{time}");
        }
        assert!(window(&["sat"], "00:00", "00:00").is_open_at(at("2026-01-03T12:00:00Z")));
        assert_eq!(window(&[], "00:00", "00:00").opens_at(at("2026-01-03T12:00:00Z")), None);
    }

    #[test]
    fn refuses_what_is_no_time_of_day() {
        for text in ["24:00", "8:00", "08:60", "08.00", "-1:00", "08:00:00", "", "０８:00"] {
            assert_eq!(TimeOfDay::parse(text), None, "{text}");
        }
        assert_eq!(Day::parse("someday"), None);
    }
}
