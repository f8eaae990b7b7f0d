//! The text language against an oracle that looks at every minute, and against texts that mean harm.

use std::time::Instant as Clock;

use chrono::{DateTime, Datelike, Days, NaiveDate, Timelike, Utc};
use proptest::prelude::*;
use steward_core::instant::Instant;
use steward_core::schedule::{Schedule, ScheduleReport};

const MINUTES: i64 = 70 * 24 * 60;

/// Units by their words, with the least and the largest value, from the finest to the coarsest.
const UNITS: [(&str, u32, u32); 9] = [
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of the month", 0, 31),
    ("day of the week", 0, 7),
    ("day of the year", 0, 366),
    ("day instance", 0, 5),
    ("week of the month", 0, 6),
    ("week of the year", 0, 53),
    ("month", 0, 12),
];

type Condition = (usize, Asked);

/// What is asked of a unit's value.
#[derive(Debug, Clone)]
enum Asked {
    OneOf(Vec<u32>),
    From(u32),
    Before(u32),
}

fn last_of_month(date: NaiveDate) -> NaiveDate {
    (0..31).map(|n| date + Days::new(n)).take_while(|day| day.month() == date.month()).last().unwrap()
}

/// Weeks from Sunday, counted by walking through the month.
fn week_of_month(date: NaiveDate) -> u32 {
    let days = (1..=date.day()).map(|day| date.with_day(day).unwrap());
    1 + days.skip(1).map(|day| u32::from(day.weekday().num_days_from_sunday() == 0)).sum::<u32>()
}

fn holds(at: DateTime<Utc>, (unit, asked): &Condition) -> bool {
    let date = at.date_naive();
    let (value, is_last) = match UNITS[*unit].0 {
        "minute" => (at.minute(), false),
        "hour" => (at.hour(), false),
        "day of the month" => (at.day(), date == last_of_month(date)),
        "day of the week" => (at.weekday().num_days_from_sunday() + 1, at.weekday().num_days_from_sunday() == 6),
        "day of the year" => (at.ordinal(), at.month() == 12 && at.day() == 31),
        "day instance" => (at.day().div_ceil(7), (date + Days::new(7)).month() != date.month()),
        "week of the month" => (week_of_month(date), week_of_month(date) == week_of_month(last_of_month(date))),
        "week of the year" => {
            (date.iso_week().week(), (date + Days::new(7)).iso_week().year() != date.iso_week().year())
        }
        _ => (at.month(), at.month() == 12),
    };
    match asked {
        Asked::OneOf(values) => values.contains(&value) || is_last && values.contains(&0),
        Asked::From(least) => value >= *least,
        Asked::Before(limit) => value < *limit,
    }
}

/// What tells one stretch of a unit from the next.
fn stretch(at: DateTime<Utc>, unit: usize) -> (NaiveDate, u32) {
    let date = at.date_naive();
    let first = date.with_day(1).unwrap();
    match UNITS[unit].0 {
        "minute" => (date, at.hour() * 60 + at.minute()),
        "hour" => (date, at.hour()),
        "day of the month" | "day of the week" | "day of the year" => (date, 0),
        "day instance" => (first, date.day().div_ceil(7)),
        "week of the month" => (first, week_of_month(date)),
        "week of the year" => {
            let week = date.iso_week();
            (NaiveDate::from_ymd_opt(week.year(), 1, 1).unwrap(), week.week())
        }
        _ => (first, 0),
    }
}

/// Lengths of stretches are equal for days and for weeks.
fn fineness(unit: usize) -> usize {
    [0, 1, 2, 2, 2, 5, 5, 5, 8][unit]
}

fn pace(rule: &[Condition]) -> usize {
    rule.iter().map(|(unit, _)| *unit).rev().min_by_key(|unit| fineness(*unit)).unwrap()
}

/// The first minute of every stretch that has a minute in which the rule holds, unless the exception holds in that
/// first minute.
fn occurrences(rule: &[Condition], except: &[Condition], start: DateTime<Utc>) -> Vec<i64> {
    let pace = pace(rule);
    // A stretch that begins before the start, or ends after the end, is looked at as a whole.
    let margin = match fineness(pace) {
        5 => 7 * 24 * 60,
        8 => 31 * 24 * 60,
        _ => 24 * 60,
    };
    let mut found = Vec::new();
    let mut current = None;
    for minute in -margin..MINUTES + margin {
        let at = start + chrono::TimeDelta::minutes(minute);
        let name = stretch(at, pace);
        let (begin, taken) = match current {
            Some((known, begin, taken)) if known == name => (begin, taken),
            _ => (at, false),
        };
        let holds_now = !taken && rule.iter().all(|condition| holds(at, condition));
        current = Some((name, begin, taken || holds_now));
        let is_left_out = !except.is_empty() && except.iter().all(|condition| holds(begin, condition));
        let is_within = begin > start && begin < start + chrono::TimeDelta::minutes(MINUTES);
        if holds_now && is_within && !is_left_out {
            found.push(begin.timestamp_millis());
        }
    }
    found
}

fn condition() -> impl Strategy<Value = Condition> {
    (0..UNITS.len(), prop::collection::vec(0..1000_u32, 1..6)).prop_map(|(unit, picks)| {
        let (_, low, high) = UNITS[unit];
        (unit, Asked::OneOf(picks.into_iter().map(|pick| low + pick % (high - low + 1)).collect()))
    })
}

/// `after` or `before`, often one unit long, which makes it the finest condition.
fn limit() -> impl Strategy<Value = Condition> {
    (0..UNITS.len(), 0..1000_u32, any::<bool>(), any::<bool>()).prop_map(|(unit, pick, is_from, is_short)| {
        let (_, low, high) = UNITS[unit];
        let value = low + pick % (high - low + 1);
        let asked = match (is_from, is_short) {
            (true, true) => Asked::From(high),
            (true, false) => Asked::From(value),
            (false, true) => Asked::Before(1),
            (false, false) => Asked::Before(value),
        };
        (unit, asked)
    })
}

/// Sets, and perhaps a limit before or after them.
fn exception() -> impl Strategy<Value = Vec<Condition>> {
    (rule(2), prop::option::of(limit()), any::<bool>()).prop_map(|(mut exception, limit, limit_is_first)| {
        let at = if limit_is_first { 0 } else { exception.len() };
        exception.splice(at..at, limit);
        exception
    })
}

/// One condition for each unit at most.
fn rule(conditions_max: usize) -> impl Strategy<Value = Vec<Condition>> {
    prop::collection::vec(condition(), 1..=conditions_max).prop_map(|mut rule| {
        let mut seen = Vec::new();
        rule.retain(|(unit, _)| {
            !seen.contains(unit) && {
                seen.push(*unit);
                true
            }
        });
        rule
    })
}

fn text_of(rule: &[Condition]) -> String {
    let phrase = |(unit, asked): &Condition| {
        let unit = UNITS[*unit].0;
        match asked {
            Asked::OneOf(values) => {
                let values: Vec<String> = values.iter().map(u32::to_string).collect();
                format!("on the {} {unit}", values.join(","))
            }
            Asked::From(value) => format!("after {value} {unit}"),
            Asked::Before(value) => format!("before {value} {unit}"),
        }
    };
    rule.iter().map(phrase).collect::<Vec<_>>().join(" ")
}

fn check(text: &str, start: DateTime<Utc>, expected: &[i64]) -> Result<(), TestCaseError> {
    let from = Instant::from_millis(start.timestamp_millis()).unwrap();
    let end = start.timestamp_millis() + MINUTES * 60_000;
    let schedule = Schedule::parse(text).unwrap_or_else(|error| panic!("`{text}`: {error}"));
    let found: Vec<i64> =
        schedule.occurrences(from).map(Instant::millis).take_while(|at| *at < end).take(500).collect();
    let expected: Vec<i64> = expected.iter().copied().take(500).collect();
    let at = |ms: Option<&i64>| ms.map(|ms| DateTime::from_timestamp_millis(*ms).unwrap().to_rfc3339());
    let differs = found.iter().zip(&expected).position(|(a, b)| a != b).unwrap_or(found.len().min(expected.len()));
    let (first, wanted) = (at(found.get(differs)), at(expected.get(differs)));
    prop_assert_eq!(&first, &wanted, "`{}` from {}", text, start);
    Ok(())
}

fn start() -> impl Strategy<Value = DateTime<Utc>> {
    // 2023 to 2033, in minutes.
    (27_876_960..33_136_560_i64).prop_map(|minute| DateTime::from_timestamp(minute * 60, 0).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_looking_at_every_minute(rule in rule(3), start in start()) {
        check(&text_of(&rule), start, &occurrences(&rule, &[], start))?;
    }

    #[test]
    fn alternatives_are_joined(a in rule(2), b in rule(2), start in start()) {
        let mut expected = occurrences(&a, &[], start);
        expected.extend(occurrences(&b, &[], start));
        expected.sort_unstable();
        expected.dedup();
        check(&format!("{} also {}", text_of(&a), text_of(&b)), start, &expected)?;
    }

    #[test]
    fn exceptions_are_left_out(rule in rule(2), except in exception(), start in start()) {
        // One that leaves nothing out would be ignored.
        prop_assume!(except.iter().any(|(_, asked)| !matches!(asked, Asked::OneOf(values) if values.len() >= 5)));
        let expected = occurrences(&rule, &except, start);
        check(&format!("{} except {}", text_of(&rule), text_of(&except)), start, &expected)?;
    }
}

proptest! {
    #[test]
    fn every_occurrence_is_later_than_the_one_before(rule in rule(3), start in start()) {
        let schedule = Schedule::parse(&text_of(&rule)).unwrap();
        let mut at = Instant::from_millis(start.timestamp_millis() + 1).unwrap();
        for next in schedule.upcoming(at, 50) {
            prop_assert!(next > at);
            prop_assert_eq!(schedule.next(at), Some(next));
            at = next;
        }
    }

    #[test]
    fn no_text_does_harm(text in ".{0,80}") {
        let _ = ScheduleReport::new(&text, Instant::from_millis(0).unwrap(), 10);
    }

    #[test]
    fn no_text_of_our_words_does_harm(words in prop::collection::vec(
        prop::sample::select(vec![
            "every", "on the", "on", "of", "in", "at", "@", "after", "before", "and", ",", "also", "except", "1", "2nd",
            "366", "0", "2026", "10:15", "5:00 pm", "hours", "day", "day instance", "week of the month", "months",
            "year", "weekday", "mon", "march", "first", "last", "through", "-", "starting on the", "between the", "*",
            "*/5", "@daily", "999999999",
        ]), 0..14))
    {
        let text = words.join(" ");
        let report = ScheduleReport::new(&text, Instant::from_millis(0).unwrap(), 3);
        if let Some(error) = report.error {
            prop_assert!(error.position <= text.chars().count());
        }
    }
}

/// Far above what a slow machine needs, far below what a search without limits would take.
const SECONDS_MAX: u64 = 20;

#[test]
fn hostile_texts_return_soon() {
    let many = |part: &str, count: usize| vec![part; count].join(" also ");
    let different =
        |phrase: &dyn Fn(u32) -> String, count: u32| (1..=count).map(phrase).collect::<Vec<_>>().join(" also ");
    let texts = [
        many("every 1 second", 25),
        many("@1:00", 40),
        many("on the 30 day of feb", 17),
        many("in 0000-9999", 25),
        format!("every 1 second except {}", many("every 2 s on the 1-366 day of the year", 10)),
        format!("every 1 second except {}", different(&|n| format!("on the {n}-{} day after {n}:00", n + 9), 15)),
        format!("every 1 second except {}", different(&|n| format!("every 1 month after {n} weeks"), 15)),
        "every 1 second except after 0:00".to_owned(),
        // Refused, but the guess what it means is looked at.
        format!("each 1 s except {}", many("every 2 s on the 1-366 day of the year", 10)),
        format!("{} also on the 30th of feb", many("on the 29th of feb", 22)),
        "sat and weekday and ".repeat(24),
        "every day ".repeat(49),
        "on the 1 through 1000000000 minute".to_owned(),
        "every 1 minutes between 0 and 100000".to_owned(),
        "every 4294967296 hours".to_owned(),
        "1".repeat(400),
        format!("{}* * * * *", "*,".repeat(240)),
        "every ".repeat(80),
        "in 2026-".repeat(60),
        "\u{0}\u{7}\u{1b}[31m".repeat(60),
        "é\u{301}\u{202e}\u{1f600}".repeat(100),
        "every 1 hour ".repeat(100_000),
        "* ".repeat(100_000),
    ];
    let before = Clock::now();
    for text in &texts {
        let report = ScheduleReport::new(text, Instant::from_millis(-62_135_596_800_000).unwrap(), 1000);
        assert!(report.error.is_some() || text.chars().count() <= 500, "`{text}`");
        assert!(report.error.is_none_or(|error| error.position <= 500), "`{text}`");
    }
    assert!(before.elapsed().as_secs() < SECONDS_MAX, "took {:?}", before.elapsed());
}
