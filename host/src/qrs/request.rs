//! What is asked: path and query, the cross-site key, headers.

use reqwest::Url;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use rustls::crypto::CryptoProvider;

use super::error::QrsError;
use super::settings::{Host, QrsSettings};

/// The server wants exactly so many letters and digits.
const CROSS_SITE_KEY_LENGTH: usize = 16;
pub(super) const CROSS_SITE_KEY_HEADER: HeaderName = HeaderName::from_static("x-qlik-xrfkey");

/// A path below `/qrs/`, such as `license/analyzeraccesstype/full`, and its query.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) path: String,
    query: Vec<(&'static str, String)>,
}

impl Target {
    pub(super) fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), query: Vec::new() }
    }
}

/// `https://host:port/prefix/qrs/`
pub(super) fn base(host: &Host, prefix: Option<&str>) -> Result<Url, QrsError> {
    let prefix = prefix.unwrap_or_default().trim_matches('/');
    let slash = if prefix.is_empty() { "" } else { "/" };
    let url = Url::parse(&format!("https://{host}/{prefix}{slash}qrs/"));
    let url = url.ok().filter(|url| url.query().is_none() && url.fragment().is_none() && url.username().is_empty());
    url.ok_or_else(|| QrsError::Settings {
        problem: format!(
            "`{host}` with the prefix `{prefix}` makes no address: a host name and a plain prefix are needed"
        ),
    })
}

pub(super) fn address(base: &Url, target: &Target, cross_site_key: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{}", base.path(), target.path));
    url.query_pairs_mut().extend_pairs(&target.query).append_pair("xrfkey", cross_site_key);
    // Forms write a blank as `+`; a filter wants `%20`. A plus of the value itself is `%2B` already.
    let query = url.query().map(|query| query.replace('+', "%20"));
    url.set_query(query.as_deref());
    url
}

/// A fresh key for one request. It must not be guessable, so it comes from the provider of TLS.
pub(super) fn cross_site_key(provider: &CryptoProvider) -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    // That the first letters come a little more often does no harm: more than 90 bits are left.
    random_bytes::<CROSS_SITE_KEY_LENGTH>(provider)
        .map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]))
        .iter()
        .collect()
}

pub(super) fn random_bytes<const N: usize>(provider: &CryptoProvider) -> [u8; N] {
    let mut bytes = [0; N];
    provider.secure_random.fill(&mut bytes).expect("the operating system has random numbers");
    bytes
}

pub(super) fn headers(settings: &QrsSettings) -> Result<HeaderMap, QrsError> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    for (name, value) in &settings.headers {
        // The value stays out of the message: it may be a secret.
        let unfit = || QrsError::Settings {
            problem: format!(
                "the header `{name}` in `Butler.configQRS.headers` cannot be sent: letters outside of ASCII must be \
                 percent-encoded, and blanks or line breaks have no place in its name"
            ),
        };
        let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| unfit())?;
        // The server does not say how it would read other letters, and a misread account is another account.
        let value = Some(value.trim()).filter(|value| value.is_ascii()).ok_or_else(unfit)?;
        let mut value = HeaderValue::from_str(value).map_err(|_| unfit())?;
        value.set_sensitive(true);
        headers.append(name, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cross_site_key_is_sixteen_letters_and_digits_and_fresh() {
        let provider = rustls::crypto::ring::default_provider();
        let keys = [cross_site_key(&provider), cross_site_key(&provider)];
        assert!(keys.iter().all(|key| key.len() == 16 && key.bytes().all(|byte| byte.is_ascii_alphanumeric())));
        assert_ne!(keys[0], keys[1]);
    }

    #[test]
    fn a_filter_is_encoded_as_a_whole() {
        let base = base(&Host { name: "qlik.test".into(), port: 4242 }, Some("/jwt/")).unwrap();
        let mut target = Target::new("user/full");
        target.query.push(("filter", "name eq 'R&D + 100%#'".to_owned()));
        assert_eq!(
            address(&base, &target, "k").as_str(),
            "https://qlik.test:4242/jwt/qrs/user/full?filter=name%20eq%20%27R%26D%20%2B%20100%25%23%27&xrfkey=k"
        );
    }

    #[test]
    fn an_address_may_be_of_version_six_and_a_prefix_must_be_plain() {
        let host = |name: &str| Host { name: name.to_owned(), port: 4242 };
        assert_eq!(base(&host("::1"), None).unwrap().as_str(), "https://[::1]:4242/qrs/");
        assert!(base(&host("qlik.test"), Some("a?b")).is_err());
        assert!(base(&host("qlik test"), None).is_err());
        assert!(base(&host("me@qlik.test"), None).is_err());
    }
}
