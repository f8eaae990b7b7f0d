//! `steward policy test`: the tests of a policy, on its component.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use steward_core::suite::{Options, Suite};

use super::super::format::TextOrJson;
use super::super::table::escaped;
use super::super::{Outcome, print_text};
use super::{MaybeConfig, find};
use crate::policies::{Found, Origin};
use crate::{bounded_file, policy_trial};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward policy test my-policy.wasm
  steward policy test my-policy.wasm --tests tests/protections.yaml
  steward policy test need-based

Without --tests those beside the file, in its folder `tests`, are run; those of a stored policy were added with it. Beside the cases that the author wrote, properties are checked that every policy has to have: it answers the same when asked again and in another order, its explanations agree with its decisions, whoever is protected stays. docs/policy-tests.md has the format. Exit code 1 when anything failed, and when there are no tests.")]
pub struct TestArgs {
    /// A file, a name, `name@version`, or the first digits of a digest
    policy: String,
    /// A file of tests, or a folder with some
    #[arg(long, value_name = "PATH")]
    tests: Vec<PathBuf>,
    /// About how many candidates are made up for the properties
    #[arg(long, value_name = "NUMBER", default_value_t = Options::default().variations, value_parser = variations)]
    variations: usize,
    /// The same seed makes up the same candidates
    #[arg(long, value_name = "NUMBER", default_value_t = Options::default().seed)]
    seed: u64,
    /// Fail when a rule decides no case
    #[arg(long)]
    all_rules: bool,
    #[command(flatten)]
    config: MaybeConfig,
    /// How to print
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

fn variations(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number <= 1_000_000 => Ok(number),
        _ => Err("write a number up to 1000000".to_owned()),
    }
}

pub async fn run(args: TestArgs) -> Result<Outcome> {
    let (settings, mut ledger) = args.config.open().await?;
    let found = find(Some(&args.policy), settings.as_ref(), ledger.as_mut()).await?;
    let texts = texts(&args, &found)?;
    let suites: Vec<Suite> =
        texts.iter().map(|(name, text)| policy_trial::read_suite(name, text)).collect::<Result<_, _>>()?;
    let loaded = found.load(settings.as_ref())?;
    let options = Options { variations: args.variations, seed: args.seed, needs_all_rules: args.all_rules };
    let report = tokio::task::spawn_blocking(move || policy_trial::run(&loaded.component, &suites, options));
    let report = report.await.context("the tests stopped")?;
    print_text(&match args.format {
        TextOrJson::Text => report.to_text(),
        TextOrJson::Json => escaped(&report.to_json()?) + "\n",
    })?;
    if !report.ok {
        bail!("{}", policy_trial::summary(&report));
    }
    Ok(Outcome::Done)
}

fn texts(args: &TestArgs, found: &Found) -> Result<BTreeMap<String, String>> {
    let mut files = Vec::new();
    for path in &args.tests {
        files.extend(suite_files(path)?);
    }
    match &found.origin {
        _ if !files.is_empty() => {}
        Origin::Shipped | Origin::Stored => return Ok(found.suites.clone()),
        Origin::File(path) => files = beside(path)?,
    }
    let mut texts = BTreeMap::new();
    for file in files {
        let text = bounded_file::read_text(&file, policy_trial::SUITE_BYTES_MAX)
            .with_context(|| format!("cannot read `{}`", file.display()))?;
        texts.insert(file.display().to_string(), text);
    }
    Ok(texts)
}

/// The tests that lie in the folder `tests` beside a component.
pub fn beside(component: &Path) -> Result<Vec<PathBuf>> {
    let folder = component.parent().unwrap_or(Path::new("")).join("tests");
    if folder.is_dir() { suite_files(&folder) } else { Ok(Vec::new()) }
}

/// The files of tests in a folder, in the order of their names; or the one file.
pub fn suite_files(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let file = entry.with_context(|| format!("cannot read `{}`", path.display()))?.path();
        let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_lowercase();
        if ["yaml", "yml", "json"].contains(&extension.as_str()) {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}
