//! Entries of the ledger.

use std::collections::BTreeMap;

use steward_core::ledger::PersonRef;
use steward_core::text::fold;

use crate::api::answer::Shown;
use crate::api::bodies::audit::{AuditEntry, AuditPage, AuditPerson, AuditQuery, Verification, VerificationQuery};
use crate::api::call::{Call, Nothing, within};
use crate::api::desk::of_ledger;
use crate::api::problem::Problem;
use crate::audit::{Filter, Row, Whom, seats_of};
use crate::ledger::{Account, LedgerError, NotedHead, verify};
use crate::people;

const ENTRIES_MAX: u32 = 500;
/// Entries that are looked at in one request; the next one goes on. A search through years must not hold up everybody.
const LOOKED_AT_MAX: u64 = 20_000;
/// A run is about many people, and its own page lists them.
const PEOPLE_MAX: usize = 20;

pub async fn entries(call: Call<Nothing, AuditQuery>) -> Result<Shown<AuditPage>, Problem> {
    let query = call.query;
    let limit = within("limit", query.limit, 1..=ENTRIES_MAX)? as usize;
    let page = call.api.desk.ask(async move |drawer| {
        let ledger = drawer.ledger().await?;
        let person = match &query.person {
            None => Whom::Anybody,
            Some(typed) => {
                let person = people::typed(typed).map_err(|error| Problem::invalid(error.to_string()))?;
                let known = ledger.known_person(&person.user_directory, &person.user_id).await;
                Whom::Person(known.map_err(|error| of_ledger(&error))?)
            }
        };
        let filter = Filter {
            run: query.run,
            license_id: query.license_id,
            event_type: query.event_type,
            since: query.since,
            until: query.until,
            person,
        };
        let search = query.search.as_deref().map(fold).filter(|search| !search.is_empty());
        let accounts = ledger.accounts().await.map_err(|error| of_ledger(&error))?;
        let mut seats = seats_of(ledger.state());
        let end = ledger.head().seq.saturating_add(1);
        let mut before = query.before.unwrap_or(end).min(end);
        let mut looked_at = 0;
        let mut entries = Vec::new();
        while before > 1 && entries.len() < limit && looked_at < LOOKED_AT_MAX {
            let portion = ledger.entries_before(before).await.map_err(|error| of_ledger(&error))?;
            if portion.is_empty() {
                before = 1;
            }
            for entry in portion {
                (before, looked_at) = (entry.seq, looked_at + 1);
                let row = Row::new(entry, &mut seats).map_err(|error| of_ledger(&error))?;
                if row.fits(&filter) && search.as_deref().is_none_or(|search| says(&row, search, &accounts)) {
                    entries.push(shown(row, &accounts));
                }
                if entries.len() == limit {
                    break;
                }
            }
        }
        Ok(AuditPage { entries, next_before: (before > 1).then_some(before) })
    });
    Ok(Shown(page.await?))
}

fn says(row: &Row, search: &str, accounts: &BTreeMap<PersonRef, Account>) -> bool {
    let has = |text: &str| fold(text).contains(search);
    let is_about = |person: &PersonRef| {
        accounts.get(person).is_some_and(|account| has(&account.user_id) || has(&account.user_directory))
    };
    has(&row.detail)
        || has(&row.event_type)
        || row.by.as_deref().is_some_and(has)
        || row.license_id.as_ref().is_some_and(|id| has(id.as_str()))
        || row.people.iter().any(is_about)
}

fn shown(row: Row, accounts: &BTreeMap<PersonRef, Account>) -> AuditEntry {
    let person = |person: &PersonRef| {
        let account = accounts.get(person);
        AuditPerson {
            reference: person.to_string(),
            user_directory: account.map(|account| account.user_directory.clone()),
            user_id: account.map(|account| account.user_id.clone()),
        }
    };
    AuditEntry {
        seq: row.entry.seq,
        at: row.entry.at,
        people: row.people.iter().take(PEOPLE_MAX).map(person).collect(),
        people_count: row.people.len(),
        event_type: row.event_type,
        by: row.by,
        run: row.run,
        license_type: row.license_type,
        license_id: row.license_id,
        detail: row.detail,
        hash: row.entry.hash,
    }
}

pub async fn verification(call: Call<Nothing, VerificationQuery>) -> Result<Shown<Verification>, Problem> {
    let head = match call.query.head {
        None => None,
        Some(text) => Some(NotedHead::parse(&text).ok_or_else(|| {
            Problem::invalid("write a head such as 4711:sha256:…, as `steward audit verify` prints it")
        })?),
    };
    let verified = call.api.desk.ask(async move |drawer| {
        let folder = drawer.settings().data_dir().ok_or(LedgerError::NoFolder).map_err(|error| of_ledger(&error))?;
        verify(&folder, head).await.map_err(|error| of_ledger(&error))
    });
    let verified = verified.await?;
    Ok(Shown(Verification {
        is_sound: verified.problem.is_none(),
        entries: verified.entries,
        head: verified.head.to_string(),
        problem: verified.problem,
        has_head: verified.has_asked,
    }))
}
