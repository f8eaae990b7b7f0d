//! `steward why`: explains the decision about one person, rule by rule.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use clap::Args;
use serde::Serialize;
use steward_core::candidate::candidates;
use steward_core::decision::{Outcome as RuleFinding, RuleOutcome, Verdict};
use steward_core::guard::Gate;
use steward_core::instant::Instant;
use steward_core::plan::{Held, Plan, PlannedDecision};
use steward_core::policy::Policy as _;
use steward_core::snapshot::{Snapshot, User};
use steward_core::text::{fold, printable};

use super::format::TextOrJson;
use super::people::{self, Person};
use super::table::{Columns, escaped};
use super::{OptionalConfigFile, Outcome, SourceArgs, facts_group, load_settings, note, print_text};
use crate::cycle::{CycleError, Prepared};
use crate::ledger::{Ledger, PastRelease};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward why --config steward.yaml 'ACME\\jdoe'
  steward why --config steward.yaml acme/jdoe --now 2027-01-01T00:00:00Z
  steward why --snapshot snapshot.json jdoe --format json")]
#[command(group = facts_group())]
pub struct WhyArgs {
    /// The person: `DIR\user`, `DIR/user`, or the user id alone
    person: String,
    #[command(flatten)]
    config: OptionalConfigFile,
    #[command(flatten)]
    source: SourceArgs,
    /// How to print
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

/// Everything there is to say about a person.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    user_directory: String,
    user_id: String,
    /// `None` when the user list does not have the person.
    user: Option<User>,
    /// An administrator or an undo keeps the person's seats, whatever the policy says.
    kept: Vec<Kept>,
    seats: Vec<ExplainedSeat>,
    /// What Steward took before, the latest first.
    releases: Vec<PastRelease>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    gate: Gate,
    until: Option<Instant>,
    note: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ExplainedSeat {
    decision: PlannedDecision,
    /// The seat is among the releases of the plan.
    released: bool,
    rules: Vec<RuleOutcome>,
    /// Gates that stop the release.
    held: Vec<Held>,
}

pub async fn run(args: WhyArgs) -> Result<Outcome> {
    let loaded = args.config.config.as_deref().map(load_settings).transpose()?;
    let settings = loaded.as_ref().map(|loaded| &loaded.settings);
    let mut ledger = match settings {
        Some(settings) if args.source.snapshot.is_none() => super::plan::open_to_read(settings).await,
        _ => None,
    };
    let prepared = super::plan::prepare(settings, &args.source, ledger.as_mut()).await?;
    prepared.notes.iter().for_each(|text| note(text));
    let (person, releases) = find(&prepared, ledger.as_mut(), &args.person).await?;
    let explanation = tokio::task::spawn_blocking(move || -> Result<Explanation> {
        let plan = prepared.plan(None)?;
        Ok(explain(&prepared, &plan, &person)?)
    });
    let mut explanation = explanation.await.context("the planner stopped")??;
    explanation.releases = releases;
    let text = match args.format {
        TextOrJson::Json => escaped(&serde_json::to_string_pretty(&explanation)?) + "\n",
        TextOrJson::Text => text(&explanation),
    };
    print_text(&text)?;
    Ok(Outcome::Done)
}

/// A person of the site, or one whom only the ledger remembers, with what was done to their seats.
async fn find(prepared: &Prepared, ledger: Option<&mut Ledger>, typed: &str) -> Result<(Person, Vec<PastRelease>)> {
    let found = people::find(&prepared.snapshot, typed);
    let Some(ledger) = ledger else { return Ok((found?, Vec::new())) };
    let person = match found {
        Ok(person) => person,
        Err(unknown) => match people::typed(typed) {
            Ok(person) => {
                let releases = ledger.past_releases(&person.user_directory, &person.user_id).await?;
                return if releases.is_empty() { Err(unknown.into()) } else { Ok((person, releases)) };
            }
            Err(_) => return Err(unknown.into()),
        },
    };
    let releases = ledger.past_releases(&person.user_directory, &person.user_id).await?;
    Ok((person, releases))
}

/// What the plan and every rule say about the seats of `person`.
pub fn explain(prepared: &Prepared, plan: &Plan, person: &Person) -> Result<Explanation, CycleError> {
    let mut seats = Vec::new();
    let all = candidates(&prepared.snapshot);
    // Asked first: to find a decision is to look through the whole plan.
    let theirs = all.iter().filter(|candidate| {
        let holder = &candidate.seat.holder;
        same(person, holder.user_directory(), holder.user_id())
    });
    for candidate in theirs {
        let Some(decision) = plan.body().decision(&candidate.seat.id) else { continue };
        // A fresh sandbox for each: a fault in one explanation must not spoil the next.
        let rules = prepared.sandbox().map(|mut policy| policy.explain(candidate));
        let rules = match rules? {
            Ok(rules) => rules,
            Err(fault) => {
                tracing::warn!("the policy failed while it explained seat {}: {fault}", candidate.seat.id);
                Vec::new()
            }
        };
        let held = plan.body().held.iter().filter(|held| held.license_ids.contains(&candidate.seat.id));
        seats.push(ExplainedSeat {
            decision: decision.clone(),
            released: plan.body().releases.contains(&candidate.seat.id),
            rules,
            held: held.map(|held| Held { license_ids: vec![candidate.seat.id.clone()], ..held.clone() }).collect(),
        });
    }
    Ok(Explanation {
        user_directory: person.user_directory.clone(),
        user_id: person.user_id.clone(),
        user: user(&prepared.snapshot, person).cloned(),
        kept: kept(prepared, person),
        seats,
        releases: Vec::new(),
    })
}

fn kept(prepared: &Prepared, person: &Person) -> Vec<Kept> {
    let memory = &prepared.memory;
    let by_hand = memory.protected_by_hand.iter().map(|kept| (Gate::ProtectedByHand, kept));
    let restored = memory.restored.iter().map(|kept| (Gate::Restored, kept));
    by_hand
        .chain(restored)
        .filter(|(_, kept)| kept.is(&person.user_directory, &person.user_id) && kept.holds_at(prepared.now))
        .map(|(gate, kept)| Kept { gate, until: kept.until, note: kept.note.clone() })
        .collect()
}

fn same(person: &Person, user_directory: &str, user_id: &str) -> bool {
    fold(&person.user_directory) == fold(user_directory) && fold(&person.user_id) == fold(user_id)
}

fn user<'s>(snapshot: &'s Snapshot, person: &Person) -> Option<&'s User> {
    snapshot.users().iter().find(|user| same(person, &user.user_directory, &user.user_id))
}

pub fn text(explanation: &Explanation) -> String {
    let mut text = String::new();
    let account = steward_core::settings::account_name(&explanation.user_directory, &explanation.user_id);
    let name = explanation.user.as_ref().map(|user| user.name.as_str()).filter(|name| !name.is_empty());
    let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
    let _ = writeln!(text, "{}", printable(&format!("{account}{name}")));
    match &explanation.user {
        Some(user) => facts(user, &mut text),
        None => text += "  The user list does not describe this person.\n",
    }
    for kept in &explanation.kept {
        let until = kept.until.map_or_else(|| "for good".to_owned(), |until| format!("until {until}"));
        let _ = writeln!(text, "  keeps every seat {until} ({}): {}", kept.gate, printable(&kept.note));
        let _ = writeln!(text, "      {} {}", kept.gate.sentence(), kept.gate.way_out());
    }
    if explanation.seats.is_empty() {
        text += "  holds no seat, so there is nothing to release\n";
    }
    for release in &explanation.releases {
        release_text(release, &account, &mut text);
    }
    for seat in &explanation.seats {
        seat_text(seat, &mut text);
    }
    text
}

/// When a seat was taken, why, by whom, and how to give it back.
fn release_text(release: &PastRelease, account: &str, text: &mut String) {
    let PastRelease { license_type, license_id, released_at, run, by, .. } = release;
    let _ = writeln!(text, "\n{license_type} seat {license_id}");
    let _ = writeln!(text, "  released at {released_at} in run {run}, applied by {}", printable(by));
    let reason = release.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let _ = writeln!(text, "  by the rule {}{}", release.rule, printable(&reason));
    let idle = release.idle_days.map(|days| format!(", {days} days idle")).unwrap_or_default();
    let _ = writeln!(text, "  last used {}{idle}", release.last_used);
    if let Some(approved_by) = &release.approved_by {
        let note = release.approval_note.as_deref().unwrap_or_default();
        let _ = writeln!(text, "  above the cap, approved by {}: {}", printable(approved_by), printable(note));
    }
    if release.returned {
        text.push_str("  the person holds a seat again since\n");
    } else {
        let _ = writeln!(text, "  to give it back: steward undo {run} --only '{}'", printable(account));
    }
}

fn facts(user: &User, text: &mut String) {
    let flags =
        [(user.inactive, "inactive"), (user.blocked, "blocked"), (user.removed_externally, "removed externally")];
    let flags: Vec<&str> = flags.iter().filter(|(is_set, _)| *is_set).map(|(_, name)| *name).collect();
    let properties: Vec<String> =
        user.custom_properties.iter().map(|property| format!("{}={}", property.name, property.value)).collect();
    let mut line = |what: &str, list: &[String]| {
        if !list.is_empty() {
            let _ = writeln!(text, "  {what}: {}", printable(&list.join(", ")));
        }
    };
    line("flags", &flags.iter().map(|flag| (*flag).to_owned()).collect::<Vec<_>>());
    line("roles", &user.roles);
    line("tags", &user.tags);
    line("custom properties", &properties);
}

fn seat_text(seat: &ExplainedSeat, text: &mut String) {
    let decision = &seat.decision;
    let optional = |value: Option<String>| value.unwrap_or_else(|| "unknown".to_owned());
    let _ = writeln!(text, "\n{} seat {}", decision.license_type, decision.license_id);
    let _ = writeln!(
        text,
        "  allocated {}, last used {}, idle days {}",
        optional(decision.allocated_at.map(|at| at.to_string())),
        decision.last_used,
        optional(decision.idle_days.map(|days| days.to_string())),
    );
    let _ = writeln!(text, "  {}: {}", headline(seat), printable(&decision.reason));
    if let Some(flips_at) = decision.flips_at {
        let _ = writeln!(text, "  this turns at {flips_at} if nothing else changes");
    }
    for held in &seat.held {
        let _ = writeln!(text, "  held by {}: {}", held.gate, printable(&held.detail));
        let _ = writeln!(text, "      {} {}", held.gate.sentence(), held.gate.way_out());
    }
    let mut columns = Columns::new(&["", "rule", "evidence"]);
    for rule in &seat.rules {
        let finding = match rule.outcome {
            RuleFinding::Keeps => "keeps",
            RuleFinding::Releases => "releases",
            RuleFinding::Passes => "-",
        };
        columns.row([finding, &rule.rule, &rule.evidence]);
    }
    if !columns.is_empty() {
        *text += &columns.text();
    }
}

fn headline(seat: &ExplainedSeat) -> String {
    let rule = &seat.decision.rule;
    match (seat.decision.verdict, seat.released) {
        (Verdict::Keep, _) => format!("kept by the rule {rule}"),
        (Verdict::Release, true) => format!("would be released by the rule {rule}"),
        (Verdict::Release, false) if seat.held.is_empty() => {
            format!("would be released by the rule {rule}, but not in this run: the policy limits how many go")
        }
        (Verdict::Release, false) => format!("would be released by the rule {rule}, but is held"),
    }
}
