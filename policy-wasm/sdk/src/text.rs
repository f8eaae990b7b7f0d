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

/// At most this many characters of a name enter a sentence.
const SHOWN_MAX: usize = 60;
/// At most this many bytes: reasons have a limit of 500, and a sentence may carry two names.
const SHOWN_MAX_BYTES: usize = 180;

const ELLIPSIS: char = '…';

/// The beginning of a text, for sentences. A policy that answers too much would be stopped as faulty.
pub fn shorten(text: &str) -> String {
    if text.len() <= SHOWN_MAX_BYTES && text.chars().count() <= SHOWN_MAX {
        return text.to_owned();
    }
    let fits = |(start, c): &(usize, char)| start + c.len_utf8() + ELLIPSIS.len_utf8() <= SHOWN_MAX_BYTES;
    let mut shown: String = text.char_indices().take(SHOWN_MAX - 1).take_while(fits).map(|(_, c)| c).collect();
    shown.push(ELLIPSIS);
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
        assert_eq!(shorten(&"x".repeat(SHOWN_MAX)).len(), SHOWN_MAX);
    }

    #[test]
    fn a_name_in_a_wide_script_is_cut_to_fewer_characters() {
        let wide = shorten(&"\u{1F984}".repeat(60));
        assert!(wide.len() <= SHOWN_MAX_BYTES && wide.ends_with(ELLIPSIS), "{wide}");
    }
}
