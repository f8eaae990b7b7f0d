//! Numbers and dates as people read them.

use chrono::{DateTime, Datelike as _, Utc};
use steward_core::cost::{Currency, Money, Month, Price};
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;

/// Between groups of digits, and between a number and its unit: the line is not broken there.
pub const NO_BREAK: char = '\u{a0}';
const GROUP: usize = 3;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Such as `EUR 12 345.00`.
pub fn money(amount: Money, currency: &Currency) -> String {
    format!("{}{NO_BREAK}{}", currency.code(), grouped(&currency.number(amount)))
}

/// A price with as many decimals as it has, and as many as the currency has at least.
pub fn price_text(price: Price, currency: &Currency) -> String {
    let text = price.to_string();
    let decimals = text.split_once('.').map_or(0, |(_, part)| part.len());
    let missing = usize::try_from(currency.decimals()).unwrap_or_default().saturating_sub(decimals);
    let point = if decimals == 0 && missing > 0 { "." } else { "" };
    format!("{}{NO_BREAK}{}", currency.code(), grouped(&format!("{text}{point}{}", "0".repeat(missing))))
}

/// A decimal number with its digits before the point in groups of three.
pub fn grouped(number: &str) -> String {
    let (whole, part) = number.split_once('.').map_or((number, None), |(whole, part)| (whole, Some(part)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut text = sign.to_owned();
    let count = digits.chars().count();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (count - index).is_multiple_of(GROUP) {
            text.push(NO_BREAK);
        }
        text.push(digit);
    }
    if let Some(part) = part {
        text.push('.');
        text += part;
    }
    text
}

/// Hundredths of seats, such as `97.5`.
pub fn seats(hundredths: u64) -> String {
    let (whole, part) = (hundredths / 100, hundredths % 100);
    let text = if part == 0 { whole.to_string() } else { format!("{whole}.{part:02}") };
    grouped(if part == 0 { &text } else { text.trim_end_matches('0') })
}

/// `1 seat`, `2 seats`, with the digits in groups.
pub fn counted_seats(count: u32) -> String {
    format!("{}{NO_BREAK}{}", grouped(&count.to_string()), if count == 1 { "seat" } else { "seats" })
}

pub fn month_name(month: Month) -> String {
    let first = month.first_day();
    format!("{} {}", name_of(first.month0()), first.year())
}

/// Three letters, for charts.
pub fn short_month(month: Month) -> String {
    name_of(month.first_day().month0()).chars().take(3).collect()
}

fn name_of(month0: u32) -> &'static str {
    let index = usize::try_from(month0).unwrap_or_default();
    MONTHS.get(index).copied().unwrap_or_default()
}

/// Such as `22 November 2026, 21:05 UTC`.
pub fn moment(at: Instant) -> String {
    match DateTime::<Utc>::from_timestamp_millis(at.millis()) {
        Some(date) => {
            format!("{} {} {}, {} UTC", date.day(), name_of(date.month0()), date.year(), date.format("%H:%M"))
        }
        None => at.to_string(),
    }
}

/// With a capital letter.
pub fn kind(license_type: LicenseType) -> &'static str {
    match license_type {
        LicenseType::Analyzer => "Analyzer",
        LicenseType::Professional => "Professional",
        LicenseType::User => "User access (tokens)",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups_of_three() {
        for (number, shown) in
            [("0", "0"), ("999", "999"), ("1000", "1 000"), ("12345.00", "12 345.00"), ("-1234567.5", "-1 234 567.5")]
        {
            assert_eq!(grouped(number).replace(NO_BREAK, " "), shown);
        }
        let euro = Currency::new("EUR").unwrap();
        assert_eq!(money(Money::of_minor(1_234_500), &euro).replace(NO_BREAK, " "), "EUR 12 345.00");
        for (price, shown) in [("35", "EUR 35.00"), ("21.9", "EUR 21.90"), ("1234.5678", "EUR 1 234.5678")] {
            assert_eq!(price_text(Price::parse(price).unwrap(), &euro).replace(NO_BREAK, " "), shown);
        }
        for (hundredths, shown) in [(9750, "97.5"), (10_000, "100"), (5, "0.05"), (123_456, "1 234.56")] {
            assert_eq!(seats(hundredths).replace(NO_BREAK, " "), shown);
        }
    }
}
