//! What Steward remembers: events, the chain that proves them, and the state that follows from them.
//!
//! Events are values; who writes them down durably is the host's business. State is never stored: it is replayed
//! through one pure function, and an event that cannot happen in a state is an error, not a guess.

mod chain;
mod event;
mod policy;
mod release;
mod state;

pub use chain::{ChainError, Entry, Head, seal, verify_next};
pub use event::{
    Answer, Counts, Event, FORMAT, IntendedRelease, NoticeTo, NoticedSeat, PersonRef, PlannedSeat, ProtectionKey,
    RestoreAnswer, RunId, RunKind, SeatOutcome, Stale,
};
pub use policy::{CheckOutcome, GateCheck, GateReport, PolicySignature};
pub use release::ReleaseState;
pub use state::{
    Activation, HandProtection, IllegalEvent, LedgerState, PlanRecord, Restore, Run, Said, SentNotice,
    ShadowComparison, Shadowing, StoredPolicy, Taken,
};
