//! When the server's own licence ends.
//!
//! The server says so in free text, in the spelling of its locale. What cannot be read without a guess is unknown, and
//! an unknown end is told as such: it is not a licence without an end.

use std::fmt;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};

use crate::instant::{Instant, MS_PER_DAY};

/// Longer texts are no dates.
const CHARS_MAX: usize = 60;
/// Servers write the first years of our era for "no date".
const YEAR_MIN: i32 = 1900;
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The day on which a licence ends, or why nobody can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expiry {
    On(NaiveDate),
    Unknown(String),
}

impl fmt::Display for Expiry {
    /// As it stands in measurements.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(date) => write!(f, "{date}"),
            Self::Unknown(_) => f.write_str("unknown"),
        }
    }
}

/// What the server says about its own licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerLicense {
    /// The server's own word; `None` for a site without a licence.
    pub is_expired: Option<bool>,
    pub expiry: Expiry,
}

impl ServerLicense {
    /// A site without any licence.
    pub fn none() -> Self {
        Self { is_expired: None, expiry: Expiry::Unknown("the site has no licence".to_owned()) }
    }

    /// Days from the day of `now`, in UTC, to the day on which the licence ends: 0 on that day, negative after it.
    pub fn days_until_expiry(&self, now: Instant) -> Option<i64> {
        match &self.expiry {
            Expiry::On(date) => Some(date.signed_duration_since(day_of(now)?).num_days()),
            Expiry::Unknown(_) => None,
        }
    }

    /// The server says so, or the day has passed. `None` when neither is known.
    pub fn has_ended(&self, now: Instant) -> Option<bool> {
        let by_date = self.days_until_expiry(now).map(|days| days < 0);
        match (self.is_expired, by_date) {
            (None, None) => None,
            (said, by_date) => Some(said.unwrap_or(false) || by_date.unwrap_or(false)),
        }
    }

    /// A sentence that somebody should see, if there is one: the licence has ended, ends soon, or nobody knows when.
    pub fn warning(&self, now: Instant, threshold_days: u32) -> Option<String> {
        let days = self.days_until_expiry(now);
        match (&self.expiry, self.has_ended(now), days) {
            (expiry, Some(true), _) => Some(format!("the licence of the server has ended (end: {expiry})")),
            (Expiry::Unknown(why), _, _) => Some(format!("nobody can tell when the licence of the server ends: {why}")),
            (Expiry::On(date), _, Some(days)) if days < i64::from(threshold_days) => {
                Some(format!("the licence of the server ends on {date}, in {days} days"))
            }
            _ => None,
        }
    }

    /// The beginning of the day on which the licence ends.
    pub fn expires_at(&self) -> Option<Instant> {
        match &self.expiry {
            Expiry::On(date) => Instant::from_millis(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis()),
            Expiry::Unknown(_) => None,
        }
    }
}

fn day_of(now: Instant) -> Option<NaiveDate> {
    DateTime::<Utc>::from_timestamp_millis(now.millis().div_euclid(MS_PER_DAY) * MS_PER_DAY).map(|at| at.date_naive())
}

/// Reads the end of a licence from the lines that the server keeps about it: `Valid To: …` of a signed key, `PRODUCTLEVEL`
/// and `TIMELIMIT` of a licence with a control number. Of several ends the first one counts.
pub fn expiry(key_details: Option<&str>, lef: Option<&str>) -> Expiry {
    let of_key = key_details.unwrap_or_default().lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("valid to").then_some(value)
    });
    let of_lef = lef.unwrap_or_default().lines().filter_map(|line| {
        let mut parts = line.trim().split(';');
        let name = parts.next()?;
        let is_limit = ["PRODUCTLEVEL", "TIMELIMIT"].iter().any(|known| name.eq_ignore_ascii_case(known));
        parts.nth(2).filter(|date| is_limit && !date.trim().is_empty())
    });
    let ends: Vec<Result<NaiveDate, String>> = of_key.chain(of_lef).map(read_date).collect();
    if ends.is_empty() {
        return Expiry::Unknown("the licence names no end".to_owned());
    }
    let mut first: Option<NaiveDate> = None;
    for end in ends {
        match end {
            Ok(date) => first = Some(first.map_or(date, |first| first.min(date))),
            Err(problem) => return Expiry::Unknown(problem),
        }
    }
    first.map_or_else(|| Expiry::Unknown("the licence names no end".to_owned()), Expiry::On)
}

/// A date, with or without a time of day after it. The time is dropped: its zone is unknown, unless it is written.
fn read_date(text: &str) -> Result<NaiveDate, String> {
    let text = text.trim();
    let unreadable = || Err(format!("`{}` cannot be read as a date", shortened(text)));
    if text.is_empty() || text.chars().count() > CHARS_MAX {
        return unreadable();
    }
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return plausible(instant.with_timezone(&Utc).date_naive(), text);
    }
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()).collect();
    let (date, time) = match named_month(&words) {
        Some(found) => found,
        None => match words.split_first() {
            Some((first, rest)) => {
                let (date, time) =
                    first.split_once(['T', 't']).map_or((*first, None), |(date, time)| (date, Some(time)));
                let rest = time.into_iter().chain(rest.iter().copied()).collect();
                (numeric(date)?, rest)
            }
            None => return unreadable(),
        },
    };
    if !is_time(&time) {
        return unreadable();
    }
    match date {
        Some(date) => plausible(date, text),
        None => unreadable(),
    }
}

fn plausible(date: NaiveDate, text: &str) -> Result<NaiveDate, String> {
    if date.year() < YEAR_MIN { Err(format!("`{}` stands for no date", shortened(text))) } else { Ok(date) }
}

fn shortened(text: &str) -> String {
    text.chars().take(CHARS_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

type Dated<'t> = (Option<NaiveDate>, Vec<&'t str>);

/// `31 March 2027`, `31-Mar-2027`, `March 31 2027`; what follows is the time.
fn named_month<'t>(words: &[&'t str]) -> Option<Dated<'t>> {
    let first = words.first()?;
    let by_dashes: Vec<&str> = first.split('-').collect();
    let (parts, rest): (Vec<&str>, Vec<&str>) = if by_dashes.len() == 3 {
        (by_dashes, words.iter().skip(1).copied().collect())
    } else {
        (words.iter().take(3).copied().collect(), words.iter().skip(3).copied().collect())
    };
    let [a, b, year] = parts.as_slice() else { return None };
    let (month, day) = month_of(a).map(|month| (month, *b)).or_else(|| month_of(b).map(|month| (month, *a)))?;
    Some((NaiveDate::from_ymd_opt(year_of(year)?, month, small(day)?), rest))
}

fn month_of(word: &str) -> Option<u32> {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let known = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october"];
    let full = known.iter().chain(&["november", "december"]).position(|name| *name == word);
    let position = full.or_else(|| MONTHS.iter().position(|name| *name == word))?;
    u32::try_from(position).ok().map(|position| position + 1)
}

/// `2027-03-31`, `2027/3/31`, `31.3.2027`; `3/31/2027` when only one reading makes a date.
fn numeric(text: &str) -> Result<Option<NaiveDate>, String> {
    let Some(separator) = text.chars().find(|c| !c.is_ascii_digit()) else { return Ok(None) };
    let parts: Vec<&str> = text.split(separator).collect();
    let ([a, b, c], '-' | '/' | '.') = (parts.as_slice(), separator) else { return Ok(None) };
    if let Some(year) = year_of(a) {
        return Ok(small(b).zip(small(c)).and_then(|(month, day)| NaiveDate::from_ymd_opt(year, month, day)));
    }
    let (Some(first), Some(second), Some(year)) = (small(a), small(b), year_of(c)) else { return Ok(None) };
    let day_first = NaiveDate::from_ymd_opt(year, second, first);
    if separator == '.' {
        return Ok(day_first);
    }
    let month_first = NaiveDate::from_ymd_opt(year, first, second);
    match (day_first, month_first) {
        (Some(one), Some(other)) if one != other => {
            Err(format!("`{}` may be two dates: {one} or {other}", shortened(text)))
        }
        (one, other) => Ok(one.or(other)),
    }
}

/// Four digits.
fn year_of(text: &str) -> Option<i32> {
    (text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// One or two digits.
fn small(text: &str) -> Option<u32> {
    let is_small = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_small.then(|| text.parse().ok()).flatten()
}

/// Nothing, or a time of day with what belongs to one.
fn is_time(words: &[&str]) -> bool {
    let is_clock = |word: &str| {
        let digits = word.trim_end_matches(['Z', 'z']);
        let (digits, _) = digits.split_once(['+', '.']).unwrap_or((digits, ""));
        let parts: Vec<&str> = digits.split(':').collect();
        (2..=3).contains(&parts.len()) && parts.iter().all(|part| small(part).is_some_and(|number| number < 60))
    };
    let is_half = |word: &str| ["am", "pm", "a.m.", "p.m."].iter().any(|half| word.eq_ignore_ascii_case(half));
    match words {
        [] => true,
        [clock] => is_clock(clock),
        [clock, half] => is_clock(clock) && (is_half(half) || ["UTC", "GMT", "Z"].contains(half)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid_to(text: &str) -> String {
        expiry(Some(&format!("License Number: 1234\nValid From: 0001-01-01\nValid To: {text}\n")), None).to_string()
    }

    #[test]
    fn reads_dates_in_the_spellings_of_servers() {
        for text in [
            "2027-03-31",
            " 2027-03-31 ",
            "2027-03-31  12:00:00 AM",
            "2027-03-31 23:59",
            "2027-03-31T00:00:00Z",
            "2027-03-31T01:00:00+01:00",
            "2027-03-31T00:00:00",
            "2027-03-31T00:00:00.000",
            "2027/03/31",
            "31.03.2027",
            "31.3.2027 00:00:00",
            "3/31/2027 12:00:00 AM",
            "31/03/2027 00:00",
            "31-Mar-2027",
            "31 March 2027",
            "March 31, 2027",
            "Mar 31 2027 12:00 PM",
        ] {
            assert_eq!(valid_to(text), "2027-03-31", "{text}");
        }
    }

    #[test]
    fn says_unknown_rather_than_guess() {
        for text in
            ["", "never", "0001-01-01  12:00:00 AM", "03/04/2027", "2027-13-01", "2027-02-30", "soon 2027-03-31"]
        {
            assert_eq!(valid_to(text), "unknown", "{text}");
        }
        assert_eq!(expiry(None, None).to_string(), "unknown");
        assert_eq!(expiry(Some("isBlackListed: False\nAllotment analyzer:40;"), Some("")).to_string(), "unknown");
        assert_eq!(valid_to("05/05/2027"), "2027-05-05", "both readings agree");
        assert_eq!(valid_to(&"9".repeat(10_000)), "unknown");
    }

    #[test]
    fn reads_licences_with_a_control_number_and_takes_the_first_of_several_ends() {
        let lef = "QLIK SENSE;;;\nPRODUCTLEVEL;50;;2027-06-30\nTIMELIMIT;VALUE;;2027-05-31\nOTHER;1;;2020-01-01";
        assert_eq!(expiry(None, Some(lef)).to_string(), "2027-05-31");
        assert_eq!(expiry(Some("valid to : 2028-01-01\nValid To: 2027-01-01"), None).to_string(), "2027-01-01");
    }

    #[test]
    fn counts_days_with_a_sign() {
        let now = Instant::parse("2027-03-30T23:59:00Z").unwrap();
        let days = |date: &str| {
            let license =
                ServerLicense { is_expired: Some(false), expiry: expiry(Some(&format!("Valid To: {date}")), None) };
            (license.days_until_expiry(now), license.has_ended(now))
        };
        assert_eq!(days("2027-03-31"), (Some(1), Some(false)));
        assert_eq!(days("2027-03-30"), (Some(0), Some(false)));
        assert_eq!(days("2027-03-20"), (Some(-10), Some(true)));
        assert_eq!(days("whenever"), (None, Some(false)));
        assert_eq!(ServerLicense::none().has_ended(now), None);
    }
}
