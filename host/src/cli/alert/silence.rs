//! Silences begin and end.

use anyhow::Result;
use clap::Args;
use steward_core::alert::Rule;

use crate::alerts::silences::{self, HOURS_MAX, Wanted};
use crate::cli::{ConfigFile, Outcome, load_settings, print_text};
use crate::{clock, cycle, os_user};

#[derive(Args)]
pub struct SilenceArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// The rule, such as `low-availability`; left out: all of them
    #[arg(long, value_name = "RULE", value_parser = parse_rule)]
    rule: Option<Rule>,
    /// What it is about, such as `analyzer`; left out: whatever it is about
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
    /// How long
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=i64::from(HOURS_MAX)))]
    hours: u32,
    /// Why, for whoever wonders
    #[arg(long, value_name = "TEXT")]
    note: String,
}

#[derive(Args)]
pub struct UnsilenceArgs {
    /// The silence, as `steward alert list` names it
    id: String,
    #[command(flatten)]
    config: ConfigFile,
}

fn parse_rule(name: &str) -> Result<Rule, String> {
    Rule::parse(name).ok_or_else(|| {
        let names: Vec<&str> = Rule::ALL.into_iter().map(Rule::as_str).collect();
        format!("there is no such rule; there are {}", names.join(", "))
    })
}

pub async fn silence(args: SilenceArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let mut ledger = cycle::open_ledger(&loaded.settings, &clock::now).await?;
    let SilenceArgs { rule, subject, hours, note, .. } = args;
    let wanted = Wanted { rule, subject, hours, note };
    let silence = silences::begin(&mut ledger, wanted, &os_user::name(), clock::now()).await?;
    ledger.close().await;
    let rule = silence.rule.map_or("every rule", Rule::as_str);
    let about = silence.subject.as_ref().map(|subject| format!(" about {subject}")).unwrap_or_default();
    print_text(&format!(
        "Silence {}: nothing is told of {rule}{about} until {}. What fires then still stands in `steward alert list`.\n",
        silence.id, silence.until
    ))?;
    Ok(Outcome::Done)
}

pub async fn unsilence(args: UnsilenceArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let mut ledger = cycle::open_existing_ledger(&loaded.settings, &clock::now).await?;
    let silence = silences::end(&mut ledger, &args.id, clock::now()).await?;
    ledger.close().await;
    print_text(&format!("Silence {} is over. What still fires is told within a minute.\n", silence.id))?;
    Ok(Outcome::Done)
}
