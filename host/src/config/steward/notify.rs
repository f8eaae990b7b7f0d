//! `steward.notify`: where messages go. Any number of sinks of each kind.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::butler::webhook::HttpMethod;
use crate::config::{FilePath, Secret};

/// Where messages go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Notify {
    /// What messages call this installation, such as `Production`.
    pub site: Option<String>,
    /// The web address of the console, for messages.
    pub link: Option<String>,
    /// Days after which a message that no sink takes is given up.
    #[schemars(range(min = 1, max = 90))]
    pub give_up_after_days: u32,
    /// Alerts in the log of the daemon.
    pub log: LogSink,
    /// Web addresses that take JSON.
    #[schemars(length(max = 50))]
    pub webhooks: Vec<WebhookSink>,
    /// Incoming webhooks of Slack.
    #[schemars(length(max = 50))]
    pub slack: Vec<ChatSink>,
    /// Workflows of Microsoft Teams that take an Adaptive Card ("When a Teams webhook request is received").
    #[schemars(length(max = 50))]
    pub teams: Vec<ChatSink>,
    /// Mails.
    #[schemars(length(max = 50))]
    pub mail: Vec<MailSink>,
    /// Topics of MQTT brokers.
    #[schemars(length(max = 50))]
    pub mqtt: Vec<MqttSink>,
    /// The server that takes mails: alerts, notices and the digest. Without it none is sent.
    pub mail_server: Option<MailServer>,
}

impl Default for Notify {
    fn default() -> Self {
        Self {
            site: None,
            link: None,
            give_up_after_days: 7,
            log: LogSink::default(),
            webhooks: Vec::new(),
            slack: Vec::new(),
            teams: Vec::new(),
            mail: Vec::new(),
            mqtt: Vec::new(),
            mail_server: None,
        }
    }
}

/// Which alerts a sink is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Tells {
    /// Alerts below it are not told here.
    pub min_severity: MinSeverity,
    /// Only these rules, by name. Left out: all.
    pub rules: Vec<String>,
    /// Say when an alert is over, too.
    pub resolved: bool,
    /// Messages in an hour; what is more waits.
    #[schemars(range(min = 1, max = 10_000))]
    pub max_per_hour: u32,
}

impl Default for Tells {
    fn default() -> Self {
        // A message a minute is what a person may still read, and what Slack and Teams take without a word.
        Self { min_severity: MinSeverity::Info, rules: Vec::new(), resolved: true, max_per_hour: 60 }
    }
}

/// How bad an alert must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MinSeverity {
    Info,
    Warning,
    Critical,
}

/// Alerts in the log of the daemon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct LogSink {
    /// Write them there.
    pub enable: bool,
    /// Which alerts are written.
    pub tells: Tells,
}

impl Default for LogSink {
    fn default() -> Self {
        Self { enable: true, tells: Tells { max_per_hour: 10_000, ..Tells::default() } }
    }
}

/// A web address that takes JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WebhookSink {
    /// What it is called here; every sink has a name of its own.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The address; hidden when shown. Also `${env:NAME}` or `${file:PATH}`.
    #[schemars(length(min = 1))]
    pub url: Secret,
    /// The HTTP method.
    #[serde(default)]
    pub method: HttpMethod,
    /// Headers, such as `Authorization`; hidden when shown.
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    /// The body as a template of JSON. Left out: all facts.
    #[serde(default)]
    pub body: Option<String>,
    /// Certificates in PEM that the server's chain must lead to. Left out: those that the system trusts.
    #[serde(default)]
    pub root_certificate: Option<FilePath>,
    /// Seconds that a request may take.
    #[serde(default = "ten_seconds")]
    #[schemars(range(min = 1, max = 300))]
    pub timeout_seconds: u32,
    /// Which alerts are told.
    #[serde(default)]
    pub tells: Tells,
}

/// A chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChatSink {
    /// What it is called here; every sink has a name of its own.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The address that the chat gave; hidden when shown, because it is all that a writer needs.
    #[schemars(length(min = 1))]
    pub url: Secret,
    /// The title, as a template.
    #[serde(default)]
    pub title: Option<String>,
    /// The text, as a template.
    #[serde(default)]
    pub text: Option<String>,
    /// Certificates in PEM that the server's chain must lead to. Left out: those that the system trusts.
    #[serde(default)]
    pub root_certificate: Option<FilePath>,
    /// Seconds that a request may take.
    #[serde(default = "ten_seconds")]
    #[schemars(range(min = 1, max = 300))]
    pub timeout_seconds: u32,
    /// Which alerts are told.
    #[serde(default)]
    pub tells: Tells,
}

/// Mails about alerts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MailSink {
    /// What it is called here; every sink has a name of its own.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Addresses of those who get them.
    #[schemars(length(min = 1))]
    pub to: Vec<String>,
    /// The subject, as a template.
    #[serde(default)]
    pub subject: Option<String>,
    /// The text, as a template.
    #[serde(default)]
    pub text: Option<String>,
    /// Which alerts are told.
    #[serde(default)]
    pub tells: Tells,
}

/// A topic of an MQTT broker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MqttSink {
    /// What it is called here; every sink has a name of its own.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Name or address of the broker.
    #[schemars(length(min = 1))]
    pub host: String,
    /// Its port. Left out: 8883 with TLS, 1883 without.
    #[serde(default)]
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
    /// Speak TLS.
    #[serde(default)]
    pub tls: bool,
    /// Certificates in PEM that the broker's chain must lead to. Left out: those that the system trusts.
    #[serde(default)]
    pub root_certificate: Option<FilePath>,
    /// The name at the broker.
    #[serde(default)]
    pub user: Option<String>,
    /// The password at the broker.
    #[serde(default)]
    pub password: Option<Secret>,
    /// Messages go to this topic and the name of the rule below it, such as `steward/alerts/low-availability`.
    #[serde(default = "alerts_topic")]
    #[schemars(length(min = 1))]
    pub topic: String,
    /// The message as a template of JSON. Left out: all facts.
    #[serde(default)]
    pub body: Option<String>,
    /// Seconds that a message may take.
    #[serde(default = "ten_seconds")]
    #[schemars(range(min = 1, max = 300))]
    pub timeout_seconds: u32,
    /// Which alerts are told.
    #[serde(default)]
    pub tells: Tells,
}

/// The server that takes mails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MailServer {
    /// Its name or address.
    #[schemars(length(min = 1))]
    pub host: String,
    /// Its port. Left out: 587 with `starttls`, 465 with `tls`, 25 with `none`.
    #[serde(default)]
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
    /// How the connection is encrypted.
    #[serde(default)]
    pub encryption: MailEncryption,
    /// Certificates in PEM that the server's chain must lead to. Left out: those that the system trusts.
    #[serde(default)]
    pub root_certificate: Option<FilePath>,
    /// The name at the server. Left out: without authentication.
    #[serde(default)]
    pub user: Option<String>,
    /// The password at the server.
    #[serde(default)]
    pub password: Option<Secret>,
    /// The address that mails come from, such as `Steward <steward@example.com>`.
    #[schemars(length(min = 1))]
    pub from: String,
    /// Seconds that a mail may take.
    #[serde(default = "thirty_seconds")]
    #[schemars(range(min = 1, max = 600))]
    pub timeout_seconds: u32,
}

/// How the connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MailEncryption {
    /// Begins without, and goes on only with TLS.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// None: anybody on the way reads the mails. Refused together with a password.
    None,
}

fn ten_seconds() -> u32 {
    10
}

fn thirty_seconds() -> u32 {
    30
}

fn alerts_topic() -> String {
    "steward/alerts".to_owned()
}
