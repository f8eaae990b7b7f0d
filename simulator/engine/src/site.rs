//! A snapshot with the policy that is asked about it.

use std::cell::{OnceCell, RefCell};

use serde_json::Value;
use steward_core::candidate::{Candidate, candidates};
use steward_core::digest::Digest;
use steward_core::instant::Instant;
use steward_core::memory::Memory;
use steward_core::policy::{Description, Policy, PolicyIdentity, RunContext};
use steward_core::settings::{RunSettings, SettingsDraft};
use steward_core::snapshot::{Owner, Snapshot, SnapshotFile};
use steward_core::suite::NotReady;
use steward_core::text::fold;

use crate::bindings::exports::steward::simulator::engine::Refusal;
use crate::judging::KnownHolds;

/// The interface that a policy must export, with the version of the contract.
const CONTRACT: &str = "steward:policy/policy@1.0.0";

/// Makes the policy ready for a run, each time anew.
pub type Configure = dyn Fn(&Value, &RunContext) -> Result<Box<dyn Policy>, NotReady>;

/// Makes [`Configure`] for a policy that will mostly be asked about these seats.
pub type Prepare = dyn FnOnce(&'static [Candidate<'static>]) -> Box<Configure>;

/// What all questions are about.
pub struct Site {
    // An instance of the engine serves one snapshot and ends with it, so what is leaked lives no longer than what was
    // not. Candidates borrow from it, and everything else borrows candidates.
    pub snapshot: &'static Snapshot,
    pub candidates: &'static [Candidate<'static>],
    pub digest: Digest,
    pub memory: Memory,
    /// Those that travel with the file.
    pub settings: RunSettings,
    pub masked: bool,
    pub description: Description,
    pub policy_digest: Digest,
    configure: Box<Configure>,
    haystacks: OnceCell<Vec<String>>,
    pub known_holds: RefCell<Option<KnownHolds>>,
}

impl Site {
    /// Reads a snapshot file.
    ///
    /// # Errors
    /// When it is none, or contradicts itself.
    pub fn open(
        file: &[u8],
        description: Description,
        policy_digest: Digest,
        prepare: Box<Prepare>,
    ) -> Result<Self, Refusal> {
        let refuse = |problem: String| Refusal::Snapshot(problem);
        let text = str::from_utf8(file).map_err(|_| refuse("the file is not a snapshot: it is no UTF-8".to_owned()))?;
        let file = SnapshotFile::parse(text).map_err(|error| refuse(with_cause(&error)))?;
        let digest = file.inventory.digest().map_err(|error| refuse(error.to_string()))?;
        let snapshot: &'static Snapshot = Box::leak(Box::new(file.inventory));
        let candidates: &'static [Candidate<'static>] = candidates(snapshot).leak();
        Ok(Self {
            snapshot,
            candidates,
            digest,
            memory: file.memory,
            settings: file.settings,
            masked: file.masked,
            description,
            policy_digest,
            configure: prepare(candidates),
            haystacks: OnceCell::new(),
            known_holds: RefCell::new(None),
        })
    }

    /// The draft of the settings that travel with the file.
    pub fn draft(&self) -> SettingsDraft {
        SettingsDraft::of_run(&self.settings, &self.description)
    }

    /// The same without what another policy has of its own.
    pub fn plain_draft(&self) -> SettingsDraft {
        SettingsDraft { policy: serde_json::Map::new(), verbatim: None, ..self.draft() }
    }

    /// The policy, ready for a run at `now`.
    ///
    /// # Errors
    /// When it refuses its settings.
    pub fn configure(&self, settings: &RunSettings, now: Instant) -> Result<Box<dyn Policy>, NotReady> {
        self.configure_for(settings, &RunContext::of(self.snapshot, now))
    }

    /// As [`Site::configure`], for a run on other pools.
    ///
    /// # Errors
    /// As [`Site::configure`].
    pub fn configure_for(&self, settings: &RunSettings, run: &RunContext) -> Result<Box<dyn Policy>, NotReady> {
        (self.configure)(&settings.policy, run)
    }

    /// What a plan says about the policy that made it.
    ///
    /// # Errors
    /// Never in practice: settings can be written as JSON.
    pub fn identity(&self, settings: &RunSettings) -> Result<PolicyIdentity, serde_json::Error> {
        Ok(PolicyIdentity {
            name: self.description.name.clone(),
            version: self.description.version.clone(),
            contract: CONTRACT.to_owned(),
            digest: self.policy_digest,
            settings_digest: Digest::of_canonical_json(&settings.policy)?,
        })
    }

    /// What a search looks through, for each seat: account, display name and id, folded.
    pub fn haystacks(&self) -> &[String] {
        self.haystacks.get_or_init(|| {
            let text = |candidate: &Candidate<'_>| {
                let holder = &candidate.seat.holder;
                let name = match candidate.owner {
                    Owner::Known(user) => user.name.as_str(),
                    Owner::Deleted { .. } | Owner::Unresolved => "",
                };
                let (directory, id) = (holder.user_directory(), holder.user_id());
                fold(&format!("{directory}\\{id}\n{name}\n{}", candidate.seat.id))
            };
            self.candidates.iter().map(text).collect()
        })
    }
}

/// An error with what is behind it, as the program prints it.
fn with_cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", with_cause(source)),
        None => error.to_string(),
    }
}
