//! Messages on their way to people and programs: what is said, where it goes, and how it gets there.
//!
//! Nothing here decides that something is said: core does. A message waits in the database until its sink has taken it,
//! so a sink that was away loses nothing; its id is the same at each attempt, so a receiver can tell a repeat.
//!
//! What it deliberately does not do: follow redirects, use a proxy of the operating system, fall back to a connection
//! without encryption, repeat a secret in a log or an answer, or let a name that others chose be anything but data.

mod back_off;
mod butler;
mod chat;
mod courier;
mod deliver;
mod desk;
mod facts;
mod failure;
mod http;
mod log;
mod look;
mod mail;
mod message;
mod mqtt;
mod pace;
mod quote;
mod send;
mod sinks;
mod slack;
mod teams;
mod tls;
mod webhook;

pub use deliver::{Couriers, Delivery, Standings, couriers, deliver};
pub use failure::Failure;
pub use look::{Look, look};
pub use message::{Content, Letter, LetterSeat, LicenseNews, LicenseTopic, Mail, Message};
pub use send::send_now;
pub use sinks::{DIGEST, LOG, NOTICES, OF_BUTLER, SinkDescription, Sinks};
