//! Lists of values and ranges, such as `1st through 5th and 10th`.

use std::collections::BTreeSet;

use super::cursor::Cursor;
use crate::schedule::error::ScheduleError;
use crate::schedule::unit::Unit;

const SEPARATORS: [(&str, ()); 2] = [(",", ()), ("and", ())];
const RANGES: [(&str, ()); 3] = [("-", ()), ("to", ()), ("through", ())];

/// One value, or a range with both ends in it.
struct Item {
    position: usize,
    first: u32,
    last: u32,
}

/// A list as it was written, before it is known what is counted.
pub struct List(Vec<Item>);

impl List {
    /// Reads a list with `item`, which reads one value. `what` is what a message says that is expected.
    ///
    /// # Errors
    /// When a value is missing, or a range runs backwards.
    pub fn read<'a>(
        cursor: &mut Cursor<'a>,
        what: &str,
        mut item: impl FnMut(&mut Cursor<'a>) -> Result<Option<u32>, ScheduleError>,
    ) -> Result<Self, ScheduleError> {
        let mut items = Vec::new();
        loop {
            let position = cursor.position();
            let first = item(cursor)?.ok_or_else(|| cursor.expected(what))?;
            let mut last = first;
            if cursor.word(&RANGES).is_some() {
                last = item(cursor)?.ok_or_else(|| cursor.expected(what))?;
            }
            if last < first {
                let range = cursor.phrase(position, cursor.end_of_last());
                let message =
                    format!("the range `{range}` runs backwards; two ranges with a comma between would be right");
                return Err(ScheduleError::new(position, message));
            }
            items.push(Item { position, first, last });
            if cursor.word(&SEPARATORS).is_none() {
                return Ok(Self(items));
            }
        }
    }

    /// # Errors
    /// When a value is none of the unit's.
    pub fn values(&self, unit: Unit) -> Result<BTreeSet<u32>, ScheduleError> {
        let mut values = BTreeSet::new();
        for item in &self.0 {
            check_value(item.position, unit, item.first)?;
            check_value(item.position, unit, item.last)?;
            values.extend(item.first..=item.last);
        }
        Ok(values)
    }
}

/// # Errors
/// When the value is none of the unit's: no clock ever shows it.
pub fn check_value(position: usize, unit: Unit, value: u32) -> Result<(), ScheduleError> {
    if unit.named().contains(&value) || value == 0 && unit.zero_is_last() {
        return Ok(());
    }
    Err(out_of_range(position, unit, value))
}

/// # Errors
/// When the limit lies beyond the one that lets every value of the unit through, such as `before 24 hours`.
pub fn check_limit(position: usize, unit: Unit, value: u32) -> Result<(), ScheduleError> {
    if value == 0 || value - 1 <= *unit.named().end() {
        return Ok(());
    }
    Err(out_of_range(position, unit, value))
}

fn out_of_range(position: usize, unit: Unit, value: u32) -> ScheduleError {
    let (first, last) = unit.named().into_inner();
    ScheduleError::new(position, format!("{value} is out of range: {} go from {first} to {last}", unit.plural()))
}
