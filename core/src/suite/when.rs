//! Points in time as people write them in a suite: absolute, or counted from the time of the case.

use serde::{Deserialize, Deserializer};

use crate::instant::{Instant, MS_PER_DAY, MS_PER_MINUTE};

/// A point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    At(Instant),
    /// So many milliseconds after the time of the case; negative before it.
    FromNow(i64),
}

impl When {
    /// `None` outside the years 1 to 9999.
    pub fn resolve(self, now: Instant) -> Option<Instant> {
        match self {
            Self::At(at) => Some(at),
            Self::FromNow(ms) => Instant::from_millis(now.millis().checked_add(ms)?),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let trimmed = text.trim();
        let parsed = if trimmed == "now" {
            Some(Self::FromNow(0))
        } else if let Some(span) = trimmed.strip_prefix("in ") {
            span_ms(span).map(Self::FromNow)
        } else if let Some(span) = trimmed.strip_suffix(" ago") {
            span_ms(span).map(|ms| Self::FromNow(-ms))
        } else {
            Instant::parse(trimmed).map(Self::At)
        };
        parsed.ok_or_else(|| {
            format!(
                "`{text}` is no point in time: write `30 days ago`, `in 2 days 3 hours`, `now` or \
                 `2026-01-31T09:00:00Z`"
            )
        })
    }
}

/// `2 days 3 hours` in milliseconds.
fn span_ms(text: &str) -> Option<i64> {
    let mut words = text.split_whitespace();
    let mut sum: Option<i64> = None;
    while let Some(number) = words.next() {
        let count: u32 = number.parse().ok()?;
        let unit = unit_ms(words.next()?)?;
        sum = Some(sum.unwrap_or(0).checked_add(i64::from(count).checked_mul(unit)?)?);
    }
    sum
}

fn unit_ms(word: &str) -> Option<i64> {
    let unit = match word.strip_suffix('s').unwrap_or(word) {
        "millisecond" => 1,
        "second" => 1000,
        "minute" => MS_PER_MINUTE,
        "hour" => 60 * MS_PER_MINUTE,
        "day" => MS_PER_DAY,
        "week" => 7 * MS_PER_DAY,
        _ => return None,
    };
    Some(unit)
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Words that may stand in place of a point in time.
macro_rules! or_word {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal),+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$word_doc])* $variant,)+
            When(When),
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                match text.trim() {
                    $($word => Ok(Self::$variant),)+
                    other => When::parse(other).map(Self::When).map_err(|problem| {
                        let words = [$(concat!(", or `", $word, "`")),+].concat();
                        serde::de::Error::custom(format!("{problem}{words}"))
                    }),
                }
            }
        }
    };
}

or_word! {
    /// When a seat was last used.
    LastUseSpec { Never = "never", Unknown = "unknown" }
}

or_word! {
    /// When a seat was given to its owner.
    AllocatedSpec { Unknown = "unknown" }
}

or_word! {
    /// When a verdict turns by itself.
    FlipSpec {
        /// Time alone does not turn it.
        Never = "never"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, String> {
        serde_json::from_value(serde_json::Value::from(text)).map_err(|error| error.to_string())
    }

    #[test]
    fn reads_points_in_time_as_people_write_them() {
        let now = Instant::parse("2026-01-31T09:00:00Z").unwrap();
        for (text, expected) in [
            ("now", "2026-01-31T09:00:00Z"),
            ("30 days ago", "2026-01-01T09:00:00Z"),
            (" 1 day ago ", "2026-01-30T09:00:00Z"),
            ("1 week 1 millisecond ago", "2026-01-24T08:59:59.999Z"),
            ("in 2 days 3 hours 5 minutes 1 second", "2026-02-02T12:05:01Z"),
            ("2025-12-24T18:00:00+01:00", "2025-12-24T17:00:00Z"),
        ] {
            assert_eq!(read::<When>(text).unwrap().resolve(now).unwrap().to_string(), expected, "{text}");
        }
        assert_eq!(read::<When>("4000000000 days ago").unwrap().resolve(now), None);
    }

    #[test]
    fn refuses_the_rest_and_says_what_to_write() {
        for text in
            ["", "ago", "days ago", "30 ago", "30 moons ago", "-3 days ago", "in", "in 3", "30 days", "yesterday"]
        {
            assert!(read::<When>(text).unwrap_err().contains("write `30 days ago`"), "{text}");
        }
        assert!(read::<LastUseSpec>("nevver").unwrap_err().ends_with("or `never`, or `unknown`"));
    }

    #[test]
    fn words_stand_in_place_of_a_point_in_time() {
        assert_eq!(read::<LastUseSpec>("never").unwrap(), LastUseSpec::Never);
        assert_eq!(read::<AllocatedSpec>("unknown").unwrap(), AllocatedSpec::Unknown);
        assert_eq!(read::<FlipSpec>("in 1 day").unwrap(), FlipSpec::When(When::FromNow(MS_PER_DAY)));
    }
}
