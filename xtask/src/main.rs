//! The project's own commands, each doing all its own set-up on a fresh machine.
//!
//! `cargo xtask demo` shows Steward at work, `cargo xtask test` runs every test, `cargo xtask bench` measures what the
//! design promises, `cargo xtask policies` builds the WebAssembly components that the others need, `cargo xtask mutants`
//! tests the tests of these, `cargo xtask web` builds console and simulator, `cargo xtask screenshots` makes the pictures of
//! the README, `cargo xtask dist` makes what users install.

mod dist;
mod javascript;
mod mutants;
mod node;
mod policies;
mod process;
mod servers;
mod stamp;
mod wasm;
mod web;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything and show it: a test double of the Qlik Repository Service, its pools, a dry-run plan
    Demo {
        /// Passed on to `steward demo`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Check formatting and lints, and run every test
    Test {
        /// Only the tests, without formatting and lints
        #[arg(long)]
        no_lint: bool,
        /// Passed on to `cargo test`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Measure the targets of the design, each beside a baseline; nothing fails because something is slow
    Bench {
        /// Passed on to the bench: --quick, --instructions
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Build the policy components into target/policies
    Policies,
    /// Build console and simulator into target/web/dist: a static site, which the next build of steward embeds
    Web,
    /// Make the pictures of the README, from the demo
    Screenshots,
    /// Put mistakes into the policies, one at a time, and see whether their own tests catch them
    Mutants(mutants::MutantsArgs),
    /// Build the Debian package and the zip for Windows into target/dist
    Dist(dist::DistArgs),
}

fn main() -> Result<()> {
    let root = workspace_root()?;
    match Cli::parse().command {
        Command::Demo { args } => demo(&root, &args),
        Command::Test { no_lint, args } => test(&root, no_lint, &args),
        Command::Bench { args } => bench(&root, &args),
        Command::Policies => {
            policies::build_all(&root)?;
            javascript::build(&root).map(drop)
        }
        Command::Web => {
            policies::build_all(&root)?;
            web::build(&root).map(drop)
        }
        Command::Screenshots => {
            build_all(&root)?;
            web::screenshots(&root)
        }
        Command::Mutants(args) => mutants::check(&root, args),
        Command::Dist(args) => dist::dist(&root, args),
    }
}

fn workspace_root() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")?;
    Ok(root.to_owned())
}

/// Every program, with everything that they embed. The tests build the same, so nothing is built twice.
fn build_all(root: &Path) -> Result<()> {
    policies::build_all(root)?;
    web::build(root)?;
    process::say("building steward (the first time takes some minutes: it brings its own WebAssembly compiler)");
    process::cargo(root, ["build", "--workspace", "--bins"])
}

fn demo(root: &Path, args: &[String]) -> Result<()> {
    build_all(root)?;
    process::run(std::process::Command::new(process::steward(root)).current_dir(root).arg("demo").args(args))
}

fn test(root: &Path, no_lint: bool, args: &[String]) -> Result<()> {
    policies::build_all(root)?;
    servers::ensure()?;
    if !no_lint {
        process::say("checking formatting");
        process::cargo(root, ["fmt", "--all", "--check"])?;
    }
    web::build(root)?;
    process::say("building everything and running the tests");
    // The binary first: tests start the real one.
    process::cargo(root, ["build", "--workspace", "--bins"])?;
    let mut run = vec!["test".to_owned(), "--workspace".into()];
    run.extend_from_slice(args);
    process::cargo(root, run)?;
    javascript::test(root)?;
    web::test(root)?;
    if !no_lint {
        process::say("checking lints");
        process::cargo(root, ["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"])?;
    }
    Ok(())
}

fn bench(root: &Path, args: &[String]) -> Result<()> {
    policies::build_all(root)?;
    process::say("building steward and the bench (the first time takes some minutes)");
    // Together, so that the libraries of both have the same features and are built once.
    let build = ["build", "--package", "steward", "--package", "steward-bench"];
    process::cargo(root, build)?;
    let run = ["run", "--quiet", "--package", "steward-bench", "--"];
    process::cargo(root, run.into_iter().chain(args.iter().map(String::as_str)))?;
    web::bench(root)
}
