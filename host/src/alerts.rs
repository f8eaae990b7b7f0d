//! What administrators are told: gathers the facts that the rules of core look at, and keeps what comes of it.
//!
//! Nothing is decided here. A step and its messages are written together, so a daemon that ends between them loses
//! neither; couriers ([`crate::notify`]) do the sending.

mod observe;
mod settings;
pub mod silences;
pub mod told;
pub mod trial;
pub mod view;

pub use observe::{Known, observe};
pub use settings::alert_settings;

use steward_core::alert::{self, AlertState, Kind, Notification, Observations};
use steward_core::digest::Digest;
use steward_core::instant::Instant;

use crate::config::Settings;
use crate::ledger::{Addressed, Ledger, LedgerError};
use crate::notify::{Content, Message, Sinks};

/// What a look at the facts came to.
#[derive(Debug, Clone, Default)]
pub struct Looked {
    pub state: AlertState,
    /// Messages that wait for sinks now.
    pub messages: usize,
}

/// Looks at the facts once more, and writes down what has to be said.
///
/// # Errors
/// When it cannot be read or written. Then nothing was said, and the next look says it.
pub async fn look(
    ledger: &mut Ledger,
    settings: &Settings,
    site: Digest,
    observations: &Observations,
    now: Instant,
) -> Result<Looked, LedgerError> {
    let before = ledger.alert_state(site).await?;
    let silences = ledger.silences().await?;
    let stepped = alert::step(before, observations, &alert_settings(settings), &silences, now);
    let sinks = Sinks::of(settings);
    let mut messages = Vec::new();
    for notification in stepped.notifications {
        record(&notification);
        messages.extend(addressed(&sinks, notification));
    }
    ledger.keep_alerts(site, &stepped.state, &messages, &[]).await?;
    Ok(Looked { state: stepped.state, messages: messages.len() })
}

/// The messages that say it, one for each sink that wants to know.
fn addressed(sinks: &Sinks, notification: Notification) -> Vec<Addressed> {
    let to = sinks.addressees(&notification);
    let (id, at) = (notification.id.clone(), notification.at);
    let message = Message { id, at, content: Content::Alert(notification) };
    to.into_iter().map(|sink| Addressed { sink, message: message.clone() }).collect()
}

/// Whoever looks for it finds it in the log, also what a silence mutes.
fn record(notification: &Notification) {
    let Notification { key, kind, text, silenced_by, .. } = notification;
    let muted = silenced_by.as_ref().map(|id| format!(", silenced by {id}")).unwrap_or_default();
    let state = match kind {
        Kind::Resolved => "is over",
        Kind::Replaced => "is replaced",
        _ => "fires",
    };
    tracing::debug!("the alert {key} {state}{muted}: {text}");
}
