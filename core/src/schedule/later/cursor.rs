//! Reads the text language token by token: words, numbers, years and times of day.
//!
//! White space may stand between tokens. A token of several words has exactly one space between them, and a token of
//! letters or digits ends where they end: `6hours` is no token.

use crate::schedule::error::ScheduleError;
use crate::schedule::text::{excerpt, is_blank, phrase};
use crate::schedule::unit::{SECONDS_PER_HOUR, SECONDS_PER_MINUTE};

/// No value of the calendar has more digits, and no sum of two such numbers overflows.
const DIGITS_MAX: usize = 9;

pub struct Cursor<'a> {
    /// In lower case, without white space at the end.
    chars: &'a [char],
    at: usize,
    last_end: usize,
}

impl<'a> Cursor<'a> {
    pub fn new(chars: &'a [char]) -> Self {
        Self { chars, at: 0, last_end: 0 }
    }

    /// Where the next token begins.
    pub fn position(&mut self) -> usize {
        while self.peek(0).is_some_and(is_blank) {
            self.at += 1;
        }
        self.at
    }

    /// Where the last token ended.
    pub fn end_of_last(&self) -> usize {
        self.last_end
    }

    pub fn at_end(&mut self) -> bool {
        self.position() >= self.chars.len()
    }

    pub fn text(&self, start: usize, end: usize) -> String {
        self.chars.iter().take(end).skip(start).collect()
    }

    /// As a message shows it.
    pub fn phrase(&self, start: usize, end: usize) -> String {
        phrase(self.chars.iter().copied().take(end).skip(start))
    }

    /// Takes the longest word of the table that comes next.
    pub fn word<T: Copy>(&mut self, table: &[(&str, T)]) -> Option<T> {
        self.position();
        let (word, meaning) =
            table.iter().filter(|(word, _)| self.comes(word)).max_by_key(|(word, _)| word.len()).copied()?;
        self.take_until(self.at + word.chars().count());
        Some(meaning)
    }

    /// Digits, and perhaps `st`, `nd`, `rd` or `th`.
    ///
    /// # Errors
    /// When there are more digits than any calendar needs.
    pub fn number(&mut self) -> Result<Option<u32>, ScheduleError> {
        let start = self.position();
        let digits = self.count_digits(start);
        if digits == 0 {
            return Ok(None);
        }
        let mut end = start + digits;
        let suffix = self.text(end, end + 2);
        if ["st", "nd", "rd", "th"].contains(&suffix.as_str()) {
            end += 2;
        }
        if self.chars.get(end).copied().is_some_and(is_word_char) {
            return Ok(None);
        }
        if digits > DIGITS_MAX {
            return Err(ScheduleError::new(start, format!("a number of {digits} digits is too large")));
        }
        self.take_until(end);
        Ok(self.value(start, digits))
    }

    /// Exactly four digits.
    pub fn year(&mut self) -> Option<u32> {
        let start = self.position();
        if self.count_digits(start) != 4 || self.chars.get(start + 4).copied().is_some_and(is_word_char) {
            return None;
        }
        self.take_until(start + 4);
        self.value(start, 4)
    }

    /// `H:MM` or `HH:MM`, with `am` or `pm` for the hours 1 to 12: in seconds since midnight.
    pub fn time(&mut self) -> Option<u32> {
        let start = self.position();
        let hour_digits = self.count_digits(start);
        let colon = start + hour_digits;
        let end = colon + 3;
        if !(1..=2).contains(&hour_digits) || self.chars.get(colon) != Some(&':') || self.count_digits(colon + 1) != 2 {
            return None;
        }
        let hour = self.value(start, hour_digits)?;
        let minute = self.value(colon + 1, 2).filter(|minute| *minute < 60)?;
        let (hour, end) = match self.half_of_day(end) {
            Some((after_noon, end)) if (1..=12).contains(&hour) => (hour % 12 + 12 * u32::from(after_noon), end),
            _ if hour < 24 && !self.chars.get(end).copied().is_some_and(is_word_char) => (hour, end),
            _ => return None,
        };
        self.take_until(end);
        Some(hour * SECONDS_PER_HOUR + minute * SECONDS_PER_MINUTE)
    }

    pub fn expected(&mut self, what: &str) -> ScheduleError {
        let position = self.position();
        let message = match self.chars.get(position..) {
            None | Some([]) => format!("expected {what}, found the end"),
            Some(rest) => format!("expected {what}, found `{}`", excerpt(rest)),
        };
        ScheduleError::new(position, message)
    }

    /// `am` or `pm` after nothing or one blank; whether it is `pm`, and where it ends.
    fn half_of_day(&self, at: usize) -> Option<(bool, usize)> {
        let start = at + usize::from(self.chars.get(at).copied().is_some_and(is_blank));
        let after_noon = match self.text(start, start + 2).as_str() {
            "am" => false,
            "pm" => true,
            _ => return None,
        };
        let end = start + 2;
        (!self.chars.get(end).copied().is_some_and(is_word_char)).then_some((after_noon, end))
    }

    fn take_until(&mut self, end: usize) {
        self.at = end;
        self.last_end = end;
    }

    fn comes(&self, word: &str) -> bool {
        let mut last = None;
        for (offset, expected) in word.chars().enumerate() {
            if self.peek(offset) != Some(expected) {
                return false;
            }
            last = Some(expected);
        }
        // Letters must end here; after a blank or an `@` they must begin here.
        let follows = self.peek(word.chars().count()).is_some_and(is_word_char);
        last.is_some_and(|last| matches!(last, ',' | '-') || is_word_char(last) != follows)
    }

    fn peek(&self, offset: usize) -> Option<char> {
        self.chars.get(self.at + offset).copied()
    }

    fn count_digits(&self, start: usize) -> usize {
        self.chars.iter().skip(start).take_while(|c| c.is_ascii_digit()).count()
    }

    fn value(&self, start: usize, digits: usize) -> Option<u32> {
        self.chars.iter().skip(start).take(digits).try_fold(0_u32, |value, c| Some(value * 10 + c.to_digit(10)?))
    }
}

fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
