//! What the server writes, only as far as it is used, and how it becomes facts. Unknown members are ignored: new
//! releases add some. Known members that are missing or of another type never turn into a comfortable default.

pub(super) mod about;
mod date;
mod field;
pub(super) mod license;
pub(super) mod overview;
pub(super) mod seat;
pub(super) mod user;
