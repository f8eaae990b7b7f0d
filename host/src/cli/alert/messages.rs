//! Messages that sinks refused for good, or that were given up.

use anyhow::Result;
use clap::Args;
use serde_json::json;

use crate::cli::format::TableOrJson;
use crate::cli::table::{Columns, escaped, shorten};
use crate::cli::{ConfigFile, Outcome, load_settings, note, print_text};
use crate::ledger::KeptMessage;
use crate::notify::Content;
use crate::wording::counted;
use crate::{clock, cycle};

/// Width of a sentence in the table; the JSON form has it whole.
const TEXT_CHARS_MAX: usize = 80;

#[derive(Args)]
pub struct RefusedArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// Let them wait again, after the reason was mended
    #[arg(long, conflicts_with = "forget")]
    retry: bool,
    /// Remove them
    #[arg(long)]
    forget: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = TableOrJson::Table)]
    format: TableOrJson,
}

/// Exit code 3 when there are some.
pub async fn run(args: RefusedArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let mut ledger = cycle::open_existing_ledger(&loaded.settings, &clock::now).await?;
    if args.retry {
        note(&format!("{} wait again", count(ledger.retry_refused().await?)));
    }
    if args.forget {
        note(&format!("{} removed", count(ledger.forget_refused().await?)));
    }
    let refused = ledger.refused_messages().await?;
    ledger.close().await;
    print_text(&match args.format {
        TableOrJson::Json => {
            let rows: Vec<_> = refused.iter().map(as_json).collect();
            escaped(&serde_json::to_string_pretty(&rows)?) + "\n"
        }
        TableOrJson::Table => text(&refused),
    })?;
    Ok(if refused.is_empty() { Outcome::Done } else { Outcome::Attention })
}

fn count(messages: u64) -> String {
    counted(usize::try_from(messages).unwrap_or(usize::MAX), "message")
}

fn as_json(kept: &KeptMessage) -> serde_json::Value {
    json!({
        "id": kept.message.id, "sink": kept.sink, "at": kept.message.at, "what": what(kept),
        "attempts": kept.attempts, "problem": kept.problem,
    })
}

fn text(refused: &[KeptMessage]) -> String {
    if refused.is_empty() {
        return "No message was refused.\n".to_owned();
    }
    let mut columns = Columns::new(&["at", "sink", "what", "why"]);
    for kept in refused {
        let why = kept.problem.as_deref().unwrap_or_default();
        columns.row([
            kept.message.at.to_string(),
            kept.sink.clone(),
            shorten(&what(kept), TEXT_CHARS_MAX),
            shorten(why, TEXT_CHARS_MAX),
        ]);
    }
    columns.text()
}

fn what(kept: &KeptMessage) -> String {
    match &kept.message.content {
        Content::Alert(notification) => notification.title.clone(),
        Content::ServerLicense(_) => "the licence of the server".to_owned(),
        Content::Letter(letter) => format!("notice to {}", letter.mail.to.join(", ")),
        Content::Mail(mail) => mail.subject.clone(),
    }
}
