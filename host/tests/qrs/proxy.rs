//! Through a virtual proxy: token, session cookie, and what it answers to strangers.

use std::fs;

use steward::qrs::{Credentials, Verify};
use steward_fake_qrs::{LicenseModel, ProxyOptions};

use crate::site::{self, Site, failure, host, loopback_names, site_with};

const TOKEN: &str = "header.payload.signature";

async fn behind_proxy(change: impl FnOnce(&mut ProxyOptions)) -> Site {
    let mut proxy = ProxyOptions::new("jwt");
    proxy.accepted_tokens.insert(TOKEN.to_owned(), "INTERNAL\\sa_repository".to_owned());
    change(&mut proxy);
    let data = site::data(40, LicenseModel::Signed);
    let mut site = site_with(data, &loopback_names(), |options| options.proxy = Some(proxy)).await;
    let token = site.folder.path().join("token");
    fs::write(&token, format!("{TOKEN}\n")).unwrap();
    site.settings.hosts = vec![host(site.qrs.proxy_address().unwrap().port())];
    site.settings.prefix = Some("/jwt".to_owned());
    site.settings.credentials = Credentials::Jwt { path: token };
    site.settings.headers.clear();
    site
}

#[tokio::test]
async fn a_token_opens_one_session_for_all_requests() {
    let site = behind_proxy(|_| {}).await;
    let parts = site.snapshot().await.unwrap();
    assert_eq!((parts.seats.len(), site.qrs.journal().len(), site.qrs.sessions_opened()), (40, 5, 1));
}

#[tokio::test]
async fn a_stranger_is_redirected_and_the_redirect_is_not_followed() {
    let mut site = behind_proxy(|_| {}).await;
    fs::write(site.folder.path().join("token"), "an.other.token").unwrap();
    let (variant, message) = failure(site.snapshot().await);
    assert_eq!((variant.as_str(), site.qrs.journal().len()), ("LoginPage", 1), "{message}");
    assert!(message.contains("steward.qrs.jwtFile") && !message.contains("an.other.token"), "{message}");

    site.settings.prefix = Some("elsewhere".to_owned());
    let (variant, message) = failure(site.snapshot().await);
    assert!(["LoginPage", "NotFound"].contains(&variant.as_str()), "{message}");
    assert!(message.contains("steward.qrs.prefix"), "{message}");
}

#[tokio::test]
async fn a_host_that_the_proxy_does_not_allow_is_said_to_be_so() {
    let mut site = behind_proxy(|proxy| _ = proxy.allowed_hosts.insert("qlik.acme.test".to_owned())).await;
    site.settings.verify = Verify::ChainOnly;
    let (variant, message) = failure(site.snapshot().await);
    assert_eq!(variant, "HostNotAllowed", "{message}");
    assert!(message.contains("allow list"), "{message}");
}
