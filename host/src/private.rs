//! Folders and files that belong to us alone: the ledger names people, and a compiled policy is native code.
//!
//! On Unix that is the mode, on Windows an access list. What exists already is never changed here; an administrator
//! may have had a reason, and is told instead.

#[cfg(any(windows, test))]
mod access_list;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::{create_file, create_folder, is_private};
#[cfg(windows)]
pub use windows::{account, create_file, create_folder, is_private, make_private, other_owner};
