//! What a plain scalar means where a boolean or a number is wanted, and where anything may stand.

use serde_json::{Number, Value};

/// Booleans of YAML 1.1 and 1.2, in any case.
pub fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => Some(true),
        "false" | "no" | "off" | "n" => Some(false),
        _ => None,
    }
}

/// A whole number: decimal, `0x…` or `0o…`; digits may be grouped by underscores; `30.0` is whole too.
pub fn whole(text: &str) -> Option<i64> {
    if let Some(number) = integer(&ungrouped(text)?) {
        return Some(number);
    }
    let number = float(text)?;
    // Below 2^53 every whole number has its own float, so nothing is lost.
    let exact = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within the range of i64 by the line above")]
    exact.then_some(number as i64)
}

/// A finite number.
pub fn number(text: &str) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "settings that allow a fraction are small numbers")]
    let whole = ungrouped(text).and_then(|text| integer(&text)).map(|whole| whole as f64);
    whole.or_else(|| float(text))
}

/// A value of which nothing is known, read by the core rules of YAML 1.2. `None`: a number that JSON cannot hold.
pub fn untyped(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Value::Null),
        "true" | "True" | "TRUE" => return Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Value::Bool(false)),
        _ => {}
    }
    if matches!(text.trim_start_matches(['-', '+']).to_ascii_lowercase().as_str(), ".inf" | ".nan") {
        return None;
    }
    if let Some(whole) = integer(text) {
        return Some(whole.into());
    }
    match float(text) {
        Some(number) => Number::from_f64(number).map(Value::Number),
        None => Some(text.into()),
    }
}

fn ungrouped(text: &str) -> Option<String> {
    let grouped = text.starts_with('_') || text.ends_with('_');
    (!grouped).then(|| text.replace('_', ""))
}

fn integer(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let (digits, radix) = match digits.get(..2) {
        Some("0x") => (&digits[2..], 16),
        Some("0o") => (&digits[2..], 8),
        _ => (digits, 10),
    };
    if !digits.chars().next()?.is_ascii_alphanumeric() {
        return None;
    }
    i64::from_str_radix(&format!("{sign}{digits}"), radix).ok()
}

fn float(text: &str) -> Option<f64> {
    let digits = text.trim_start_matches(['-', '+']);
    // Rust would also read `inf`, `nan` and `infinity`.
    let begins_well = digits.strip_prefix('.').unwrap_or(digits).starts_with(|char: char| char.is_ascii_digit());
    let value = text.parse::<f64>().ok()?;
    (begins_well && value.is_finite()).then_some(value)
}
