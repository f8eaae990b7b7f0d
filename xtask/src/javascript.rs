//! The example of a policy in JavaScript: built by npm when there is one, and tested.
//!
//! Nothing that is shipped needs it, so a machine without Node builds everything else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process::{self, run, say};
use crate::{node, stamp};

const FOLDER: &str = "policy-wasm/examples/javascript";
const COMPONENT: &str = "target/policies/javascript.wasm";
/// What the component was made of. Its own bytes say nothing: two builds of the same sources differ.
const STAMP: &str = "target/policies/javascript.inputs";

/// Builds the component unless it is there already. `false` without Node.
pub fn build(root: &Path) -> Result<bool> {
    let is_there = node::is_there("the JavaScript example")?;
    if is_there {
        build_if_changed(root)?;
    }
    Ok(is_there)
}

/// Checks its types and runs its tests, on the module and on the component.
pub fn test(root: &Path) -> Result<()> {
    if !build(root)? {
        return Ok(());
    }
    say("testing the JavaScript example");
    let folder = root.join(FOLDER);
    node::npm(&folder, &["run", "--silent", "check"])?;
    node::npm(&folder, &["test", "--silent"])?;
    let component = root.join(COMPONENT);
    run(node::npm_command(&folder).args(["run", "--silent", "test-component"]).env("POLICY_COMPONENT", &component))?;
    // The same component in Steward's own sandbox: its limits, and the properties of every policy.
    let suites = root.join(FOLDER).join("tests");
    run(Command::new(process::steward(root))
        .args(["policy", "test", "--all-rules"])
        .arg(component)
        .arg("--tests")
        .arg(suites))
}

fn build_if_changed(root: &Path) -> Result<()> {
    let inputs = stamp::of(&inputs(root)?)?;
    let is_built = root.join(COMPONENT).is_file() && stamp::is(&root.join(STAMP), &inputs);
    if !root.join(FOLDER).join("node_modules/.package-lock.json").is_file() || !is_built {
        node::install(&root.join(FOLDER))?;
    }
    if is_built {
        return Ok(());
    }
    say("building the JavaScript example");
    let component = root.join(COMPONENT);
    run(Command::new("node").current_dir(root.join(FOLDER)).arg("build.mjs").arg(&component))?;
    fs::write(root.join(STAMP), inputs).with_context(|| format!("cannot write `{STAMP}`"))
}

/// Everything that the component is made of.
fn inputs(root: &Path) -> Result<Vec<PathBuf>> {
    let folder = root.join(FOLDER);
    let mut files: Vec<PathBuf> =
        ["package-lock.json", "package.json", ".npmrc", "build.mjs"].map(|name| folder.join(name)).into();
    files.push(root.join("wit/v1/policy.wit"));
    stamp::files_below(&folder.join("src"), &[], &mut files)?;
    Ok(files)
}
