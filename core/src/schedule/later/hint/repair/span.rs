//! `from 9:00 to 17:00`, `between 9 and 17`, `starting at 3:00`: ends of an `every` within the day.

use crate::schedule::later::hint::sentence::{Counted, End, Phrase, Time, ordinal};
use crate::schedule::unit::Unit;

const HOURS_PER_DAY: u32 = 24;
const LAST_HOUR: u32 = 23;

/// What counts within the day.
struct Count {
    step: u32,
    unit: Counted,
}

/// The phrases without spans; two alternatives when a span passes midnight.
pub fn alternatives(mut phrases: Vec<Phrase>) -> Option<Vec<Vec<Phrase>>> {
    let is_open = |phrase: &Phrase| matches!(phrase, Phrase::Span { .. } | Phrase::Start { .. });
    let Some(index) = phrases.iter().position(is_open) else { return Some(vec![phrases]) };
    let open = phrases.remove(index);
    let mut counts = phrases.iter().enumerate().filter_map(|(index, phrase)| match phrase {
        Phrase::Every { step: Some(step), unit, ends: None } => {
            Some((index, Count { step: *step, unit: unit.clone() }))
        }
        _ => None,
    });
    let (every, count) = counts.next()?;
    if phrases.iter().any(is_open) || counts.next().is_some() {
        return None;
    }
    let alternatives = match open {
        Phrase::Start { from, unit } => vec![count.starting(&from, unit)?],
        Phrase::Span { from, to, unit, is_between } => count.within(&from, &to, unit, is_between)?,
        _ => return None,
    };
    if alternatives.len() > 1 && phrases.len() > 1 {
        // After midnight it is another day, and nobody knows which one is meant.
        return None;
    }
    let whole = |alternative: Vec<Phrase>| {
        let mut whole = phrases.clone();
        whole.splice(every..=every, alternative);
        whole
    };
    Some(alternatives.into_iter().map(whole).collect())
}

impl Count {
    fn every(&self, ends: Option<String>) -> Phrase {
        Phrase::Every { step: Some(self.step), unit: self.unit.clone(), ends }
    }

    fn starting(&self, from: &End, unit: Option<Unit>) -> Option<Vec<Phrase>> {
        let on_the = |value: u32| Some(format!("starting on the {} {}", ordinal(value), self.unit.singular()));
        let (hour, minute) = match from {
            _ if unit.is_some_and(|unit| unit != self.unit.unit) => return None,
            End::Number(value) if unit.is_some() || self.unit.unit != Unit::Hour => {
                return Some(vec![self.every(on_the(*value))]);
            }
            _ if self.unit.unit != Unit::Hour || unit.is_some() => return None,
            End::Number(hour) => (*hour, 0),
            End::Time(time) => (time.hour() % HOURS_PER_DAY, time.minute()),
        };
        // `every 6 hours from 20:00` means 2:00 too, and counting begins anew each day.
        let divides = self.step > 0 && HOURS_PER_DAY.is_multiple_of(self.step);
        let first = if divides { hour % self.step } else { hour };
        let mut phrases = vec![self.every(if first == 0 { None } else { on_the(first) })];
        if minute > 0 {
            phrases.push(Phrase::OnThe { values: vec![ordinal(minute)], unit: Counted::new(Unit::Minute, "minute") });
        }
        Some(phrases)
    }

    fn within(&self, from: &End, to: &End, unit: Option<Unit>, is_between: bool) -> Option<Vec<Vec<Phrase>>> {
        let is_hours = self.unit.unit == Unit::Hour;
        if let (End::Number(low), End::Number(high)) = (from, to) {
            let counts_same = unit.map_or(is_between && !is_hours, |unit| unit == self.unit.unit);
            // `every 15 minutes between 9 and 17` may mean hours.
            let is_clear = unit.is_some() || self.unit.unit.is_of_days() || *high > HOURS_PER_DAY;
            if counts_same && !is_hours {
                return (is_clear && low <= high).then(|| vec![vec![self.every(Some(between(*low, *high)))]]);
            }
        }
        if unit.is_some_and(|unit| unit != Unit::Hour) {
            return None;
        }
        let (from, to) = (time_of(from)?, time_of(to)?);
        match self.unit.unit {
            Unit::Hour if from.minute() == 0 && to.minute() == 0 => self.within_hours(&from, &to),
            Unit::Minute | Unit::Second => self.within_times(&from, &to),
            _ => None,
        }
    }

    fn within_hours(&self, from: &Time, to: &Time) -> Option<Vec<Vec<Phrase>>> {
        let low = from.hour() % HOURS_PER_DAY;
        let high = if to.is_end_of_day() { LAST_HOUR } else { to.hour() };
        if low <= high {
            return Some(vec![vec![self.every(Some(between(low, high)))]]);
        }
        let over = (HOURS_PER_DAY - low).checked_rem(self.step)?;
        let next = (self.step - over) % self.step;
        let mut ends = vec![between(low, LAST_HOUR)];
        ends.extend((next <= high).then(|| between(next, high)));
        Some(ends.into_iter().map(|ends| vec![self.every(Some(ends))]).collect())
    }

    fn within_times(&self, from: &Time, to: &Time) -> Option<Vec<Vec<Phrase>>> {
        let ends_with_day = to.is_end_of_day() || to.second == 0;
        let after = Phrase::AfterTime(from.clone());
        if ends_with_day {
            return Some(vec![vec![self.every(None), after]]);
        }
        let before = Phrase::BeforeTime(to.clone());
        match from.second.cmp(&to.second) {
            _ if from.is_end_of_day() => Some(vec![vec![self.every(None), before]]),
            std::cmp::Ordering::Less => Some(vec![vec![self.every(None), after, before]]),
            std::cmp::Ordering::Greater => Some(vec![vec![self.every(None), after], vec![self.every(None), before]]),
            std::cmp::Ordering::Equal => None,
        }
    }
}

fn between(low: u32, high: u32) -> String {
    format!("between {low} and {high}")
}

fn time_of(end: &End) -> Option<Time> {
    match end {
        End::Time(time) => Some(time.clone()),
        End::Number(hour) => (*hour <= HOURS_PER_DAY).then(|| Time::of_hour(*hour)),
    }
}
