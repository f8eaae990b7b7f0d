//! `steward why`: explains the decision about one person, rule by rule.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use clap::Args;
use steward_core::decision::{Outcome as RuleFinding, Verdict};
use steward_core::snapshot::User;
use steward_core::text::printable;

use super::format::TextOrJson;
use super::table::{Columns, escaped};
use super::{OptionalConfigFile, Outcome, SourceArgs, facts_group, load_settings, note, print_text};
use crate::ledger::PastRelease;
use crate::why::{ExplainedSeat, Explanation, WhyError, explain, find};

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

pub async fn run(args: WhyArgs) -> Result<Outcome> {
    let loaded = args.config.config.as_deref().map(load_settings).transpose()?;
    let settings = loaded.as_ref().map(|loaded| &loaded.settings);
    let mut ledger = match settings {
        Some(settings) if args.source.snapshot.is_none() => super::plan::open_to_read(settings).await,
        _ => None,
    };
    let prepared = super::plan::prepare(settings, &args.source, ledger.as_mut()).await?;
    prepared.notes.iter().for_each(|text| note(text));
    let (person, releases) = match find(&prepared, ledger.as_mut(), &args.person).await {
        // As such: that nobody is called so is wrong usage.
        Err(WhyError::Person(error)) => return Err(error.into()),
        found => found?,
    };
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
