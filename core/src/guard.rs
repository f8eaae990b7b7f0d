//! What no policy can override: gates that hold releases, each with a name, a sentence and a way out.
//!
//! Seat gates hold one seat, type gates all releases of a licence type, run gates everything. The guard looks at
//! freshly read facts, never at what the policy says about them.

mod gate;
mod memory_gates;
mod protections;
mod releases;
mod run_gates;
mod seat_gates;
mod type_gates;

pub use gate::{Gate, Scope};
pub use memory_gates::lost_protections;
pub use protections::{Protection, Protections};
pub use releases::{GuardInput, Guarded, HeldPlaces, Quotas, Wishes, guard};
pub use run_gates::{RunFacts, run_holds};
pub use seat_gates::SeatGates;
pub use type_gates::{Cap, cap_of, type_hold};

/// A gate that closes, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    pub gate: Gate,
    /// The facts, for people.
    pub detail: String,
}

impl Hold {
    fn new(gate: Gate, detail: impl Into<String>) -> Self {
        Self { gate, detail: detail.into() }
    }
}
