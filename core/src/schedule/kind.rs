//! Which of the two languages a text is meant to be in; whether it is legal there is another question.

use serde::Serialize;

use super::later::is_opening;
use super::text::is_blank;

/// More words than cron has, which is all that needs to be known of a longer text.
const WORDS_MAX: usize = 8;

/// Which language a text is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ScheduleLanguage"))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Sentences such as `every 6 hours`.
    Later,
    /// Five fields, or six with seconds first, or `@daily` and its like.
    Cron,
}

impl Kind {
    /// A text is cron when it is shaped like cron: no sentence has a star, nor begins with two bare numbers.
    pub fn of(text: &str) -> Self {
        let words: Vec<&str> = text.split(is_blank).filter(|word| !word.is_empty()).take(WORDS_MAX).collect();
        let Some(first) = words.first() else { return Self::Later };
        // After `@` a sentence has a digit, as in `@10:15`.
        let is_nickname =
            first.strip_prefix('@').is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()));
        let has_star = words.iter().any(|word| word.contains('*'));
        let has_length = matches!(words.len(), 5 | 6);
        let begins_like_a_field = first.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '*' | '?' | '/'));
        let begins_like_a_sentence = is_opening(&first.to_ascii_lowercase());
        let has_fields = if has_star {
            begins_like_a_field || has_length && !begins_like_a_sentence
        } else {
            has_length && words.iter().take(2).all(|word| is_numeric(word))
        };
        if is_nickname || has_fields { Self::Cron } else { Self::Later }
    }
}

/// Minutes and hours have no names.
fn is_numeric(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '-' | '/' | '?'))
}
