//! How facts become sentences: numbers, times, and words that others wrote.

use chrono::{DateTime, Utc};

use crate::instant::{Instant, MS_PER_DAY};
use crate::text::printable;

/// What a server or a file says about itself; more is for the log.
const CLAUSE_CHARS: usize = 400;
const MS_PER_MINUTE: u64 = 60_000;
const MINUTES_PER_HOUR: u64 = 60;
const MINUTES_PER_DAY: u64 = 24 * MINUTES_PER_HOUR;

/// `1 seat`, `2 seats`.
pub(super) fn some(count: u64, one: &str, several: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {several}") }
}

pub(super) fn days_text(days: u64) -> String {
    some(days, "day", "days")
}

/// `today`, `in 1 day`, `in 12 days`.
pub(super) fn in_days(days: u64) -> String {
    if days == 0 { "today".to_owned() } else { format!("in {}", days_text(days)) }
}

/// `today`, `1 day ago`, `12 days ago`.
pub(super) fn days_ago(days: u64) -> String {
    if days == 0 { "today".to_owned() } else { format!("{} ago", days_text(days)) }
}

/// `2026-11-22 at 15:04 UTC`.
pub(super) fn moment(at: Instant) -> String {
    DateTime::<Utc>::from_timestamp_millis(at.millis())
        .map_or_else(|| at.to_string(), |date| date.format("%Y-%m-%d at %H:%M UTC").to_string())
}

/// Days to come until the day of an instant, in UTC: 0 on that day.
pub(super) fn days_until(at: Instant, now: Instant) -> i64 {
    at.millis().div_euclid(MS_PER_DAY) - now.millis().div_euclid(MS_PER_DAY)
}

/// `less than a minute`, `45 minutes`, `5 hours`, `3 days`: as exact as anybody cares.
pub(super) fn lasting(ms: u64) -> String {
    match ms / MS_PER_MINUTE {
        0 => "less than a minute".to_owned(),
        minutes if minutes < 2 * MINUTES_PER_HOUR => some(minutes, "minute", "minutes"),
        minutes if minutes < 2 * MINUTES_PER_DAY => some(minutes / MINUTES_PER_HOUR, "hour", "hours"),
        minutes => days_text(minutes / MINUTES_PER_DAY),
    }
}

/// `12 %`; a little is not nothing.
pub(super) fn share(part: u64, whole: u64) -> String {
    match part.saturating_mul(100).checked_div(whole).unwrap_or(0) {
        0 if part > 0 => "less than 1 %".to_owned(),
        percent => format!("{percent} %"),
    }
}

/// Words that others wrote as the end of a sentence of ours: on one line, not too long, and without a full stop.
pub(super) fn clause(words: &str) -> String {
    let line = printable(&words.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut cut: String = line.chars().take(CLAUSE_CHARS).collect();
    if cut.len() < line.len() {
        cut.push('…');
    }
    let words = cut.trim_end_matches(['.', ' ']);
    if words.is_empty() { "it does not say what".to_owned() } else { words.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_said_as_people_say_them() {
        for (ms, said) in [
            (59_999, "less than a minute"),
            (60_000, "1 minute"),
            (119 * 60_000, "119 minutes"),
            (120 * 60_000, "2 hours"),
            (47 * 3_600_000, "47 hours"),
            (48 * 3_600_000, "2 days"),
        ] {
            assert_eq!(lasting(ms), said);
        }
        assert_eq!(
            [share(0, 9), share(1, 900), share(9, 9), share(1, 0)],
            ["0 %", "less than 1 %", "100 %", "less than 1 %"]
        );
        let at = Instant::parse("2026-11-22T15:04:59.9Z").unwrap();
        assert_eq!(moment(at), "2026-11-22 at 15:04 UTC");
        assert_eq!([days_ago(0), days_ago(1), in_days(0), in_days(2)], ["today", "1 day ago", "today", "in 2 days"]);
    }

    #[test]
    fn words_of_others_end_no_sentence_of_ours() {
        for (words, clause_of) in [
            ("it failed.", "it failed"),
            (" a\r\n b ... ", "a b"),
            ("", "it does not say what"),
            ("a\u{202e}b", "a\u{fffd}b"),
        ] {
            assert_eq!(clause(words), clause_of);
        }
        assert!(clause(&"x".repeat(9999)).chars().count() <= CLAUSE_CHARS + 1);
    }
}
