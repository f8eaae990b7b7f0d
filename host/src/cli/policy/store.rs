//! `steward policy add` and `remove`: the store of policies.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use steward_core::ledger::{Event, StoredPolicy};
use steward_core::text::printable;

use super::super::{ConfigFile, Outcome, print_text};
use super::test::{beside, suite_files};
use crate::policies::{self, Found, Origin, SHIPPED};
use crate::wording::counted;
use crate::{bounded_file, clock, os_user, policy_trial};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward policy add --config steward.yaml my-policy.wasm
  steward policy add --config steward.yaml my-policy.wasm --signature my-policy.wasm.minisig --tests tests

The component is kept in the ledger by its digest, so it decides long after the file is gone. The signature is looked for beside the file, under its name with `.minisig`; the tests in the folder `tests` beside it. Nothing decides because it was added: see `steward policy activate`.")]
pub struct AddArgs {
    /// The component
    file: PathBuf,
    #[command(flatten)]
    config: ConfigFile,
    /// The signature that minisign made
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,
    /// The folder with its tests, or one file of them
    #[arg(long, value_name = "PATH")]
    tests: Option<PathBuf>,
}

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward policy remove --config steward.yaml my-policy@0.9.0

The policy that decides, the one that would decide after a rollback, and those in the shadow cannot be removed. What a policy decided stays explained: its component is kept for as long as a stored plan was made by it.")]
pub struct RemoveArgs {
    /// Its name, `name@version`, or the first digits of its digest
    policy: String,
    #[command(flatten)]
    config: ConfigFile,
}

pub async fn add(args: AddArgs) -> Result<Outcome> {
    let (settings, mut ledger) = super::open(&args.config.config).await?;
    let mut found = Found::file(&args.file)?;
    if let Some(path) = &args.signature {
        let signature = policies::read_signature(path)?;
        found.signature = Some(signature.with_context(|| format!("there is no signature `{}`", path.display()))?);
    }
    let loaded = found.load(Some(&settings))?;
    let digest = loaded.component.digest();
    let description = loaded.component.description();
    if SHIPPED.iter().any(|policy| *policy.bytes == *found.bytes) {
        bail!("this is the policy `{}` that is part of Steward; it need not be added", description.name);
    }
    if SHIPPED.iter().any(|policy| policy.name == description.name) || description.name == "active" {
        bail!("the name `{}` belongs to Steward: give the policy another one", description.name);
    }
    let same = |stored: &StoredPolicy| (&stored.name, &stored.version) == (&description.name, &description.version);
    let others = ledger.state().stored_policies().iter().filter(|(other, _)| **other != digest);
    if let Some((other, _)) = others.into_iter().find(|(_, stored)| same(stored)) {
        bail!(
            "another policy is stored as {} {}, {}: raise the version of this one, or remove the other",
            description.name,
            description.version,
            policies::shortened(*other)
        );
    }
    let suites = read_suites(args.tests.as_deref(), &args.file)?;
    let (name, version, tests) = (description.name.clone(), description.version.clone(), suites.len());
    found.suites = suites;
    policies::add(&mut ledger, &found, &loaded, &os_user::name(), clock::now()).await?;
    ledger.close().await;
    let signed = loaded.signer.map_or_else(String::new, |signer| format!(", signed by {}", signer.key));
    print_text(&printable(&format!(
        "{name} {version} is stored as {} with {}{signed}.",
        policies::shortened(digest),
        counted(tests, "file") + " of tests"
    )))?;
    print_text(&format!("\nNext: steward policy activate {}\n", policies::shortened(digest)))?;
    Ok(Outcome::Done)
}

/// By file name. Without a word from the user those in `tests` beside the component.
fn read_suites(asked: Option<&Path>, component: &Path) -> Result<BTreeMap<String, String>> {
    let files = match asked {
        Some(path) => suite_files(path)?,
        None => beside(component)?,
    };
    let mut suites = BTreeMap::new();
    for file in files {
        let text = bounded_file::read_text(&file, policy_trial::SUITE_BYTES_MAX)
            .with_context(|| format!("cannot read `{}`", file.display()))?;
        // Read now, so that a broken one is not found when it is needed.
        policy_trial::read_suite(&file.display().to_string(), &text)?;
        suites.insert(file.file_name().unwrap_or_default().to_string_lossy().into_owned(), text);
    }
    Ok(suites)
}

pub async fn remove(args: RemoveArgs) -> Result<Outcome> {
    let (settings, mut ledger) = super::open(&args.config.config).await?;
    let found = policies::named(&args.policy, Some(&mut ledger)).await?;
    let digest = found.digest();
    match found.origin {
        Origin::Stored => {}
        Origin::Shipped => bail!("it is part of Steward, and cannot be removed"),
        Origin::File(path) => bail!("`{}` is a file, and was never added; delete it yourself", path.display()),
    }
    for shadow in &settings.steward.policy.shadow {
        if policies::named(&shadow.policy, Some(&mut ledger)).await.is_ok_and(|found| found.digest() == digest) {
            bail!("it is in the shadow: take `{}` out of `steward.policy.shadow` first", shadow.policy);
        }
    }
    ledger.remove_policy(digest, Event::PolicyRemoved { by: os_user::name(), digest }, clock::now()).await?;
    ledger.close().await;
    print_text(&format!("{digest} is not stored any more.\n"))?;
    Ok(Outcome::Done)
}
