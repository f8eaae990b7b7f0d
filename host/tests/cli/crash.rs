//! kill -9 of the real binary at every step of a run.

use steward_fake_qrs::{Fault, FaultRule, FaultScript};

use crate::ledger::{accounted, armed, deletes, events, planned};
use crate::release::until;
use crate::site::{Site, start};

/// Longer than any test: the process is killed while it waits.
const FOREVER_MS: u64 = 600_000;

/// Starts a command and kills it as soon as `is_time` says so. False when it ended before.
async fn killed_when(site: &Site, args: &[&str], mut is_time: impl FnMut(&Site) -> bool) -> bool {
    let config = site.config();
    let mut child = start(args.iter().copied().chain(["--config", config.to_str().unwrap()]), &[]);
    let mut ended = false;
    until(|| {
        ended = child.try_wait().unwrap().is_some();
        ended || is_time(site)
    })
    .await;
    // SIGKILL.
    let _ = child.kill();
    child.wait().unwrap();
    !ended
}

/// After a restart everything is accounted for, and the rest goes as if nothing had happened.
async fn check_restart(site: &Site, what: &str) {
    site.qrs.set_faults(FaultScript::default());
    let (id, _) = planned(site);
    accounted(site).await;
    assert_eq!(site.run(["apply", &id]).code, 0, "{what}");
    assert_eq!(planned(site).1, Vec::<String>::new(), "{what}");
    accounted(site).await;
    let mut taken: Vec<String> =
        deletes(site).into_iter().filter(|(_, status)| *status == 204).map(|(id, _)| id).collect();
    let sent = taken.len();
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), sent, "{what}: a seat was taken twice");
}

/// Kills `apply` after the nth request was carried out and before its answer.
async fn killed_at_request(nth: u64) -> bool {
    let site = armed(40).await;
    let (id, _) = planned(&site);
    site.qrs.clear_journal();
    let action = Fault::LateAnswer { ms: FOREVER_MS };
    let rule = FaultRule { method: None, path: Some("/qrs/*".to_owned()), nth, times: Some(1), action };
    site.qrs.set_faults(FaultScript { rules: vec![rule] });
    let is_late = |site: &Site| site.qrs.journal().iter().any(|entry| entry.fault == Some("late-answer"));
    let was_killed = killed_when(&site, &["apply", &id, "--first", "2"], is_late).await;
    check_restart(&site, &format!("request {nth}")).await;
    was_killed
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_waits_for_any_answer() {
    let mut steps = 0;
    for nth in 1.. {
        if !killed_at_request(nth).await {
            break;
        }
        steps += 1;
    }
    // Lists and counts, then three requests a seat, then the look afterwards.
    assert!(steps >= 12, "{steps}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_server_carried_a_delete_out() {
    let site = armed(40).await;
    let (id, _) = planned(&site);
    site.qrs.set_faults(FaultScript::nth("DELETE", "*", 2, Fault::Latency { ms: 1000 }));
    let connection = std::cell::RefCell::new(0);
    let is_time = |site: &Site| {
        // The look at the second owner is over, so the DELETE is on its way.
        let looks = site
            .qrs
            .journal()
            .iter()
            .filter(|entry| entry.path.starts_with("/qrs/user/") && !entry.path.ends_with("full"))
            .count();
        *connection.borrow_mut() += usize::from(looks == 2);
        *connection.borrow() > 20
    };
    assert!(killed_when(&site, &["apply", &id, "--first", "3"], is_time).await);
    check_restart(&site, "a DELETE on its way").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_an_outcome_and_the_next_intent() {
    let mut site = armed(40).await;
    site.set(&[("releasesPerMinute: 1000000", "releasesPerMinute: 6")]);
    let (id, _) = planned(&site);
    let handle = tokio::runtime::Handle::current();
    let is_time = |site: &Site| {
        let events = tokio::task::block_in_place(|| handle.block_on(events(site)));
        events.iter().any(|event| event["type"] == "release-answered")
    };
    assert!(killed_when(&site, &["apply", &id, "--first", "3"], is_time).await);
    assert_eq!(deletes(&site).len(), 1);
    site.set(&[("releasesPerMinute: 6", "releasesPerMinute: 1000000")]);
    check_restart(&site, "between two seats").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_that_is_killed_gives_nobody_two_seats() {
    for nth in 1.. {
        let site = armed(40).await;
        let (id, _) = planned(&site);
        site.run(["apply", &id, "--first", "2"]).is_done();
        site.qrs.clear_journal();
        site.qrs.set_faults(FaultScript::nth("POST", "*", nth, Fault::LateAnswer { ms: FOREVER_MS }));
        let is_late = |site: &Site| site.qrs.journal().iter().any(|entry| entry.fault == Some("late-answer"));
        let was_killed = killed_when(&site, &["undo", "1"], is_late).await;
        site.qrs.set_faults(FaultScript::default());
        site.run(["undo", "1"]).is_done();
        let posts = site.qrs.journal().iter().filter(|entry| entry.method == "POST" && entry.status == 201).count();
        assert_eq!(posts, 2, "killed at {nth}: each person has one seat");
        accounted(&site).await;
        if !was_killed {
            assert_eq!(nth, 3);
            return;
        }
    }
}
