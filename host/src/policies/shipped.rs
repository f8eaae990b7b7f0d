//! The policies that are part of Steward, with their tests.

/// A policy that is part of Steward.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    pub name: &'static str,
    pub version: &'static str,
    pub bytes: &'static [u8],
    /// Test suites by file name.
    pub suites: &'static [(&'static str, &'static str)],
}

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// The one that decides unless somebody chose another.
pub const STANDARD: Shipped = SHIPPED[0];

/// The name of the shipped policy with these bytes.
pub(super) fn name_of(bytes: &[u8]) -> Option<&'static str> {
    SHIPPED.iter().find(|policy| policy.bytes == bytes).map(|policy| policy.name)
}
