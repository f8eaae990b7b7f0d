//! Notices: that a letter was taken is in the ledger, and only then; and the digest.

use std::time::Duration;

use steward::notify::{Content, Letter, LetterSeat, Mail};
use steward_core::instant::Instant;
use steward_core::ledger::{Event, NoticeTo};
use steward_core::license_type::LicenseType;
use steward_core::settings::Account;

use crate::post::{MailServer, Way};
use crate::world::World;

const NOTICES: &str = "notices: { enable: true, withoutAddress: keep }";
const HOUR: Duration = Duration::from_hours(1);

fn world(port: u16) -> World {
    let server =
        format!("mailServer: {{ host: 127.0.0.1, port: {port}, from: steward@acme.test, ROOT, timeoutSeconds: 5 }}");
    World::new(&server).more(NOTICES)
}

fn at(text: &str) -> Instant {
    Instant::parse(text).expect("a time")
}

fn letter(to: &str, user: &str) -> Content {
    let seat = LetterSeat {
        account: Account { user_dir: "ACME".to_owned(), user_id: user.to_owned() },
        license_type: LicenseType::Professional,
        idle_since: at("2026-06-01T00:00:00Z"),
        goes_from: at("2026-10-20T00:00:00Z"),
    };
    Content::Letter(Letter {
        to: NoticeTo::Owner,
        mail: Mail {
            to: vec![to.to_owned()],
            subject: "Your seat\r\nBcc: all@acme.test".to_owned(),
            text: "Hello.\nIt goes.".to_owned(),
            html: Some("<p>Hello.</p>".to_owned()),
        },
        seats: vec![seat],
    })
}

/// The letters that the ledger says were taken: message, person's account, time.
async fn proofs(world: &World) -> Vec<(String, String, Instant)> {
    let mut ledger = world.ledger().await;
    let accounts = ledger.accounts().await.expect("accounts");
    let mut proofs = Vec::new();
    for entry in ledger.entries(0).await.expect("entries") {
        if let Event::NoticeSent { to, message, seats } = serde_json::from_str(&entry.body).expect("an event") {
            assert_eq!(to, NoticeTo::Owner);
            assert_eq!(seats[0].idle_since, at("2026-06-01T00:00:00Z"));
            assert_eq!(seats[0].goes_from, Some(at("2026-10-20T00:00:00Z")));
            proofs.push((message, accounts[&seats[0].person].user_id.clone(), entry.at));
        }
    }
    proofs
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_was_taken_is_proved_and_one_that_waits_holds_up_no_other() {
    let server = MailServer::new(Way::StartTls, None);
    let world = world(server.port());
    let post = world.deliver();
    let letters = [
        ("l-1", letter("busy@acme.test", "busy")),
        ("l-2", letter("nobody@acme.test", "gone")),
        ("l-3", letter("jane@acme.test", "jane")),
    ];
    world.write("notices", letters).await;
    let written = world.now();
    post.settled().await;
    world.pass(HOUR);
    let standing = post.standing("notices").await;
    assert_eq!((standing.waiting, standing.refused, standing.delivered), (1, 1, 1), "{standing:?}");
    assert_eq!(proofs(&world).await, [("l-3".to_owned(), "jane".to_owned(), world.now())]);
    let mail = server.until(1).remove(0);
    assert_eq!(mail.to, ["jane@acme.test"]);
    assert_eq!(mail.header("Subject").as_deref(), Some("Your seat  Bcc: all@acme.test"));
    assert_eq!(mail.header("Bcc"), None);
    assert!(mail.data.contains("text/html") && mail.data.contains("<p>Hello.</p>") && mail.data.contains("It goes."));
    server.is_busy_no_more();
    world.pass(HOUR);
    post.settled().await;
    let proofs = proofs(&world).await;
    assert_eq!((proofs.len(), proofs[1].0.as_str(), proofs[1].1.as_str()), (2, "l-1", "busy"));
    assert!(proofs[1].2 > written);
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_never_older_than_what_was_written_before() {
    let server = MailServer::new(Way::StartTls, None);
    let world = world(server.port());
    let mut ledger = world.ledger().await;
    // The clock was ahead when this was written.
    let ahead = at("2026-10-06T00:00:00Z");
    ledger.append(ahead, &[Event::Paused { by: "jane".to_owned(), note: None }]).await.expect("it is written");
    ledger.close().await;
    world.write("notices", [("l-1", letter("jane@acme.test", "jane"))]).await;
    let post = world.deliver();
    assert_eq!(post.standing("notices").await.delivered, 1);
    assert_eq!(proofs(&world).await, [("l-1".to_owned(), "jane".to_owned(), ahead)]);
    post.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_digest_is_a_mail_like_any_other() {
    let server = MailServer::new(Way::StartTls, None);
    let world = world(server.port());
    let mail = Mail {
        to: vec!["jane@acme.test".to_owned(), "joe@acme.test".to_owned()],
        subject: "Seats in week 41".to_owned(),
        text: "Grüße".to_owned(),
        html: None,
    };
    world.write("digest", [("2026-W41", Content::Mail(mail))]).await;
    let post = world.deliver();
    assert_eq!(post.standing("digest").await.delivered, 1);
    let taken = server.until(1).remove(0);
    assert_eq!(taken.to, ["jane@acme.test", "joe@acme.test"]);
    assert_eq!(taken.header("Message-ID").as_deref(), Some("<2026-W41@steward.acme.test>"));
    assert!(taken.data.is_ascii() && taken.data.contains("Gr=C3=BC=C3=9Fe"), "{}", taken.data);
    post.stop().await;
}
