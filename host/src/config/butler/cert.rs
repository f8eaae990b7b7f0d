//! `Butler.cert`: the certificate that Qlik hands out for its own services.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{FilePath, Secret};

/// The client certificate, as exported from the QMC in PEM form. Relative paths are relative to the settings file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Cert {
    /// The client certificate, usually `client.pem`.
    pub client_cert: Option<FilePath>,
    /// Its private key, usually `client_key.pem`.
    pub client_cert_key: Option<FilePath>,
    /// The root certificate that the server's certificate must lead to, usually `root.pem`.
    #[serde(rename = "clientCertCA")]
    pub client_cert_ca: Option<FilePath>,
    /// The password given at the export, if one was given. Also `${env:NAME}` or `${file:PATH}`.
    pub client_cert_passphrase: Option<Secret>,
}
