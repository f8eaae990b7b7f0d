//! `every day`, `every month`: without a number, which the language always wants.

use crate::schedule::later::hint::sentence::{Counted, Phrase, Time};
use crate::schedule::unit::Unit;

/// The phrases, with what each `every` without a number stands for. `has_exceptions`: an `except` follows.
pub fn with_number(mut phrases: Vec<Phrase>, has_exceptions: bool) -> Option<Vec<Phrase>> {
    let is_bare = |phrase: &Phrase| matches!(phrase, Phrase::Every { step: None, .. });
    while let Some(index) = phrases.iter().position(is_bare) {
        let Phrase::Every { unit, .. } = phrases.remove(index) else { return None };
        let instead = match unit.unit {
            Unit::Second | Unit::Minute | Unit::Hour => of_time(&unit, &phrases)?,
            Unit::DayOfMonth | Unit::DayOfWeek | Unit::DayOfYear => of_day(&mut phrases, has_exceptions)?,
            Unit::WeekOfYear | Unit::WeekOfMonth => of_week(&unit, &mut phrases)?,
            Unit::Month => of_month(&unit, &mut phrases)?,
            Unit::Year => of_year(&unit, &phrases)?,
            Unit::TimeOfDay | Unit::DayInstance => return None,
        };
        phrases.splice(index..index, instead);
    }
    Some(phrases)
}

fn of_time(unit: &Counted, others: &[Phrase]) -> Option<Vec<Phrase>> {
    let has_at = others.iter().any(|phrase| matches!(phrase, Phrase::At(_)));
    (!has_at).then(|| vec![one(unit)])
}

/// Any other phrase that says a day or a time says it all.
fn of_day(others: &mut [Phrase], has_exceptions: bool) -> Option<Vec<Phrase>> {
    let repeats = |of_days: bool| {
        let is_one =
            |phrase: &Phrase| matches!(phrase, Phrase::Every { unit, .. } if unit.unit.is_of_days() == of_days);
        others.iter().any(is_one)
    };
    if repeats(true) {
        return None;
    }
    let has_at = others.iter().any(|phrase| matches!(phrase, Phrase::At(_)));
    if repeats(false) || has_at || has_time_once_a_day(others)? {
        return Some(Vec::new());
    }
    if others.is_empty() && !has_exceptions {
        return Some(vec![midnight()]);
    }
    let names_day =
        others.iter().any(|phrase| matches!(phrase, Phrase::Days(_) | Phrase::EveryWeek(_) | Phrase::OnThe { .. }));
    Some(if names_day { Vec::new() } else { vec![one(&Counted::new(Unit::DayOfMonth, "day"))] })
}

fn of_week(unit: &Counted, others: &mut [Phrase]) -> Option<Vec<Phrase>> {
    let is_once_a_day = has_time_once_a_day(others)?;
    let is_of_day = |phrase: &Phrase| matches!(phrase, Phrase::OnThe { unit, .. } if unit.unit.is_of_days());
    if others.iter().any(|phrase| matches!(phrase, Phrase::Days(_) | Phrase::EveryWeek(_))) {
        return Some(Vec::new());
    }
    // The third day of the week is Tuesday for some and Wednesday for others.
    if others.iter().any(|phrase| is_of_day(phrase) || matches!(phrase, Phrase::Months(_) | Phrase::Every { .. })) {
        return None;
    }
    Some(vec![if is_once_a_day { Phrase::Days("monday".to_owned()) } else { one(unit) }])
}

fn of_month(unit: &Counted, others: &mut [Phrase]) -> Option<Vec<Phrase>> {
    let is_once_a_day = has_time_once_a_day(others)?;
    let has_months = others.iter().any(|phrase| matches!(phrase, Phrase::Months(_)));
    let mut names_day = false;
    for phrase in others.iter_mut() {
        match phrase {
            Phrase::OnThe { unit, .. } if unit.unit == Unit::DayOfMonth => {
                let word = if has_months { "day" } else { "day of the month" };
                *unit = Counted::new(Unit::DayOfMonth, word);
                names_day = true;
            }
            Phrase::OnThe { unit, .. } if unit.unit == Unit::DayInstance => names_day = true,
            _ => {}
        }
    }
    if names_day {
        return Some(Vec::new());
    }
    // Nobody knows which monday is meant.
    let is_known = |phrase: &Phrase| match phrase {
        Phrase::Years(_) | Phrase::At(_) => true,
        Phrase::OnThe { unit, .. } => unit.unit == Unit::Hour,
        _ => false,
    };
    if !others.iter().all(is_known) {
        return None;
    }
    let first_day =
        Phrase::OnThe { values: vec!["first".to_owned()], unit: Counted::new(Unit::DayOfMonth, "day of the month") };
    Some(vec![if is_once_a_day { first_day } else { one(unit) }])
}

fn of_year(unit: &Counted, others: &[Phrase]) -> Option<Vec<Phrase>> {
    let has_month = others.iter().any(|phrase| matches!(phrase, Phrase::Months(_)));
    let is_day = |phrase: &Phrase| matches!(phrase, Phrase::OnThe { unit, .. } if unit.unit == Unit::DayOfMonth);
    match others {
        [] => Some(vec![one(unit)]),
        _ if has_month && others.iter().any(is_day) => Some(Vec::new()),
        _ => None,
    }
}

/// Whether a phrase names a time that comes once a day; a lone `after 9:00` is made one.
/// `None` when phrases name stretches of time, of which nobody knows when they should fire.
fn has_time_once_a_day(phrases: &mut [Phrase]) -> Option<bool> {
    let is_time = |phrase: &&mut Phrase| match phrase {
        Phrase::At(_)
        | Phrase::AfterTime(_)
        | Phrase::BeforeTime(_)
        | Phrase::Limit { .. }
        | Phrase::Span { .. }
        | Phrase::Start { .. } => true,
        Phrase::OnThe { unit, .. } => !unit.unit.is_of_days(),
        _ => false,
    };
    let mut times: Vec<&mut Phrase> = phrases.iter_mut().filter(is_time).collect();
    match times.as_mut_slice() {
        [] => Some(false),
        [Phrase::At(_)] => Some(true),
        [Phrase::OnThe { unit, .. }] if unit.unit == Unit::Hour => Some(true),
        [only] => {
            let Phrase::AfterTime(time) = only else { return None };
            **only = Phrase::At(vec![time.clone()]);
            Some(true)
        }
        _ => None,
    }
}

fn one(unit: &Counted) -> Phrase {
    Phrase::Every { step: Some(1), unit: Counted::new(unit.unit, unit.singular()), ends: None }
}

fn midnight() -> Phrase {
    Phrase::At(vec![Time::of_hour(0)])
}
