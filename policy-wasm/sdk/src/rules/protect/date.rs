//! Dates that people write into a custom property.

use crate::{Instant, MS_PER_DAY};

const MS_PER_MINUTE: i64 = 60_000;
/// Days from 0001-01-01 to 1970-01-01.
const EPOCH: i64 = 719_162;

/// When the time that a text names is over: a date at the end of that day in UTC, a date and time at that instant.
/// `None` for everything that could be meant in two ways, such as a time without an offset.
pub(super) fn over_at(text: &str) -> Option<Instant> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked("2026-12-31".len())?;
    let midnight = days_since_epoch(date)? * MS_PER_DAY;
    if rest.is_empty() {
        return Some(midnight + MS_PER_DAY);
    }
    let (clock, offset_minutes) = with_offset(rest.strip_prefix(['T', 't', ' '])?)?;
    Some(midnight + ms_of_day(clock.trim())? - offset_minutes * MS_PER_MINUTE)
}

/// Days from 1970-01-01 to `YYYY-MM-DD`, in the calendar that is in use today.
fn days_since_epoch(date: &str) -> Option<i64> {
    let mut parts = date.split('-');
    let (year, month, day) = (number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let february = if is_leap { 29 } else { 28 };
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let days_in_month = *months.get(usize::try_from(month).ok()?.checked_sub(1)?)?;
    if year == 0 || !(1..=days_in_month).contains(&day) || parts.next().is_some() {
        return None;
    }
    let years = year - 1;
    let days_before_year = years * 365 + years / 4 - years / 100 + years / 400;
    let days_before_month: i64 = months.iter().take(usize::try_from(month - 1).ok()?).sum();
    Some(days_before_year + days_before_month + day - 1 - EPOCH)
}

/// The time without its offset, and the offset in minutes.
fn with_offset(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let (clock, offset) = time.split_at_checked(time.rfind(['+', '-'])?)?;
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits = offset[1..].replacen(':', "", 1);
    let (hours, minutes) = match digits.len() {
        2 => (number(&digits, 2)?, 0),
        4 => (number(&digits[..2], 2)?, number(&digits[2..], 2)?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some((clock, sign * (hours * 60 + minutes)))
}

/// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fraction`.
fn ms_of_day(clock: &str) -> Option<i64> {
    let (clock, ms) = match clock.split_once('.') {
        None => (clock, 0),
        Some((clock, fraction)) => (clock, ms_of_fraction(fraction)?),
    };
    let mut parts = clock.split(':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let second = match parts.next() {
        Some(second) => number(second, 2)?,
        // A fraction of a minute is nothing that people write.
        None if ms > 0 => return None,
        None => 0,
    };
    let is_time = hour < 24 && minute < 60 && second < 60 && parts.next().is_none();
    is_time.then_some((hour * 60 + minute) * MS_PER_MINUTE + second * 1000 + ms)
}

/// Anything finer than a millisecond is cut off.
fn ms_of_fraction(fraction: &str) -> Option<i64> {
    if fraction.is_empty() || fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{fraction}00").get(..3)?.parse().ok()
}

/// A number of exactly so many digits.
fn number(text: &str, digits: usize) -> Option<i64> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_over_at_the_end_of_the_day_and_a_time_at_once() {
        for (text, ms) in [
            ("1969-12-31", 0),
            ("1970-01-01T00:00Z", 0),
            ("2026-12-31", 1_798_761_600_000),
            (" 2026-12-31 ", 1_798_761_600_000),
            ("2027-01-01T00:00:00Z", 1_798_761_600_000),
            ("2027-01-01T01:00:00+01:00", 1_798_761_600_000),
            ("2026-12-31t19:30:00.000-0430", 1_798_761_600_000),
            ("2026-12-31 23:00 -01", 1_798_761_600_000),
            ("2026-12-31T23:59:59.9Z", 1_798_761_600_000 - 100),
            ("2026-12-31T23:59:59.123456789z", 1_798_761_600_000 - 877),
            ("2024-02-29", 1_709_251_200_000),
            ("2000-02-29", 951_868_800_000),
            ("0001-01-01T00:00Z", -62_135_596_800_000),
            ("9999-12-31", 253_402_300_800_000),
        ] {
            assert_eq!(over_at(text), Some(ms), "{text}");
        }
    }

    #[test]
    fn what_could_be_meant_in_two_ways_is_no_date() {
        for text in [
            "",
            " ",
            "next year",
            "31.12.2026",
            "12/31/2026",
            "2026-12",
            "20261231",
            "2026-12-31T18:00",
            "2026-12-31T18",
            "2026-12-31Z",
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-01",
            "2026-01-00",
            "2026-04-31",
            "0000-01-01",
            "2026-12-31T24:00:00Z",
            "2026-12-31T23:60Z",
            "2026-12-31T23:59:60Z",
            "2026-12-31T18:00+24:00",
            "2026-12-31T18:00+1",
            "2026-12-31T18:00.5Z",
            "2026-12-31T18:00:00.Z",
            "2026-12-31T18:00:00:00Z",
            "2026-1-1",
            "+026-12-31",
            "2026-12-31x",
            "２０２６-12-31",
            "2026-12-3é",
            "2026-12-31T18:00é",
            "2026-12-31Té+01",
        ] {
            assert_eq!(over_at(text), None, "{text}");
        }
    }
}
