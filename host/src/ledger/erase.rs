//! Forgets a person: the entries keep a reference that leads to nobody, the stored plans and the
//! points that wait for `InfluxDB` lose the name.

use steward_core::erasure;
use steward_core::instant::Instant;
use steward_core::ledger::{Event, PersonRef};
use steward_core::settings;
use steward_core::text::hex;

use super::{Ledger, LedgerError, fold_account, outbox};

/// What an erasure did.
#[derive(Debug, Clone, Copy)]
pub struct Erased {
    /// Stored plans that the person was taken out of.
    pub plans: usize,
    /// Points in the outbox that named the person.
    pub points: usize,
    /// Another program reads the ledger, so the last names go from its log only when that program ends.
    pub is_in_use: bool,
}

impl Ledger {
    /// Erases a person. `None` when nobody of that name is
    /// known here.
    ///
    /// # Errors
    /// When something cannot be read or written. Erasing again goes on where it stopped.
    pub async fn erase(
        &mut self,
        account: &settings::Account,
        by: &str,
        at: Instant,
    ) -> Result<Option<Erased>, LedgerError> {
        let person = self.known_person(&account.user_dir, &account.user_id).await?;
        let replacement = match &person {
            Some(person) => person.to_string(),
            None => random_reference()?,
        };
        let mut changed = 0;
        for id in self.plan_ids().await? {
            changed += usize::from(self.erase_from_plan(&id, account, &replacement).await?);
        }
        let is_in_readings = self.erase_from_readings(account, &replacement).await?;
        let is_in_messages = self.erase_from_messages(account, &replacement).await?;
        let points = outbox::erase_person(&mut self.connection, account, &replacement).await?;
        if person.is_none() && changed == 0 && !is_in_readings && !is_in_messages && points == 0 {
            return Ok(None);
        }
        // Last, so that an erasure that was interrupted can be repeated. Whoever keeps a copy of a plan hears of it here,
        // also when no entry is about the person.
        let person = person.unwrap_or_else(|| PersonRef::new(replacement));
        self.append(at, &[Event::PersonErased { by: by.to_owned(), person: person.clone() }]).await?;
        self.remove_person(&person).await?;
        // What was written lately still stands in the log of the database.
        let is_busy: i64 = sqlx::query_scalar("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&mut self.connection)
            .await
            .map_err(LedgerError::write)?;
        Ok(Some(Erased { plans: changed, points, is_in_use: is_busy != 0 }))
    }

    /// Seats of the last reading and changes between readings carry names too. A person who still holds a seat comes back
    /// with the next reading.
    async fn erase_from_readings(
        &mut self,
        account: &settings::Account,
        replacement: &str,
    ) -> Result<bool, LedgerError> {
        let named: Vec<(String, String)> = sqlx::query_as(
            "SELECT user_directory, user_id FROM seat UNION SELECT user_directory, user_id FROM seat_change",
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(LedgerError::read)?;
        let wanted = fold_account(&account.user_dir, &account.user_id);
        let spellings = named.into_iter().filter(|(directory, id)| fold_account(directory, id) == wanted);
        let mut is_found = false;
        for (directory, id) in spellings {
            is_found = true;
            for statement in [
                "UPDATE seat SET user_directory = '', user_id = ? WHERE user_directory = ? AND user_id = ?",
                "UPDATE seat_change SET user_directory = '', user_id = ? WHERE user_directory = ? AND user_id = ?",
            ] {
                let update = sqlx::query(statement).bind(replacement).bind(&directory).bind(&id);
                update.execute(&mut self.connection).await.map_err(LedgerError::write)?;
            }
        }
        Ok(is_found)
    }

    async fn erase_from_plan(
        &mut self,
        id: &str,
        account: &settings::Account,
        replacement: &str,
    ) -> Result<bool, LedgerError> {
        let (body, made_of) = self.plan_texts(id).await?;
        let mut texts = [body, made_of];
        let mut is_changed = false;
        for text in &mut texts {
            let before: serde_json::Value = serde_json::from_str(text).map_err(LedgerError::Json)?;
            let mut after = before.clone();
            erasure::erase(&mut after, account, replacement);
            if after != before {
                is_changed = true;
                *text = after.to_string();
            }
        }
        if is_changed {
            let [body, made_of] = texts;
            self.replace_plan(id, body.as_bytes(), made_of.as_bytes()).await?;
        }
        Ok(is_changed)
    }
}

/// For somebody whom no entry is about: two such people must not become one.
fn random_reference() -> Result<String, LedgerError> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).map_err(|_| LedgerError::NoRandomness)?;
    Ok(format!("e:{}", hex(&random)))
}
