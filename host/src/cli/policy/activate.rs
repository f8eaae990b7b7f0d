//! `steward policy activate` and `rollback`: which policy decides.

use anyhow::Result;
use clap::Args;
use steward_core::ledger::CheckOutcome;
use steward_core::policy_gate::{CONTRACT, SETTINGS};
use steward_core::text::printable;

use super::super::format::TableOrJson;
use super::super::table::{Columns, escaped};
use super::super::{ConfigFile, Outcome, print_text};
use crate::activation::{self, Activation, Request};
use crate::{clock, os_user, policies};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward policy activate --config steward.yaml need-based
  steward policy activate --config steward.yaml my-policy@1.2.0 --force --note 'agreed with HR, 12 more seats'

The gate: a component of the contract that the settings trust; it takes its settings; its own tests pass; on a reading of this moment at most `steward.policy.maxNewReleases` people newly lose a seat; and it was clean in the shadow for `steward.policy.cleanShadowRuns` runs. A policy that fails stays where it is (exit code 3), unless somebody forces it and says why. `steward run` uses the new policy from its next run on; a forced one still waits for `steward arm` before it releases more people than that.")]
pub struct ActivateArgs {
    /// Its name, `name@version`, or the first digits of its digest
    policy: String,
    #[command(flatten)]
    how: How,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward policy rollback --config steward.yaml --note 'keeps too many'

The policy before has to pass the same gate as any other.")]
pub struct RollbackArgs {
    #[command(flatten)]
    how: How,
}

#[derive(Args)]
struct How {
    #[command(flatten)]
    config: ConfigFile,
    /// Activate it although the gate says no; needs --note
    #[arg(long)]
    force: bool,
    /// Why, for the ledger
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Wait for a cycle that is at work
    #[arg(long)]
    wait: bool,
    /// How to print the gate's report
    #[arg(long, value_enum, default_value_t = TableOrJson::Table)]
    format: TableOrJson,
}

pub async fn activate(args: ActivateArgs) -> Result<Outcome> {
    carry_out(args.how, Some(&args.policy)).await
}

pub async fn rollback(args: RollbackArgs) -> Result<Outcome> {
    carry_out(args.how, None).await
}

/// Without a name the policy before.
async fn carry_out(how: How, typed: Option<&str>) -> Result<Outcome> {
    let (settings, mut ledger) = super::open(&how.config.config).await?;
    let found = match typed {
        Some(typed) => policies::named(typed, Some(&mut ledger)).await?,
        None => activation::before(&settings, &mut ledger).await?,
    };
    let request = Request { by: os_user::name(), note: how.note, force: how.force, wait: how.wait, looked_at: None };
    let activation = activation::activate(&settings, &mut ledger, found, &request, &clock::now).await?;
    ledger.close().await;
    print_text(&match how.format {
        TableOrJson::Json => {
            let mut json = serde_json::to_value(&activation.findings)?;
            json["isActive"] = activation.is_active.into();
            escaped(&serde_json::to_string_pretty(&json)?) + "\n"
        }
        TableOrJson::Table => text(&activation),
    })?;
    Ok(if activation.is_active { Outcome::Done } else { Outcome::Attention })
}

fn text(activation: &Activation) -> String {
    let findings = &activation.findings;
    let mut columns = Columns::new(&["check", "", "detail"]);
    for check in &findings.report.checks {
        let outcome = match check.outcome {
            CheckOutcome::Passed => "passed",
            CheckOutcome::Failed => "FAILED",
            CheckOutcome::Skipped => "not asked for",
        };
        columns.row([&check.name, outcome, &check.detail]);
    }
    let policy = policies::shortened(findings.policy);
    let result = if activation.is_active {
        format!("{policy} decides from the next run on; `steward policy rollback` goes back.")
    } else {
        let diff = if findings.newly_loses.is_empty() {
            String::new()
        } else {
            format!(
                " `steward policy diff {} {policy}` says who newly loses a seat.",
                policies::shortened(findings.active)
            )
        };
        let is_usable = |name: &str| {
            let found = findings.report.checks.iter().find(|check| check.name == name);
            found.is_some_and(|check| check.outcome == CheckOutcome::Passed)
        };
        let force = if is_usable(CONTRACT) && is_usable(SETTINGS) { " `--force --note …` overrides it." } else { "" };
        format!("{policy} does not decide: the gate says no.{diff}{force}")
    };
    format!("{}\n{}\n", columns.text(), printable(&result))
}
