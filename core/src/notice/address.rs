//! The address of a person, out of the attributes that a directory connector imported.

use crate::snapshot::User;
use crate::text::fold;

/// What SMTP allows for a path.
const ADDRESS_CHARS: usize = 254;

/// The first attribute that holds a plain address; `None` when none does. Attributes are data from a directory: what could
/// be anything else than one address is none.
pub fn address<'u>(user: &'u User, attributes: &[String]) -> Option<&'u str> {
    attributes.iter().find_map(|name| {
        let of_name = user.attributes.iter().filter(|attribute| fold(&attribute.name) == fold(name));
        of_name.map(|attribute| attribute.value.trim()).find(|value| is_address(value))
    })
}

fn is_address(text: &str) -> bool {
    let is_plain = |c: char| {
        !c.is_whitespace()
            && !c.is_control()
            && !matches!(c, ',' | ';' | '<' | '>' | '"' | '(' | ')' | ':' | '\\' | '[' | ']')
    };
    match text.split_once('@') {
        Some((name, domain)) => {
            !name.is_empty()
                && !domain.is_empty()
                && !domain.contains('@')
                && !domain.starts_with(['.', '-'])
                && !domain.ends_with(['.', '-'])
                && text.chars().count() <= ADDRESS_CHARS
                && text.chars().all(is_plain)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn only_one_plain_address_is_one() {
        for text in ["jane.doe@acme.test", "o'neil+qlik@acme.test", "müller@büro.test", "a@b"] {
            assert!(is_address(text), "{text}");
        }
        let long = format!("{}@acme.test", "x".repeat(260));
        for text in [
            "",
            "@",
            "jane",
            "jane@",
            "@acme.test",
            "a@b@c",
            "a@b,c@d",
            "a b@c",
            "a@b\r\nBcc: c@d",
            "<a@b>",
            "\"a\"@b",
            "a@.b",
            "a@b.",
            "a@[127.0.0.1]",
            long.as_str(),
        ] {
            assert!(!is_address(text), "{text}");
        }
    }
}
