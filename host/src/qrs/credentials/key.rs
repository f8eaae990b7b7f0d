//! Private keys in PEM form: PKCS #8, PKCS #1, SEC 1, encrypted PKCS #8, and the old encrypted form, in which the
//! headers of the PEM section say how the key is encrypted.

use std::path::Path;

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use md5::{Digest, Md5};
use pem::Pem;
use pkcs8::EncryptedPrivateKeyInfoRef;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};

use super::{CredentialsError, files};

/// How many bytes of the initialisation vector are the salt of the key, in the old encrypted form.
const SALT_BYTES: usize = 8;

pub(super) fn read(path: &Path, passphrase: Option<&str>) -> Result<PrivateKeyDer<'static>, CredentialsError> {
    let sections = pem::parse_many(files::read(path)?).unwrap_or_default();
    let section = sections
        .into_iter()
        .find(|section| section.tag().ends_with("PRIVATE KEY"))
        .ok_or_else(|| CredentialsError::NoKey { path: path.to_owned() })?;
    let encrypted = section.tag() == "ENCRYPTED PRIVATE KEY"
        || section.headers().get("Proc-Type").is_some_and(|kind| kind.contains("ENCRYPTED"));
    if !encrypted {
        let tag = section.tag().to_owned();
        return labelled(&tag, section.into_contents(), path);
    }
    let passphrase = passphrase.ok_or_else(|| CredentialsError::PassphraseMissing { path: path.to_owned() })?;
    if section.tag() == "ENCRYPTED PRIVATE KEY" {
        decrypt_pkcs8(section.contents(), passphrase, path)
    } else {
        let plain = decrypt_old(&section, passphrase, path)?;
        // Without a checksum a wrong passphrase may by chance leave good padding: what comes out must be a key.
        if !is_one_der_sequence(&plain) {
            return Err(CredentialsError::PassphraseWrong { path: path.to_owned() });
        }
        labelled(section.tag(), plain, path)
    }
}

fn labelled(tag: &str, der: Vec<u8>, path: &Path) -> Result<PrivateKeyDer<'static>, CredentialsError> {
    match tag {
        "PRIVATE KEY" => Ok(PrivatePkcs8KeyDer::from(der).into()),
        "RSA PRIVATE KEY" => Ok(PrivatePkcs1KeyDer::from(der).into()),
        "EC PRIVATE KEY" => Ok(PrivateSec1KeyDer::from(der).into()),
        _ => Err(CredentialsError::KeyNotUsable { path: path.to_owned() }),
    }
}

fn decrypt_pkcs8(der: &[u8], passphrase: &str, path: &Path) -> Result<PrivateKeyDer<'static>, CredentialsError> {
    let unknown = |_| CredentialsError::EncryptionUnknown {
        path: path.to_owned(),
        scheme: "a scheme older than PKCS #5 version 2".to_owned(),
    };
    let sealed = EncryptedPrivateKeyInfoRef::try_from(der).map_err(unknown)?;
    let opened = sealed.decrypt(passphrase).map_err(|_| CredentialsError::PassphraseWrong { path: path.to_owned() })?;
    Ok(PrivatePkcs8KeyDer::from(opened.as_bytes().to_vec()).into())
}

/// The form that OpenSSL wrote before PKCS #8: `DEK-Info: AES-256-CBC,<initialisation vector in hex>`.
fn decrypt_old(section: &Pem, passphrase: &str, path: &Path) -> Result<Vec<u8>, CredentialsError> {
    let info = section.headers().get("DEK-Info").unwrap_or_default();
    let (scheme, iv) = info.split_once(',').unwrap_or((info, ""));
    let unknown = || CredentialsError::EncryptionUnknown { path: path.to_owned(), scheme: format!("`{scheme}`") };
    let iv = from_hex(iv.trim()).ok_or_else(unknown)?;
    let salt = iv.get(..SALT_BYTES).ok_or_else(unknown)?;
    let key = |bytes| derive_key(passphrase.as_bytes(), salt, bytes);
    let sealed = section.contents();
    let opened = match scheme.trim() {
        "AES-128-CBC" => decrypt::<cbc::Decryptor<aes::Aes128>>(&key(16), &iv, sealed),
        "AES-192-CBC" => decrypt::<cbc::Decryptor<aes::Aes192>>(&key(24), &iv, sealed),
        "AES-256-CBC" => decrypt::<cbc::Decryptor<aes::Aes256>>(&key(32), &iv, sealed),
        "DES-EDE3-CBC" => decrypt::<cbc::Decryptor<des::TdesEde3>>(&key(24), &iv, sealed),
        _ => return Err(unknown()),
    };
    opened.ok_or_else(|| CredentialsError::PassphraseWrong { path: path.to_owned() })
}

fn decrypt<C: KeyIvInit + BlockModeDecrypt>(key: &[u8], iv: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    C::new_from_slices(key, iv).ok()?.decrypt_padded_vec::<Pkcs7>(sealed).ok()
}

/// `EVP_BytesToKey` of OpenSSL with MD5 and one round: hashes of hash, passphrase and salt until there are enough.
fn derive_key(passphrase: &[u8], salt: &[u8], bytes: usize) -> Vec<u8> {
    let mut key = Vec::new();
    let mut last = Vec::new();
    while key.len() < bytes {
        last = Md5::new().chain_update(&last).chain_update(passphrase).chain_update(salt).finalize().to_vec();
        key.extend_from_slice(&last);
    }
    key.truncate(bytes);
    key
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks_exact(2);
    if !digits.remainder().is_empty() {
        return None;
    }
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

fn is_one_der_sequence(der: &[u8]) -> bool {
    matches!(x509_parser::der_parser::parse_der(der), Ok((rest, object)) if rest.is_empty() && object.as_sequence().is_ok())
}
