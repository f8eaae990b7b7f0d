//! `steward protect` and `unprotect`: keep a person's seats by hand.

use anyhow::Result;
use clap::Args;
use serde_json::json;
use steward_core::instant::Instant;
use steward_core::ledger::HandProtection;
use steward_core::settings::account_name;
use steward_core::snapshot::Snapshot;
use steward_core::text::printable;

use super::format::TableOrJson;
use super::table::{Columns, escaped};
use super::{ConfigFile, Outcome, load_settings, note, print_text};
use crate::config::Settings;
use crate::ledger::{Account, Ledger};
use crate::people::{self, Person};
use crate::protect::{self, parse_end};
use crate::run_settings::guard_settings;
use crate::{clock, cycle, os_user};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward protect --config steward.yaml 'ACME\\jdoe' --until 2027-01-31 --note 'parental leave'
  steward protect --config steward.yaml 'ACME\\jdoe' --note 'board member'
  steward protect --config steward.yaml

Without a person it lists who is protected. A date counts to its end, in UTC; without one the protection lasts for good.")]
pub struct ProtectArgs {
    /// The person: `DIR\user` or `DIR/user`
    #[arg(requires = "note")]
    person: Option<String>,
    #[command(flatten)]
    config: ConfigFile,
    /// The last day of the protection, or the instant at which it ends
    #[arg(long, value_name = "DATE", value_parser = parse_end, requires = "person")]
    until: Option<Instant>,
    /// Why, for the ledger
    #[arg(long, value_name = "TEXT", requires = "person")]
    note: Option<String>,
    /// Protect a name that the server does not know
    #[arg(long, requires = "person")]
    unknown: bool,
    /// How to print the list
    #[arg(long, value_enum, default_value_t = TableOrJson::Table)]
    format: TableOrJson,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward unprotect --config steward.yaml 'ACME\\jdoe' --note 'back from leave'")]
pub struct UnprotectArgs {
    /// The person: `DIR\user` or `DIR/user`
    person: String,
    #[command(flatten)]
    config: ConfigFile,
    /// Why, for the ledger
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

pub async fn protect(args: ProtectArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let mut ledger = cycle::open_ledger(&loaded.settings, &clock::now).await?;
    let Some(typed) = &args.person else {
        print_text(&list(&mut ledger, args.format).await?)?;
        return Ok(Outcome::Done);
    };
    let now = clock::now();
    if args.until.is_some_and(|until| until <= now) {
        anyhow::bail!(super::failure::WrongUsage("the protection would end in the past".to_owned()));
    }
    let person = if args.unknown { people::typed(typed)? } else { find(&loaded.settings, typed).await? };
    let text = args.note.clone().unwrap_or_default();
    protect::protect(&mut ledger, &person, args.until, text, &os_user::name(), now).await?;
    ledger.close().await;
    let until = args.until.map_or_else(|| "for good".to_owned(), |until| format!("until {until}"));
    print_text(&format!("{} is protected {until}.\n", printable(&person.account())))?;
    Ok(Outcome::Done)
}

pub async fn unprotect(args: UnprotectArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let mut ledger = cycle::open_existing_ledger(&loaded.settings, &clock::now).await?;
    let person = people::typed(&args.person)?;
    let was_protected = protect::unprotect(&mut ledger, &person, args.note, &os_user::name(), clock::now()).await?;
    ledger.close().await;
    if !was_protected {
        anyhow::bail!("{} is not protected by hand; `steward protect` lists who is", person.account());
    }
    print_text(&format!("{} is not protected by hand any more.\n", printable(&person.account())))?;
    Ok(Outcome::Done)
}

/// A misspelt name would protect nobody, so it is looked up.
async fn find(settings: &Settings, typed: &str) -> Result<Person> {
    let snapshot: Result<Snapshot> = async {
        let client = cycle::connect(settings, &clock::now)?;
        Ok(cycle::read_site(&client, &guard_settings(settings), false, &clock::now).await?)
    }
    .await;
    match snapshot {
        Ok(snapshot) => Ok(people::find(&snapshot, typed)?),
        Err(error) => {
            let person = people::typed(typed)?;
            note(&format!("the name was not looked up: {}", crate::error_chain::of(&error)));
            Ok(person)
        }
    }
}

async fn list(ledger: &mut Ledger, format: TableOrJson) -> Result<String> {
    let now = clock::now();
    let name = |account: Option<Account>| {
        account.map_or_else(|| "erased".to_owned(), |account| account_name(&account.user_directory, &account.user_id))
    };
    let listed = protect::list(ledger).await?.into_iter();
    let rows: Vec<(String, HandProtection)> = listed.map(|(account, it)| (name(account), it)).collect();
    if format == TableOrJson::Json {
        let rows: Vec<_> = rows
            .iter()
            .map(|(person, protection)| {
                json!({
                    "person": person, "until": protection.until, "note": protection.note, "by": protection.by,
                    "at": protection.at, "expired": !protection.holds_at(now),
                })
            })
            .collect();
        return Ok(escaped(&serde_json::to_string_pretty(&rows)?) + "\n");
    }
    let mut columns = Columns::new(&["person", "until", "", "by", "since", "note"]);
    for (person, protection) in rows {
        let until = protection.until.map_or_else(|| "for good".to_owned(), |until| until.to_string());
        let expired = if protection.holds_at(now) { "" } else { "expired" };
        columns.row([person.as_str(), &until, expired, &protection.by, &protection.at.to_string(), &protection.note]);
    }
    Ok(if columns.is_empty() { "Nobody is protected by hand.\n".to_owned() } else { columns.text() })
}
