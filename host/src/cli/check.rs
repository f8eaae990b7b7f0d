//! `steward check`: what is wrong, and how to mend it.

mod findings;
mod influx;
mod schedules;
mod sinks;
mod site;

use anyhow::Result;
use clap::Args;

use super::format::TextOrJson;
use super::table::escaped;
use super::{ConfigFile, Outcome, print_text};
use crate::config::Settings;
use crate::{error_chain, policies, private};
use findings::{Findings, Level};

/// Asked of everybody once: Qlik's agreements differ.
const AGREEMENT: &str = "Check that your agreement with Qlik permits taking seats back automatically, and how often a \
                         seat may change hands.";
/// Remembers in the data folder that the advice was given.
const AGREEMENT_MARK: &str = "agreement-advice-given";

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward check --config steward.yaml
  steward check --config steward.yaml --format json

Exit codes: 0 all is well, perhaps with warnings; 1 the server, InfluxDB, a sink of messages or the policy is in trouble; 2 the settings are.")]
pub struct CheckArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// How to print
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

pub async fn run(args: CheckArgs) -> Result<Outcome> {
    let loaded = Settings::load(&args.config.config)?;
    let mut findings = Findings::default();
    findings.add(Level::Good, "settings", format!("`{}` is a valid settings file", args.config.config.display()));
    for note in &loaded.notes {
        findings.add(Level::Note, "settings", note.clone());
    }
    if let Err(error) = loaded.check_files() {
        // The certificates may lie where the QMC puts them.
        site::exported_certificates(&mut findings);
        print(&findings, args.format)?;
        return Err(error.into());
    }
    modes(&loaded.settings, &mut findings);
    schedules::check(&loaded.settings, &mut findings);
    give_advice_once(&loaded.settings, &mut findings);
    influx::check(&loaded.settings, &mut findings).await;
    sinks::check(&loaded.settings, &mut findings).await;
    let mut ledger = super::plan::open_to_read(&loaded.settings).await;
    match policies::active(Some(&loaded.settings), ledger.as_mut()).await {
        Ok(policy) => {
            let description = policy.description();
            let named = format!("{} {} ({})", description.name, description.version, policy.digest());
            match site::takes_settings(&loaded.settings, &policy) {
                Ok(()) => findings.add(Level::Good, "policy", named),
                Err(problem) => findings.add(Level::Bad, "policy", format!("{named}: {problem}")),
            }
            site::check(&loaded.settings, policy, &mut findings).await;
        }
        Err(error) => findings.add(Level::Bad, "policy", error_chain::of(&error.into())),
    }
    print(&findings, args.format)?;
    if findings.has_bad() {
        anyhow::bail!("{} to mend", crate::wording::counted(findings.count(Level::Bad), "thing"));
    }
    Ok(Outcome::Done)
}

fn print(findings: &Findings, format: TextOrJson) -> Result<()> {
    print_text(&match format {
        TextOrJson::Text => findings.text(),
        TextOrJson::Json => escaped(&serde_json::to_string_pretty(findings)?) + "\n",
    })
}

/// What the settings switch on.
fn modes(settings: &Settings, findings: &mut Findings) {
    let release = &settings.butler.qlik_sense_license.license_release;
    let types = &release.license_type;
    let enabled = [
        ("analyzer", &types.analyzer),
        ("professional", &types.professional),
        ("user", &settings.steward.license_type.user),
    ];
    let enabled: Vec<String> = enabled
        .iter()
        .filter(|(_, kind)| kind.enable)
        .map(|(name, kind)| format!("{name} after {} days", kind.release_threshold_days))
        .collect();
    if enabled.is_empty() {
        findings.add(Level::Warning, "release", "no licence type is enabled, so every seat is kept".to_owned());
    } else {
        findings.add(Level::Good, "release", format!("seats may go: {}", enabled.join(", ")));
    }
    let mode = match (release.enable, release.dry_run) {
        (false, _) => "licenseRelease.enable is off: plans can be made, nothing is scheduled or applied",
        (true, true) => "licenseRelease.dryRun is on: plans are made, nothing is released",
        (true, false) => {
            "licenseRelease.dryRun is off: `steward run` takes seats by the schedule, within the guard, once armed"
        }
    };
    findings.add(Level::Note, "release", mode.to_owned());
}

/// Once for each data folder. A folder that cannot be written gets the advice again.
fn give_advice_once(settings: &Settings, findings: &mut Findings) {
    let mark = settings.data_dir().map(|folder| folder.join(AGREEMENT_MARK));
    if mark.as_ref().is_some_and(|mark| mark.exists()) {
        return;
    }
    findings.add(Level::Note, "agreement", AGREEMENT.to_owned());
    let Some(mark) = mark else { return };
    let written = mark.parent().map_or(Ok(()), private::create_folder).and_then(|()| std::fs::write(&mark, ""));
    if let Err(error) = written {
        findings.add(Level::Warning, "data folder", format!("cannot write `{}`: {error}", mark.display()));
    }
}
