//! Sentences about texts that are legal and may still not mean what their author wanted.

use super::{Alternative, Exception, Later};
use crate::schedule::day::SECOND_BEFORE_ALL;
use crate::schedule::rule::{Rule, Test};
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
    if step > count || step == count && !has_fixed_count || step + low > high && !has_fixed_count {
        return Some(format!(
            "`{phrase}` is not an interval: counting begins again with {restart}, so only the value {first} is left"
        ));
    }
    let last_gap = first + count - last;
    if has_fixed_count && last_gap == step {
        return None;
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
        let text = &alternative.rule.text;
        if later.fires(alternative) {
            all.extend(pace_of_limit(alternative));
            all.extend(cut_down(alternative));
            all.extend(seldom_values(&alternative.rule));
        } else if alternative.is_daily_interval() {
            all.push(format!("`{text}` never fires: its times exclude each other; `at` alone already fires every day"));
        } else {
            all.push(format!("`{text}` never fires before the year 2100: no date and time meets all its conditions"));
        }
    }
    all.extend(later.exceptions.iter().filter(|exception| !later.hits_a_start(exception)).map(|exception| {
        format!("the exception `{}` leaves nothing out: no run begins within it", exception.rule.text)
    }));
    all
}

impl Later {
    fn fires(&self, alternative: &Alternative) -> bool {
        super::Search::new(alternative, &self.exceptions).next(SECOND_BEFORE_ALL).is_some()
    }

    fn hits_a_start(&self, exception: &Exception) -> bool {
        self.alternatives.iter().any(|alternative| alternative.starts.meets(&exception.times))
    }
}

impl Alternative {
    /// Whether no time of day meets the conditions although there is an `at`.
    fn is_daily_interval(&self) -> bool {
        let has_at = |rule: &Rule| {
            rule.conditions().iter().any(|c| c.unit == Unit::TimeOfDay && matches!(c.test, Test::OneOf(_)))
        };
        self.starts.is_empty() && has_at(&self.rule)
    }
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
fn seldom_values(rule: &Rule) -> Option<String> {
    rule.conditions().iter().find_map(|condition| {
        let Test::OneOf(values) = &condition.test else { return None };
        let (from, stretch, better) = match condition.unit {
            Unit::DayOfMonth => (29, "months", "on the last day of the month"),
            Unit::DayOfYear => (366, "years", "on the last day of the year"),
            Unit::DayInstance => (5, "months", "on the last day instance"),
            Unit::WeekOfMonth => (5, "months", "on the last week of the month"),
            Unit::WeekOfYear => (53, "years", "on the last week of the year"),
            _ => return None,
        };
        let lowest = *values.first()?;
        (lowest >= from)
            .then(|| format!("{stretch} without the value {lowest} are left out; `{better}` is in all of them"))
    })
}
