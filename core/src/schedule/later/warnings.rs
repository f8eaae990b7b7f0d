//! Sentences about texts that are legal and may still not mean what their author wanted.

use super::{Alternative, Exception, Later, Search};
use crate::schedule::day::{Day, SECOND_BEFORE_ALL};
use crate::schedule::rule::{Condition, Rule, Test};
use crate::schedule::unit::Unit;

/// More values than these would not make a sentence clearer.
const VALUES_SHOWN: usize = 6;

/// `every` counts calendar values. Whoever writes it often thinks of an interval.
/// `phrase` is what was written, `between` whether it gives both ends.
pub fn of_every(phrase: &str, step: u32, unit: Unit, values: &[u32], between: bool) -> Option<String> {
    let (first, last) = (*values.first()?, *values.last()?);
    let (low, high) = unit.range().into_inner();
    let count = high - low + 1;
    if step == 0 {
        return Some(format!("`{phrase}` counts as `every 1`"));
    }
    // Years do not begin again, and whoever writes `between` wants the gap.
    if step == 1 || unit == Unit::Year || between {
        return None;
    }
    let restart = match unit {
        Unit::Second => "each minute",
        Unit::Minute => "each hour",
        Unit::Hour => "each day",
        Unit::DayOfMonth | Unit::DayInstance | Unit::WeekOfMonth => "each month",
        Unit::DayOfWeek => "each week",
        _ => "each year",
    };
    let has_fixed_count = matches!(unit, Unit::Second | Unit::Minute | Unit::Hour | Unit::DayOfWeek | Unit::Month);
    if has_fixed_count && first + count - last == step {
        return None;
    }
    if values.len() == 1 {
        return Some(format!(
            "`{phrase}` is not an interval: counting begins again with {restart}, so only the value {first} is left"
        ));
    }
    let shown: Vec<String> = values.iter().take(VALUES_SHOWN).map(u32::to_string).collect();
    let more = if values.len() > VALUES_SHOWN { format!(" … {last}") } else { String::new() };
    let shown = shown.join(", ");
    Some(format!(
        "`{phrase}` is not an interval: it means the values {shown}{more}, and counting begins again with {restart}"
    ))
}

pub fn zero(unit: Unit) -> String {
    format!("0 means the last of the {}", unit.plural())
}

pub fn second_limit(is_from: bool, unit: Unit) -> String {
    let unit = unit.plural();
    if is_from {
        format!("of several `after` on {unit} only the first counts")
    } else {
        format!("of several `before` on {unit} only the last counts")
    }
}

pub fn exception_of_everything(text: &str) -> String {
    format!("the exception `{text}` would leave nothing and is ignored")
}

pub fn of_rules(later: &Later) -> Vec<String> {
    let mut all = Vec::new();
    for alternative in &later.alternatives {
        if later.fires_after(alternative, SECOND_BEFORE_ALL) {
            all.extend(pace_of_limit(alternative));
            all.extend(cut_down(alternative));
            all.extend(left_out(&alternative.rule));
        } else {
            all.push(never(alternative, &later.exceptions));
        }
    }
    all.extend(later.exceptions.iter().filter(|exception| !later.hits_a_start(exception)).map(|exception| {
        format!("the exception `{}` leaves nothing out: no run begins within it", exception.rule.text)
    }));
    all
}

/// What once fired and does not any more, such as `in 2024` later on.
pub fn of_ended(later: &Later, after_seconds: i64) -> Vec<String> {
    let has_ended = |alternative: &&Alternative| {
        !later.fires_after(alternative, after_seconds) && later.fires_after(alternative, SECOND_BEFORE_ALL)
    };
    let sentence = |alternative: &Alternative| {
        format!("`{}` never fires again before the year 2100: all its dates are past", alternative.rule.text)
    };
    later.alternatives.iter().filter(has_ended).map(sentence).collect()
}

impl Later {
    fn fires_after(&self, alternative: &Alternative, after_seconds: i64) -> bool {
        Search::new(alternative, &self.exceptions).next(after_seconds).is_some()
    }

    /// Whether every alternative fires, and none does so in every second, minute or hour that a limit lets through.
    pub fn is_what_people_want(&self) -> bool {
        let is_paced = |alternative: &Alternative| pace_of_limit(alternative).is_none();
        self.alternatives
            .iter()
            .all(|alternative| self.fires_after(alternative, SECOND_BEFORE_ALL) && is_paced(alternative))
    }

    fn hits_a_start(&self, exception: &Exception) -> bool {
        self.alternatives.iter().any(|alternative| alternative.starts.meets(&exception.times))
    }
}

/// Why an alternative never fires.
fn never(alternative: &Alternative, exceptions: &[Exception]) -> String {
    let rule = &alternative.rule;
    let text = &rule.text;
    if Search::new(alternative, &[]).next(SECOND_BEFORE_ALL).is_some() {
        return match exceptions {
            [only] => format!("`{text}` never fires: the exception `{}` leaves nothing of it", only.rule.text),
            _ => format!("`{text}` never fires: the exceptions leave nothing of it"),
        };
    }
    let has_at = rule.conditions().iter().any(|c| c.unit == Unit::TimeOfDay && matches!(c.test, Test::OneOf(_)));
    if has_at && !rule.allows(Unit::Second, 0) {
        return format!(
            "`{text}` never fires: `at` means second 0 of its minute, and another condition leaves that out"
        );
    }
    if has_at && alternative.starts.is_empty() {
        return format!("`{text}` never fires: its times exclude each other; `at` alone already fires every day");
    }
    format!("`{text}` never fires before the year 2100: no date and time meets all its conditions")
}

/// `after 10:00` does not mean once a day.
fn pace_of_limit(alternative: &Alternative) -> Option<String> {
    let pace = alternative.rule.pace()?;
    let word = match pace.test {
        Test::OneOf(_) => return None,
        Test::From(_) => "after",
        Test::Before(_) => "before",
    };
    let stretch = match pace.unit {
        Unit::Second | Unit::TimeOfDay => "second",
        Unit::Minute => "minute",
        Unit::Hour => "hour",
        _ => return None,
    };
    let text = &alternative.rule.text;
    Some(format!("`{text}` fires every {stretch} while `{word}` holds; write `at` for once a day"))
}

/// `every 1 hour after 9:30` begins at 9:00.
fn cut_down(alternative: &Alternative) -> Option<String> {
    let times = alternative.rule.times();
    let is_day_or_longer = alternative.pace.is_of_days();
    let early = alternative.starts.iter().any(|start| !times.contains(start));
    (early && !is_day_or_longer).then(|| {
        let (text, unit) = (&alternative.rule.text, alternative.pace.plural());
        format!("`{text}` fires at the beginning of {unit} that meet its conditions only later")
    })
}

/// Not every month has a 31st, nor every year a week 53.
fn left_out(rule: &Rule) -> Option<String> {
    rule.conditions().iter().find_map(|condition| {
        let Test::OneOf(values) = &condition.test else { return None };
        let (from, stretch, better) = match condition.unit {
            Unit::DayOfMonth => (29, Unit::Month, "on the last day of the month"),
            Unit::DayOfYear => (366, Unit::Year, "on the last day of the year"),
            Unit::DayInstance => (5, Unit::Month, "on the last day instance"),
            Unit::WeekOfMonth => (5, Unit::Month, "on the last week of the month"),
            Unit::WeekOfYear => (53, Unit::Year, "on the last week of the year"),
            _ => return None,
        };
        let lowest = *values.first().filter(|lowest| **lowest >= from)?;
        // Weeks of the year do not end with years, so that the days of one year cannot tell.
        if condition.unit != Unit::WeekOfYear && !leaves_out(rule, condition.unit, stretch) {
            return None;
        }
        if condition.unit == Unit::DayOfMonth && (1..=12).all(|month| rule.allows(Unit::Month, month) == (month == 2)) {
            return Some("years without a 29 February are left out".to_owned());
        }
        let stretches = stretch.plural();
        Some(format!("{stretches} without the value {lowest} are left out; `{better}` is in all of them"))
    })
}

/// Whether one of the months or years that the rule names has no day with the values that the rule has for a unit.
fn leaves_out(rule: &Rule, unit: Unit, stretch: Unit) -> bool {
    let is_frame = |condition: &&Condition| {
        let has_names = unit == Unit::DayInstance && condition.unit == Unit::DayOfWeek;
        matches!(condition.unit, Unit::Month | Unit::Year) || has_names
    };
    let is_of_unit = |condition: &&Condition| condition.unit == unit;
    let frame: Vec<&Condition> = rule.conditions().iter().filter(is_frame).collect();
    let asked: Vec<&Condition> = rule.conditions().iter().filter(is_of_unit).collect();
    let holds = |conditions: &[&Condition], day: Day| conditions.iter().all(|condition| condition.holds_on(day));
    let mut current: Option<(Day, bool)> = None;
    for day in std::iter::successors(Day::first(), |day| day.next()).filter(|day| holds(&frame, *day)) {
        let start = day.start_of(stretch);
        let is_met = holds(&asked, day);
        current = match current {
            Some((known, was_met)) if known == start => Some((start, was_met || is_met)),
            Some((_, false)) => return true,
            _ => Some((start, is_met)),
        };
    }
    current.is_some_and(|(_, is_met)| !is_met)
}
