//! Private means: an access list with the system, the administrators, the owner and the service, and nobody else.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::Path;

use windows_permissions::constants::{SeObjectType, SecurityInformation};
use windows_permissions::utilities::current_process_sid;
use windows_permissions::wrappers::{
    ConvertSecurityDescriptorToStringSecurityDescriptor, GetNamedSecurityInfo, LookupAccountSid, SetNamedSecurityInfo,
};
use windows_permissions::{LocalBox, SecurityDescriptor, Sid};

use super::access_list;

/// Nobody else opens the file while we hold it.
const NOT_SHARED: u32 = 0;

/// Creates `folder` and its parents, readable by nobody else. One that exists stays as it is.
///
/// # Errors
/// When it exists and others can read it: whatever is made in it takes over its rights.
pub fn create_folder(folder: &Path) -> io::Result<()> {
    if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty() && !parent.exists()) {
        create_folder(parent)?;
    }
    match fs::create_dir(folder) {
        Ok(()) => make_private(folder),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => refuse_if_open(folder),
        Err(error) => Err(error),
    }
}

/// Creates an empty file that nobody else can read, unless it is there already.
pub fn create_file(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).share_mode(NOT_SHARED).open(path) {
        // In a private folder it is private already, and stays readable for whoever was let into the folder.
        Ok(_) if path.parent().is_some_and(|folder| is_private(folder).unwrap_or(false)) => Ok(()),
        Ok(_held) => set_access(path, &access_list::of_file()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether nobody else can do anything with the folder or file.
pub fn is_private(path: &Path) -> io::Result<bool> {
    Ok(access_list::is_private(&description(path, SecurityInformation::Owner | SecurityInformation::Dacl)?, &ours()?))
}

/// Closes an existing folder, and what is in it, for everybody else.
pub fn make_private(folder: &Path) -> io::Result<()> {
    set_access(folder, &access_list::of_folder())
}

/// The owner of a file whom we have no reason to trust, as people write accounts.
pub fn other_owner(path: &Path) -> io::Result<Option<String>> {
    let description = description(path, SecurityInformation::Owner)?;
    let Some(owner) = access_list::owner(&description) else { return Ok(Some("nobody".to_owned())) };
    if access_list::is_trusted_owner(owner, &ours()?) {
        return Ok(None);
    }
    let named = owner_of(&description)?;
    Ok(Some(named.unwrap_or_else(|| owner.to_owned())))
}

/// The account of this process as `DOMAIN\user`.
pub fn account() -> io::Result<String> {
    account_of(&*current_process_sid()?)
}

fn refuse_if_open(folder: &Path) -> io::Result<()> {
    if is_private(folder)? {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::PermissionDenied,
        "others can read or change it; `steward service secure --config FILE` makes it private, \
         or name another folder as `steward.dataDir`",
    ))
}

fn set_access(path: &Path, list: &str) -> io::Result<()> {
    let descriptor: LocalBox<SecurityDescriptor> = list.parse()?;
    let what = SecurityInformation::Dacl | SecurityInformation::ProtectedDacl;
    SetNamedSecurityInfo(path, SeObjectType::SE_FILE_OBJECT, what, None, None, descriptor.dacl(), None)
}

fn description(path: &Path, what: SecurityInformation) -> io::Result<String> {
    let descriptor = GetNamedSecurityInfo(path, SeObjectType::SE_FILE_OBJECT, what)?;
    written(&descriptor, what)
}

fn written(descriptor: &SecurityDescriptor, what: SecurityInformation) -> io::Result<String> {
    let text = ConvertSecurityDescriptorToStringSecurityDescriptor(descriptor, what)?;
    Ok(text.to_string_lossy().into_owned())
}

/// Our own account in the short form that descriptions use, such as `LA` or `S-1-5-21-…`.
fn ours() -> io::Result<String> {
    let descriptor: LocalBox<SecurityDescriptor> = format!("O:{}", *current_process_sid()?).parse()?;
    let text = written(&descriptor, SecurityInformation::Owner)?;
    access_list::owner(&text).map(str::to_owned).ok_or_else(|| io::Error::other("cannot tell whose process this is"))
}

fn owner_of(description: &str) -> io::Result<Option<String>> {
    let descriptor: LocalBox<SecurityDescriptor> = description.parse()?;
    Ok(descriptor.owner().and_then(|owner| account_of(owner).ok()))
}

fn account_of(sid: &Sid) -> io::Result<String> {
    let (name, domain) = LookupAccountSid(sid)?;
    let (name, domain) = (name.to_string_lossy(), domain.to_string_lossy());
    Ok(if domain.is_empty() { name.into_owned() } else { format!("{domain}\\{name}") })
}
