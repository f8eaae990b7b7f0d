//! `steward policy build`: from a crate to a component.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::super::table::printable;
use super::super::{Outcome, print_text};
use crate::policies::{self, Found};
use crate::policy_build;

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
