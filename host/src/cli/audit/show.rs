//! `steward audit show`.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;
use steward_core::ledger::PersonRef;
use steward_core::settings::account_name;

use super::Filter;
use crate::audit::{Row, rows};
use crate::cli::format::TableOrJson;
use crate::cli::table::{Columns, escaped};
use crate::cli::{ConfigFile, Outcome, load_settings, print_text};
use crate::ledger::Account;
use crate::wording::counted;
use crate::{clock, cycle};

pub async fn run(config: &ConfigFile, filter: &Filter, last: usize, format: TableOrJson) -> Result<Outcome> {
    let loaded = load_settings(&config.config)?;
    let mut ledger = cycle::open_existing_ledger(&loaded.settings, &clock::now).await?;
    let filter = filter.of(&mut ledger).await?;
    let rows = rows(&mut ledger, &filter).await?;
    let accounts = ledger.accounts().await?;
    let shown = rows.get(rows.len().saturating_sub(last)..).unwrap_or_default();
    let text = match format {
        TableOrJson::Json => json_text(shown, &accounts)?,
        TableOrJson::Table => table(shown, rows.len(), &accounts),
    };
    print_text(&text)?;
    Ok(Outcome::Done)
}

fn table(shown: &[Row], count: usize, accounts: &BTreeMap<PersonRef, Account>) -> String {
    let mut columns = Columns::new(&[">entry", "at", "what", ">run", "person", "by", "detail"]);
    for row in shown {
        let person = match row.people.as_slice() {
            [] => String::new(),
            [one] => name(one, accounts),
            several => counted(several.len(), "person"),
        };
        columns.row([
            row.entry.seq.to_string(),
            row.entry.at.to_string(),
            row.event_type.clone(),
            row.run.map(|run| run.to_string()).unwrap_or_default(),
            person,
            row.by.clone().unwrap_or_default(),
            row.detail.clone(),
        ]);
    }
    if columns.is_empty() {
        return "No entries.\n".to_owned();
    }
    let hidden = count - shown.len();
    let more = if hidden > 0 {
        format!("{} before these; --last shows more\n", counted(hidden, "entry"))
    } else {
        String::new()
    };
    columns.text() + &more
}

fn json_text(shown: &[Row], accounts: &BTreeMap<PersonRef, Account>) -> Result<String> {
    let rows: Vec<_> = shown
        .iter()
        .map(|row| {
            let people: Vec<_> = row.people.iter().map(|person| name(person, accounts)).collect();
            json!({
                "seq": row.entry.seq, "at": row.entry.at, "type": row.event_type, "run": row.run,
                "licenseType": row.license_type, "licenseId": row.license_id, "people": people, "by": row.by,
                "detail": row.detail, "hash": row.entry.hash,
            })
        })
        .collect();
    Ok(escaped(&serde_json::to_string_pretty(&rows)?) + "\n")
}

pub fn name(person: &PersonRef, accounts: &BTreeMap<PersonRef, Account>) -> String {
    match accounts.get(person) {
        Some(account) => account_name(&account.user_directory, &account.user_id),
        None => format!("erased ({person})"),
    }
}
