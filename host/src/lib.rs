//! Steward's host: everything that is read, written, sent or awaited. It decides nothing; deciding is core's.

pub mod activation;
pub mod alerts;
pub mod api;
pub mod apply;
pub mod arming;
mod audit;
mod bounded_file;
mod causes;
pub mod cli;
pub mod clock;
pub mod config;
pub mod cycle;
pub mod daemon;
mod digest_mail;
mod error_chain;
#[cfg(any(windows, test))]
mod event_text;
pub mod executor;
pub mod influx;
pub mod ledger;
mod letters;
pub mod monitor;
pub mod notify;
mod os_user;
pub mod outlook;
pub mod people;
pub mod policies;
pub mod policy;
mod policy_build;
pub mod policy_compare;
mod policy_template;
pub mod policy_trial;
mod private;
mod protect;
pub mod qrs;
mod replay;
pub mod report;
mod run_settings;
#[cfg(windows)]
pub mod service;
pub mod simulation;
pub mod undo;
pub mod why;
mod wording;
