//! The text language of the JavaScript library `later`: when a text fires.
//!
//! A text names values of the calendar, not intervals: `every 5 hours` is 0, 5, 10, 15 and 20 o'clock, every day.
//! A rule fires once in each stretch (second, hour, day, week …) of its finest condition in which all its conditions
//! hold at some instant, at the beginning of that stretch. Rules are joined by `also`; an occurrence whose
//! beginning lies in an exception is left out.

mod cursor;
mod grammar;
mod hint;
mod list;
mod warnings;
mod words;

use std::collections::BTreeMap;

use super::day::Day;
use super::error::ScheduleError;
use super::rule::{Rule, seconds_within_day};
use super::times::Times;
use super::unit::{SECONDS_PER_DAY, Unit};
use crate::instant::Instant;

pub use grammar::is_opening;
pub use hint::with_hint;

const MS_PER_SECOND: i64 = 1000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Later {
    alternatives: Vec<Alternative>,
    exceptions: Vec<Exception>,
    /// What was noticed while reading.
    remarks: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Alternative {
    rule: Rule,
    pace: Unit,
    /// Where stretches begin within a day; midnight alone when a stretch is a day or longer.
    starts: Times,
}

/// Leaves out the occurrences at whose beginning all its conditions hold, whatever its finest condition is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Exception {
    rule: Rule,
    /// The times of day that are left out, on days that are.
    times: Times,
}

impl Later {
    /// # Errors
    /// When the text is not in the language, or names values that the calendar does not have.
    pub fn parse(chars: &[char]) -> Result<Self, ScheduleError> {
        let parsed = grammar::parse(chars)?;
        let mut remarks = parsed.remarks;
        let (ignored, exceptions): (Vec<Rule>, Vec<Rule>) =
            parsed.exceptions.into_iter().partition(Rule::leaves_nothing_out);
        remarks.extend(ignored.iter().map(|rule| warnings::exception_of_everything(&rule.text)));
        Ok(Self {
            alternatives: parsed.alternatives.into_iter().filter_map(Alternative::new).collect(),
            exceptions: exceptions.into_iter().filter_map(Exception::new).collect(),
            remarks,
        })
    }

    pub fn occurrences(&self, after: Instant) -> Occurrences<'_> {
        // Every occurrence begins with a full second.
        let after_seconds = after.millis().div_euclid(MS_PER_SECOND);
        let mut searches: Vec<Search> =
            self.alternatives.iter().map(|alternative| Search::new(alternative, &self.exceptions)).collect();
        let heads = searches.iter_mut().map(|search| search.next(after_seconds)).collect();
        Occurrences { searches, heads }
    }

    pub fn warnings(&self) -> Vec<String> {
        let mut all = self.remarks.clone();
        all.extend(warnings::of_rules(self));
        all
    }

    /// A sentence about each alternative of which nothing comes after `after` although something came before.
    pub fn ended(&self, after: Instant) -> Vec<String> {
        warnings::of_ended(self, after.millis().div_euclid(MS_PER_SECOND))
    }
}

impl Alternative {
    /// `None` for a rule without conditions.
    fn new(rule: Rule) -> Option<Self> {
        let pace = rule.pace()?.unit;
        let starts = rule.times().cut_down(seconds_within_day(pace));
        Some(Self { rule, pace, starts })
    }
}

impl Exception {
    /// `None` for a rule without conditions.
    fn new(rule: Rule) -> Option<Self> {
        let times = rule.times();
        (!rule.is_empty()).then_some(Self { rule, times })
    }
}

/// The occurrences of all alternatives together, in order, each instant once.
pub struct Occurrences<'a> {
    searches: Vec<Search<'a>>,
    /// The next occurrence of each alternative, in seconds since the epoch: found once, however many come before it.
    heads: Vec<Option<i64>>,
}

impl Iterator for Occurrences<'_> {
    type Item = Instant;

    fn next(&mut self) -> Option<Instant> {
        let earliest = self.heads.iter().flatten().min().copied()?;
        for (search, head) in self.searches.iter_mut().zip(&mut self.heads) {
            if *head == Some(earliest) {
                *head = search.next(earliest);
            }
        }
        Instant::from_millis(earliest.checked_mul(MS_PER_SECOND)?)
    }
}

/// Walks through the days, from the one of the last occurrence to the end of the last year.
struct Search<'a> {
    alternative: &'a Alternative,
    exceptions: &'a [Exception],
    /// What is left of a day's starts, by the exceptions that hold on the day; `None` when nothing is. So a day costs
    /// little even when nothing is left of it, and a hostile text cannot make the walk long.
    left: BTreeMap<u64, Option<Times>>,
}

impl<'a> Search<'a> {
    fn new(alternative: &'a Alternative, exceptions: &'a [Exception]) -> Self {
        Self { alternative, exceptions, left: BTreeMap::new() }
    }

    /// The first occurrence after a second since the epoch.
    fn next(&mut self, after_seconds: i64) -> Option<i64> {
        if self.alternative.starts.is_empty() {
            return None;
        }
        let seconds_per_day = i64::from(SECONDS_PER_DAY);
        let first = Day::first()?;
        let mut day = Day::from_epoch_days((after_seconds + 1).div_euclid(seconds_per_day).max(first.epoch_days()));
        while let Some(today) = day {
            let midnight = today.epoch_days() * seconds_per_day;
            if self.alternative.rule.holds_on(today) {
                let earliest = u32::try_from((after_seconds + 1 - midnight).max(0)).ok()?;
                let found = self.first_start(today, earliest);
                if found.is_some_and(|found| found > after_seconds) {
                    return found;
                }
            }
            day = today.next();
        }
        None
    }

    /// The first start of a stretch that the day touches and that is not excepted, in seconds since the epoch.
    fn first_start(&mut self, day: Day, earliest: u32) -> Option<i64> {
        let first_day = day.start_of(self.alternative.pace);
        let from = if first_day == day { earliest } else { 0 };
        let holding = (0_u32..).zip(self.exceptions).filter(|(_, exception)| exception.rule.holds_on(first_day));
        let key = holding.fold(0_u64, |key, (bit, _)| key | 1 << bit);
        let left = self.left.entry(key).or_insert_with(|| {
            let mut left = self.alternative.starts.clone();
            for (bit, exception) in (0_u32..).zip(self.exceptions) {
                if key >> bit & 1 == 1 {
                    left.remove_all(&exception.times);
                }
            }
            (!left.is_empty()).then_some(left)
        });
        let start = left.as_ref()?.first_from(from)?;
        Some(first_day.epoch_days() * i64::from(SECONDS_PER_DAY) + i64::from(start))
    }
}
