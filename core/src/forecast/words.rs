//! What people read about a forecast: the same words in alerts, status, digest and report.

use super::Exhaustion;

impl Exhaustion {
    /// Such as `in about 20 days (between 12 and 41 days, 80 % confidence)`.
    pub fn when(&self) -> String {
        let about = match self.median_days {
            0 => "within a day".to_owned(),
            days => format!("in about {}", days_text(days)),
        };
        format!("{about} ({}, {} % confidence)", self.range(), self.confidence_percent)
    }

    /// The interval alone, counted from now: `between 12 and 41 days`, or `in 12 days or later` when its end is perhaps
    /// beyond the horizon.
    pub fn range(&self) -> String {
        match (self.lower_days, self.upper_days) {
            (0, None) => "any day, or not within the horizon".to_owned(),
            (lower, None) => format!("in {} or later", days_text(lower)),
            (0, Some(upper)) => format!("within {}", days_text(upper.max(1))),
            (lower, Some(upper)) if lower >= upper => format!("in {}", days_text(lower)),
            (lower, Some(upper)) => format!("between {lower} and {upper} days"),
        }
    }
}

pub(super) fn days_text(days: u32) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

#[cfg(test)]
mod tests {
    use super::super::{Basis, CONFIDENCE_PERCENT, Exhaustion};
    use crate::instant::Instant;

    fn when(lower_days: u32, median_days: u32, upper_days: Option<u32>) -> String {
        let at = Instant::UNIX_EPOCH;
        let exhaustion = Exhaustion {
            lower_days,
            median_days,
            upper_days,
            confidence_percent: CONFIDENCE_PERCENT,
            horizon_days: 365,
            method: String::new(),
            basis: Basis { readings: 1, days_read: 1, first_at: at, last_at: at },
            course: Vec::new(),
        };
        exhaustion.when()
    }

    #[test]
    fn days_are_said_as_people_say_them() {
        assert_eq!(when(12, 20, Some(41)), "in about 20 days (between 12 and 41 days, 80 % confidence)");
        assert_eq!(when(12, 300, None), "in about 300 days (in 12 days or later, 80 % confidence)");
        assert_eq!(when(1, 1, Some(2)), "in about 1 day (between 1 and 2 days, 80 % confidence)");
        assert_eq!(when(0, 0, Some(1)), "within a day (within 1 day, 80 % confidence)");
        assert_eq!(when(0, 3, Some(9)), "in about 3 days (within 9 days, 80 % confidence)");
    }
}
