//! Small questions about texts that both languages ask.

/// No sensible schedule is longer; it bounds the work that a text can cause.
/// A cron text that names every minute, hour and day has about 400.
pub const CHARS_MAX: usize = 500;

/// Enough of a text to recognise it in a message.
const EXCERPT_CHARS: usize = 24;

/// White space as JavaScript knows it, since texts come from there.
pub fn is_blank(c: char) -> bool {
    c == '\u{feff}' || c.is_whitespace() && c != '\u{85}'
}

/// The first word, shortened, without anything that could disturb a terminal or a log.
pub fn excerpt(chars: &[char]) -> String {
    let word: Vec<char> = chars.iter().copied().take_while(|c| !is_blank(*c)).collect();
    let shown = word.iter().take(EXCERPT_CHARS).flat_map(|c| c.escape_debug());
    let ellipsis = (word.len() > EXCERPT_CHARS).then_some('…');
    shown.filter(|c| *c != '`').chain(ellipsis).collect()
}
