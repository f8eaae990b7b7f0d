//! What is checked before any resource is looked at.

use reqwest::Method;
use steward_fake_qrs::options::{ErrorBody, MissingUser, NoClientCertificate, UnknownUser, UrlTooLong};

use crate::harness::{SA, Site, XRFKEY, certificates, client, read};

const XSRF: &str = "XSRF prevention check failed. Possible XSRF discovered.";

#[tokio::test]
async fn refuses_every_request_without_the_same_key_twice() {
    let site = Site::small().await;
    let port = site.fake.address().port();
    let cases = [
        ("", Some(XRFKEY)),
        ("?xrfkey=0123456789abcDEF", None),
        ("?xrfkey=0123456789abcDEF", Some("ffffffffffffffff")),
        ("?xrfkey=short", Some("short")),
        ("?xrfkey=0123456789abcd-F", Some("0123456789abcd-F")),
        // An unencoded `#` cuts the query before the key.
        ("?filter=name eq '#1'&xrfkey=0123456789abcDEF", Some(XRFKEY)),
    ];
    for path in ["/qrs/user", "/qrs/nonsense", "/elsewhere"] {
        for (query, header) in cases {
            let mut request =
                site.client.get(format!("https://qlikserver:{port}{path}{query}")).header("X-Qlik-User", SA);
            if let Some(header) = header {
                request = request.header("x-qlik-XRFKEY", header);
            }
            let (status, text) = read(request.send().await.unwrap()).await;
            assert_eq!((status.as_u16(), text.as_str()), (403, XSRF), "{path}{query}");
        }
    }
    let good = format!("https://qlikserver:{port}/QRS/About?XrfKey={XRFKEY}");
    let response =
        site.client.get(good).header("X-QLIK-xrfkey", XRFKEY).header("x-qlik-user", SA).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json; charset=utf-8");
    assert_eq!(response.headers()["date"], "Mon, 16 Jun 2025 09:00:00 GMT");
}

#[tokio::test]
async fn lets_a_client_without_a_certificate_in_to_neither() {
    for (switch, expected) in [(NoClientCertificate::Handshake, None), (NoClientCertificate::Forbidden, Some(403))] {
        let set = certificates();
        let bare = client(&set, false);
        let site = Site::with(|options| {
            options.certificates = set;
            options.no_client_certificate = switch;
        })
        .await;
        let url = format!("https://qlikserver:{}/qrs/about?xrfkey={XRFKEY}", site.fake.address().port());
        let answer = bare.get(url).header("X-Qlik-Xrfkey", XRFKEY).header("X-Qlik-User", SA).send().await;
        assert_eq!(answer.ok().map(|response| response.status().as_u16()), expected);
        assert_eq!(site.get("/qrs/about").await.0, 200);
    }
}

#[tokio::test]
async fn treats_unknown_users_as_the_switch_says() {
    let stranger = "UserDirectory=NOWHERE; UserId=nobody";
    for (switch, list, single) in [
        (UnknownUser::Forbidden, (403, "Forbidden".len()), 403),
        (UnknownUser::EmptyLists, (200, 2), 403),
        (UnknownUser::Admin, (200, 100), 200),
    ] {
        let site = Site::with(|options| options.unknown_user = switch).await;
        let ask = |path: &str| {
            let url = format!("https://qlikserver:{}{path}?xrfkey={XRFKEY}", site.fake.address().port());
            site.client.get(url).header("X-Qlik-Xrfkey", XRFKEY).header("X-Qlik-User", stranger).send()
        };
        let (status, text) = read(ask("/qrs/user/full").await.unwrap()).await;
        assert_eq!(status.as_u16(), list.0);
        assert!(text.len() == list.1 || (switch == UnknownUser::Admin && text.len() > list.1), "{text}");
        let one = ask("/qrs/user/e0000000-0000-4000-8000-000000000001").await.unwrap();
        assert_eq!(one.status().as_u16(), single);
    }
}

#[tokio::test]
async fn knows_people_by_any_case_and_refuses_inactive_ones() {
    let site = Site::with(|options| options.missing_user = MissingUser::Forbidden).await;
    let url = format!("https://qlikserver:{}/qrs/user/count?xrfkey={XRFKEY}", site.fake.address().port());
    for (user, expected) in [
        (Some("UserDirectory=acme;UserId=R%26D"), 200),
        (Some("userid=A\\B;userdirectory=acme"), 200),
        (Some("UserDirectory=ACME;UserId=gone"), 403),
        (Some("nonsense"), 403),
        (None, 403),
    ] {
        let mut request = site.client.get(&url).header("X-Qlik-Xrfkey", XRFKEY);
        if let Some(user) = user {
            request = request.header("X-Qlik-User", user);
        }
        assert_eq!(request.send().await.unwrap().status().as_u16(), expected, "{user:?}");
    }
}

#[tokio::test]
async fn refuses_what_is_too_long_and_survives_what_is_broken() {
    let site = Site::with(|options| options.url_too_long = UrlTooLong::UriTooLong).await;
    let long = format!("/qrs/user?filter={}", "a".repeat(17_000));
    assert_eq!(site.get(&long).await.0, 414);
    let body = vec![b' '; 5 << 20];
    let large = site.request(Method::POST, "/qrs/selection").body(body).send().await;
    assert!(large.is_err() || large.unwrap().status() == 413);
    for (path, body) in [
        ("/qrs/selection", "{\"items\":7}"),
        ("/qrs/user/table", "[]"),
        ("/qrs/user/table", "\u{0}"),
        ("/qrs/license/analyzeraccesstype", "{\"user\":\"x\"}"),
        ("/qrs/license/analyzeraccesstype/many", "{}"),
        ("/qrs/tag", "null"),
    ] {
        let (status, _) = read(site.request(Method::POST, path).body(body).send().await.unwrap()).await;
        assert_eq!(status, 400, "{path} {body}");
    }
    for path in ["/qrs/", "/qrs/user/%ff%00", "/qrs/user/full/more", "/qrs/license/x/y/z", "/%2e%2e"] {
        assert_eq!(site.get(path).await.0, 404, "{path}");
    }
    assert_eq!(site.send(Method::PATCH, "/qrs/user", &serde_json::json!({})).await.0, 405);
    assert_eq!(site.get("/qrs/about").await.0, 200);
}

#[tokio::test]
async fn can_quote_its_error_texts() {
    let site = Site::with(|options| options.error_body = ErrorBody::Json).await;
    assert_eq!(site.filtered("/qrs/user", "()").await.1, "\"Invalid expression\"");
}
