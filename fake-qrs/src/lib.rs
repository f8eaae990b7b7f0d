//! A test double of the Qlik Repository Service: a real HTTPS server with mutual TLS.
//!
//! It exists so that clients of the repository can be tested against something that answers, refuses and breaks the way
//! the real service does, down to the wording of its errors. It answers from JSON values and knows no type of any
//! client: a wrong member name in a client therefore fails here as it would at a customer's.
//!
//! Start with [`start`] and [`Options::new`]; invent a site with [`seed::generate`] or load one with [`Data::load`].
//! What it deliberately does not imitate stands in the README.

pub mod certificates;
pub mod clock;
mod control;
pub mod data;
pub mod dates;
mod entity;
pub mod faults;
pub mod filter;

pub mod journal;
mod life;
pub mod options;
pub mod proxy;
mod routes;
pub mod seed;
mod server;
mod service;
pub mod settings;
mod store;
mod wire;

pub use certificates::{AlternativeNames, CertificateOptions, CertificateSet};
pub use clock::Clock;
pub use data::{Data, Totals};
pub use faults::{Fault, FaultRule, FaultScript};
pub use journal::JournalEntry;
pub use life::Life;
pub use options::{Era, LicenseModel, Options};
pub use proxy::ProxyOptions;
pub use server::{FakeQrs, StartError, TlsError, start};
pub use settings::write_settings;
