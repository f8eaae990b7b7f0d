//! What the client needs to know. The settings file is somebody else's; it is mapped to this.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// How to reach the repository service. Not printable: headers may hold secrets.
#[derive(Clone)]
pub struct QrsSettings {
    /// Tried in this order; the next one is used when a host cannot be reached or is not the central node.
    pub hosts: Vec<Host>,
    /// The prefix of the virtual proxy; `None` for the direct way (port 4242) and for the default virtual proxy.
    pub prefix: Option<String>,
    pub credentials: Credentials,
    /// PEM file with the only roots to trust; `None` trusts the roots of the operating system.
    pub root_certificate: Option<PathBuf>,
    pub verify: Verify,
    /// The name to look for in the server's certificate, when it is not the host's.
    pub server_name: Option<String>,
    /// Sent with each request, `X-Qlik-User` among them.
    pub headers: Vec<(String, String)>,
    pub connect_timeout: Duration,
    /// The longest silence of the server, before and while it answers.
    pub timeout: Duration,
    /// How often a GET that failed in passing is repeated.
    pub retries: u32,
    /// Requests at the same time.
    pub parallelism: usize,
    /// The longest body that is read, counted as it arrives.
    pub max_response_bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// A name or an address.
    pub name: String,
    pub port: u16,
}

/// Who Steward is for the server.
#[derive(Clone)]
pub enum Credentials {
    /// PEM files, as the QMC exports them: `client.pem` and `client_key.pem`.
    ClientCertificate { certificate_path: PathBuf, key_path: PathBuf, passphrase: Option<String> },
    /// One file with certificate and key, as the QMC exports it for Windows: `client.pfx`.
    Pfx { path: PathBuf, passphrase: Option<String> },
    /// A file with a JSON Web Token for a virtual proxy. It is read for each request, so that it can be renewed.
    Jwt { path: PathBuf },
}

/// How much of the server's certificate is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verify {
    /// Its chain and its name.
    Full,
    /// Its chain, not its name: Qlik's certificates often carry another name than the one that is connected to.
    ChainOnly,
    /// Nothing. Whoever sits between can read and change everything.
    Nothing,
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.contains(':') && !self.name.starts_with('[') {
            write!(f, "[{}]:{}", self.name, self.port)
        } else {
            write!(f, "{}:{}", self.name, self.port)
        }
    }
}

/// Without the passphrase.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClientCertificate { certificate_path, key_path, .. } => f
                .debug_struct("ClientCertificate")
                .field("certificate_path", certificate_path)
                .field("key_path", key_path)
                .finish_non_exhaustive(),
            Self::Pfx { path, .. } => f.debug_struct("Pfx").field("path", path).finish_non_exhaustive(),
            Self::Jwt { path } => f.debug_struct("Jwt").field("path", path).finish(),
        }
    }
}
