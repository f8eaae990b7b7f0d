//! `Butler.configQRS`: the way to the Qlik Repository Service.

use std::fmt;

use schemars::JsonSchema;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use crate::config::Secret;

/// The header that says as whom the QRS is asked.
pub const QLIK_USER_HEADER: &str = "X-Qlik-User";

/// Where the Qlik Repository Service is, and as whom to speak to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct ConfigQrs {
    /// How Steward proves who it is. Butler knows `certificates` only; for a JWT see `steward.qrs.jwtFile`.
    pub authentication: Authentication,
    /// Name or address of the central node. Several hosts: see `steward.qrs.hosts`.
    pub host: Option<String>,
    /// Port of the QRS; 4242 if left out, or 443 with `steward.qrs.jwtFile`.
    #[schemars(range(min = 1, max = 65535))]
    pub port: Option<u16>,
    /// Read for Butler's sake: Steward always uses https.
    #[serde(rename = "useSSL")]
    pub use_ssl: bool,
    /// Headers sent with every request.
    pub headers: Headers,
    /// The name of one header, as older files have it: use `headers.static`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_key: Option<String>,
    /// Its value, as older files have it: use `headers.static`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_value: Option<Secret>,
    /// `false`: the server's name need not match its certificate; the chain to `clientCertCA` must hold all the same.
    pub reject_unauthorized: bool,
}

impl Default for ConfigQrs {
    fn default() -> Self {
        Self {
            authentication: Authentication::default(),
            host: None,
            port: None,
            use_ssl: true,
            headers: Headers::default(),
            header_key: None,
            header_value: None,
            reject_unauthorized: true,
        }
    }
}

/// How Steward proves who it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Authentication {
    #[default]
    Certificates,
}

/// Headers sent with every request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Headers {
    /// Names and values. `X-Qlik-User` with `UserDirectory=Internal;UserId=sa_repository` is needed, unless a JWT is
    /// used.
    #[serde(rename = "static")]
    pub fixed: Vec<Header>,
}

/// One header. Its value is shown only for `X-Qlik-User`: others may carry a token.
#[derive(Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The name, such as `X-Qlik-User`.
    #[schemars(length(min = 1))]
    pub name: String,
    /// The value, also `${env:NAME}` or `${file:PATH}`.
    pub value: Secret,
}

impl Header {
    /// Whether this header says as whom the QRS is asked.
    pub fn is_qlik_user(&self) -> bool {
        self.name.trim().eq_ignore_ascii_case(QLIK_USER_HEADER)
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Serialize for Header {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut header = serializer.serialize_struct("Header", 2)?;
        header.serialize_field("name", &self.name)?;
        if self.is_qlik_user() {
            header.serialize_field("value", self.value.expose())?;
        } else {
            header.serialize_field("value", &self.value)?;
        }
        header.end()
    }
}
