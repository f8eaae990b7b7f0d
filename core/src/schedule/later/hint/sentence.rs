//! A text as its author may have meant it, phrase by phrase, and how the language writes it.

use crate::schedule::unit::{SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_MINUTE, Unit};

/// How a part follows the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    Plain,
    /// An `and` or a comma, which may mean either.
    And,
    Also,
    Except,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub joint: Joint,
    pub phrase: Phrase,
}

/// What stands between two `also` or `except`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Not `Plain` nor `And`, except for the first one's.
    pub joint: Joint,
    pub phrases: Vec<Phrase>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phrase {
    /// `every 6 hours between 9 and 17`; no step for `every hour`.
    Every {
        step: Option<u32>,
        unit: Counted,
        ends: Option<String>,
    },
    /// `every weekday`, `every weekend`.
    EveryWeek(&'static str),
    /// `on mon-fri`, with the list as it is written.
    Days(String),
    /// `of march`.
    Months(String),
    /// `in 2026`.
    Years(String),
    /// `on the 1st day`, `on the last day on the first day`: each of the lists with the unit.
    OnThe {
        values: Vec<String>,
        unit: Counted,
    },
    At(Vec<Time>),
    AfterTime(Time),
    BeforeTime(Time),
    /// `after 12 hours`, as it is written.
    Limit {
        is_from: bool,
        text: String,
    },
    /// `from 9 to 17`, `between 9:00 and 17:00`, with a unit after it or not.
    Span {
        from: End,
        to: End,
        unit: Option<Unit>,
        is_between: bool,
    },
    /// `starting at 3:00`, `from 3:00`, `starting on the 3rd hour`.
    Start {
        from: End,
        unit: Option<Unit>,
    },
}

/// A unit, and how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub unit: Unit,
    pub word: String,
}

/// A time of day; 24:00 is the end of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time {
    pub second: u32,
    pub text: String,
}

/// One end of a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Number(u32),
    Time(Time),
}

impl Counted {
    pub fn new(unit: Unit, word: &str) -> Self {
        Self { unit, word: word.to_owned() }
    }

    /// One of it.
    pub fn singular(&self) -> &str {
        self.word.strip_suffix('s').filter(|word| word.len() > 1).unwrap_or(&self.word)
    }
}

impl Time {
    pub fn of_hour(hour: u32) -> Self {
        Self { second: hour * SECONDS_PER_HOUR, text: format!("{hour}:00") }
    }

    pub fn hour(&self) -> u32 {
        self.second / SECONDS_PER_HOUR
    }

    pub fn minute(&self) -> u32 {
        self.second % SECONDS_PER_HOUR / SECONDS_PER_MINUTE
    }

    pub fn is_end_of_day(&self) -> bool {
        self.second == SECONDS_PER_DAY
    }

    fn written(&self) -> &str {
        if self.is_end_of_day() { "0:00" } else { &self.text }
    }
}

impl Phrase {
    /// What the phrase asks about; phrases that ask the same may be alternatives.
    pub fn subject(&self) -> &'static str {
        match self {
            Self::At(_) => Unit::TimeOfDay.plural(),
            Self::Span { .. } | Self::Start { .. } => "ends",
            Self::Every { unit, .. } if !unit.unit.is_of_days() => Unit::TimeOfDay.plural(),
            Self::Every { unit, .. } | Self::OnThe { unit, .. } => unit.unit.plural(),
            Self::EveryWeek(_) | Self::Days(_) => Unit::DayOfWeek.plural(),
            Self::Months(_) => Unit::Month.plural(),
            Self::Years(_) => Unit::Year.plural(),
            Self::AfterTime(_) | Self::Limit { is_from: true, .. } => "after",
            Self::BeforeTime(_) | Self::Limit { is_from: false, .. } => "before",
        }
    }

    fn written(&self) -> String {
        match self {
            Self::Every { step, unit, ends } => {
                let ends = ends.as_ref().map(|ends| format!(" {ends}")).unwrap_or_default();
                format!("every {} {}{ends}", step.unwrap_or(1), unit.word)
            }
            Self::EveryWeek(days) => format!("every {days}"),
            Self::Days(days) => format!("on {days}"),
            Self::Months(months) => format!("of {months}"),
            Self::Years(years) => format!("in {years}"),
            Self::OnThe { values, unit } => {
                let each: Vec<String> = values.iter().map(|list| format!("on the {list} {}", unit.word)).collect();
                each.join(" ")
            }
            Self::At(times) => {
                let times: Vec<&str> = times.iter().map(Time::written).collect();
                format!("at {}", times.join(" and "))
            }
            Self::AfterTime(time) => format!("after {}", time.written()),
            Self::BeforeTime(time) => format!("before {}", time.written()),
            Self::Limit { is_from, text } => format!("{} {text}", if *is_from { "after" } else { "before" }),
            // Those have become parts of others, or nothing is suggested.
            Self::Span { .. } | Self::Start { .. } => String::new(),
        }
    }
}

pub fn written(clauses: &[Clause]) -> String {
    let clause = |clause: &Clause| {
        let phrases: Vec<String> = clause.phrases.iter().map(Phrase::written).collect();
        let joint = match clause.joint {
            Joint::Plain | Joint::And => "",
            Joint::Also => "also ",
            Joint::Except => "except ",
        };
        format!("{joint}{}", phrases.join(" "))
    };
    clauses.iter().map(clause).collect::<Vec<_>>().join(" ")
}

/// `1st`, `2nd`, `11th` …
pub fn ordinal(number: u32) -> String {
    let suffix = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}
