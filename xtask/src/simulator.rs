//! The simulator's engine: the component, and by npm what a browser loads of it.
//!
//! A machine without Node builds the component and leaves the rest out.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::policies::{Build, write_if_changed};
use crate::process::{run, say};
use crate::{node, servers, wasm};

/// Where the web application and the tests look for the component.
const OUT: &str = "target/simulator";
const FILE: &str = "engine.wasm";
const PACKAGE: &str = "steward-simulator-engine";
/// The web application.
const WEB: &str = "simulator/web";

/// Builds the component and what the browser loads of it. `false` without Node.
pub fn build(root: &Path) -> Result<bool> {
    build_component(root)?;
    if !node::is_there("what browsers load of the simulator")? {
        return Ok(false);
    }
    let web = root.join(WEB);
    node::install(&web)?;
    node::npm(&web, &["run", "--silent", "engine"])?;
    Ok(true)
}

/// Checks types, and runs the tests without and with a browser. The program must be built.
pub fn test(root: &Path) -> Result<()> {
    if !build(root)? {
        return Ok(());
    }
    servers::ensure_browser()?;
    say("testing the simulator, also in a browser");
    let web = root.join(WEB);
    node::npm(&web, &["run", "--silent", "types", "--", "--check"])?;
    node::npm(&web, &["run", "--silent", "check"])?;
    node::npm(&web, &["test", "--silent"])?;
    node::npm(&web, &["run", "--silent", "test-browser"])
}

/// Measures the simulator in a browser.
pub fn bench(root: &Path) -> Result<()> {
    if !build(root)? {
        return Ok(());
    }
    servers::ensure_browser()?;
    node::npm(&root.join(WEB), &["run", "--silent", "bench"])
}

fn build_component(root: &Path) -> Result<()> {
    let toolchain = wasm::ensure()?;
    fs::create_dir_all(root.join(OUT)).with_context(|| format!("cannot create `{OUT}`"))?;
    let mut build = Build::new(&toolchain, root, PACKAGE, "policy");
    run(&mut build.cargo)?;
    let component = build.component()?;
    write_if_changed(&root.join(OUT).join(FILE), &component)?;
    say(&format!("{OUT}/{FILE}: {} kB", component.len().div_ceil(1000)));
    Ok(())
}
