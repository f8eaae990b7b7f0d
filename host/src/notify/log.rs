//! Alerts in the log of the daemon.

use steward_core::alert::{Kind, Notification, Severity};
use steward_core::template::{Format, escape};

pub(super) fn write(notification: &Notification) {
    let Notification { id, alert_id, .. } = notification;
    let (rule, kind) = (notification.key.rule().as_str(), notification.kind.as_str());
    let tame = |text: &str| escape(text, Format::Line);
    let subject = tame(notification.key.subject());
    let said = format!("{}: {}", tame(&notification.title), tame(&notification.text));
    match (notification.kind, notification.severity) {
        (Kind::Resolved | Kind::Replaced | Kind::Test, _) | (_, Severity::Info) => {
            tracing::info!(id, alert_id, kind, rule, subject, "{said}");
        }
        (_, Severity::Warning) => tracing::warn!(id, alert_id, kind, rule, subject, "{said}"),
        (_, Severity::Critical) => tracing::error!(id, alert_id, kind, rule, subject, "{said}"),
    }
}
