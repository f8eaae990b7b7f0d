//! A rule is what stands between two `also`: conditions that have to hold together.

use std::collections::BTreeSet;

use super::day::Day;
use super::times::Times;
use super::unit::{SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_MINUTE, Unit};

/// What a condition asks of the value of its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// One of a set; 0 is the last value where [`Unit::zero_is_last`].
    OneOf(BTreeSet<u32>),
    /// At least.
    From(u32),
    /// Less than.
    Before(u32),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub unit: Unit,
    pub test: Test,
}

impl Condition {
    /// Never for a condition on times.
    pub fn holds_on(&self, day: Day) -> bool {
        day.value(self.unit).is_some_and(|value| match &self.test {
            Test::OneOf(values) => values.contains(&value) || values.contains(&0) && day.is_last(self.unit),
            Test::From(least) => value >= *least,
            Test::Before(limit) => value < *limit,
        })
    }
}

/// Conditions on different units have to hold all; sets on the same unit are joined.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rule {
    /// In the order in which their kinds were first written, which decides between equally fine ones.
    conditions: Vec<Condition>,
    /// As it was written, in the form that messages show.
    pub text: String,
}

impl Rule {
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Joins sets on the same unit; of several `after` on one unit the first counts, of several `before` the last.
    /// False when an `after` or `before` now counts for nothing.
    pub fn add(&mut self, condition: Condition) -> bool {
        for known in self.conditions.iter_mut().filter(|known| known.unit == condition.unit) {
            match (&mut known.test, &condition.test) {
                (Test::OneOf(values), Test::OneOf(more)) => {
                    values.extend(more);
                    return true;
                }
                (Test::From(_), Test::From(_)) => return false,
                (Test::Before(limit), Test::Before(later)) => {
                    *limit = *later;
                    return false;
                }
                _ => {}
            }
        }
        self.conditions.push(condition);
        true
    }

    /// The condition that sets the pace: the schedule fires once in every stretch of its unit.
    /// It is the one with the shortest stretch, where `after` and `before` count as long as they let through.
    /// `None` without conditions.
    pub fn pace(&self) -> Option<&Condition> {
        // Of equally short ones the last counts, so the search runs from the end.
        self.conditions.iter().rev().min_by_key(|condition| stretch_seconds(condition))
    }

    /// Whether the conditions on days hold.
    pub fn holds_on(&self, day: Day) -> bool {
        self.conditions.iter().filter(|condition| condition.unit.is_of_days()).all(|condition| condition.holds_on(day))
    }

    /// The seconds of a day at which the conditions on times hold.
    pub fn times(&self) -> Times {
        let mut times = Times::none();
        let hours = (0..24).filter(|hour| self.allows(Unit::Hour, *hour));
        for hour in hours {
            let minutes = (0..60).filter(|minute| self.allows(Unit::Minute, *minute));
            for minute in minutes {
                let minute_start = hour * SECONDS_PER_HOUR + minute * SECONDS_PER_MINUTE;
                for second in (0..60).filter(|second| self.allows(Unit::Second, *second)) {
                    if self.allows(Unit::TimeOfDay, minute_start + second) {
                        times.insert(minute_start + second);
                    }
                }
            }
        }
        times
    }

    /// Whether the conditions on one unit of time hold.
    pub fn allows(&self, unit: Unit, value: u32) -> bool {
        self.conditions.iter().filter(|condition| condition.unit == unit).all(|condition| match &condition.test {
            Test::OneOf(values) => values.contains(&value),
            Test::From(least) => value >= *least,
            Test::Before(limit) => value < *limit,
        })
    }

    /// Whether every condition is a set that leaves nothing out.
    pub fn leaves_nothing_out(&self) -> bool {
        self.conditions.iter().all(|condition| match &condition.test {
            Test::OneOf(values) => condition.unit.range().all(|value| values.contains(&value)),
            Test::From(_) | Test::Before(_) => false,
        })
    }
}

/// A month has 31 days, a year 366 and so on: a schedule must not mean something else in another month.
fn stretch_seconds(condition: &Condition) -> i64 {
    let highest = match condition.unit {
        Unit::Year => super::day::LAST_YEAR.into(),
        unit => i64::from(*unit.range().end()),
    };
    let values = match condition.test {
        Test::OneOf(_) => 1,
        Test::From(least) => highest - i64::from(least),
        Test::Before(limit) => i64::from(limit) - 1,
    };
    values * condition.unit.seconds()
}

/// The length of the stretches of a unit within a day; a day's own for the coarser ones.
pub fn seconds_within_day(unit: Unit) -> u32 {
    match unit {
        Unit::Second | Unit::TimeOfDay => 1,
        Unit::Minute => SECONDS_PER_MINUTE,
        Unit::Hour => SECONDS_PER_HOUR,
        _ => SECONDS_PER_DAY,
    }
}
