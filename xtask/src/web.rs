//! The web application, console and simulator: the engine as a component, what a browser loads of it, and the pages.
//!
//! A machine without Node builds the component and leaves the rest out; the program then says that it has no console.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::policies::{Build, write_if_changed};
use crate::process::{run, say};
use crate::{node, servers, stamp, wasm};

/// Where the web application and the tests look for the component.
const OUT: &str = "target/simulator";
const FILE: &str = "engine.wasm";
const PACKAGE: &str = "steward-simulator-engine";
/// The web application.
const WEB: &str = "simulator/web";
/// The static site, which the program embeds.
pub const SITE: &str = "target/web/dist";
const STAMP: &str = "target/web/inputs";
/// Whatever is made, fetched, or only for tests.
const NO_INPUTS: [&str; 4] = ["node_modules", "public", "dist", "test-browser"];

/// Builds the component and the site; the policies must be built. `false` without Node.
pub fn build(root: &Path) -> Result<bool> {
    build_component(root)?;
    if !node::is_there("the console")? {
        return Ok(false);
    }
    let web = root.join(WEB);
    node::install(&web)?;
    // Whoever changed nothing keeps the site with its times, so that the program is not built again for it.
    let inputs = stamp::of(&inputs(root)?)?;
    let is_built = root.join(SITE).join("index.html").is_file() && web.join("public/engine/manifest.json").is_file();
    if is_built && stamp::is(&root.join(STAMP), &inputs) {
        return Ok(true);
    }
    say("building the web application");
    node::npm(&web, &["run", "--silent", "engine"])?;
    node::npm(&web, &["run", "--silent", "build", "--", "--logLevel", "warn"])?;
    fs::write(root.join(STAMP), inputs).with_context(|| format!("cannot write `{STAMP}`"))?;
    say(&format!("{SITE}: the static site"));
    Ok(true)
}

/// Checks types, and runs the tests without and with a browser. The program must be built.
pub fn test(root: &Path) -> Result<()> {
    if !build(root)? {
        return Ok(());
    }
    servers::ensure_browser()?;
    say("testing the web application, also in a browser");
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

/// Makes the pictures of the README, from the demo. The program must be built.
pub fn screenshots(root: &Path) -> Result<()> {
    servers::ensure_browser()?;
    node::npm(&root.join(WEB), &["run", "--silent", "screenshots"])
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

/// Everything that the site is made of.
fn inputs(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = vec![root.join(OUT).join(FILE)];
    stamp::files_below(&root.join("target/policies"), &[], &mut files)?;
    stamp::files_below(&root.join(WEB), &NO_INPUTS, &mut files)?;
    Ok(files)
}
