//! The double as a client meets it: every request here goes over loopback, TLS and HTTP.

mod certificates;
mod control;
mod door;
mod faults;
mod harness;
mod lists;
mod proxy;
mod seats;
mod seed;
