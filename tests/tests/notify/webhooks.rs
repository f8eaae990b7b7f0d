//! Web addresses of one's own.

use std::time::Duration;

use serde_json::json;
use steward::notify::Content;

use crate::hook::{Hook, Reply, status};
use crate::world::{HOSTILE, World, keep_log, log, make_certificates};

const HOUR: Duration = Duration::from_hours(1);

fn world(hook: &Hook, more: &str) -> World {
    let url = hook.url("/services/s3cret-path?key=s3cret-query");
    let sink = format!("{{ name: pager, url: '{url}', timeoutSeconds: 1, ROOT, {more} }}");
    World::new(&format!("site: Production, link: 'https://steward.acme.test/', webhooks: [ {sink} ]"))
}

#[tokio::test(flavor = "multi_thread")]
async fn all_facts_are_told_as_json() {
    let hook = Hook::new().await;
    let world = world(&hook, "method: PUT, headers: { Authorization: Bearer s3cret-token }");
    let post = world.deliver();
    world.tell("pager", "id-1").await;
    let standing = post.standing("pager").await;
    assert_eq!((standing.delivered, standing.waiting, standing.problem), (1, 0, None));
    let request = hook.only();
    assert_eq!((request.method.as_str(), request.target.as_str()), ("PUT", "/services/s3cret-path?key=s3cret-query"));
    assert_eq!(request.headers["authorization"], "Bearer s3cret-token");
    assert_eq!(request.headers["content-type"], "application/json; charset=utf-8");
    assert!(request.headers["user-agent"].starts_with("steward/"), "{request:?}");
    assert_eq!(request.key(), "id-1");
    let at = world.now().to_string();
    let expected = json!({
        "id": "id-1", "alertId": "a1e7", "kind": "firing", "rule": "low-availability", "subject": "professional",
        "severity": "warning", "title": "Few seats are left (professional)",
        "text": "3 seats of 100 professional are available (3 %).", "nextStep": "Release some, or buy more.",
        "at": at, "firedAt": at, "repeat": 0, "site": "Production", "link": "https://steward.acme.test/",
    });
    assert_eq!(request.json(), expected);
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_stay_values() {
    let hook = Hook::new().await;
    let mut world = world(&hook, "");
    let post = world.deliver();
    world.write("pager", [("plain", Content::Alert(world.hostile("plain")))]).await;
    post.settled().await;
    let body = r#"body: '{"said": {"title": "{{ title }}", "text": "{{ text }}"}}'"#;
    world.notify(&format!("webhooks: [ {{ name: pager, url: '{}', ROOT, {body} }} ]", hook.url("/")));
    post.settings.send_replace(world.settings());
    world.write("pager", [("own", Content::Alert(world.hostile("own")))]).await;
    post.settled().await;
    let requests = hook.requests();
    let tamed = HOSTILE.replace(['\r', '\n'], " ").replace('\u{202e}', "");
    assert_eq!(requests[0].json()["title"], tamed.as_str());
    assert_eq!(requests[1].json(), json!({ "said": { "title": tamed, "text": tamed } }));
    assert!(requests.iter().all(|request| !request.headers.contains_key("bcc")));
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_away_gets_everything_once_it_is_back_with_the_same_ids() {
    let hook = Hook::new().await;
    let world = world(&hook, "");
    let post = world.deliver();
    let passing = [
        (status(500), "cannot take it now (status 500)"),
        (Reply::Drop, "cannot be reached"),
        (Reply::Hang, "did not answer within 1 s"),
        (status(408), "status 408"),
        (status(425), "status 425"),
        (status(503), "status 503"),
    ];
    world.tell("pager", "id-1").await;
    world.tell("pager", "id-2").await;
    for (reply, problem) in passing.clone() {
        hook.next([reply]);
        let standing = post.standing("pager").await;
        assert_eq!((standing.waiting, standing.delivered), (2, 0));
        assert!(standing.problem.as_deref().is_some_and(|told| told.contains(problem)), "{problem}: {standing:?}");
        world.pass(HOUR);
    }
    let standing = post.standing("pager").await;
    assert_eq!((standing.waiting, standing.delivered, standing.problem), (0, 2, None));
    let mut keys = vec!["id-1"; passing.len() + 1];
    keys.push("id-2");
    assert_eq!(hook.keys(), keys);
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn is_left_alone_for_as_long_as_it_asks() {
    let hook = Hook::new().await;
    let world = world(&hook, "");
    let post = world.deliver();
    let later = "Date: Mon, 05 Oct 2026 08:00:00 GMT\r\nRetry-After: Mon, 05 Oct 2026 08:20:00 GMT\r\n";
    hook.next([
        Reply::Answer(429, "Retry-After: 900\r\n", String::new()),
        Reply::Answer(503, later, String::new()),
        Reply::Answer(429, "Retry-After: 86400\r\n", String::new()),
    ]);
    world.tell("pager", "id-1").await;
    for (seconds, requests) in [(0, 1), (899, 1), (1, 2), (1199, 2), (1, 3), (3599, 3), (1, 4)] {
        world.pass(Duration::from_secs(seconds));
        post.settled().await;
        assert_eq!(hook.requests().len(), requests, "after {seconds} s more");
    }
    assert_eq!(post.standing("pager").await.delivered, 1);
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_set_aside_and_tells_no_secret() {
    keep_log();
    let hook = Hook::new().await;
    let world = world(&hook, "headers: { Authorization: Bearer s3cret-token, X-Key: s3cret-key }");
    let post = world.deliver();
    let echo =
        "no Bearer s3cret-token (s3cret-token, s3cret-key) for /services/s3cret-path?key=s3cret-query\u{1b}[2J\r\nbye";
    let elsewhere = "Location: https://evil.test/s3cret-path\r\n";
    let refusals = [
        (Reply::Answer(400, "", echo.to_owned()), "refuses it (status 400): no *** (***, ***) for"),
        (Reply::Answer(401, "", echo.to_owned()), "does not let us in (status 401)"),
        (Reply::Answer(404, "", echo.to_owned()), "does not know this address (status 404)"),
        (
            Reply::Answer(302, elsewhere, String::new()),
            "another address `evil.test` (status 302), which is not followed",
        ),
        (Reply::Answer(307, "Location: /s3cret-path\r\n", String::new()), "another address (status 307)"),
        (Reply::Flood, "refuses it (status 400): xxxx"),
    ];
    for (index, (reply, _)) in refusals.iter().enumerate() {
        hook.next([reply.clone()]);
        world.tell("pager", &format!("id-{index}")).await;
    }
    let standing = post.standing("pager").await;
    assert_eq!((standing.waiting, standing.refused, standing.refused_kept), (0, 6, 6));
    let kept = world.refused().await;
    for (message, (_, words)) in kept.iter().zip(&refusals) {
        let problem = message.problem.as_deref().unwrap_or_default();
        assert!(problem.contains(words), "{words:?} in {problem:?}");
        assert!(problem.len() < 500 && !problem.contains(['\u{1b}', '\n']), "{problem:?}");
        assert!(!problem.contains("s3cret"), "{problem}");
    }
    assert_eq!(kept.len(), refusals.len());
    assert!(!log().contains("s3cret"), "{}", log());
    assert!(log().contains("a message for `pager` is set aside"));
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_anything_who_is_not_trusted() {
    let foreign = make_certificates("somebody-else");
    let hook = Hook::with(&foreign).await;
    let world = world(&hook, "");
    let post = world.deliver();
    world.tell("pager", "id-1").await;
    let standing = post.standing("pager").await;
    assert!(standing.problem.as_deref().is_some_and(|told| told.contains("is not trusted")), "{standing:?}");
    assert_eq!((standing.waiting, hook.requests().len()), (1, 0));
    post.stop().await;
}
