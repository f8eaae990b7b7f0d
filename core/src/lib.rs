//! Everything that Steward decides, and nothing that it does.
//!
//! A [`snapshot::Snapshot`] of the server becomes [`candidate::Candidate`]s; a [`policy::Policy`] turns each into a
//! [`decision::Decision`]; the [`guard`] turns decisions into a [`plan::Plan`]; an independent [`checker`] reads the
//! plan once more before anybody acts on it.
//!
//! This crate deliberately has no I/O, no clock, no randomness and no logging: `now`, keys and limits are arguments,
//! and the same input gives the same bytes on every machine and in every browser.
#![forbid(unsafe_code)]
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)]
#![cfg_attr(test, expect(clippy::indexing_slicing, reason = "a test that meets the unexpected should stop there"))]

pub mod access;
pub mod alert;
pub mod application;
pub mod candidate;
pub mod checker;
pub mod columns;
pub mod cost;
pub mod decision;
pub mod digest;
pub mod erasure;
pub mod forecast;
pub mod guard;
pub mod ids;
pub mod instant;
pub mod ledger;
pub mod license_type;
pub mod mapping;
pub mod mask;
pub mod memory;
pub mod monitor;
pub mod notice;
pub mod plan;
pub mod planner;
pub mod point;
pub mod policy;
pub mod policy_diff;
pub mod policy_gate;
mod random;
pub mod rules_change;
pub mod schedule;
#[cfg(feature = "schema")]
mod schema;
pub mod settings;
pub mod snapshot;
pub mod suite;
pub mod template;
pub mod text;
pub mod timetable;
pub mod window;
pub mod yaml;
