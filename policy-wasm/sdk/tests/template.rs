//! The template of a policy compiles against this SDK, and its own tests pass.

extern crate self as policy;

#[path = "../../template/src/lib.rs"]
mod template;

#[path = "../../template/tests/rules.rs"]
mod rules;

pub use template::Newcomers;
