//! Dates as the repository writes and reads them.
//!
//! Everything is UTC with three fraction digits; the null date is the first day of 1753. Only text and instants meet
//! here; which clock is asked is not this module's business (see `clock`).

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};

/// The repository's "never": the smallest date of its old database.
pub const NEVER: &str = "1753-01-01T00:00:00.000Z";

/// Years before this one are a null date, however they are spelled.
const FIRST_REAL_YEAR: i32 = 1900;

/// Writes an instant the way the repository does.
pub fn write(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Reads an ISO 8601 instant with any number of fraction digits; without a zone it is UTC.
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.with_timezone(&Utc));
    }
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok().map(|naive| naive.and_utc())
}

/// Reads a real instant; the null date and anything unreadable are `None`.
pub fn parse_real(text: &str) -> Option<DateTime<Utc>> {
    parse(text).filter(|instant| instant.year() >= FIRST_REAL_YEAR)
}

/// Reads the date forms that a filter accepts; a date without a zone is shifted by `naive_zone_minutes`.
pub fn parse_in_filter(text: &str, naive_zone_minutes: i32) -> Option<DateTime<Utc>> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.with_timezone(&Utc));
    }
    let moments = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y/%m/%d %H:%M:%S%.f"];
    let naive = moments.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).or_else(|| {
        ["%Y-%m-%d", "%Y/%m/%d"]
            .iter()
            .find_map(|form| NaiveDate::parse_from_str(text, form).ok())
            .and_then(|day| day.and_hms_opt(0, 0, 0))
    })?;
    naive.and_utc().checked_sub_signed(chrono::TimeDelta::minutes(i64::from(naive_zone_minutes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_three_fraction_digits_and_z() {
        assert_eq!(write(parse("2024-03-05T08:41:12.5Z").unwrap()), "2024-03-05T08:41:12.500Z");
    }

    #[test]
    fn takes_the_null_date_for_no_date() {
        assert_eq!(parse_real(NEVER), None);
        assert!(parse(NEVER).is_some());
    }

    #[test]
    fn reads_every_form_a_filter_may_carry() {
        let midnight = parse("2024-03-05T00:00:00Z");
        for text in
            ["2024-03-05", "2024/03/05", "2024-03-05 00:00:00", "2024/03/05 00:00:00", "2024-03-05T00:00:00.000Z"]
        {
            assert_eq!(parse_in_filter(text, 0), midnight, "{text}");
        }
        assert_eq!(parse_in_filter("2024-03-05 02:00:00", 120), midnight);
        assert_eq!(parse_in_filter("yesterday", 0), None);
    }
}
