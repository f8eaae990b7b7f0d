//! Who runs this process, and who owns a file: for the ledger, and for messages.

use std::io;
use std::path::Path;

/// The name of the operating system's user, for the ledger. With `sudo` also who stands behind it.
#[cfg(unix)]
pub fn name() -> String {
    let own = nix::unistd::geteuid();
    let name = name_of(own.as_raw());
    match std::env::var("SUDO_USER") {
        Ok(behind) if !behind.is_empty() && behind != name => format!("{name} (sudo by {behind})"),
        _ => name,
    }
}

/// The account of this process as `DOMAIN\user`, for the ledger. It comes from the system, not from variables that
/// anybody can set.
#[cfg(windows)]
pub fn name() -> String {
    crate::private::account().unwrap_or_else(|_| "unknown".to_owned())
}

/// The owner of a file when it is not the user of this process; `None` when it is, or when there is no such file.
///
/// # Errors
/// When the file cannot be looked at.
#[cfg(unix)]
pub fn other_owner(path: &Path) -> io::Result<Option<String>> {
    use std::os::unix::fs::MetadataExt as _;
    match std::fs::metadata(path) {
        Ok(file) if file.uid() == nix::unistd::geteuid().as_raw() => Ok(None),
        Ok(file) => Ok(Some(name_of(file.uid()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The owner of a file when it is neither the account of this process nor the service, the system or an administrator.
///
/// # Errors
/// When the file cannot be looked at.
#[cfg(windows)]
pub fn other_owner(path: &Path) -> io::Result<Option<String>> {
    if path.try_exists()? { crate::private::other_owner(path) } else { Ok(None) }
}

#[cfg(unix)]
fn name_of(uid: u32) -> String {
    let user = nix::unistd::User::from_uid(nix::unistd::Uid::from_raw(uid));
    user.ok().flatten().map_or_else(|| uid.to_string(), |user| user.name)
}
