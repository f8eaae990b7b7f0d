//! Texts of the server: compared without regard to case, and cut before they enter a sentence.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;

/// A text of the server, such as the name of a tag.
///
/// There is no `==`: two spellings of one name are the same name here, and [`Text::is`] says so.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    written: &'a str,
    memo: Option<&'a Memo>,
}

/// What folding made of a text that many seats share, so that it is folded once.
#[derive(Default)]
pub(crate) struct Memo(OnceCell<Folded>);

enum Folded {
    AsWritten,
    Otherwise(Box<str>),
}

impl Memo {
    /// `written` is the text that this is the memo of.
    fn folded<'a>(&'a self, written: &'a str) -> &'a str {
        let folded = self.0.get_or_init(|| match fold(written) {
            Cow::Borrowed(folded) if folded.len() == written.len() => Folded::AsWritten,
            folded => Folded::Otherwise(folded.into()),
        });
        match folded {
            Folded::AsWritten => written,
            Folded::Otherwise(folded) => folded,
        }
    }
}

impl<'a> Text<'a> {
    pub(crate) fn shared(written: &'a str, memo: &'a Memo) -> Self {
        Self { written, memo: Some(memo) }
    }

    /// The text in the spelling of the server.
    pub fn as_str(self) -> &'a str {
        self.written
    }

    /// The text as names are compared: see [`fold`].
    pub fn folded(self) -> Cow<'a, str> {
        match self.memo {
            Some(memo) => Cow::Borrowed(memo.folded(self.written)),
            None => fold(self.written),
        }
    }

    /// Looks at the folded text without making one when somebody folded it before.
    pub(crate) fn look<R>(self, look: impl FnOnce(&str) -> R) -> R {
        match self.memo {
            Some(memo) => look(memo.folded(self.written)),
            None => look(&fold(self.written)),
        }
    }

    /// This is the name `other`, whatever its case and outer blanks.
    pub fn is(self, other: &str) -> bool {
        self.folded() == fold(other)
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(written: &'a str) -> Self {
        Self { written, memo: None }
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.written)
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.written, f)
    }
}

/// Two texts are the same name when their folded forms are equal: case and outer blanks do not matter, so that a near
/// miss protects.
pub fn fold(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if !text.is_ascii() {
        // Upper case first, so that letters with several lower-case forms meet as well.
        return Cow::Owned(text.to_uppercase().to_lowercase());
    }
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    Cow::Borrowed(text)
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
            assert!(Text::from(a).is(b));
        }
        assert_ne!(fold("a b"), fold("ab"));
    }

    #[test]
    fn a_shared_text_folds_to_the_same_and_only_once() {
        for written in ["", " ", "acme", "ACME ", " acme", "Straße", "οδος"] {
            let memo = Memo::default();
            let text = Text::shared(written, &memo);
            assert_eq!(text.folded(), fold(written));
            let (first, again) = (text.folded(), text.folded());
            assert_eq!(first.as_ptr(), again.as_ptr());
        }
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
