//! Rules about Steward itself: its runs, its readings, its settings.

use super::{Findings, Standing, is_below, raised_if, standing};
use crate::alert::observations::{Observations, RunHeldFacts, SinkFacts};
use crate::alert::rule::Rule;
use crate::alert::settings::Thresholds;
use crate::alert::words::{clause, days_ago, days_text, moment, share, some};
use crate::guard::Gate;
use crate::instant::Instant;

const MS_PER_HOUR: u64 = 3_600_000;
const HOURS_PER_DAY: u64 = 24;
/// Readings may be missed twice: servers restart, and a job is tried again.
const PAUSES_UNTIL_STALE: u64 = 3;
/// A sink that is down for as long is not merely restarted.
const SINK_WAIT_MINUTES: u64 = 60;

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
        let pause_hours = u64::from(observations.longest_pause_hours.unwrap_or(0));
        let late_hours = u64::from(thresholds.stale_hours).max(PAUSES_UNTIL_STALE.saturating_mul(pause_hours));
        let ago = if hours == 0 { "less than an hour".to_owned() } else { some(hours, "hour", "hours") };
        let facts = format!("The pools were read {ago} ago.");
        findings.add(Rule::DataStale, "", raised_if(hours >= late_hours), facts);
    }
    if let Some(outbox) = observations.outbox {
        let (waiting, limit) = (outbox.waiting, outbox.limit);
        let is_high = limit > 0 && !is_below(waiting, limit, thresholds.outbox_percent);
        let is_low = is_below(waiting, limit, thresholds.outbox_clear_percent);
        let facts = format!(
            "{} for InfluxDB, {} of the {limit} that may.",
            some(waiting, "point waits", "points wait"),
            share(waiting, limit)
        );
        findings.add(Rule::OutboxFilling, "", standing(is_high, is_low), facts);
    }
    if !observations.sinks.is_empty() {
        findings.knows(Rule::SinkFailing);
    }
    for (name, sink) in &observations.sinks {
        let is_raised = is_late(sink) || sink.refused_kept > 0;
        findings.add(Rule::SinkFailing, name, raised_if(is_raised), sink_text(name, sink));
    }
    if let Some(problem) = &observations.settings_problem {
        let facts = problem.as_ref().map_or_else(
            || "The settings file is in force.".to_owned(),
            |problem| format!("The settings file cannot be used: {}.", clause(problem)),
        );
        findings.add(Rule::SettingsBroken, "", raised_if(problem.is_some()), facts);
    }
    if let Some(paused) = observations.paused_since {
        let days = paused.map_or(0, |since| now.days_since(since));
        let facts = paused.map_or_else(
            || "Releases are not paused.".to_owned(),
            |since| match days {
                0 => format!("Releases have been paused since {}.", moment(since)),
                days => {
                    format!("Releases have been paused for {}, since {}.", days_text(days.into()), moment(since))
                }
            },
        );
        let standing = raised_if(paused.is_some() && days >= thresholds.paused_days);
        findings.add(Rule::PausedLong, "", standing, facts);
    }
    if let Some(entries) = &observations.unmatched_protections {
        findings.knows(Rule::ProtectionUnmatched);
        for entry in entries {
            let facts = format!("The entry {} matched somebody before and matches nobody now.", clause(entry));
            findings.add(Rule::ProtectionUnmatched, entry, Standing::Raised, facts);
        }
    }
}

fn last_plan(plan: &RunHeldFacts, findings: &mut Findings) {
    findings.knows(Rule::RunHeld);
    let facts = match &plan.policy_fault {
        Some(fault) => format!("The policy failed, so everything was held: {}.", clause(fault)),
        None => "The policy answered as it should.".to_owned(),
    };
    findings.add(Rule::PolicyFault, "", raised_if(plan.policy_fault.is_some()), facts);
    for (name, seats) in &plan.held {
        let gate = Gate::ALL.into_iter().find(|gate| gate.as_str() == name);
        if gate.is_some_and(|gate| is_said_elsewhere(gate, plan)) {
            continue;
        }
        let seats = some((*seats).into(), "seat", "seats");
        let facts = match gate {
            Some(gate) => format!("The gate {gate} held {seats} in the last run. {}", gate.sentence()),
            None => format!("The gate {} held {seats} in the last run.", clause(name)),
        };
        findings.add(Rule::RunHeld, name, Standing::Raised, facts);
    }
}

/// Gates that are no trouble, or one that has a rule of its own.
fn is_said_elsewhere(gate: Gate, plan: &RunHeldFacts) -> bool {
    match gate {
        // That a policy failed, or that releases have been paused for long, is said by its own rule; a window is meant to hold.
        Gate::PolicyFault | Gate::Paused | Gate::OutsideWindow => true,
        Gate::Cap => plan.cap_is_routine,
        _ => false,
    }
}

fn jobs(observations: &Observations, findings: &mut Findings) {
    if observations.jobs.is_empty() {
        return;
    }
    findings.knows(Rule::RunFailed);
    for (job, facts) in &observations.jobs {
        let name = clause(job);
        let text = match &facts.failure {
            Some(failure) => format!("The last run of the job {name} failed: {}.", clause(failure)),
            None => format!("The last run of the job {name} did not fail."),
        };
        findings.add(Rule::RunFailed, job, raised_if(facts.failure.is_some()), text);
    }
}

fn releases(observations: &Observations, thresholds: &Thresholds, now: Instant, findings: &mut Findings) {
    let Some(releases) = observations.releases else { return };
    let ago_ms = u64::try_from(now.millis_since(releases.last_success_at)).unwrap_or_default();
    let late_hours = u64::from(thresholds.no_success_days)
        .saturating_mul(HOURS_PER_DAY)
        .saturating_add(releases.longest_pause_hours.unwrap_or(0).into());
    let is_paused = observations.paused_since.flatten().is_some();
    let standing = match () {
        () if !releases.is_scheduled => Standing::Clear,
        // That is said by its own rule.
        () if is_paused => Standing::Between,
        () => raised_if(ago_ms / MS_PER_HOUR >= late_hours),
    };
    let facts = if releases.is_scheduled {
        let ago = days_ago(ago_ms / MS_PER_HOUR / HOURS_PER_DAY);
        format!("The last release run that succeeded ended {ago}, on {}.", moment(releases.last_success_at))
    } else {
        "Releases are not scheduled.".to_owned()
    };
    findings.add(Rule::NoSuccessfulRun, "", standing, facts);
}

fn is_late(sink: &SinkFacts) -> bool {
    sink.oldest_waiting_minutes.is_some_and(|minutes| minutes > SINK_WAIT_MINUTES)
}

fn sink_text(name: &str, sink: &SinkFacts) -> String {
    let name = clause(name);
    let mut facts = match sink.oldest_waiting_minutes.filter(|_| is_late(sink)) {
        Some(minutes) => {
            format!("Messages for the sink {name} have been waiting for {}.", some(minutes / 60, "hour", "hours"))
        }
        None if sink.refused_kept == 0 => format!("The sink {name} takes its messages."),
        None => String::new(),
    };
    if sink.refused_kept > 0 {
        let separator = if facts.is_empty() { "" } else { " " };
        let refused = some(sink.refused_kept, "message", "messages");
        facts = format!("{facts}{separator}The sink {name} refused {refused}.");
    }
    match &sink.problem {
        Some(problem) if is_late(sink) || sink.refused_kept > 0 => format!("{facts} It says: {}.", clause(problem)),
        _ => facts,
    }
}
