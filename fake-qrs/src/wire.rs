//! HTTP as far as the repository sees it: a request taken apart, a reply put together, a body that can go wrong.

pub mod body;
pub mod reply;
pub mod request;
