//! The virtual proxy.

use reqwest::{Client, RequestBuilder};
use steward_fake_qrs::proxy::JwtKey;
use steward_fake_qrs::{ProxyOptions, dates};

use crate::harness::{Site, XRFKEY, certificates, client, read};

/// Made for this test with `openssl`; the tokens below are signed with its private half, which was thrown away.
const PUBLIC_KEY: &str = include_str!("jwt/public_key.pem");
/// Claims `userId` `r&d`, `userDirectory` `ACME`, valid until 2030-01-01.
const TOKEN: &str = include_str!("jwt/token.txt");

async fn proxied(change: impl FnOnce(&mut ProxyOptions)) -> (Site, Client) {
    let set = certificates();
    let client = client(&set, false);
    let mut proxy = ProxyOptions::new("jwt");
    proxy.accepted_tokens.insert("good.token.here".to_owned(), r"ACME\r&d".to_owned());
    change(&mut proxy);
    let site = Site::with(|options| (options.certificates, options.proxy) = (set, Some(proxy))).await;
    (site, client)
}

fn ask(site: &Site, client: &Client, path: &str) -> RequestBuilder {
    let port = site.fake.proxy_address().unwrap().port();
    client.get(format!("https://qlikserver:{port}{path}?xrfkey={XRFKEY}")).header("X-Qlik-Xrfkey", XRFKEY)
}

#[tokio::test]
async fn lets_tokens_in_below_its_prefix() {
    let (site, client) = proxied(|_| ()).await;
    let good = ask(&site, &client, "/JWT/qrs/user/count").bearer_auth("good.token.here").send().await.unwrap();
    assert_eq!(good.status(), 200);
    assert_eq!(site.fake.journal()[0].user.as_deref(), Some(r"ACME\r&d"));
    let elsewhere = ask(&site, &client, "/qrs/user/count").bearer_auth("good.token.here").send().await.unwrap();
    assert_eq!(elsewhere.status(), 404);
    let bad = ask(&site, &client, "/jwt/qrs/about").bearer_auth("bad").send().await.unwrap();
    assert_eq!(bad.status(), 401);
    let nobody = ask(&site, &client, "/jwt/qrs/about").send().await.unwrap();
    assert_eq!(nobody.status(), 302);
    assert!(nobody.headers()["location"].to_str().unwrap().contains("authentication"));
}

#[tokio::test]
async fn verifies_signed_tokens() {
    let (site, client) = proxied(|proxy| proxy.jwt = Some(JwtKey::from_pem(PUBLIC_KEY).unwrap())).await;
    let with = |token: &str| ask(&site, &client, "/jwt/qrs/about").bearer_auth(token.to_owned()).send();
    assert_eq!(with(TOKEN.trim()).await.unwrap().status(), 200);
    let (signed, signature) = TOKEN.trim().rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    for forged in [
        format!("{header}.{}.{signature}", claims.replacen('e', "f", 1)),
        format!("{signed}."),
        format!("eyJhbGciOiJub25lIn0.{claims}."),
    ] {
        assert_eq!(with(&forged).await.unwrap().status(), 401, "{forged}");
    }
    site.fake.clock().set(dates::parse("2031-01-01T00:00:00Z").unwrap());
    assert_eq!(with(TOKEN.trim()).await.unwrap().status(), 401);
}

#[tokio::test]
async fn opens_one_session_for_a_client_that_keeps_its_cookie() {
    let (site, client) = proxied(|_| ()).await;
    let first = ask(&site, &client, "/jwt/qrs/about").bearer_auth("good.token.here").send().await.unwrap();
    let cookie = first.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert!(cookie.starts_with("X-Qlik-Session-jwt="));
    for _ in 0..8 {
        let again = ask(&site, &client, "/jwt/qrs/about").header("Cookie", &cookie).send().await.unwrap();
        assert_eq!(again.status(), 200);
        assert!(again.headers().get("set-cookie").is_none());
    }
    assert_eq!(site.fake.sessions_opened(), 1);
    // Without the cookie every request opens another one, until there are too many.
    for expected in [200, 200, 200, 200, 403] {
        let answer = ask(&site, &client, "/jwt/qrs/about").bearer_auth("good.token.here").send().await.unwrap();
        assert_eq!(answer.status().as_u16(), expected);
    }
    site.fake.advance_clock(chrono::TimeDelta::minutes(31));
    let late = ask(&site, &client, "/jwt/qrs/about").header("Cookie", &cookie).send().await.unwrap();
    assert_eq!(late.status(), 302);
}

#[tokio::test]
async fn still_wants_the_key_and_names_the_inactive() {
    let (site, client) = proxied(|proxy| proxy.trusted_header = Some("hdr-usr".to_owned())).await;
    let port = site.fake.proxy_address().unwrap().port();
    let url = format!("https://qlikserver:{port}/jwt/qrs/about");
    let (status, text) = read(client.get(url).header("hdr-usr", r"ACME\r&d").send().await.unwrap()).await;
    assert_eq!((status.as_u16(), text.as_str()), (403, "XSRF prevention check failed. Possible XSRF discovered."));
    let inactive = ask(&site, &client, "/jwt/qrs/about").header("hdr-usr", r"ACME\gone").send().await.unwrap();
    let (status, text) = read(inactive).await;
    assert_eq!(status, 403);
    assert!(text.starts_with("Forbidden: Your account is inactive"));
}

#[tokio::test]
async fn refuses_hosts_that_are_not_on_its_list() {
    let (site, client) = proxied(|proxy| proxy.allowed_hosts = ["sense.acme.test".to_owned()].into()).await;
    let (status, text) = read(ask(&site, &client, "/jwt/qrs/about").send().await.unwrap()).await;
    assert_eq!(status, 400);
    assert!(text.contains("The http request header is incorrect"));
    let named = ask(&site, &client, "/jwt/qrs/about").header("Host", "SENSE.acme.test").bearer_auth("good.token.here");
    assert_eq!(named.send().await.unwrap().status(), 200);
}
