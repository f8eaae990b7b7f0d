//! Cron as Unix means it.

use chrono::{DateTime, Datelike, Timelike, Utc};
use proptest::prelude::*;
use steward_core::instant::Instant;
use steward_core::schedule::{Kind, Schedule};

const FROM: &str = "2026-01-01T00:00:00Z";

fn upcoming(text: &str, from: &str, count: usize) -> Vec<String> {
    let schedule = Schedule::parse(text).unwrap_or_else(|error| panic!("`{text}`: {error}"));
    assert_eq!(schedule.kind(), Kind::Cron);
    schedule.upcoming(Instant::parse(from).unwrap(), count).iter().map(ToString::to_string).collect()
}

#[test]
fn fires_as_on_unix() {
    let cases = [
        ("*/15 * * * *", "2026-01-01T00:15 2026-01-01T00:30"),
        ("30 * * * * *", "2026-01-01T00:00:30Z 2026-01-01T00:01:30Z"),
        ("0 6 * * 1-5", "2026-01-01T06 2026-01-02T06 2026-01-05T06"),
        ("0 6 * * 0", "2026-01-04T06 2026-01-11T06"),
        ("0 6 * * 7", "2026-01-04T06 2026-01-11T06"),
        ("0 6 * * 5-7", "2026-01-02T06 2026-01-03T06 2026-01-04T06 2026-01-09T06"),
        ("0 6 * * mon,Wednesday", "2026-01-05T06 2026-01-07T06"),
        ("0 6 * * FRI-SAT", "2026-01-02T06 2026-01-03T06 2026-01-09T06"),
        ("0 0 13 * FRI", "2026-01-02 2026-01-09 2026-01-13 2026-01-16"),
        ("0 0 */2 * MON", "2026-01-05 2026-01-19 2026-02-09"),
        ("0 0 1-7 * */7", "2026-01-04 2026-02-01"),
        ("*/60 */24 * * *", "2026-01-02T00:00 2026-01-03T00:00"),
        ("0 0 * * */2", "2026-01-03 2026-01-04 2026-01-06 2026-01-08"),
        ("5/20 * * * *", "2026-01-01T00:05 2026-01-01T00:25 2026-01-01T00:45 2026-01-01T01:05"),
        ("0 10-20/5 * JAN,jul *", "2026-01-01T10 2026-01-01T15 2026-01-01T20 2026-01-02T10"),
        ("0 0 29 2 *", "2028-02-29 2032-02-29"),
        ("0 0 31 * *", "2026-01-31 2026-03-31"),
        ("  0  0\t1 1 *  ", "2027-01-01"),
        ("@hourly", "2026-01-01T01"),
        ("@daily", "2026-01-02T00"),
        ("@midnight", "2026-01-02T00"),
        ("@weekly", "2026-01-04T00"),
        ("@Monthly", "2026-02-01T00"),
        ("@yearly", "2027-01-01T00"),
        ("@annually", "2027-01-01T00"),
    ];
    for (text, expected) in cases {
        let expected: Vec<&str> = expected.split(' ').collect();
        for (found, expected) in upcoming(text, FROM, expected.len()).iter().zip(expected) {
            assert!(found.starts_with(expected), "`{text}` fires {found}, not {expected}");
        }
    }
    assert!(upcoming("0 0 30 2 *", FROM, 1).is_empty());
    assert!(upcoming("0 0 * * *", "2099-12-31T00:00:00Z", 1).is_empty());
    assert_eq!(upcoming("0 0 * * *", "0001-01-01T00:00:00Z", 1), ["1970-01-01T00:00:00Z"]);
}

#[test]
fn refuses_what_unix_would_not_understand() {
    let cases = [
        ("* * * *", 7, "five fields"),
        ("0 0 * * * * 2026", 12, "five fields"),
        ("60 * * * *", 0, "0 to 59"),
        ("* 24 * * *", 2, "0 to 23"),
        ("* * 0 * *", 4, "1 to 31"),
        ("* * * 13 *", 6, "1 to 12"),
        ("* * * * 8", 8, "0 to 7"),
        ("*/0 * * * *", 2, "1 to 60"),
        ("*/90 * * * *", 2, "1 to 60"),
        ("0 */36 * * *", 4, "1 to 24"),
        ("0 22-2 * * *", 2, "write `22-23,0-2`"),
        ("0 22-2/2 * * *", 2, "write `22,0,2`"),
        ("0 0 * * fri-mon", 8, "write `5-6,0-1`"),
        ("0 0 * * 6-0", 8, "write `6,0`"),
        ("6, * * * *", 2, "expected a number for minutes, found nothing"),
        (",6 * * * *", 0, "expected a number for minutes, found nothing"),
        ("-5 * * * *", 0, "expected a number for minutes, found nothing"),
        ("*/ * * * *", 2, "expected a step for minutes, found nothing"),
        ("H * * * *", 0, "neither"),
        ("* * *", 5, "five fields"),
        ("? * * * *", 0, "write `*`"),
        ("0 0 L * *", 4, "neither"),
        ("0 0 15W * *", 4, "neither"),
        ("0 0 * * 5#2", 8, "neither"),
        ("0 0 * JANU *", 6, "neither"),
        ("1--2 * * * *", 2, "neither"),
        ("1/2/3 * * * *", 2, "no step"),
        ("+1 * * * *", 0, "neither"),
        ("4294967297 * * * *", 0, "neither"),
        ("@reboot", 0, "@daily"),
    ];
    for (text, position, part) in cases {
        let error = Schedule::parse(text).unwrap_err();
        assert_eq!(error.position, position, "`{text}`: {error}");
        assert!(error.message.contains(part), "`{text}`: {error}");
    }
}

#[test]
fn warns_of_what_surprises() {
    let cases = [
        ("*/7 * * * *", "each hour"),
        ("0 0 */2 * *", "each month"),
        ("0 0 13 * FRI", "either one suffices"),
        ("0 0 */2 * MON", "both have to hold"),
        ("0 0 30 2 *", "never fires"),
        ("0 0 31 * *", "months without the day 31 are left out"),
        ("0 0 30,31 1,2 *", "months without the day 30 are left out"),
        ("0 0 29 2 *", "years without a 29 February are left out"),
    ];
    for (text, part) in cases {
        let warnings = Schedule::parse(text).unwrap().warnings();
        assert!(warnings.iter().any(|warning| warning.contains(part)), "`{text}`: {warnings:?}");
    }
    for text in ["*/15 * * * *", "0 6 * * 1-5", "@weekly", "0 0 1 * *", "30 * * * * *", "59 23 31 12 *", "0 0 31 1,3 *"]
    {
        assert!(Schedule::parse(text).unwrap().warnings().is_empty(), "`{text}`");
    }
}

/// A field as text, and which values it allows, by another way than the reader's.
#[derive(Debug, Clone)]
struct Field {
    text: String,
    allowed: Vec<bool>,
}

fn field(low: usize, high: usize) -> impl Strategy<Value = Field> {
    let all = (low..=high).map(|_| true);
    let star = Just(Field { text: "*".to_owned(), allowed: vec![false; low].into_iter().chain(all).collect() });
    let step = (1..high).prop_map(move |step| Field {
        text: format!("*/{step}"),
        allowed: (0..=high).map(|value| value >= low && (value - low).is_multiple_of(step)).collect(),
    });
    let parts = prop::collection::vec((low..=high, low..=high, 1..4_usize), 1..4).prop_map(move |parts| {
        let parts: Vec<_> = parts.into_iter().map(|(a, b, step)| (a.min(b), a.max(b), step)).collect();
        let text: Vec<String> = parts.iter().map(|(a, b, step)| format!("{a}-{b}/{step}")).collect();
        let allows = |value: usize| parts.iter().any(|(a, b, step)| (*a..=*b).step_by(*step).any(|v| v == value));
        Field { text: text.join(","), allowed: (0..=high).map(allows).collect() }
    });
    prop_oneof![2 => star, 1 => step, 2 => parts]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_looking_at_every_minute(
        (minute, hour) in (field(0, 59), field(0, 23)),
        (day, month, weekday) in (field(1, 31), field(1, 12), field(0, 6)),
        start in 0..20_000_000_i64,
    ) {
        let text = [&minute, &hour, &day, &month, &weekday].map(|field| field.text.as_str()).join(" ");
        let start_ms = 1_699_999_980_000 + start * 60_000;
        let from = Instant::from_millis(start_ms).unwrap();
        let either = !day.text.starts_with('*') && !weekday.text.starts_with('*');
        let holds = |at: &DateTime<Utc>| {
            let by_day = day.allowed[at.day() as usize];
            let by_weekday = weekday.allowed[at.weekday().num_days_from_sunday() as usize];
            let days = if either { by_day || by_weekday } else { by_day && by_weekday };
            days && minute.allowed[at.minute() as usize] && hour.allowed[at.hour() as usize]
                && month.allowed[at.month() as usize]
        };
        let minutes = (1..60 * 24 * 60).map(|n| DateTime::from_timestamp_millis(start_ms + n * 60_000).unwrap());
        let expected: Vec<i64> = minutes.filter(holds).take(20).map(|at| at.timestamp_millis()).collect();
        let found = Schedule::parse(&text).unwrap().upcoming(from, expected.len());
        let found: Vec<i64> = found.into_iter().map(Instant::millis).collect();
        prop_assert_eq!(found, expected, "`{}`", text);
    }
}
