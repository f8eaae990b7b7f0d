//! Builds the policy components: core modules by cargo, made into components with the contract's types embedded.

use std::fs;
use std::path::Path;

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

pub fn build_all(root: &Path) -> Result<()> {
    let toolchain = wasm::ensure()?;
    let out = root.join(OUT);
    fs::create_dir_all(&out).with_context(|| format!("cannot create `{OUT}`"))?;
    for (package, file) in COMPONENTS {
        let mut cargo = toolchain.cargo(root);
        // Only the cdylib: as one of several crate types it would be built without link-time optimisation.
        cargo.args(["rustc", "--quiet", "--package", package, "--lib", "--crate-type", "cdylib"]);
        run(cargo.args(["--profile", "policy", "--target", wasm::TARGET]))?;
        let module = toolchain
            .target_dir(root)
            .join(wasm::TARGET)
            .join("policy")
            .join(format!("{}.wasm", package.replace('-', "_")));
        let component = encode(&module).with_context(|| format!("cannot make a component of {package}"))?;
        write_if_changed(&out.join(file), &component)?;
        say(&format!("{OUT}/{file}: {} kB", component.len().div_ceil(1000)));
    }
    Ok(())
}

fn encode(module: &Path) -> Result<Vec<u8>> {
    let bytes = fs::read(module).with_context(|| format!("cannot read `{}`", module.display()))?;
    ComponentEncoder::default().validate(true).module(&bytes)?.encode()
}

/// An unchanged file keeps its time, so that nothing is rebuilt for it.
fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).with_context(|| format!("cannot write `{}`", path.display()))
}
