//! Domain values as the records of the world. One function for each, no decisions.

use steward_core::decision::{self, Verdict};
use steward_core::guard::{self, Gate};
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::policy::{self, Description, FaultKind, RunPool};

use crate::bindings::exports::steward::simulator::engine as wit;
use crate::bindings::steward::policy::policy as contract;

/// Dates lie within 2.6e14 milliseconds, which a float holds exactly.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
pub fn instant(at: Instant) -> f64 {
    at.millis() as f64
}

/// A count; nothing here counts to four billion.
pub fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

pub fn license_type(kind: LicenseType) -> wit::LicenseType {
    match kind {
        LicenseType::Analyzer => wit::LicenseType::Analyzer,
        LicenseType::Professional => wit::LicenseType::Professional,
        LicenseType::User => wit::LicenseType::User,
    }
}

pub fn license_type_from(kind: wit::LicenseType) -> LicenseType {
    match kind {
        wit::LicenseType::Analyzer => LicenseType::Analyzer,
        wit::LicenseType::Professional => LicenseType::Professional,
        wit::LicenseType::User => LicenseType::User,
    }
}

pub fn verdict(verdict: Verdict) -> wit::Verdict {
    match verdict {
        Verdict::Keep => wit::Verdict::Keep,
        Verdict::Release => wit::Verdict::Release,
    }
}

pub fn scope(scope: guard::Scope) -> wit::Scope {
    match scope {
        guard::Scope::Seat => wit::Scope::Seat,
        guard::Scope::Type => wit::Scope::LicenseType,
        guard::Scope::Run => wit::Scope::Run,
    }
}

pub fn hold(gate: Gate, kind: Option<LicenseType>, detail: String, seats: usize) -> wit::Hold {
    wit::Hold {
        scope: scope(gate.scope()),
        license_type: kind.map(license_type),
        gate: gate.as_str().to_owned(),
        sentence: gate.sentence().to_owned(),
        way_out: gate.way_out().to_owned(),
        detail,
        seats: count(seats),
    }
}

pub fn fault(fault: &policy::Fault) -> wit::Fault {
    let kind = match fault.kind {
        FaultKind::Trap => wit::FaultKind::Trap,
        FaultKind::OutOfFuel => wit::FaultKind::OutOfFuel,
        FaultKind::Deadline => wit::FaultKind::Deadline,
        FaultKind::OutOfMemory => wit::FaultKind::OutOfMemory,
        FaultKind::Malformed => wit::FaultKind::Malformed,
        FaultKind::Oversize => wit::FaultKind::Oversize,
    };
    wit::Fault { kind, detail: fault.detail.clone() }
}

pub fn pool(pool: &RunPool) -> wit::Pool {
    wit::Pool {
        license_type: license_type(pool.license_type),
        total: pool.total,
        allocated: pool.allocated,
        available: pool.available,
        quarantined: pool.quarantined,
        excess: pool.excess,
    }
}

pub fn rule_outcome(outcome: decision::RuleOutcome) -> wit::RuleOutcome {
    wit::RuleOutcome {
        rule: outcome.rule,
        outcome: match outcome.outcome {
            decision::Outcome::Keeps => wit::Outcome::Keeps,
            decision::Outcome::Releases => wit::Outcome::Releases,
            decision::Outcome::Passes => wit::Outcome::Passes,
        },
        evidence: outcome.evidence,
    }
}

pub fn description(description: Description) -> wit::Description {
    let policy::Needs { roles, attributes, display_name } = description.needs;
    let facts = [
        (roles, contract::Fact::Roles),
        (attributes, contract::Fact::Attributes),
        (display_name, contract::Fact::DisplayName),
    ];
    let rules = description.rules.into_iter().map(|rule| contract::Rule { id: rule.id, summary: rule.summary });
    wit::Description {
        name: description.name,
        version: description.version,
        summary: description.summary,
        rules: rules.collect(),
        settings_schema: description.settings_schema,
        needs: facts.into_iter().filter(|(is_needed, _)| *is_needed).map(|(_, fact)| fact).collect(),
    }
}
