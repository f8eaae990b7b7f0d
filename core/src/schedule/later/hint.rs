//! What the author of a refused text may have wanted to write.
//!
//! A guess is only shown when it is a legal text itself, and the guess is made from spellings that people really use.

use super::grammar;
use super::words::{DAYS, UNITS};
use crate::schedule::error::ScheduleError;
use crate::schedule::text::is_blank;

/// Adds to a message what to write instead, where that is known.
pub fn with_hint(chars: &[char], error: ScheduleError) -> ScheduleError {
    match suggestion(chars) {
        Some(better) => ScheduleError { message: format!("{}; write `{better}`", error.message), ..error },
        None => error,
    }
}

/// A legal text near the refused one.
pub fn suggestion(chars: &[char]) -> Option<String> {
    let text: String = chars.iter().map(|c| if is_blank(*c) { ' ' } else { *c }).collect();
    let text = text.split('#').next()?.trim_end_matches(['.', ';', '!', ' ']).to_owned();
    let mut words: Vec<String> = text.split(' ').filter(|word| !word.is_empty()).flat_map(respell).collect();
    whole_texts(&mut words);
    numbers(&mut words);
    times(&mut words);
    days(&mut words);
    fillers(&mut words);
    units(&mut words);
    let better = words.join(" ").replace(" ,", ",");
    (better.chars().ne(chars.iter().copied()) && is_legal(&better)).then_some(better)
}

fn is_legal(text: &str) -> bool {
    grammar::parse(&text.chars().collect::<Vec<_>>()).is_ok()
}

/// One word, in the spelling of the language.
fn respell(word: &str) -> Vec<String> {
    let (bare, comma) = match word.strip_suffix(',') {
        Some(bare) => (bare, true),
        None => (word, false),
    };
    let spelt = match bare {
        "hr" | "hrs" => "hours",
        "weds" | "wednes." => "wed",
        "jun" => "june",
        "jul" => "july",
        "sep" => "sept",
        "noon" => "12:00",
        "midnight" | "24:00" => "0:00",
        "one" => "1",
        "two" => "2",
        "three" => "3",
        "four" => "4",
        "five" => "5",
        "six" => "6",
        "seven" => "7",
        "eight" => "8",
        "nine" => "9",
        "ten" => "10",
        "twelve" => "12",
        "utc" | "gmt" => "",
        other => other,
    };
    let mut parts: Vec<String> = split_number(spelt);
    parts.retain(|part| !part.is_empty());
    if comma {
        parts.push(",".to_owned());
    }
    parts
}

/// `6hours` and `6h` are two words, `5pm` is a time.
fn split_number(word: &str) -> Vec<String> {
    let digits = word.chars().take_while(char::is_ascii_digit).count();
    let rest: String = word.chars().skip(digits).collect();
    let number: String = word.chars().take(digits).collect();
    let unit = match rest.as_str() {
        "hr" | "hrs" => "hours",
        "d" => "days",
        "w" => "weeks",
        other => other,
    };
    match unit {
        "am" | "pm" if digits > 0 => vec![format!("{number}:00"), unit.to_owned()],
        unit if digits > 0 && UNITS.iter().any(|(name, _)| *name == unit) => vec![number, unit.to_owned()],
        _ => vec![word.to_owned()],
    }
}

fn whole_texts(words: &mut Vec<String>) {
    let [only] = words.as_slice() else { return };
    let better = match only.as_str() {
        "secondly" => "every 1 second",
        "minutely" => "every 1 minute",
        "hourly" => "every 1 hour",
        "daily" => "at 0:00",
        "weekly" => "every 1 week",
        "monthly" => "every 1 month",
        "yearly" | "annually" => "every 1 year",
        _ => return,
    };
    *words = better.split(' ').map(str::to_owned).collect();
}

/// A number of units at the very beginning lacks its `every`.
fn numbers(words: &mut Vec<String>) {
    let [number, unit, ..] = words.as_slice() else { return };
    if is_number(number) && UNITS.iter().any(|(name, _)| name == unit) {
        words.insert(0, "every".to_owned());
    }
}

/// `at 17` is `at 17:00`; a span of times is `after` and `before`.
fn times(words: &mut [String]) {
    for index in 0..words.len() {
        let follows = |offset: usize| words.get(index + offset).map(String::as_str).unwrap_or_default();
        match follows(0) {
            "at" if is_number(follows(1)) && !matches!(follows(2), "am" | "pm") => {
                let hour = format!("{}:00", follows(1));
                replace(words, index + 1, &hour);
            }
            "from" | "between" if follows(1).contains(':') => {
                let end = if matches!(follows(2), "am" | "pm") { 3 } else { 2 };
                if matches!(follows(end), "to" | "and" | "until" | "-") {
                    replace(words, index, "after");
                    replace(words, index + end, "before");
                }
            }
            _ => {}
        }
    }
}

/// `on weekdays`, `on mondays`, `every monday`.
fn days(words: &mut [String]) {
    for index in 0..words.len() {
        let word = words.get(index).cloned().unwrap_or_default();
        let singular = word.strip_suffix('s').unwrap_or(&word);
        let after = index.checked_sub(1);
        let before = after.and_then(|at| words.get(at)).cloned().unwrap_or_default();
        if matches!(singular, "weekday" | "weekend") {
            replace(words, index, singular);
            if let (Some(at), "on") = (after, before.as_str()) {
                replace(words, at, "every");
            }
        } else if is_day(singular) || is_day(&word) {
            if !is_day(&word) {
                replace(words, index, singular);
            }
            if let (Some(at), "every") = (after, before.as_str()) {
                replace(words, at, "on");
            }
        }
    }
}

/// An `and` or comma that a list before it would swallow.
fn fillers(words: &mut Vec<String>) {
    const OPENINGS: [&str; 11] =
        ["on", "at", "every", "of", "in", "after", "before", "also", "except", "starting", "start"];
    let mut at = 0;
    while at + 1 < words.len() {
        let is_filler = words.get(at).is_some_and(|word| matches!(word.as_str(), "and" | ","));
        if is_filler && words.get(at + 1).is_some_and(|next| OPENINGS.contains(&next.as_str())) {
            words.remove(at);
        } else {
            at += 1;
        }
    }
}

/// `every day`, `every hour`: a number is missing, or `at` says it all.
fn units(words: &mut Vec<String>) {
    let has = |words: &[String], wanted: &str| words.iter().any(|word| word == wanted);
    let mut at = 0;
    while at < words.len() {
        let unit = words.get(at + 1).cloned().unwrap_or_default();
        if words.get(at).is_none_or(|word| word != "every") || !is_unit(&unit) {
            at += 1;
            continue;
        }
        let unit = unit.strip_suffix('s').unwrap_or(&unit).to_owned();
        let others = words.len() > 2;
        let instead: &[&str] = match unit.as_str() {
            "day" if has(words, "at") || others && has(words, "on") => &[],
            "day" => &["at", "0:00"],
            "week" if has(words, "on") => &[],
            "week" if has(words, "at") => &["on", "monday"],
            "month" if others => &["on", "the", "first", "day", "of", "the", "month"],
            // Whatever else it says, a year or an hour with a time is not to be guessed.
            "year" | "hour" | "minute" | "second" if has(words, "at") => return,
            _ => &["every", "1", &unit],
        };
        let instead: Vec<String> = instead.iter().map(|word| (*word).to_owned()).collect();
        let length = instead.len();
        words.splice(at..at + 2, instead);
        at += length;
    }
}

fn replace(words: &mut [String], index: usize, with: &str) {
    if let Some(word) = words.get_mut(index) {
        with.clone_into(word);
    }
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_digit())
}

fn is_unit(word: &str) -> bool {
    word.len() > 1 && UNITS.iter().any(|(name, _)| *name == word)
}

fn is_day(word: &str) -> bool {
    DAYS.iter().any(|(name, _)| *name == word)
}
