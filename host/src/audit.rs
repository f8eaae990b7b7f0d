//! Entries of the ledger as people read them.

mod row;

pub use row::{Filter, Row, Whom, rows, seats_of};
