//! Rules about Steward itself: its runs, its readings, its settings.

use super::{Findings, Standing, is_below, percent, raised_if, some, standing};
use crate::alert::observations::{Observations, RunHeldFacts};
use crate::alert::rule::Rule;
use crate::alert::settings::Thresholds;
use crate::guard::Gate;
use crate::instant::Instant;

const MS_PER_HOUR: u64 = 3_600_000;

pub(super) fn find(
    observations: &Observations,
    thresholds: &Thresholds,
    reading_age_ms: Option<u64>,
    now: Instant,
    findings: &mut Findings,
) {
    if let Some(plan) = &observations.last_plan {
        last_plan(plan, findings);
    }
    jobs(observations, findings);
    releases(observations, thresholds, now, findings);
    if let Some(age_ms) = reading_age_ms {
        let hours = age_ms / MS_PER_HOUR;
        let standing = raised_if(hours >= u64::from(thresholds.stale_hours));
        let facts = format!("The pools were read {} ago.", some(hours, "hour", "hours"));
        findings.add(Rule::DataStale, "", standing, facts);
    }
    if let Some(outbox) = observations.outbox {
        let (waiting, limit) = (outbox.waiting, outbox.limit);
        let is_high = limit > 0 && !is_below(waiting, limit, thresholds.outbox_percent);
        let is_low = is_below(waiting, limit, thresholds.outbox_clear_percent);
        let share = percent(waiting, limit);
        let facts =
            format!("{} for InfluxDB, {share} % of the {limit} that may.", some(waiting, "point waits", "points wait"));
        findings.add(Rule::OutboxFilling, "", standing(is_high, is_low), facts);
    }
    if let Some(problem) = &observations.settings_problem {
        let facts = problem.as_ref().map_or_else(
            || "The settings file is in force.".to_owned(),
            |problem| format!("The settings file cannot be used: {problem}."),
        );
        findings.add(Rule::SettingsBroken, "", raised_if(problem.is_some()), facts);
    }
    if let Some(paused) = observations.paused_since {
        let days = paused.map_or(0, |since| now.days_since(since));
        let facts = paused.map_or_else(
            || "Releases are not paused.".to_owned(),
            |since| format!("Releases have been paused for {days} days, since {since}."),
        );
        let standing = raised_if(paused.is_some() && days >= thresholds.paused_days);
        findings.add(Rule::PausedLong, "", standing, facts);
    }
    if let Some(entries) = &observations.unmatched_protections {
        findings.knows(Rule::ProtectionUnmatched);
        for entry in entries {
            let facts = format!("The entry {entry} matched somebody before and matches nobody now.");
            findings.add(Rule::ProtectionUnmatched, entry, Standing::Raised, facts);
        }
    }
}

fn last_plan(plan: &RunHeldFacts, findings: &mut Findings) {
    findings.knows(Rule::RunHeld);
    let facts = match &plan.policy_fault {
        Some(fault) => format!("The policy failed, so everything was held: {fault}."),
        None => "The policy answered as it should.".to_owned(),
    };
    findings.add(Rule::PolicyFault, "", raised_if(plan.policy_fault.is_some()), facts);
    // That the policy failed has been said.
    for (gate, seats) in plan.held.iter().filter(|(gate, _)| *gate != Gate::PolicyFault.as_str()) {
        let facts = format!("The gate {gate} held {} in the last run.", some((*seats).into(), "seat", "seats"));
        findings.add(Rule::RunHeld, gate, Standing::Raised, facts);
    }
}

fn jobs(observations: &Observations, findings: &mut Findings) {
    if observations.jobs.is_empty() {
        return;
    }
    findings.knows(Rule::RunFailed);
    for (job, facts) in &observations.jobs {
        let text = match &facts.failure {
            Some(failure) => format!("The last run of the job {job} failed: {failure}."),
            None => format!("The last run of the job {job} did not fail."),
        };
        findings.add(Rule::RunFailed, job, raised_if(facts.failure.is_some()), text);
    }
}

fn releases(observations: &Observations, thresholds: &Thresholds, now: Instant, findings: &mut Findings) {
    let Some(releases) = observations.releases else { return };
    let days = now.days_since(releases.last_success_at);
    let is_paused = observations.paused_since.flatten().is_some();
    let standing = match () {
        () if !releases.is_scheduled => Standing::Clear,
        // That is said by its own rule.
        () if is_paused => Standing::Between,
        () => raised_if(days >= thresholds.no_success_days),
    };
    let facts = match standing {
        Standing::Clear if !releases.is_scheduled => "Releases are not scheduled.".to_owned(),
        _ => format!("The last release run that succeeded ended {days} days ago, at {}.", releases.last_success_at),
    };
    findings.add(Rule::NoSuccessfulRun, "", standing, facts);
}
