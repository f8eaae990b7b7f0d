//! The command line as people use it: the real binary, and where a site is needed the double of the repository service.

mod answers;
mod audit;
mod check;
mod config;
mod connection;
mod crash;
mod demo;
mod help;
mod keys;
mod ledger;
mod masked;
mod names;
mod oracle;
mod plan;
mod policies;
mod release;
mod release_faults;
mod sequences;
mod server;
mod site;
mod status;
mod trouble;
mod undo;
mod usage;
mod verdicts;
mod why;
