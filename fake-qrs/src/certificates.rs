//! A site's certificates: its own root, a server and a client certificate, as the management console exports them.
//!
//! The server's name is a short machine name and not `localhost`, because that is what real sites have and what clients
//! stumble over. Keys are elliptic: RSA keys cost seconds to make and no client should care.

use std::path::{Path, PathBuf};

use chrono::Datelike;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use crate::clock::Clock;

/// The files of a set, by the names that Qlik gives them.
const FILES: [&str; 5] = ["root.pem", "client.pem", "client_key.pem", "server.pem", "server_key.pem"];
/// Qlik's own certificates last ten years.
const VALID_YEARS: i32 = 10;

/// A root, a server and a client with its key, all as PEM text.
#[derive(Clone)]
pub struct CertificateSet {
    pub root: String,
    pub client: String,
    /// PKCS#8.
    pub client_key: String,
    pub server: String,
    /// PKCS#8.
    pub server_key: String,
    /// What the server lets in: the set's own root, also when the client comes from a foreign one.
    pub trusted_clients: String,
}

impl std::fmt::Debug for CertificateSet {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("CertificateSet { .. }")
    }
}

/// How the certificates of a site look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateOptions {
    /// The machine's short name: common name and alternative name of the server.
    pub host: String,
    pub alternative_names: AlternativeNames,
    pub server_expired: bool,
    pub client_expired: bool,
    /// The client certificate comes from another root than the one that the server trusts.
    pub client_of_foreign_root: bool,
}

/// Which alternative names the server certificate carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AlternativeNames {
    #[default]
    ShortName,
    /// Also `localhost` and `127.0.0.1`, for clients that cannot be told another name.
    ShortNameAndLoopback,
    /// None at all: the name stands only in the subject, as on old sites.
    Missing,
}

impl Default for CertificateOptions {
    fn default() -> Self {
        Self {
            host: "qlikserver".to_owned(),
            alternative_names: AlternativeNames::default(),
            server_expired: false,
            client_expired: false,
            client_of_foreign_root: false,
        }
    }
}

/// Why there are no certificates.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("make certificate")]
    Make { source: rcgen::Error },
    #[error("read certificate file `{}`", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("write certificate file `{}`", path.display())]
    Write { path: PathBuf, source: std::io::Error },
}

impl From<rcgen::Error> for CertificateError {
    fn from(source: rcgen::Error) -> Self {
        Self::Make { source }
    }
}

/// Makes a new set.
pub fn generate(options: &CertificateOptions) -> Result<CertificateSet, CertificateError> {
    let authority = format!("{}-CA", options.host);
    let (root, issuer) = root(&authority)?;
    let names = match options.alternative_names {
        AlternativeNames::ShortName => vec![options.host.clone()],
        AlternativeNames::ShortNameAndLoopback => {
            vec![options.host.clone(), "localhost".to_owned(), "127.0.0.1".to_owned()]
        }
        AlternativeNames::Missing => vec![],
    };
    let mut server = leaf(&options.host, names, options.server_expired)?;
    // The service's certificate is used in both directions between the nodes of a site.
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let mut client = leaf("QlikClient", vec![], options.client_expired)?;
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let (server_key, client_key) = (KeyPair::generate()?, KeyPair::generate()?);
    let server = server.signed_by(&server_key, &issuer)?.pem();
    let client = if options.client_of_foreign_root {
        client.signed_by(&client_key, &self::root(&authority)?.1)?.pem()
    } else {
        client.signed_by(&client_key, &issuer)?.pem()
    };
    Ok(CertificateSet {
        trusted_clients: root.clone(),
        root,
        client,
        client_key: client_key.serialize_pem(),
        server,
        server_key: server_key.serialize_pem(),
    })
}

impl CertificateSet {
    /// Writes the five files into a directory, which is made when it is missing.
    pub fn write(&self, dir: &Path) -> Result<(), CertificateError> {
        let write = |path: &Path, source| CertificateError::Write { path: path.to_owned(), source };
        std::fs::create_dir_all(dir).map_err(|source| write(dir, source))?;
        for (name, text) in FILES.iter().zip(self.texts()) {
            let path = dir.join(name);
            std::fs::write(&path, text).map_err(|source| write(&path, source))?;
            if name.ends_with("_key.pem") {
                private(&path).map_err(|source| write(&path, source))?;
            }
        }
        Ok(())
    }

    /// Reads a set that [`CertificateSet::write`] wrote, so that a server can be started anew with the same one.
    pub fn load(dir: &Path) -> Result<Self, CertificateError> {
        let read = |name: &str| {
            let path = dir.join(name);
            std::fs::read_to_string(&path).map_err(|source| CertificateError::Read { path, source })
        };
        let root = read("root.pem")?;
        Ok(Self {
            trusted_clients: root.clone(),
            root,
            client: read("client.pem")?,
            client_key: read("client_key.pem")?,
            server: read("server.pem")?,
            server_key: read("server_key.pem")?,
        })
    }

    /// Whether a directory holds all files of a set.
    pub fn is_in(dir: &Path) -> bool {
        FILES.iter().all(|name| dir.join(name).is_file())
    }

    fn texts(&self) -> [&str; 5] {
        [&self.root, &self.client, &self.client_key, &self.server, &self.server_key]
    }
}

fn root(name: &str) -> Result<(String, Issuer<'static, KeyPair>), rcgen::Error> {
    let mut params = leaf(name, vec![], false)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    let key = KeyPair::generate()?;
    let pem = params.self_signed(&key)?.pem();
    Ok((pem, Issuer::new(params, key)))
}

fn leaf(common_name: &str, names: Vec<String>, expired: bool) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.use_authority_key_identifier_extension = true;
    let year = Clock::real().now().year();
    let (from, to) = if expired { (year - VALID_YEARS, year - 1) } else { (year - 1, year + VALID_YEARS) };
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(to, 1, 1);
    Ok(params)
}

#[cfg(unix)]
fn private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn private(_path: &Path) -> std::io::Result<()> {
    Ok(())
}
