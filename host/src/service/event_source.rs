//! The entry of the registry that lets the Event Viewer show our messages.
//!
//! Messages of the Event Log are numbers with texts in a message file. Windows brings one whose texts are the message
//! itself, for its own `eventcreate`, so that we need none of our own.

use windows_registry::LOCAL_MACHINE;

use super::{NAME, ServiceError};

const SOURCES: &str = r"SYSTEM\CurrentControlSet\Services\EventLog\Application";
/// Its texts have the numbers 1 to 1000 and consist of `%1`.
const MESSAGE_FILE: &str = r"%SystemRoot%\System32\EventCreate.exe";
/// Errors, warnings and information.
const TYPES: u32 = 7;

pub fn register() -> Result<(), ServiceError> {
    let write = || {
        let key = LOCAL_MACHINE.create(format!(r"{SOURCES}\{NAME}"))?;
        key.set_expand_string("EventMessageFile", MESSAGE_FILE)?;
        key.set_u32("TypesSupported", TYPES)?;
        key.set_u32("CustomSource", 1)
    };
    write()
        .map_err(|source: windows_result::Error| failed("register the source of the Event Log in the registry", source))
}

/// One that is not there is removed already.
pub fn remove() -> Result<(), ServiceError> {
    let source = format!(r"{SOURCES}\{NAME}");
    if LOCAL_MACHINE.open(&source).is_err() {
        return Ok(());
    }
    LOCAL_MACHINE
        .remove_tree(source)
        .map_err(|source| failed("remove the source of the Event Log from the registry", source))
}

fn failed(what: &str, source: windows_result::Error) -> ServiceError {
    ServiceError::System { what: what.to_owned(), source: source.into() }
}
