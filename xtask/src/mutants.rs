//! `cargo xtask mutants`: are the tests of the shipped policies any good?
//!
//! Each mutant is the policies' source with one mistake put in. It is built like a policy, and the policy's own suites run
//! on the component, as `steward policy test` runs them for anybody. A mutant that they do not notice is a hole in them.
//!
//! The mutants are written down one by one, so that each is a mistake that somebody could make. What is not tried here: tests
//! of the crates themselves, which know the policies from inside and find more.

mod list;
mod trial;
mod workshop;

use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::time::Instant;
use std::{env, thread};

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::{policies, process};
use list::{LISTS, Mutant};
use trial::{Trial, Verdict};
use workshop::Workshop;

#[derive(Args)]
pub struct MutantsArgs {
    /// Only mutants whose name has this in it
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// A binary of Steward that runs the suites; it is built otherwise
    #[arg(long, value_name = "FILE")]
    steward: Option<PathBuf>,
}

/// Built ahead of the one that is on trial: a compiler and a sandbox fill two cores.
const AHEAD: usize = 1;

pub fn check(root: &Path, args: MutantsArgs) -> Result<()> {
    let steward = match args.steward {
        Some(file) => file.canonicalize().with_context(|| format!("cannot find `{}`", file.display()))?,
        None => build_steward(root)?,
    };
    let began = Instant::now();
    let workshop = Workshop::open(root)?;
    let wanted = |mutant: &&Mutant| args.only.as_ref().is_none_or(|text| mutant.name.contains(text.as_str()));
    let (mut tried, mut missed) = (0, Vec::new());
    for (policy, lists) in LISTS {
        let mutants: Vec<&Mutant> = lists.iter().copied().flatten().filter(wanted).collect();
        if mutants.is_empty() {
            continue;
        }
        let trial = Trial { steward: &steward, suites: root.join("policy-wasm").join(policy).join("tests") };
        match trial.run(&workshop.unchanged(policy)?)? {
            Verdict::Passes => process::say(&format!("{policy}: passes its own tests; now {} mutants", mutants.len())),
            Verdict::Fails(why) => bail!("{policy} fails its own tests before anything is put in: {why}"),
        }
        tried += mutants.len();
        missed.extend(try_all(&workshop, &trial, policy, &mutants));
    }
    let seconds = began.elapsed().as_secs();
    if !missed.is_empty() {
        bail!("{} of {tried} mutants were not caught ({seconds} s):\n  {}", missed.len(), missed.join("\n  "));
    }
    if tried == 0 {
        bail!("no mutant has such a name");
    }
    process::say(&format!("all {tried} mutants were caught ({seconds} s)"));
    Ok(())
}

/// What is wrong, a line for each mutant that was not caught.
fn try_all(workshop: &Workshop, trial: &Trial<'_>, policy: &str, mutants: &[&Mutant]) -> Vec<String> {
    let mut missed = Vec::new();
    thread::scope(|scope| {
        let (built, waiting) = sync_channel(AHEAD);
        scope.spawn(move || {
            for mutant in mutants {
                // Nobody waits any more when the other side has panicked.
                let _ = built.send((mutant, workshop.mutant(policy, mutant)));
            }
        });
        for (mutant, component) in waiting {
            let verdict = component.and_then(|component| trial.run(&component));
            let problem = match verdict {
                Ok(Verdict::Fails(by)) => {
                    println!("  caught    {policy}: {:<44} by {by}", mutant.name);
                    continue;
                }
                Ok(Verdict::Passes) => "no test notices it".to_owned(),
                Err(error) => format!("{error:#}"),
            };
            println!("  NOT       {policy}: {:<44} {problem}", mutant.name);
            missed.push(format!("{policy}: {}: {problem}", mutant.name));
        }
    });
    missed
}

/// The way `cargo xtask test` builds it, so that nothing is built twice.
fn build_steward(root: &Path) -> Result<PathBuf> {
    policies::build_all(root)?;
    process::say("building steward");
    process::cargo(root, ["build", "--workspace", "--bins"])?;
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder));
    Ok(target.join("debug").join(format!("steward{}", env::consts::EXE_SUFFIX)))
}
