//! Runs policies: WebAssembly components that choose seats and can do nothing else.
//!
//! A component is compiled once and cached; each run gets a fresh store with limits on instructions, time, memory and
//! output. Whatever goes wrong in there is a [`steward_core::policy::Fault`], and core holds the run for it. This room
//! decides nothing and trusts nothing that a policy says.

mod cache;
mod component;
mod engine;
mod limits;
mod mapping;
mod sandbox;
mod settings;
mod shape;
pub mod signature;

pub use component::{LoadError, PolicyComponent};
pub use engine::{EngineError, PolicyEngine};
pub use limits::Limits;
pub use sandbox::{ConfigureError, Sandbox};
pub use settings::policy_settings;
pub use signature::{Signer, Trust, TrustProblem, Untrusted};

/// The interface that a policy must export, with the version of the contract.
pub const CONTRACT: &str = "steward:policy/policy@1.0.0";
/// The interface that a policy may export as well.
pub const BULK: &str = "steward:policy/bulk@1.0.0";

/// The bindings of the contract, generated from the WIT text.
mod bindings {
    wasmtime::component::bindgen!({ path: "../wit/v1", world: "full" });
}
