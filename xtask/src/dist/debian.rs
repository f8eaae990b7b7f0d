//! The Debian package, by cargo-deb; what is in it stands in `host/Cargo.toml` under `package.metadata.deb`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::Build;
use crate::process::{cargo_program, output, run, say};

/// A known version, so that the same sources make the same package.
const CARGO_DEB: &str = "3.8.0";

pub fn package(build: &Build) -> Result<PathBuf> {
    let cargo_deb = cargo_deb(build)?;
    let program = build.steward(None)?;
    generate(build, &program)?;
    say("making the Debian package");
    let mut deb = Command::new(&cargo_deb);
    deb.current_dir(build.root).env("CARGO_TARGET_DIR", &build.target).env("CARGO", cargo_program());
    deb.args(["deb", "--no-build", "--package", "steward", "--profile", &build.profile, "--output"]).arg(build.out());
    let made = output(&mut deb).context("cargo-deb failed; run it by hand for its message: cargo deb --no-build")?;
    // It prints the path of what it made.
    Ok(PathBuf::from(made.lines().last().context("cargo-deb did not say what it made")?))
}

/// Man pages and completions come out of the program itself.
fn generate(build: &Build, program: &Path) -> Result<()> {
    let generated = build.out().join("generated");
    if generated.exists() {
        // A page of a command that is gone would be packaged.
        fs::remove_dir_all(&generated).with_context(|| format!("cannot empty `{}`", generated.display()))?;
    }
    run(Command::new(program).args(["generate", "--out"]).arg(generated))
}

/// In a folder of our own, so that nobody's tools change.
fn cargo_deb(build: &Build) -> Result<PathBuf> {
    let tools = build.root.join("target/tools");
    let program = tools.join("bin/cargo-deb");
    if output(Command::new(&program).arg("--version")).as_deref() == Some(CARGO_DEB) {
        return Ok(program);
    }
    say(&format!("installing cargo-deb {CARGO_DEB} into target/tools"));
    let mut install = Command::new(cargo_program());
    install.args(["install", "--quiet", "--locked", "cargo-deb", "--version", CARGO_DEB, "--root"]).arg(&tools);
    if let Some(jobs) = build.jobs {
        install.args(["--jobs", &jobs.to_string()]);
    }
    run(install.env("CARGO_TARGET_DIR", build.target.join("tools-build")))?;
    Ok(program)
}
