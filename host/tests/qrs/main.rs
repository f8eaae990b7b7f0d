//! The client of the QRS against a real HTTPS server that answers, refuses and breaks like the real service.

mod answers;
mod hosts;
mod proxy;
mod site;
mod snapshot;
mod trust;
