//! From what people say to what the language can say: `every day at 9:00` is `at 9:00`.
//!
//! What may mean two things is given up.

mod every;
mod span;

use super::sentence::{Clause, Joint, Part, Phrase};
use crate::schedule::unit::Unit;

/// The same in the language; `None` when that is not known.
pub fn repaired(parts: Vec<Part>) -> Option<Vec<Clause>> {
    let clauses = clauses(parts)?;
    let mut repaired = Vec::new();
    for (index, clause) in clauses.iter().enumerate() {
        let has_exceptions = clauses.get(index + 1).is_some_and(|next| next.joint == Joint::Except);
        let phrases = every::with_number(clause.phrases.clone(), has_exceptions)?;
        let mut joint = clause.joint;
        if repeats_at_times(&phrases) || lacks_a_day(&phrases) {
            return None;
        }
        for mut phrases in span::alternatives(phrases)? {
            days_before_months(&mut phrases);
            repaired.push(Clause { joint, phrases });
            joint = Joint::Also;
        }
    }
    Some(repaired)
}

/// The parts, put together where they have to hold together.
fn clauses(parts: Vec<Part>) -> Option<Vec<Clause>> {
    let mut groups: Vec<(Joint, Vec<Phrase>)> = Vec::new();
    for Part { joint, phrase } in parts {
        match groups.last_mut() {
            Some((_, phrases)) if joint == Joint::Plain => phrases.push(phrase),
            _ => groups.push((joint, vec![phrase])),
        }
    }
    if groups.first()?.0 != Joint::Plain && groups.first()?.0 != Joint::And {
        return None;
    }
    if groups.iter().filter(|(joint, _)| *joint == Joint::Except).count() > 1 {
        return None;
    }
    let mut clauses: Vec<Clause> = Vec::new();
    for (joint, phrases) in groups {
        let both = match clauses.last_mut() {
            Some(known) if joint == Joint::And => Some(meaning_of_and(&known.phrases, &phrases)?),
            _ => None,
        };
        match (both, clauses.last_mut()) {
            (Some(And::BothHold), Some(known)) => extend(&mut known.phrases, phrases),
            (Some(And::Either), _) => clauses.push(Clause { joint: Joint::Also, phrases }),
            _ => clauses.push(Clause { joint, phrases }),
        }
    }
    Some(clauses)
}

/// `on sat and on sun` becomes one list.
fn extend(known: &mut Vec<Phrase>, more: Vec<Phrase>) {
    for phrase in more {
        match (known.last_mut(), phrase) {
            (Some(Phrase::Days(days)), Phrase::Days(others)) => *days = format!("{days} and {others}"),
            (Some(Phrase::At(times)), Phrase::At(others)) => times.extend(others),
            (_, phrase) => known.push(phrase),
        }
    }
}

/// `every 6 hours at 3:00` often means a start.
fn repeats_at_times(phrases: &[Phrase]) -> bool {
    let repeats = |phrase: &Phrase| matches!(phrase, Phrase::Every { unit, .. } if !unit.unit.is_of_days());
    phrases.iter().any(|phrase| matches!(phrase, Phrase::At(_))) && phrases.iter().any(repeats)
}

/// `every 3 months at 9:00` would fire on all days of a month.
fn lacks_a_day(phrases: &[Phrase]) -> bool {
    let is_long = |phrase: &Phrase| match phrase {
        Phrase::Every { unit, .. } => unit.unit.seconds() > Unit::DayOfMonth.seconds(),
        _ => false,
    };
    let is_short = |phrase: &Phrase| match phrase {
        Phrase::At(_) => true,
        Phrase::Every { unit, .. } | Phrase::OnThe { unit, .. } => !unit.unit.is_of_days(),
        _ => false,
    };
    let has_day = phrases.iter().any(|phrase| names_day(phrase) && !is_long(phrase));
    phrases.iter().any(is_long) && phrases.iter().any(is_short) && !has_day
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum And {
    BothHold,
    Either,
}

/// `at 6:00 and on monday` has to hold both, `at 6:00 on mon and at 7:00 on tue` either.
fn meaning_of_and(left: &[Phrase], right: &[Phrase]) -> Option<And> {
    let subjects = |phrases: &[Phrase]| {
        let mut subjects: Vec<&str> = phrases.iter().map(Phrase::subject).collect();
        subjects.sort_unstable();
        subjects.dedup();
        subjects
    };
    let (of_left, of_right) = (subjects(left), subjects(right));
    let has_every = |phrases: &[Phrase]| phrases.iter().any(|phrase| matches!(phrase, Phrase::Every { .. }));
    if !of_left.iter().any(|subject| of_right.contains(subject)) {
        // Two ways to name a day may be meant as two days.
        let names_day = |phrases: &[Phrase]| phrases.iter().any(names_day);
        return (!(names_day(left) && names_day(right))).then_some(And::BothHold);
    }
    let time = Unit::TimeOfDay.plural();
    if of_left.contains(&time) != of_right.contains(&time) && of_right.len() > 1 {
        // It is unclear whether the time is meant for both.
        return None;
    }
    match (of_left.len(), of_right.len()) {
        (1, 1) if has_every(left) || has_every(right) => Some(And::Either),
        // Values of one unit are joined.
        (_, 1) if !has_every(left) && !has_every(right) => Some(And::BothHold),
        (1, 2..) if has_every(left) => Some(And::Either),
        (2.., 2..) => Some(And::Either),
        _ => None,
    }
}

fn names_day(phrase: &Phrase) -> bool {
    match phrase {
        Phrase::EveryWeek(_) | Phrase::Days(_) => true,
        Phrase::Every { unit, .. } | Phrase::OnThe { unit, .. } => {
            unit.unit.is_of_days() && !matches!(unit.unit, Unit::Month | Unit::Year)
        }
        _ => false,
    }
}

/// `of july on the 4th day` reads better the other way round.
fn days_before_months(phrases: &mut [Phrase]) {
    for index in 1..phrases.len() {
        let is_month = matches!(phrases.get(index - 1), Some(Phrase::Months(_)));
        if is_month && matches!(phrases.get(index), Some(Phrase::OnThe { unit, .. }) if unit.unit == Unit::DayOfMonth) {
            phrases.swap(index - 1, index);
        }
    }
}
