//! Who the references in the entries are: a table that can be erased.

use std::collections::BTreeMap;

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection as _, Row as _, SqliteConnection};
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
        let account = Account { user_directory: user_directory.to_owned(), user_id: user_id.to_owned() };
        self.people(&[account]).await?.pop().ok_or(LedgerError::NoRandomness)
    }

    /// The references of several people, in their order, written at once.
    pub async fn people(&mut self, accounts: &[Account]) -> Result<Vec<PersonRef>, LedgerError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await.map_err(LedgerError::write)?;
        let mut references = Vec::with_capacity(accounts.len());
        for account in accounts {
            references.push(upsert(&mut transaction, account, Spelling::OfServer).await?);
        }
        transaction.commit().await.map_err(LedgerError::write)?;
        Ok(references)
    }

    /// The reference of a name that somebody wrote in any spelling.
    pub(super) async fn person_of_entry(
        &mut self,
        user_directory: &str,
        user_id: &str,
    ) -> Result<PersonRef, LedgerError> {
        let account = Account { user_directory: user_directory.to_owned(), user_id: user_id.to_owned() };
        upsert(&mut self.connection, &account, Spelling::OfSomebody).await
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

/// Whose spelling of a name it is. The server's replaces any other.
#[derive(Clone, Copy)]
enum Spelling {
    OfServer,
    OfSomebody,
}

/// One statement, so that two processes make one row.
async fn upsert(
    connection: &mut SqliteConnection,
    account: &Account,
    spelling: Spelling,
) -> Result<PersonRef, LedgerError> {
    let folded = fold_account(&account.user_directory, &account.user_id);
    let mut salt = [0_u8; 16];
    getrandom::fill(&mut salt).map_err(|_| LedgerError::NoRandomness)?;
    let mut salted = salt.to_vec();
    salted.extend_from_slice(folded.as_bytes());
    let hex = Digest::of_bytes(&salted).hex();
    let reference = format!("p:{}", hex.get(..REFERENCE_DIGITS).unwrap_or(&hex));
    let statement = match spelling {
        Spelling::OfServer => {
            "INSERT INTO person (reference, salt, account, user_directory, user_id) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (account) DO UPDATE SET user_directory = excluded.user_directory, user_id = excluded.user_id \
             RETURNING reference"
        }
        Spelling::OfSomebody => {
            "INSERT INTO person (reference, salt, account, user_directory, user_id) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (account) DO UPDATE SET account = excluded.account RETURNING reference"
        }
    };
    let reference: String = sqlx::query_scalar(statement)
        .bind(reference)
        .bind(salt.as_slice())
        .bind(folded)
        .bind(&account.user_directory)
        .bind(&account.user_id)
        .fetch_one(connection)
        .await
        .map_err(LedgerError::write)?;
    Ok(PersonRef::new(reference))
}

/// One person has one name here, however it is written.
pub fn fold_account(user_directory: &str, user_id: &str) -> String {
    format!("{}\\{}", fold(user_directory), fold(user_id))
}
