//! Loads a policy: checks that the bytes are a component of the contract and nothing more, and asks who it is.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use steward_core::digest::Digest;
use steward_core::policy::{Description, Fault, FaultKind, PolicyIdentity, RunContext, check_description};
use thiserror::Error;
use wasmtime::component::{Component, Linker};

use super::engine::PolicyEngine;
use super::sandbox::{ConfigureError, Instance, Prepared, Sandbox};
use super::shape::{self, Unreasonable};
use super::signature::Untrusted;
use super::{BULK, CONTRACT, mapping};

/// `\0asm`, and the version and layer that follow in a core module and in a component.
const MAGIC: &[u8] = b"\0asm";
const CORE_MODULE: &[u8] = &[1, 0, 0, 0];
/// More names than this are counted, not listed.
const LISTED_MAX: usize = 5;

/// A policy that was checked and compiled, ready to be configured for a run. Clones share it.
#[derive(Clone)]
pub struct PolicyComponent {
    engine: PolicyEngine,
    prepared: Arc<Prepared>,
    description: Arc<Description>,
    digest: Digest,
    bytes: Arc<[u8]>,
}

#[derive(Debug, Error)]
pub enum LoadError {
    #[error("the file cannot be read")]
    Unreadable(#[source] io::Error),
    #[error("the policy has {size} bytes, at most {max} are allowed")]
    TooLarge { size: u64, max: usize },
    #[error("the file is not WebAssembly")]
    NotWasm,
    #[error(
        "the file is a core WebAssembly module, not a component; make it one with `wasm-tools component new` or \
         `cargo xtask policies`"
    )]
    CoreModule,
    #[error("a compiled policy in the cache is damaged and cannot be removed")]
    Cache { source: io::Error },
    #[error("no policy looks like this component, so it is not compiled")]
    Unreasonable(#[source] Unreasonable),
    #[error("the component is broken")]
    Broken { source: Box<dyn std::error::Error + Send + Sync> },
    #[error("the component imports {}, but a policy may import nothing", listed(.0))]
    Imports(Vec<String>),
    #[error("the component exports {}, but a policy must export `{CONTRACT}`", listed(.0))]
    WrongWorld(Vec<String>),
    #[error("the component exports `{CONTRACT}` in another shape than the contract says")]
    WrongShape { source: Box<dyn std::error::Error + Send + Sync> },
    #[error("the policy is not trusted: {0}")]
    Untrusted(Untrusted),
    #[error("the policy failed when it was asked to describe itself")]
    Describe(#[source] Fault),
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    let mut shown: Vec<String> = names.iter().take(LISTED_MAX).map(|name| format!("`{name}`")).collect();
    if names.len() > LISTED_MAX {
        shown.push(format!("{} more", names.len() - LISTED_MAX));
    }
    shown.join(", ")
}

impl PolicyComponent {
    /// # Errors
    /// When the bytes are no acceptable policy.
    pub fn load(engine: &PolicyEngine, bytes: &[u8]) -> Result<Self, LoadError> {
        check_size(engine, bytes.len() as u64)?;
        check_kind(bytes)?;
        shape::check(bytes).map_err(LoadError::Unreasonable)?;
        let component = compile(engine, bytes)?;
        check_world(engine, &component)?;
        let linker = Linker::new(engine.engine());
        let wrong_shape = |source: wasmtime::Error| LoadError::WrongShape { source: source.into() };
        let has_bulk = exports(engine, &component).iter().any(|name| name == BULK);
        let prepared = linker.instantiate_pre(&component).and_then(|instance| Prepared::new(instance, has_bulk));
        let prepared = prepared.map_err(wrong_shape)?;
        let description = describe(engine, &prepared)?;
        Ok(Self {
            engine: engine.clone(),
            prepared: Arc::new(prepared),
            description: Arc::new(description),
            digest: Digest::of_bytes(bytes),
            bytes: bytes.into(),
        })
    }

    pub fn description(&self) -> &Description {
        &self.description
    }

    /// Whether it decides over columns too, which is faster.
    pub fn has_bulk(&self) -> bool {
        self.prepared.has_bulk()
    }

    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The component as it was loaded.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What a plan says about the policy that made it.
    pub fn identity(&self, settings_digest: Digest) -> PolicyIdentity {
        PolicyIdentity {
            name: self.description.name.clone(),
            version: self.description.version.clone(),
            contract: CONTRACT.to_owned(),
            digest: self.digest,
            settings_digest,
        }
    }

    /// The same policy with another limit of time for all its answers of a run.
    pub fn within(&self, run_time: Duration) -> Self {
        Self { engine: self.engine.within(run_time), ..self.clone() }
    }

    /// A sandbox for one run, configured with `settings`.
    ///
    /// # Errors
    /// When the policy refuses its settings or fails to read them.
    pub fn configure(&self, settings: &serde_json::Value, run: &RunContext) -> Result<Sandbox<'_>, ConfigureError> {
        let instance = Instance::new(&self.engine, &self.prepared).map_err(ConfigureError::Fault)?;
        Sandbox::configure(instance, &self.description, settings, run)
    }
}

impl fmt::Debug for PolicyComponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PolicyComponent({} {} {})", self.description.name, self.description.version, self.digest)
    }
}

fn check_size(engine: &PolicyEngine, size: u64) -> Result<(), LoadError> {
    let max = engine.limits().component_bytes;
    if size > max as u64 { Err(LoadError::TooLarge { size, max }) } else { Ok(()) }
}

fn check_kind(bytes: &[u8]) -> Result<(), LoadError> {
    match bytes.strip_prefix(MAGIC) {
        None => Err(LoadError::NotWasm),
        Some(rest) if rest.starts_with(CORE_MODULE) => Err(LoadError::CoreModule),
        Some(_) => Ok(()),
    }
}

/// Compiles the component, or takes it from the cache.
fn compile(engine: &PolicyEngine, bytes: &[u8]) -> Result<Component, LoadError> {
    let broken = |source: wasmtime::Error| LoadError::Broken { source: source.into() };
    let Some(seals) = engine.seals() else { return Component::from_binary(engine.engine(), bytes).map_err(broken) };
    seals.remove_damaged().map_err(|source| LoadError::Cache { source })?;
    let component = Component::from_binary(engine.engine(), bytes).map_err(broken)?;
    if let Err(error) = seals.seal_new() {
        tracing::warn!(%error, "the compiled policy was not kept, so the next start compiles it again");
    }
    Ok(component)
}

/// The exact names: the bindings match by semantic version and would take a newer contract for this one.
fn check_world(engine: &PolicyEngine, component: &Component) -> Result<(), LoadError> {
    let world = component.component_type();
    let imports: Vec<String> = world.imports(engine.engine()).map(|(name, _)| name.to_owned()).collect();
    if !imports.is_empty() {
        return Err(LoadError::Imports(imports));
    }
    let exports = exports(engine, component);
    if !exports.iter().any(|name| name == CONTRACT) {
        return Err(LoadError::WrongWorld(exports));
    }
    Ok(())
}

fn exports(engine: &PolicyEngine, component: &Component) -> Vec<String> {
    component.component_type().exports(engine.engine()).map(|(name, _)| name.to_owned()).collect()
}

fn describe(engine: &PolicyEngine, prepared: &Prepared) -> Result<Description, LoadError> {
    // The types of functions are compared at instantiation, and the policy has said nothing yet that could be malformed.
    let mut instance = Instance::new(engine, prepared).map_err(|fault| match fault.kind {
        FaultKind::Malformed => LoadError::WrongShape { source: fault.into() },
        _ => LoadError::Describe(fault),
    })?;
    let description = mapping::description_from_wit(instance.describe().map_err(LoadError::Describe)?);
    check_description(&description).map_err(LoadError::Describe)?;
    if let Err(error) = semver::Version::parse(&description.version) {
        let detail = format!("its version `{}` is not one such as 1.2.3: {error}", description.version.escape_debug());
        return Err(LoadError::Describe(Fault::new(FaultKind::Malformed, detail)));
    }
    Ok(description)
}
