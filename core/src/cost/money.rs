//! Amounts of money in whole minor units, and prices exact enough to be multiplied. Nothing here is a float.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use super::currencies;
use crate::text::printable;

/// Prices are kept in millionths: some contracts divide a year's price by twelve.
const PRICE_SCALE: i128 = 1_000_000;
const PRICE_DECIMALS: u32 = 6;
/// A seat that costs more than this in a month is a slip of a finger.
const PRICE_MAX_WHOLE: i64 = 1_000_000_000;
const SHOWN_CHARS: usize = 20;
/// A no-break space, between groups of digits too.
const BLANK: char = '\u{a0}';
const GROUP_DIGITS: usize = 3;
/// More decimals than any currency in use has.
const DECIMALS_MAX: u32 = 4;

/// A currency by its ISO 4217 code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Currency {
    code: &'static str,
    decimals: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MoneyError {
    #[error("`{0}` is no currency in use: write its three letters by ISO 4217, such as `EUR`")]
    Currency(String),
    #[error("`{0}` is no price: write a number such as `35` or `35.50`, with a point and no thousands separator")]
    Price(String),
    #[error("`{0}` has more than {PRICE_DECIMALS} decimals")]
    Decimals(String),
    #[error("`{0}` is more than {PRICE_MAX_WHOLE}")]
    TooLarge(String),
}

impl Currency {
    /// # Errors
    /// When no country uses such a currency.
    pub fn new(code: &str) -> Result<Self, MoneyError> {
        let found = currencies::decimals(&code.trim().to_ascii_uppercase());
        let (code, decimals) = found.ok_or_else(|| MoneyError::Currency(shown(code)))?;
        Ok(Self { code, decimals })
    }

    pub fn code(&self) -> &str {
        self.code
    }

    /// Digits behind the point.
    pub fn decimals(&self) -> u32 {
        self.decimals
    }

    /// With a point and no thousands separator, such as `EUR 1234.50`: the same everywhere, and a number to any program
    /// that drops the first word.
    pub fn show(&self, amount: Money) -> String {
        format!("{} {}", self.code, self.number(amount))
    }

    /// In whole units, for series of numbers that nobody adds up.
    pub fn units(&self, amount: Money) -> f64 {
        // A decimal number that was just written can be read.
        self.number(amount).parse().unwrap_or_default()
    }

    /// For people: `EUR 12 345.00`. All blanks are no-break spaces, so that no line ends within an amount.
    pub fn show_grouped(&self, amount: Money) -> String {
        format!("{}{BLANK}{}", self.code, self.number_grouped(amount))
    }

    /// The number alone, for people: `12 345.00`.
    pub fn number_grouped(&self, amount: Money) -> String {
        let number = self.number(amount);
        let (sign, number) = number.strip_prefix('-').map_or(("", number.as_str()), |digits| ("-", digits));
        let (whole, part) = number.split_once('.').map_or((number, None), |(whole, part)| (whole, Some(part)));
        let mut grouped = sign.to_owned();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place) % GROUP_DIGITS == 0 {
                grouped.push(BLANK);
            }
            grouped.push(digit);
        }
        if let Some(part) = part {
            grouped.push('.');
            grouped.push_str(part);
        }
        grouped
    }

    /// The number alone, for tables and files.
    pub fn number(&self, amount: Money) -> String {
        let unit = 10_u64.pow(self.decimals.min(DECIMALS_MAX));
        let sign = if amount.minor < 0 { "-" } else { "" };
        let (whole, part) = (amount.minor.unsigned_abs() / unit, amount.minor.unsigned_abs() % unit);
        if self.decimals == 0 {
            return format!("{sign}{whole}");
        }
        format!("{sign}{whole}.{part:0width$}", width = usize::try_from(self.decimals).unwrap_or_default())
    }
}

/// A code for an error text: what is no code may be anything.
fn shown(code: &str) -> String {
    printable(code.trim()).chars().take(SHOWN_CHARS).collect()
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// An amount in minor units (cents, pence) of the one currency of the settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Money {
    minor: i64,
}

impl Money {
    pub fn of_minor(minor: i64) -> Self {
        Self { minor }
    }

    pub fn minor(self) -> i64 {
        self.minor
    }

    /// Stops at the largest amount, which no licence costs.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { minor: self.minor.saturating_add(other.minor) }
    }

    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self { minor: self.minor.saturating_sub(other.minor) }
    }
}

/// What one seat costs in one month, or what a month may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price {
    millionths: i64,
}

impl Price {
    /// Reads a number as people write it, such as `35`, `35.5` or `0.123456`.
    ///
    /// # Errors
    /// When it is no such number, or has too many digits.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        let text = text.trim();
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let is_digits = |digits: &str| digits.chars().all(|digit| digit.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(part) || text.ends_with('.') {
            return Err(MoneyError::Price(text.to_owned()));
        }
        let part = part.trim_end_matches('0');
        let digits = u32::try_from(part.len()).unwrap_or(u32::MAX);
        if digits > PRICE_DECIMALS {
            return Err(MoneyError::Decimals(text.to_owned()));
        }
        let too_large = || MoneyError::TooLarge(text.to_owned());
        let whole: i64 = whole.parse().map_err(|_| too_large())?;
        let part: i64 = if part.is_empty() { 0 } else { part.parse().map_err(|_| too_large())? };
        if whole > PRICE_MAX_WHOLE {
            return Err(too_large());
        }
        Ok(Self { millionths: whole * 1_000_000 + part * 10_i64.pow(PRICE_DECIMALS - digits) })
    }

    /// This price for a share of a month, such as seat milliseconds of all milliseconds, to the nearest minor unit; half
    /// of one counts as a whole one.
    pub fn share(self, part: u128, whole: u64, currency: &Currency) -> Money {
        let unit = 10_i128.pow(currency.decimals.min(DECIMALS_MAX));
        let part = i128::try_from(part).unwrap_or(i128::MAX);
        // What would overflow is beyond any sum of money.
        let Some(exact) = part.checked_mul(i128::from(self.millionths)).and_then(|exact| exact.checked_mul(unit))
        else {
            return Money { minor: i64::MAX };
        };
        let divisor = i128::from(whole.max(1)) * PRICE_SCALE;
        let rounded = (exact + divisor / 2) / divisor;
        Money { minor: i64::try_from(rounded).unwrap_or(i64::MAX) }
    }

    /// As an amount, to the nearest minor unit.
    pub fn amount(self, currency: &Currency) -> Money {
        self.share(1, 1, currency)
    }
}

impl fmt::Display for Price {
    /// As it is read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.millionths / 1_000_000, self.millionths % 1_000_000);
        let part = format!("{part:06}");
        let part = part.trim_end_matches('0');
        if part.is_empty() { write!(f, "{whole}") } else { write!(f, "{whole}.{part}") }
    }
}

impl Serialize for Price {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euro() -> Currency {
        Currency::new("eur").unwrap()
    }

    #[test]
    fn prices_are_read_exactly_or_refused() {
        for (text, written) in [("35", "35"), (" 35.50 ", "35.5"), ("0.123456", "0.123456"), ("1.2000000000", "1.2")] {
            assert_eq!(Price::parse(text).unwrap().to_string(), written);
        }
        for text in ["", ".5", "5.", "-1", "1,5", "1e3", "35 EUR", "0.1234567", "99999999999", "٣"] {
            assert!(Price::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn amounts_are_rounded_once_and_half_up() {
        let price = Price::parse("10").unwrap();
        assert_eq!(price.share(1, 3, &euro()), Money::of_minor(333));
        assert_eq!(price.share(2, 3, &euro()), Money::of_minor(667));
        assert_eq!(Price::parse("0.005").unwrap().amount(&euro()), Money::of_minor(1));
        assert_eq!(price.share(u128::MAX, 1, &euro()), Money::of_minor(i64::MAX));
    }

    #[test]
    fn a_currency_has_its_own_decimals() {
        let shown = |code: &str, minor: i64| Currency::new(code).unwrap().show(Money::of_minor(minor));
        assert_eq!(shown("EUR", 123_450), "EUR 1234.50");
        assert_eq!(shown("JPY", 123_450), "JPY 123450");
        assert_eq!(shown("KWD", -5), "KWD -0.005");
    }

    #[test]
    fn amounts_for_people_have_groups_of_digits() {
        let shown = |code: &str, minor: i64| Currency::new(code).unwrap().show_grouped(Money::of_minor(minor));
        assert_eq!(shown("EUR", 1_234_500), "EUR\u{a0}12\u{a0}345.00");
        assert_eq!(shown("EUR", 99_999), "EUR\u{a0}999.99");
        assert_eq!(shown("JPY", -1_234_567), "JPY\u{a0}-1\u{a0}234\u{a0}567");
        assert_eq!(shown("KWD", i64::MIN), "KWD\u{a0}-9\u{a0}223\u{a0}372\u{a0}036\u{a0}854\u{a0}775.808");
    }

    #[test]
    fn only_currencies_in_use_are_taken() {
        assert_eq!(Currency::new(" chf ").unwrap().code(), "CHF");
        // Inventions, funds codes, metals, codes for tests, and currencies that are history.
        for code in [
            "€", "", "EURO", "XYZ", "ABC", "CHE", "CLF", "USN", "XAU", "XDR", "XXX", "XTS", "DEM", "HRK", "ZWL",
            "eu\u{fc}",
        ] {
            assert!(Currency::new(code).is_err(), "{code}");
        }
    }
}
