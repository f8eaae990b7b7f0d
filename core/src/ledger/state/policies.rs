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
    /// Of its tests in canonical form.
    pub tests_digest: Digest,
}

/// A policy became the one that decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activation {
    pub at: Instant,
    /// The server about which it decides.
    pub site: Digest,
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
    /// The oldest first; the last one of a server is the active one there.
    history: Vec<Activation>,
    /// By server, places in `history`: the way back from the active policy, which is the last one.
    ways_back: BTreeMap<Digest, Vec<usize>>,
    /// By the shadow's digest, the oldest first.
    comparisons: BTreeMap<Digest, Vec<ShadowComparison>>,
}

impl LedgerState {
    pub(super) fn next_of_policies(&mut self, at: Instant, event: Event) -> Result<(), Refusal> {
        match event {
            Event::PolicyAdded { by, digest, name, version, bytes, signature, tests_digest } => {
                let added = StoredPolicy { name, version, bytes, added_at: at, by, signature, tests_digest };
                let is_same = |before: &StoredPolicy| {
                    (&before.signature, before.tests_digest) == (&added.signature, added.tests_digest)
                };
                let is_news = self.policies.stored.get(&digest).is_none_or(|before| !is_same(before));
                self.policies.stored.insert(digest, added);
                require(is_news, "it adds a policy that is stored already")
            }
            Event::PolicyActivated { by, site, digest, name, version, settings_digest, report, forced, note } => self
                .policies
                .activate(Activation { at, site, digest, name, version, by, settings_digest, report, forced, note }),
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

    /// The policy that decides about a server; `None` as long as nobody activated any there, so that the one of the
    /// settings decides.
    pub fn active_policy(&self, site: Digest) -> Option<&Activation> {
        self.policies.active(site)
    }

    /// Every activation, the oldest first.
    pub fn policy_history(&self) -> &[Activation] {
        &self.policies.history
    }

    /// Where a rollback leads: the policy that was active before. Rolling back goes further back each time, so that a
    /// policy that somebody left never returns by it. `None` when the way ends: there is nothing before the active one
    /// but the policy with which everything began.
    pub fn policy_before(&self, site: Digest) -> Option<&Activation> {
        self.policies.before(site)
    }

    /// A stored policy that may not be removed: it is active at some server, or a rollback leads to it there.
    pub fn is_policy_needed(&self, digest: &Digest) -> bool {
        self.policies.why_needed(*digest).is_some()
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
        let given_up = self.given_up_by(activation.site, activation.digest);
        let way_back = self.ways_back.entry(activation.site).or_default();
        way_back.truncate(way_back.len().saturating_sub(given_up));
        way_back.push(self.history.len());
        self.history.push(activation);
        Ok(())
    }

    /// How many steps of the way back are given up when this policy becomes active: the same one once more, or the one
    /// before, or that of the beginning, which has no step of its own.
    fn given_up_by(&self, site: Digest, digest: Option<Digest>) -> usize {
        let is_same = self.active(site).is_some_and(|active| active.digest == digest);
        match self.before(site) {
            _ if is_same => 1,
            Some(before) if before.digest == digest => 2,
            None if digest.is_none() => 1,
            _ => 0,
        }
    }

    fn active(&self, site: Digest) -> Option<&Activation> {
        self.history.iter().rev().find(|activation| activation.site == site)
    }

    fn before(&self, site: Digest) -> Option<&Activation> {
        let place = self.ways_back.get(&site)?.iter().rev().nth(1)?;
        self.history.get(*place)
    }

    /// Why a policy may not be removed; `None` when it may.
    fn why_needed(&self, digest: Digest) -> Option<&'static str> {
        let is_it = |activation: &Activation| activation.digest == Some(digest);
        let mut sites = self.ways_back.keys();
        sites.find_map(|site| {
            let is_active = self.active(*site).is_some_and(is_it).then_some("it removes the active policy");
            let is_before = self.before(*site).is_some_and(is_it);
            is_active.or(is_before.then_some("it removes the policy to which a rollback leads"))
        })
    }

    fn remove(&mut self, digest: Digest) -> Result<(), Refusal> {
        if let Some(why) = self.why_needed(digest) {
            return Err(why.to_owned());
        }
        require(self.stored.remove(&digest).is_some(), "it removes a policy that is not stored")?;
        let Self { history, ways_back, .. } = self;
        let digest_at = |place: usize| history.get(place).map(|activation| activation.digest);
        for way_back in ways_back.values_mut() {
            way_back.retain(|place| digest_at(*place) != Some(Some(digest)));
            way_back.dedup_by(|later, earlier| digest_at(*later) == digest_at(*earlier));
        }
        Ok(())
    }
}
