//! `steward.http`: where `steward run` answers, and to whom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::FilePath;

/// Where `steward run` answers, and to whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Http {
    /// Answer at all. `steward reload`, `steward poke` and the console need it.
    pub enable: bool,
    /// Address and port; port 0 takes a free one. An address beyond this machine needs a token in `tokens`.
    #[schemars(length(min = 1))]
    pub listen: String,
    /// Who may use the API and the console. `steward token new` makes one, and prints the lines for this list.
    pub tokens: Vec<Token>,
    /// Names under which browsers reach the daemon, such as `steward.example.com`, with the port if it is another one
    /// than that of `listen`. Names of this machine itself (`localhost`, `127.0.0.1`, `[::1]`) and the address of
    /// `listen` are always answered, all others never: a page of somebody else could use them.
    pub hosts: Vec<String>,
    /// Certificate and key; left out, the daemon speaks HTTP without encryption.
    pub tls: Option<Tls>,
}

/// Who may use the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Token {
    /// Whose token it is; stands in the ledger beside whatever is done with it.
    #[schemars(length(min = 1))]
    pub name: String,
    /// What may be done with it.
    pub role: Role,
    /// What `steward token new` printed: the SHA-256 of the token, which is not written down anywhere.
    #[schemars(length(min = 1))]
    pub hash: String,
    /// The last day on which it is good (UTC), such as `2027-01-31`, or an instant. Left out: for ever.
    #[serde(default)]
    pub expires: Option<String>,
}

/// What somebody with a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Look at everything, people included.
    Viewer,
    /// Look at everything, and release, undo, pause, protect and activate.
    Operator,
}

/// The certificate of the listener. Both files are read again when they change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tls {
    /// The certificate and those that lead from it to the root, as PEM.
    pub certificate: FilePath,
    /// The key of the certificate, as PEM, without a passphrase.
    pub key: FilePath,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        // Only this machine: nothing binds further without a token.
        Self { enable: true, listen: "127.0.0.1:8642".to_owned(), tokens: Vec::new(), hosts: Vec::new(), tls: None }
    }
}
