//! The events of policies: what is stored, which one decides, and what others would have decided beside it.

use std::collections::BTreeMap;

use super::{LedgerState, Refusal, require};
use crate::digest::Digest;
use crate::instant::Instant;
use crate::ledger::event::Event;
use crate::ledger::policy::{GateReport, PolicySignature};

/// A component in the store of policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPolicy {
    pub name: String,
    pub version: String,
    /// The size of the component.
    pub bytes: u64,
    pub added_at: Instant,
    pub by: String,
    pub signature: Option<PolicySignature>,
}

/// A policy became the one that decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activation {
    pub at: Instant,
    /// `None` for the policy that is part of Steward.
    pub digest: Option<Digest>,
    pub name: String,
    pub version: String,
    pub by: String,
    /// Of the settings that the policy had then, in canonical form.
    pub settings_digest: Digest,
    pub report: GateReport,
    /// It became active although a check failed, or without waiting for one.
    pub forced: bool,
    pub note: Option<String>,
}

/// Whose decisions were compared. Comparisons of other settings or of another server say little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shadowing {
    pub active: Digest,
    pub shadow: Digest,
    pub shadow_settings_digest: Digest,
    pub site: Digest,
}

/// What a policy would have decided beside the active one, on the same facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShadowComparison {
    pub at: Instant,
    pub between: Shadowing,
    /// The plan that the active policy made.
    pub plan: Digest,
    /// Seats that the shadow would take and the active policy does not.
    pub newly_loses: u32,
    /// Seats that the active policy takes and the shadow would not.
    pub newly_keeps: u32,
    /// Why the shadow gave no valid answer, not in its own words: those could name people.
    pub fault: Option<String>,
}

/// What the ledger knows of policies.
#[derive(Debug, Clone, Default)]
pub(super) struct Policies {
    stored: BTreeMap<Digest, StoredPolicy>,
    /// The oldest first; the last one is the active one.
    history: Vec<Activation>,
    /// Places in `history`: the way back from the active policy, which is the last one.
    way_back: Vec<usize>,
    /// By the shadow's digest, the oldest first.
    comparisons: BTreeMap<Digest, Vec<ShadowComparison>>,
}

impl LedgerState {
    pub(super) fn next_of_policies(&mut self, at: Instant, event: Event) -> Result<(), Refusal> {
        match event {
            Event::PolicyAdded { by, digest, name, version, bytes, signature } => {
                let added = StoredPolicy { name, version, bytes, added_at: at, by, signature };
                let before = self.policies.stored.insert(digest, added);
                require(before.is_none(), "it adds a policy that is stored already")
            }
            Event::PolicyActivated { by, digest, name, version, settings_digest, report, forced, note } => {
                let activation = Activation { at, digest, name, version, by, settings_digest, report, forced, note };
                self.policies.activate(activation)
            }
            Event::PolicyRemoved { by: _, digest } => self.policies.remove(digest),
            Event::ShadowCompared {
                active,
                shadow,
                shadow_settings_digest,
                site,
                plan,
                newly_loses,
                newly_keeps,
                fault,
            } => {
                let record = self.plans.get(&plan).ok_or("it compares with a plan that was never made")?;
                require(record.counts.site == site, "it compares with a plan of another server")?;
                let between = Shadowing { active, shadow, shadow_settings_digest, site };
                let comparison = ShadowComparison { at, between, plan, newly_loses, newly_keeps, fault };
                self.policies.comparisons.entry(shadow).or_default().push(comparison);
                Ok(())
            }
            _ => Err("an event of no policy".to_owned()),
        }
    }

    /// The policies in the store.
    pub fn stored_policies(&self) -> &BTreeMap<Digest, StoredPolicy> {
        &self.policies.stored
    }

    /// The policy that decides; `None` as long as nobody activated any, so that the one of the settings decides.
    pub fn active_policy(&self) -> Option<&Activation> {
        self.policies.history.last()
    }

    /// Every activation, the oldest first.
    pub fn policy_history(&self) -> &[Activation] {
        &self.policies.history
    }

    /// Where a rollback leads: the policy that was active before. Rolling back goes further back each time, so that a
    /// policy that somebody left never returns by it. `None` when the way ends: there is nothing before the active one
    /// but the policy with which everything began.
    pub fn policy_before(&self) -> Option<&Activation> {
        self.policies.before()
    }

    /// A stored policy that may not be removed: it is active, or a rollback leads to it.
    pub fn is_policy_needed(&self, digest: &Digest) -> bool {
        let is_it = |activation: &Activation| activation.digest.as_ref() == Some(digest);
        self.active_policy().is_some_and(is_it) || self.policy_before().is_some_and(is_it)
    }

    /// What this policy would have decided beside the active ones, the oldest first.
    pub fn shadow_comparisons(&self, shadow: &Digest) -> &[ShadowComparison] {
        self.policies.comparisons.get(shadow).map_or(&[], Vec::as_slice)
    }

    /// How many comparisons in a row, up to the latest one of this server, the shadow gave valid answers and newly took
    /// at most `newly_loses_max` seats, beside the same active policy and with the same settings.
    pub fn clean_shadow_cycles(&self, between: &Shadowing, newly_loses_max: u32) -> usize {
        let here = self.shadow_comparisons(&between.shadow).iter().rev().filter(|one| one.between.site == between.site);
        here.take_while(|one| one.between == *between && one.fault.is_none() && one.newly_loses <= newly_loses_max)
            .count()
    }
}

impl Policies {
    fn activate(&mut self, activation: Activation) -> Result<(), Refusal> {
        if let Some(digest) = &activation.digest {
            let stored = self.stored.get(digest).ok_or("it activates a policy that is not stored")?;
            let is_it = stored.name == activation.name && stored.version == activation.version;
            require(is_it, "it activates a policy under the name or version of another one")?;
        }
        require(activation.forced || activation.report.is_passed(), "it activates a policy that did not pass")?;
        let has_note = activation.note.as_ref().is_some_and(|note| !note.trim().is_empty());
        require(!activation.forced || has_note, "it forces a policy and does not say why")?;
        let given_up = self.given_up_by(activation.digest);
        self.way_back.truncate(self.way_back.len().saturating_sub(given_up));
        self.way_back.push(self.history.len());
        self.history.push(activation);
        Ok(())
    }

    /// How many steps of the way back are given up when this policy becomes active: the same one once more, or the one
    /// before, or that of the beginning, which has no step of its own.
    fn given_up_by(&self, digest: Option<Digest>) -> usize {
        let is_same = self.history.last().is_some_and(|active| active.digest == digest);
        match self.before() {
            _ if is_same => 1,
            Some(before) if before.digest == digest => 2,
            None if digest.is_none() => 1,
            _ => 0,
        }
    }

    fn before(&self) -> Option<&Activation> {
        let place = self.way_back.iter().rev().nth(1)?;
        self.history.get(*place)
    }

    fn remove(&mut self, digest: Digest) -> Result<(), Refusal> {
        let is_it = |activation: &Activation| activation.digest == Some(digest);
        require(!self.history.last().is_some_and(is_it), "it removes the active policy")?;
        require(!self.before().is_some_and(is_it), "it removes the policy to which a rollback leads")?;
        require(self.stored.remove(&digest).is_some(), "it removes a policy that is not stored")?;
        let Self { history, way_back, .. } = self;
        way_back.retain(|place| !history.get(*place).is_some_and(is_it));
        let digest_at = |place: usize| history.get(place).map(|activation| activation.digest);
        way_back.dedup_by(|later, earlier| digest_at(*later) == digest_at(*earlier));
        Ok(())
    }
}
