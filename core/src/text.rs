//! Small texts: how the guard compares names (without regard to case and outer blanks, so that a near miss protects),
//! how bytes are written, and how names that others chose are shown.

/// Two texts are the same name when their folded forms are equal.
/// Upper case first, then lower, so that letters with several lower-case forms (`ſ`, `ß`) meet as well.
pub fn fold(text: &str) -> String {
    text.trim().to_uppercase().to_lowercase()
}

/// Lower-case hexadecimal digits, two for each byte.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// Names come from a directory that others write: control characters could move the cursor or hide a line.
pub fn printable(text: &str) -> String {
    if !text.chars().any(is_unprintable) {
        return text.to_owned();
    }
    text.chars().map(|c| if is_unprintable(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Spreadsheets run a cell that begins like a formula, some also in the wide forms of East Asia; an apostrophe makes it a
/// text. Control characters go as in
/// [`printable`].
pub fn harmless(text: &str) -> String {
    let text = printable(text);
    if text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) { format!("'{text}") } else { text }
}

/// Control characters, line breaks of other alphabets, and the marks that turn the direction of writing.
pub fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn a_near_miss_is_the_same_name() {
        for (a, b) in [("ACME", " acme\t"), ("Müller", "MÜLLER"), ("STRASSE", "Straße"), ("ΟΔΟΣ", "οδος")] {
            assert_eq!(fold(a), fold(b));
        }
        assert_ne!(fold("a b"), fold("ab"));
    }
}
