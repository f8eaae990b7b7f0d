//! `steward backup` and `restore`: the ledger as one file.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::{ConfigFile, Outcome, load_settings, print_text};
use crate::ledger::{LedgerError, kept_file};
use crate::{apply, clock, cycle, os_user};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward backup --config steward.yaml --out /backup/steward-2026-11-22.db

Steward may be at work meanwhile. The file holds names of people; keep it as safe as the ledger itself. Compiled policies are not in it, they are made anew.")]
pub struct BackupArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// The file to write, which must not exist
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward restore --config steward.yaml /backup/steward-2026-11-22.db
  steward restore --config steward.yaml /backup/steward-2026-11-22.db --replace

What happened after the backup is not in it: plans made before cannot be applied any more, and releases have to be armed again.")]
pub struct RestoreArgs {
    /// The backup
    file: PathBuf,
    #[command(flatten)]
    config: ConfigFile,
    /// Put it in the place of a ledger that is there already, which is kept beside
    #[arg(long)]
    replace: bool,
    /// Wait while another cycle is at work, rather than refuse
    #[arg(long)]
    wait: bool,
}

pub async fn backup(args: BackupArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let mut ledger = cycle::open_ledger(&loaded.settings, &clock::now).await?;
    let head = ledger.backup(&args.out).await?;
    print_text(&format!("wrote {} with {} entries, head {head}\n", args.out.display(), head.seq))?;
    Ok(Outcome::Done)
}

pub async fn restore(args: RestoreArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let folder = loaded.settings.data_dir().ok_or(LedgerError::NoFolder)?;
    let mut ledger = cycle::open_ledger(&loaded.settings, &clock::now).await?;
    let _lock = apply::lock(&loaded.settings, args.wait, &clock::now).await?;
    ledger.refresh().await?;
    if ledger.head().seq > 1 {
        if !args.replace {
            return Err(LedgerError::WouldReplace { path: folder.display().to_string() }.into());
        }
        let kept = kept_file(&folder, clock::now());
        ledger.backup(&kept).await?;
        print_text(&format!("kept the ledger that was there as {}\n", kept.display()))?;
    }
    let head = ledger.restore(&args.file, &os_user::name(), clock::now()).await?;
    ledger.close().await;
    print_text(&format!("restored {} entries, head {head}. Look at a plan, then `steward arm`.\n", head.seq))?;
    Ok(Outcome::Done)
}
