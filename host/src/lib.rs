//! All the input and output of Steward, and no decisions: those are in `steward-core`.

pub mod qrs;
