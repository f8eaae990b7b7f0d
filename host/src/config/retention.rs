//! How long a database keeps points, as `InfluxDB` writes it: `10d`, `1w`, `1h30m`, `INF`.

use std::time::Duration;

/// `InfluxDB` refuses a retention that is shorter.
const SHORTEST: Duration = Duration::from_hours(1);
/// Longest unit first, so that `ms` is not read as `m`.
const UNITS: [(&str, u128); 9] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
    ("w", 604_800_000_000_000),
];

/// How long a database keeps points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Retention {
    For(Duration),
    /// After every duration, so that it is the longest.
    Forever,
}

impl Retention {
    /// Reads a duration; `INF` and `0s` are for ever. An error is a message.
    pub fn parse(text: &str) -> Result<Self, String> {
        let written = text.trim();
        if written.eq_ignore_ascii_case("inf") {
            return Ok(Self::Forever);
        }
        let kept = duration(written).ok_or("write a duration such as `90d`, `12w` or `INF`")?;
        match kept {
            Duration::ZERO => Ok(Self::Forever),
            kept if kept < SHORTEST => Err("InfluxDB keeps points for an hour at least; `INF` is for ever".to_owned()),
            kept => Ok(Self::For(kept)),
        }
    }

    /// Whole days; `None` when it is for ever.
    pub fn days(self) -> Option<u64> {
        match self {
            Self::For(kept) => Some(kept.as_secs() / 86_400),
            Self::Forever => None,
        }
    }
}

/// Numbers with units behind them, largest or smallest first, such as `1h30m` or `240h0m0s`.
fn duration(mut text: &str) -> Option<Duration> {
    if text.is_empty() {
        return None;
    }
    let mut sum_ns: u128 = 0;
    while !text.is_empty() {
        let digits = text.len() - text.trim_start_matches(|char: char| char.is_ascii_digit()).len();
        let number: u128 = text.get(..digits)?.parse().ok()?;
        let rest = text.get(digits..)?;
        let (unit, ns) = UNITS.iter().find(|(unit, _)| rest.starts_with(unit))?;
        sum_ns = sum_ns.checked_add(number.checked_mul(*ns)?)?;
        text = rest.get(unit.len()..)?;
    }
    // InfluxDB counts in nanoseconds, in 63 bits.
    let ns = i64::try_from(sum_ns).ok()?;
    Some(Duration::from_nanos(ns.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_influxdb_reads() {
        for (text, days) in [
            ("10d", Some(10)),
            (" 1w ", Some(7)),
            ("1w3d", Some(10)),
            ("240h0m0s", Some(10)),
            ("36h", Some(1)),
            ("INF", None),
            ("inf", None),
            ("0s", None),
            ("0d", None),
        ] {
            assert_eq!(Retention::parse(text).map(Retention::days), Ok(days), "{text}");
        }
        assert!(Retention::parse("90d") < Ok(Retention::Forever));
    }

    #[test]
    fn refuses_what_it_does_not() {
        for text in ["", "10", "d", "ten days", "10 d", "1.5d", "-1d", "10d!", "10y", "10D", "99999999999w", "1d1"] {
            assert!(Retention::parse(text).is_err_and(|message| message.contains("such as `90d`")), "{text}");
        }
        for text in ["59m", "1ms", "30s"] {
            assert!(Retention::parse(text).is_err_and(|message| message.contains("an hour at least")), "{text}");
        }
    }
}
