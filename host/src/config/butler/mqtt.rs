//! `Butler.mqttConfig`: the broker for messages about the server's licence. Butler keeps more settings here; they are
//! passed over.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The MQTT broker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct MqttConfig {
    /// Master switch: without it no message is sent.
    pub enable: bool,
    /// Name or address of the broker.
    pub broker_host: Option<String>,
    /// Its port.
    #[schemars(range(min = 1, max = 65535))]
    pub broker_port: u16,
    /// Topic for every reading of the server's licence.
    pub qlik_sense_server_license_topic: Option<String>,
    /// Topic for warnings about the server's licence.
    pub qlik_sense_server_license_expire_topic: Option<String>,
}

impl Default for MqttConfig {
    fn default() -> Self {
        Self {
            enable: false,
            broker_host: None,
            broker_port: 1883,
            qlik_sense_server_license_topic: None,
            qlik_sense_server_license_expire_topic: None,
        }
    }
}
