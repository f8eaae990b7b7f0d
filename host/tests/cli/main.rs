//! The command line as people use it: the real binary, and where a site is needed the double of the repository service.

mod answers;
mod connection;
mod oracle;
mod site;
mod usage;
mod verdicts;
mod policies;
mod names;
mod plan;
mod keys;
