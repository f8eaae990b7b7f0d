//! The simulator's engine: the component, and by npm what a browser loads of it.
//!
//! A machine without Node builds the component and leaves the rest out.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::policies::{Build, write_if_changed};
use crate::process::{run, say};
use crate::wasm;

/// Where the web application and the tests look for the component.
const OUT: &str = "target/simulator";
const FILE: &str = "engine.wasm";
const PACKAGE: &str = "steward-simulator-engine";

/// Builds the component.
pub fn build(root: &Path) -> Result<()> {
    let toolchain = wasm::ensure()?;
    fs::create_dir_all(root.join(OUT)).with_context(|| format!("cannot create `{OUT}`"))?;
    let mut build = Build::new(&toolchain, root, PACKAGE, "policy");
    run(&mut build.cargo)?;
    let component = build.component()?;
    write_if_changed(&root.join(OUT).join(FILE), &component)?;
    say(&format!("{OUT}/{FILE}: {} kB", component.len().div_ceil(1000)));
    Ok(())
}
