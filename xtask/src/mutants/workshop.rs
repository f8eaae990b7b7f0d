//! A copy of the policies' source, in which one mistake at a time is made and a component is built.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::list::Mutant;
use crate::{policies, wasm};

/// Below `target`, so that cargo finds the toolchain and the settings of the workspace above it.
const FOLDER: &str = "target/mutants";
const CRATES: [&str; 4] =
    ["policy-wasm/leavers-first", "policy-wasm/need-based", "policy-wasm/sdk", "policy-wasm/standard"];
/// Built in a second, and small, because the sandbox compiles each of them: no link-time optimisation.
const PROFILE: &str = "
[profile.mutant]
inherits = \"release\"
opt-level = \"s\"
lto = \"off\"
codegen-units = 16
incremental = true
panic = \"abort\"
strip = true
";

pub struct Workshop {
    folder: PathBuf,
    toolchain: wasm::Toolchain,
}

impl Workshop {
    /// What was built before is kept, so that the second time is faster.
    pub fn open(root: &Path) -> Result<Self> {
        let toolchain = wasm::ensure()?;
        let folder = root.join(FOLDER);
        for copied in CRATES.into_iter().chain(["wit"]) {
            let to = folder.join(copied);
            if to.exists() {
                fs::remove_dir_all(&to).with_context(|| format!("cannot remove `{}`", to.display()))?;
            }
            copy(&root.join(copied), &to).with_context(|| format!("cannot copy `{copied}`"))?;
        }
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).context("cannot copy `Cargo.lock`")?;
        let manifest = fs::read_to_string(root.join("Cargo.toml")).context("cannot read `Cargo.toml`")?;
        fs::write(folder.join("Cargo.toml"), manifest_of(&manifest)?).context("cannot write `Cargo.toml`")?;
        fs::create_dir_all(folder.join("components")).context("cannot create a folder for components")?;
        Ok(Self { folder, toolchain })
    }

    /// The component of a policy without any mistake.
    pub fn unchanged(&self, policy: &str) -> Result<PathBuf> {
        self.build(policy, policy)
    }

    /// The component of a policy with one mistake.
    ///
    /// # Errors
    /// When the mistake cannot be made, or the compiler finds it.
    pub fn mutant(&self, policy: &str, mutant: &Mutant) -> Result<PathBuf> {
        let file = self.folder.join("policy-wasm").join(mutant.file);
        let source = fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", mutant.file))?;
        fs::write(&file, mutant.applied_to(&source)?).with_context(|| format!("cannot write `{}`", mutant.file))?;
        let built = self.build(policy, mutant.name);
        fs::write(&file, source).with_context(|| format!("cannot write `{}`", mutant.file))?;
        built
    }

    fn build(&self, policy: &str, name: &str) -> Result<PathBuf> {
        let package = format!("steward-policy-{policy}");
        let mut build = policies::Build::new(&self.toolchain, &self.folder, &package, "mutant");
        let output = build.cargo.output().context("cannot start cargo")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let first = said.lines().find(|line| line.starts_with("error")).unwrap_or("cargo failed");
            bail!("it does not build: {first}");
        }
        let component = self.folder.join("components").join(format!("{name}.wasm"));
        fs::write(&component, build.component()?).context("cannot write a component")?;
        Ok(component)
    }
}

/// The manifest of the workspace with the policies alone.
fn manifest_of(manifest: &str) -> Result<String> {
    let kept = manifest.split("\n[profile.").next().unwrap_or_default();
    let members = kept.lines().find(|line| line.starts_with("members = ")).context("the workspace has no members")?;
    Ok(kept.replace(members, &format!("members = {CRATES:?}")) + PROFILE)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        fs::copy(from, to)?;
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let name = entry?.file_name();
        copy(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}
