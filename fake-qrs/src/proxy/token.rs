//! Verifies JSON web tokens signed with RS256, as a virtual proxy does with the certificate it was given.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use rustls::SignatureScheme;
use rustls::crypto::ring;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, SubjectPublicKeyInfoDer};
use serde_json::Value;
use x509_parser::prelude::{FromDer as _, SubjectPublicKeyInfo, X509Certificate};

use crate::store::Account;

/// Longer tokens are refused unread; HTTP headers of that size do not pass a real proxy.
const TOKEN_BYTES_MAX: usize = 16_384;

/// The public key of a JWT virtual proxy and the names of the claims that say who it is.
#[derive(Clone, Debug)]
pub struct JwtKey {
    public_key: Vec<u8>,
    pub user_id_claim: String,
    pub user_directory_claim: String,
}

/// Why a text is no usable public key.
#[derive(Debug, thiserror::Error)]
pub enum JwtKeyError {
    #[error("read public key: it is neither a PEM certificate nor a PEM public key")]
    NotPem,
    #[error("read public key: its content cannot be decoded")]
    Malformed,
}

impl JwtKey {
    /// Takes the key out of a certificate or public key in PEM form; the claims are `userId` and `userDirectory`.
    pub fn from_pem(pem: &str) -> Result<Self, JwtKeyError> {
        let key = if let Ok(certificate) = CertificateDer::from_pem_slice(pem.as_bytes()) {
            let (_, parsed) = X509Certificate::from_der(&certificate).map_err(|_| JwtKeyError::Malformed)?;
            parsed.public_key().subject_public_key.data.to_vec()
        } else if let Ok(key) = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()) {
            let (_, parsed) = SubjectPublicKeyInfo::from_der(&key).map_err(|_| JwtKeyError::Malformed)?;
            parsed.subject_public_key.data.to_vec()
        } else {
            return Err(JwtKeyError::NotPem);
        };
        let [user_id_claim, user_directory_claim] = ["userId", "userDirectory"].map(str::to_owned);
        Ok(Self { public_key: key, user_id_claim, user_directory_claim })
    }

    /// The account that a token speaks for; `None` for anything but a good signature, in time, with both claims.
    pub(super) fn verify(&self, token: &str, now: DateTime<Utc>) -> Option<Account> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let object = |part: &str| serde_json::from_slice::<Value>(&decode(part)?).ok();
        if object(header)?.get("alg")?.as_str()? != "RS256" {
            return None;
        }
        let algorithms = ring::default_provider().signature_verification_algorithms;
        let (_, algorithms) =
            algorithms.mapping.iter().find(|(scheme, _)| *scheme == SignatureScheme::RSA_PKCS1_SHA256)?;
        let signature = decode(signature)?;
        let good = algorithms
            .iter()
            .any(|algorithm| algorithm.verify_signature(&self.public_key, signed.as_bytes(), &signature).is_ok());
        if !good {
            return None;
        }
        let claims = object(claims)?;
        let moment = |name: &str| claims.get(name).and_then(Value::as_f64);
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
        let now = now.timestamp() as f64;
        if moment("exp").is_some_and(|end| end <= now) || moment("nbf").is_some_and(|start| start > now) {
            return None;
        }
        let text = |name: &str| claims.get(name)?.as_str().map(str::to_owned);
        Some(Account { directory: text(&self.user_directory_claim)?, id: text(&self.user_id_claim)? })
    }
}
