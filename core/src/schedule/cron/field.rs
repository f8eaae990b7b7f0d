//! One field of a cron text: stars, values, names, ranges and steps, joined by commas.

use std::collections::BTreeSet;

use crate::schedule::error::ScheduleError;
use crate::schedule::text::excerpt;

/// No value of a field has more digits.
const DIGITS_MAX: usize = 4;

/// What a field counts.
#[derive(Debug)]
pub struct Shape {
    pub name: &'static str,
    first: u32,
    last: u32,
    /// What else may be written for a value, its short form first.
    names: &'static [(&'static str, &'static str, u32)],
    /// When counting in steps begins again.
    restart: &'static str,
}

pub static SECONDS: Shape = Shape { name: "seconds", first: 0, last: 59, names: &[], restart: "each minute" };
pub static MINUTES: Shape = Shape { name: "minutes", first: 0, last: 59, names: &[], restart: "each hour" };
pub static HOURS: Shape = Shape { name: "hours", first: 0, last: 23, names: &[], restart: "each day" };
pub static DAYS_OF_MONTH: Shape =
    Shape { name: "days of the month", first: 1, last: 31, names: &[], restart: "each month" };
pub static MONTHS: Shape = Shape { name: "months", first: 1, last: 12, names: &MONTH_NAMES, restart: "each year" };
/// 0 is Sunday; so is 7, which is read as 0.
pub static DAYS_OF_WEEK: Shape =
    Shape { name: "days of the week", first: 0, last: 6, names: &DAY_NAMES, restart: "each week" };

const SUNDAY_TOO: u32 = 7;

static MONTH_NAMES: [(&str, &str, u32); 12] = [
    ("jan", "january", 1),
    ("feb", "february", 2),
    ("mar", "march", 3),
    ("apr", "april", 4),
    ("may", "may", 5),
    ("jun", "june", 6),
    ("jul", "july", 7),
    ("aug", "august", 8),
    ("sep", "september", 9),
    ("oct", "october", 10),
    ("nov", "november", 11),
    ("dec", "december", 12),
];

static DAY_NAMES: [(&str, &str, u32); 7] = [
    ("sun", "sunday", 0),
    ("mon", "monday", 1),
    ("tue", "tuesday", 2),
    ("wed", "wednesday", 3),
    ("thu", "thursday", 4),
    ("fri", "friday", 5),
    ("sat", "saturday", 6),
];

#[derive(Debug, Clone)]
pub struct Field {
    shape: &'static Shape,
    pub values: BTreeSet<u32>,
    /// Whether it begins with a star, which on Unix makes it unrestricted, whatever comes then.
    pub starred: bool,
    /// The largest step counted to the end of the range.
    step: u32,
}

impl Field {
    /// The field that only allows 0.
    pub fn zero(shape: &'static Shape) -> Self {
        Self { shape, values: BTreeSet::from([0]), starred: false, step: 1 }
    }

    /// Reads a field that begins at `position`.
    ///
    /// # Errors
    /// At the first part that is no value, range or step of the field.
    pub fn read(position: usize, chars: &[char], shape: &'static Shape) -> Result<Self, ScheduleError> {
        let mut field = Self { shape, values: BTreeSet::new(), starred: chars.first() == Some(&'*'), step: 1 };
        let mut at = position;
        for part in chars.split(|c| *c == ',') {
            field.read_part(at, part)?;
            at += part.len() + 1;
        }
        Ok(field)
    }

    fn read_part(&mut self, position: usize, part: &[char]) -> Result<(), ScheduleError> {
        let Shape { first, last, .. } = *self.shape;
        let mut halves = part.splitn(2, |c| *c == '/');
        let range = halves.next().unwrap_or_default();
        let step = match halves.next() {
            Some(digits) => Some(self.step_of(position + range.len() + 1, digits)?),
            None => None,
        };
        let (from, to) = if range == ['*'] { (first, last) } else { self.ends_of(position, range, step.is_some())? };
        if to < from {
            let range = excerpt(range);
            let better = wrapped((from, last), (first, to), step);
            let message = format!("the range `{range}` runs backwards; write `{better}`");
            return Err(ScheduleError::new(position, message));
        }
        if step.is_some() && to == last {
            self.step = self.step.max(step.unwrap_or(1));
        }
        let step = usize::try_from(step.unwrap_or(1)).unwrap_or(usize::MAX);
        let is_sunday_too = |value: u32| last == 6 && value == SUNDAY_TOO;
        self.values.extend((from..=to).step_by(step).map(|value| if is_sunday_too(value) { 0 } else { value }));
        Ok(())
    }

    /// Both ends of a range; of a single value with a step, from it to the last.
    fn ends_of(&self, position: usize, range: &[char], has_step: bool) -> Result<(u32, u32), ScheduleError> {
        let mut ends = range.splitn(2, |c| *c == '-');
        let start = ends.next().unwrap_or_default();
        let from = self.value_of(position, start)?;
        match ends.next() {
            Some(end) => Ok((from, self.value_of(position + start.len() + 1, end)?)),
            None if has_step => Ok((from, self.shape.last.max(from))),
            None => Ok((from, from)),
        }
    }

    fn value_of(&self, position: usize, word: &[char]) -> Result<u32, ScheduleError> {
        let Shape { name, first, last, names, .. } = *self.shape;
        let text: String = word.iter().collect();
        if let Some((_, _, value)) = names.iter().find(|(short, long, _)| [*short, *long].contains(&text.as_str())) {
            return Ok(*value);
        }
        let highest = if last == 6 { SUNDAY_TOO } else { last };
        match number(word) {
            Some(value) if (first..=highest).contains(&value) => Ok(value),
            Some(_) => {
                let message = format!("`{}` is out of range: {name} go from {first} to {highest}", excerpt(word));
                Err(ScheduleError::new(position, message))
            }
            None if word.is_empty() => {
                Err(ScheduleError::new(position, format!("expected a number for {name}, found nothing")))
            }
            None if word == ['?'] => Err(ScheduleError::new(position, "`?` is unknown to Unix cron; write `*`")),
            None => {
                let message = format!("`{}` is neither a number nor a name for {name}", excerpt(word));
                Err(ScheduleError::new(position, message))
            }
        }
    }

    fn step_of(&self, position: usize, word: &[char]) -> Result<u32, ScheduleError> {
        let Shape { name, first, last, restart, .. } = *self.shape;
        let longest = last - first + 1;
        match number(word) {
            Some(step) if (1..=longest).contains(&step) => Ok(step),
            Some(_) => {
                let step = excerpt(word);
                let message = format!(
                    "a step of `{step}` in {name} is no interval: steps go from 1 to {longest}, counted anew {restart}"
                );
                Err(ScheduleError::new(position, message))
            }
            None if word.is_empty() => {
                Err(ScheduleError::new(position, format!("expected a step for {name}, found nothing")))
            }
            None => Err(ScheduleError::new(position, format!("`{}` is no step", excerpt(word)))),
        }
    }

    pub fn leaves_nothing_out(&self) -> bool {
        (self.shape.first..=self.shape.last).all(|value| self.values.contains(&value))
    }

    /// The values as the cron crate reads them.
    pub fn list(&self) -> String {
        if self.leaves_nothing_out() { "*".to_owned() } else { list(&self.values) }
    }

    /// A step that does not divide its range leaves a shorter gap at the end.
    pub fn uneven_step(&self) -> Option<String> {
        let Shape { name, first, last, restart, .. } = *self.shape;
        let divides = (last - first + 1) % self.step == 0 && name != DAYS_OF_MONTH.name;
        (self.step > 1 && !divides)
            .then(|| format!("a step of {} in {name} is no interval: counting begins again with {restart}", self.step))
    }
}

pub fn list(values: &BTreeSet<u32>) -> String {
    values.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

/// What a range that runs past the end of its field stands for.
fn wrapped(until_end: (u32, u32), from_start: (u32, u32), step: Option<u32>) -> String {
    if let Some(step) = step {
        let both = (until_end.0..=until_end.1).chain(from_start.0..=from_start.1);
        let values = both.step_by(usize::try_from(step).unwrap_or(usize::MAX));
        return values.map(|value| value.to_string()).collect::<Vec<_>>().join(",");
    }
    let range = |(from, to): (u32, u32)| if from == to { from.to_string() } else { format!("{from}-{to}") };
    format!("{},{}", range(until_end), range(from_start))
}

fn number(word: &[char]) -> Option<u32> {
    if word.is_empty() || word.len() > DIGITS_MAX {
        return None;
    }
    word.iter().try_fold(0_u32, |value, c| Some(value * 10 + c.to_digit(10)?))
}
