//! From text to rules: every phrase of the text language, and nothing that only looks like one.

use std::collections::BTreeSet;

use super::cursor::Cursor;
use super::list::{List, check_limit, check_value};
use super::warnings;
use super::words::{DAYS, MONTHS, UNITS};
use crate::schedule::error::ScheduleError;
use crate::schedule::rule::{Condition, Rule, Test};
use crate::schedule::unit::Unit;

/// As many as a set of exceptions has bits when they are looked at day by day.
const RULES_MAX: usize = 64;

/// What a text says.
pub struct Parsed {
    pub alternatives: Vec<Rule>,
    pub exceptions: Vec<Rule>,
    /// Legal, but perhaps not what was meant.
    pub remarks: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Opening {
    Every,
    OnThe,
    On,
    Of,
    In,
    At,
    After,
    Before,
    Filler,
    Also,
    Except,
}

const OPENINGS: [(&str, Opening); 13] = [
    ("every", Opening::Every),
    ("on the", Opening::OnThe),
    ("on", Opening::On),
    ("of", Opening::Of),
    ("in", Opening::In),
    ("at", Opening::At),
    ("@", Opening::At),
    ("after", Opening::After),
    ("before", Opening::Before),
    ("and", Opening::Filler),
    (",", Opening::Filler),
    ("also", Opening::Also),
    ("except", Opening::Except),
];

/// Whether a phrase begins with this word, in lower case.
pub fn is_opening(word: &str) -> bool {
    OPENINGS.iter().any(|(opening, _)| *opening == word)
}

const WEEKDAYS: [(&str, &[u32]); 2] = [("weekday", &[2, 3, 4, 5, 6]), ("weekend", &[1, 7])];

/// A blank at the end stands for exactly one.
const STARTING: [(&str, ()); 8] = [
    ("start ", ()),
    ("start at", ()),
    ("start on", ()),
    ("start on the", ()),
    ("starting ", ()),
    ("starting at", ()),
    ("starting on", ()),
    ("starting on the", ()),
];
const BETWEEN: [(&str, ()); 2] = [("between ", ()), ("between the", ())];
const SEPARATORS: [(&str, ()); 2] = [(",", ()), ("and", ())];

/// # Errors
/// At the first word that does not fit.
pub fn parse(chars: &[char]) -> Result<Parsed, ScheduleError> {
    let mut parser = Parser {
        cursor: Cursor::new(chars),
        closed: Vec::new(),
        rule: Rule::default(),
        rule_start: 0,
        also_at: None,
        alternatives: None,
        remarks: Vec::new(),
    };
    while !parser.cursor.at_end() {
        parser.phrase()?;
    }
    parser.finish()
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    /// The rules before the last `also` of this section.
    closed: Vec<Rule>,
    rule: Rule,
    rule_start: usize,
    /// An `also` that nothing has followed yet.
    also_at: Option<usize>,
    /// Everything before `except`, once it was read.
    alternatives: Option<Vec<Rule>>,
    remarks: Vec<String>,
}

impl Parser<'_> {
    fn phrase(&mut self) -> Result<(), ScheduleError> {
        let start = self.cursor.position();
        let Some(opening) = self.cursor.word(&OPENINGS) else {
            return Err(self.cursor.expected("`every`, `on`, `at`, `of`, `in`, `after`, `before`, `also` or `except`"));
        };
        if self.rule.is_empty() && !matches!(opening, Opening::Filler) {
            self.rule_start = start;
        }
        match opening {
            Opening::Every => self.every(start),
            Opening::OnThe => self.on_the(),
            Opening::On => self.named("the name of a day", Unit::DayOfWeek, &DAYS),
            Opening::Of => self.named("the name of a month", Unit::Month, &MONTHS),
            Opening::In => {
                let years = List::read(&mut self.cursor, "a year of four digits", |cursor| Ok(cursor.year()))?;
                self.add(Unit::Year, Test::OneOf(years.values(Unit::Year)?));
                Ok(())
            }
            Opening::At => self.at(),
            Opening::After => self.limit(true),
            Opening::Before => self.limit(false),
            Opening::Filler => Ok(()),
            Opening::Also => self.also(start),
            Opening::Except => self.except(start),
        }
    }

    fn every(&mut self, start: usize) -> Result<(), ScheduleError> {
        if let Some(days) = self.cursor.word(&WEEKDAYS) {
            self.add(Unit::DayOfWeek, Test::OneOf(days.iter().copied().collect()));
            return Ok(());
        }
        let what = "a number, `weekday` or `weekend` after `every`";
        let written = self.cursor.number()?.ok_or_else(|| self.cursor.expected(what))?;
        let unit = self.unit()?;
        let step = written.max(1);
        let (mut low, mut high) = unit.range().into_inner();
        let mut between = false;
        let mut position = self.cursor.position();
        if self.cursor.word(&STARTING).is_some() {
            low = self.value_of(unit)?;
            position = self.cursor.position();
            if self.unit()? != unit {
                let message = format!("`starting` must count {} too", unit.plural());
                return Err(ScheduleError::new(position, message));
            }
        } else if self.cursor.word(&BETWEEN).is_some() {
            between = true;
            position = self.cursor.position();
            low = self.value_of(unit)?;
            self.cursor.word(&SEPARATORS).ok_or_else(|| self.cursor.expected("`and`"))?;
            high = self.value_of(unit)?;
        }
        if high < low {
            let message = format!("nothing lies between {low} and {high}; the smaller number comes first");
            return Err(ScheduleError::new(position, message));
        }
        let values: Vec<u32> = (low..=high).step_by(usize::try_from(step).unwrap_or(usize::MAX)).collect();
        let phrase = self.cursor.phrase(start, self.cursor.end_of_last());
        self.remarks.extend(warnings::of_every(&phrase, written, unit, &values, between));
        self.add(unit, Test::OneOf(values.into_iter().collect()));
        Ok(())
    }

    fn on_the(&mut self) -> Result<(), ScheduleError> {
        if let Some(is_first) = self.cursor.word(&[("first", true), ("last", false)]) {
            let unit = self.unit()?;
            let (first, last) = unit.range().into_inner();
            let value = match (is_first, unit.zero_is_last()) {
                (true, _) => first,
                (false, true) => 0,
                (false, false) => last,
            };
            self.add(unit, Test::OneOf(BTreeSet::from([value])));
            return Ok(());
        }
        let list = List::read(&mut self.cursor, "a number, `first` or `last`", Cursor::number)?;
        let unit = self.unit()?;
        let values = list.values(unit)?;
        if values.contains(&0) && unit.zero_is_last() {
            self.remarks.push(warnings::zero(unit));
        }
        self.add(unit, Test::OneOf(values));
        Ok(())
    }

    fn named(&mut self, what: &str, unit: Unit, names: &[(&str, u32)]) -> Result<(), ScheduleError> {
        let list = List::read(&mut self.cursor, what, |cursor| Ok(cursor.word(names)))?;
        self.add(unit, Test::OneOf(list.values(unit)?));
        Ok(())
    }

    fn at(&mut self) -> Result<(), ScheduleError> {
        let mut times = BTreeSet::new();
        loop {
            times
                .insert(self.cursor.time().ok_or_else(|| self.cursor.expected("a time such as `17:00` or `5:00 pm`"))?);
            if self.cursor.word(&SEPARATORS).is_none() {
                break;
            }
        }
        self.add(Unit::TimeOfDay, Test::OneOf(times));
        Ok(())
    }

    fn limit(&mut self, is_from: bool) -> Result<(), ScheduleError> {
        let (unit, value) = if let Some(second) = self.cursor.time() {
            (Unit::TimeOfDay, second)
        } else {
            let position = self.cursor.position();
            let what = "a time such as `17:00`, or a number and a unit";
            let value = self.cursor.number()?.ok_or_else(|| self.cursor.expected(what))?;
            let unit = self.unit()?;
            if is_from && value > 0 {
                check_value(position, unit, value)?;
            } else {
                check_limit(position, unit, value)?;
            }
            (unit, value)
        };
        if !self.add(unit, if is_from { Test::From(value) } else { Test::Before(value) }) {
            self.remarks.push(warnings::second_limit(is_from, unit));
        }
        Ok(())
    }

    fn also(&mut self, start: usize) -> Result<(), ScheduleError> {
        if self.rule.is_empty() && (self.also_at.is_some() || !self.closed.is_empty()) {
            return Err(ScheduleError::new(start, "`also` has nothing before it"));
        }
        self.also_at = Some(start);
        self.close_rule(start)
    }

    fn except(&mut self, start: usize) -> Result<(), ScheduleError> {
        if self.alternatives.is_some() {
            return Err(ScheduleError::new(start, "a second `except`; write `also` between exceptions"));
        }
        self.refuse_open_also()?;
        self.close_rule(start)?;
        self.alternatives = Some(std::mem::take(&mut self.closed));
        Ok(())
    }

    fn finish(mut self) -> Result<Parsed, ScheduleError> {
        let end = self.cursor.position();
        self.refuse_open_also()?;
        self.close_rule(end)?;
        let (alternatives, exceptions) = match self.alternatives {
            Some(alternatives) => (alternatives, self.closed),
            None => (self.closed, Vec::new()),
        };
        if alternatives.is_empty() {
            return Err(ScheduleError::new(end, "the text names no time at all; write for example `every 6 hours`"));
        }
        Ok(Parsed { alternatives, exceptions, remarks: self.remarks })
    }

    fn refuse_open_also(&self) -> Result<(), ScheduleError> {
        match self.also_at {
            Some(position) => Err(ScheduleError::new(position, "`also` has nothing after it")),
            None => Ok(()),
        }
    }

    fn close_rule(&mut self, position: usize) -> Result<(), ScheduleError> {
        if self.rule.is_empty() {
            return Ok(());
        }
        if self.closed.len() >= RULES_MAX {
            return Err(ScheduleError::new(position, format!("more than {RULES_MAX} parts")));
        }
        self.closed.push(std::mem::take(&mut self.rule));
        Ok(())
    }

    fn unit(&mut self) -> Result<Unit, ScheduleError> {
        self.cursor.word(&UNITS).ok_or_else(|| self.cursor.expected("a unit such as `hours` or `day of the month`"))
    }

    /// A number that is a value of the unit.
    fn value_of(&mut self, unit: Unit) -> Result<u32, ScheduleError> {
        let position = self.cursor.position();
        let value = self.cursor.number()?.ok_or_else(|| self.cursor.expected("a number"))?;
        check_value(position, unit, value)?;
        if value == 0 && unit.zero_is_last() {
            self.remarks.push(warnings::zero(unit));
        }
        Ok(value)
    }

    /// False when an `after` or `before` now counts for nothing.
    fn add(&mut self, unit: Unit, test: Test) -> bool {
        self.also_at = None;
        let is_heard = self.rule.add(Condition { unit, test });
        self.rule.text = self.cursor.phrase(self.rule_start, self.cursor.end_of_last());
        is_heard
    }
}
