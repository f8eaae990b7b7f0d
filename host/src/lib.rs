//! Steward's host: everything that is read, written, sent or awaited. It decides nothing; deciding is core's.

pub mod config;
pub mod policy;
