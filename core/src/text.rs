//! Small texts: how the guard compares names (without regard to case and outer blanks, so that a near miss protects),
//! and how bytes are written.

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
