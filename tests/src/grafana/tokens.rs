//! Just enough of a lexer to find names in `InfluxQL` and `PromQL`. It knows words, quotes and signs; it is no parser.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'t> {
    /// A name, a keyword or a number without quotes.
    Word(&'t str),
    /// What stands between two equal quotes.
    Quoted(char, &'t str),
    Sign(char),
}

/// Blanks are left out.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first == '"' || first == '\'' {
            let inner = rest[1..].find(first).unwrap_or_else(|| panic!("a quote is open in {text}"));
            found.push(Token::Quoted(first, &rest[1..=inner]));
            inner + 2
        } else if is_part_of_word(first) {
            let length = rest.find(|letter| !is_part_of_word(letter)).unwrap_or(rest.len());
            found.push(Token::Word(&rest[..length]));
            length
        } else {
            if !first.is_whitespace() {
                found.push(Token::Sign(first));
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    found
}

fn is_part_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::Token::{Quoted, Sign, Word};
    use super::*;

    #[test]
    fn words_quotes_and_signs_are_told_apart() {
        assert_eq!(
            tokens("SELECT last(\"a b\") AS 'ü'"),
            [Word("SELECT"), Word("last"), Sign('('), Quoted('"', "a b"), Sign(')'), Word("AS"), Quoted('\'', "ü"),]
        );
        assert_eq!(tokens("a_1{x=\"\"}"), [Word("a_1"), Sign('{'), Word("x"), Sign('='), Quoted('"', ""), Sign('}')]);
    }
}
