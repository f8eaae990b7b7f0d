//! Which policies there are, and which one decides: those that are part of Steward, those that somebody added to the
//! ledger, and files.
//!
//! Everything that loads a policy goes through here, so that none is used whose signature the settings do not trust.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use steward_core::digest::Digest;
use steward_core::instant::Instant;
use steward_core::ledger::{Event, PolicySignature};
use thiserror::Error;

use crate::bounded_file;
use crate::config::Settings;
use crate::cycle;
use crate::ledger::{Ledger, LedgerError, StoredPolicy};
use crate::policy::{
    EngineError, Limits, LoadError, PolicyComponent, PolicyEngine, Signer, Trust, TrustProblem, signature,
};

mod shipped;

pub use shipped::{SHIPPED, STANDARD, Shipped};

/// Fewer digits of a digest name nothing: somebody could mean another policy.
const DIGEST_DIGITS_MIN: usize = 6;

/// Where a policy comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is part of Steward.
    Shipped,
    /// Somebody added it to the ledger.
    Stored,
    File(PathBuf),
}

/// A policy that was found, and not looked at yet.
#[derive(Debug, Clone)]
pub struct Found {
    pub bytes: Cow<'static, [u8]>,
    /// Minisign's text.
    pub signature: Option<String>,
    pub origin: Origin,
    /// Test suites by file name.
    pub suites: BTreeMap<String, String>,
}

/// A policy that may decide.
#[derive(Debug)]
pub struct Loaded {
    pub component: PolicyComponent,
    /// Who signed it; `None` when the settings ask for no signature, or when it is part of Steward.
    pub signer: Option<Signer>,
}

#[derive(Debug, Error)]
pub enum PolicyError {
    #[error("cannot prepare the policy engine")]
    Engine(#[from] EngineError),
    #[error("cannot use the policy {name}")]
    Load { name: String, source: LoadError },
    #[error("cannot read `{path}`")]
    File { path: String, source: io::Error },
    #[error("cannot use the settings: {0}")]
    Trust(TrustProblem),
    #[error(
        "there is no policy `{0}`: `steward policy list` shows the stored ones, and a file is named by its path, such as \
         `./policy.wasm`"
    )]
    Unknown(String),
    #[error("several policies are called `{name}`: write the beginning of a digest instead, {}", .digests.join(" or "))]
    Several { name: String, digests: Vec<String> },
    #[error(
        "the ledger says that the policy {0} decides, and does not have it; add it again with `steward policy add`"
    )]
    Lost(Digest),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Origin {
    pub fn as_text(&self) -> String {
        match self {
            Self::Shipped => "part of Steward".to_owned(),
            Self::Stored => "stored".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

impl Found {
    /// One that is part of Steward.
    pub fn shipped(policy: &Shipped) -> Self {
        let suites = policy.suites.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Self { bytes: Cow::Borrowed(policy.bytes), signature: None, origin: Origin::Shipped, suites: suites.collect() }
    }

    /// A file, with the signature beside it if there is one.
    ///
    /// # Errors
    /// When it cannot be read, or is far too large.
    pub fn file(path: &Path) -> Result<Self, PolicyError> {
        let max = Limits::default().component_bytes;
        let bytes = bounded_file::read(path, max as u64)
            .map_err(|source| PolicyError::Load { name: quoted(path), source: LoadError::Unreadable(source) })?;
        let signature = signature_beside(path)?;
        let origin = Origin::File(path.to_owned());
        Ok(Self { bytes: Cow::Owned(bytes), signature, origin, suites: BTreeMap::new() })
    }

    pub fn digest(&self) -> Digest {
        Digest::of_bytes(&self.bytes)
    }

    /// Checks who signed it, then what it is.
    ///
    /// # Errors
    /// When the settings do not trust it, or it is no acceptable policy.
    pub fn load(&self, settings: Option<&Settings>) -> Result<Loaded, PolicyError> {
        let refused = |source| PolicyError::Load { name: self.name(), source };
        let trust = trust(settings)?;
        let is_ours = self.origin == Origin::Shipped;
        let signer = if is_ours {
            None
        } else {
            trust
                .check_signature(&self.bytes, self.signature.as_deref())
                .map_err(|why| refused(LoadError::Untrusted(why)))?
        };
        let component = PolicyComponent::load(&engine(settings)?, &self.bytes).map_err(refused)?;
        if !is_ours {
            trust.check_version(component.description()).map_err(|why| refused(LoadError::Untrusted(why)))?;
        }
        Ok(Loaded { component, signer })
    }

    /// As [`Found::load`], on a thread where compiling keeps nobody waiting.
    ///
    /// # Errors
    /// As [`Found::load`].
    pub async fn load_aside(self, settings: Option<&Settings>) -> Result<Loaded, PolicyError> {
        let settings = settings.cloned();
        let loaded = tokio::task::spawn_blocking(move || self.load(settings.as_ref())).await;
        loaded.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
    }

    /// For messages.
    fn name(&self) -> String {
        match &self.origin {
            Origin::Shipped => shipped::name_of(&self.bytes).map_or_else(
                || "that is part of Steward".to_owned(),
                |name| format!("`{name}` that is part of Steward"),
            ),
            Origin::Stored => format!("{} of the store", self.digest()),
            Origin::File(path) => quoted(path),
        }
    }
}

/// The policy that decides: the file of the settings, else the one that was activated, else `standard`.
///
/// # Errors
/// When it cannot be used. Then nothing decides.
pub async fn active(settings: Option<&Settings>, ledger: Option<&mut Ledger>) -> Result<PolicyComponent, PolicyError> {
    Ok(find_active(settings, ledger).await?.load_aside(settings).await?.component)
}

/// As [`active`], not looked at yet.
///
/// # Errors
/// When it cannot be read.
pub async fn find_active(settings: Option<&Settings>, ledger: Option<&mut Ledger>) -> Result<Found, PolicyError> {
    if let Some(path) = settings.and_then(|settings| settings.steward.policy.component.as_deref()) {
        return Found::file(path);
    }
    let Some(ledger) = ledger else { return Ok(Found::shipped(&STANDARD)) };
    let Some(digest) = activated(settings, ledger) else { return Ok(Found::shipped(&STANDARD)) };
    of_digest(digest, Some(ledger)).await?.ok_or(PolicyError::Lost(digest))
}

/// What the ledger says about which policy decides here; `None` for `standard`.
pub fn activated(settings: Option<&Settings>, ledger: &Ledger) -> Option<Digest> {
    ledger.state().active_policy(cycle::site_of(settings?)).and_then(|active| active.digest)
}

/// The policy with this digest, stored or part of Steward.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_digest(digest: Digest, ledger: Option<&mut Ledger>) -> Result<Option<Found>, PolicyError> {
    if let Some(policy) = SHIPPED.iter().find(|policy| Digest::of_bytes(policy.bytes) == digest) {
        return Ok(Some(Found::shipped(policy)));
    }
    let Some(ledger) = ledger else { return Ok(None) };
    let stored = ledger.stored_policy(digest).await?;
    Ok(stored.map(|stored| Found {
        bytes: Cow::Owned(stored.bytes),
        signature: stored.signature,
        origin: Origin::Stored,
        suites: stored.suites,
    }))
}

/// Keeps a policy in the ledger. One that is there already gets the new signature and the new tests, if there are any:
/// nothing takes the place of something.
///
/// # Errors
/// When it cannot be written.
pub async fn add(
    ledger: &mut Ledger,
    found: &Found,
    loaded: &Loaded,
    by: &str,
    at: Instant,
) -> Result<(), LedgerError> {
    let digest = found.digest();
    let description = loaded.component.description();
    let before = match ledger.state().stored_policies().get(&digest) {
        Some(noted) => Some((noted.clone(), ledger.stored_policy(digest).await.ok().flatten())),
        None => None,
    };
    let mut stored =
        StoredPolicy { bytes: found.bytes.to_vec(), signature: found.signature.clone(), suites: found.suites.clone() };
    let mut signature = loaded
        .signer
        .as_ref()
        .map(|signer| PolicySignature { key_id: signer.key.clone(), trusted_comment: signer.trusted_comment.clone() });
    if let Some((noted, Some(kept))) = &before {
        if stored.suites.is_empty() {
            stored.suites.clone_from(&kept.suites);
        }
        if stored.signature.is_none() {
            stored.signature.clone_from(&kept.signature);
            signature.clone_from(&noted.signature);
        }
    }
    let tests_digest = stored.tests_digest()?;
    ledger.keep_policy(digest, &stored).await?;
    if before.is_some_and(|(noted, _)| (&noted.signature, noted.tests_digest) == (&signature, tests_digest)) {
        return Ok(());
    }
    let added = Event::PolicyAdded {
        by: by.to_owned(),
        digest,
        name: description.name.clone(),
        version: description.version.clone(),
        bytes: found.bytes.len() as u64,
        signature,
        tests_digest,
    };
    ledger.append(at, &[added]).await
}

/// A policy by what somebody typed: a name, `name@version`, the beginning of a digest, or the path of a file.
///
/// # Errors
/// When there is none, or several.
pub async fn named(typed: &str, ledger: Option<&mut Ledger>) -> Result<Found, PolicyError> {
    let mut known: Vec<(String, String, Digest)> = SHIPPED
        .iter()
        .map(|policy| (policy.name.to_owned(), policy.version.to_owned(), Digest::of_bytes(policy.bytes)))
        .collect();
    if let Some(ledger) = &ledger {
        let stored = ledger.state().stored_policies().iter();
        known.extend(stored.map(|(digest, policy)| (policy.name.clone(), policy.version.clone(), *digest)));
    }
    let mut digests: Vec<Digest> = known
        .iter()
        .filter(|(name, version, digest)| is_meant(typed, name, version, *digest))
        .map(|(_, _, digest)| *digest)
        .collect();
    digests.sort_unstable();
    digests.dedup();
    match digests.as_slice() {
        [digest] => of_digest(*digest, ledger).await?.ok_or_else(|| PolicyError::Unknown(typed.to_owned())),
        [] if Path::new(typed).is_file() => Found::file(Path::new(typed)),
        [] => Err(PolicyError::Unknown(typed.to_owned())),
        several => Err(PolicyError::Several {
            name: typed.to_owned(),
            digests: several.iter().map(|digest| format!("`{}`", shortened(*digest))).collect(),
        }),
    }
}

fn is_meant(typed: &str, name: &str, version: &str, digest: Digest) -> bool {
    let digits = typed.strip_prefix("sha256:").unwrap_or(typed).to_lowercase();
    typed == name
        || typed.strip_prefix(name).and_then(|rest| rest.strip_prefix('@')) == Some(version)
        || (digits.len() >= DIGEST_DIGITS_MIN && digest.hex().starts_with(&digits))
}

/// The first digits of a digest, for people.
pub fn shortened(digest: Digest) -> String {
    digest.hex().chars().take(12).collect()
}

/// An engine with the cache of the data folder.
///
/// # Errors
/// When the cache cannot be used.
pub fn engine(settings: Option<&Settings>) -> Result<PolicyEngine, EngineError> {
    let cache = settings.and_then(Settings::data_dir).map(|folder| folder.join("compiled"));
    PolicyEngine::new(Limits::default(), cache.as_deref())
}

fn trust(settings: Option<&Settings>) -> Result<Trust, PolicyError> {
    let Some(settings) = settings else { return Ok(Trust::default()) };
    Trust::of(&settings.steward.policy.trust).map_err(|mut problems| PolicyError::Trust(problems.remove(0)))
}

fn quoted(path: &Path) -> String {
    format!("`{}`", path.display())
}

/// The text of the signature that minisign leaves beside a file.
fn signature_beside(path: &Path) -> Result<Option<String>, PolicyError> {
    let mut name = path.as_os_str().to_owned();
    name.push(signature::SUFFIX);
    read_signature(Path::new(&name))
}

/// The text of a signature; `None` when there is no such file.
///
/// # Errors
/// When there is one that cannot be read.
pub fn read_signature(path: &Path) -> Result<Option<String>, PolicyError> {
    let failed = |source| PolicyError::File { path: path.display().to_string(), source };
    match bounded_file::read(path, signature::BYTES_MAX) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            Err(failed(io::Error::new(io::ErrorKind::InvalidData, "this is no signature of minisign")))
        }
        Err(error) => Err(failed(error)),
    }
}
