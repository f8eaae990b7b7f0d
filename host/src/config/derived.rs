//! What follows from several settings together, worked out in one place.

use std::path::{Path, PathBuf};

use super::butler::cert::Cert;
use super::steward::qrs::Verify;
use super::{Secret, Settings};

/// Port of the QRS for a client with a certificate.
pub(super) const QRS_PORT: u16 = 4242;
/// Port of the Qlik proxy, for a client with a JWT.
const PROXY_PORT: u16 = 443;

/// A host to connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Name or address, IPv6 without brackets.
    pub host: String,
    pub port: u16,
}

/// The account that Steward uses in the QRS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QlikUser {
    pub directory: String,
    pub user_id: String,
}

/// How Steward proves who it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Credentials<'s> {
    Jwt { file: &'s Path },
    Pfx { file: &'s Path, passphrase: Option<&'s Secret> },
    Pem { cert: &'s Path, key: &'s Path, passphrase: Option<&'s Secret> },
}

impl Settings {
    /// How the server's certificate is verified.
    pub fn qrs_verify(&self) -> Verify {
        if let Some(verify) = self.steward.qrs.verify {
            return verify;
        }
        let strict = self.butler.config_qrs.reject_unauthorized || self.steward.qrs.server_name.is_some();
        // Without a root of one's own a chain proves nothing: anybody can buy a certificate for some name.
        if strict || self.butler.cert.client_cert_ca.is_none() { Verify::Full } else { Verify::Chain }
    }

    /// The hosts to try, in this order; never empty for settings that were loaded.
    pub fn qrs_endpoints(&self) -> Vec<Endpoint> {
        let default_port = if self.steward.qrs.jwt_file.is_some() { PROXY_PORT } else { QRS_PORT };
        let port = self.butler.config_qrs.port.unwrap_or(default_port);
        let one = self.butler.config_qrs.host.iter();
        let several = &self.steward.qrs.hosts;
        let hosts: Vec<&String> = if several.is_empty() { one.collect() } else { several.iter().collect() };
        hosts.into_iter().filter_map(|host| Endpoint::parse(host, port).ok()).collect()
    }

    /// The host and port of `InfluxDB`.
    pub fn influx_endpoint(&self) -> Option<Endpoint> {
        let influx = &self.butler.influx_db;
        Endpoint::parse(influx.host_ip.as_deref()?, influx.host_port).ok()
    }

    /// The prefix of the virtual proxy, without slashes around it; `None` for the default virtual proxy.
    pub fn qrs_prefix(&self) -> Option<&str> {
        let prefix = self.steward.qrs.prefix.as_deref()?.trim().trim_matches('/');
        (!prefix.is_empty()).then_some(prefix)
    }

    /// The account of the `X-Qlik-User` header; `None` without such a header, which only a JWT allows.
    pub fn qlik_user(&self) -> Option<QlikUser> {
        let headers = &self.butler.config_qrs.headers.fixed;
        headers.iter().find(|header| header.is_qlik_user()).and_then(|header| QlikUser::parse(header.value.expose()))
    }

    /// How Steward proves who it is: by the JWT if there is one, else by the PFX file, else by certificate and key.
    /// `None` when something is missing, which settings that were loaded never lack.
    pub fn qrs_credentials(&self) -> Option<Credentials<'_>> {
        let Cert { client_cert, client_cert_key, client_cert_passphrase, .. } = &self.butler.cert;
        let passphrase = client_cert_passphrase.as_ref();
        if let Some(file) = &self.steward.qrs.jwt_file {
            return Some(Credentials::Jwt { file });
        }
        if let Some(file) = &self.steward.qrs.client_pfx {
            return Some(Credentials::Pfx { file, passphrase });
        }
        let (cert, key) = (client_cert.as_deref()?, client_cert_key.as_deref()?);
        Some(Credentials::Pem { cert, key, passphrase })
    }

    /// The folder for ledger and compiled policies; `None` when the settings name none and the system has no place.
    pub fn data_dir(&self) -> Option<PathBuf> {
        let variable = |name: &str| std::env::var(name).ok();
        self.steward.data_dir.as_deref().map(Path::to_path_buf).or_else(|| default_data_dir(&variable))
    }
}

/// The folder of the service if it has one, else that of the user.
pub(super) fn default_data_dir(variable: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) {
        return folder("ProgramData").map(|path| path.join("Steward"));
    }
    // systemd lists several folders with colons between them.
    let service = variable("STATE_DIRECTORY").and_then(|all| all.split(':').next().map(PathBuf::from));
    let user = || folder("XDG_DATA_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/share")));
    service.filter(|path| path.is_absolute()).or_else(|| user().map(|path| path.join("steward")))
}

impl Endpoint {
    /// Reads `name`, `name:port`, `192.0.2.1:port`, `2001:db8::1` or `[2001:db8::1]:port`. An error is a message.
    pub(super) fn parse(text: &str, default_port: u16) -> Result<Self, String> {
        let text = text.trim();
        if text.contains("://") || text.contains(['/', '\\', '@', '?', '#']) || text.contains(char::is_whitespace) {
            return Err("write the name or address alone, without `https://` and without a path".to_owned());
        }
        let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, "")) => (host, None),
            Some((host, rest)) => (host, Some(rest.strip_prefix(':').unwrap_or(rest))),
            // More than one colon: an IPv6 address without a port.
            None if text.matches(':').count() > 1 => (text, None),
            None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
        };
        if host.is_empty() || host.chars().any(char::is_control) {
            return Err("a name or an address is needed here".to_owned());
        }
        let port = match port {
            None => default_port,
            Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or("the port must be from 1 to 65535")?,
        };
        Ok(Self { host: host.to_owned(), port })
    }
}

impl QlikUser {
    /// Reads `UserDirectory=…;UserId=…`: in any case and order, with blanks anywhere, URL-encoded or not.
    pub fn parse(header: &str) -> Option<Self> {
        let (mut directory, mut user_id) = (None, None);
        for part in header.split(';') {
            let Some((name, value)) = part.split_once('=') else { continue };
            let value = url_decoded(value.trim());
            match name.trim().to_ascii_lowercase().as_str() {
                "userdirectory" => directory = Some(value),
                "userid" => user_id = Some(value),
                _ => {}
            }
        }
        let user = Self { directory: directory?, user_id: user_id? };
        (!user.directory.is_empty() && !user.user_id.is_empty()).then_some(user)
    }
}

/// `%20` and its like made into characters; a text that does not decode is taken as written.
fn url_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let code = (byte == b'%').then(|| tail.get(..2)).flatten();
        let decoded = code
            .filter(|code| code.iter().all(u8::is_ascii_hexdigit))
            .and_then(|code| str::from_utf8(code).ok())
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(decoded.unwrap_or(byte));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
