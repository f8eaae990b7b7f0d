//! `cargo xtask dist`: what users download, into `target/dist`: a Debian package, a zip for Windows, the
//! static site, and their digests.

mod debian;
mod mingw;
mod site;
mod sums;
mod windows;
mod zipped;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use clap::{Args, ValueEnum};

use crate::process::{run, say};
use crate::{policies, process, web};

#[derive(Args)]
pub struct DistArgs {
    /// `release` takes long, `dev` is for trying the packaging
    #[arg(long, default_value = "release")]
    profile: String,
    /// Only this one
    #[arg(long)]
    only: Option<Target>,
    /// Passed on to cargo: how many crates to build at once
    #[arg(long, value_name = "N")]
    jobs: Option<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Target {
    Debian,
    Windows,
    /// Console and simulator for any file server
    Site,
}

/// Where things are, and how they are built.
struct Build<'a> {
    root: &'a Path,
    /// Cargo's target folder.
    target: PathBuf,
    profile: String,
    jobs: Option<u32>,
}

pub fn dist(root: &Path, args: DistArgs) -> Result<()> {
    let build = Build { root, target: process::target_dir(root), profile: args.profile, jobs: args.jobs };
    let wants = |target| args.only.is_none_or(|only| only == target);
    // Before the long builds: whoever lacks a tool should hear it now.
    if wants(Target::Windows) {
        mingw::ensure()?;
    }
    policies::build_all(root)?;
    ensure!(web::build(root)?, "what users install has a console: install Node 20 or newer with npm");
    fs::create_dir_all(build.out()).with_context(|| format!("cannot create `{}`", build.out().display()))?;
    let mut made = Vec::new();
    if wants(Target::Debian) {
        made.push(debian::package(&build)?);
    }
    if wants(Target::Windows) {
        made.push(windows::package(&build)?);
    }
    if wants(Target::Site) {
        made.push(site::package(&build)?);
    }
    sums::write(&build.out(), &made)?;
    for file in &made {
        say(&format!("{} ({} kB)", file.display(), fs::metadata(file)?.len().div_ceil(1000)));
    }
    Ok(())
}

impl Build<'_> {
    fn out(&self) -> PathBuf {
        self.root.join("target/dist")
    }

    /// Builds the program and says where it is. `triple` is `None` for this machine.
    fn steward(&self, triple: Option<&str>) -> Result<PathBuf> {
        let what = triple.unwrap_or("this machine");
        say(&format!("building steward for {what} (profile {}; the first time takes long)", self.profile));
        let mut cargo = Command::new(process::cargo_program());
        cargo.current_dir(self.root).env("CARGO_TARGET_DIR", &self.target);
        cargo.args(["build", "--package", "steward", "--profile", &self.profile]);
        if let Some(jobs) = self.jobs {
            cargo.args(["--jobs", &jobs.to_string()]);
        }
        if let Some(triple) = triple {
            cargo.args(["--target", triple]);
        }
        run(&mut cargo)?;
        let file = if triple.is_some_and(|triple| triple.contains("windows")) { "steward.exe" } else { "steward" };
        let folder = triple.map_or_else(|| self.target.clone(), |triple| self.target.join(triple));
        Ok(folder.join(self.profile_folder()).join(file))
    }

    /// Cargo names the folder of one profile differently.
    fn profile_folder(&self) -> &str {
        if self.profile == "dev" { "debug" } else { &self.profile }
    }
}
