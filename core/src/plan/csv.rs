//! A plan as CSV: one line for each seat.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::PlanBody;
use crate::decision::Verdict;
use crate::ids::LicenseId;
use crate::text::harmless;

const TITLES: [&str; 14] = [
    "licenseType",
    "licenseId",
    "userDirectory",
    "userId",
    "name",
    "allocatedAt",
    "lastUsed",
    "idleDays",
    "verdict",
    "rule",
    "reason",
    "flipsAt",
    "released",
    "heldBy",
];

/// Writes lines that end as Windows ends them; a spreadsheet takes no cell for a formula.
///
/// # Errors
/// When `out` fails.
pub fn write(plan: &PlanBody, out: &mut dyn io::Write) -> io::Result<()> {
    let released: BTreeSet<&LicenseId> = plan.releases.iter().collect();
    let mut held_by: BTreeMap<&LicenseId, Vec<&str>> = BTreeMap::new();
    for held in &plan.held {
        for id in &held.license_ids {
            held_by.entry(id).or_default().push(held.gate.as_str());
        }
    }
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(TITLES)?;
    for decision in &plan.decisions {
        let optional = |value: Option<String>| value.unwrap_or_default();
        let verdict = match decision.verdict {
            Verdict::Keep => "keep",
            Verdict::Release => "release",
        };
        writer.write_record([
            decision.license_type.to_string(),
            harmless(decision.license_id.as_str()),
            harmless(&decision.user_directory),
            harmless(&decision.user_id),
            harmless(decision.name.as_deref().unwrap_or_default()),
            optional(decision.allocated_at.map(|at| at.to_string())),
            decision.last_used.to_string(),
            optional(decision.idle_days.map(|days| days.to_string())),
            verdict.to_owned(),
            harmless(&decision.rule),
            harmless(&decision.reason),
            optional(decision.flips_at.map(|at| at.to_string())),
            released.contains(&decision.license_id).to_string(),
            held_by.get(&decision.license_id).map(|gates| gates.join(" ")).unwrap_or_default(),
        ])?;
    }
    writer.flush()
}
