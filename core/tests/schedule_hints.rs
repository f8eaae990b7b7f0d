//! What a refused text is answered with: a legal text that means what its author most likely wanted, or no text at all.

use proptest::prelude::*;
use steward_core::instant::Instant;
use steward_core::schedule::Schedule;

/// The text after the last `write`, if it is offered as a whole.
fn suggestion(text: &str) -> Option<String> {
    let message = Schedule::parse(text).err()?.message;
    let (_, better) = message.rsplit_once("; write `")?;
    better.strip_suffix('`').map(str::to_owned)
}

fn check(cases: &[(&str, &str)]) {
    for (text, better) in cases {
        assert!(Schedule::parse(text).is_err(), "`{text}` is legal");
        assert_eq!(suggestion(text).as_deref().unwrap_or_default(), *better, "`{text}`");
    }
}

#[test]
fn an_every_without_a_number_says_what_it_repeats() {
    check(&[
        ("every day", "at 0:00"),
        ("every day at 5 pm", "at 5:00 pm"),
        ("every day at 10:00 and 22:00", "at 10:00 and 22:00"),
        ("every day after 10:00", "at 10:00"),
        ("every day on monday", "on monday"),
        ("every day of march", "every 1 day of march"),
        ("every day except on sunday", "every 1 day except on sunday"),
        ("every day at 10:00 except sunday", "at 10:00 except on sunday"),
        ("every day on the 6th hour", "on the 6th hour"),
        ("every 2 hours every day", "every 2 hours"),
        ("every hour", "every 1 hour"),
        ("every hour on the 15th minute", "every 1 hour on the 15th minute"),
        ("every hour between 9 and 17", "every 1 hour between 9 and 17"),
        ("each hour", "every 1 hour"),
        ("every week on monday at 9:00", "on monday at 9:00"),
        ("every week on monday after 10:00", "on monday at 10:00"),
        ("every week on the 6th hour", "on monday on the 6th hour"),
        ("every month", "every 1 month"),
        ("every month at 9:00", "on the first day of the month at 9:00"),
        ("every month on the 15th", "on the 15th day of the month"),
        ("every month on the 15th day at 9:00", "on the 15th day of the month at 9:00"),
        ("every month on the last day", "on the last day of the month"),
        ("every month on the first monday at 9:00", "on the first day instance on monday at 9:00"),
        ("every month of july on the 4th day", "on the 4th day of july"),
        ("every year on december 31st", "on the 31st day of december"),
        ("daily except weekends", "every 1 day except every weekend"),
        ("hourly on weekdays", "every 1 hour every weekday"),
    ]);
}

#[test]
fn what_may_mean_two_things_or_never_fires_is_not_suggested() {
    for text in [
        "every month on monday",
        "every week on the 3rd day",
        "every day on the 15th minute",
        "every day between 9:00 and 17:00",
        "every day before 9:00",
        "before 24:00",
        "every hour before midnight",
        "every hour at 15",
        "every hour at 10:00",
        "every 2nd monday",
        "each 15th day of the month",
        "every second day of the month",
        "every 6 hours at 6",
        "every 6 hours and 30 minutes",
        "every 1 hour 30 minutes",
        "every 15 min between 9 and 17 on weekdays",
        "every 1 hour from 22:00 to 6:00 on mon",
        "every 2 hours from 9:30 to 17:30",
        "every 3 hours from monday",
        "every 15 minutes starting at 9:00",
        "every 3 months at 9am",
        "every 2 weeks at 9",
        "after 9am before 5pm",
        "after 9 before 17",
        "after noon",
        "on the last weekday",
        "on the last",
        "of march first",
        "on the first week of march on the 20th",
        "at 9:00 each weekday and on the last day",
        "at 6:00 and at 7:00 on sunday",
        "at 22:00-23:00",
        "at 25:00",
        "every 1 hour between 5",
        "every night",
        "never",
        "also at 6pm",
        "at 6pm except",
    ] {
        assert!(Schedule::parse(text).is_err(), "`{text}` is legal");
        assert_eq!(suggestion(text), None, "`{text}`");
    }
}

#[test]
fn and_becomes_also_where_both_sides_say_when() {
    check(&[
        ("at 6:00 on mon and at 7:00 on tue", "at 6:00 on mon also at 7:00 on tue"),
        ("every 6 hours on mon and every 2 hours on sun", "every 6 hours on mon also every 2 hours on sun"),
        ("every 6 hrs and every 2 hours on sun", "every 6 hours also every 2 hours on sun"),
        ("every weekday at 9:00 and on sat at 10:00", "every weekday at 9:00 also on sat at 10:00"),
        ("every monday at 9:00, friday at 10:00", "on monday at 9:00 also on friday at 10:00"),
        ("every 6 hours or at 7pm", "every 6 hours also at 7:00 pm"),
        ("at 6:00 and on monday", "at 6:00 on monday"),
        ("at 6:00 and at 18:00", "at 6:00 and 18:00"),
        ("on sat and on sun", "on sat and sun"),
        ("on the 1st and on the 15th day", "on the 1st day of the month on the 15th day"),
        ("at 6:00 or 18:00", "at 6:00 and 18:00"),
        ("every weekday and sat at 9:00", "every weekday on sat at 9:00"),
    ]);
}

#[test]
fn spans_and_starts_become_ends_or_limits() {
    let night = "every 1 hour between 22 and 23 also every 1 hour between 0 and 6";
    check(&[
        ("every 15 minutes from 9 to 17", "every 15 minutes after 9:00 before 17:00"),
        ("every 15 min between 9am and 5pm", "every 15 min after 9:00 am before 5:00 pm"),
        ("every 15 minutes from 22:00 to 6:00", "every 15 minutes after 22:00 also every 15 minutes before 6:00"),
        ("every 15 minutes from 22:00 to midnight", "every 15 minutes after 22:00"),
        ("every 10 minutes, from 8:00 to 18:00, mon-fri", "every 10 minutes after 8:00 before 18:00 on mon-fri"),
        ("every 2 hours from 9 to 17", "every 2 hours between 9 and 17"),
        ("every 1 hour from 22:00 to 6:00", night),
        ("every 1 hour between 22 and 6", night),
        ("every 3 hours from 22:00 to 6:00", "every 3 hours between 22 and 23 also every 3 hours between 1 and 6"),
        ("every 2 hours between the 5th and 10th hour", "every 2 hours between 5 and 10"),
        ("every 6 hours starting at 03:00", "every 6 hours starting on the 3rd hour"),
        ("every 6 hours starting at 3:30", "every 6 hours starting on the 3rd hour on the 30th minute"),
        ("every 6 hours from 20:00", "every 6 hours starting on the 2nd hour"),
        ("every 5 minutes starting on the 7th", "every 5 minutes starting on the 7th minute"),
        ("every 5 minutes from monday to friday", "every 5 minutes on monday-friday"),
    ]);
}

#[test]
fn days_and_months_are_named_as_the_language_does() {
    check(&[
        ("on the first monday of the month", "on the first day instance on monday"),
        ("on the last friday", "on the last day instance on friday"),
        ("on the 2nd tuesday at 9:00", "on the 2nd day instance on tuesday at 9:00"),
        ("on the first and last day", "on the first day on the last day"),
        ("on the 15th", "on the 15th day of the month"),
        ("on the 1st and 15th", "on the 1st and 15th day of the month"),
        ("on the first of the month", "on the first day of the month"),
        ("on the first of march", "on the first day of march"),
        ("every 15th of the month", "on the 15th day of the month"),
        ("on the 1st of march", "on the 1st day of march"),
        ("on march 15th", "on the 15th day of march"),
        ("on 1st january", "on the 1st day of january"),
        ("in december", "of december"),
        ("every february", "of february"),
        ("every other day", "every 2 days"),
        ("every third day", "every 3 days"),
        ("every 3 months on the 15th at 9am", "every 3 months on the 15th day of the month at 9:00 am"),
        ("every other monday", "every 2 weeks on monday"),
        ("monday at 9:00", "on monday at 9:00"),
        ("weekdays at 9:00", "every weekday at 9:00"),
        ("every mon-fri", "on mon-fri"),
        ("at 9:00 mon-fri", "at 9:00 on mon-fri"),
        ("every monday and friday at 9", "on monday and friday at 9:00"),
        ("on mon/tue", "on mon,tue"),
        ("on fri-mon", "on fri-sat,sun-mon"),
        ("on sat-sun", "on sat,sun"),
        ("of nov through feb", "of nov-dec,jan-feb"),
        ("on the 28th-3rd day", "on the 28th-31st,1st-3rd day"),
    ]);
}

#[test]
fn spellings_become_those_of_the_language() {
    check(&[
        ("9:00", "at 9:00"),
        ("17:00 on monday", "at 17:00 on monday"),
        ("1st week", "on the 1st week"),
        ("6 hours", "every 6 hours"),
        ("1d", "every 1 day"),
        ("noon", "at 12:00"),
        ("at 9.30", "at 9:30"),
        ("at 09h30", "at 09:30"),
        ("at 9 o'clock", "at 9:00"),
        ("at 10:15:00", "at 10:15"),
        ("each 5 minutes", "every 5 minutes"),
        ("every twenty mins", "every 20 mins"),
        ("every half hour", "every 30 minutes"),
        ("every working day", "every weekday"),
        ("every 6 hours (UTC)", "every 6 hours"),
        ("every 6 hours // often", "every 6 hours"),
        ("\"every 6 hours\"", "every 6 hours"),
        ("'every 6 hrs'", "every 6 hours"),
        ("\"*/5 * * * *\"", "*/5 * * * *"),
        ("0 5 * * * # at five", "0 5 * * *"),
    ]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_suggested_fires_in_each_of_its_parts(words in prop::collection::vec(
        prop::sample::select(vec![
            "every", "each", "on", "the", "of", "in", "at", "after", "before", "and", "or", ",", "also", "except", "from",
            "to", "between", "starting", "1", "6", "22", "2nd", "31st", "2026", "10:15", "24:00", "5pm", "hours", "hour",
            "minutes", "day", "days", "week", "month", "year", "weekdays", "mon", "fri-mon", "sunday", "february",
            "first", "last", "other", "second", "of the month", "midnight", "daily",
        ]), 1..9))
    {
        let text = words.join(" ");
        if let Some(better) = suggestion(&text) {
            let schedule = Schedule::parse(&better).unwrap_or_else(|error| panic!("`{text}`: `{better}`: {error}"));
            prop_assert!(schedule.next(Instant::from_millis(-1).unwrap()).is_some(), "`{}`: `{}`", text, better);
            let warnings = schedule.warnings();
            let is_wanted = |warning: &String| !warning.contains("never fires") && !warning.contains("once a day");
            prop_assert!(warnings.iter().all(is_wanted), "`{}`: `{}` {:?}", text, better, warnings);
        }
    }
}
