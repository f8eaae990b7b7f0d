//! Stored plans with everything they were made of, so that they can be applied, explained and made again.

use std::io::{self, Write as _};

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use steward_core::digest::Digest;
use steward_core::instant::Instant;
use steward_core::plan::Plan;
use steward_core::snapshot::{SnapshotFile, SnapshotFileParts};

use super::{Ledger, LedgerError};

/// The usual level of zstd: a snapshot of 10,000 seats shrinks from 8 MB to half of one in a tenth of a second.
const COMPRESSION_LEVEL: i32 = 3;
/// Enough digits of an id that nobody means another plan, and few enough to be typed.
const ID_DIGITS_MIN: usize = 6;

/// A plan as it was stored.
#[derive(Debug)]
pub struct StoredPlan {
    pub plan: Plan,
    /// The plan as a file, byte for byte.
    pub bytes: Vec<u8>,
    /// A snapshot file.
    made_of: String,
    /// Somebody was erased from it since, so it cannot be made again exactly.
    pub is_erased: bool,
}

impl StoredPlan {
    /// What it was made of, as a snapshot file.
    pub fn made_of_text(&self) -> &str {
        &self.made_of
    }

    /// Facts, settings and memory.
    ///
    /// # Errors
    /// When they are damaged, or somebody was erased from them in a way that leaves no sense.
    pub fn made_of(&self) -> Result<SnapshotFile, LedgerError> {
        SnapshotFile::parse(&self.made_of).map_err(LedgerError::StoredSnapshot)
    }
}

impl Ledger {
    /// Keeps a plan with the snapshot, the settings and the component that it was made of.
    /// A plan that is there already stays as it is.
    pub async fn store_plan(
        &mut self,
        plan: &Plan,
        made_of: &SnapshotFileParts<'_>,
        component: &[u8],
        at: Instant,
    ) -> Result<(), LedgerError> {
        let body = compressed(|encoder| plan.write(encoder))?;
        let made_of = compressed(|encoder| serde_json::to_writer(encoder, made_of).map_err(Into::into))?;
        sqlx::query("INSERT OR IGNORE INTO component (digest, bytes) VALUES (?, ?)")
            .bind(plan.body().policy.digest.to_string())
            .bind(component)
            .execute(&mut self.connection)
            .await
            .map_err(LedgerError::write)?;
        sqlx::query("INSERT OR IGNORE INTO plan (plan_id, made_at, expires_at, body, made_of) VALUES (?, ?, ?, ?, ?)")
            .bind(plan.id().to_string())
            .bind(at.to_string())
            .bind(plan.body().expires_at.to_string())
            .bind(body)
            .bind(made_of)
            .execute(&mut self.connection)
            .await
            .map_err(LedgerError::write)?;
        Ok(())
    }

    /// The stored plan with this id, which may be shortened to its first digits.
    ///
    /// # Errors
    /// When there is none or more than one, and when it was damaged.
    pub async fn stored_plan(&mut self, id: &str) -> Result<StoredPlan, LedgerError> {
        let digits = id.strip_prefix("sha256:").unwrap_or(id).to_lowercase();
        let no_plan = || LedgerError::NoPlan { id: id.to_owned() };
        if digits.len() < ID_DIGITS_MIN || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(no_plan());
        }
        // The digits are no wildcards, so this is a prefix.
        let rows = sqlx::query("SELECT body, made_of, is_erased FROM plan WHERE plan_id LIKE ? LIMIT 2")
            .bind(format!("sha256:{digits}%"))
            .fetch_all(&mut self.connection)
            .await
            .map_err(LedgerError::read)?;
        match rows.as_slice() {
            [] => Err(no_plan()),
            [row] => stored(row),
            _ => Err(LedgerError::SeveralPlans { id: id.to_owned() }),
        }
    }

    /// The bytes of a component that decided once.
    pub async fn component(&mut self, digest: Digest) -> Result<Option<Vec<u8>>, LedgerError> {
        sqlx::query_scalar("SELECT bytes FROM component WHERE digest = ?")
            .bind(digest.to_string())
            .fetch_optional(&mut self.connection)
            .await
            .map_err(LedgerError::read)
    }

    /// Plans that can never be applied and never were are not needed any more.
    pub async fn purge_plans(&mut self, now: Instant) -> Result<(), LedgerError> {
        let is_needed = |id: &Digest| {
            let of_run = |run: &steward_core::ledger::Run| run.plan == *id || run.fresh == Some(*id);
            self.state.runs().values().any(of_run) || self.state.is_accepted(id)
        };
        let ids: Vec<String> = sqlx::query_scalar("SELECT plan_id FROM plan WHERE expires_at < ?")
            .bind(now.to_string())
            .fetch_all(&mut self.connection)
            .await
            .map_err(LedgerError::read)?;
        let useless: Vec<String> =
            ids.into_iter().filter(|id| Digest::parse(id).is_some_and(|id| !is_needed(&id))).collect();
        for id in useless {
            sqlx::query("DELETE FROM plan WHERE plan_id = ?")
                .bind(id)
                .execute(&mut self.connection)
                .await
                .map_err(LedgerError::write)?;
        }
        Ok(())
    }

    /// A plan of this id is stored.
    pub async fn has_plan(&mut self, id: Digest) -> Result<bool, LedgerError> {
        let found: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM plan WHERE plan_id = ?")
            .bind(id.to_string())
            .fetch_one(&mut self.connection)
            .await
            .map_err(LedgerError::read)?;
        Ok(found > 0)
    }

    /// Every stored plan's id, oldest first.
    pub async fn plan_ids(&mut self) -> Result<Vec<String>, LedgerError> {
        sqlx::query_scalar("SELECT plan_id FROM plan ORDER BY made_at, plan_id")
            .fetch_all(&mut self.connection)
            .await
            .map_err(LedgerError::read)
    }

    /// The ids of the latest stored plans that were made of a reading of their own, oldest first.
    pub async fn latest_plan_ids(&mut self, count: u16) -> Result<Vec<String>, LedgerError> {
        let mut ids: Vec<String> =
            sqlx::query_scalar("SELECT plan_id FROM plan ORDER BY made_at DESC, plan_id LIMIT ?")
                .bind(i64::from(count))
                .fetch_all(&mut self.connection)
                .await
                .map_err(LedgerError::read)?;
        ids.reverse();
        Ok(ids)
    }

    /// Replaces what a plan was made of, when somebody is erased from it.
    pub(super) async fn replace_plan(&mut self, id: &str, body: &[u8], made_of: &[u8]) -> Result<(), LedgerError> {
        sqlx::query("UPDATE plan SET body = ?, made_of = ?, is_erased = 1 WHERE plan_id = ?")
            .bind(compressed(|encoder| encoder.write_all(body))?)
            .bind(compressed(|encoder| encoder.write_all(made_of))?)
            .bind(id)
            .execute(&mut self.connection)
            .await
            .map_err(LedgerError::write)?;
        Ok(())
    }

    /// What is stored of a plan, as text.
    pub(super) async fn plan_texts(&mut self, id: &str) -> Result<(String, String), LedgerError> {
        let row = sqlx::query("SELECT body, made_of FROM plan WHERE plan_id = ?")
            .bind(id)
            .fetch_one(&mut self.connection)
            .await
            .map_err(LedgerError::read)?;
        Ok((text(&row, "body")?, text(&row, "made_of")?))
    }
}

fn stored(row: &SqliteRow) -> Result<StoredPlan, LedgerError> {
    let body = text(row, "body")?;
    let is_erased = row.try_get::<i64, _>("is_erased").map_err(LedgerError::read)? != 0;
    Ok(StoredPlan {
        plan: if is_erased { Plan::parse_erased(&body) } else { Plan::parse(&body) }
            .map_err(LedgerError::StoredPlan)?,
        bytes: body.into_bytes(),
        made_of: text(row, "made_of")?,
        is_erased,
    })
}

fn text(row: &SqliteRow, column: &str) -> Result<String, LedgerError> {
    let bytes: Vec<u8> = row.try_get(column).map_err(LedgerError::read)?;
    let bytes = zstd::decode_all(bytes.as_slice()).map_err(LedgerError::Compression)?;
    String::from_utf8(bytes).map_err(|error| LedgerError::Compression(io::Error::other(error)))
}

/// What `write` writes, compressed while it is written: the text of a large site is never held as a whole.
fn compressed(
    write: impl FnOnce(&mut io::BufWriter<zstd::Encoder<'_, Vec<u8>>>) -> io::Result<()>,
) -> Result<Vec<u8>, LedgerError> {
    let compress = || {
        let mut writer = io::BufWriter::new(zstd::Encoder::new(Vec::new(), COMPRESSION_LEVEL)?);
        write(&mut writer)?;
        writer.into_inner().map_err(io::IntoInnerError::into_error)?.finish()
    };
    compress().map_err(LedgerError::Compression)
}
