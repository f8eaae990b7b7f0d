//! The store of policies: components by digest with their signatures and tests, and what was found out about them.
//!
//! That a policy was added, activated or removed stands in the entries; here is what they refer to.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use sqlx::Connection as _;
use steward_core::digest::Digest;
use steward_core::instant::Instant;
use steward_core::ledger::Event;
use steward_core::license_type::LicenseType;

use super::{Ledger, LedgerError};

/// A policy as somebody added it.
#[derive(Debug, Clone)]
pub struct StoredPolicy {
    pub bytes: Vec<u8>,
    pub signature: Option<String>,
    /// Test suites by file name.
    pub suites: BTreeMap<String, String>,
}

/// A seat about which a policy in the shadow decided differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Disagreement {
    pub license_id: String,
    pub license_type: LicenseType,
    pub change: String,
    pub active_rule: String,
    pub shadow_rule: String,
}

/// A comparison of a policy in the shadow with the active one.
#[derive(Debug, Clone, Copy)]
pub struct Comparison<'c> {
    pub at: Instant,
    pub site: Digest,
    pub plan: Digest,
    pub shadow: Digest,
    pub disagreements: &'c [Disagreement],
}

/// A disagreement as it was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeptDisagreement {
    pub at: String,
    pub shadow: String,
    pub plan_id: String,
    pub license_id: String,
    pub license_type: String,
    pub change: String,
    pub active_rule: String,
    pub shadow_rule: String,
}

impl StoredPolicy {
    /// Of its tests in canonical form, as the entries have it.
    ///
    /// # Errors
    /// When they cannot be written as JSON.
    pub fn tests_digest(&self) -> Result<Digest, LedgerError> {
        Digest::of_canonical_json(&self.suites).map_err(LedgerError::Json)
    }
}

impl Ledger {
    /// Keeps a policy, before an entry notes who added it: without the entry it is of no consequence. One that is there
    /// already gets the new signature and the new tests.
    pub async fn keep_policy(&mut self, digest: Digest, policy: &StoredPolicy) -> Result<(), LedgerError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        let id = digest.to_string();
        let component = "INSERT INTO component (digest, bytes) VALUES (?, ?) \
                         ON CONFLICT (digest) DO UPDATE SET bytes = excluded.bytes";
        let insert = sqlx::query(component).bind(&id).bind(&policy.bytes);
        insert.execute(&mut *transaction).await.map_err(LedgerError::write)?;
        let upsert = "INSERT INTO policy (digest, signature) VALUES (?, ?) \
                      ON CONFLICT (digest) DO UPDATE SET signature = excluded.signature";
        let insert = sqlx::query(upsert).bind(&id).bind(&policy.signature);
        insert.execute(&mut *transaction).await.map_err(LedgerError::write)?;
        let delete = sqlx::query("DELETE FROM policy_suite WHERE digest = ?").bind(&id);
        delete.execute(&mut *transaction).await.map_err(LedgerError::write)?;
        for (name, text) in &policy.suites {
            let insert = sqlx::query("INSERT INTO policy_suite (digest, name, text) VALUES (?, ?, ?)");
            let insert = insert.bind(&id).bind(name).bind(text);
            insert.execute(&mut *transaction).await.map_err(LedgerError::write)?;
        }
        transaction.commit().await.map_err(LedgerError::write)
    }

    /// Notes that a policy was removed, and forgets it. Its component stays for as long as a stored plan was made by it.
    pub async fn remove_policy(&mut self, digest: Digest, event: Event, at: Instant) -> Result<(), LedgerError> {
        self.append(at, &[event]).await?;
        let made_plans = self.made_plans(digest).await?;
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        let mut statements = vec!["DELETE FROM policy_suite WHERE digest = ?", "DELETE FROM policy WHERE digest = ?"];
        if !made_plans {
            statements.push("DELETE FROM component WHERE digest = ?");
        }
        for statement in statements {
            let delete = sqlx::query(statement).bind(digest.to_string());
            delete.execute(&mut *transaction).await.map_err(LedgerError::write)?;
        }
        transaction.commit().await.map_err(LedgerError::write)
    }

    /// A stored plan was made by this component, so it may have to be made again.
    async fn made_plans(&mut self, digest: Digest) -> Result<bool, LedgerError> {
        for id in self.plan_ids().await? {
            if self.stored_plan(&id).await?.plan.body().policy.digest == digest {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A policy that was added. `None` when it never was, or was removed. Tests that are not those that were added are
    /// left out, and a policy without tests passes no gate.
    ///
    /// # Errors
    /// When it cannot be read, or is not what was added.
    pub async fn stored_policy(&mut self, digest: Digest) -> Result<Option<StoredPolicy>, LedgerError> {
        let id = digest.to_string();
        let row: Option<(Vec<u8>, Option<String>)> =
            sqlx::query_as("SELECT bytes, signature FROM component JOIN policy USING (digest) WHERE digest = ?")
                .bind(&id)
                .fetch_optional(&mut self.connection)
                .await
                .map_err(LedgerError::read)?;
        let Some((bytes, signature)) = row else { return Ok(None) };
        if Digest::of_bytes(&bytes) != digest {
            return Err(LedgerError::StoredPolicy(digest));
        }
        let suites: Vec<(String, String)> = sqlx::query_as("SELECT name, text FROM policy_suite WHERE digest = ?")
            .bind(&id)
            .fetch_all(&mut self.connection)
            .await
            .map_err(LedgerError::read)?;
        let mut stored = StoredPolicy { bytes, signature, suites: suites.into_iter().collect() };
        let noted = self.state().stored_policies().get(&digest).map(|noted| noted.tests_digest);
        if noted.is_some_and(|noted| stored.tests_digest().is_ok_and(|found| found != noted)) {
            tracing::warn!("the stored tests of the policy {digest} are not those that were added; add them again");
            stored.suites.clear();
        }
        Ok(Some(stored))
    }

    /// Keeps what a gate found, under the digest of its text.
    pub async fn keep_gate_report(&mut self, policy: Digest, report: &str, at: Instant) -> Result<Digest, LedgerError> {
        let digest = Digest::of_bytes(report.as_bytes());
        sqlx::query("INSERT OR IGNORE INTO gate_report (digest, at, policy, report) VALUES (?, ?, ?, ?)")
            .bind(digest.to_string())
            .bind(at.to_string())
            .bind(policy.to_string())
            .bind(report)
            .execute(&mut self.connection)
            .await
            .map_err(LedgerError::write)?;
        Ok(digest)
    }

    /// What a gate found.
    pub async fn gate_report(&mut self, digest: Digest) -> Result<Option<String>, LedgerError> {
        sqlx::query_scalar("SELECT report FROM gate_report WHERE digest = ?")
            .bind(digest.to_string())
            .fetch_optional(&mut self.connection)
            .await
            .map_err(LedgerError::read)
    }

    /// Keeps where a policy in the shadow disagreed, and notes how often in an entry.
    pub async fn keep_comparison(&mut self, comparison: &Comparison<'_>, event: Event) -> Result<(), LedgerError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        for it in comparison.disagreements {
            sqlx::query(
                "INSERT OR REPLACE INTO disagreement \
                 (at, site, shadow, license_id, plan_id, license_type, change, active_rule, shadow_rule) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(comparison.at.to_string())
            .bind(comparison.site.to_string())
            .bind(comparison.shadow.to_string())
            .bind(&it.license_id)
            .bind(comparison.plan.to_string())
            .bind(it.license_type.as_str())
            .bind(&it.change)
            .bind(&it.active_rule)
            .bind(&it.shadow_rule)
            .execute(&mut *transaction)
            .await
            .map_err(LedgerError::write)?;
        }
        transaction.commit().await.map_err(LedgerError::write)?;
        self.append(comparison.at, &[event]).await
    }

    /// The disagreements of a policy in the shadow at its last comparison with a server.
    pub async fn last_disagreements(
        &mut self,
        site: Digest,
        shadow: Digest,
    ) -> Result<Vec<KeptDisagreement>, LedgerError> {
        let rows: Vec<(String, String, String, String, String, String, String)> = sqlx::query_as(
            "SELECT at, plan_id, license_id, license_type, change, active_rule, shadow_rule FROM disagreement \
             WHERE site = ?1 AND shadow = ?2 \
             AND at = (SELECT MAX(at) FROM disagreement WHERE site = ?1 AND shadow = ?2) ORDER BY license_id",
        )
        .bind(site.to_string())
        .bind(shadow.to_string())
        .fetch_all(&mut self.connection)
        .await
        .map_err(LedgerError::read)?;
        let read = |(at, plan_id, license_id, license_type, change, active_rule, shadow_rule)| KeptDisagreement {
            at,
            shadow: shadow.to_string(),
            plan_id,
            license_id,
            license_type,
            change,
            active_rule,
            shadow_rule,
        };
        Ok(rows.into_iter().map(read).collect())
    }
}
