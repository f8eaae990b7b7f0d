//! What fires, what was over before, and the rules.

use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use steward_core::alert::Rule;

use crate::alerts::told::{AlertBody, AlertPhase, AlertsBody, PastAlertBody, RuleBody, SilenceBody, SinkBody};
use crate::alerts::{alert_settings, view};
use crate::cli::format::TableOrJson;
use crate::cli::table::{Columns, escaped, shorten};
use crate::cli::{ConfigFile, Outcome, load_settings, print_text};
use crate::{clock, cycle};

/// Width of a sentence in a table; the JSON form has it whole.
const TEXT_CHARS_MAX: usize = 100;

#[derive(Args)]
pub struct ListArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// How to print
    #[arg(long, value_enum, default_value_t = TableOrJson::Table)]
    format: TableOrJson,
}

#[derive(Args)]
pub struct HistoryArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// How many at most, the latest first
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
    /// How to print
    #[arg(long, value_enum, default_value_t = TableOrJson::Table)]
    format: TableOrJson,
}

#[derive(Args)]
pub struct RulesArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// How to print
    #[arg(long, value_enum, default_value_t = TableOrJson::Table)]
    format: TableOrJson,
}

/// Exit code 3 when something fires.
pub async fn list(args: ListArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let mut ledger = cycle::open_existing_ledger(&loaded.settings, &clock::now).await?;
    let all = view::all(&mut ledger, &loaded.settings, clock::now()).await?;
    ledger.close().await;
    print_text(&match args.format {
        TableOrJson::Json => escaped(&serde_json::to_string_pretty(&all)?) + "\n",
        TableOrJson::Table => text(&all),
    })?;
    let fires = all.alerts.iter().any(|alert| alert.phase == AlertPhase::Firing);
    Ok(if fires { Outcome::Attention } else { Outcome::Done })
}

fn text(all: &AlertsBody) -> String {
    let Some(at) = all.at else {
        return "Nobody has looked at the rules yet: `steward run` does, each minute.\n".to_owned()
            + &sinks(&all.sinks);
    };
    let mut text = alerts(&all.alerts);
    let _ = writeln!(text, "Looked at last at {at}.");
    text += &silences(&all.silences);
    text + &sinks(&all.sinks)
}

fn alerts(alerts: &[AlertBody]) -> String {
    if alerts.is_empty() {
        return "No alert fires.\n".to_owned();
    }
    let mut text = String::new();
    for alert in alerts {
        let state = match alert.fired_at {
            Some(at) => format!("{} since {at}", alert.severity.as_str()),
            None => format!("{}, will fire if it lasts, since {}", alert.severity.as_str(), alert.began_at),
        };
        let _ = writeln!(text, "{} [{state}]\n  {}", alert.title, alert.facts);
        if !alert.silenced_by.is_empty() {
            let _ = writeln!(text, "  Silenced by {}.", alert.silenced_by.join(", "));
        }
        let _ = writeln!(text, "  {}\n", alert.next_step);
    }
    text
}

fn silences(silences: &[SilenceBody]) -> String {
    if silences.is_empty() {
        return String::new();
    }
    let mut columns = Columns::new(&["silence", "rule", "subject", "until", "by", "note"]);
    for silence in silences {
        let any = |text: &Option<String>| text.clone().unwrap_or_else(|| "all".to_owned());
        let until = silence.until.to_string();
        let (rule, subject) = (any(&silence.rule), any(&silence.subject));
        columns.row([silence.id.clone(), rule, subject, until, silence.by.clone(), silence.note.clone()]);
    }
    format!("\nSilences:\n{}", columns.text())
}

fn sinks(sinks: &[SinkBody]) -> String {
    if sinks.is_empty() {
        return "\nThere is no sink: write one under `steward.notify`.\n".to_owned();
    }
    let mut columns = Columns::new(&["sink", "kind", "where", ">waiting", ">refused", ">delivered", "trouble"]);
    for sink in sinks {
        columns.row([
            sink.name.clone(),
            sink.kind.clone(),
            shorten(&sink.place, TEXT_CHARS_MAX),
            sink.waiting.to_string(),
            sink.refused.to_string(),
            sink.delivered.to_string(),
            shorten(sink.problem.as_deref().unwrap_or_default(), TEXT_CHARS_MAX),
        ]);
    }
    format!("\nSinks:\n{}", columns.text())
}

pub async fn history(args: HistoryArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let mut ledger = cycle::open_existing_ledger(&loaded.settings, &clock::now).await?;
    let history = view::history(&mut ledger, &loaded.settings, args.limit as usize).await?;
    ledger.close().await;
    print_text(&match args.format {
        TableOrJson::Json => escaped(&serde_json::to_string_pretty(&history)?) + "\n",
        TableOrJson::Table => past(&history.alerts),
    })?;
    Ok(Outcome::Done)
}

fn past(alerts: &[PastAlertBody]) -> String {
    if alerts.is_empty() {
        return "No alert was over yet.\n".to_owned();
    }
    let mut columns = Columns::new(&["fired", "resolved", "severity", "alert", ""]);
    for alert in alerts {
        let muted = if alert.was_muted { "nobody was told" } else { "" };
        columns.row([
            alert.fired_at.to_string().as_str(),
            &alert.resolved_at.to_string(),
            alert.severity.as_str(),
            &shorten(&alert.title, TEXT_CHARS_MAX),
            muted,
        ]);
    }
    columns.text()
}

pub fn rules(args: &RulesArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let settings = alert_settings(&loaded.settings);
    let rules: Vec<RuleBody> = Rule::ALL.into_iter().map(|rule| RuleBody::new(rule, &settings)).collect();
    if args.format == TableOrJson::Json {
        print_text(&(escaped(&serde_json::to_string_pretty(&rules)?) + "\n"))?;
        return Ok(Outcome::Done);
    }
    let mut columns = Columns::new(&["rule", "severity", "after", "over after", "again after", "title"]);
    for rule in &rules {
        if !rule.enable {
            columns.row([rule.rule.as_str(), "off", "", "", "", &rule.title]);
            continue;
        }
        let again = if rule.repeat_hours == 0 { "never".to_owned() } else { format!("{} h", rule.repeat_hours) };
        columns.row([
            rule.rule.as_str(),
            rule.severity.as_str(),
            &minutes(rule.for_minutes),
            &minutes(rule.clear_for_minutes),
            &again,
            &rule.title,
        ]);
    }
    print_text(&columns.text())?;
    Ok(Outcome::Done)
}

fn minutes(minutes: u32) -> String {
    match minutes {
        0 => "at once".to_owned(),
        minutes if minutes % 60 == 0 => format!("{} h", minutes / 60),
        minutes => format!("{minutes} min"),
    }
}
