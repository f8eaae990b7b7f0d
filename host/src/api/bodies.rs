//! What the API shows, as far as core and the rooms of host have no type of their own that is written as JSON.
//!
//! One file for each subject; the handlers beside them fill these in. Numbers and names, and no decisions.

pub mod alerts;
pub mod audit;
pub mod decisions;
pub mod outlook;
pub mod plans;
pub mod policies;
pub mod pools;
pub mod runs;
pub mod settings;
pub mod sign_in;
pub mod status;
pub mod switches;
