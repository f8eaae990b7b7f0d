//! One spelling for each word that people use, one word for each idea: `5pm`, `5 pm` and `17.00` are times, `6hours` is
//! two words, `mon/tue` is a list.

use crate::schedule::later::words::{self, UNITS};
use crate::schedule::text::is_blank;

/// The words of a text, without comments and quotes around it.
pub fn words(chars: &[char]) -> Vec<String> {
    let text: String = chars.iter().map(|c| if is_blank(*c) { ' ' } else { *c }).collect();
    let text = text.split('#').next().unwrap_or_default().split("//").next().unwrap_or_default();
    let text = text.trim_matches(|c| matches!(c, '"' | '\'' | '`' | '“' | '”' | ' '));
    let text = text.trim_end_matches(['.', ';', '!', ' ']);
    let words: Vec<String> = text.split(' ').flat_map(pieces).flat_map(|piece| respell(&piece)).collect();
    joined(&words)
}

/// Signs are words of their own.
fn pieces(word: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    for c in word.chars() {
        let sign = match c {
            ',' | ';' | '/' => ",",
            '&' => "and",
            '-' | '–' => "-",
            '@' => "at",
            '(' | ')' => "",
            c => {
                piece.push(c);
                continue;
            }
        };
        pieces.extend([std::mem::take(&mut piece), sign.to_owned()]);
    }
    pieces.push(piece);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// One piece in the spelling of the language, or several words that it stands for.
fn respell(piece: &str) -> Vec<String> {
    let spelt = match piece {
        "each" => "every",
        "or" => "and",
        "hr" | "hrs" => "hours",
        "weds" | "wednes." => "wed",
        "jun" => "june",
        "jul" => "july",
        "sep" => "sept",
        "noon" => "12:00",
        "midnight" => "24:00",
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
        "fifteen" => "15",
        "twenty" => "20",
        "thirty" => "30",
        "third" => "3rd",
        "fourth" => "4th",
        "fifth" => "5th",
        "until" | "till" => "to",
        "workday" | "workdays" | "weekdays" => "weekday",
        "weekends" => "weekend",
        "secondly" => "every 1 second",
        "minutely" => "every 1 minute",
        "hourly" => "every 1 hour",
        "daily" => "every day",
        "weekly" => "every week",
        "monthly" => "every month",
        "yearly" | "annually" => "every year",
        "utc" | "gmt" => "",
        other => other,
    };
    if let Some(time) = time(spelt) {
        return vec![time];
    }
    let singular = spelt.strip_suffix('s').filter(|singular| words::day(singular).is_some());
    match singular {
        Some(singular) if words::day(spelt).is_none() => vec![singular.to_owned()],
        _ => spelt.split(' ').filter(|word| !word.is_empty()).flat_map(number_and_unit).collect(),
    }
}

/// `6hours` and `6h` are two words.
fn number_and_unit(word: &str) -> Vec<String> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = word.strip_suffix(rest).unwrap_or_default();
    let unit = match rest {
        "hr" | "hrs" => "hours",
        "d" => "days",
        "w" => "weeks",
        other => other,
    };
    if number.is_empty() || !UNITS.iter().any(|(name, _)| *name == unit) {
        return vec![word.to_owned()];
    }
    vec![number.to_owned(), unit.to_owned()]
}

/// A time of day, as `H:MM` or `H:MM am`, from `5pm`, `9.30`, `09h30`, `10:15:00` or `9:30`.
/// 24:00 is the end of the day.
fn time(word: &str) -> Option<String> {
    let (clock, half) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
        (Some(clock), _) => (clock, " am"),
        (_, Some(clock)) => (clock, " pm"),
        _ => (word, ""),
    };
    let mut parts = clock.trim_end().splitn(2, [':', '.', 'h']);
    let hour = parts.next()?;
    let minute = match parts.next() {
        Some(minute) => minute.strip_suffix(":00").unwrap_or(minute),
        None if half.is_empty() => return None,
        None => "00",
    };
    let is_hour = (1..=2).contains(&hour.len())
        && hour.parse().is_ok_and(|hour: u32| match half {
            "" => hour < 24 || hour == 24 && minute == "00",
            _ => (1..=12).contains(&hour),
        });
    let is_minute = minute.len() == 2 && minute.parse().is_ok_and(|minute: u32| minute < 60);
    (is_hour && is_minute).then(|| format!("{hour}:{minute}{half}"))
}

/// Words that belong together: `5 pm`, `9 o'clock`, `of the month`, `working day`.
fn joined(words: &[String]) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    let mut rest = words;
    while let Some((first, more)) = rest.split_first() {
        let next = |offset: usize| more.get(offset).map(String::as_str).unwrap_or_default();
        let (word, taken) = match (first.as_str(), next(0), next(1)) {
            (hour, "o'clock" | "oclock", _) => (time(hour).or_else(|| time(&format!("{hour}:00"))), 1),
            (hour, half @ ("am" | "pm"), _) => (time(&format!("{hour}{half}")), 1),
            ("working" | "business", "day" | "days", _) => (Some("weekday".to_owned()), 1),
            ("of", "the" | "every" | "each" | "a", stretch @ ("month" | "week" | "year")) => {
                (Some(format!("of the {stretch}")), 2)
            }
            ("of", stretch @ ("month" | "week" | "year"), _) => (Some(format!("of the {stretch}")), 1),
            _ => (None, 0),
        };
        let taken = if word.is_some() { taken } else { 0 };
        rest = more.get(taken..).unwrap_or_default();
        joined.push(word.unwrap_or_else(|| first.clone()));
    }
    joined
}
