//! Looks into the causes of a failed request: which of the layers below HTTP failed, and what it said.

use std::error::Error as StdError;
use std::io;

/// The causes of an error; what an I/O error wraps is a cause too, which the standard library leaves out.
pub fn chain<'e>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

fn cause<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e (dyn StdError + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

/// The innermost cause of one type.
pub fn find<'e, E: StdError + 'static>(error: &'e (dyn StdError + 'static)) -> Option<&'e E> {
    chain(error).filter_map(|cause| cause.downcast_ref::<E>()).last()
}

/// The innermost cause, in which the layers around it only repeat themselves.
pub fn deepest(error: &(dyn StdError + 'static)) -> String {
    if find::<io::Error>(error).is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof) {
        return "connection closed too early".to_owned();
    }
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}
