//! Node and npm, for what is built or tested with them. Nothing that decides about seats needs them.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{output, run, say};

const NODE_MIN: u32 = 20;

#[cfg(windows)]
const NPM: &str = "npm.cmd";
#[cfg(not(windows))]
const NPM: &str = "npm";

/// Whether `what` can be built. Without Node it is left out, with a line that says so; in CI nothing is left out.
///
/// # Errors
/// In CI without Node.
pub fn is_there(what: &str) -> Result<bool> {
    let Some(problem) = problem() else { return Ok(true) };
    if std::env::var_os("CI").is_some() {
        bail!("{what} cannot be built: {problem}");
    }
    say(&format!("{what} is left out: {problem}"));
    Ok(false)
}

fn problem() -> Option<String> {
    let Some(version) = output(Command::new("node").arg("--version")) else {
        return Some("there is no `node`".to_owned());
    };
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE_MIN) {
        return Some(format!("`node` is {version}, and {NODE_MIN} or newer is needed"));
    }
    output(Command::new(NPM).arg("--version")).is_none().then(|| "there is no `npm`".to_owned())
}

/// Installs what the lock file of the folder says, unless that was done already.
pub fn install(folder: &Path) -> Result<()> {
    let installed = folder.join("node_modules/.package-lock.json");
    let changed_at = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    if changed_at(&installed)
        .is_some_and(|at| changed_at(&folder.join("package-lock.json")).is_some_and(|lock| lock <= at))
    {
        return Ok(());
    }
    npm(folder, &["ci", "--loglevel", "error", "--no-audit", "--no-fund"])
}

pub fn npm(folder: &Path, args: &[&str]) -> Result<()> {
    run(npm_command(folder).args(args))
}

pub fn npm_command(folder: &Path) -> Command {
    let mut npm = Command::new(NPM);
    npm.current_dir(folder);
    npm
}
