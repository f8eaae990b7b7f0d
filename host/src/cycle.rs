//! From a reading of the site to a plan: snapshot → candidates → decisions → plan.
//!
//! This room joins the others and decides nothing: it reads, hands everything to core and the policy, and returns what
//! they say.

use std::path::{Path, PathBuf};
use std::{fs, io};

use steward_core::candidate::Candidate;
use steward_core::decision::{Decision, RuleOutcome};
use steward_core::digest::Digest;
use steward_core::guard::{Gate, RunFacts, run_holds};
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::plan::Plan;
use steward_core::planner::{self, PlanError, PlanInput};
use steward_core::policy::{Fault, Policy, RunContext};
use steward_core::settings::RunSettings;
use steward_core::snapshot::{Contradictions, Snapshot, SnapshotFile, SnapshotFileError};
use thiserror::Error;

use crate::clock;
use crate::config::Settings;
use crate::policy::{
    ConfigureError, EngineError, Limits, LoadError, PolicyComponent, PolicyEngine, STANDARD, Sandbox, policy_settings,
};
use crate::qrs::{Client, QrsError, Read};
use crate::run_settings::{guard_settings, qrs_settings, shared_policy_settings};

/// A live site may change while it is read; when the facts disagree it is read once more before anybody believes them.
const READINGS_MAX: u32 = 2;

#[derive(Debug, Error)]
pub enum CycleError {
    #[error("cannot prepare the policy engine")]
    Engine(#[from] EngineError),
    #[error("cannot use the policy {name}")]
    Policy { name: String, source: LoadError },
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
    #[error("cannot write JSON")]
    Json(#[from] serde_json::Error),
}

/// Loads the policy that the settings name, or the shipped one.
pub fn load_policy(settings: Option<&Settings>) -> Result<PolicyComponent, CycleError> {
    let cache = settings.and_then(Settings::data_dir).map(|folder| folder.join("compiled"));
    let engine = PolicyEngine::new(Limits::default(), cache.as_deref())?;
    let file = settings.and_then(|settings| settings.steward.policy.component.as_deref());
    let loaded = match file {
        Some(path) => PolicyComponent::load_file(&engine, path),
        None => PolicyComponent::load(&engine, STANDARD),
    };
    loaded.map_err(|source| CycleError::Policy { name: policy_name(file), source })
}

/// For messages: the file, or the policy that is part of Steward.
pub fn policy_name(file: Option<&Path>) -> String {
    file.map_or_else(|| "`standard` that is part of Steward".to_owned(), |path| format!("`{}`", path.display()))
}

/// The settings of one run, as the policy and the guard take them.
pub fn run_settings(settings: &Settings, policy: &PolicyComponent) -> RunSettings {
    let own = &settings.steward.policy.settings;
    RunSettings {
        policy: policy_settings(policy.description(), &shared_policy_settings(settings), own),
        guard: guard_settings(settings),
    }
}

/// A client of the server that the settings name.
pub fn connect(settings: &Settings) -> Result<Client, CycleError> {
    let qrs = qrs_settings(settings).ok_or_else(|| {
        CycleError::Connect(QrsError::Settings { problem: "there is no client certificate and no JWT".to_owned() })
    })?;
    Client::connect(qrs, clock::now()).map_err(CycleError::Connect)
}

/// Reads the site. A reading that contradicts itself or lacks many seats or owners is made once more.
pub async fn read_site(client: &Client, settings: &RunSettings, attributes: bool) -> Result<Snapshot, CycleError> {
    let mut reading = 1;
    loop {
        let taken_at = clock::now();
        let parts = match client.snapshot(&Read { attributes }, taken_at, clock::now).await {
            Err(QrsError::LicenseTypesChanged) if reading < READINGS_MAX => {
                reading += 1;
                continue;
            }
            read => read?,
        };
        match Snapshot::new(parts) {
            Ok(snapshot) if reading == READINGS_MAX || is_consistent(&snapshot, settings, taken_at) => {
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
fn is_consistent(snapshot: &Snapshot, settings: &RunSettings, now: Instant) -> bool {
    let facts = RunFacts { now, applicable: true, faults: &[] };
    !run_holds(snapshot, &settings.guard, facts)
        .iter()
        .any(|hold| matches!(hold.gate, Gate::ListTooShort | Gate::UsersMissing))
}

/// Reads a snapshot file.
pub fn read_snapshot_file(path: &Path) -> Result<SnapshotFile, CycleError> {
    let shown = || path.display().to_string();
    let text = fs::read_to_string(path).map_err(|source| CycleError::SnapshotUnreadable { path: shown(), source })?;
    SnapshotFile::parse(&text).map_err(|source| CycleError::Snapshot { path: shown(), source })
}

/// Everything that a plan or an explanation is made of.
#[derive(Debug)]
pub struct Prepared {
    pub snapshot: Snapshot,
    pub settings: RunSettings,
    pub policy: PolicyComponent,
    pub now: Instant,
    /// The plan may be applied: read from the server just now, for now.
    pub applicable: bool,
    /// Sentences that whoever asked should see.
    pub notes: Vec<String>,
}

/// Where the facts come from, and for which time they are looked at.
#[derive(Debug, Default)]
pub struct Source {
    pub snapshot: Option<PathBuf>,
    pub now: Option<Instant>,
}

/// Reads the site or a file and makes everything ready for a plan.
pub async fn prepare(settings: Option<&Settings>, source: &Source) -> Result<Prepared, CycleError> {
    let policy = load_policy(settings)?;
    match (&source.snapshot, settings) {
        (Some(path), settings) => Ok(prepare_from_file(read_snapshot_file(path)?, settings, policy, source.now)),
        (None, Some(settings)) => {
            let run_settings = run_settings(settings, &policy);
            let needs_attributes = policy.description().needs.attributes;
            let snapshot = read_site(&connect(settings)?, &run_settings, needs_attributes).await?;
            // After the reading: a server that took long to answer shows as a stale inventory.
            let now = source.now.unwrap_or_else(clock::now);
            let applicable = source.now.is_none();
            Ok(Prepared { snapshot, settings: run_settings, policy, now, applicable, notes: Vec::new() })
        }
        (None, None) => unreachable!("the command line asks for settings unless a snapshot file is named"),
    }
}

/// The settings that travel with a file count when there are no others, or when people were replaced in them together
/// with those of the snapshot.
fn prepare_from_file(
    file: SnapshotFile,
    settings: Option<&Settings>,
    policy: PolicyComponent,
    now: Option<Instant>,
) -> Prepared {
    let mut notes = Vec::new();
    let settings = match settings {
        Some(settings) if !file.masked => run_settings(settings, &policy),
        Some(_) => {
            notes.push("the snapshot is masked, so the settings that travel with it are used".to_owned());
            file.settings
        }
        None => file.settings,
    };
    let now = now.unwrap_or_else(|| file.inventory.taken_at());
    Prepared { snapshot: file.inventory, settings, policy, now, applicable: false, notes }
}

impl Prepared {
    /// A sandbox with the policy, configured for this run.
    pub fn sandbox(&self) -> Result<Sandbox<'_>, CycleError> {
        Ok(self.policy.configure(&self.settings.policy, &RunContext::of(&self.snapshot, self.now))?)
    }

    /// Makes the plan. It computes for a while: call it where blocking is fine.
    pub fn plan(&self) -> Result<Plan, CycleError> {
        let identity = self.policy.identity(Digest::of_canonical_json(&self.settings.policy)?);
        let input = PlanInput {
            snapshot: &self.snapshot,
            now: self.now,
            applicable: self.applicable,
            policy: &identity,
            guard: &self.settings.guard,
        };
        match self.sandbox() {
            Ok(mut sandbox) => Ok(planner::plan(input, &mut sandbox)?),
            Err(CycleError::Configure(ConfigureError::Fault(fault))) => Ok(planner::plan(input, &mut Faulty(fault))?),
            Err(error) => Err(error),
        }
    }
}

/// A policy that failed before it could be asked anything: the plan says so and holds everything.
struct Faulty(Fault);

impl Policy for Faulty {
    fn decide(&mut self, _: &Candidate<'_>) -> Result<Decision, Fault> {
        Err(self.0.clone())
    }

    fn quota(&mut self, _: LicenseType) -> Result<Option<u32>, Fault> {
        Err(self.0.clone())
    }

    fn explain(&mut self, _: &Candidate<'_>) -> Result<Vec<RuleOutcome>, Fault> {
        Err(self.0.clone())
    }
}
