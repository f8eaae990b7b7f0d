//! What holds for every policy, looked for in the candidates of a suite and in many more that are made up from them.

mod doubts;
mod explained;
mod flips;
mod monotone;
mod protected;
mod stable;

use serde_json::{Map, Value, json};

use super::cases::{fault_text, not_ready_text, verdict_word};
use super::format::Suite;
use super::report::{Counterexample, PropertyOutcome, PropertyReport};
use super::setup::{Prepared, Setup};
use super::subject::Subject;
use super::variation::Variations;
use super::{Configure, Options};
use crate::decision::Decision;
use crate::policy::{Description, Fault, Policy};

/// The property of which a suite says itself that it holds.
pub(super) const MONOTONE: &str = "monotone";

/// Different settings, times and pools of a suite that are looked at. Each costs up to a hundred fresh evaluators.
const WORLDS_MAX: usize = 40;

/// One set of settings, time and pools, the seats that are put to it, and what the policy says of them.
struct World {
    setup: Setup,
    subjects: Vec<Subject>,
    decisions: Vec<Decision>,
}

/// What came of a property in one world.
enum Finding {
    /// For so many seats.
    Holds(usize),
    Fails(Counterexample),
    Noted(usize, Counterexample),
    NotChecked(String),
}

/// Makes evaluators.
struct Lab<'l, 'p> {
    configure: &'l mut Configure<'p>,
    seed: u64,
}

impl<'p> Lab<'_, 'p> {
    /// A fresh evaluator; why there is none is said in words.
    fn evaluator(&mut self, setup: &Setup) -> Result<Box<dyn Policy + 'p>, String> {
        (self.configure)(&setup.settings, &setup.run).map_err(|not_ready| not_ready_text(&not_ready))
    }
}

pub(super) fn check(
    description: &Description,
    suite: &Suite,
    prepared: &Prepared,
    configure: &mut Configure<'_>,
    options: Options,
) -> Vec<PropertyReport> {
    // The schema was read once when the policy was described.
    let schema: Value = serde_json::from_str(&description.settings_schema).unwrap_or_default();
    let mut lab = Lab { configure, seed: options.seed };
    let (worlds, answers) = worlds(&schema, prepared, &mut lab, options);
    let mut look = |name: &str, summary: &str, one: &dyn Fn(&mut Lab<'_, '_>, &World) -> Finding| {
        report(name, summary, worlds.iter().map(|world| one(&mut lab, world)))
    };
    let mut reports = vec![
        report("answers", "every seat gets a valid answer", answers.into_iter()),
        look("deterministic", "a seat that is asked about again gets the same answer", &stable::deterministic),
        look("order-independent", "an answer does not depend on the seats before it", &stable::order_independent),
        look("outlines", "answers without sentences are those with sentences", &stable::outlines),
        look("explained", "the first rule that keeps decides, else the first that releases", &explained::look),
        look("flips-at", "a verdict turns when it says so, and not otherwise", &flips::look),
        look("protected", "nobody who is listed under neverRelease loses a seat", &|lab, world| {
            protected::look(&schema, lab, world)
        }),
        look("doubts", "seats about which nobody can tell are kept", &doubts::look),
    ];
    for promise in &suite.monotone {
        reports.push(look(MONOTONE, &monotone::summary(promise), &|lab, world| {
            monotone::look(promise, &schema, lab, world)
        }));
    }
    reports
}

/// The worlds in which the policy gives an answer about every seat, and what came of all of them.
fn worlds(schema: &Value, prepared: &Prepared, lab: &mut Lab<'_, '_>, options: Options) -> (Vec<World>, Vec<Finding>) {
    let mut setups: Vec<(&Setup, Vec<Subject>)> = Vec::new();
    for (setup, subject) in &prepared.cases {
        let is_full = setups.len() >= WORLDS_MAX;
        match setups.iter_mut().find(|(known, _)| *known == setup) {
            Some((_, subjects)) => subjects.push(subject.clone()),
            None if is_full => {}
            None => setups.push((setup, vec![subject.clone()])),
        }
    }
    let varied_each = options.variations.checked_div(setups.len()).unwrap_or_default();
    let mut worlds = Vec::new();
    let mut findings = Vec::new();
    for ((setup, mut subjects), seed) in setups.into_iter().zip(options.seed..) {
        let mut variations = Variations::new(setup, schema, seed);
        let varied: Vec<Subject> =
            subjects.iter().cycle().take(varied_each).map(|subject| variations.vary(subject)).collect();
        subjects.extend(varied);
        let mut policy = match lab.evaluator(setup) {
            Ok(policy) => policy,
            Err(why) => {
                findings.push(Finding::NotChecked(format!("the policy is not ready: {why}")));
                continue;
            }
        };
        match decide_all(policy.as_mut(), &subjects) {
            Ok(decisions) => {
                findings.push(Finding::Holds(decisions.len()));
                worlds.push(World { setup: setup.clone(), subjects, decisions });
            }
            Err((subject, fault)) => {
                findings.push(Finding::Fails(counterexample(setup, subject, fault_text(&fault))));
            }
        }
    }
    (worlds, findings)
}

/// The decisions about all seats, or the first seat at which the policy fails.
fn decide_all<'s>(policy: &mut dyn Policy, subjects: &'s [Subject]) -> Result<Vec<Decision>, (&'s Subject, Fault)> {
    subjects.iter().map(|subject| policy.decide(&subject.candidate()).map_err(|fault| (subject, fault))).collect()
}

impl World {
    fn seats(&self) -> impl DoubleEndedIterator<Item = (&Subject, &Decision)> + ExactSizeIterator + Clone {
        self.subjects.iter().zip(&self.decisions)
    }

    /// The policy did something in this world that it must not do.
    fn fails(&self, subject: &Subject, detail: impl Into<String>) -> Finding {
        Finding::Fails(counterexample(&self.setup, subject, detail.into()))
    }
}

/// One report of all worlds: the first counterexample, else the first thing to note, else how many seats were looked at.
fn report(name: &str, summary: &str, findings: impl Iterator<Item = Finding>) -> PropertyReport {
    let (mut checked, mut noted, mut not_checked) = (0, None, None);
    let mut outcome = None;
    for finding in findings {
        match finding {
            Finding::Holds(seats) => checked += seats,
            Finding::Noted(seats, counterexample) => {
                checked += seats;
                noted = noted.or(Some(PropertyOutcome::Noted(counterexample)));
            }
            Finding::NotChecked(why) => not_checked = not_checked.or(Some(PropertyOutcome::NotChecked(why))),
            Finding::Fails(counterexample) => {
                outcome = Some(PropertyOutcome::Fails(counterexample));
                break;
            }
        }
    }
    let nothing =
        || not_checked.unwrap_or_else(|| PropertyOutcome::NotChecked("there is no seat to look at".to_owned()));
    let quiet = || if checked == 0 { nothing() } else { PropertyOutcome::Holds };
    let outcome = outcome.or(noted).unwrap_or_else(quiet);
    PropertyReport { property: name.to_owned(), summary: summary.to_owned(), checked, outcome }
}

fn counterexample(setup: &Setup, subject: &Subject, detail: String) -> Counterexample {
    let pools = setup.run.pools.iter().map(|pool| {
        let members = json!({
            "total": pool.total, "allocated": pool.allocated, "available": pool.available, "excess": pool.excess,
            "quarantined": pool.quarantined, "candidates": pool.candidates,
        });
        (pool.license_type.to_string(), members)
    });
    let reproduce = json!({
        "now": setup.run.now,
        "settings": setup.settings,
        "pools": pools.collect::<Map<String, Value>>(),
        "candidate": subject.as_json(),
    });
    Counterexample { case: subject.case.clone(), is_varied: subject.is_varied, detail, reproduce }
}

/// `keep by idle`, with everything in which `other` differs.
fn decision_text(decision: &Decision, other: &Decision) -> String {
    let mut parts = vec![format!("{} by {}", verdict_word(decision.verdict), decision.rule)];
    if decision.priority != other.priority {
        parts.push(format!("priority {}", decision.priority));
    }
    if decision.flips_at != other.flips_at {
        let flip = decision.flips_at.map_or_else(|| "never".to_owned(), |at| format!("at {at}"));
        parts.push(format!("flips {flip}"));
    }
    if decision.reason != other.reason {
        parts.push(format!("because \"{}\"", decision.reason));
    }
    parts.join(", ")
}
