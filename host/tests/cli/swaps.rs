//! A thousand switches of the policy while a daemon and a command line plan without a pause: no plan knows two of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::Value;
use steward::activation::{Request, activate};
use steward::config::Settings;
use steward::policies::{self, Found, Origin, STANDARD};
use steward::{clock, cycle};
use tokio::runtime::Handle;

use crate::daemon::{Daemon, OWN_PORT, get, release};
use crate::policy_store::built;
use crate::release::until;
use crate::site::{data, serve};

const SWAPS: usize = 1000;
/// The daemon gets to plan at least once in so many swaps; without a pause they would hold the lock nearly always.
const SWAPS_PER_RUN: usize = 25;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_swaps_during_continuous_runs_leave_no_mixed_run() {
    let mut site = serve(data(40), |_| {}).await;
    site.add(OWN_PORT);
    site.add("  policy:\n    maxNewReleases: 1000\n    settingsOf:\n      hostile: { act: nothing }\n");
    let loaded = Settings::load(&site.config()).unwrap();
    let mut ledger = cycle::open_ledger(&loaded.settings, &clock::now).await.unwrap();
    let hostile = Found::file(&built("hostile")).unwrap();
    let checked = hostile.load(Some(&loaded.settings)).unwrap();
    policies::add(&mut ledger, &hostile, &checked, "a test", clock::now()).await.unwrap();
    // Without its tests, so that the gate has little to do.
    let standard = Found { suites: BTreeMap::new(), ..Found::shipped(&STANDARD) };
    let hostile = Found { origin: Origin::Stored, ..hostile };

    let daemon = Daemon::start(&site).await;
    until(|| get(&site, "/readyz").is_some_and(|(status, _)| status == 200)).await;
    let site = Arc::new(site);
    let (is_over, runs) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    // On threads of their own: the double of the server must not wait for whoever waits for it.
    let daemons = tokio::task::spawn_blocking({
        let (site, is_over, runs) = (site.clone(), is_over.clone(), runs.clone());
        move || {
            while !is_over.load(Ordering::Relaxed) {
                if Handle::current().block_on(release(&site)) != "failed" {
                    runs.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    });
    let commands = tokio::task::spawn_blocking({
        let (site, is_over) = (site.clone(), is_over.clone());
        move || {
            let mut digests = BTreeSet::new();
            while !is_over.load(Ordering::Relaxed) {
                digests.insert(of_one_policy(&site.plan()));
            }
            digests
        }
    });
    let note = Some("to and fro".to_owned());
    let request = Request { by: "a test".to_owned(), note, force: true, wait: true, looked_at: None };
    for swap in 0..SWAPS {
        let next = if swap % 2 == 0 { &hostile } else { &standard };
        let activation = activate(&loaded.settings, &mut ledger, next.clone(), &request, &clock::now).await;
        assert!(activation.unwrap().is_active);
        if swap % SWAPS_PER_RUN == 0 {
            let before = runs.load(Ordering::Relaxed);
            until(|| runs.load(Ordering::Relaxed) > before).await;
        }
    }
    is_over.store(true, Ordering::Relaxed);
    let by_commands = commands.await.unwrap();
    daemons.await.unwrap();
    daemon.stop().is_done();

    let (ids, mut stored) = (ledger.latest_plan_ids(u16::MAX).await.unwrap(), BTreeSet::new());
    assert!(ids.len() >= SWAPS / SWAPS_PER_RUN, "{} plans", ids.len());
    for id in &ids {
        stored.insert(of_one_policy(&serde_json::from_slice(&ledger.stored_plan(id).await.unwrap().bytes).unwrap()));
    }
    let both: BTreeSet<String> = [&standard, &hostile].map(|found| found.digest().to_string()).into();
    assert_eq!((stored, by_commands), (both.clone(), both), "each policy had its turn");
    site.run(["audit", "verify"]).is_done();
}

/// The digest of the policy of a plan, all of whose decisions are those of this policy.
fn of_one_policy(plan: &Value) -> String {
    let name = plan["policy"]["name"].as_str().unwrap();
    let is_hostile = name == "hostile";
    let decisions = plan["decisions"].as_array().unwrap();
    assert!(!decisions.is_empty());
    for decision in decisions {
        assert_eq!(decision["rule"] == "release-all", is_hostile, "{name}: {decision}");
    }
    assert_eq!(plan["faults"], Value::Array(Vec::new()));
    plan["policy"]["digest"].as_str().unwrap().to_owned()
}
