//! Builds the policy components: core modules by cargo, made into components with the contract's types embedded.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use wit_component::ComponentEncoder;

use crate::process::{run, say};
use crate::wasm;

/// Where host and tests look for components.
const OUT: &str = "target/policies";

/// A crate that becomes a component, by package name and file name.
const COMPONENTS: [(&str, &str); 4] = [
    ("steward-policy-standard", "standard.wasm"),
    ("steward-policy-need-based", "need-based.wasm"),
    ("steward-policy-leavers-first", "leavers-first.wasm"),
    ("steward-hostile-guest", "hostile.wasm"),
];

/// The building of one component.
pub struct Build {
    /// Builds the core module.
    pub cargo: Command,
    module: PathBuf,
}

pub fn build_all(root: &Path) -> Result<()> {
    let toolchain = wasm::ensure()?;
    let out = root.join(OUT);
    fs::create_dir_all(&out).with_context(|| format!("cannot create `{OUT}`"))?;
    for (package, file) in COMPONENTS {
        let mut build = Build::new(&toolchain, root, package, "policy");
        run(&mut build.cargo)?;
        let component = build.component()?;
        write_if_changed(&out.join(file), &component)?;
        say(&format!("{OUT}/{file}: {} kB", component.len().div_ceil(1000)));
    }
    Ok(())
}

impl Build {
    /// `root` is the workspace of the crate.
    pub fn new(toolchain: &wasm::Toolchain, root: &Path, package: &str, profile: &str) -> Self {
        let mut cargo = toolchain.cargo(root);
        // Only the cdylib: as one of several crate types it would be built without link-time optimisation.
        cargo.args(["rustc", "--quiet", "--package", package, "--lib", "--crate-type", "cdylib"]);
        cargo.args(["--profile", profile, "--target", wasm::TARGET]);
        let file = format!("{}.wasm", package.replace('-', "_"));
        Self { cargo, module: toolchain.target_dir(root).join(wasm::TARGET).join(profile).join(file) }
    }

    /// The component, after cargo has run.
    pub fn component(&self) -> Result<Vec<u8>> {
        let shown = self.module.display();
        let bytes = fs::read(&self.module).with_context(|| format!("cannot read `{shown}`"))?;
        let encoded = ComponentEncoder::default().validate(true).module(&bytes).and_then(ComponentEncoder::encode);
        encoded.with_context(|| format!("cannot make a component of `{shown}`"))
    }
}

/// An unchanged file keeps its time, so that nothing is rebuilt for it.
pub fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).with_context(|| format!("cannot write `{}`", path.display()))
}
