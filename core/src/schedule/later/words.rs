//! The words of the text language.

use crate::schedule::unit::Unit;

/// 1 is Sunday.
pub fn day(name: &str) -> Option<u32> {
    value(&DAYS, name)
}

pub fn month(name: &str) -> Option<u32> {
    value(&MONTHS, name)
}

pub fn unit(name: &str) -> Option<Unit> {
    value(&UNITS, name)
}

fn value<T: Copy>(table: &[(&str, T)], wanted: &str) -> Option<T> {
    table.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value)
}

pub const UNITS: [(&str, Unit); 32] = [
    ("s", Unit::Second),
    ("sec", Unit::Second),
    ("secs", Unit::Second),
    ("second", Unit::Second),
    ("seconds", Unit::Second),
    ("m", Unit::Minute),
    ("min", Unit::Minute),
    ("mins", Unit::Minute),
    ("minute", Unit::Minute),
    ("minutes", Unit::Minute),
    ("h", Unit::Hour),
    ("hour", Unit::Hour),
    ("hours", Unit::Hour),
    ("day", Unit::DayOfMonth),
    ("days", Unit::DayOfMonth),
    ("day of the month", Unit::DayOfMonth),
    ("days of the month", Unit::DayOfMonth),
    ("day of the week", Unit::DayOfWeek),
    ("days of the week", Unit::DayOfWeek),
    ("day of the year", Unit::DayOfYear),
    ("days of the year", Unit::DayOfYear),
    ("day instance", Unit::DayInstance),
    ("week", Unit::WeekOfYear),
    ("weeks", Unit::WeekOfYear),
    ("week of the year", Unit::WeekOfYear),
    ("weeks of the year", Unit::WeekOfYear),
    ("week of the month", Unit::WeekOfMonth),
    ("weeks of the month", Unit::WeekOfMonth),
    ("month", Unit::Month),
    ("months", Unit::Month),
    ("year", Unit::Year),
    ("years", Unit::Year),
];

/// 1 is Sunday.
pub const DAYS: [(&str, u32); 24] = [
    ("sun", 1),
    ("sunday", 1),
    ("mon", 2),
    ("monday", 2),
    ("tue", 3),
    ("tueday", 3),
    ("tues", 3),
    ("tuesday", 3),
    ("wed", 4),
    ("wedday", 4),
    ("wednes", 4),
    ("wednesday", 4),
    ("thu", 5),
    ("thuday", 5),
    ("thur", 5),
    ("thurday", 5),
    ("thurs", 5),
    ("thursday", 5),
    ("fri", 6),
    ("friday", 6),
    ("sat", 7),
    ("satday", 7),
    ("satur", 7),
    ("saturday", 7),
];

pub const MONTHS: [(&str, u32); 21] = [
    ("jan", 1),
    ("january", 1),
    ("feb", 2),
    ("february", 2),
    ("mar", 3),
    ("march", 3),
    ("apr", 4),
    ("april", 4),
    ("may", 5),
    ("june", 6),
    ("july", 7),
    ("aug", 8),
    ("august", 8),
    ("sept", 9),
    ("september", 9),
    ("oct", 10),
    ("october", 10),
    ("nov", 11),
    ("november", 11),
    ("dec", 12),
    ("december", 12),
];
