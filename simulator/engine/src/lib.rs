//! Steward's core as a WebAssembly component for the browser simulator.
//!
//! The component imports the policy and exports what `wit/simulator/engine.wit` says; it imports nothing else. What it
//! answers, core decides: here questions are put together, asked in steps, and answers brought into the records of the
//! world. Nothing here looks at a seat in a way of its own.
//!
//! The same code runs natively in tests, with a policy that is handed in.

#[expect(clippy::all, clippy::pedantic, reason = "generated code")]
pub mod bindings;

pub mod asking;
mod changes;
pub mod compare;
pub mod explain;
mod exports;
mod imported;
pub mod judging;
pub mod order;
pub mod plan;
mod questions;
mod records;
pub mod rows;
pub mod site;
pub mod sweep;
pub mod timeline;
pub mod view;

pub use questions::{not_ready, read_draft, read_now};
