//! Mails about alerts, over a real mail server.

use std::time::Duration;

use steward::notify::Content;
use steward_tests::weather::{Sky, Weather};

use crate::post::{MailServer, Way};
use crate::world::{World, keep_log, log};

const LOGIN: Option<(&str, &str)> = Some(("steward", "s3cret-password"));
const HOUR: Duration = Duration::from_hours(1);

fn settings(port: u16, to: &str, server: &str) -> String {
    format!(
        "site: Production, mail: [ {{ name: people, to: [ {to} ] }} ], mailServer: {{ host: 127.0.0.1, port: {port}, \
         from: 'Steward <steward@acme.test>', timeoutSeconds: 5, {server} }}"
    )
}

fn with_login(port: u16, to: &str) -> World {
    World::new(&settings(port, to, "ROOT, user: steward, password: s3cret-password"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_says_what_it_is() {
    let server = MailServer::new(Way::StartTls, LOGIN);
    let world = with_login(server.port(), "jane@acme.test, joe@acme.test");
    let post = world.deliver();
    world.tell("people", "0123abc").await;
    assert_eq!(post.standing("people").await.delivered, 1);
    let mail = server.until(1).remove(0);
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("steward@acme.test", &["jane@acme.test".to_owned(), "joe@acme.test".to_owned()][..])
    );
    assert_eq!((mail.tls, mail.user.as_deref()), (true, Some("steward")));
    for (name, value) in [
        ("From", "Steward <steward@acme.test>"),
        ("To", "jane@acme.test, joe@acme.test"),
        ("Subject", "[warning] Few seats are left (professional) - Production"),
        ("Message-ID", "<0123abc@steward.acme.test>"),
        ("Date", "Mon, 05 Oct 2026 08:00:00 +0000"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Steward-Id", "0123abc"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
    ] {
        assert_eq!(mail.header(name).as_deref(), Some(value), "{}", mail.data);
    }
    assert!(mail.data.contains("3 seats of 100 professional are available (3 %)."), "{}", mail.data);
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_a_header_in() {
    let server = MailServer::new(Way::StartTls, LOGIN);
    let world = with_login(server.port(), "jane@acme.test");
    let post = world.deliver();
    world.write("people", [("a\r\nBcc: b@acme.test", Content::Alert(world.hostile("a\r\nBcc: b@acme.test")))]).await;
    assert_eq!(post.standing("people").await.delivered, 1);
    let mail = server.until(1).remove(0);
    let mut headers = mail.headers();
    headers.sort();
    let expected = [
        "Auto-Submitted",
        "Content-Transfer-Encoding",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
        "X-Steward-Id",
    ];
    assert_eq!(headers, expected, "{}", mail.data);
    assert_eq!(mail.to, ["jane@acme.test"]);
    assert_eq!(mail.header("X-Steward-Id").as_deref(), Some("a--Bcc--b-acme.test"));
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_to_speak_works_and_none_is_taken_for_another() {
    for (way, encryption) in [(Way::Tls, "tls"), (Way::StartTls, "starttls")] {
        let server = MailServer::new(way, LOGIN);
        let more = format!("ROOT, encryption: {encryption}, user: steward, password: s3cret-password");
        let world = World::new(&settings(server.port(), "jane@acme.test", &more));
        let post = world.deliver();
        world.tell("people", "id-1").await;
        assert_eq!(post.standing("people").await.delivered, 1, "{way:?}");
        assert!(server.until(1)[0].tls);
        post.stop().await;
    }
    let plain = MailServer::new(Way::Plain, None);
    let world = World::new(&settings(plain.port(), "jane@acme.test", "encryption: none"));
    let post = world.deliver();
    world.tell("people", "id-1").await;
    assert_eq!(post.standing("people").await.delivered, 1);
    post.stop().await;
    let world = World::new(&settings(plain.port(), "jane@acme.test", "encryption: starttls, ROOT"));
    let post = world.deliver();
    world.tell("people", "id-2").await;
    let standing = post.standing("people").await;
    assert!(standing.problem.as_deref().is_some_and(|told| told.contains("offers no STARTTLS")), "{standing:?}");
    assert_eq!(plain.until(1).len(), 1, "nothing goes out without encryption");
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_given_the_password_who_is_not_trusted() {
    for (way, encryption) in [(Way::Tls, "tls"), (Way::StartTls, "starttls")] {
        let server = MailServer::new(way, LOGIN);
        let foreign = tempfile::TempDir::new().expect("a folder");
        crate::world::make_certificates("somebody-else").write(foreign.path()).expect("certificates");
        let more = format!(
            "rootCertificate: '{}/root.pem', encryption: {encryption}, user: steward, password: s3cret-password",
            foreign.path().display()
        );
        let world = World::new(&settings(server.port(), "jane@acme.test", &more));
        let post = world.deliver();
        world.tell("people", "id-1").await;
        let standing = post.standing("people").await;
        assert!(
            standing.problem.as_deref().is_some_and(|told| told.contains("is not trusted")),
            "{way:?} {standing:?}"
        );
        assert_eq!((standing.waiting, server.taken().len()), (1, 0));
        post.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_can_be_mended_for_a_day() {
    keep_log();
    let server = MailServer::new(Way::StartTls, LOGIN);
    let wrong = settings(server.port(), "jane@acme.test", "ROOT, user: steward, password: s3cret-wrong");
    let mut world = World::new(&wrong);
    let post = world.deliver();
    world.tell("people", "id-1").await;
    let standing = post.standing("people").await;
    assert!(
        standing.problem.as_deref().is_some_and(|told| told.contains("does not let us in (status 535)")),
        "{standing:?}"
    );
    world.pass(HOUR * 20);
    world.tell("people", "id-2").await;
    assert_eq!(post.standing("people").await.waiting, 2);
    world.pass(HOUR * 5);
    // The first one is more than a day old.
    let standing = post.standing("people").await;
    assert_eq!((standing.waiting, standing.refused), (1, 1), "{standing:?}");
    assert!(world.refused().await[0].problem.as_deref().is_some_and(|told| told.starts_with("given up after 1 day: ")));
    world.notify(&wrong.replace("s3cret-wrong", "s3cret-password"));
    post.settings.send_replace(world.settings());
    // Somebody mended it, so nobody waits for the end of a pause.
    assert_eq!(post.standing("people").await.delivered, 1);
    assert_eq!(server.until(1)[0].header("X-Steward-Id").as_deref(), Some("id-2"));
    assert!(!log().contains("s3cret"), "{}", log());
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_refused_keeps_nobody_else_from_a_mail() {
    let server = MailServer::new(Way::StartTls, LOGIN);
    let world = with_login(server.port(), "nobody@acme.test, jane@acme.test, busy@acme.test, joe@acme.test");
    let post = world.deliver();
    world.tell("people", "id-1").await;
    let standing = post.standing("people").await;
    let told = standing.problem.clone().unwrap_or_default();
    assert!(standing.waiting == 1 && told.contains("`busy@acme.test` did not"), "{standing:?}");
    assert_eq!(server.until(1)[0].to, ["jane@acme.test", "joe@acme.test"]);
    world.pass(HOUR);
    assert_eq!(post.standing("people").await.waiting, 1);
    server.is_busy_no_more();
    world.pass(HOUR);
    let standing = post.standing("people").await;
    assert_eq!((standing.waiting, standing.delivered), (0, 1), "{standing:?}");
    let mails = server.until(2);
    assert_eq!(mails[1].to, ["busy@acme.test"]);
    assert_eq!(mails[1].header("Message-ID"), mails[0].header("Message-ID"));
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_server_refuses_is_told_as_what_it_is() {
    let server = MailServer::new(Way::StartTls, LOGIN);
    for (to, is_refused, words) in [
        ("nobody@acme.test", true, "refuses it (status 550): 5.1.1 no such user"),
        ("echo@acme.test", true, "no such user; you said ***"),
        ("foreign@elsewhere.test", false, "does not let us send this (status 554): 5.7.1 relay access denied"),
        ("jäne@acme.test", true, "takes no address with letters beyond ASCII"),
    ] {
        let world = with_login(server.port(), to);
        let post = world.deliver();
        world.tell("people", "id-1").await;
        let standing = post.standing("people").await;
        let problem = match is_refused {
            true => world.refused().await.remove(0).problem,
            false => standing.problem,
        };
        let problem = problem.unwrap_or_default();
        assert!(problem.contains(words) && !problem.contains("s3cret"), "{to}: {problem}");
        post.stop().await;
    }
    assert_eq!(server.taken().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_away_gets_everything_once_it_is_back() {
    let server = MailServer::new(Way::StartTls, LOGIN);
    let sky = Sky::new(Weather::Closed).await;
    let world = with_login(sky.port(), "jane@acme.test");
    let post = world.deliver();
    for id in ["id-1", "id-2", "id-3"] {
        world.tell("people", id).await;
    }
    assert_eq!(post.standing("people").await.waiting, 3);
    sky.change(Weather::Silent);
    world.pass(HOUR);
    let standing = post.standing("people").await;
    assert!(standing.problem.as_deref().is_some_and(|told| told.contains("did not finish within 5 s")), "{standing:?}");
    sky.change(Weather::Fine(server.address()));
    world.pass(HOUR);
    assert_eq!(post.standing("people").await.delivered, 3);
    let ids: Vec<String> = server.until(3).iter().filter_map(|mail| mail.header("X-Steward-Id")).collect();
    assert_eq!(ids, ["id-1", "id-2", "id-3"]);
    post.stop().await;
}
