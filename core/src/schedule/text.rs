//! Small questions about texts that both languages ask.

/// No sensible schedule is longer; it bounds the work that a text can cause.
/// A cron text that names every minute, hour and day has about 400.
pub const CHARS_MAX: usize = 500;

/// Enough of a word to recognise it in a message.
const WORD_CHARS: usize = 24;

/// Enough of a sentence to recognise it in a message.
const PHRASE_CHARS: usize = 120;

/// White space as JavaScript knows it, since texts come from there.
pub fn is_blank(c: char) -> bool {
    c == '\u{feff}' || c.is_whitespace() && c != '\u{85}'
}

/// The first word as a message shows it between backticks.
pub fn excerpt(chars: &[char]) -> String {
    shown(chars.iter().copied().take_while(|c| !is_blank(*c)), WORD_CHARS)
}

/// A sentence as a message shows it between backticks.
pub fn phrase(chars: impl IntoIterator<Item = char>) -> String {
    shown(chars, PHRASE_CHARS)
}

/// As it was written, but shortened and without anything that could disturb a terminal, a log or the backticks around.
fn shown(chars: impl IntoIterator<Item = char>, chars_max: usize) -> String {
    let mut shown = String::new();
    for (index, c) in chars.into_iter().enumerate() {
        match c {
            _ if index == chars_max => {
                shown.push('…');
                break;
            }
            '`' => shown.push('\''),
            '"' | '\'' | '\\' => shown.push(c),
            c if is_blank(c) => shown.push(' '),
            c => shown.extend(c.escape_debug()),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_was_written_and_disturbs_nothing() {
        let cases = [
            ("o'clock", "o'clock"),
            (r#""every"#, r#""every"#),
            (r"a\b", r"a\b"),
            ("`", "'"),
            ("\u{1b}[31m", r"\u{1b}[31m"),
            ("\u{202e}x", r"\u{202e}x"),
            ("é", "é"),
        ];
        for (text, expected) in cases {
            assert_eq!(excerpt(&text.chars().collect::<Vec<_>>()), expected);
            assert_eq!(phrase(text.chars()), expected);
        }
        assert_eq!(excerpt(&['x'; 3000]), "x".repeat(WORD_CHARS) + "…");
        assert_eq!(phrase("every\n6\u{a0}hours".chars()), "every 6 hours");
        assert_eq!(phrase(['x'; 3000]), "x".repeat(PHRASE_CHARS) + "…");
    }
}
