//! What the tests of a policy need: seats and people to begin with, and a look at everything that a policy answers.
//!
//! ```
//! # use steward_policy_sdk::{Candidate, Evaluator, Policy, Rule, Ruling, RunContext, SettingsError, Verdict};
//! # struct Idle;
//! # const IDLE: Rule = Rule { id: "idle", summary: "Releases every seat." };
//! # impl Policy for Idle {
//! #     type Settings = serde_json::Value;
//! #     const NAME: &'static str = "idle";
//! #     const VERSION: &'static str = "1.0.0";
//! #     const SUMMARY: &'static str = "Releases every seat.";
//! #     const RULES: &'static [Rule] = &[IDLE];
//! #     fn configure(_: serde_json::Value, _: &RunContext) -> Result<Self, Vec<SettingsError>> { Ok(Self) }
//! #     fn judge(&self, _: &Candidate, ruling: &mut Ruling) {
//! #         ruling.release(IDLE, || Some(()), |_| "every seat goes".to_owned());
//! #     }
//! # }
//! use steward_policy_sdk::contract::KnownOwner;
//! use steward_policy_sdk::testing::{check_description, decide, person, run, seat_of};
//!
//! check_description::<Idle>();
//! let policy = Evaluator::<Idle>::configure("{}", &run()).expect("good settings");
//! let contractor = KnownOwner { tags: vec!["contractor".to_owned()], ..person("jdoe") };
//! assert_eq!(decide(&policy, &seat_of(contractor)).verdict, Verdict::Release);
//! ```

mod columns;

use std::collections::BTreeSet;

pub use columns::columns;

use crate::contract::{Candidate, KnownOwner, Owner, Property};
use crate::{
    Decision, Evaluator, Instant, LastUse, LicenseType, MS_PER_DAY, Outcome, Policy, Pool, RunContext, Verdict,
};

/// The time of [`run`]: 2026-11-22T12:00:00Z.
pub const NOW: Instant = 1_795_348_800_000;

/// A run at [`NOW`] on a server that tells nothing about its pools.
pub fn run() -> RunContext {
    RunContext { now: NOW, pools: Vec::new() }
}

/// A pool in which everything adds up: nothing is quarantined or above the total.
pub fn pool(license_type: LicenseType, total: u32, allocated: u32) -> Pool {
    let available = total.saturating_sub(allocated);
    Pool { license_type, total, allocated, available, excess: 0, quarantined: 0, candidates: allocated }
}

/// The instant `days` × 24 hours before [`NOW`]; a negative number lies after it.
pub fn days_ago(days: i64) -> Instant {
    NOW - days * MS_PER_DAY
}

/// The person `ACME\user_id`, of whom nothing special is known.
pub fn person(user_id: &str) -> KnownOwner {
    KnownOwner {
        user_directory: "ACME".to_owned(),
        user_id: user_id.to_owned(),
        inactive: false,
        blocked: false,
        removed_externally: false,
        tags: Vec::new(),
        custom_properties: Vec::new(),
        roles: Vec::new(),
        attributes: Vec::new(),
        display_name: None,
    }
}

/// The only seat of `owner`: an analyzer seat, given 500 days ago and last used 400 days ago.
pub fn seat_of(owner: KnownOwner) -> Candidate {
    Candidate {
        license_id: format!("seat-of-{}", owner.user_id),
        license_type: LicenseType::Analyzer,
        allocated_at: Some(days_ago(500)),
        last_use: LastUse::At(days_ago(400)),
        quarantined: false,
        excess: false,
        owner: Owner::Known(owner),
        other_seats: Vec::new(),
        rank: 1,
    }
}

/// A property or an attribute.
pub fn property(name: &str, value: &str) -> Property {
    Property { name: name.to_owned(), value: value.to_owned() }
}

/// The decision about one seat.
///
/// # Panics
/// When the three ways of asking do not agree, or the host would refuse the answer.
#[track_caller]
pub fn decide<P: Policy>(policy: &Evaluator<P>, seat: &Candidate) -> Decision {
    let decision = policy.decide(seat);
    let rules = crate::describe::<P>().rules;
    assert!(rules.iter().any(|rule| rule.id == decision.rule), "`{}` is not described", decision.rule);
    let length = decision.reason.len();
    assert!((1..=REASON_MAX).contains(&length), "a reason of {length} bytes: {}", decision.reason);

    let outlines = policy.decide_columns(columns(std::slice::from_ref(seat)));
    let [outline] = outlines[..] else { panic!("{} outlines for one seat", outlines.len()) };
    let rule = rules.get(outline.rule as usize).map(|rule| rule.id.as_str());
    assert_eq!(rule, Some(decision.rule.as_str()));
    assert_eq!(
        (outline.verdict, outline.priority, outline.flips_at),
        (decision.verdict, decision.priority, decision.flips_at)
    );

    let outcomes = policy.explain(seat);
    for outcome in &outcomes {
        assert!(rules.iter().any(|rule| rule.id == outcome.rule), "`{}` is not described", outcome.rule);
        assert!(!outcome.evidence.is_empty(), "`{}` has no evidence", outcome.rule);
    }
    let first = |wanted| outcomes.iter().find(|outcome| outcome.outcome == wanted);
    let decided = first(Outcome::Keeps).or_else(|| first(Outcome::Releases));
    assert_eq!(decided.map_or("undecided", |outcome| &outcome.rule), decision.rule);
    assert_eq!(first(Outcome::Keeps).is_none() && decided.is_some(), decision.verdict == Verdict::Release);
    decision
}

/// The host refuses longer reasons.
const REASON_MAX: usize = 500;
/// The host refuses longer ids and names.
const NAME_MAX: usize = 64;
/// The host refuses longer summaries.
const SUMMARY_MAX: usize = 300;

/// Looks at what the host looks at when it loads a policy.
///
/// # Panics
/// When the host would refuse the policy.
#[track_caller]
pub fn check_description<P: Policy>() {
    let description = crate::describe::<P>();
    let mut ids = BTreeSet::new();
    check_name(&description.name);
    assert!(description.summary.len() <= SUMMARY_MAX, "the summary is too long");
    assert!(!P::RULES.is_empty(), "a policy needs a rule");
    for rule in &description.rules {
        check_name(&rule.id);
        assert!(rule.summary.len() <= SUMMARY_MAX, "the summary of `{}` is too long", rule.id);
        assert!(ids.insert(&rule.id), "`{}` is described twice", rule.id);
    }
}

#[track_caller]
fn check_name(name: &str) {
    let is_sane = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
    let fits = (1..=NAME_MAX).contains(&name.len());
    assert!(fits && name.chars().all(is_sane), "`{name}` is not 1 to {NAME_MAX} of a-z, 0-9, `-` and `.`");
}
