//! However long `InfluxDB` is away, the database of the ledger does not grow without end; and a person can be forgotten.

use steward_core::point::Point;
use steward_core::settings::Account;

use crate::world::{World, reading, release};

/// A port on which nobody listens is not needed: nothing is delivered here.
const PORT: u16 = 1;

async fn waiting(world: &World) -> Vec<(String, i64)> {
    let rows = world.outbox().await.oldest(10_000).await.expect("rows");
    rows.into_iter().map(|row| (row.measurement, row.at_ns / 1_000_000)).collect()
}

#[tokio::test]
async fn a_full_outbox_gives_up_the_oldest_readings_and_counts_them() {
    let world = World::new(PORT).steward("outboxMaxPoints: 100");
    let releases: Vec<Point> = (0..20).map(|n| release(&format!("ACME\\u{n}"), 10_000 + n)).collect();
    world.enqueue(&releases).await;
    let readings: Vec<Point> = (0..130).map(|n| reading(1000 - n)).collect();
    for part in readings.chunks(13) {
        world.enqueue(part).await;
    }
    let standing = world.outbox().await.standing().await.expect("counts");
    assert_eq!((standing.waiting, standing.waiting_max, standing.dropped), (100, 100, 50));
    let kept = waiting(&world).await;
    assert_eq!(kept.iter().filter(|(name, _)| name == "qlik_sense_license_release").count(), 20);
    let newest: Vec<i64> = readings[50..].iter().map(|point| point.at.millis()).collect();
    let readings_kept: Vec<i64> = kept.into_iter().skip(20).map(|(_, at)| at).collect();
    assert_eq!(readings_kept, newest, "the oldest readings went");

    // Without readings the oldest events go.
    let more: Vec<Point> = (0..150).map(|n| release(&format!("ACME\\v{n}"), 500 - n)).collect();
    world.enqueue(&more).await;
    let standing = world.outbox().await.standing().await.expect("counts");
    assert_eq!((standing.waiting, standing.dropped), (100, 200));
    let newest: Vec<i64> = more[50..].iter().map(|point| point.at.millis()).collect();
    assert_eq!(waiting(&world).await.into_iter().map(|(_, at)| at).collect::<Vec<_>>(), newest);
}

#[tokio::test]
async fn refused_points_are_bounded_too() {
    let world = World::new(PORT);
    let hopeless = |n: i64| {
        let mut point = reading(n);
        point.fields.clear();
        point.float("used", f64::NAN)
    };
    for part in 0..3 {
        let points: Vec<Point> = (0..4000).map(|n| hopeless(100_000 - 4000 * part - n)).collect();
        world.enqueue(&points).await;
    }
    let mut outbox = world.outbox().await;
    let standing = outbox.standing().await.expect("counts");
    assert_eq!((standing.waiting, standing.set_aside, standing.forgotten), (0, 10_000, 2000));
    assert_eq!(outbox.retry().await.expect("written"), 0, "without a field there is nothing to try");
    let huge = reading(1).text("text", "x".repeat(70_000));
    world.enqueue(&[huge]).await;
    let standing = outbox.standing().await.expect("counts");
    assert_eq!((standing.waiting, standing.dropped), (0, 1));
}

#[tokio::test]
async fn a_person_who_is_forgotten_leaves_the_outbox() {
    let world = World::new(PORT);
    let mut hopeless = release("acme\\JDoe", 4);
    hopeless.fields.clear();
    let points = [release("ACME\\jdoe", 1), release("ACME\\jdoe2", 2), release("OTHER\\jdoe", 3), hopeless, reading(5)];
    world.enqueue(&points).await;
    let now = steward::clock::now();
    let mut ledger = steward::ledger::Ledger::open(world.folder(), now).await.expect("a ledger");
    let account = Account { user_dir: "ACME".to_owned(), user_id: "jdoe".to_owned() };
    let erased = ledger.erase(&account, "tester", now).await.expect("written").expect("somebody");
    assert_eq!(erased.points, 2);
    assert!(ledger.erase(&account, "tester", now).await.expect("read").is_none(), "nothing is left of them");
    ledger.close().await;
    let mut outbox = world.outbox().await;
    let users: Vec<String> =
        outbox.oldest(10).await.expect("rows").iter().filter_map(|row| row.tags.get("user").cloned()).collect();
    assert_eq!(users.len(), 3, "what they count stays");
    assert!(users.iter().any(|user| user.starts_with("e:")), "{users:?}");
    let set_aside = outbox.set_aside().await.expect("rows");
    let left = format!("{users:?}{set_aside:?}").to_lowercase();
    assert!(!left.contains("acme\\\\jdoe\"") && left.contains("acme\\\\jdoe2"), "{left}");
}
