//! Who the references in the entries are: a table that can be erased.

use std::collections::BTreeMap;

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use steward_core::digest::Digest;
use steward_core::ledger::PersonRef;
use steward_core::text::fold;

use super::{Ledger, LedgerError};

/// A person as the server names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub user_directory: String,
    pub user_id: String,
}

/// Half of a SHA-256 is more than enough to tell people apart.
const REFERENCE_DIGITS: usize = 32;

impl Ledger {
    /// The reference of a person, made when there is none yet. The name is kept as the server spells it last.
    pub async fn person(&mut self, user_directory: &str, user_id: &str) -> Result<PersonRef, LedgerError> {
        let reference = self.person_of_entry(user_directory, user_id).await?;
        sqlx::query(
            "UPDATE person SET user_directory = ?1, user_id = ?2 \
             WHERE reference = ?3 AND (user_directory <> ?1 OR user_id <> ?2)",
        )
        .bind(user_directory)
        .bind(user_id)
        .bind(reference.as_str())
        .execute(&mut self.connection)
        .await
        .map_err(LedgerError::write)?;
        Ok(reference)
    }

    /// The same for a name that somebody wrote in any spelling.
    pub(super) async fn person_of_entry(
        &mut self,
        user_directory: &str,
        user_id: &str,
    ) -> Result<PersonRef, LedgerError> {
        let account = fold_account(user_directory, user_id);
        if let Some(reference) = self.find_person(&account).await? {
            return Ok(reference);
        }
        let mut salt = [0_u8; 16];
        getrandom::fill(&mut salt).map_err(|_| LedgerError::NoRandomness)?;
        let mut salted = salt.to_vec();
        salted.extend_from_slice(account.as_bytes());
        let hex = Digest::of_bytes(&salted).hex();
        let reference = PersonRef::new(format!("p:{}", hex.get(..REFERENCE_DIGITS).unwrap_or(&hex)));
        sqlx::query("INSERT INTO person (reference, salt, account, user_directory, user_id) VALUES (?, ?, ?, ?, ?)")
            .bind(reference.as_str())
            .bind(salt.as_slice())
            .bind(&account)
            .bind(user_directory)
            .bind(user_id)
            .execute(&mut self.connection)
            .await
            .map_err(LedgerError::write)?;
        Ok(reference)
    }

    /// The reference of a person who was written about before.
    pub async fn known_person(
        &mut self,
        user_directory: &str,
        user_id: &str,
    ) -> Result<Option<PersonRef>, LedgerError> {
        self.find_person(&fold_account(user_directory, user_id)).await
    }

    /// Everybody who is known, by reference.
    pub async fn accounts(&mut self) -> Result<BTreeMap<PersonRef, Account>, LedgerError> {
        let rows = sqlx::query("SELECT reference, user_directory, user_id FROM person")
            .fetch_all(&mut self.connection)
            .await
            .map_err(LedgerError::read)?;
        let read = |row: &SqliteRow| -> Result<(PersonRef, Account), sqlx::Error> {
            let reference: String = row.try_get("reference")?;
            let (user_directory, user_id) = (row.try_get("user_directory")?, row.try_get("user_id")?);
            Ok((PersonRef::new(reference), Account { user_directory, user_id }))
        };
        rows.iter().map(read).collect::<Result<_, _>>().map_err(LedgerError::read)
    }

    /// Forgets who a reference is. What was overwritten cannot be read from the file any more.
    pub(super) async fn remove_person(&mut self, person: &PersonRef) -> Result<(), LedgerError> {
        sqlx::query("DELETE FROM person WHERE reference = ?")
            .bind(person.as_str())
            .execute(&mut self.connection)
            .await
            .map_err(LedgerError::write)?;
        Ok(())
    }

    async fn find_person(&mut self, account: &str) -> Result<Option<PersonRef>, LedgerError> {
        let found: Option<String> = sqlx::query_scalar("SELECT reference FROM person WHERE account = ?")
            .bind(account)
            .fetch_optional(&mut self.connection)
            .await
            .map_err(LedgerError::read)?;
        Ok(found.map(PersonRef::new))
    }
}

/// One person has one name here, however it is written.
pub fn fold_account(user_directory: &str, user_id: &str) -> String {
    format!("{}\\{}", fold(user_directory), fold(user_id))
}
