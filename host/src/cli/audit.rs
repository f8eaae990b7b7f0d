//! `steward audit`: what the ledger says, whether it is whole, and whether a run can be made again from it.

mod export;
mod show;

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use steward_core::instant::Instant;
use steward_core::ledger::RunId;
use steward_core::settings::Account;
use steward_core::text::printable;

use super::format::TableOrJson;
use super::{ConfigFile, Outcome, confirm, load_settings, note, print_text};
use crate::ledger::{Erased, Ledger, LedgerError, NotedHead, verify};
use crate::people;
use crate::wording::counted;
use crate::{audit, clock, cycle, os_user, replay};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward audit show --config steward.yaml --run 3
  steward audit show --config steward.yaml --person 'ACME\\jdoe'
  steward audit export --config steward.yaml --format csv --mask --out audit.csv
  steward audit verify --config steward.yaml
  steward audit verify --config steward.yaml --head 4711:sha256:…
  steward audit replay --config steward.yaml 3
  steward audit erase --config steward.yaml 'ACME\\jdoe'")]
pub struct AuditArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show entries of the ledger
    Show {
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        filter: Filter,
        /// Show only the last entries
        #[arg(long, value_name = "N", default_value_t = 50)]
        last: usize,
        /// How to print
        #[arg(long, value_enum, default_value_t = TableOrJson::Table)]
        format: TableOrJson,
    },
    /// Write entries for other programs
    ///
    /// JSON Lines begin with a line about the export. Unmasked, every further line has what is needed to check the
    /// chain without Steward; masked, people, notes and the raw entries are left out.
    Export {
        #[command(flatten)]
        config: ConfigFile,
        #[command(flatten)]
        filter: Filter,
        /// In which format
        #[arg(long, value_enum, default_value_t = ExportFormat::Jsonl)]
        format: ExportFormat,
        /// References in place of people
        #[arg(long)]
        mask: bool,
        /// The file to write; left out: standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Check the hash chain, and name the first entry that is not sound
    Verify {
        #[command(flatten)]
        config: ConfigFile,
        /// An earlier head, as `verify`, `backup` and the log print it: shows whether entries were cut off or rewritten
        #[arg(long, value_name = "SEQ:HASH", value_parser = parse_head)]
        head: Option<NotedHead>,
    },
    /// Make the plan of a run again from what was stored, and compare it byte for byte
    Replay {
        /// The number of the run
        run: u64,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Forget who a person is, without breaking the chain
    ///
    /// Entries keep a reference that leads to nobody; stored plans lose the name. A protection by hand ends with it.
    /// What administrators wrote in notes stays, and so do backups, a ledger that was kept by `restore --replace` among
    /// them.
    Erase {
        /// The person: `DIR\user` or `DIR/user`
        person: String,
        #[command(flatten)]
        config: ConfigFile,
        /// Do not ask on a terminal
        #[arg(short, long)]
        yes: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    Jsonl,
    Csv,
}

/// Which entries.
#[derive(Args, Clone, Default)]
struct Filter {
    /// Of this run
    #[arg(long, value_name = "RUN")]
    run: Option<u64>,
    /// About this person: `DIR\user` or `DIR/user`
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
    /// About this licence id
    #[arg(long, visible_alias = "license", value_name = "ID")]
    licence: Option<String>,
    /// Of this type, such as `release-intended`
    #[arg(long = "type", value_name = "TYPE")]
    event_type: Option<String>,
    /// Written at this time or later
    #[arg(long, value_name = "TIME", value_parser = super::parse_instant)]
    since: Option<Instant>,
    /// Written before this time
    #[arg(long, value_name = "TIME", value_parser = super::parse_instant)]
    until: Option<Instant>,
}

impl Filter {
    /// # Errors
    /// When the person has no directory, or the ledger cannot be read.
    async fn of(&self, ledger: &mut Ledger) -> Result<audit::Filter> {
        let person = match &self.person {
            None => audit::Whom::Anybody,
            Some(typed) => {
                let person = people::typed(typed)?;
                audit::Whom::Person(ledger.known_person(&person.user_directory, &person.user_id).await?)
            }
        };
        Ok(audit::Filter {
            run: self.run,
            license_id: self.licence.clone(),
            event_type: self.event_type.clone(),
            since: self.since,
            until: self.until,
            person,
        })
    }
}

pub async fn run(args: AuditArgs) -> Result<Outcome> {
    match args.command {
        Command::Show { config, filter, last, format } => show::run(&config, &filter, last, format).await,
        Command::Export { config, filter, format, mask, out } => {
            export::run(&config, &filter, format, mask, out.as_deref()).await
        }
        Command::Verify { config, head } => verify_chain(&config, head).await,
        Command::Replay { run, config } => replay_run(&config, RunId(run)).await,
        Command::Erase { person, config, yes } => erase(&config, &person, yes).await,
    }
}

async fn verify_chain(config: &ConfigFile, head: Option<NotedHead>) -> Result<Outcome> {
    let loaded = load_settings(&config.config)?;
    let folder = loaded.settings.data_dir().ok_or(LedgerError::NoFolder)?;
    let verified = verify(&folder, head).await?;
    if let Some(problem) = verified.problem {
        anyhow::bail!("the ledger is not sound: {problem}; the last sound entry is {}", verified.head);
    }
    if verified.has_asked == Some(false) {
        let asked = head.map(|head| head.to_string()).unwrap_or_default();
        anyhow::bail!(
            "the entry {asked} is not in the ledger, whose head is {}: entries were cut off or rewritten",
            verified.head
        );
    }
    print_text(&format!(
        "{} are sound, head {}\n",
        counted(usize::try_from(verified.entries)?, "entry"),
        verified.head
    ))?;
    Ok(Outcome::Done)
}

async fn replay_run(config: &ConfigFile, run: RunId) -> Result<Outcome> {
    let loaded = load_settings(&config.config)?;
    let mut ledger = cycle::open_existing_ledger(&loaded.settings, &clock::now).await?;
    let folder = loaded.settings.data_dir();
    let replayed = replay::replay(&mut ledger, run, folder.as_deref()).await?;
    let mut text = String::new();
    for plan in &replayed {
        let _ = writeln!(text, "The {} {} was made again, byte for byte.", plan.what, plan.id);
    }
    print_text(&text)?;
    Ok(Outcome::Done)
}

async fn erase(config: &ConfigFile, typed: &str, yes: bool) -> Result<Outcome> {
    let loaded = load_settings(&config.config)?;
    let person = people::typed(typed)?;
    let shown = printable(&person.account());
    if !yes && !confirm(&format!("Forget {shown} for good?"))? {
        print_text("nothing was done\n")?;
        return Ok(Outcome::Done);
    }
    let mut ledger = cycle::open_existing_ledger(&loaded.settings, &clock::now).await?;
    let account = Account { user_dir: person.user_directory.clone(), user_id: person.user_id.clone() };
    let erased = ledger.erase(&account, &os_user::name(), clock::now()).await?;
    ledger.close().await;
    match erased {
        None => anyhow::bail!("the ledger knows nobody called {shown}"),
        Some(Erased { plans, points, is_in_use }) => {
            let plans = counted(plans, "stored plan");
            let points = match points {
                0 => String::new(),
                points => format!(" and {} on the way to InfluxDB", counted(points, "point")),
            };
            print_text(&format!(
                "{shown} is forgotten, and was taken out of {plans}{points}. Notes, backups, exports, settings files and \
                 what InfluxDB holds already are not touched.\n"
            ))?;
            if is_in_use {
                note("another program reads the ledger; until it ends, names may stand in `ledger.db-wal`");
            }
        }
    }
    Ok(Outcome::Done)
}

fn parse_head(text: &str) -> Result<NotedHead, String> {
    NotedHead::parse(text)
        .ok_or_else(|| "write a head such as 4711:sha256:…, as `steward audit verify` prints it".to_owned())
}
