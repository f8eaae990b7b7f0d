//! What may be repeated of a server's answer: a little, printable, and without what it was told in confidence.
//!
//! Servers and the proxies before them like to repeat requests in their errors, with address and headers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Url;

use crate::config::Secret;

/// Characters of an answer that are repeated.
const TEXT_CHARS_MAX: usize = 200;
/// A shorter part of an address, such as `/v1`, gives nothing away.
const PART_CHARS_MIN: usize = 4;
const MASK: &str = "***";

/// The texts that must not be repeated.
#[derive(Default)]
pub struct Confidence(Vec<String>);

impl Confidence {
    /// Of an address: all beyond its host.
    pub fn keep_url(&mut self, url: &Url) {
        self.keep(url.as_str());
        let path = url.path().trim_start_matches('/');
        self.keep_part(path);
        path.split('/').for_each(|part| self.keep_part(part));
        if let Some(query) = url.query() {
            self.keep_part(query);
        }
        for (_, value) in url.query_pairs() {
            self.keep_part(&value);
        }
    }

    /// Of a header or a setting: the whole, and what stands behind the name of a scheme such as `Bearer`.
    pub fn keep_secret(&mut self, secret: &Secret) {
        let text = secret.expose();
        self.keep(text);
        if let Some((_, token)) = text.split_once(' ') {
            self.keep_part(token.trim());
        }
    }

    /// A password, also as the forms in which it is sent.
    pub fn keep_password(&mut self, user: &str, password: &Secret) {
        let password = password.expose();
        self.keep(password);
        self.keep(&STANDARD.encode(password));
        self.keep(&STANDARD.encode(format!("\0{user}\0{password}")));
        self.keep(&STANDARD.encode(format!("{user}:{password}")));
    }

    fn keep_part(&mut self, text: &str) {
        if text.chars().count() >= PART_CHARS_MIN {
            self.keep(text);
        }
    }

    fn keep(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.0.push(text.trim().to_owned());
            // The longest first, so that no rest of it stays.
            self.0.sort_by_key(|kept| std::cmp::Reverse(kept.len()));
            self.0.dedup();
        }
    }

    /// The beginning of a text on one line, masked.
    pub fn quote(&self, text: &str) -> String {
        let printable = |text: &str| {
            let words = text.split(|c: char| c.is_whitespace() || steward_core::text::is_unprintable(c));
            words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        };
        // Before and after: a secret may have been broken over lines.
        let masked = self.mask(&printable(&self.mask(text)));
        let mut shown: String = masked.chars().take(TEXT_CHARS_MAX).collect();
        if masked.chars().nth(TEXT_CHARS_MAX).is_some() {
            shown.push('…');
        }
        shown
    }

    fn mask(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, MASK))
    }
}

/// `: text`, or nothing.
pub fn after_colon(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(answer: &str, expected: &str) {
        let mut confidence = Confidence::default();
        confidence.keep_url(&Url::parse("https://hooks.acme.test/services/T0001/B0002?key=s3cr3t-key&v=1").unwrap());
        confidence.keep_secret(&Secret::from("Bearer abc.def.ghi"));
        confidence.keep_password("steward", &Secret::from("pass w0rd"));
        assert_eq!(confidence.quote(answer), expected);
    }

    #[test]
    fn repeats_no_secret() {
        check("no such hook", "no such hook");
        check("404 for https://hooks.acme.test/services/T0001/B0002?key=s3cr3t-key&v=1", "404 for ***");
        check("path /services/T0001/B0002 unknown", "path /*** unknown");
        check("T0001 has no B0002", "*** has no ***");
        check("bad token abc.def.ghi", "bad token ***");
        check("535 \"AHN0ZXdhcmQAcGFzcyB3MHJk\" is wrong", "535 \"***\" is wrong");
        check("you said pass\r\nw0rd", "you said ***");
        check("key=s3cr3t-key", "key=***");
    }

    #[test]
    fn is_short_and_printable() {
        check("a\u{1b}[31mred\u{202e}\r\n\r\nb", "a [31mred b");
        let long = "x".repeat(1000);
        assert_eq!(Confidence::default().quote(&long).chars().count(), TEXT_CHARS_MAX + 1);
    }
}
