//! `steward.qrs`: what the connection to the Qlik Repository Service needs beyond Butler's settings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::FilePath;
use crate::config::butler::license_release::UserEntry;

/// The connection to the Qlik Repository Service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Qrs {
    /// Hosts, tried in this order, in place of `Butler.configQRS.host`; each a name or address, also `name:port`.
    #[schemars(inner(length(min = 1)))]
    pub hosts: Vec<String>,
    /// The name that the server's certificate carries, when it is not the name that one connects to.
    #[schemars(length(min = 1))]
    pub server_name: Option<String>,
    /// How the server's certificate is verified. Left out: `full`; or `chain`, if `Butler.cert.clientCertCA` is given,
    /// `Butler.configQRS.rejectUnauthorized` is `false` and there is no `serverName`.
    pub verify: Option<Verify>,
    /// Prefix of the virtual proxy, for a connection through the proxy.
    pub prefix: Option<String>,
    /// File that holds a JWT, for a connection through a virtual proxy; used in place of a client certificate.
    pub jwt_file: Option<FilePath>,
    /// The user of Qlik Sense that the JWT stands for, who keeps the seat. With a client certificate the header
    /// `X-Qlik-User` says it.
    pub account: Option<UserEntry>,
    /// Client certificate and key in one PFX file, in place of `Butler.cert.clientCert` and `clientCertKey`.
    pub client_pfx: Option<FilePath>,
    /// Seconds until a connection must stand.
    #[schemars(range(min = 1, max = 3600))]
    pub connect_timeout_seconds: u32,
    /// The longest silence while waiting for an answer or reading it, in seconds.
    #[schemars(range(min = 1, max = 3600))]
    pub timeout_seconds: u32,
    /// How often a reading request is tried again. Requests that change something are never repeated.
    #[schemars(range(min = 0, max = 10))]
    pub retries: u32,
    /// Requests at the same time.
    #[schemars(range(min = 1, max = 4))]
    pub parallelism: u32,
    /// Size of one answer, in megabytes, above which it is refused.
    #[schemars(range(min = 1, max = 16_384))]
    pub max_response_megabytes: u32,
}

impl Default for Qrs {
    fn default() -> Self {
        Self {
            hosts: Vec::new(),
            server_name: None,
            verify: None,
            prefix: None,
            jwt_file: None,
            account: None,
            client_pfx: None,
            connect_timeout_seconds: 10,
            timeout_seconds: 60,
            retries: 3,
            parallelism: 3,
            max_response_megabytes: 512,
        }
    }
}

/// How the server's certificate is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verify {
    /// The chain to the root, and the name.
    Full,
    /// The chain to the root only.
    Chain,
    /// Nothing: anybody between here and the server can read and change everything.
    None,
}
