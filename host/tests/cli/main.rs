//! The command line as people use it: the real binary, and where a site is needed the double of the repository service.

mod oracle;
mod site;
mod verdicts;
