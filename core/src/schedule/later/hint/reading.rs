//! Reads words as people put them, more freely than the language does: `monday at 9`, `the first friday of the month`.
//!
//! What is not understood wholly is not read at all.

use super::sentence::{Counted, End, Joint, Part, Phrase, Time, ordinal};
use crate::schedule::later::words;
use crate::schedule::unit::{SECONDS_PER_HOUR, SECONDS_PER_MINUTE, Unit};

/// No number that a hint needs has more digits.
const DIGITS_MAX: usize = 4;

/// `None` when a word remains that cannot be placed.
pub fn read(words: &[String]) -> Option<Vec<Part>> {
    let mut reader = Reader { words, at: 0, parts: Vec::new() };
    let mut joint = Joint::Plain;
    while !reader.peek(0).is_empty() {
        joint = match (reader.peek(0), joint) {
            ("and" | ",", Joint::Plain) => Joint::And,
            ("and" | ",", known) => known,
            ("also", Joint::Plain | Joint::And) => Joint::Also,
            ("except", Joint::Plain | Joint::And) => Joint::Except,
            _ => {
                let first = reader.parts.len();
                reader.phrase()?;
                reader.parts.get_mut(first)?.joint = joint;
                joint = Joint::Plain;
                continue;
            }
        };
        reader.at += 1;
    }
    matches!(joint, Joint::Plain | Joint::And).then_some(reader.parts)
}

struct Reader<'a> {
    words: &'a [String],
    at: usize,
    parts: Vec<Part>,
}

/// A number, and whether it is a 1st, 2nd …
#[derive(Clone, Copy)]
struct Number {
    value: u32,
    is_ordinal: bool,
}

/// A name or number of a list, as it is written, and its value.
struct Item {
    text: String,
    value: u32,
}

impl Reader<'_> {
    /// Nothing at the end.
    fn peek(&self, offset: usize) -> &str {
        self.words.get(self.at + offset).map(String::as_str).unwrap_or_default()
    }

    fn take(&mut self, words: &[&str]) -> bool {
        let comes = words.contains(&self.peek(0));
        self.at += usize::from(comes);
        comes
    }

    fn push(&mut self, phrase: Phrase) {
        self.parts.push(Part { joint: Joint::Plain, phrase });
    }

    /// Pushes one phrase, or the several that it stands for.
    fn phrase(&mut self) -> Option<()> {
        match self.peek(0) {
            "every" => {
                self.at += 1;
                self.every()
            }
            "on" | "of" | "in" => {
                self.at += 1;
                self.take(&["the"]);
                self.on()
            }
            "at" => {
                self.at += 1;
                self.times(true)
            }
            "after" | "before" => self.limit(),
            "from" | "between" => self.span(),
            "starting" | "start" => {
                self.at += 1;
                self.take(&["at", "on"]);
                self.take(&["the"]);
                self.start()
            }
            word if time(word).is_some() => self.times(false),
            // Elsewhere it may belong to what is before it: `1 hour 30 minutes`.
            word if number(word).is_some_and(|number| !number.is_ordinal) => {
                if self.parts.is_empty() {
                    self.every()
                } else {
                    None
                }
            }
            _ => self.on(),
        }
    }

    fn every(&mut self) -> Option<()> {
        let is_counted = |word: &str| words::unit(word).is_some();
        let is_ordinal = self.peek(0) == "second" || number(self.peek(0)).is_some_and(|number| number.is_ordinal);
        let step = match (self.peek(0), self.peek(1)) {
            ("half", "hour") => {
                self.at += 2;
                let unit = Counted::new(Unit::Minute, "minutes");
                self.push(Phrase::Every { step: Some(30), unit, ends: None });
                return Some(());
            }
            ("other", day) if words::day(day).is_some() => {
                self.at += 1;
                let unit = Counted::new(Unit::WeekOfYear, "weeks");
                self.push(Phrase::Every { step: Some(2), unit, ends: None });
                return self.on();
            }
            ("other", _) => Some(2),
            ("second", unit) if is_counted(unit) => Some(2),
            (word, _) if is_counted(word) => None,
            (word, next) => match number(word) {
                // `every 15th of the month`; but nobody knows what `every 2nd monday` is.
                Some(_) if is_ordinal && next == "of the month" => return self.on(),
                Some(number) => Some(number.value),
                // `every monday`, `every first friday`.
                None => return self.on(),
            },
        };
        self.at += usize::from(step.is_some());
        let mut unit = self.unit()?;
        if is_ordinal && unit.word.contains(' ') {
            // `every 15th day of the month` says `on the`, and the language would count.
            return None;
        }
        if unit.unit.is_of_days() && !unit.word.contains(' ') {
            let plural = if step.is_some_and(|step| step != 1) { "s" } else { "" };
            unit.word = format!("{}{plural}", unit.singular());
        }
        self.push(Phrase::Every { step, unit, ends: None });
        Some(())
    }

    /// Days, months, years, or `first`, `last` and numbers with a unit.
    fn on(&mut self) -> Option<()> {
        match self.peek(0) {
            "weekday" | "weekend" => {
                self.push(Phrase::EveryWeek(if self.peek(0) == "weekday" { "weekday" } else { "weekend" }));
                self.at += 1;
            }
            word if words::day(word).is_some() => {
                let days = self.list(("sun", "sat"), 1..=7, words::day)?;
                self.push(Phrase::Days(days));
            }
            word if words::month(word).is_some() => {
                let months = self.list(("jan", "dec"), 1..=12, words::month)?;
                self.push(Phrase::Months(months));
            }
            word if self.is_year(word) => {
                let years = self.list(("", ""), 0..=9999, |word| number(word).map(|number| number.value))?;
                self.push(Phrase::Years(years));
            }
            _ => return self.on_the(),
        }
        // In a list of days all are of one kind: `weekday and sat`.
        if matches!(self.peek(0), "and" | ",") && matches!(self.peek(1), "weekday" | "weekend")
            || matches!(self.peek(0), "and" | ",") && words::day(self.peek(1)).is_some()
        {
            self.at += 1;
            return self.on();
        }
        Some(())
    }

    fn is_year(&self, word: &str) -> bool {
        word.len() == 4 && number(word).is_some_and(|number| !number.is_ordinal) && words::unit(self.peek(1)).is_none()
    }

    /// `1st and 15th day`, `first friday of the month`, `15th of march`.
    fn on_the(&mut self) -> Option<()> {
        let start = self.at;
        let is_value = |word: &str| matches!(word, "first" | "last") || number(word).is_some();
        // The unit decides what a range that runs backwards stands for, so it is looked for first.
        while is_value(self.peek(0)) || is_range(self.peek(0)) || is_separator(self.peek(0)) && is_value(self.peek(1)) {
            self.at += 1;
        }
        let end_of_values = self.at;
        if end_of_values == start {
            return None;
        }
        let unit = if words::day(self.peek(0)).is_some() {
            Counted::new(Unit::DayInstance, "day instance")
        } else if let Some(unit) = self.unit() {
            unit
        } else if matches!(self.peek(0), "weekday" | "weekend") {
            // The language cannot count those.
            return None;
        } else {
            // `the 15th`, `the 15th of march`, `march 15th`; but of what is a lone `first`?
            let is_of_month = self.take(&["of the month"]);
            let month_follows = words::month(self.peek(0)).is_some()
                || matches!(self.peek(0), "of" | "in") && words::month(self.peek(1)).is_some();
            let is_after_month = self.parts.last().is_some_and(|part| matches!(part.phrase, Phrase::Months(_)));
            let is_end = |word: &String| matches!(word.as_str(), "first" | "last");
            let is_named = self.words.iter().take(end_of_values).skip(start).any(is_end);
            if is_named && !is_of_month && !month_follows {
                return None;
            }
            let has_month = !is_of_month && (month_follows || is_after_month);
            Counted::new(Unit::DayOfMonth, if has_month { "day" } else { "day of the month" })
        };
        let after = std::mem::replace(&mut self.at, start);
        let values = self.values(end_of_values, unit.unit)?;
        self.at = after;
        let is_instance = unit.unit == Unit::DayInstance;
        self.push(Phrase::OnThe { values, unit });
        if is_instance && words::day(self.peek(0)).is_some() {
            let days = self.list(("sun", "sat"), 1..=7, words::day)?;
            self.push(Phrase::Days(days));
            self.take(&["of the month"]);
        }
        Some(())
    }

    /// The lists of values up to a word; `first` and `last` stand alone in the language.
    fn values(&mut self, end: usize, unit: Unit) -> Option<Vec<String>> {
        let mut values = Vec::new();
        let range = unit.range();
        let (first, last) = (ordinal(*range.start()), ordinal(*range.end()));
        while self.at < end {
            if matches!(self.peek(0), "first" | "last") {
                values.push(self.peek(0).to_owned());
                self.at += 1;
            } else {
                values.push(self.list((&first, &last), range.clone(), |word| number(word).map(|number| number.value))?);
            }
            self.take(&["and", ","]);
        }
        Some(values)
    }

    /// A list with ranges, as the language writes it. `ends` are the names of the first and the last value.
    fn list(
        &mut self,
        ends: (&str, &str),
        values: std::ops::RangeInclusive<u32>,
        value: impl Fn(&str) -> Option<u32>,
    ) -> Option<String> {
        let item = |word: &str| value(word).map(|value| Item { text: word.to_owned(), value });
        let first = Item { text: ends.0.to_owned(), value: *values.start() };
        let last = Item { text: ends.1.to_owned(), value: *values.end() };
        let mut written = String::new();
        loop {
            let low = item(self.peek(0))?;
            self.at += 1;
            if is_range(self.peek(0)) {
                let high = item(self.peek(1))?;
                self.at += 2;
                if high.value < low.value {
                    written += &[range(&low, &last), range(&first, &high)].join(",");
                } else {
                    written += &range(&low, &high);
                }
            } else {
                written += &low.text;
            }
            if !is_separator(self.peek(0)) || item(self.peek(1)).is_none() {
                return Some(written);
            }
            written += if self.peek(0) == "," { "," } else { " and " };
            self.at += 1;
        }
    }

    /// After an `at` a bare number is an hour.
    fn times(&mut self, with_hours: bool) -> Option<()> {
        let time_of = |word: &str| if with_hours { time_or_hour(word) } else { time(word) };
        let mut times = vec![time_of(self.peek(0))?];
        self.at += 1;
        while is_separator(self.peek(0))
            && let Some(next) = time_of(self.peek(1))
        {
            times.push(next);
            self.at += 2;
        }
        self.push(Phrase::At(times));
        Some(())
    }

    fn limit(&mut self) -> Option<()> {
        let is_from = self.peek(0) == "after";
        self.at += 1;
        self.take(&["the"]);
        let word = self.peek(0).to_owned();
        self.at += 1;
        if let Some(unit) = number(&word).and_then(|_| self.unit()) {
            self.push(Phrase::Limit { is_from, text: format!("{word} {}", unit.word) });
            return Some(());
        }
        let time = time_or_hour(&word).filter(|time| !time.is_end_of_day())?;
        self.push(if is_from { Phrase::AfterTime(time) } else { Phrase::BeforeTime(time) });
        Some(())
    }

    fn span(&mut self) -> Option<()> {
        let is_between = self.peek(0) == "between";
        self.at += 1;
        self.take(&["the"]);
        if words::day(self.peek(0)).is_some() || words::month(self.peek(0)).is_some() {
            let is_list = !is_between && is_range(self.peek(1));
            return if is_list { self.on() } else { None };
        }
        let from = end(self.peek(0))?;
        self.at += 1;
        if !self.take(&["to", "-", "through", "and", ","]) {
            let unit = self.unit().map(|unit| unit.unit);
            self.push(Phrase::Start { from, unit });
            return (!is_between).then_some(());
        }
        self.take(&["the"]);
        let to = end(self.peek(0))?;
        self.at += 1;
        let unit = self.unit().map(|unit| unit.unit);
        self.push(Phrase::Span { from, to, unit, is_between });
        Some(())
    }

    fn start(&mut self) -> Option<()> {
        let from = end(self.peek(0))?;
        self.at += 1;
        let unit = self.unit().map(|unit| unit.unit);
        self.push(Phrase::Start { from, unit });
        Some(())
    }

    /// The longest unit that comes next.
    fn unit(&mut self) -> Option<Counted> {
        let long = format!("{} {}", self.peek(0), self.peek(1));
        let (unit, word, length) = match words::unit(&long) {
            Some(unit) => (unit, long, 2),
            None => (words::unit(self.peek(0))?, self.peek(0).to_owned(), 1),
        };
        self.at += length;
        Some(Counted { unit, word })
    }
}

fn is_separator(word: &str) -> bool {
    matches!(word, "and" | ",")
}

fn is_range(word: &str) -> bool {
    matches!(word, "-" | "to" | "through")
}

fn range(low: &Item, high: &Item) -> String {
    if low.value == high.value { low.text.clone() } else { format!("{}-{}", low.text, high.text) }
}

fn number(word: &str) -> Option<Number> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let suffix = word.strip_prefix(digits).unwrap_or_default();
    if digits.len() > DIGITS_MAX || !matches!(suffix, "" | "st" | "nd" | "rd" | "th") {
        return None;
    }
    let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    is_number.then_some(Number { value: digits.parse().ok()?, is_ordinal: !suffix.is_empty() })
}

/// A time as the spelling leaves it: `9:00`, `24:00`, `5:15 pm`.
fn time(word: &str) -> Option<Time> {
    let (clock, half) = word.split_once(' ').unwrap_or((word, ""));
    let (hour, minute) = clock.split_once(':')?;
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match half {
        "" => hour,
        "am" => hour % 12,
        _ => hour % 12 + 12,
    };
    (hour <= 24 && minute < 60)
        .then(|| Time { second: hour * SECONDS_PER_HOUR + minute * SECONDS_PER_MINUTE, text: word.to_owned() })
}

fn time_or_hour(word: &str) -> Option<Time> {
    let hour = number(word).filter(|number| !number.is_ordinal && number.value < 24);
    time(word).or_else(|| hour.map(|hour| Time::of_hour(hour.value)))
}

fn end(word: &str) -> Option<End> {
    time(word).map(End::Time).or_else(|| number(word).map(|number| End::Number(number.value)))
}
