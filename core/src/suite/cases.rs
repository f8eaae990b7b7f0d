//! Runs the cases of a suite: each with an evaluator of its own.

use super::format::{Case, Expect, Quota, QuotaCase, RefusalCase, Suite};
use super::report::{CaseKind, CaseReport, Difference};
use super::setup::{Prepared, Setup};
use super::subject::Subject;
use super::when::FlipSpec;
use super::{Configure, NotReady, Refusal};
use crate::decision::{Decision, Outcome, RuleOutcome, Verdict};
use crate::instant::Instant;
use crate::policy::{Description, Fault};

pub(super) fn run(
    description: &Description,
    suite: &Suite,
    prepared: &Prepared,
    configure: &mut Configure<'_>,
) -> Vec<CaseReport> {
    let mut reports = Vec::new();
    for (case, (setup, subject)) in suite.cases.iter().zip(&prepared.cases) {
        reports.push(decision(description, case, setup, subject, configure));
    }
    for (case, setup) in suite.quotas.iter().zip(&prepared.quotas) {
        reports.push(quota(case, setup, configure));
    }
    for (case, setup) in suite.refuses.iter().zip(&prepared.refuses) {
        reports.push(refusal(case, setup, configure));
    }
    reports
}

fn decision(
    description: &Description,
    case: &Case,
    setup: &Setup,
    subject: &Subject,
    configure: &mut Configure<'_>,
) -> CaseReport {
    let mut report = report(&case.name, CaseKind::Decision);
    let candidate = subject.candidate();
    let expected = format!("{} by {}", verdict_word(case.expect.verdict), case.expect.rule);
    let mut policy = match configure(&setup.settings, &setup.run) {
        Ok(policy) => policy,
        Err(not_ready) => {
            report.differences.push(difference("settings", "accepted", not_ready_text(&not_ready)));
            return report;
        }
    };
    let decision = match policy.decide(&candidate) {
        Ok(decision) => decision,
        Err(fault) => {
            report.differences.push(difference("decision", expected, fault_text(&fault)));
            return report;
        }
    };
    report.differences = differences(&case.expect, &decision, setup.run.now);
    report.rule = Some(decision.rule);
    if !report.differences.is_empty() || !case.expect.outcomes.is_empty() {
        match policy.explain(&candidate) {
            Ok(outcomes) => {
                report.differences.extend(outcome_differences(&case.expect, &outcomes));
                report.outcomes = outcomes;
            }
            Err(fault) => report.differences.push(difference("explanation", "an explanation", fault_text(&fault))),
        }
    }
    if report.is_passed() {
        report.outcomes.clear();
    } else {
        report.hints = hints(description, setup, subject);
    }
    report
}

fn differences(expect: &Expect, decision: &Decision, now: Instant) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut compare = |what: &str, expected: String, got: String| {
        if expected != got {
            differences.push(difference(what, expected, got));
        }
    };
    compare("verdict", verdict_word(expect.verdict).to_owned(), verdict_word(decision.verdict).to_owned());
    compare("rule", expect.rule.clone(), decision.rule.clone());
    if let Some(priority) = expect.priority {
        compare("priority", priority.to_string(), decision.priority.to_string());
    }
    if let Some(flip) = expect.flips_at {
        compare("flipsAt", flip_text(expected_flip(flip, now)), flip_text(decision.flips_at));
    }
    if let Some(part) = expect.reason.as_ref().filter(|part| !decision.reason.contains(part.as_str())) {
        differences.push(difference("reason", format!("… {part} …"), decision.reason.clone()));
    }
    differences
}

fn expected_flip(flip: FlipSpec, now: Instant) -> Option<Instant> {
    match flip {
        FlipSpec::Never => None,
        FlipSpec::When(when) => when.resolve(now),
    }
}

fn flip_text(at: Option<Instant>) -> String {
    at.map_or_else(|| "never".to_owned(), |at| at.to_string())
}

fn outcome_differences(expect: &Expect, outcomes: &[RuleOutcome]) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (rule, expected) in &expect.outcomes {
        let got = outcomes.iter().find(|outcome| outcome.rule == *rule).map(|outcome| outcome.outcome);
        if got != Some(*expected) {
            let got = got.map_or("nothing", outcome_word);
            differences.push(difference(&format!("outcome of {rule}"), outcome_word(*expected), got));
        }
    }
    differences
}

/// What the policy cannot see of the candidate, and what it lets the licence type be.
fn hints(description: &Description, setup: &Setup, subject: &Subject) -> Vec<String> {
    let needs = description.needs_with(&setup.settings);
    let user = &subject.user;
    let facts = [
        ("roles", !user.roles.is_empty(), needs.roles),
        ("attributes", !user.attributes.is_empty(), needs.attributes),
        ("a display name", !user.name.is_empty(), needs.display_name),
    ];
    let unseen = facts.into_iter().filter(|(_, is_given, is_needed)| *is_given && !*is_needed);
    unseen
        .map(|(fact, ..)| format!("the candidate has {fact}, for which the policy does not ask with these settings"))
        .collect()
}

fn quota(case: &QuotaCase, setup: &Setup, configure: &mut Configure<'_>) -> CaseReport {
    let mut report = report(&case.name, CaseKind::Quota);
    let Quota(expected) = case.expect;
    match configure(&setup.settings, &setup.run) {
        Err(not_ready) => report.differences.push(difference("settings", "accepted", not_ready_text(&not_ready))),
        Ok(mut policy) => match policy.quota(case.license_type) {
            Err(fault) => report.differences.push(difference("quota", quota_text(expected), fault_text(&fault))),
            Ok(got) if got != expected => {
                report.differences.push(difference("quota", quota_text(expected), quota_text(got)));
            }
            Ok(_) => {}
        },
    }
    report
}

fn quota_text(quota: Option<u32>) -> String {
    quota.map_or_else(|| "none".to_owned(), |quota| quota.to_string())
}

fn refusal(case: &RefusalCase, setup: &Setup, configure: &mut Configure<'_>) -> CaseReport {
    let name = case.name.clone().unwrap_or_else(|| format!("refuses {}", case.path));
    let mut report = report(&name, CaseKind::Refusal);
    let words = case.message.as_ref().map(|message| format!(": … {message} …")).unwrap_or_default();
    let expected = format!("refused at `{}`{words}", case.path);
    let got = match configure(&setup.settings, &setup.run) {
        Ok(_) => "accepted".to_owned(),
        Err(NotReady::Refused(refusals)) if refusals.iter().any(|refusal| is_expected(case, refusal)) => return report,
        Err(not_ready) => not_ready_text(&not_ready),
    };
    report.differences.push(difference("settings", expected, got));
    report
}

fn is_expected(case: &RefusalCase, refusal: &Refusal) -> bool {
    refusal.path == case.path && case.message.as_ref().is_none_or(|part| refusal.message.contains(part.as_str()))
}

fn report(name: &str, kind: CaseKind) -> CaseReport {
    let name = name.to_owned();
    CaseReport { name, kind, differences: Vec::new(), rule: None, outcomes: Vec::new(), hints: Vec::new() }
}

fn difference(what: &str, expected: impl Into<String>, got: impl Into<String>) -> Difference {
    Difference { what: what.to_owned(), expected: expected.into(), got: got.into() }
}

pub(super) fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Keep => "keep",
        Verdict::Release => "release",
    }
}

pub(super) fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Keeps => "keeps",
        Outcome::Releases => "releases",
        Outcome::Passes => "passes",
    }
}

pub(super) fn fault_text(fault: &Fault) -> String {
    format!("a fault: {fault}")
}

pub(super) fn not_ready_text(not_ready: &NotReady) -> String {
    match not_ready {
        NotReady::Fault(fault) => fault_text(fault),
        NotReady::Refused(refusals) => {
            let lines: Vec<String> =
                refusals.iter().map(|refusal| format!("`{}`: {}", refusal.path, refusal.message)).collect();
            format!("refused at {}", lines.join("; "))
        }
    }
}
