//! `steward backup` and `restore`: the ledger as one file.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;

use super::{ConfigFile, Outcome, load_settings, print_text};
use crate::ledger::{LedgerError, check_owner, kept_file, set_aside};
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
    let mut ledger = cycle::open_existing_ledger(&loaded.settings, &clock::now).await?;
    let head = ledger.backup(&args.out).await?;
    print_text(&format!("wrote {} with {} entries, head {head}\n", args.out.display(), head.seq))?;
    Ok(Outcome::Done)
}

pub async fn restore(args: RestoreArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let folder = loaded.settings.data_dir().ok_or(LedgerError::NoFolder)?;
    check_owner(&folder)?;
    crate::private::create_folder(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let _lock = apply::lock(&loaded.settings, args.wait, &clock::now).await?;
    let mut ledger = match cycle::open_ledger(&loaded.settings, &clock::now).await {
        Err(error) if args.replace && error.is_beyond_repair() => {
            let kept = set_aside(&folder, clock::now())?;
            print_text(&format!("the ledger that was there cannot be read; it is kept as {}\n", kept.display()))?;
            cycle::open_ledger(&loaded.settings, &clock::now).await?
        }
        opened => opened?,
    };
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
