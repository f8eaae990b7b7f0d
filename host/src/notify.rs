//! Messages on their way to people and programs: what is said, where it goes, and how it gets there.
//!
//! Nothing here decides that something is said: core does. A message waits in the database until its sink has taken it,
//! so a sink that was away loses nothing; its id is the same at each attempt, so a receiver can tell a repeat.

mod butler;
mod chat;
mod facts;
mod failure;
mod http;
mod log;
mod mail;
mod message;
mod mqtt;
mod quote;
mod sinks;
mod slack;
mod teams;
mod tls;
mod webhook;

pub use message::{Content, Letter, LetterSeat, LicenseNews, LicenseTopic, Mail, Message};
pub use sinks::{DIGEST, NOTICES, SinkDescription, Sinks};
