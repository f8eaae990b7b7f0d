//! The command line as people use it: the real binary, and where a site is needed the double of the repository service.

mod answers;
mod connection;
mod keys;
mod names;
mod oracle;
mod plan;
mod policies;
mod site;
mod usage;
mod verdicts;
