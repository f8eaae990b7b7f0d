//! Butler's own webhooks and topics. Nothing is looked at while they are off: Butler's template has placeholders there.

use std::path::Path;

use super::super::Settings;
use super::super::butler::webhook::WebhookGroup;
use super::super::checks::Report;
use super::{host, topic, url};

const WEBHOOKS: &str = "Butler.webhookNotification";
const MQTT: &str = "Butler.mqttConfig";

/// The groups of webhooks that are on, with their setting.
fn groups(settings: &Settings) -> Vec<(String, &WebhookGroup)> {
    let butler = &settings.butler.webhook_notification;
    let destination = &settings.butler.qlik_sense_license.server_license_monitor.destination.webhook;
    let is_on = butler.enable && destination.enable;
    let groups = [
        ("qlikSenseServerLicenseMonitor", destination.send_recurring.enable, &butler.qlik_sense_server_license_monitor),
        (
            "qlikSenseServerLicenseExpiryAlert",
            destination.send_alert.enable,
            &butler.qlik_sense_server_license_expiry_alert,
        ),
    ];
    let on = groups.into_iter().filter(|(_, is_group_on, _)| is_on && *is_group_on);
    on.map(|(name, _, group)| (format!("{WEBHOOKS}.{name}"), group)).collect()
}

pub(super) fn check(settings: &Settings, report: &mut Report<'_>) {
    for (setting, group) in groups(settings) {
        for (index, webhook) in group.webhooks.iter().enumerate() {
            url(webhook.webhook_url.expose(), &format!("{setting}.webhooks[{index}].webhookURL"), report);
        }
    }
    let mqtt = &settings.butler.mqtt_config;
    let destination = &settings.butler.qlik_sense_license.server_license_monitor.destination.mqtt;
    if !mqtt.enable || !destination.enable {
        return;
    }
    let setting = format!("{MQTT}.brokerHost");
    match mqtt.broker_host.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        Some(name) => host(name, &setting, report),
        None if !report.is_known(&setting) => report.add(&setting, "the host of the broker is missing"),
        None => {}
    }
    for (member, is_on, written) in [
        ("qlikSenseServerLicenseTopic", destination.send_recurring.enable, &mqtt.qlik_sense_server_license_topic),
        (
            "qlikSenseServerLicenseExpireTopic",
            destination.send_alert.enable,
            &mqtt.qlik_sense_server_license_expire_topic,
        ),
    ] {
        let setting = format!("{MQTT}.{member}");
        match written {
            Some(written) if is_on => topic(written, &setting, report),
            None if is_on && !report.is_known(&setting) => report.add(&setting, "the topic is missing"),
            _ => {}
        }
    }
}

/// The root certificates that are used.
pub(super) fn files(settings: &Settings) -> Vec<(String, Option<&Path>)> {
    let mut files = Vec::new();
    for (setting, group) in groups(settings) {
        for (index, webhook) in group.webhooks.iter().enumerate().filter(|(_, webhook)| webhook.cert.enable) {
            let file = webhook.cert.cert_ca.as_deref();
            files.push((format!("{setting}.webhooks[{index}].cert.certCA"), file));
        }
    }
    files
}

/// Servers that nobody verifies.
pub(super) fn notes(settings: &Settings) -> Vec<String> {
    let mut notes = Vec::new();
    for (setting, group) in groups(settings) {
        for (index, webhook) in group.webhooks.iter().enumerate() {
            let cert = &webhook.cert;
            let what = match (cert.enable && !cert.reject_unauthorized, cert.cert_ca.is_some()) {
                (false, _) => continue,
                (true, true) => "must lead to `certCA`, but its name is not verified",
                (true, false) => "is not verified at all: anybody on the way can read what is sent",
            };
            let setting = format!("{setting}.webhooks[{index}].cert.rejectUnauthorized");
            notes.push(format!("`{setting}: false`: the certificate of the server {what}"));
        }
    }
    notes
}
