//! The text language, construct by construct: what fires when, what is refused where, what is warned of.

use steward_core::instant::Instant;
use steward_core::schedule::{Kind, Schedule, ScheduleReport};

const FROM: &str = "2026-01-01T00:00:00Z";

fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// `expected` are the next occurrences, from the left as much of each as is given.
fn check_from(from: &str, text: &str, expected: &str) {
    let schedule = Schedule::parse(text).unwrap_or_else(|error| panic!("`{text}`: {error}"));
    let expected: Vec<&str> = expected.split_whitespace().collect();
    let found: Vec<String> =
        schedule.upcoming(instant(from), expected.len().max(1)).iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), expected.len(), "`{text}` fires {found:?}");
    for (found, expected) in found.iter().zip(expected) {
        let found = found.replace(":00Z", "");
        assert!(found.starts_with(expected), "`{text}` fires {found}, not {expected}");
    }
}

fn check(text: &str, expected: &str) {
    check_from(FROM, text, expected);
}

#[test]
fn every_counts_calendar_values_and_not_intervals() {
    check("every 1 second", "2026-01-01T00:00:01Z 2026-01-01T00:00:02Z");
    check("every 30 s", "2026-01-01T00:00:30Z 2026-01-01T00:01");
    check("every 6 hours", "2026-01-01T06:00 2026-01-01T12:00 2026-01-01T18:00 2026-01-02T00:00");
    check("every 5 hours", "2026-01-01T05 2026-01-01T10 2026-01-01T15 2026-01-01T20 2026-01-02T00");
    check("every 45 minutes", "2026-01-01T00:45 2026-01-01T01:00 2026-01-01T01:45");
    check("every 61 secs", "2026-01-01T00:01 2026-01-01T00:02");
    check("every 0 hours", "2026-01-01T01:00 2026-01-01T02:00");
    for daily in ["every 1 day", "every 24 hours", "every 36 hours", "every 168 hours"] {
        check(daily, "2026-01-02T00:00 2026-01-03T00:00");
    }
    check_from("2026-01-28T00:00:00Z", "every 2 days", "2026-01-29 2026-01-31 2026-02-01");
    check("every 14 days", "2026-01-15 2026-01-29 2026-02-01");
    check("every 31 days", "2026-02-01 2026-03-01");
    check("every 1 week", "2026-01-05T00:00 2026-01-12");
    check_from(
        "2026-12-20T00:00:00Z",
        "every 2 weeks on fri at 17:00",
        "2027-01-01T17:00 2027-01-08T17:00 2027-01-22T17",
    );
    check("every 3 months", "2026-04-01T00:00 2026-07-01 2026-10-01 2027-01-01");
    check("every 2 years", "2028-01-01T00:00 2030-01-01");
    check("every weekday", "2026-01-02 2026-01-05");
    check("every weekend", "2026-01-03 2026-01-04 2026-01-10");
}

#[test]
fn starting_and_between_set_the_ends() {
    check("every 5 minutes starting on the 7th minute", "2026-01-01T00:07 2026-01-01T00:12");
    check("every 2 hours start 3 hours", "2026-01-01T03 2026-01-01T05");
    check("every 2 hours between 5 and 10", "2026-01-01T05 2026-01-01T07 2026-01-01T09 2026-01-02T05");
    check("every 1 hour between the 3rd, 5th", "2026-01-01T03 2026-01-01T04 2026-01-01T05 2026-01-02T03");
    check("every 24 hours starting on the 5th hour", "2026-01-01T05 2026-01-02T05");
}

#[test]
fn first_last_and_zero_follow_the_calendar() {
    check("on the last day", "2026-01-31 2026-02-28 2026-03-31 2026-04-30");
    check("on the 0th day of the month", "2026-01-31 2026-02-28");
    check_from("2028-02-01T00:00:00Z", "on the last day of the month", "2028-02-29 2028-03-31");
    check("on the last day of the year", "2026-12-31 2027-12-31 2028-12-31");
    check("on the 366th day of the year", "2028-12-31 2032-12-31");
    check("on the last week", "2026-12-28 2027-12-27 2028-12-25");
    check("on the 53rd week", "2026-12-28 2032-12-27 2037-12-28");
    check("on the last week of the month", "2026-01-25 2026-02-22 2026-03-29 2026-04-26 2026-05-31");
    check("on the 6th week of the month", "2026-05-31 2026-08-30");
    check("on the last day instance on fri at 8:00", "2026-01-30T08 2026-02-27T08");
    check("on the 5th day instance", "2026-01-29 2026-03-29");
    check("on the 3rd day instance of march on mon", "2026-03-16 2027-03-15");
    check("on the first month", "2027-01-01");
    check("on the last minute of dec at 23:59", "2026-12-01T23:59 2026-12-02T23:59");
}

#[test]
fn lists_and_ranges_are_sets() {
    check("at 18:00 and 6:00", "2026-01-01T06 2026-01-01T18 2026-01-02T06");
    check("on fri,mon", "2026-01-02 2026-01-05 2026-01-09");
    check("on the 15th and 1st day", "2026-01-15 2026-02-01");
    check("on the 1st through 3rd and 10th day of the month", "2026-01-02 2026-01-03 2026-01-10 2026-02-01");
    check("of mar-may", "2026-03-01 2026-04-01 2026-05-01 2027-03-01");
    check("in 2027,2029", "2027-01-01 2029-01-01");
    check("every 5 minutes every 7 minutes between 7 and 7", "2026-01-01T00:05 2026-01-01T00:07 2026-01-01T00:10");
    check("every weekday every weekend", "2026-01-02 2026-01-03 2026-01-04 2026-01-05");
}

#[test]
fn times_of_day_are_read_in_both_styles() {
    check("at 5:15 am on monday", "2026-01-05T05:15 2026-01-12T05:15");
    check("on monday at 5:15am", "2026-01-05T05:15");
    check("@10:15", "2026-01-01T10:15 2026-01-02T10:15");
    check("at 12:00 am and 12:30 pm", "2026-01-01T12:30 2026-01-02T00:00");
    check("AT 09:05\tPM", "2026-01-01T21:05");
}

#[test]
fn after_and_before_are_limits_that_may_set_the_pace() {
    check("after 10:00", "2026-01-01T10:00 2026-01-01T10:00:01Z");
    check("every 1 hour after 22:59", "2026-01-01T22 2026-01-01T23 2026-01-02T22");
    check("every 1 hour after 23:30", "2026-01-01T23:30 2026-01-01T23:30:01Z");
    check("every 4 hours after 9:30", "2026-01-01T12 2026-01-01T16 2026-01-01T20 2026-01-02T12");
    check("every 15 minutes after 9:00 before 9:30", "2026-01-01T09:00 2026-01-01T09:15 2026-01-02T09:00");
    check("every weekday after 22 hours", "2026-01-01T22 2026-01-01T23 2026-01-02T22");
    check("of march after 30 days", "2026-03-30 2026-03-31 2027-03-30");
    check("after 9:00 after 10:00 every 6 hours", "2026-01-01T12 2026-01-01T18 2026-01-02T12");
}

#[test]
fn also_joins_and_except_leaves_out() {
    check("every 12 hours also at 6:00", "2026-01-01T06 2026-01-01T12 2026-01-02T00 2026-01-02T06");
    check("at 6:00 also at 6:00", "2026-01-01T06 2026-01-02T06");
    check("every 12 hours except on fri", "2026-01-01T12 2026-01-03T00");
    check("every 12 hours except on fri also on sat", "2026-01-01T12 2026-01-04T00");
    check("every 6 hours and except at 6:00", "2026-01-01T12 2026-01-01T18 2026-01-02T00");
    check("every 12 hours except at 0:00", "2026-01-01T12 2026-01-02T12");
    check("every 1 hour except on the 30th minute", "2026-01-01T01");
    check("every 1 hour except every 1 minute", "2026-01-01T01");
    check("every 1 hour except", "2026-01-01T01");
    check("every 1 hour except after 0:00", "");
    check("every 30 minutes except every 1 hour after 0:40 before 2:15", "2026-01-01T00:30 2026-01-01T02:30");
}

#[test]
fn an_exception_leaves_out_what_begins_while_all_of_it_holds_and_nothing_else() {
    let half_past_eleven = "2026-01-01T22:59 2026-01-01T23:00 2026-01-01T23:01";
    check_from("2026-01-01T22:58:00Z", "every 1 minute except on the 30th minute after 23 hours", half_past_eleven);
    check_from(
        "2026-01-01T23:28:00Z",
        "every 1 minute except on the 30th minute after 23 hours",
        "2026-01-01T23:29 2026-01-01T23:31",
    );
    check_from("2026-01-01T22:29:30Z", "every 1 minute except on the 30th minute after 23 hours", "2026-01-01T22:30");
    check(
        "every 10 minutes except before 1 hour on the 30th minute",
        "2026-01-01T00:10 2026-01-01T00:20 2026-01-01T00:40",
    );
    check_from(
        "2026-12-05T12:00:00Z",
        "every 1 day except on mon after 12 months",
        "2026-12-06 2026-12-08 2026-12-09 2026-12-10 2026-12-11 2026-12-12 2026-12-13 2026-12-15",
    );
    check_from("2026-11-29T12:00:00Z", "every 1 day except on mon after 12 months", "2026-11-30 2026-12-01");
    for text in [
        "every 1 hour except on the 12th hour after 7 days of the week",
        "every 1 hour except after 7 days of the week on the 12th hour",
    ] {
        check_from("2026-01-03T10:00:00Z", text, "2026-01-03T11 2026-01-03T13");
        check_from("2026-01-02T10:00:00Z", text, "2026-01-02T11 2026-01-02T12 2026-01-02T13");
    }
    check_from("2026-01-23T12:00:00Z", "every 1 day except on the last day instance", "2026-01-24 2026-02-01");
    check_from(
        "2026-01-04T12:00:00Z",
        "every 1 week except on the 1st day of the month on mon",
        "2026-01-05 2026-01-12",
    );
}

#[test]
fn what_contradicts_itself_never_fires_and_says_so() {
    for text in [
        "every 24 hours at 10:00",
        "every 6 hours at 10:15",
        "on the 30th day of february",
        "after 22:00 before 6:00",
        "in 2200",
        "in 1950",
        "on the last year",
    ] {
        check(text, "");
        let warnings = Schedule::parse(text).unwrap().warnings();
        assert!(warnings.iter().any(|warning| warning.contains("never fires")), "`{text}`: {warnings:?}");
    }
}

#[test]
fn a_text_of_which_only_a_part_is_understood_is_refused() {
    // Position, then what the message suggests, if anything.
    let cases: [(&str, usize, &str); 54] = [
        ("", 0, "every 6 hours"),
        (" \t", 0, "every 6 hours"),
        ("and", 3, "every 6 hours"),
        ("every day at 10:00", 6, "`at 10:00`"),
        ("every day at noon", 6, "`at 12:00`"),
        ("at 10:00 every day", 15, "`at 10:00`"),
        ("every day", 6, "`at 0:00`"),
        ("every hour", 6, "`every 1 hour`"),
        ("every week", 6, "`every 1 week`"),
        ("every week at 10:00", 6, "`on monday at 10:00`"),
        ("every month at 10:00", 6, "`on the first day of the month at 10:00`"),
        ("every monday at 9:00", 6, "`on monday at 9:00`"),
        ("every 30s", 6, "`every 30 s`"),
        ("every 6 hrs", 8, "`every 6 hours`"),
        ("every 1.5 hours", 7, ""),
        ("every -5 minutes", 6, ""),
        ("hourly", 0, "`every 1 hour`"),
        ("6h", 0, "`every 6 h`"),
        ("PT6H", 0, ""),
        ("on weekdays", 3, "`every weekday`"),
        ("on mondays", 3, "`on monday`"),
        ("on weds", 3, "`on wed`"),
        ("on funday", 3, ""),
        ("of jul", 3, "`of july`"),
        ("of ma", 3, ""),
        ("on the 1st day  of the month", 19, "`on the 1st day of the month`"),
        ("on  the first day", 4, "`on the first day`"),
        ("at noon", 3, "`at 12:00`"),
        ("at 5pm", 3, "`at 5:00 pm`"),
        ("at 17", 3, "`at 17:00`"),
        ("at 24:00", 3, "`at 0:00`"),
        ("at 10:5", 3, ""),
        ("at 13:00 pm", 9, ""),
        ("@ 10:15", 0, "`at 10:15`"),
        ("every 6 hours.", 13, "`every 6 hours`"),
        ("every 6 hours utc", 14, "`every 6 hours`"),
        ("every 6 hours # comment", 14, "`every 6 hours`"),
        ("every 15 minutes from 9:00 to 17:00", 17, "`every 15 minutes after 9:00 before 17:00`"),
        ("every 6 hours starting at 03:00", 28, "`every 6 hours starting on the 3rd hour`"),
        ("every 6 hours starting on the 3rd minute", 34, ""),
        ("every 5 minutes starting on the 7th", 35, "`every 5 minutes starting on the 7th minute`"),
        ("every 2 hours between the 5th and 10th hour", 39, "`every 2 hours between 5 and 10`"),
        ("at 6:00 and on monday", 12, "`at 6:00 on monday`"),
        ("on fri through mon", 3, "`on fri-sat,sun-mon`"),
        ("every 1 hour between 22 and 6", 21, "`every 1 hour between 22 and 23 also every 1 hour between 0 and 6`"),
        ("on the 24th hour", 7, "0 to 23"),
        ("on the 32nd day", 7, "1 to 31"),
        ("every 1 hour also", 13, ""),
        ("every 1 hour also also at 5:30", 18, ""),
        ("except on monday", 16, ""),
        ("at 5:00 except on mon except on tue", 22, "`also` between"),
        ("every 99999999999 hours", 6, ""),
        ("every １ hour", 6, ""),
        ("every 1 hour\u{7}", 12, ""),
    ];
    for (text, position, hint) in cases {
        let error = Schedule::parse(text).map(|schedule| schedule.upcoming(instant(FROM), 3)).unwrap_err();
        assert_eq!(error.position, position, "`{text}`: {error}");
        assert!(error.message.contains(hint), "`{text}`: {error}");
        let suggests = error.message.contains("; write `");
        assert_eq!(suggests, hint.starts_with('`'), "`{text}`: {error}");
        assert!(!error.to_string().contains(char::is_control), "`{text}`");
    }
}

#[test]
fn surprising_texts_have_a_warning_and_plain_ones_none() {
    let cases = [
        ("every 36 hours", "only the value 0 is left"),
        ("every 90 minutes", "only the value 0 is left"),
        ("every 14 days", "1, 15, 29"),
        ("every 5 hours", "begins again with each day"),
        ("every 2 weeks", "begins again with each year"),
        ("every 31 days", "only the value 1 is left"),
        ("every 0 hours", "counts as `every 1`"),
        ("on the 0 day", "0 means the last"),
        ("on the 31st day", "months without the value 31 are left out"),
        ("on the 31st day of july,april", "months without the value 31 are left out"),
        ("on the 29th day of february", "years without a 29 February are left out"),
        ("on the 5th day instance on mon of march", "left out"),
        ("on the 366th day of the year in 2027-2028", "years without the value 366 are left out"),
        ("every 6 hours starting on the 20th hour", "only the value 20 is left"),
        ("every 1 hour except on the 0th minute", "the exception `on the 0th minute` leaves nothing of it"),
        ("at 10:00 except at 10:00", "the exception `at 10:00` leaves nothing of it"),
        ("at 10:00 except at 10:00 on mon also every weekend also every weekday", "the exceptions leave nothing of it"),
        ("on the last day of the year at 23:59 on the 59th second", "`at` means second 0"),
        ("after 10:00", "fires every second"),
        ("every 1 hour after 9:30", "only later"),
        ("every 1 hour except on the 30th minute", "leaves nothing out"),
        ("every 1 hour except every 1 minute", "is ignored"),
        ("every 1 hour after 9:00 after 10:00", "only the first counts"),
        ("every 24 hours at 10:00", "`at` alone"),
    ];
    for (text, part) in cases {
        let warnings = Schedule::parse(text).unwrap().warnings();
        assert!(warnings.iter().any(|warning| warning.contains(part)), "`{text}`: {warnings:?}");
    }
    for text in [
        "every 24 hours",
        "every 6 hours",
        "every 30 seconds",
        "every 15 minutes",
        "every 1 week",
        "every 3 months",
        "at 10:00",
        "at 5:15 am on monday",
        "on the last day of the month at 22:00",
        "every 15 minutes after 9:00 before 17:00",
        "every 2 hours between 5 and 10",
        "every 6 hours except on sunday",
        "on the 31st day of july",
        "on the 30th day of april,december",
        "on the 5th day instance of march",
        "on the 366th day of the year in 2028",
    ] {
        assert_eq!(Schedule::parse(text).unwrap().warnings(), Vec::<String>::new(), "`{text}`");
    }
}

#[test]
fn a_text_whose_dates_are_past_says_so() {
    let cases = [
        ("in 2024", "2025-01-01T00:00:00Z", "`in 2024` never fires again"),
        ("every 1000 years", "2026-01-01T00:00:00Z", "`every 1000 years` never fires again"),
        ("every 6 hours also in 2024", "2026-01-01T00:00:00Z", "`in 2024` never fires again"),
        ("every 6 hours", "2099-12-31T18:00:00Z", "never fires again"),
        ("0 0 * * *", "2099-12-31T00:00:00Z", "never fires again"),
        ("in 2024", "2023-01-01T00:00:00Z", ""),
        ("on the 30th day of february", "2025-01-01T00:00:00Z", ""),
        ("0 0 30 2 *", "2025-01-01T00:00:00Z", ""),
    ];
    for (text, from, part) in cases {
        let warnings = ScheduleReport::new(text, instant(from), 0).warnings;
        let ended = warnings.iter().find(|warning| warning.contains("never fires again"));
        assert_eq!(ended.is_some(), !part.is_empty(), "`{text}`: {warnings:?}");
        assert!(ended.is_none_or(|warning| warning.contains(part)), "`{text}`: {warnings:?}");
    }
}

#[test]
fn messages_show_texts_as_written_but_short_and_harmless() {
    let cases = [
        ("at 9:30 o'clock", "found `o'clock`"),
        ("every \"6\" hours", "found `\"6\"`"),
        ("every ` hours", "found `'`"),
        ("every 1 hour\u{7}", r"found `\u{7}`"),
        ("before 61 minutes", "61 is out of range"),
        ("before 25 hours", "25 is out of range"),
    ];
    for (text, part) in cases {
        let error = Schedule::parse(text).unwrap_err();
        assert!(error.message.contains(part), "`{text}`: {error}");
    }
    let long = format!("on the {} day of february on the 30th day after 24 hours", vec!["30"; 140].join(","));
    for text in [long, "every".repeat(600), format!("every {}", "x".repeat(480))] {
        let report = ScheduleReport::new(&text, instant(FROM), 1);
        assert!(report.shown_text().chars().count() < 250, "`{text}`");
        let messages = report.warnings.into_iter().chain(report.error.map(|error| error.message));
        assert!(messages.into_iter().all(|message| message.chars().count() < 250), "`{text}`");
    }
}

#[test]
fn the_next_one_is_strictly_later_to_the_millisecond() {
    let next = |after: &str| Schedule::parse("every 6 hours").unwrap().next(instant(after)).unwrap().to_string();
    assert_eq!(next("2026-01-01T05:59:59.999Z"), "2026-01-01T06:00:00Z");
    assert_eq!(next("2026-01-01T06:00:00Z"), "2026-01-01T12:00:00Z");
    assert_eq!(next("2026-01-01T06:00:00.001Z"), "2026-01-01T12:00:00Z");
    // Where clocks are changed makes no difference: all is UTC.
    assert_eq!(next("2026-03-29T01:30:00Z"), "2026-03-29T06:00:00Z");
    assert_eq!(next("2026-10-25T02:30:00+02:00"), "2026-10-25T06:00:00Z");
    assert_eq!(next("0001-01-01T00:00:00Z"), "1970-01-01T00:00:00Z");
    assert_eq!(Schedule::parse("every 6 hours").unwrap().next(instant("2099-12-31T18:00:00Z")), None);
    assert_eq!(Schedule::parse("every 6 hours").unwrap().next(instant("9999-12-31T18:00:00Z")), None);
}

#[test]
fn a_report_has_the_promised_shape() {
    let json = |text| serde_json::to_string(&ScheduleReport::new(text, instant(FROM), 2)).unwrap();
    assert_eq!(
        json("Every 6 hours"),
        r#"{"text":"Every 6 hours","kind":"later","error":null,"warnings":[],"next":["2026-01-01T06:00:00Z","2026-01-01T12:00:00Z"]}"#
    );
    assert_eq!(
        json("at noon"),
        r#"{"text":"at noon","kind":"later","error":{"position":3,"message":"expected a time such as `17:00` or `5:00 pm`, found `noon`; write `at 12:00`"},"warnings":[],"next":[]}"#
    );
    assert_eq!(
        json("@daily"),
        r#"{"text":"@daily","kind":"cron","error":null,"warnings":[],"next":["2026-01-02T00:00:00Z","2026-01-03T00:00:00Z"]}"#
    );
    assert_eq!(ScheduleReport::new("every 1 second", instant(FROM), usize::MAX).next.len(), 1000);
}

#[test]
fn a_text_is_cron_when_it_is_shaped_like_cron() {
    let cron = [
        "* * *",
        "0 0 * * * * 2026",
        "*",
        "*/5",
        "-5 * * * *",
        "H * * * *",
        ",6 * * * *",
        "abc * * * *",
        "0 12 1 jan mon",
        "30 5 1 1 0",
        " 10,20 9-17 ? 1 ?",
        "@daily",
        "@Reboot",
        "0 5 * * * # at five",
    ];
    let later = [
        "",
        "@10:15",
        "@ 10:15",
        "9:00",
        "17:00 on monday",
        "1st week",
        "6h",
        "6 hours",
        "9",
        "30 5 1",
        "every * hours on monday",
        "on the * day of march",
        "15 minutes past the hour",
        "monday tuesday wednesday thursday friday",
    ];
    for (texts, kind) in [(&cron[..], Kind::Cron), (&later[..], Kind::Later)] {
        for text in texts {
            assert_eq!(ScheduleReport::new(text, instant(FROM), 1).kind, kind, "`{text}`");
        }
    }
}
