//! Cuts a filter into words, quoted texts and parentheses.

use super::{FilterError, cannot_parse};

/// One piece of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    Open,
    Close,
    /// A quoted text with its escapes resolved.
    Quoted(String),
    /// Anything bare: a path, an operator, a number, a GUID, `true`, `null`.
    Word(String),
}

/// The pieces of `text`, in order.
///
/// # Errors
///
/// When a quote is not closed, or stands where no text may begin: a doubled quote or a double quote.
pub fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let mut found = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(&next) = rest.peek() {
        match next {
            '(' | ')' => {
                rest.next();
                found.push(if next == '(' { Token::Open } else { Token::Close });
            }
            '\'' => {
                rest.next();
                let quoted = quoted(&mut rest).ok_or_else(|| cannot_parse(text))?;
                // A text ends at a blank, a parenthesis or the end: this is what refuses `'O''Brien'`.
                if rest.peek().is_some_and(|&after| !after.is_whitespace() && after != ')') {
                    return Err(cannot_parse(text));
                }
                found.push(Token::Quoted(quoted));
            }
            blank if blank.is_whitespace() => {
                rest.next();
            }
            _ => {
                let mut word = String::new();
                while let Some(&letter) = rest.peek() {
                    if letter.is_whitespace() || letter == '(' || letter == ')' {
                        break;
                    }
                    if letter == '\'' || letter == '"' {
                        return Err(cannot_parse(text));
                    }
                    word.push(letter);
                    rest.next();
                }
                found.push(Token::Word(word));
            }
        }
    }
    Ok(found)
}

fn quoted(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    let mut text = String::new();
    loop {
        match rest.next()? {
            '\'' => return Some(text),
            '\\' => match rest.next()? {
                escaped @ ('\'' | '\\') => text.push(escaped),
                // A backslash before any other letter stands for itself.
                other => text.extend(['\\', other]),
            },
            letter => text.push(letter),
        }
    }
}
