//! Who is told what, in which order, how often, and what becomes of messages that nobody takes.

use std::time::Duration;

use steward::notify::{Content, Failure, Sinks, look};
use steward_core::alert::{AlertKey, Kind, Notification, Rule, Severity};

use crate::broker::Broker;
use crate::hook::{Hook, Reply, status};
use crate::post::{MailServer, Way};
use crate::world::{World, keep_log, log};

const HOUR: Duration = Duration::from_hours(1);

fn hooks(hooks: &[(&str, &Hook, &str)]) -> String {
    let sinks = hooks.iter().map(|(name, hook, more)| {
        format!("{{ name: {name}, url: '{}', timeoutSeconds: 2, ROOT, {more} }}", hook.url("/"))
    });
    format!("webhooks: [ {} ]", sinks.collect::<Vec<_>>().join(", "))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_told_follows_from_the_settings() {
    let hook = Hook::new().await;
    let world = World::new(&hooks(&[
        ("all", &hook, ""),
        ("bad", &hook, "tells: { minSeverity: critical }"),
        ("few", &hook, "tells: { rules: [ low-availability ] }"),
        ("begin", &hook, "tells: { resolved: false }"),
    ]));
    let sinks = Sinks::of(&world.settings());
    let alert = world.alert("id");
    let with = |severity, kind, rule| Notification { severity, kind, key: AlertKey::new(rule), ..alert.clone() };
    for (alert, expected) in [
        (with(Severity::Info, Kind::Firing, Rule::LowAvailability), &["all", "begin", "few", "log"][..]),
        (with(Severity::Critical, Kind::Repeat, Rule::DataStale), &["all", "bad", "begin", "log"]),
        (with(Severity::Critical, Kind::Resolved, Rule::DataStale), &["all", "bad", "log"]),
        (with(Severity::Info, Kind::Test, Rule::DataStale), &["all", "bad", "begin", "log"]),
        (Notification { silenced_by: Some("s".to_owned()), ..alert.clone() }, &[]),
    ] {
        assert_eq!(sinks.addressees(&alert), expected, "{alert:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_hangs_holds_up_no_other() {
    let (slow, quick) = (Hook::new().await, Hook::new().await);
    slow.next([Reply::Hang]);
    let world = World::new(&hooks(&[("slow", &slow, ""), ("quick", &quick, "")]).replacen(
        "timeoutSeconds: 2",
        "timeoutSeconds: 300",
        1,
    ));
    let post = world.deliver();
    for id in ["id-1", "id-2", "id-3"] {
        world.tell("slow", id).await;
        world.tell("quick", id).await;
    }
    post.couriers.poke();
    let mut standings = post.couriers.standings();
    let done = standings.wait_for(|all| all.get("quick").is_some_and(|quick| quick.delivered == 3));
    tokio::time::timeout(crate::world::LIMIT, done).await.expect("in time").expect("at work");
    assert_eq!(
        (slow.keys(), quick.keys()),
        (vec!["id-1".to_owned()], ["id-1", "id-2", "id-3"].map(str::to_owned).to_vec())
    );
    // What is in hand hangs on: the daemon does not wait for it for ever.
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_more_than_an_hour_may_have_waits() {
    let hook = Hook::new().await;
    let world = World::new(&hooks(&[("pager", &hook, "tells: { maxPerHour: 3 }")]));
    let post = world.deliver();
    for number in 0..8 {
        world.tell("pager", &format!("id-{number}")).await;
        world.pass(Duration::from_mins(1));
    }
    for (minutes, delivered) in [(0, 3), (50, 3), (10, 6), (60, 8)] {
        world.pass(Duration::from_mins(minutes));
        assert_eq!(post.standing("pager").await.delivered, delivered, "after {minutes} minutes more");
    }
    assert!(hook.keys().is_sorted(), "{:?}", hook.keys());
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_takes_is_set_aside_after_days() {
    let hook = Hook::new().await;
    let settings = hooks(&[("pager", &hook, "")]);
    let world = World::new(&format!("giveUpAfterDays: 2, {settings}"));
    let post = world.deliver();
    hook.next((0..3).map(|_| status(500)));
    world.tell("pager", "id-1").await;
    for hours in [0, 47] {
        world.pass(HOUR * hours);
        assert_eq!(post.standing("pager").await.waiting, 1);
    }
    world.pass(HOUR);
    assert_eq!(post.standing("pager").await.refused, 1);
    let kept = world.refused().await;
    assert!(kept[0].problem.as_deref().is_some_and(|told| told.starts_with("given up after 2 days: ")), "{kept:?}");
    // Somebody wants it tried again.
    assert_eq!(world.ledger().await.retry_refused().await.expect("it waits"), 1);
    world.pass(HOUR);
    assert_eq!(post.standing("pager").await.delivered, 1);
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_a_sink_that_is_gone_are_dropped_and_counted() {
    keep_log();
    let (hook, other) = (Hook::new().await, Hook::new().await);
    let mut world = World::new(&hooks(&[("pager-gone", &hook, ""), ("other", &other, "")]));
    let post = world.deliver();
    hook.next([status(500)]);
    world.tell("pager-gone", "id-1").await;
    world.tell("pager-gone", "id-2").await;
    assert_eq!(post.standing("pager-gone").await.waiting, 2);
    world.notify(&hooks(&[("other", &other, "")]));
    post.settings.send_replace(world.settings());
    world.tell("other", "id-3").await;
    let standings = post.settled().await;
    assert_eq!((standings["pager-gone"].waiting, standings["pager-gone"].dropped), (0, 2));
    assert_eq!(standings["other"].delivered, 1);
    assert!(log().contains("2 messages for `pager-gone` are given up"));
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_in_hand_is_finished_when_the_daemon_stops_and_no_other_begun() {
    let hook = Hook::new().await;
    let world = World::new(&hooks(&[("pager", &hook, "")]));
    hook.next([Reply::Hang]);
    world.tell("pager", "id-1").await;
    world.tell("pager", "id-2").await;
    let post = world.deliver();
    while hook.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    post.stop().await;
    // It met its own limit within the time that the daemon waits for it.
    let waiting = world.waiting().await;
    assert_eq!(waiting.len(), 2);
    assert!(waiting[0].problem.as_deref().is_some_and(|told| told.contains("did not answer")), "{waiting:?}");
    world.pass(HOUR);
    let post = world.deliver();
    assert_eq!(post.standing("pager").await.delivered, 2);
    assert_eq!(hook.keys(), ["id-1", "id-1", "id-2"]);
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_a_sink_too_and_names_in_it_are_one_line() {
    keep_log();
    let world = World::new("site: here");
    let post = world.deliver();
    world.write("log", [("id-of-log", Content::Alert(world.hostile("id-of-log")))]).await;
    assert_eq!(post.standing("log").await.delivered, 1);
    let log = log();
    let line = log.lines().find(|line| line.contains("id-of-log")).expect("a line").to_owned();
    assert!(
        line.contains("WARN") && line.contains("x  Bcc: all@acme.test") && line.contains("protection-unmatched"),
        "{line}"
    );
    assert!(!line.contains('\u{202e}'));
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_waits_where_there_is_no_ledger() {
    let world = World::new("site: here");
    let post = world.deliver();
    assert!(post.settled().await.is_empty());
    assert!(!world.folder().join("ledger.db").exists());
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_tells_who_is_there_and_sends_nothing() {
    let (hook, broker) = (Hook::new().await, Broker::new());
    let foreign = Hook::with(&crate::world::make_certificates("somebody-else")).await;
    let mails = MailServer::new(Way::StartTls, Some(("steward", "s3cret-password")));
    let mqtt = |name: &str, user: &str, port: u16| {
        format!(
            "{{ name: {name}, host: 127.0.0.1, port: {port}, tls: true, ROOT, user: {user}, password: s3cret-{user} }}"
        )
    };
    let settings = format!(
        "{}, slack: [ {{ name: chat, url: 'https://127.0.0.1:1/s3cret', ROOT }} ], mqtt: [ {}, {} ], mailServer: {{ host: \
         127.0.0.1, port: {}, from: a@b.test, ROOT, user: steward, password: s3cret-PASSWORD }}",
        hooks(&[("good", &hook, ""), ("strange", &foreign, "")]),
        mqtt("broker", "steward", broker.tls().port()),
        mqtt("nobody", "nobody", broker.tls().port()),
        mails.port(),
    );
    for (password, told) in [("password", Ok("the mail server lets us in")), ("wrong", Err("status 535"))] {
        let world = World::new(&settings.replace("PASSWORD", password));
        let looks = look(&world.settings()).await;
        let found = |name: &str| looks.iter().find(|look| look.sink.name == name).expect(name).found.clone();
        assert_eq!(found("good"), Ok("somebody answers whom we trust"));
        assert!(found("strange").is_err_and(|problem| problem.contains("is not trusted")));
        assert!(found("chat").is_err_and(|problem| problem == "`127.0.0.1:1` refused the connection"));
        assert_eq!(found("broker"), Ok("the broker lets us in"));
        assert!(found("nobody").is_err_and(|problem| problem.contains("not authorised")));
        match told {
            Ok(words) => assert_eq!(found("digest"), Ok(words)),
            Err(words) => assert!(found("digest").is_err_and(|problem| problem.contains(words))),
        }
        assert!(!format!("{looks:?}").contains("s3cret"), "{looks:?}");
    }
    assert!(hook.requests().is_empty() && foreign.requests().is_empty() && mails.taken().is_empty());
}

#[test]
fn a_failure_says_what_it_is() {
    let failure = Failure::Passing { problem: "away".to_owned(), retry_after: Some(HOUR) };
    assert_eq!((failure.problem(), failure.retry_after()), ("away", Some(HOUR)));
}
