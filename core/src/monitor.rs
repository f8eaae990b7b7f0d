//! What is watched between releases: the server's own licence, how long seats lie idle, and which seats come and go.
//!
//! Nothing here leads to a release. A number that cannot be known is left out, never guessed.

pub mod compliance;
pub mod outlook_points;
pub mod points;
pub mod seat_changes;
pub mod seat_use;
pub mod server_license;
