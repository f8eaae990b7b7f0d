//! Texts of the server: compared without regard to case, and cut before they enter a sentence.

/// Two texts are the same name when their folded forms are equal: case and outer blanks do not matter, so that a near
/// miss protects.
pub fn fold(text: &str) -> String {
    let text = text.trim();
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.to_uppercase().to_lowercase()
}

/// At most this many characters of a name enter a sentence: reasons have a limit of 500 bytes.
const SHOWN_MAX: usize = 60;

/// The beginning of a text, for sentences. A policy that answers too much would be stopped as faulty.
pub fn shorten(text: &str) -> String {
    if text.chars().count() <= SHOWN_MAX {
        return text.to_owned();
    }
    let mut shown: String = text.chars().take(SHOWN_MAX - 1).collect();
    shown.push('…');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_ignores_case_and_outer_blanks_in_every_script() {
        for (a, b) in [("ACME", " acme\t"), ("Müller", "MÜLLER"), ("STRASSE", "Straße"), ("ΟΔΟΣ", "οδος")] {
            assert_eq!(fold(a), fold(b));
        }
        assert_ne!(fold("a b"), fold("ab"));
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let long = "ü".repeat(200);
        assert_eq!(shorten(&long).chars().count(), SHOWN_MAX);
        assert_eq!(shorten("short"), "short");
    }
}
