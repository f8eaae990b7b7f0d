//! `steward audit export`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use steward_core::instant::Instant;
use steward_core::ledger::{Head, PersonRef};
use steward_core::text::harmless;

use super::show::name;
use super::{ExportFormat, Filter};
use crate::audit::{Row, rows};
use crate::cli::out_file::{refuse_inputs, write_file};
use crate::cli::{ConfigFile, Outcome, load_settings};
use crate::ledger::Account;
use crate::{clock, cycle};

/// Of the lines below.
const FORMAT: u32 = 1;
/// In place of what a person wrote.
const MASKED: &str = "masked";

struct Export {
    rows: Vec<Row>,
    accounts: BTreeMap<PersonRef, Account>,
    head: Head,
    exported_at: Instant,
    mask: bool,
}

pub async fn run(
    config: &ConfigFile,
    filter: &Filter,
    format: ExportFormat,
    mask: bool,
    out: Option<&Path>,
) -> Result<Outcome> {
    if let Some(out) = out {
        refuse_inputs(out, &[Some(&config.config)])?;
    }
    let loaded = load_settings(&config.config)?;
    let mut ledger = cycle::open_existing_ledger(&loaded.settings, &clock::now).await?;
    let filter = filter.of(&mut ledger).await?;
    let export = Export {
        rows: rows(&mut ledger, &filter).await?,
        accounts: ledger.accounts().await?,
        head: ledger.head(),
        exported_at: clock::now(),
        mask,
    };
    let write = |writer: &mut dyn Write| match format {
        ExportFormat::Jsonl => jsonl(&export, writer),
        ExportFormat::Csv => csv(&export, writer),
    };
    if let Some(path) = out {
        write_file(path, write)?;
    } else {
        let mut writer = io::BufWriter::new(io::stdout().lock());
        write(&mut writer).and_then(|()| writer.flush()).context("cannot print")?;
    }
    Ok(Outcome::Done)
}

fn jsonl(export: &Export, writer: &mut dyn Write) -> io::Result<()> {
    let about = json!({
        "export": "steward audit", "format": FORMAT, "masked": export.mask, "exportedAt": export.exported_at,
        "head": export.head.to_string(), "entries": export.rows.len(),
    });
    writeln!(writer, "{about}")?;
    for row in &export.rows {
        let entry = &row.entry;
        let mut line = json!({
            "seq": entry.seq, "at": entry.at, "format": entry.format, "type": row.event_type, "prev": entry.prev,
            "hash": entry.hash,
        });
        if export.mask {
            line["event"] = masked(serde_json::from_str(&entry.body)?);
        } else {
            line["body"] = Value::from(entry.body.as_str());
            let people: BTreeMap<&str, String> =
                row.people.iter().map(|person| (person.as_str(), name(person, &export.accounts))).collect();
            line["people"] = json!(people);
        }
        writeln!(writer, "{line}")?;
    }
    Ok(())
}

/// Members that name nobody, whoever wrote them. References stay: they lead to nobody outside.
const HARMLESS: [&str; 20] = [
    "type",
    "steward",
    "plan",
    "expiresAt",
    "releases",
    "believed",
    "person",
    "until",
    "run",
    "kind",
    "fresh",
    "seats",
    "seat",
    "licenseId",
    "licenseType",
    "outcome",
    "protectedUntil",
    "stale",
    "answer",
    "counts",
];

/// What people wrote, and what the server said, may be about people too.
fn masked(mut event: Value) -> Value {
    let Some(members) = event.as_object_mut() else { return Value::Null };
    for (name, value) in members.iter_mut() {
        if !HARMLESS.contains(&name.as_str()) && !value.is_null() {
            *value = Value::from(MASKED);
        }
    }
    // Words of the program around words of others.
    for name in ["stale", "answer"] {
        for text in members.get_mut(name).and_then(Value::as_object_mut).into_iter().flatten().map(|(_, text)| text) {
            if text.is_string() {
                *text = Value::from(MASKED);
            }
        }
    }
    if let Some(counts) = members.get_mut("counts").and_then(Value::as_object_mut) {
        counts.remove("protections");
    }
    event
}

fn csv(export: &Export, writer: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(writer);
    csv.write_record([
        "seq",
        "at",
        "type",
        "run",
        "licenseType",
        "licenseId",
        "person",
        "by",
        "detail",
        "hash",
        "masked",
    ])?;
    for row in &export.rows {
        let people: Vec<String> = row
            .people
            .iter()
            .map(|person| if export.mask { person.to_string() } else { name(person, &export.accounts) })
            .collect();
        let by = if export.mask { row.by.as_ref().map(|_| MASKED.to_owned()) } else { row.by.clone() };
        let detail = if export.mask { String::new() } else { row.detail.clone() };
        let cells = [
            row.entry.seq.to_string(),
            row.entry.at.to_string(),
            row.event_type.clone(),
            row.run.map(|run| run.to_string()).unwrap_or_default(),
            row.license_type.map(|license_type| license_type.to_string()).unwrap_or_default(),
            row.license_id.as_ref().map(ToString::to_string).unwrap_or_default(),
            people.join(" "),
            by.unwrap_or_default(),
            detail,
            row.entry.hash.to_string(),
            export.mask.to_string(),
        ];
        csv.write_record(cells.iter().map(|cell| harmless(cell)))?;
    }
    csv.flush()
}
