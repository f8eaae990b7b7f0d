//! Components that `cargo xtask policies` built, loaded as the daemon loads them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;
use steward::policy::{Limits, PolicyComponent, PolicyEngine, Sandbox};
use steward_core::policy::RunContext;

/// The file of a built component.
pub fn component_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/policies").join(format!("{name}.wasm"))
}

pub fn component_bytes(name: &str) -> Vec<u8> {
    let path = component_path(name);
    fs::read(&path).unwrap_or_else(|error| panic!("run `cargo xtask policies` first: {}: {error}", path.display()))
}

/// An engine with the limits that the daemon uses.
pub fn engine() -> &'static PolicyEngine {
    static ENGINE: OnceLock<PolicyEngine> = OnceLock::new();
    ENGINE.get_or_init(|| PolicyEngine::new(Limits::default(), None).expect("this machine can run WebAssembly"))
}

pub fn standard() -> &'static PolicyComponent {
    static STANDARD: OnceLock<PolicyComponent> = OnceLock::new();
    STANDARD.get_or_init(|| load("standard"))
}

pub fn hostile() -> &'static PolicyComponent {
    static HOSTILE: OnceLock<PolicyComponent> = OnceLock::new();
    HOSTILE.get_or_init(|| load("hostile"))
}

fn load(name: &str) -> PolicyComponent {
    PolicyComponent::load(engine(), &component_bytes(name)).expect("a built component loads")
}

/// `component`, configured for one run.
pub fn sandbox<'p>(component: &'p PolicyComponent, settings: &Value, run: &RunContext) -> Sandbox<'p> {
    component.configure(settings, run).expect("the policy takes its settings")
}
