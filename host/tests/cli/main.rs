//! The command line as people use it: the real binary, and where a site is needed the double of the repository service.

mod answers;
mod check;
mod config;
mod connection;
mod demo;
mod help;
mod keys;
mod masked;
mod names;
mod oracle;
mod plan;
mod policies;
mod server;
mod site;
mod status;
mod usage;
mod verdicts;
mod why;
