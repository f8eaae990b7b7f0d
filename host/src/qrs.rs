//! The client of the Qlik Repository Service (QRS): the only room that talks to Qlik.
//!
//! It turns answers of the server into the facts of [`steward_core::snapshot`], and decides nothing about them. Taking
//! a seat away is destructive, so every doubt ends here as an error or as an `unknown`, never as a guess: a renamed
//! field is not "not quarantined", a login page is not an empty list, half a list is not a list.
//!
//! What it deliberately does not do: repeat a request that changes something, follow redirects, use a proxy of the
//! operating system, print tokens, keys, certificates or whole bodies.

mod answer;
mod attempts;
mod body;
mod change;
mod client;
mod counts;
pub mod credentials;
pub mod error;
pub mod exported;
mod request;
mod rows;
pub mod settings;
mod snapshot;
pub mod tls;
mod transport;
mod wire;

pub use change::{Answer, OwnerNow};
pub use client::Client;
pub use counts::{RequestCounts, RequestOutcome};
pub use error::QrsError;
pub use settings::{Credentials, Host, QrsSettings, Verify};
pub use snapshot::{Overview, Read};
pub use wire::about::About;
pub use wire::license::License;
pub use wire::seat::ListedSeat;
