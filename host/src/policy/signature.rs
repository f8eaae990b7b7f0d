//! Whether a policy is one that the site's administrators trust: minisign's detached signatures, and how old they may be.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use minisign_verify::{PublicKey, Signature};
use semver::Version;
use serde::Serialize;
use steward_core::instant::{Instant, MS_PER_SECOND};
use steward_core::policy::Description;
use thiserror::Error;

use crate::config::steward::policy as file;

/// What minisign appends to the name of a signed file.
pub const SUFFIX: &str = ".minisig";
/// A signature is four short lines.
pub const BYTES_MAX: u64 = 4096;

/// Whose policies are accepted. Without a key everybody's are.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    keys: Vec<(String, PublicKey)>,
    not_signed_before: Option<(String, Instant)>,
    min_versions: BTreeMap<String, Version>,
}

/// A setting of `steward.policy.trust` that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("steward.policy.trust.{path}: {message}")]
pub struct TrustProblem {
    pub path: String,
    pub message: String,
}

/// Who signed a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Signer {
    /// The public key, as it stands in the settings.
    pub key: String,
    /// What whoever signed wrote, protected by the signature.
    pub trusted_comment: String,
}

#[derive(Debug, Error)]
pub enum Untrusted {
    #[error("it is not signed, and `steward.policy.trust.keys` asks for a signature: sign it with `minisign -Sm FILE`")]
    Unsigned,
    #[error("its signature cannot be read: {0}")]
    Unreadable(minisign_verify::Error),
    #[error("its signature is by none of the keys in `steward.policy.trust.keys`, or the file changed since")]
    WrongSignature,
    #[error("its signature says nothing of when it was made, and `steward.policy.trust.notSignedBefore` asks for that")]
    NoTime,
    #[error("it was signed at {at}, and `steward.policy.trust.notSignedBefore` is {earliest}")]
    SignedTooEarly { at: Instant, earliest: String },
    #[error("its version {version} is older than {oldest}, which `steward.policy.trust.minVersions` asks for")]
    TooOld { version: String, oldest: Version },
}

impl Trust {
    /// # Errors
    /// With everything that cannot be read.
    pub fn of(settings: &file::Trust) -> Result<Self, Vec<TrustProblem>> {
        let mut trust = Self::default();
        let mut problems = Vec::new();
        let mut problem = |path: String, message: String| problems.push(TrustProblem { path, message });
        for (index, key) in settings.keys.iter().enumerate() {
            match PublicKey::from_base64(key.trim()) {
                Ok(read) => trust.keys.push((key.trim().to_owned(), read)),
                Err(_) => problem(
                    format!("keys[{index}]"),
                    "this is no public key of minisign: write the second line of `minisign.pub`, which begins with `RW`"
                        .to_owned(),
                ),
            }
        }
        if let Some(day) = &settings.not_signed_before {
            match beginning_of(day) {
                Some(at) => trust.not_signed_before = Some((day.clone(), at)),
                None => problem("notSignedBefore".to_owned(), "write a day such as `2026-01-31`".to_owned()),
            }
            if settings.keys.is_empty() {
                problem("notSignedBefore".to_owned(), "without `keys` no signature is looked at".to_owned());
            }
        }
        for (name, oldest) in &settings.min_versions {
            match Version::parse(oldest) {
                Ok(oldest) => {
                    trust.min_versions.insert(name.clone(), oldest);
                }
                Err(error) => problem(format!("minVersions.{name}"), format!("{error}; write one such as `1.2.0`")),
            }
        }
        if problems.is_empty() { Ok(trust) } else { Err(problems) }
    }

    /// Checks the signature of a component before anything of it is compiled. `None` when no key is asked for.
    ///
    /// # Errors
    /// When the policy must not be used.
    pub fn check_signature(&self, bytes: &[u8], signature: Option<&str>) -> Result<Option<Signer>, Untrusted> {
        if self.keys.is_empty() {
            return Ok(None);
        }
        let signature = Signature::decode(signature.ok_or(Untrusted::Unsigned)?).map_err(Untrusted::Unreadable)?;
        // Minisign's old signatures, made over the whole file instead of its hash, are as good.
        let is_by = |key: &PublicKey| key.verify(bytes, &signature, true).is_ok();
        let key = self.keys.iter().find(|(_, key)| is_by(key)).ok_or(Untrusted::WrongSignature)?;
        let trusted_comment = signature.trusted_comment().to_owned();
        if let Some((earliest, not_before)) = &self.not_signed_before {
            let at = signed_at(&trusted_comment).ok_or(Untrusted::NoTime)?;
            if at < *not_before {
                return Err(Untrusted::SignedTooEarly { at, earliest: earliest.clone() });
            }
        }
        Ok(Some(Signer { key: key.0.clone(), trusted_comment }))
    }

    /// Checks how old a policy says it is.
    ///
    /// # Errors
    /// When it must not be used.
    pub fn check_version(&self, description: &Description) -> Result<(), Untrusted> {
        let Some(oldest) = self.min_versions.get(&description.name) else { return Ok(()) };
        let version = description.version.clone();
        let is_recent = Version::parse(&version).is_ok_and(|version| version >= *oldest);
        if is_recent { Ok(()) } else { Err(Untrusted::TooOld { version, oldest: oldest.clone() }) }
    }
}

/// Minisign writes `timestamp:1700000000` into the trusted comment unless it is told otherwise.
fn signed_at(trusted_comment: &str) -> Option<Instant> {
    let seconds = trusted_comment.split_whitespace().find_map(|word| word.strip_prefix("timestamp:"))?;
    Instant::from_millis(seconds.parse::<i64>().ok()?.checked_mul(MS_PER_SECOND)?)
}

fn beginning_of(day: &str) -> Option<Instant> {
    let day: NaiveDate = day.trim().parse().ok()?;
    Instant::from_millis(day.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis())
}
