//! What was done to one person's seats, for whoever asks why.

use schemars::JsonSchema;
use serde::Serialize;
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::ledger::RunId;
use steward_core::license_type::LicenseType;
use steward_core::snapshot::LastUse;

use super::{Ledger, LedgerError};

/// A seat that was taken from a person, or may have been.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PastRelease {
    pub run: RunId,
    pub released_at: Instant,
    pub license_type: LicenseType,
    pub license_id: LicenseId,
    pub rule: String,
    /// What the policy said then; `None` when the stored plan is not there any more.
    pub reason: Option<String>,
    pub last_used: LastUse,
    pub idle_days: Option<u32>,
    /// Whoever applied the plan.
    pub by: String,
    /// Whoever lifted the cap for it, and why.
    pub approved_by: Option<String>,
    pub approval_note: Option<String>,
    /// The person holds a seat again.
    pub returned: bool,
}

impl Ledger {
    /// The releases of a person, the latest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn past_releases(
        &mut self,
        user_directory: &str,
        user_id: &str,
    ) -> Result<Vec<PastRelease>, LedgerError> {
        let Some(person) = self.known_person(user_directory, user_id).await? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for (id, run, seat, state) in self.state.releases_of(&person) {
            let (Some(released_at), Some(intended)) = (state.released_at(), run.intended.get(&seat.license_id)) else {
                continue;
            };
            let approval = self.state.plan(&run.plan).and_then(|record| record.approved.as_ref());
            let past = PastRelease {
                run: id,
                released_at,
                license_type: seat.license_type,
                license_id: seat.license_id.clone(),
                rule: intended.rule.clone(),
                reason: None,
                last_used: intended.last_used,
                idle_days: intended.idle_days,
                by: run.by.clone(),
                approved_by: approval.map(|said| said.by.clone()),
                approval_note: approval.and_then(|said| said.note.clone()),
                returned: run.returned.contains(&seat.license_id),
            };
            found.push((past, run.fresh));
        }
        let mut releases = Vec::new();
        for (mut past, fresh) in found {
            past.reason = match fresh {
                Some(fresh) => self.reason(&fresh.to_string(), &past.license_id).await?,
                None => None,
            };
            releases.push(past);
        }
        Ok(releases)
    }

    async fn reason(&mut self, plan: &str, license_id: &LicenseId) -> Result<Option<String>, LedgerError> {
        match self.stored_plan(plan).await {
            Ok(stored) => Ok(stored.plan.body().decision(license_id).map(|decision| decision.reason.clone())),
            Err(LedgerError::NoPlan { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
