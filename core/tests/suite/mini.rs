//! A small policy in native code, and what can be wrong with one.

use std::cell::Cell;

use serde_json::{Value, json};
use steward_core::candidate::Candidate;
use steward_core::decision::{Decision, Outcome, Outline, RuleOutcome, Verdict};
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::policy::{Description, Fault, FaultKind, Needs, Policy, Rule, RunContext};
use steward_core::snapshot::{LastUse, Owner};
use steward_core::suite::{NotReady, Refusal};

/// What is wrong with the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    Nothing,
    /// It answers differently each second time.
    Moody,
    /// Once it has kept a seat it keeps every other one too.
    Sticky,
    ExplainsOtherwise,
    OutlinesOtherwise,
    OutlinesTooFew,
    FlipsLate,
    FlipsInThePast,
    NeverFlips,
    ForgetsProtectedUsers,
    ForgetsProtectedTags,
    /// The threshold counts backwards.
    Backwards,
    /// It fails at deleted owners.
    FailsAtDeleted,
    FailsToExplain,
    /// It releases seats in doubt.
    Bold,
}

pub struct Mini {
    wrong: Wrong,
    now: Instant,
    threshold_days: u32,
    users: Vec<(String, String)>,
    tags: Vec<String>,
    quota: Option<u32>,
    asked: Cell<u32>,
    has_kept: Cell<bool>,
}

const RULES: [&str; 7] =
    ["deleted-owner", "unknown", "recently-used", "never-release.user", "never-release.tag", "idle", "undecided"];

pub fn description() -> Description {
    let schema = json!({"type": "object", "properties": {
        "days": {"type": "integer", "default": 90},
        "quota": {"type": "integer"},
        "neverRelease": {"properties": {"user": {"type": "array"}, "tag": {"type": "array"}}},
    }});
    Description {
        name: "mini".to_owned(),
        version: "1.2.3".to_owned(),
        summary: "A policy for tests.".to_owned(),
        rules: RULES.map(|id| Rule { id: id.to_owned(), summary: String::new() }).to_vec(),
        settings_schema: schema.to_string(),
        needs: Needs::default(),
    }
}

impl Mini {
    pub fn configure(wrong: Wrong, settings: &Value, run: &RunContext) -> Result<Self, NotReady> {
        let refuse = |path: &str, message: &str| {
            NotReady::Refused(vec![Refusal { path: path.to_owned(), message: message.to_owned() }])
        };
        let days = settings.get("days").map_or(Some(90), Value::as_u64);
        let days = days.filter(|days| *days > 0).ok_or_else(|| refuse("/days", "write a number of days from 1"))?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |name: &str| settings.pointer(&format!("/neverRelease/{name}")).and_then(Value::as_array).cloned();
        let users = list("user").unwrap_or_default();
        Ok(Self {
            wrong,
            now: run.now,
            threshold_days: u32::try_from(days).map_err(|_| refuse("/days", "too many"))?,
            users: users.iter().map(|user| (text(&user["userDir"]), text(&user["userId"]))).collect(),
            tags: list("tag").unwrap_or_default().iter().map(text).collect(),
            quota: settings.get("quota").and_then(Value::as_u64).and_then(|quota| u32::try_from(quota).ok()),
            asked: Cell::new(0),
            has_kept: Cell::new(false),
        })
    }

    /// What each rule says, with the instant until which it keeps.
    fn outcomes(&self, candidate: &Candidate<'_>) -> Vec<(&'static str, Outcome, Option<Instant>)> {
        let keeps = |is_so: bool| if is_so { Outcome::Keeps } else { Outcome::Passes };
        let idle_since = candidate.seat.idle_since();
        let threshold = if self.wrong == Wrong::Backwards {
            400_u32.saturating_sub(self.threshold_days)
        } else {
            self.threshold_days
        };
        let until = idle_since.and_then(|since| since.plus_days(threshold)).filter(|until| self.now < *until);
        let is_unknown = match self.wrong {
            Wrong::Bold => false,
            _ => idle_since.is_none() || matches!(candidate.owner, Owner::Unresolved),
        };
        let name = match candidate.owner {
            Owner::Known(user) => Some((user.user_directory.clone(), user.user_id.clone())),
            _ => None,
        };
        let is_listed =
            name.is_some_and(|name| self.users.contains(&name)) && self.wrong != Wrong::ForgetsProtectedUsers;
        let is_tagged = match candidate.owner {
            Owner::Known(user) => user.tags.iter().any(|tag| self.tags.contains(tag)),
            _ => false,
        } && self.wrong != Wrong::ForgetsProtectedTags;
        vec![
            ("deleted-owner", keeps(matches!(candidate.owner, Owner::Deleted { .. })), None),
            ("unknown", keeps(is_unknown), None),
            ("recently-used", keeps(until.is_some()), until),
            ("never-release.user", keeps(is_listed), None),
            ("never-release.tag", keeps(is_tagged), None),
            ("idle", Outcome::Releases, None),
        ]
    }

    fn judge(&self, candidate: &Candidate<'_>) -> Decision {
        let outcomes = self.outcomes(candidate);
        let first = |wanted: Outcome| outcomes.iter().find(|(_, outcome, _)| *outcome == wanted);
        let (verdict, rule) = match (first(Outcome::Keeps), first(Outcome::Releases)) {
            (Some((rule, ..)), _) => (Verdict::Keep, *rule),
            (None, Some((rule, ..))) => (Verdict::Release, *rule),
            (None, None) => (Verdict::Keep, "undecided"),
        };
        let keeping: Vec<_> = outcomes.iter().filter(|(_, outcome, _)| *outcome == Outcome::Keeps).collect();
        let flips_at = match keeping.as_slice() {
            [(_, _, Some(until))] => match self.wrong {
                Wrong::FlipsLate => Instant::from_millis(until.millis() + 1),
                Wrong::FlipsInThePast => Some(self.now),
                Wrong::NeverFlips => None,
                _ => Some(*until),
            },
            _ => None,
        };
        let reason = match candidate.seat.last_used {
            LastUse::At(at) => format!("last used {} days ago", self.now.days_since(at)),
            LastUse::Never => "never used".to_owned(),
            LastUse::Unknown => "nobody can tell".to_owned(),
        };
        Decision { verdict, rule: rule.to_owned(), reason, priority: 0, flips_at }
    }
}

impl Policy for Mini {
    fn decide(&mut self, candidate: &Candidate<'_>) -> Result<Decision, Fault> {
        let mut decision = self.judge(candidate);
        self.asked.set(self.asked.get() + 1);
        match self.wrong {
            Wrong::Moody if self.asked.get().is_multiple_of(2) => decision.reason.push('!'),
            Wrong::Sticky if self.has_kept.get() => decision.verdict = Verdict::Keep,
            Wrong::FailsAtDeleted if matches!(candidate.owner, Owner::Deleted { .. }) => {
                return Err(Fault::new(FaultKind::Trap, "unreachable"));
            }
            _ => {}
        }
        self.has_kept.set(self.has_kept.get() || decision.verdict == Verdict::Keep);
        Ok(decision)
    }

    fn quota(&mut self, _: LicenseType) -> Result<Option<u32>, Fault> {
        Ok(self.quota)
    }

    fn explain(&mut self, candidate: &Candidate<'_>) -> Result<Vec<RuleOutcome>, Fault> {
        let outcomes = self.outcomes(candidate).into_iter().map(|(rule, outcome, _)| RuleOutcome {
            rule: rule.to_owned(),
            outcome,
            evidence: format!("what {rule} saw"),
        });
        match self.wrong {
            Wrong::ExplainsOtherwise => Ok(outcomes.filter(|outcome| outcome.rule != "recently-used").collect()),
            Wrong::FailsToExplain => Err(Fault::new(FaultKind::OutOfFuel, "too much to say")),
            _ => Ok(outcomes.collect()),
        }
    }

    fn outlines(&mut self, candidates: &[Candidate<'_>]) -> Result<Vec<Outline>, Fault> {
        let mut outlines: Vec<Outline> = candidates.iter().map(|candidate| self.judge(candidate).into()).collect();
        match (self.wrong, outlines.last_mut()) {
            (Wrong::OutlinesOtherwise, Some(last)) => last.priority += 1,
            (Wrong::OutlinesTooFew, _) => drop(outlines.pop()),
            _ => {}
        }
        Ok(outlines)
    }
}
