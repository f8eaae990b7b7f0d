//! Handlers that only look.

pub mod alerts;
pub mod audit;
pub mod decisions;
pub mod outlook;
pub mod plans;
pub mod policies;
pub mod pools;
pub mod running;
pub mod runs;
pub mod settings;
pub mod status;
pub mod who;
