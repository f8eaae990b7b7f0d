//! What administrators are told before their users tell them: rules about facts, and a state that remembers what was said.
//!
//! The host gathers [`Observations`], calls [`step`], stores the state that comes back and sends the [`Notification`]s.
//! A condition is *pending* until it has held for as long as its rule asks, then it *fires*, once; it is told again after
//! the repeat interval, and is *resolved* when it has been clear for long enough. Where a number decides, firing and
//! clearing have thresholds of their own, so that a number that wavers between them gives one alert; and an alert that
//! comes back within a week has to be clear for longer each time before it is resolved.
//!
//! Severity follows the facts: up at once, which is told once for each rise, and down without a word when they have been
//! milder for as long as they would have to be clear. One trouble is told once: while few seats are left, nothing is said
//! about the same pool's high utilisation, and an alert that another one takes the place of ends as *replaced*.
//!
//! What is not known changes nothing: a missing fact neither fires nor resolves, and that readings stay away is an alert
//! of its own. Durations are sums of the time between steps, never differences of a clock that somebody may set: one step
//! counts for at most a day, and one that goes back for nothing.
//!
//! Silences mute; they do not forget. An alert that fired in a silence is told when the silence ends before the alert does,
//! and is in the history either way. How a text looks in a mail or a chat is decided by [`crate::template`].

mod advance;
mod findings;
mod key;
mod notification;
mod observations;
mod rule;
mod settings;
mod silence;
mod state;
mod step;
mod words;

pub use findings::{Cover, Finding, Findings, Standing};
pub use key::AlertKey;
pub use notification::{Kind, Notification};
pub use observations::{
    CertificateFacts, JobFacts, LicenseFacts, Observations, OutboxFacts, PoolFacts, ReleaseFacts, RunHeldFacts,
    SinkFacts,
};
pub use rule::{Rule, Severity};
pub use settings::{AlertSettings, RuleSettings, Thresholds, Timing};
pub use silence::Silence;
pub use state::{Alert, AlertState, PastAlert, Phase};
pub use step::{Stepped, step};
