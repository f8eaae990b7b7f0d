//! From a reading of the site to a plan: snapshot → candidates → decisions → plan.
//!
//! This room joins the others and decides nothing: it reads, hands everything to core and the policy, and returns what
//! they say.

mod prepared;
mod remember;

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Map, Value};
use steward_core::digest::Digest;
use steward_core::guard::{Gate, RunFacts, run_holds};
use steward_core::instant::Instant;
use steward_core::memory::Memory;
use steward_core::planner::PlanError;
use steward_core::policy::Needs;
use steward_core::settings::{GuardSettings, RunSettings};
use steward_core::snapshot::{Contradictions, Snapshot, SnapshotFile, SnapshotFileError};
use thiserror::Error;

use crate::clock::Clock;
use crate::config::Settings;
use crate::ledger::{Ledger, LedgerError};
use crate::policies::{self, PolicyError};
use crate::policy::{ConfigureError, PolicyComponent};
use crate::qrs::{Client, QrsError, Read};
use crate::run_settings::{qrs_settings, reporting, settings_draft};

pub use prepared::Prepared;
pub use remember::{store_plan, watch};

/// A live site may change while it is read; when the facts disagree it is read once more before anybody believes them.
const READINGS_MAX: u32 = 2;

#[derive(Debug, Error)]
pub enum CycleError {
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error("cannot configure the policy")]
    Configure(#[from] ConfigureError),
    #[error("cannot connect to the Qlik Repository Service")]
    Connect(#[source] QrsError),
    #[error("cannot read the Qlik Repository Service")]
    Read(#[from] QrsError),
    #[error("cannot believe the Qlik Repository Service")]
    Contradictions(#[from] Contradictions),
    #[error("cannot read the snapshot `{path}`")]
    SnapshotUnreadable { path: String, source: io::Error },
    #[error("cannot use the snapshot `{path}`")]
    Snapshot { path: String, source: SnapshotFileError },
    #[error("cannot make a plan")]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("cannot write JSON")]
    Json(#[from] serde_json::Error),
}

/// The settings of one run, as the policy and the guard take them.
pub fn run_settings(settings: &Settings, policy: &PolicyComponent) -> RunSettings {
    let own = settings.steward.policy.settings_for(&policy.description().name);
    settings_draft(settings, own).for_policy(policy.description())
}

/// What a policy is configured with: what it shares with every other one, and what is its own.
pub fn settings_of_policy(settings: &Settings, policy: &PolicyComponent, own: &Map<String, Value>) -> Value {
    settings_draft(settings, own).for_policy(policy.description()).policy
}

/// The optional facts that a policy reads under these settings.
pub fn needs(policy: &PolicyComponent, settings: &RunSettings) -> Needs {
    policy.description().needs_with(&settings.policy)
}

/// The ledger of the data folder; a new one when there is none.
///
/// # Errors
/// When it cannot be used. Without a ledger nothing is released.
pub async fn open_ledger(settings: &Settings, clock: Clock<'_>) -> Result<Ledger, LedgerError> {
    let folder = settings.data_dir().ok_or(LedgerError::NoFolder)?;
    let mut ledger = Ledger::open(&folder, clock()).await?;
    ledger.report(reporting(settings));
    ledger.bound_outbox(settings.steward.influx_db.outbox_max_points).await;
    Ok(ledger)
}

/// The ledger of the data folder, for commands that only make sense when there is one.
///
/// # Errors
/// As [`open_ledger`], and when there is none.
pub async fn open_existing_ledger(settings: &Settings, clock: Clock<'_>) -> Result<Ledger, LedgerError> {
    let folder = settings.data_dir().ok_or(LedgerError::NoFolder)?;
    let path = folder.join(crate::ledger::FILE_NAME).display().to_string();
    let mut ledger = Ledger::open_existing(&folder, clock()).await?.ok_or(LedgerError::Missing { path })?;
    ledger.report(reporting(settings));
    ledger.bound_outbox(settings.steward.influx_db.outbox_max_points).await;
    Ok(ledger)
}

/// Which server the settings name: one data folder may be used for a test site and for the real one.
pub fn site_of(settings: &Settings) -> Digest {
    let ends = settings.qrs_endpoints().into_iter().map(|end| format!("{}:{}", end.host.to_lowercase(), end.port));
    let prefix = settings.qrs_prefix().unwrap_or_default();
    Digest::of_bytes(format!("{}/{prefix}", ends.collect::<Vec<_>>().join(",")).as_bytes())
}

/// A client of the server that the settings name.
pub fn connect(settings: &Settings, clock: Clock<'_>) -> Result<Client, CycleError> {
    let qrs = qrs_settings(settings).ok_or_else(|| {
        CycleError::Connect(QrsError::Settings { problem: "there is no client certificate and no JWT".to_owned() })
    })?;
    Client::connect(qrs, clock()).map_err(CycleError::Connect)
}

/// Reads the site. A reading that contradicts itself or lacks many seats or owners is made once more.
pub async fn read_site(
    client: &Client,
    guard: &GuardSettings,
    attributes: bool,
    clock: Clock<'_>,
) -> Result<Snapshot, CycleError> {
    let mut reading = 1;
    loop {
        let taken_at = clock();
        let parts = match client.snapshot(&Read { attributes }, taken_at, clock).await {
            Err(QrsError::LicenseTypesChanged) if reading < READINGS_MAX => {
                reading += 1;
                continue;
            }
            read => read?,
        };
        match Snapshot::new(parts) {
            Ok(snapshot) if reading == READINGS_MAX || is_consistent(&snapshot, guard, taken_at) => {
                return Ok(snapshot);
            }
            Err(contradictions) if reading == READINGS_MAX => return Err(contradictions.into()),
            Ok(_) | Err(_) => {
                tracing::info!("the lists of the server disagree with its counts, reading once more");
                reading += 1;
            }
        }
    }
}

/// Nothing about the reading would hold a run because lists disagree.
fn is_consistent(snapshot: &Snapshot, guard: &GuardSettings, now: Instant) -> bool {
    let facts = RunFacts { now, applicable: true, faults: &[], memory: &Memory::default() };
    !run_holds(snapshot, guard, facts).iter().any(|hold| matches!(hold.gate, Gate::ListTooShort | Gate::UsersMissing))
}

/// Reads a snapshot file.
pub fn read_snapshot_file(path: &Path) -> Result<SnapshotFile, CycleError> {
    let shown = || path.display().to_string();
    let text = fs::read_to_string(path).map_err(|source| CycleError::SnapshotUnreadable { path: shown(), source })?;
    SnapshotFile::parse(&text).map_err(|source| CycleError::Snapshot { path: shown(), source })
}

/// Where the facts come from, and for which time they are looked at.
#[derive(Debug, Default)]
pub struct Source {
    pub snapshot: Option<PathBuf>,
    pub now: Option<Instant>,
}

/// Reads the site or a file and makes everything ready for a plan. Without a ledger nothing is remembered, and the plan
/// cannot be applied.
pub async fn prepare(
    settings: Option<&Settings>,
    source: &Source,
    mut ledger: Option<&mut Ledger>,
    clock: Clock<'_>,
) -> Result<Prepared, CycleError> {
    let policy = policies::active(settings, ledger.as_deref_mut()).await?;
    match (&source.snapshot, settings) {
        (Some(path), settings) => Ok(Prepared::from_file(read_snapshot_file(path)?, settings, policy, source.now)),
        (None, Some(settings)) => {
            let client = connect(settings, clock)?;
            prepare_live(settings, policy, &client, source.now, ledger, clock).await
        }
        (None, None) => unreachable!("the command line asks for settings unless a snapshot file is named"),
    }
}

/// Reads the server and remembers what the ledger says.
pub async fn prepare_live(
    settings: &Settings,
    policy: PolicyComponent,
    client: &Client,
    now: Option<Instant>,
    ledger: Option<&mut Ledger>,
    clock: Clock<'_>,
) -> Result<Prepared, CycleError> {
    let attributes = needs(&policy, &run_settings(settings, &policy)).attributes;
    prepare_reading(settings, policy, attributes, client, now, ledger, clock).await
}

/// As [`prepare_live`], for whoever knows which facts are needed.
///
/// # Errors
/// As [`prepare_live`].
pub async fn prepare_reading(
    settings: &Settings,
    policy: PolicyComponent,
    attributes: bool,
    client: &Client,
    now: Option<Instant>,
    ledger: Option<&mut Ledger>,
    clock: Clock<'_>,
) -> Result<Prepared, CycleError> {
    let run_settings = run_settings(settings, &policy);
    let snapshot = read_site(client, &run_settings.guard, attributes, clock).await?;
    // After the reading: a server that took long to answer shows as a stale inventory.
    let at = now.unwrap_or_else(clock);
    let applicable = now.is_none() && ledger.is_some();
    let site = site_of(settings);
    let memory = match ledger {
        Some(ledger) => {
            ledger.refresh().await?;
            ledger.memory(site, at, &run_settings.guard).await?
        }
        None => Memory::default(),
    };
    Ok(Prepared { snapshot, settings: run_settings, memory, site, policy, now: at, applicable, notes: Vec::new() })
}
