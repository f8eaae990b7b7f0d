//! Patterns of names with `*` for any characters and `?` for one.
//!
//! A pattern is a small machine whose states are the bits of one number, so that a name is matched in one pass whatever
//! the pattern is: no pattern can make a policy slow.

use crate::{Text, fold};

/// As many as the machine has bits, with room for the state after the last character.
const CHARACTERS_MAX: usize = 100;
const ANY: char = '*';
const ONE: char = '?';
const SEPARATOR: char = '\\';

/// A pattern that matches somebody but not everybody.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    written: String,
    /// Directory and user id are matched, not the user id alone.
    of_account: bool,
    /// For each character of the pattern the states that it leads on from, sorted by character.
    literals: Vec<(char, u128)>,
    /// States that any character leads on from.
    ones: u128,
    /// States that any character stays in.
    loops: u128,
    /// The state after the last character of the pattern.
    end: u128,
}

impl Pattern {
    /// # Errors
    /// When the pattern would match nobody or everybody: a message that says what to write instead.
    pub(super) fn new(written: &str) -> Result<Self, String> {
        let written = written.trim();
        check(written)?;
        let (folded, of_account) = match written.split_once(SEPARATOR) {
            Some((directory, id)) => (format!("{}{SEPARATOR}{}", fold(directory), fold(id)), true),
            None => (fold(written).into_owned(), false),
        };
        let length = folded.chars().count();
        if length > CHARACTERS_MAX {
            return Err(format!("the pattern has {length} characters, at most {CHARACTERS_MAX} are allowed"));
        }
        let mut pattern =
            Self { written: written.to_owned(), of_account, literals: Vec::new(), ones: 0, loops: 0, end: 1 };
        for c in folded.chars() {
            match c {
                ANY => pattern.loops |= pattern.end,
                ONE => pattern.lead_on(None),
                c => pattern.lead_on(Some(c)),
            }
        }
        Ok(pattern)
    }

    /// Adds one character to the end.
    fn lead_on(&mut self, literal: Option<char>) {
        match literal {
            None => self.ones |= self.end,
            Some(c) => match self.literals.binary_search_by_key(&c, |(c, _)| *c) {
                Ok(index) => self.literals[index].1 |= self.end,
                Err(index) => self.literals.insert(index, (c, self.end)),
            },
        }
        self.end <<= 1;
    }

    /// The pattern as it was written.
    pub(super) fn as_str(&self) -> &str {
        &self.written
    }

    pub(super) fn matches(&self, user_directory: Text<'_>, user_id: Text<'_>) -> bool {
        let id = user_id.folded();
        if !self.of_account {
            return self.match_all(id.chars());
        }
        let directory = user_directory.folded();
        self.match_all(directory.chars().chain([SEPARATOR]).chain(id.chars()))
    }

    fn match_all(&self, name: impl Iterator<Item = char>) -> bool {
        let mut states = 1;
        for c in name {
            let literal = self.literals.binary_search_by_key(&c, |(c, _)| *c).map_or(0, |index| self.literals[index].1);
            states = ((states & (literal | self.ones)) << 1) | (states & self.loops);
            if states == 0 {
                return false;
            }
        }
        states & self.end != 0
    }
}

fn check(written: &str) -> Result<(), String> {
    if written.is_empty() {
        return Err("a blank pattern matches nobody; fill it in or leave it out".to_owned());
    }
    if written.contains("\\\\") {
        return Err(format!(
            "`{written}` has two backslashes, and names have one between directory and user id, such as `ACME\\svc_*`; \
             only between double quotes does YAML want two"
        ));
    }
    if let Some((directory, id)) = written.split_once(SEPARATOR) {
        if directory.trim().is_empty() {
            return Err(format!("`{written}` has no directory; write `*{written}`, or leave the backslash out"));
        }
        if id.trim().is_empty() {
            return Err(format!("`{written}` has no user id; write `{written}*` for everybody of the directory"));
        }
    }
    if written.chars().all(|c| matches!(c, ANY | ONE | SEPARATOR) || c.is_whitespace()) {
        return Err(format!(
            "`{written}` matches everybody, or by length alone, so hardly a seat would ever go; write a part of the \
             names, such as `svc_*` or `ACME\\*`, or do not enable the licence type"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, directory: &str, id: &str) -> bool {
        Pattern::new(pattern).expect("a good pattern").matches(directory.into(), id.into())
    }

    #[test]
    fn a_pattern_matches_the_whole_name_in_any_case() {
        for (pattern, directory, id, expected) in [
            ("svc_*", "ACME", "SVC_reload", true),
            ("svc_*", "ACME", "svc_", true),
            ("svc_*", "ACME", "my-svc_reload", false),
            ("*admin*", "ACME", "SiteAdmin2", true),
            ("*admin", "ACME", "SiteAdmin2", false),
            ("??-robot", "ACME", "de-robot", true),
            ("??-robot", "ACME", "dex-robot", false),
            (" acme\\svc_* ", "ACME ", " svc_x", true),
            ("ACME\\svc_*", "OTHER", "svc_x", false),
            ("*\\svc_*", "OTHER", "svc_x", true),
            ("ACME\\*", "acme", "anybody", true),
            ("ACME*", "ACME", "jdoe", false),
            ("STRASSE?", "ACME", "straßE1", true),
            ("οδος*", "ACME", "ΟΔΟΣ2", true),
            ("jdoe", "ACME", "jdoe", true),
            ("jdoe", "ACME", "", false),
        ] {
            assert_eq!(matches(pattern, directory, id), expected, "{pattern} and {directory}\\{id}");
        }
    }

    #[test]
    fn a_pattern_that_protects_everybody_or_nobody_is_refused() {
        for (pattern, words) in [
            ("", "blank pattern"),
            ("  ", "blank pattern"),
            ("*", "matches everybody"),
            ("**", "matches everybody"),
            ("?*", "matches everybody"),
            ("????", "by length alone"),
            ("*\\*", "matches everybody"),
            ("* ?", "matches everybody"),
            ("ACME\\\\svc_*", "has two backslashes"),
            ("\\svc_*", "write `*\\svc_*`"),
            ("ACME\\", "write `ACME\\*`"),
            (&"x".repeat(101), "at most 100"),
            (&"ß".repeat(51), "at most 100"),
        ] {
            let message = Pattern::new(pattern).expect_err(pattern);
            assert!(message.contains(words), "{pattern}: {message}");
        }
        assert!(Pattern::new(&"x".repeat(100)).is_ok());
    }

    #[test]
    fn a_long_name_and_an_evil_pattern_take_one_pass() {
        let evil = "*a".repeat(49) + "b";
        assert!(!matches(&evil, "ACME", &"a".repeat(1_000_000)));
    }

    /// The meaning of a pattern, slowly.
    fn by_definition(pattern: &[char], name: &[char]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, _) => name.is_empty(),
            (Some((&ANY, rest)), None) => by_definition(rest, name),
            (Some((&ANY, rest)), Some((_, tail))) => by_definition(rest, name) || by_definition(pattern, tail),
            (Some(_), None) => false,
            (Some((c, rest)), Some((first, tail))) => (*c == ONE || c == first) && by_definition(rest, tail),
        }
    }

    proptest! {
        #[test]
        fn the_machine_means_what_the_definition_says(pattern in "[ab?*]{0,8}a[ab?*]{0,4}", name in "[ab]{0,12}") {
            let slow = by_definition(&pattern.chars().collect::<Vec<_>>(), &name.chars().collect::<Vec<_>>());
            prop_assert_eq!(matches(&pattern, "ACME", &name), slow);
        }
    }
}
