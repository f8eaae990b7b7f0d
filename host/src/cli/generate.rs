//! `steward generate`: man pages and shell completions, made of the same words as `--help`. For whoever packages
//! Steward; hidden, because nobody else needs it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, Outcome};

const NAME: &str = "steward";

#[derive(Args)]
pub struct GenerateArgs {
    /// The folder for `man/`, `bash/`, `zsh/`, `fish/` and `powershell/`
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub fn run(args: &GenerateArgs) -> Result<Outcome> {
    clap_mangen::generate_to(Cli::command(), folder(&args.out, "man")?).context("cannot write the man pages")?;
    for (shell, name) in
        [(Shell::Bash, "bash"), (Shell::Zsh, "zsh"), (Shell::Fish, "fish"), (Shell::PowerShell, "powershell")]
    {
        clap_complete::generate_to(shell, &mut Cli::command(), NAME, folder(&args.out, name)?)
            .with_context(|| format!("cannot write the completions for {name}"))?;
    }
    Ok(Outcome::Done)
}

fn folder(out: &Path, name: &str) -> Result<PathBuf> {
    let folder = out.join(name);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot create `{}`", folder.display()))?;
    Ok(folder)
}
