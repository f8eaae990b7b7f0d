//! `steward snapshot`: writes what the server says now into a file.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use steward_core::mask::{MaskKey, mask};
use steward_core::memory::Memory;
use steward_core::snapshot::SnapshotFile;

use super::out_file::{refuse_inputs, write_file};
use super::{ConfigFile, Outcome, load_settings, print_text};
use crate::wording::counted;
use crate::{clock, cycle, policies};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward snapshot --config steward.yaml --out snapshot.json
  steward snapshot --config steward.yaml --mask --out masked.json

The file holds names, user ids and dates of everybody at the site. With --mask people, ids, directories and the values of custom properties are replaced by pseudonyms, made with a random key that is thrown away; the protections of the settings travel with the file in the same pseudonyms, so that the rules still match.")]
pub struct SnapshotArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Replace people by pseudonyms
    #[arg(long)]
    mask: bool,
}

pub async fn run(args: SnapshotArgs) -> Result<Outcome> {
    refuse_inputs(&args.out, &[Some(&args.config.config)])?;
    let loaded = load_settings(&args.config.config)?;
    let mut ledger = super::plan::open_to_read(&loaded.settings).await;
    let policy = policies::active(Some(&loaded.settings), ledger.as_mut()).await?;
    let mut settings = cycle::run_settings(&loaded.settings, &policy);
    let client = cycle::connect(&loaded.settings, &clock::now)?;
    let spinner = super::plan::spinner("reading the server");
    let attributes = cycle::needs(&policy, &settings).attributes;
    let snapshot = cycle::read_site(&client, &settings.guard, attributes, &clock::now).await;
    spinner.finish_and_clear();
    let mut snapshot = snapshot?;
    let mut memory = match &mut ledger {
        Some(ledger) => ledger.memory(cycle::site_of(&loaded.settings), clock::now(), &settings.guard).await?,
        None => Memory::default(),
    };
    if args.mask {
        let mut random = [0; 32];
        getrandom::fill(&mut random).context("this machine has no randomness")?;
        let key = MaskKey::new(random);
        (snapshot, settings, memory) = mask(snapshot, &settings, &memory, &key).context("cannot mask the snapshot")?;
    }
    let (seats, users) = (snapshot.seats().len(), snapshot.users().len());
    let file = SnapshotFile::new(snapshot, settings, memory, args.mask);
    write_file(&args.out, |writer| {
        serde_json::to_writer(&mut *writer, &file)?;
        writer.write_all(b"\n")
    })?;
    let masked = if args.mask { ", people masked" } else { "" };
    let (seats, users) = (counted(seats, "seat"), counted(users, "user"));
    print_text(&format!("wrote {seats} and {users}{masked} to {}\n", args.out.display()))?;
    Ok(Outcome::Done)
}
