//! Checks against the server: connection, rights, counts, dates, policy settings and protections.

use std::path::Path;

use steward_core::guard::{Protection, Protections, RunFacts, run_holds};
use steward_core::instant::Instant;
use steward_core::memory::Memory;
use steward_core::monitor::server_license::ServerLicense;
use steward_core::policy::RunContext;
use steward_core::settings::{RunSettings, account_name};
use steward_core::snapshot::{LastUse, Owner, Snapshot};

use super::findings::{Findings, Level};
use crate::clock;
use crate::config::Settings;
use crate::cycle;
use crate::error_chain;
use crate::ledger::{Ledger, LedgerError};
use crate::policy::PolicyComponent;
use crate::qrs::{Client, exported};
use crate::wording::counted;

/// Time to renew a certificate at ease.
const CERTIFICATE_WARNING_DAYS: u32 = 60;

pub async fn check(settings: &Settings, policy: PolicyComponent, findings: &mut Findings) {
    let run_settings = cycle::run_settings(settings, &policy);
    exported_certificates(findings);
    let client = match cycle::connect(settings, &clock::now) {
        Ok(client) => client,
        Err(error) => return findings.add(Level::Bad, "certificate", error_chain::of(&error.into())),
    };
    verification(settings, &client, findings);
    match client.about().await {
        Ok(about) => findings.add(Level::Good, "server", format!("Qlik Sense build {}", about.build_version)),
        Err(error) => return findings.add(Level::Bad, "server", error_chain::of(&error.into())),
    }
    let threshold_days = settings.butler.qlik_sense_license.server_license_monitor.alert.threshold_days;
    license(&client, threshold_days, findings).await;
    let attributes = cycle::needs(&policy, &run_settings).attributes;
    match cycle::read_site(&client, &run_settings.guard, attributes, &clock::now).await {
        Ok(snapshot) => {
            let memory = memory(settings, &run_settings, findings).await;
            facts(&snapshot, &run_settings, &memory, &policy, findings);
        }
        Err(error) => findings.add(Level::Bad, "server", error_chain::of(&error.into())),
    }
}

/// Whether the policy takes its settings, asked without any facts of the server.
pub fn takes_settings(settings: &Settings, policy: &PolicyComponent) -> Result<(), String> {
    let run = RunContext { now: clock::now(), pools: Vec::new() };
    let of_policy = cycle::run_settings(settings, policy).policy;
    policy.configure(&of_policy, &run).map(drop).map_err(|error| error_chain::text(&error))
}

/// Where the QMC puts certificates when it exports them, on a machine that has Qlik Sense.
pub fn exported_certificates(findings: &mut Findings) {
    for set in exported::exported_sets(Path::new(exported::EXPORT_FOLDER)) {
        findings.add(Level::Note, "certificate", format!("exported certificates found in `{}`", set.folder.display()));
    }
}

fn verification(settings: &Settings, client: &Client, findings: &mut Findings) {
    use crate::config::steward::qrs::Verify;
    match settings.qrs_verify() {
        Verify::Full => findings.add(Level::Good, "certificate", "the server's chain and name are verified".to_owned()),
        Verify::Chain => findings.add(
            Level::Warning,
            "certificate",
            "the server's chain is verified, its name is not; set `steward.qrs.serverName` to the name that its \
             certificate carries"
                .to_owned(),
        ),
        Verify::None => findings.add(
            Level::Warning,
            "certificate",
            "`steward.qrs.verify: none`: anybody between here and the server can read and change everything".to_owned(),
        ),
    }
    let Some(identity) = client.identity() else { return };
    let now = clock::now();
    let days = identity.not_after.days_since(now);
    let level = if days < CERTIFICATE_WARNING_DAYS { Level::Warning } else { Level::Good };
    findings.add(level, "certificate", format!("the client certificate is valid until {}", identity.not_after));
}

async fn license(client: &Client, threshold_days: u32, findings: &mut Findings) {
    match client.license().await {
        Ok(Some(license)) if license.is_expired || license.is_blacklisted || license.is_invalid => {
            findings.add(Level::Warning, "licence", "the site's licence is expired, blocked or invalid".to_owned());
        }
        Ok(Some(license)) => {
            let is_expired = Some(license.is_expired);
            let ends = ServerLicense { is_expired, expiry: license.expiry };
            match ends.warning(clock::now(), threshold_days) {
                Some(warning) => findings.add(Level::Warning, "licence", warning),
                None => findings.add(
                    Level::Good,
                    "licence",
                    format!("issued to {}, ends on {}", license.organization, ends.expiry),
                ),
            }
        }
        Ok(None) => findings.add(Level::Warning, "licence", "the site has no licence".to_owned()),
        Err(error) => findings.add(Level::Warning, "licence", error_chain::of(&error.into())),
    }
}

/// What the ledger remembers, and whether it can be used at all.
async fn memory(settings: &Settings, run_settings: &RunSettings, findings: &mut Findings) -> Memory {
    let Some(folder) = settings.data_dir() else {
        findings.add(Level::Bad, "ledger", error_chain::of(&LedgerError::NoFolder.into()));
        return Memory::default();
    };
    let opened: Result<Option<Memory>, LedgerError> = async {
        let Some(mut ledger) = Ledger::open_existing(&folder, clock::now()).await? else { return Ok(None) };
        let text = format!("{} entries in `{}`, head {}", ledger.head().seq, folder.display(), ledger.head());
        findings.add(Level::Good, "ledger", text);
        ledger.memory(cycle::site_of(settings), clock::now(), &run_settings.guard).await.map(Some)
    }
    .await;
    match opened {
        Ok(Some(memory)) => memory,
        Ok(None) => {
            findings.add(
                Level::Note,
                "ledger",
                format!("none yet in `{}`; `steward plan` makes one", folder.display()),
            );
            Memory::default()
        }
        Err(error) => {
            findings.add(Level::Bad, "ledger", error_chain::of(&error.into()));
            Memory::default()
        }
    }
}

fn facts(
    snapshot: &Snapshot,
    settings: &RunSettings,
    memory: &Memory,
    policy: &PolicyComponent,
    findings: &mut Findings,
) {
    let now = clock::now();
    let (seats, users) = (counted(snapshot.seats().len(), "seat"), counted(snapshot.users().len(), "user"));
    findings.add(Level::Good, "server", format!("{seats} and {users} were read"));
    if snapshot.clock_skew_ms().is_none() {
        let text = "the server did not tell the time, so its clock cannot be compared with ours";
        findings.add(Level::Warning, "clock", text.to_owned());
    }
    for hold in run_holds(snapshot, &settings.guard, RunFacts { now, applicable: true, faults: &[], memory }) {
        let text = format!("{}: {}. {} {}", hold.gate, hold.detail, hold.gate.sentence(), hold.gate.way_out());
        findings.add(Level::Bad, "guard", text);
    }
    doubtful_seats(snapshot, findings);
    policy_settings(snapshot, settings, policy, now, findings);
    protections(snapshot, settings, findings);
}

fn doubtful_seats(snapshot: &Snapshot, findings: &mut Findings) {
    let unknown = snapshot.seats().iter().filter(|seat| seat.last_used == LastUse::Unknown).count();
    if unknown > 0 {
        let text = format!("{} without a readable last use; kept", counted(unknown, "seat"));
        findings.add(Level::Note, "seats", text);
    }
    let unresolved = snapshot.seats().iter().filter(|seat| snapshot.owner(seat) == Owner::Unresolved).count();
    if unresolved > 0 {
        let text = format!("{} whose owner the user list does not describe; kept", counted(unresolved, "seat"));
        findings.add(Level::Note, "seats", text);
    }
}

fn policy_settings(
    snapshot: &Snapshot,
    settings: &RunSettings,
    policy: &PolicyComponent,
    now: Instant,
    findings: &mut Findings,
) {
    match policy.configure(&settings.policy, &RunContext::of(snapshot, now)) {
        Ok(_) => findings.add(Level::Good, "policy", "the policy accepts its settings".to_owned()),
        Err(error) => findings.add(Level::Bad, "policy", error_chain::of(&error.into())),
    }
}

/// How many people each entry protects. An entry that matches nobody may be misspelt.
fn protections(snapshot: &Snapshot, settings: &RunSettings, findings: &mut Findings) {
    for (entry, people) in Protections::new(&settings.guard.never_release).counts(snapshot) {
        let entry = entry_text(&entry);
        if people == 0 {
            findings.add(Level::Warning, "protection", format!("{entry} matches nobody: is it spelt right?"));
        } else {
            findings.add(Level::Good, "protection", format!("{entry} matches {}", counted(people, "person")));
        }
    }
}

/// The entry as in the settings, but in lower case: that is how names are compared.
fn entry_text(entry: &Protection) -> String {
    let flag = |name: &str, is_set: bool| format!("neverRelease.{name}: {}", if is_set { "Yes" } else { "No" });
    match entry {
        Protection::User { user_dir, user_id } => format!("neverRelease.user `{}`", account_name(user_dir, user_id)),
        Protection::Tag(tag) => format!("neverRelease.tag `{tag}`"),
        Protection::CustomProperty { name, value } => format!("neverRelease.customProperty `{name}` = `{value}`"),
        Protection::UserDirectory(directory) => format!("neverRelease.userDirectory `{directory}`"),
        Protection::Inactive(is_set) => flag("inactive", *is_set),
        Protection::Blocked(is_set) => flag("blocked", *is_set),
        Protection::RemovedExternally(is_set) => flag("removedExternally", *is_set),
    }
}
