//! Random sequences of what administrators, crashes and clocks do: no DELETE outside of an approved plan, ever.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use steward_fake_qrs::FaultScript;

use crate::ledger::{accounted, armed, deletes, owner_of, planned};
use crate::site::{Site, start};

/// Each costs a few starts of the binary.
const CASES: u32 = 10;

#[derive(Debug, Clone)]
enum Step {
    Plan,
    /// Applies the latest plan, or its first seats.
    Apply(Option<u8>),
    /// The same, killed after so many milliseconds.
    KilledApply(u16),
    Pause,
    Resume,
    /// Protects the owner of a seat of the latest plan.
    Protect(u8),
    LogIn(u8),
    /// Moves the server's clock by so many minutes.
    ServerClock(i8),
    /// Other thresholds: plans made before are plans of other settings.
    Policy(u8),
    Undo,
    /// One request in so many fails.
    Faults(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Plan),
        4 => prop::option::of(1_u8..6).prop_map(Step::Apply),
        4 => (0_u16..400).prop_map(Step::KilledApply),
        1 => Just(Step::Pause),
        2 => Just(Step::Resume),
        1 => any::<u8>().prop_map(Step::Protect),
        1 => any::<u8>().prop_map(Step::LogIn),
        1 => (-20_i8..20).prop_map(Step::ServerClock),
        1 => (0_u8..3).prop_map(Step::Policy),
        1 => Just(Step::Undo),
        1 => (2_u8..9).prop_map(Step::Faults),
    ]
}

/// What the test knows beside the program.
struct World {
    site: Site,
    /// Of the latest plan.
    plan: Option<(String, Vec<String>)>,
    approved: BTreeSet<String>,
    protected: BTreeSet<String>,
    is_paused: bool,
    thresholds: String,
}

impl World {
    fn take(&mut self, step: &Step) {
        match step {
            Step::Plan => self.make_plan(),
            Step::Apply(first) => {
                let Some(mut args) = self.approve() else { return };
                if let Some(first) = first {
                    args.extend(["--first".to_owned(), first.to_string()]);
                }
                let run = self.site.run(&args);
                assert!([0, 1, 3].contains(&run.code), "{run:?}");
            }
            Step::KilledApply(ms) => {
                let Some(args) = self.approve() else { return };
                let config = self.site.config();
                let mut child =
                    start(args.iter().map(String::as_str).chain(["--config", config.to_str().unwrap()]), &[]);
                std::thread::sleep(Duration::from_millis(u64::from(*ms)));
                let _ = child.kill();
                child.wait().unwrap();
            }
            Step::Pause => {
                self.site.run(["pause"]).is_done();
                self.is_paused = true;
            }
            Step::Resume => {
                self.site.run(["resume"]).is_done();
                self.is_paused = false;
            }
            Step::Protect(which) => {
                let Some(id) = self.seat(*which) else { return };
                let owner = owner_of(&self.site, &id);
                self.site.run(["protect", &owner, "--note", "x", "--unknown"]).is_done();
                self.protected.insert(id);
            }
            Step::LogIn(which) => {
                let Some(id) = self.seat(*which) else { return };
                self.site.qrs.log_in(&owner_of(&self.site, &id));
            }
            Step::ServerClock(minutes) => self.site.qrs.advance_clock(chrono::TimeDelta::minutes(i64::from(*minutes))),
            Step::Policy(which) => {
                let days = format!("releaseThresholdDays: {}", 30 + which);
                self.site.settings = self.site.settings.replace(&self.thresholds, &days);
                self.site.set(&[]);
                self.thresholds = days;
            }
            Step::Undo => {
                let run = self.site.run(["undo", "1"]);
                assert!([0, 1, 3].contains(&run.code), "{run:?}");
            }
            Step::Faults(every) => {
                let rules = (1..40).map(|place| steward_fake_qrs::FaultRule {
                    method: None,
                    path: None,
                    nth: place * u64::from(*every),
                    times: Some(1),
                    action: if place % 2 == 0 {
                        steward_fake_qrs::Fault::Reset
                    } else {
                        steward_fake_qrs::Fault::ResetAfterApply
                    },
                });
                self.site.qrs.set_faults(FaultScript { rules: rules.collect() });
            }
        }
    }

    fn make_plan(&mut self) {
        let run = self.site.run(["plan", "--format", "json"]);
        if [0, 3].contains(&run.code) {
            let plan = run.json();
            let releases = plan["releases"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned());
            self.plan = Some((plan["planId"].as_str().unwrap().to_owned(), releases.collect()));
        }
    }

    /// Whoever applies a plan approves what it releases.
    fn approve(&mut self) -> Option<Vec<String>> {
        let (id, releases) = self.plan.as_ref()?;
        self.approved.extend(releases.iter().cloned());
        Some(vec!["apply".to_owned(), id.clone()])
    }

    /// A seat of the latest plan that is still there.
    fn seat(&self, which: u8) -> Option<String> {
        let (_, releases) = self.plan.as_ref()?;
        let there: Vec<&String> = releases.iter().filter(|id| crate::ledger::is_there(&self.site, id)).collect();
        there.get(usize::from(which) % there.len().max(1)).map(|id| (*id).clone())
    }
}

async fn check(steps: &[Step]) -> Result<(), TestCaseError> {
    let site = armed(40).await;
    let mut world = World {
        site,
        plan: None,
        approved: BTreeSet::new(),
        protected: BTreeSet::new(),
        is_paused: false,
        thresholds: "releaseThresholdDays: 30".to_owned(),
    };
    for step in steps {
        let before = deletes(&world.site).len();
        let (was_paused, was_protected) = (world.is_paused, world.protected.clone());
        tokio::task::block_in_place(|| world.take(step));
        let sent = deletes(&world.site);
        for (id, _) in sent.get(before..).unwrap_or_default() {
            prop_assert!(world.approved.contains(id), "{step:?} deleted {id}, which no plan released");
            prop_assert!(!was_paused, "{step:?} deleted {id} while releases were paused");
            prop_assert!(!was_protected.contains(id), "{step:?} deleted {id}, whose owner is protected by hand");
        }
    }
    world.site.qrs.set_faults(FaultScript::default());
    tokio::task::block_in_place(|| planned(&world.site));
    accounted(&world.site).await;
    let mut taken: Vec<String> =
        deletes(&world.site).into_iter().filter(|(_, status)| *status == 204).map(|(id, _)| id).collect();
    let count = taken.len();
    taken.sort();
    taken.dedup();
    prop_assert_eq!(taken.len(), count, "a seat was taken twice");
    Ok(())
}

#[test]
fn no_seat_is_ever_taken_outside_of_an_approved_plan() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let config = Config { cases: CASES, max_shrink_iters: 40, failure_persistence: None, ..Config::default() };
    let sequences = prop::collection::vec(step(), 4..12);
    let result = TestRunner::new(config).run(&sequences, |steps| runtime.block_on(check(&steps)));
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

/// A sequence with a bit of everything, so that each step is tried at least once.
#[tokio::test(flavor = "multi_thread")]
async fn a_sequence_with_everything() {
    let steps = [
        Step::Plan,
        Step::KilledApply(120),
        Step::Plan,
        Step::Protect(1),
        Step::LogIn(2),
        Step::Pause,
        Step::Apply(None),
        Step::Resume,
        Step::ServerClock(15),
        Step::Apply(Some(2)),
        Step::ServerClock(-15),
        Step::Policy(1),
        Step::Apply(Some(2)),
        Step::Faults(4),
        Step::Plan,
        Step::Apply(Some(4)),
        Step::Undo,
    ];
    check(&steps).await.unwrap();
}
