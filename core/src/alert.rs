//! What administrators are told before their users tell them: rules about facts, and a state that remembers what was said.
//!
//! The host gathers [`Observations`], calls [`step`], stores the state that comes back and sends the [`Notification`]s.
//! A condition is *pending* until it has held for as long as its rule asks, then it *fires*, once; it is told again after
//! the repeat interval, and is *resolved* when it has been clear for long enough. Where a number decides, firing and
//! clearing have thresholds of their own, so that a number that wavers between them gives one alert.
//!
//! What is not known changes nothing: a missing fact neither fires nor resolves, and that readings stay away is an alert
//! of its own. Durations are sums of the time between steps, never differences of a clock that somebody may set: one step
//! counts for at most a day, and one that goes back for nothing.
//!
//! Silences mute; they do not forget. An alert that fired in a silence is told when the silence ends before the alert does,
//! and is in the history either way. How a text looks in a mail or a chat is decided by [`crate::template`].

mod findings;
mod key;
mod notification;
mod observations;
mod rule;
mod settings;
mod silence;
mod state;
mod step;

pub use findings::{Finding, Findings, Standing};
pub use key::AlertKey;
pub use notification::{Kind, Notification};
pub use observations::{
    CertificateFacts, JobFacts, LicenseFacts, Observations, OutboxFacts, PoolFacts, ReleaseFacts, RunHeldFacts,
};
pub use rule::{Rule, Severity};
pub use settings::{AlertSettings, RuleSettings, Thresholds, Timing};
pub use silence::Silence;
pub use state::{Alert, AlertState, PastAlert, Phase};
pub use step::{Stepped, step};
