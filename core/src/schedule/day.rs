//! One day of the calendar, and what each unit says of it.

use chrono::{Datelike, Days, NaiveDate};

use super::unit::Unit;

/// The first and the last year in which a schedule is looked for.
/// Both languages agree on them: the text language knows no year before 1970 and lets none after 2099 match, and the
/// cron crate stops soon after.
pub const FIRST_YEAR: i32 = 1970;
pub const LAST_YEAR: i32 = 2099;
/// The second before the first year, since the epoch.
pub const SECOND_BEFORE_ALL: i64 = -1;

const DAYS_PER_WEEK: u32 = 7;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(NaiveDate);

impl Day {
    /// `None` after the last year.
    pub fn from_epoch_days(days: i64) -> Option<Self> {
        NaiveDate::from_epoch_days(i32::try_from(days).ok()?).filter(|date| date.year() <= LAST_YEAR).map(Self)
    }

    pub fn first() -> Option<Self> {
        NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).map(Self)
    }

    pub fn epoch_days(self) -> i64 {
        i64::from(self.0.to_epoch_days())
    }

    /// `None` after the last year.
    pub fn next(self) -> Option<Self> {
        self.0.succ_opt().filter(|date| date.year() <= LAST_YEAR).map(Self)
    }

    /// The value of a unit that is the same all day long; `None` for the finer ones.
    pub fn value(self, unit: Unit) -> Option<u32> {
        let date = self.0;
        match unit {
            Unit::Second | Unit::Minute | Unit::Hour | Unit::TimeOfDay => None,
            Unit::DayOfMonth => Some(date.day()),
            Unit::DayOfWeek => Some(date.weekday().number_from_sunday()),
            Unit::DayOfYear => Some(date.ordinal()),
            Unit::DayInstance => Some(date.day0() / DAYS_PER_WEEK + 1),
            Unit::WeekOfMonth => Some(week_of_month(date)),
            Unit::WeekOfYear => Some(date.iso_week().week()),
            Unit::Month => Some(date.month()),
            Unit::Year => u32::try_from(date.year()).ok(),
        }
    }

    /// Whether the day belongs to the last value of a unit: the month's last day, the year's last week …
    /// The last instance of a weekday is the one in the last seven days of the month.
    pub fn is_last(self, unit: Unit) -> bool {
        let date = self.0;
        let days_in_month = u32::from(date.num_days_in_month());
        match unit {
            Unit::Second | Unit::Minute | Unit::Hour | Unit::TimeOfDay | Unit::Year => false,
            Unit::DayOfMonth => date.day() == days_in_month,
            Unit::DayOfWeek => date.weekday().number_from_sunday() == DAYS_PER_WEEK,
            Unit::DayOfYear => date.month() == 12 && date.day() == 31,
            Unit::DayInstance => date.day() + DAYS_PER_WEEK > days_in_month,
            Unit::WeekOfMonth => {
                date.with_day(days_in_month).is_some_and(|last| week_of_month(last) == week_of_month(date))
            }
            // The week after a year's last one is the first of the next.
            Unit::WeekOfYear => date.checked_add_days(Days::new(7)).is_some_and(|later| later.iso_week().week() == 1),
            Unit::Month => date.month() == 12,
        }
    }

    /// The first day of the stretch of this unit that the day lies in.
    /// Instances of a weekday come in stretches of seven days from the first of the month.
    pub fn start_of(self, unit: Unit) -> Self {
        let date = self.0;
        let days_back = match unit {
            Unit::DayInstance => date.day0() % DAYS_PER_WEEK,
            Unit::WeekOfMonth => date.day0().min(date.weekday().num_days_from_sunday()),
            Unit::WeekOfYear => date.weekday().num_days_from_monday(),
            Unit::Month => date.day0(),
            Unit::Year => date.ordinal0(),
            _ => 0,
        };
        Self(date.checked_sub_days(Days::new(days_back.into())).unwrap_or(date))
    }
}

fn week_of_month(date: NaiveDate) -> u32 {
    // 35 is a multiple of seven that keeps the difference above zero.
    let weekday_of_the_first = (date.weekday().num_days_from_sunday() + 35 - date.day0()) % DAYS_PER_WEEK;
    (date.day0() + weekday_of_the_first) / DAYS_PER_WEEK + 1
}
