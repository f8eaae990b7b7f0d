//! Brings the points of the outbox to `InfluxDB` 1, 2 or 3, and asks it what `steward check` wants to know.
//!
//! A point is written at least once and stays one point, because its time and tags are stored with it. Nothing is lost
//! here: what is not delivered waits in the ledger's database, what `InfluxDB` refuses for good is set aside with the
//! reason. What the points say, and when there are any, is decided elsewhere.
//!
//! What it deliberately does not do: change or delete anything in a database, but for creating one that version 1 does
//! not have; follow redirects; use a proxy of the operating system; print tokens and passwords.

mod answer;
mod back_off;
mod deliver;
mod http;
mod line;
mod look;
mod round;
mod settings;
mod status;
mod tag;
mod trouble;
mod version_1;
mod write;

pub use deliver::{Delivery, Drained, deliver, drain_once};
pub use look::{DatabaseLook, Inspection, inspect};
pub use settings::{InfluxSettings, Target};
pub use status::OutboxStatus;
pub use trouble::Trouble;
