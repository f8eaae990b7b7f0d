//! Policies on trial: their tests, run on the component as it would decide, and what a decision costs.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use steward_core::candidate::candidates;
use steward_core::ids::{LicenseId, UserGuid};
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::policy::{Policy, RunContext};
use steward_core::snapshot::{Holder, LastUse, Pool, Seat, Snapshot, SnapshotParts, User};
use steward_core::suite::{self, NotReady, Options, Refusal, Report, Suite};

use crate::config::{ConfigError, document};
use crate::error_chain;
use crate::policy::{ConfigureError, PolicyComponent};

/// Of a file with tests or settings of a policy: ten thousand cases fit into it.
pub const SUITE_BYTES_MAX: u64 = 8 << 20;

/// Reads a file of tests, YAML or JSON.
///
/// # Errors
/// When it is no suite.
pub fn read_suite(name: &str, text: &str) -> Result<Suite, ConfigError> {
    document::read(Path::new(name), text)
}

/// Runs suites on a component.
pub fn run(component: &PolicyComponent, suites: &[Suite], options: Options) -> Report {
    let mut configure = |settings: &Value, run: &RunContext| {
        let sandbox = component.configure(settings, run);
        match sandbox {
            Ok(sandbox) => Ok(Box::new(sandbox) as Box<dyn Policy>),
            Err(ConfigureError::Settings(problems)) => {
                let refusals = problems.into_iter().map(|it| Refusal { path: it.path, message: it.message });
                Err(NotReady::Refused(refusals.collect()))
            }
            Err(ConfigureError::Fault(fault)) => Err(NotReady::Fault(fault)),
            // Settings came out of JSON, so they can be written as JSON.
            Err(ConfigureError::Json(error)) => {
                Err(NotReady::Refused(vec![Refusal { path: String::new(), message: error.to_string() }]))
            }
        }
    };
    suite::run(component.description(), suites, &mut configure, options)
}

/// One sentence about a report.
pub fn summary(report: &Report) -> String {
    let properties = report.suites.iter().flat_map(|suite| &suite.properties).filter(|it| it.is_failed()).count();
    let problems = report.problems.len() + report.suites.iter().map(|suite| suite.problems.len()).sum::<usize>();
    let more = [(properties, "properties do not hold"), (problems, "problems with the tests themselves")];
    let more = more.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    format!("{} cases passed, {} failed{}", report.passed, report.failed, more.collect::<String>())
}

/// Runs the stored tests of a policy. Both sides are sentences.
///
/// # Errors
/// When there are none, or one of them fails.
pub fn run_suites(component: &PolicyComponent, texts: &BTreeMap<String, String>) -> Result<String, String> {
    if texts.is_empty() {
        return Err("it has no tests: add it again with `--tests`".to_owned());
    }
    let suites = texts.iter().map(|(name, text)| read_suite(name, text).map_err(|error| error_chain::text(&error)));
    let suites: Vec<Suite> = suites.collect::<Result<_, _>>()?;
    let report = run(component, &suites, Options::default());
    let summary = summary(&report);
    if report.ok { Ok(summary) } else { Err(format!("{summary}; `steward policy test` says more")) }
}

/// Instructions that one decision costs: the middle one of some invented seats.
///
/// # Errors
/// With a sentence, when the policy does not take these settings or fails.
pub fn fuel_per_decision(component: &PolicyComponent, settings: &Value, now: Instant) -> Result<u64, String> {
    let snapshot = invented(now)?;
    let run = RunContext::of(&snapshot, now);
    let mut sandbox = component.configure(settings, &run).map_err(|error| error_chain::text(&error))?;
    let mut costs = Vec::new();
    for candidate in candidates(&snapshot) {
        sandbox.decide(&candidate).map_err(|fault| fault.to_string())?;
        costs.push(sandbox.fuel_of_last_answer());
    }
    costs.sort_unstable();
    costs.get(costs.len() / 2).copied().ok_or_else(|| "nothing was asked".to_owned())
}

/// Five people with seats that were idle for a different time each.
fn invented(now: Instant) -> Result<Snapshot, String> {
    let mut parts = SnapshotParts {
        taken_at: now,
        clock_skew_ms: Some(0),
        attributes_read: true,
        pools: vec![Pool {
            license_type: LicenseType::Analyzer,
            total: 6,
            allocated: 5,
            allocated_before: 5,
            used: 5,
            available: 1,
            quarantined: 0,
            excess: 0,
        }],
        seats: Vec::new(),
        users: Vec::new(),
        incomplete_users: Vec::new(),
    };
    for days in [1, 29, 31, 180, 1000] {
        let (user_directory, user_id) = ("ACME".to_owned(), format!("person{days}"));
        let guid = UserGuid::new(format!("guid-{days}"));
        parts.seats.push(Seat {
            id: LicenseId::new(format!("seat-{days}")),
            license_type: LicenseType::Analyzer,
            allocated_at: now.minus_days(1200),
            last_used: now.minus_days(days).map_or(LastUse::Unknown, LastUse::At),
            quarantined: false,
            excess: false,
            holder: Holder::User {
                guid: guid.clone(),
                user_directory: user_directory.clone(),
                user_id: user_id.clone(),
            },
        });
        parts.users.push(User {
            guid,
            name: user_id.clone(),
            user_directory,
            user_id,
            inactive: false,
            blocked: false,
            removed_externally: false,
            roles: vec!["Developer".to_owned()],
            tags: vec!["Finance".to_owned()],
            custom_properties: Vec::new(),
            attributes: Vec::new(),
        });
    }
    Snapshot::new(parts).map_err(|error| error.to_string())
}
