//! The grammar: conditions, `and`, `or` and parentheses.

use super::lexer::{Token, tokens};
use super::{FilterError, Precedence, cannot_parse};

/// Nesting beyond this is refused: a filter of 16 KB could otherwise exhaust the stack.
const DEPTH_MAX: usize = 200;

/// A filter as written, not yet tied to an entity.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Condition(Condition),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    pub path: Vec<String>,
    pub operator: Operator,
    pub literal: Literal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    StartsWith,
    EndsWith,
    Contains,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    Text(String),
    Guid(String),
    Number(f64),
    Flag(bool),
    Null,
    /// The name of an enumeration's value.
    Name(String),
}

/// Reads a whole filter.
///
/// # Errors
///
/// When the text does not follow the grammar, or contains an empty group.
pub fn parse(text: &str, precedence: Precedence) -> Result<Expression, FilterError> {
    let tokens = tokens(text)?;
    if tokens.windows(2).any(|pair| pair == [Token::Open, Token::Close]) {
        return Err(FilterError::Invalid);
    }
    let mut parser = Parser { tokens: &tokens, at: 0, precedence };
    match parser.expression(0) {
        Some(expression) if parser.at == tokens.len() => Ok(expression),
        _ => Err(cannot_parse(text)),
    }
}

struct Parser<'tokens> {
    tokens: &'tokens [Token],
    at: usize,
    precedence: Precedence,
}

impl Parser<'_> {
    fn expression(&mut self, depth: usize) -> Option<Expression> {
        match self.precedence {
            Precedence::AndFirst => self.or_of_ands(depth),
            Precedence::LeftToRight => self.left_to_right(depth),
        }
    }

    fn or_of_ands(&mut self, depth: usize) -> Option<Expression> {
        let mut either = vec![self.ands(depth)?];
        while self.keyword("or") {
            either.push(self.ands(depth)?);
        }
        Some(single_or(either, Expression::Or))
    }

    fn ands(&mut self, depth: usize) -> Option<Expression> {
        let mut all = vec![self.primary(depth)?];
        while self.keyword("and") {
            all.push(self.primary(depth)?);
        }
        Some(single_or(all, Expression::And))
    }

    fn left_to_right(&mut self, depth: usize) -> Option<Expression> {
        let mut so_far = self.primary(depth)?;
        loop {
            so_far = if self.keyword("and") {
                join(so_far, self.primary(depth)?, true)
            } else if self.keyword("or") {
                join(so_far, self.primary(depth)?, false)
            } else {
                return Some(so_far);
            };
        }
    }

    fn primary(&mut self, depth: usize) -> Option<Expression> {
        if depth > DEPTH_MAX {
            return None;
        }
        match self.next()? {
            Token::Open => {
                let inner = self.expression(depth + 1)?;
                (self.next()? == Token::Close).then_some(inner)
            }
            Token::Word(path) => {
                let path: Vec<String> = path.split('.').map(str::to_owned).collect();
                if !path.iter().all(|part| is_identifier(part)) {
                    return None;
                }
                let Token::Word(operator) = self.next()? else { return None };
                let operator = operator_of(&operator)?;
                let literal = match self.next()? {
                    Token::Quoted(text) => Literal::Text(text),
                    Token::Word(word) => bare_literal(&word)?,
                    Token::Open | Token::Close => return None,
                };
                Some(Expression::Condition(Condition { path, operator, literal }))
            }
            Token::Close | Token::Quoted(_) => None,
        }
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += usize::from(token.is_some());
        token
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let here = matches!(self.tokens.get(self.at), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(here);
        here
    }
}

fn single_or(mut parts: Vec<Expression>, many: fn(Vec<Expression>) -> Expression) -> Expression {
    if parts.len() == 1 { parts.remove(0) } else { many(parts) }
}

/// Appends to the chain on the left where it has the same connective, so that a long chain stays flat.
fn join(left: Expression, right: Expression, and: bool) -> Expression {
    match (left, and) {
        (Expression::And(mut parts), true) => {
            parts.push(right);
            Expression::And(parts)
        }
        (Expression::Or(mut parts), false) => {
            parts.push(right);
            Expression::Or(parts)
        }
        (left, true) => Expression::And(vec![left, right]),
        (left, false) => Expression::Or(vec![left, right]),
    }
}

fn is_identifier(part: &str) -> bool {
    part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && part.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

fn operator_of(word: &str) -> Option<Operator> {
    Some(match word.to_ascii_lowercase().as_str() {
        "eq" => Operator::Equal,
        "ne" => Operator::NotEqual,
        "gt" => Operator::Greater,
        "ge" => Operator::GreaterOrEqual,
        "lt" => Operator::Less,
        "le" => Operator::LessOrEqual,
        "sw" => Operator::StartsWith,
        "ew" => Operator::EndsWith,
        "so" => Operator::Contains,
        _ => return None,
    })
}

fn bare_literal(word: &str) -> Option<Literal> {
    if is_guid(word) {
        return Some(Literal::Guid(word.to_ascii_lowercase()));
    }
    match word.to_ascii_lowercase().as_str() {
        "true" => return Some(Literal::Flag(true)),
        "false" => return Some(Literal::Flag(false)),
        "null" => return Some(Literal::Null),
        _ => {}
    }
    if word.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
        return word.parse().ok().map(Literal::Number);
    }
    is_identifier(word).then(|| Literal::Name(word.to_owned()))
}

/// Whether `text` has the form of an id: 8-4-4-4-12 hexadecimal digits.
pub fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        parse(text, Precedence::AndFirst).unwrap_err().to_string()
    }

    #[test]
    fn answers_in_the_service_s_words() {
        for text in
            ["name eq 'R", "name eq 'O''Brien'", "name eq \"x\"", "'", "", "name eq", "name is 'x'", "name eq 'a' and"]
        {
            assert_eq!(error(text), format!("Cannot parse the expression: {text}"));
        }
        assert_eq!(error("()"), "Invalid expression");
        assert_eq!(error("( )"), "Invalid expression");
        assert_eq!(error("name eq 'x' and ()"), "Invalid expression");
    }

    #[test]
    fn resolves_both_escapes() {
        let Expression::Condition(condition) = parse(r"name eq 'O\'Brien \\ co'", Precedence::AndFirst).unwrap() else {
            panic!("one condition");
        };
        assert_eq!(condition.literal, Literal::Text(r"O'Brien \ co".to_owned()));
    }

    #[test]
    fn binds_mixed_connectives_by_the_switch() {
        let text = "a eq 1 or b eq 2 and c eq 3";
        assert!(matches!(parse(text, Precedence::AndFirst).unwrap(), Expression::Or(_)));
        assert!(matches!(parse(text, Precedence::LeftToRight).unwrap(), Expression::And(_)));
    }

    #[test]
    fn refuses_nesting_without_end_instead_of_overflowing() {
        let text = format!("{}a eq 1{}", "(".repeat(8_000), ")".repeat(8_000));
        assert!(matches!(parse(&text, Precedence::AndFirst), Err(FilterError::CannotParse { .. })));
        let fine = format!("{}a eq 1{}", "(".repeat(50), ")".repeat(50));
        assert!(parse(&fine, Precedence::AndFirst).is_ok());
    }
}
