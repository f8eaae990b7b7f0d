//! Butler's own webhooks and topics about the licence of the server, told in Butler's shapes: programs that listen to
//! them cannot tell who speaks.

use std::time::Duration;

use serde_json::json;

use super::failure::Failure;
use super::http::Request;
use super::message::{LicenseNews, LicenseTopic};
use super::tls::Trust;
use super::webhook::{KEY_HEADER, method};
use crate::config::Settings;
use crate::config::butler::server_license_monitor::MessageDestination;
use crate::config::butler::webhook::{HttpMethod, Webhook, WebhookCert};

/// Butler has no setting for it.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Which messages of Butler something takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// Every reading.
    Recurring,
    /// Warnings.
    Alert,
}

impl Group {
    pub(super) fn takes(self, topic: LicenseTopic) -> bool {
        match topic {
            LicenseTopic::Status => self == Self::Recurring,
            LicenseTopic::Expired | LicenseTopic::Expiring => self == Self::Alert,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Recurring => "status",
            Self::Alert => "expiry",
        }
    }

    fn is_on(self, destination: &MessageDestination) -> bool {
        let switch = match self {
            Self::Recurring => &destination.send_recurring,
            Self::Alert => &destination.send_alert,
        };
        destination.enable && switch.enable
    }
}

const GROUPS: [Group; 2] = [Group::Recurring, Group::Alert];

/// A web address of Butler's settings.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hook {
    pub(super) name: String,
    pub(super) group: Group,
    pub(super) webhook: Webhook,
    /// Seconds between two calls.
    pub(super) rate_limit: u32,
}

/// A topic of Butler's broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Topic {
    pub(super) name: String,
    pub(super) group: Group,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) topic: String,
}

/// The web addresses that are switched on.
pub(super) fn hooks(settings: &Settings) -> Vec<Hook> {
    let butler = &settings.butler.webhook_notification;
    let destination = &settings.butler.qlik_sense_license.server_license_monitor.destination.webhook;
    let mut hooks = Vec::new();
    for group in GROUPS.into_iter().filter(|group| butler.enable && group.is_on(destination)) {
        let of_group = match group {
            Group::Recurring => &butler.qlik_sense_server_license_monitor,
            Group::Alert => &butler.qlik_sense_server_license_expiry_alert,
        };
        for (index, webhook) in of_group.webhooks.iter().enumerate() {
            let name = format!("butler-webhook-{}-{}", group.word(), index + 1);
            hooks.push(Hook { name, group, webhook: webhook.clone(), rate_limit: of_group.rate_limit });
        }
    }
    hooks
}

/// The topics that are switched on.
pub(super) fn topics(settings: &Settings) -> Vec<Topic> {
    let butler = &settings.butler.mqtt_config;
    let destination = &settings.butler.qlik_sense_license.server_license_monitor.destination.mqtt;
    let Some(host) = butler.broker_host.as_deref().map(str::trim).filter(|host| !host.is_empty()) else {
        return Vec::new();
    };
    let mut topics = Vec::new();
    for group in GROUPS.into_iter().filter(|group| butler.enable && group.is_on(destination)) {
        let topic = match group {
            Group::Recurring => &butler.qlik_sense_server_license_topic,
            Group::Alert => &butler.qlik_sense_server_license_expire_topic,
        };
        if let Some(topic) = topic.as_deref().map(str::trim).filter(|topic| !topic.is_empty()) {
            let name = format!("butler-mqtt-{}", group.word());
            topics.push(Topic {
                name,
                group,
                host: host.to_owned(),
                port: butler.broker_port,
                topic: topic.to_owned(),
            });
        }
    }
    topics
}

fn event(topic: LicenseTopic) -> &'static str {
    match topic {
        LicenseTopic::Status => "server license status",
        LicenseTopic::Expired => "server license has expired alert",
        LicenseTopic::Expiring => "server license about to expire alert",
    }
}

pub(super) async fn call(hook: &Hook, id: &str, news: &LicenseNews) -> Result<(), Failure> {
    let LicenseNews { topic, license_expired, expiry_date, days_until_expiry } = news;
    let mut body = None;
    let mut query = Vec::new();
    if hook.webhook.http_method == HttpMethod::Get {
        let text = |value: Option<String>| value.unwrap_or_default();
        query = vec![
            ("event", event(*topic).to_owned()),
            ("licenseExpired", text(license_expired.map(|is| is.to_string()))),
            ("expiryDateStr", expiry_date.clone()),
            ("daysUntilExpiry", text(days_until_expiry.map(|days| days.to_string()))),
        ];
    } else {
        let shape = json!({
            "event": event(*topic),
            "licenseExpired": license_expired,
            "expiryDateStr": expiry_date,
            "daysUntilExpiry": days_until_expiry,
        });
        body = Some(shape.to_string());
    }
    let request = Request {
        url: &hook.webhook.webhook_url,
        method: method(hook.webhook.http_method),
        headers: Vec::new(),
        marks: vec![(KEY_HEADER, id.to_owned())],
        body,
        query,
        trust: &trust(&hook.webhook.cert),
        timeout: TIMEOUT,
    };
    request.send().await
}

/// As for the repository service: a root that is given is always verified against.
pub(super) fn trust(cert: &WebhookCert) -> Trust {
    let root = cert.cert_ca.as_deref().map(std::path::Path::to_path_buf);
    match (cert.enable, cert.reject_unauthorized, root) {
        (false, _, _) | (true, true, None) => Trust::System,
        (true, true, Some(root)) => Trust::Roots(root),
        (true, false, Some(root)) => Trust::RootsOfAnyName(root),
        (true, false, None) => Trust::Nothing,
    }
}

/// What a topic is told: the values for programs, and a sentence for people when it is a warning.
pub(super) fn payload(news: &LicenseNews) -> String {
    let LicenseNews { topic, license_expired, expiry_date, days_until_expiry } = news;
    match topic {
        LicenseTopic::Status => json!({
            "licenseExpired": license_expired,
            "expiryDateStr": expiry_date,
            "daysUntilExpiry": days_until_expiry,
        })
        .to_string(),
        LicenseTopic::Expired => format!("The Qlik Sense server license has expired (expiry date {expiry_date})."),
        LicenseTopic::Expiring => {
            let days = days_until_expiry.map_or_else(|| "an unknown number of".to_owned(), |days| days.to_string());
            format!("The Qlik Sense server license will expire in {days} days (expiry date {expiry_date}).")
        }
    }
}
