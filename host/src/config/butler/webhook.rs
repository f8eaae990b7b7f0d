//! `Butler.webhookNotification`: web addresses that are told about the server's licence. Butler keeps more settings
//! here; they are passed over.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{FilePath, Secret};

/// Outgoing webhooks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct WebhookNotification {
    /// Master switch: without it no webhook is called.
    pub enable: bool,
    /// Called with every reading of the server's licence.
    pub qlik_sense_server_license_monitor: WebhookGroup,
    /// Called when the server's licence has expired or is about to.
    pub qlik_sense_server_license_expiry_alert: WebhookGroup,
}

/// Webhooks of one event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct WebhookGroup {
    /// Seconds that must pass between two calls.
    #[schemars(range(min = 0, max = 31_536_000))]
    pub rate_limit: u32,
    /// The addresses.
    pub webhooks: Vec<Webhook>,
}

impl Default for WebhookGroup {
    fn default() -> Self {
        Self { rate_limit: 300, webhooks: Vec::new() }
    }
}

/// One address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// What it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// The address; hidden when shown, because many carry a token. Also `${env:NAME}` or `${file:PATH}`.
    #[serde(rename = "webhookURL")]
    #[schemars(length(min = 1))]
    pub webhook_url: Secret,
    /// The HTTP method.
    #[serde(default)]
    pub http_method: HttpMethod,
    /// How the server's certificate is verified.
    #[serde(default)]
    pub cert: WebhookCert,
}

/// The HTTP method.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum HttpMethod {
    Get,
    #[default]
    Post,
    Put,
}

/// How the certificate of a webhook's server is verified.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct WebhookCert {
    /// Use a root certificate of one's own.
    pub enable: bool,
    /// Refuse a server whose certificate does not hold.
    pub reject_unauthorized: bool,
    /// The root certificate.
    #[serde(rename = "certCA")]
    pub cert_ca: Option<FilePath>,
}

impl Default for WebhookCert {
    fn default() -> Self {
        Self { enable: false, reject_unauthorized: true, cert_ca: None }
    }
}
