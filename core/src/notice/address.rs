//! The address of a person, out of the attributes that a directory connector imported.

use crate::snapshot::User;
use crate::text::fold;

/// What SMTP allows for a path.
const ADDRESS_CHARS: usize = 254;
/// What it allows for the part before the `@`, and DNS between two points.
const NAME_CHARS: usize = 64;
const LABEL_CHARS: usize = 63;

/// The first attribute that holds a plain address; `None` when none does. Attributes are data from a directory: what could
/// be anything else than one address is none.
pub fn address<'u>(user: &'u User, attributes: &[String]) -> Option<&'u str> {
    attributes.iter().find_map(|name| {
        let of_name = user.attributes.iter().filter(|attribute| fold(&attribute.name) == fold(name));
        of_name.map(|attribute| attribute.value.trim()).find(|value| is_address(value))
    })
}

/// One plain address in ASCII, such as `jane.doe@example.com`: no name before it, no list, no quotation marks, and nothing
/// that needs SMTPUTF8, because a server that does not know it would refuse the whole mail.
pub fn is_address(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else { return false };
    text.len() <= ADDRESS_CHARS && name.len() <= NAME_CHARS && is_name(name) && is_domain(domain)
}

/// Words between points, of the signs that need no quotation marks.
fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    name.split('.').all(|word| !word.is_empty() && word.chars().all(is_plain))
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= LABEL_CHARS
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn only_one_plain_address_is_one() {
        for text in ["jane.doe@acme.test", "o'neil+qlik@acme.test", "x_1@xn--bro-hoa.test", "a@b"] {
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
            "müller@acme.test",
            "jane@büro.test",
            "a..b@acme.test",
            ".a@acme.test",
            "a@acme..test",
            "a@-acme.test",
            "a@acme_x.test",
            long.as_str(),
        ] {
            assert!(!is_address(text), "{text}");
        }
    }
}
