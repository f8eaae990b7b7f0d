//! Entries of the ledger as people read them.

mod row;

pub use row::{Filter, Row, rows, seats_of};
