//! What a policy may use up. Each limit is far above what an honest policy needs and far below what hurts.

use std::time::Duration;

/// The limits of one sandbox.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Instructions for one answer. The standard policy needs a few thousand for a seat; this is a twentieth of a
    /// second. The same on every machine, so a policy that is too slow fails in the tests already.
    pub fuel_per_call: u64,
    /// Instructions for reading the settings: a list of 100,000 protected people must be readable. A second or two.
    pub fuel_to_configure: u64,
    /// The clock is only the back-stop for what fuel cannot count: far longer than the fuel lasts on a slow machine.
    pub deadline: Duration,
    /// Linear memory, all memories together. Settings with 100,000 people take less than half of it.
    pub memory_bytes: usize,
    /// Elements of all tables: a policy of a megabyte has some thousand functions.
    pub table_elements: usize,
    /// Bytes that one answer may carry, however it is put together. A description with its schema is the longest.
    pub output_bytes: usize,
    /// Bytes of a component. The shipped ones are below half a megabyte; one in JavaScript brings its engine of 12 MB.
    pub component_bytes: usize,
    /// The stack of a policy, so that endless recursion ends early.
    pub stack_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel_per_call: 50_000_000,
            fuel_to_configure: 2_000_000_000,
            deadline: Duration::from_secs(10),
            memory_bytes: 64 << 20,
            table_elements: 100_000,
            output_bytes: 1 << 20,
            component_bytes: 32 << 20,
            stack_bytes: 512 << 10,
        }
    }
}
