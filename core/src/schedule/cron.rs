//! Cron with the meaning that Unix gives it.
//!
//! The crate `cron` finds the instants. Fields are read here, because the crate counts weekdays from 1 for Sunday,
//! wants seconds, and lets day of month and day of week narrow each other. On Unix 0 and 7 are Sunday, seconds are an
//! extra, and of two restricted day fields either one suffices. A field that begins with a star is not restricted.

mod field;

use std::collections::BTreeSet;

use ::cron::Schedule;
use chrono::{DateTime, Datelike, Utc};

use self::field::{DAYS_OF_MONTH, DAYS_OF_WEEK, Field, HOURS, MINUTES, MONTHS, SECONDS, Shape};
use super::day::{LAST_YEAR, SECOND_BEFORE_ALL};
use super::error::ScheduleError;
use super::text::{excerpt, is_blank};
use crate::instant::Instant;

const FEBRUARY: u32 = 2;

const NICKNAMES: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

#[derive(Debug, Clone)]
pub struct Cron {
    /// One, or two of which either suffices.
    schedules: Vec<Schedule>,
    fields: Fields,
}

#[derive(Debug, Clone)]
struct Fields {
    second: Field,
    minute: Field,
    hour: Field,
    day_of_month: Field,
    month: Field,
    day_of_week: Field,
}

impl Cron {
    /// # Errors
    /// When there are not five or six fields, or one of them names a value that it does not have.
    pub fn parse(chars: &[char]) -> Result<Self, ScheduleError> {
        let written = words(chars);
        if let [(position, word)] = written.as_slice()
            && word.first() == Some(&'@')
        {
            let name: String = word.iter().collect();
            let Some((_, fields)) = NICKNAMES.iter().find(|(nickname, _)| *nickname == name) else {
                let message = format!(
                    "`{}` is none of @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually",
                    excerpt(word)
                );
                return Err(ScheduleError::new(*position, message));
            };
            return Self::parse(&fields.chars().collect::<Vec<_>>());
        }
        let fields = Fields::read(chars, &written)?;
        Ok(Self { schedules: fields.schedules()?, fields })
    }

    pub fn occurrences(&self, after: Instant) -> impl Iterator<Item = Instant> + '_ {
        std::iter::successors(self.next(after), |last| self.next(*last))
    }

    fn next(&self, after: Instant) -> Option<Instant> {
        let after_ms = after.millis().max(SECOND_BEFORE_ALL * 1000);
        let after = DateTime::<Utc>::from_timestamp_millis(after_ms)?;
        let earliest = self.schedules.iter().filter_map(|schedule| schedule.after(&after).next()).min()?;
        if earliest.year() > LAST_YEAR {
            return None;
        }
        Instant::from_millis(earliest.timestamp_millis())
    }

    /// The very first occurrence. `None` when there never is one.
    fn first(&self) -> Option<Instant> {
        self.next(Instant::from_millis(SECOND_BEFORE_ALL * 1000)?)
    }

    pub fn warnings(&self) -> Vec<String> {
        let fields = &self.fields;
        let mut all: Vec<String> = fields.all().into_iter().filter_map(Field::uneven_step).collect();
        let (month_days, week_days) = (&fields.day_of_month, &fields.day_of_week);
        if !month_days.starred && !week_days.starred {
            all.push("day of month and day of week are both given: either one suffices".to_owned());
        } else if !month_days.leaves_nothing_out() && !week_days.leaves_nothing_out() {
            all.push("one of day of month and day of week begins with a star: both have to hold".to_owned());
        }
        if self.first().is_none() {
            all.push("never fires before the year 2100: no such day exists".to_owned());
        } else if week_days.starred
            && let Some(day) = month_days.values.first()
        {
            all.extend(months_left_out(*day, &fields.month.values));
        }
        all
    }

    /// A sentence when nothing comes after `after` although something came before.
    pub fn ended(&self, after: Instant) -> Option<String> {
        let has_ended = self.first().is_some() && self.next(after).is_none();
        has_ended.then(|| "never fires again before the year 2100".to_owned())
    }
}

impl Fields {
    fn read(chars: &[char], written: &[(usize, &[char])]) -> Result<Self, ScheduleError> {
        let read = |index: usize, shape: &'static Shape| match written.get(index) {
            Some((position, word)) => Field::read(*position, word, shape),
            None => Err(ScheduleError::new(chars.len(), "a field is missing")),
        };
        let first = match written.len() {
            5 => 0,
            6 => 1,
            count => {
                let position = written.get(6).map_or(chars.len(), |(position, _)| *position);
                let message = format!("cron has five fields, or six with seconds first, and not {count}");
                return Err(ScheduleError::new(position, message));
            }
        };
        let second = if first == 1 { read(0, &SECONDS)? } else { Field::zero(&SECONDS) };
        Ok(Self {
            second,
            minute: read(first, &MINUTES)?,
            hour: read(first + 1, &HOURS)?,
            day_of_month: read(first + 2, &DAYS_OF_MONTH)?,
            month: read(first + 3, &MONTHS)?,
            day_of_week: read(first + 4, &DAYS_OF_WEEK)?,
        })
    }

    fn all(&self) -> [&Field; 6] {
        [&self.second, &self.minute, &self.hour, &self.day_of_month, &self.month, &self.day_of_week]
    }

    fn schedules(&self) -> Result<Vec<Schedule>, ScheduleError> {
        let month_days = self.day_of_month.list();
        // The crate's week begins with 1 for Sunday.
        let week_days = if self.day_of_week.leaves_nothing_out() {
            "*".to_owned()
        } else {
            field::list(&self.day_of_week.values.iter().map(|day| day + 1).collect())
        };
        let days = if !self.day_of_month.starred && !self.day_of_week.starred {
            vec![(month_days.as_str(), "*"), ("*", week_days.as_str())]
        } else {
            vec![(month_days.as_str(), week_days.as_str())]
        };
        let times = format!("{} {} {}", self.second.list(), self.minute.list(), self.hour.list());
        let month = self.month.list();
        days.into_iter()
            .map(|(month_days, week_days)| format!("{times} {month_days} {month} {week_days}").parse())
            .collect::<Result<_, ::cron::error::Error>>()
            .map_err(|error| ScheduleError::new(0, error.to_string()))
    }
}

/// Adds what to write instead where only quotes or a comment are too much.
pub fn with_hint(chars: &[char], error: ScheduleError) -> ScheduleError {
    let text: String = chars.iter().map(|c| if is_blank(*c) { ' ' } else { *c }).collect();
    let text = text.split('#').next().unwrap_or_default();
    let bare = text.trim_matches(|c| matches!(c, '"' | '\'' | '`' | ' '));
    let cron = Cron::parse(&bare.chars().collect::<Vec<_>>());
    match cron.ok().filter(|cron| cron.first().is_some()) {
        Some(_) => ScheduleError { message: format!("{}; write `{bare}`", error.message), ..error },
        None => error,
    }
}

/// Says which of the months lack a day and all that follow it.
fn months_left_out(day: u32, months: &BTreeSet<u32>) -> Option<String> {
    if day == 29 && months.len() == 1 && months.contains(&FEBRUARY) {
        return Some("years without a 29 February are left out".to_owned());
    }
    let lacks = |month: &u32| match *month {
        FEBRUARY => day > 28,
        4 | 6 | 9 | 11 => day > 30,
        _ => false,
    };
    months.iter().any(lacks).then(|| format!("months without the day {day} are left out"))
}

/// The words of a text, each with its position.
fn words(chars: &[char]) -> Vec<(usize, &[char])> {
    let mut position = 0;
    let mut words = Vec::new();
    for word in chars.split(|c| is_blank(*c)) {
        if !word.is_empty() {
            words.push((position, word));
        }
        position += word.len() + 1;
    }
    words
}
