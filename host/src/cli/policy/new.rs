//! `steward policy new` and `build`: from a name to a folder, and from a folder to a component.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use steward_core::text::printable;

use super::super::failure::WrongUsage;
use super::super::{Outcome, print_text};
use crate::policies::{self, Found};
use crate::policy_build;
use crate::policy_template;

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward policy new my-policy
  steward policy new my-policy --folder policies/my-policy

The folder has everything that it needs beside Rust and crates.io: a copy of Steward's SDK and of the contract, one rule to begin with, and tests. Its README goes on.")]
pub struct NewArgs {
    /// The policy's name: small letters, digits and hyphens
    name: String,
    /// The folder to make; without it one of this name
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward policy build my-policy

Needs Rust with the target wasm32-unknown-unknown (`rustup target add wasm32-unknown-unknown`). The component is written into the folder, under the name of the package.")]
pub struct BuildArgs {
    /// The folder with the policy's `Cargo.toml`
    #[arg(default_value = ".")]
    folder: PathBuf,
}

pub fn new(args: &NewArgs) -> Result<Outcome> {
    check_name(&args.name)?;
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from(&args.name));
    if folder.exists() && !is_empty(&folder) {
        bail!("`{}` is there already; nothing was changed", folder.display());
    }
    for (path, text) in policy_template::FILES {
        let file = folder.join(path);
        let parent = file.parent().unwrap_or(&folder);
        fs::create_dir_all(parent).with_context(|| format!("cannot make `{}`", parent.display()))?;
        fs::write(&file, policy_template::filled(path, text, &args.name))
            .with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    print_text(&printable(&format!("`{}` is a policy of your own; its README.md goes on.", folder.display())))?;
    print_text(&format!("\n\nNext: steward policy build {}\n", folder.display()))?;
    Ok(Outcome::Done)
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// The name becomes that of a crate, and stands in plans and metrics.
fn check_name(name: &str) -> Result<()> {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_good = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(is_letter)
        && !name.ends_with('-')
        && name.len() <= NAME_MAX;
    if !is_good {
        let message = format!(
            "`{}` is no name for a policy: up to {NAME_MAX} small letters, digits and hyphens, a letter first",
            printable(name)
        );
        return Err(WrongUsage(message).into());
    }
    if policies::SHIPPED.iter().any(|policy| policy.name == name) {
        return Err(WrongUsage(format!("`{name}` is part of Steward; take another name")).into());
    }
    Ok(())
}

/// Longer than any name that people want to read in a table.
const NAME_MAX: usize = 40;

pub fn build(args: &BuildArgs) -> Result<Outcome> {
    let path = policy_build::build(&args.folder)?;
    let loaded = Found::file(&path)?.load(None)?;
    let description = loaded.component.description();
    print_text(&printable(&format!(
        "{} {} is built: {} ({} bytes, {})",
        description.name,
        description.version,
        path.display(),
        loaded.component.bytes().len(),
        policies::shortened(loaded.component.digest())
    )))?;
    print_text(&format!("\n\nNext: steward policy test {}\n", path.display()))?;
    Ok(Outcome::Done)
}
