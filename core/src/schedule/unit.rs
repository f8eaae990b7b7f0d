//! The units of the calendar that the text language counts in.

use std::ops::RangeInclusive;

pub const SECONDS_PER_MINUTE: u32 = 60;
pub const SECONDS_PER_HOUR: u32 = 3600;
pub const SECONDS_PER_DAY: u32 = 86_400;

/// One way to number a stretch of the calendar, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Second,
    Minute,
    Hour,
    /// Seconds since midnight.
    TimeOfDay,
    DayOfMonth,
    /// 1 is Sunday.
    DayOfWeek,
    DayOfYear,
    /// The how manyth Monday, Tuesday … of its month a day is.
    DayInstance,
    /// Weeks begin on Sunday and are cut where the month ends.
    WeekOfMonth,
    /// ISO 8601: weeks begin on Monday.
    WeekOfYear,
    Month,
    Year,
}

impl Unit {
    /// The values that `every 1 …` stands for.
    pub fn range(self) -> RangeInclusive<u32> {
        match self {
            Self::Second | Self::Minute => 0..=59,
            Self::Hour => 0..=23,
            Self::TimeOfDay => 0..=SECONDS_PER_DAY - 1,
            Self::DayOfMonth => 1..=31,
            Self::DayOfWeek => 1..=7,
            Self::DayOfYear => 1..=366,
            Self::DayInstance | Self::WeekOfMonth => 1..=5,
            Self::WeekOfYear => 1..=53,
            Self::Month => 1..=12,
            Self::Year => 1970..=2450,
        }
    }

    /// The values that a text may name, without the 0 that means the last one.
    pub fn named(self) -> RangeInclusive<u32> {
        match self {
            // A month that begins on a Friday or Saturday may touch six weeks; `every` counts five all the same.
            Self::WeekOfMonth => 1..=6,
            // `in` takes any four digits.
            Self::Year => 0..=9999,
            other => other.range(),
        }
    }

    /// Whether 0 stands for the last value.
    pub fn zero_is_last(self) -> bool {
        *self.range().start() == 1
    }

    /// Whether the value is the same all day long.
    pub fn is_of_days(self) -> bool {
        !matches!(self, Self::Second | Self::Minute | Self::Hour | Self::TimeOfDay)
    }

    /// The length of one value in seconds; months and years in the mean.
    /// The language compares these lengths to find the finest condition of a schedule.
    pub fn seconds(self) -> i64 {
        match self {
            Self::Second | Self::TimeOfDay => 1,
            Self::Minute => 60,
            Self::Hour => 3600,
            Self::DayOfMonth | Self::DayOfWeek | Self::DayOfYear => 86_400,
            Self::DayInstance | Self::WeekOfMonth | Self::WeekOfYear => 604_800,
            Self::Month => 2_629_740,
            Self::Year => 31_556_900,
        }
    }

    /// How people say it, in the plural.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Second => "seconds",
            Self::Minute => "minutes",
            Self::Hour => "hours",
            Self::TimeOfDay => "times of day",
            Self::DayOfMonth => "days of the month",
            Self::DayOfWeek => "days of the week",
            Self::DayOfYear => "days of the year",
            Self::DayInstance => "day instances",
            Self::WeekOfMonth => "weeks of the month",
            Self::WeekOfYear => "weeks of the year",
            Self::Month => "months",
            Self::Year => "years",
        }
    }
}
