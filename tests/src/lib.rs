//! What the tests across the rooms share: small worlds that show only what matters, random worlds, an independent
//! statement of the rules, the two ways to run the standard policy, and real databases with a bad network before them.
//!
//! Nothing here calls the guard, the planner or the rules of a policy to find out what is right.
#![expect(clippy::missing_panics_doc, reason = "a fixture that meets the unexpected should stop the test there")]

pub mod butler;
pub mod component;
pub mod fixture;
pub mod gates;
pub mod grafana;
pub mod native;
pub mod plans;
pub mod random;
pub mod receiver;
pub mod rules;
pub mod sandbox;
pub mod servers;
pub mod simulated;
pub mod weather;
