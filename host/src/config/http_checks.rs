//! Rules between the settings of the listener: nothing beyond this machine without a token.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use steward_core::digest::Digest;

use super::checks::Report;
use super::problem::quoted;
use super::steward::http::Http;
use crate::protect::parse_end;

const LISTEN: &str = "steward.http.listen";
const TOKENS: &str = "steward.http.tokens";
const HOSTS: &str = "steward.http.hosts";
/// Each is compared at each request.
const TOKENS_MAX: usize = 100;
/// A name stands in the ledger beside whatever is done.
const NAME_CHARS_MAX: usize = 100;

pub(super) fn check(http: &Http, report: &mut Report<'_>) {
    match http.listen.parse::<SocketAddr>() {
        Err(_) => report.add(LISTEN, "write an address with a port, such as `127.0.0.1:8642`"),
        Ok(address) if !address.ip().is_loopback() && http.tokens.is_empty() => report.add(
            LISTEN,
            "an address beyond this machine (`127.0.0.1` or `[::1]`) needs a token: make one with `steward token new`, and \
             put the lines that it prints under `steward.http.tokens`",
        ),
        Ok(_) => {}
    }
    check_tokens(http, report);
    for (index, host) in http.hosts.iter().enumerate() {
        let is_name = !host.trim().is_empty()
            && host.trim().parse::<axum::http::uri::Authority>().is_ok_and(|it| !it.as_str().contains('@'));
        if !is_name {
            let message = format!("{} is no name of a host: write `steward.example.com`", quoted(host));
            report.add(&format!("{HOSTS}[{index}]"), message);
        }
    }
}

fn check_tokens(http: &Http, report: &mut Report<'_>) {
    if http.tokens.len() > TOKENS_MAX {
        report
            .add(TOKENS, format!("there are more than {TOKENS_MAX}: give one to each person or program, and no more"));
    }
    let (mut names, mut hashes) = (BTreeSet::new(), BTreeSet::new());
    for (index, token) in http.tokens.iter().enumerate() {
        let setting = |member: &str| format!("{TOKENS}[{index}].{member}");
        if token.name.chars().count() > NAME_CHARS_MAX || token.name.chars().any(char::is_control) {
            report.add(&setting("name"), format!("write a name of at most {NAME_CHARS_MAX} characters"));
        }
        if !names.insert(token.name.trim().to_lowercase()) {
            report.add(&setting("name"), format!("another token is called {} too", quoted(&token.name)));
        }
        match Digest::parse(token.hash.trim()) {
            None => {
                let message = "this is no hash of a token: `steward token new` prints `sha256:` and 64 digits; the token \
                               itself does not belong here";
                report.add(&setting("hash"), message);
            }
            Some(hash) if !hashes.insert(hash) => report.add(&setting("hash"), "another token has the same hash"),
            Some(_) => {}
        }
        if let Some(expires) = &token.expires
            && let Err(message) = parse_end(expires)
        {
            report.add(&setting("expires"), message);
        }
    }
}

/// What should be known of an address that others reach.
pub(super) fn note(http: &Http) -> Option<String> {
    let is_open = http.listen.parse::<SocketAddr>().is_ok_and(|address| !address.ip().is_loopback());
    (http.enable && is_open && http.tls.is_none()).then(|| {
        "`steward.http.listen` is reached from other machines without TLS, so tokens and names can be read on their way: \
         give `steward.http.tls`, or put a proxy with TLS before it"
            .to_owned()
    })
}
