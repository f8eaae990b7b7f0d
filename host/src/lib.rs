//! Steward's host: everything that is read, written, sent or awaited. It decides nothing; deciding is core's.

pub mod cli;
pub mod clock;
pub mod config;
pub mod cycle;
pub mod policy;
pub mod qrs;
mod run_settings;
