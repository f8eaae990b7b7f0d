//! The sections of a Butler settings file that Steward reads.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub mod cert;
pub mod influx;
pub mod license_monitor;
pub mod license_release;
pub mod mqtt;
pub mod qrs;
pub mod server_license_monitor;
pub mod tags;
pub mod webhook;

/// Butler's settings. Sections that are not listed here belong to Butler alone and are passed over.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Butler {
    /// The client certificate, as exported from the QMC.
    pub cert: cert::Cert,
    /// Where the Qlik Repository Service is, and as whom to speak to it.
    #[serde(rename = "configQRS")]
    pub config_qrs: qrs::ConfigQrs,
    /// Monitoring and release of licences.
    pub qlik_sense_license: QlikSenseLicense,
    /// The `InfluxDB` that measurements are written to.
    pub influx_db: influx::InfluxDb,
    /// The MQTT broker.
    pub mqtt_config: mqtt::MqttConfig,
    /// Outgoing webhooks.
    pub webhook_notification: webhook::WebhookNotification,
}

/// Monitoring and release of licences. Unknown keys are refused here: a misspelt list would protect nobody.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct QlikSenseLicense {
    /// Watches the expiry date of the server's licence.
    pub server_license_monitor: server_license_monitor::ServerLicenseMonitor,
    /// Watches how many seats are used and free.
    pub license_monitor: license_monitor::LicenseMonitor,
    /// Takes back seats that nobody uses.
    pub license_release: license_release::LicenseRelease,
}
