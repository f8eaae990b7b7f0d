//! Tokens: 256 random bits behind a word by which a scanner for secrets knows them. Only their digests are kept.
//!
//! A digest without salt and without many rounds is enough, because nobody can guess a random token: what makes guessing
//! slow is there for passwords.

use steward_core::digest::Digest;

/// So that a token in a log or a repository is recognised.
const PREFIX: &str = "steward_";
/// Bytes of randomness.
const RANDOM_BYTES: usize = 32;
/// Longer ones are no tokens of ours, and are not even digested.
pub const LENGTH_MAX: usize = 200;

/// The machine has no randomness.
#[derive(Debug, thiserror::Error)]
#[error("this machine has no randomness")]
pub struct NoRandomness;

/// A new token.
///
/// # Errors
/// When there is no randomness.
pub fn generate() -> Result<String, NoRandomness> {
    let mut random = [0_u8; RANDOM_BYTES];
    getrandom::fill(&mut random).map_err(|_| NoRandomness)?;
    Ok(format!("{PREFIX}{}", steward_core::text::hex(&random)))
}

/// What is kept of a token.
pub fn hash(token: &str) -> Digest {
    Digest::of_bytes(token.as_bytes())
}
