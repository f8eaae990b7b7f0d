//! Seats that are kept by hand.

use steward_core::instant::Instant;
use steward_core::ledger::HandProtection;
use steward_core::text::is_unprintable;

use crate::api::answer::Shown;
use crate::api::bodies::switches::{ProtectRequest, ProtectionBody, Protections, UnprotectRequest};
use crate::api::call::{Call, Nothing};
use crate::api::desk::{Drawer, of_ledger};
use crate::api::problem::Problem;
use crate::api::write::note;
use crate::ledger::Account;
use crate::people::{self, Person};
use crate::protect;

/// Longer names are none.
const NAME_CHARS_MAX: usize = 500;

pub async fn list(call: Call) -> Result<Shown<Protections>, Problem> {
    Ok(Shown(call.api.desk.ask(async |drawer| all(drawer).await).await?))
}

/// Everybody who is protected, after whatever was changed.
async fn all(drawer: &mut Drawer) -> Result<Protections, Problem> {
    let now = drawer.timer.now();
    let listed = protect::list(drawer.ledger().await?).await.map_err(|error| of_ledger(&error))?;
    Ok(Protections { protections: listed.into_iter().map(|(account, it)| body(account, it, now)).collect() })
}

fn body(account: Option<Account>, protection: HandProtection, now: Instant) -> ProtectionBody {
    let (user_directory, user_id) = account.map(|account| (account.user_directory, account.user_id)).unzip();
    ProtectionBody {
        user_directory,
        user_id,
        since: protection.at,
        until: protection.until,
        is_expired: !protection.holds_at(now),
        by: protection.by,
        note: protection.note,
    }
}

pub async fn protect(call: Call<Nothing, Nothing, ProtectRequest>) -> Result<Shown<Protections>, Problem> {
    let by = call.caller.actor();
    let ProtectRequest { user_directory, user_id, until, note: written, unknown } = call.body;
    let note = note(Some(written))?.ok_or_else(|| Problem::invalid("`note` is empty: say why, for the ledger"))?;
    let person = person(user_directory, user_id)?;
    let protections = call.api.desk.change(async move |drawer| {
        let now = drawer.timer.now();
        if until.is_some_and(|until| until <= now) {
            return Err(Problem::invalid("`until`: the protection would end in the past"));
        }
        let person = if unknown { person } else { known(drawer, &person).await? };
        let protected = protect::protect(drawer.ledger().await?, &person, until, note, &by, now).await;
        protected.map_err(|error| of_ledger(&error))?;
        all(drawer).await
    });
    Ok(Shown(protections.await?))
}

/// A misspelt name would protect nobody, so it is looked up in the facts of the latest plan.
async fn known(drawer: &mut Drawer, person: &Person) -> Result<Person, Problem> {
    let stored = drawer.plan("latest").await.map_err(|_| {
        Problem::conflict("there is no plan whose people could be looked at: make one, or set `unknown` to `true`")
    })?;
    let prepared = drawer.prepared(&stored).await?;
    people::find(&prepared.snapshot, &person.account()).map_err(|error| {
        Problem::invalid(format!("{error} To protect a name that nobody has yet, set `unknown` to `true`."))
    })
}

pub async fn unprotect(call: Call<Nothing, Nothing, UnprotectRequest>) -> Result<Shown<Protections>, Problem> {
    let by = call.caller.actor();
    let note = note(call.body.note)?;
    let person = person(call.body.user_directory, call.body.user_id)?;
    let protections = call.api.desk.change(async move |drawer| {
        let now = drawer.timer.now();
        let ended = protect::unprotect(drawer.ledger().await?, &person, note, &by, now).await;
        if !ended.map_err(|error| of_ledger(&error))? {
            return Err(Problem::not_found(format!("{} is not protected by hand", person.account())));
        }
        all(drawer).await
    });
    Ok(Shown(protections.await?))
}

fn person(user_directory: String, user_id: String) -> Result<Person, Problem> {
    for (name, value) in [("userDirectory", &user_directory), ("userId", &user_id)] {
        if value.trim().is_empty() || value.chars().count() > NAME_CHARS_MAX {
            return Err(Problem::invalid(format!("`{name}` is empty or longer than {NAME_CHARS_MAX} characters")));
        }
        if value.chars().any(is_unprintable) {
            return Err(Problem::invalid(format!("`{name}` has characters that no name has, such as line breaks")));
        }
    }
    Ok(Person { user_directory, user_id })
}
