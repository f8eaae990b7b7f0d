//! Everything that a plan or an explanation is made of.

use steward_core::application::Application;
use steward_core::candidate::Candidate;
use steward_core::decision::{Decision, RuleOutcome};
use steward_core::digest::Digest;
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::memory::Memory;
use steward_core::plan::{Plan, PlanBody};
use steward_core::planner::{self, PlanInput};
use steward_core::policy::{Fault, Policy, PolicyIdentity, RunContext};
use steward_core::settings::RunSettings;
use steward_core::snapshot::{Snapshot, SnapshotFile, SnapshotFileParts};

use super::{CycleError, run_settings};
use crate::config::Settings;
use crate::policy::{ConfigureError, PolicyComponent, Sandbox};

/// Everything that a plan or an explanation is made of.
#[derive(Debug)]
pub struct Prepared {
    pub snapshot: Snapshot,
    pub settings: RunSettings,
    pub memory: Memory,
    /// Which server was read; all zeros for a file.
    pub site: Digest,
    pub policy: PolicyComponent,
    pub now: Instant,
    /// The plan may be applied: read from the server just now, for now, with the ledger's memory.
    pub applicable: bool,
    /// Sentences that whoever asked should see.
    pub notes: Vec<String>,
}

impl Prepared {
    /// The settings that travel with a file count when there are no others, or when people were replaced in them
    /// together with those of the snapshot. What was remembered always travels with the file.
    pub(super) fn from_file(
        file: SnapshotFile,
        settings: Option<&Settings>,
        policy: PolicyComponent,
        now: Option<Instant>,
    ) -> Self {
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
        let SnapshotFile { memory, inventory: snapshot, .. } = file;
        Self { snapshot, settings, memory, site: Digest::zero(), policy, now, applicable: false, notes }
    }

    /// What a stored plan was made of.
    pub fn from_stored(made_of: SnapshotFile, policy: PolicyComponent, plan: &PlanBody) -> Self {
        let SnapshotFile { settings, memory, inventory: snapshot, .. } = made_of;
        let (site, now, applicable) = (Digest::zero(), plan.now, plan.applicable);
        Self { snapshot, settings, memory, site, policy, now, applicable, notes: Vec::new() }
    }

    /// What the ledger keeps of it.
    pub fn made_of(&self) -> SnapshotFileParts<'_> {
        SnapshotFileParts::new(&self.snapshot, &self.settings, &self.memory)
    }

    /// Exactly which policy with which settings decides.
    pub fn identity(&self) -> Result<PolicyIdentity, CycleError> {
        Ok(self.policy.identity(Digest::of_canonical_json(&self.settings.policy)?))
    }

    /// A sandbox with the policy, configured for this run.
    pub fn sandbox(&self) -> Result<Sandbox<'_>, CycleError> {
        Ok(self.policy.configure(&self.settings.policy, &RunContext::of(&self.snapshot, self.now))?)
    }

    /// Makes a plan, or decides once more about the seats of an earlier one. It computes for a while: call it where
    /// blocking is fine.
    pub fn plan(&self, application: Option<&Application>) -> Result<Plan, CycleError> {
        let identity = self.identity()?;
        let input = PlanInput {
            snapshot: &self.snapshot,
            now: self.now,
            applicable: self.applicable,
            policy: &identity,
            guard: &self.settings.guard,
            memory: &self.memory,
            application,
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
