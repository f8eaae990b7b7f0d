//! From what the ledger says to what the guard remembers, and back: names in place of references.

use std::collections::BTreeSet;

use steward_core::digest::Digest;
use steward_core::guard::{Protection, Protections};
use steward_core::instant::Instant;
use steward_core::ledger::{Counts, PersonRef, ProtectionKey};
use steward_core::memory::{KeptPerson, Memory, Reading, Taken};
use steward_core::notice::Notice;
use steward_core::settings::{self, GuardSettings};

use super::{Ledger, LedgerError};

/// The cap counts over one day.
const CAP_DAYS: u32 = 1;

impl Ledger {
    /// What the guard looks at when a plan of a site is made at `now` under these settings.
    pub async fn memory(&mut self, site: Digest, now: Instant, guard: &GuardSettings) -> Result<Memory, LedgerError> {
        let last_reading = self.last_reading(site, guard).await?;
        let days = guard.undo_reserve_days.unwrap_or(CAP_DAYS).max(CAP_DAYS);
        let by_time = now.minus_days(days);
        let since = by_time.into_iter().chain(last_reading.as_ref().map(|reading| reading.at)).min();
        let taken = since.map(|since| self.state.taken_since(since)).unwrap_or_default();
        let accounts = self.accounts().await?;
        let kept = |person: &PersonRef, until: Option<Instant>, note: String| {
            let account = accounts.get(person)?;
            let account =
                settings::Account { user_dir: account.user_directory.clone(), user_id: account.user_id.clone() };
            // One whose time is over is history.
            Some(KeptPerson { account, until, note }).filter(|person| person.holds_at(now))
        };
        let by_hand = self.state.protections().iter();
        let by_hand = by_hand.filter_map(|(person, said)| kept(person, said.until, said.note.clone()));
        let restored = self.state.restored().iter();
        let restored = restored.filter_map(|(person, until)| kept(person, Some(*until), String::new()));
        let notices = self.state.notices().iter().filter_map(|((person, license_type), told)| {
            let account = accounts.get(person)?;
            let account =
                settings::Account { user_dir: account.user_directory.clone(), user_id: account.user_id.clone() };
            let notice = Notice {
                account,
                license_type: *license_type,
                idle_since: told.idle_since,
                at: told.at,
                goes_from: told.goes_from,
            };
            Some(notice).filter(|notice| notice.holds_at(now))
        });
        Ok(Memory {
            last_entry_at: self.state.last_at(),
            taken: taken.into_iter().map(|taken| Taken { at: taken.at, license_type: taken.license_type }).collect(),
            protected_by_hand: by_hand.collect(),
            restored: restored.collect(),
            last_reading,
            notices: notices.collect(),
        })
    }

    /// A reading as the ledger keeps it.
    pub async fn counts(&mut self, site: Digest, reading: &Reading) -> Result<Counts, LedgerError> {
        let mut protections = BTreeSet::new();
        for entry in &reading.protections {
            let person = match entry {
                Protection::User { user_dir, user_id } => Some(self.person_of_entry(user_dir, user_id).await?),
                _ => None,
            };
            protections.extend(key(entry, person.as_ref()));
        }
        Ok(Counts {
            site,
            read_at: reading.at,
            users: reading.users,
            seats: reading.seats.clone(),
            never_used: reading.never_used.clone(),
            protections,
        })
    }

    /// Of the protections only those that the settings still have.
    async fn last_reading(&mut self, site: Digest, guard: &GuardSettings) -> Result<Option<Reading>, LedgerError> {
        let Some(counts) = self.state.believed(&site).cloned() else { return Ok(None) };
        let mut protections = Vec::new();
        for entry in Protections::new(&guard.never_release).entries().filter(Protection::is_listed) {
            let person = match &entry {
                Protection::User { user_dir, user_id } => self.known_person(user_dir, user_id).await?,
                _ => None,
            };
            if key(&entry, person.as_ref()).is_some_and(|key| counts.protections.contains(&key)) {
                protections.push(entry);
            }
        }
        let Counts { read_at, users, seats, never_used, .. } = counts;
        Ok(Some(Reading { at: read_at, users, seats, never_used, protections }))
    }
}

/// Two keys are equal when the entries are. `None` for a person who was never written about, and for flags.
fn key(entry: &Protection, person: Option<&PersonRef>) -> Option<ProtectionKey> {
    let key = match entry {
        Protection::User { .. } => format!("user:{}", person?),
        Protection::Tag(tag) => format!("tag:{tag}"),
        Protection::CustomProperty { name, value } => format!("property:{name}={value}"),
        Protection::UserDirectory(directory) => format!("directory:{directory}"),
        Protection::Inactive(_) | Protection::Blocked(_) | Protection::RemovedExternally(_) => return None,
    };
    Some(ProtectionKey(key))
}
