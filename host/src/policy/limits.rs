//! What a policy may use up. Each limit is far above what an honest policy needs and far below what hurts.

use std::time::Duration;

/// The limits of one sandbox.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Instructions for one answer. The standard policy needs some ten thousand for a seat, one in JavaScript a million,
    /// and a hundred million when its engine collects its garbage; this is a quarter of a second. The same on every
    /// machine, so a policy that is too slow fails in the tests already.
    pub fuel_per_call: u64,
    /// Instructions for all answers of a run together: as many as this for each answer, and [`Self::fuel_reserve`]. A
    /// hundred thousand answers that each take nearly all of `fuel_per_call` would take hours, and a policy in the shadow
    /// would keep the active one waiting. One in JavaScript needs a million on average, with its garbage.
    pub fuel_per_answer: u64,
    /// What a run may spend before its answers have added up: a good quarter of a minute.
    pub fuel_reserve: u64,
    /// Instructions for reading the settings: a list of 100,000 protected people must be readable, in JavaScript too. A
    /// few seconds.
    pub fuel_to_configure: u64,
    /// The clock is only the back-stop for what fuel cannot count, such as instructions that ask for memory: far longer
    /// than the fuel for one answer lasts on a slow machine.
    pub deadline: Duration,
    /// The same for describing itself and for reading the settings.
    pub deadline_to_configure: Duration,
    /// The same for all answers of a run together: a run is over before anybody takes the daemon for dead.
    pub run_time: Duration,
    /// Linear memory, all memories together. Settings with 100,000 people take a quarter of it; an engine for JavaScript
    /// needs 80 MiB before it collects garbage for the first time.
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
            fuel_per_call: 250_000_000,
            fuel_per_answer: 5_000_000,
            fuel_reserve: 20_000_000_000,
            fuel_to_configure: 4_000_000_000,
            deadline: Duration::from_secs(30),
            deadline_to_configure: Duration::from_secs(60),
            run_time: Duration::from_secs(600),
            memory_bytes: 128 << 20,
            table_elements: 100_000,
            output_bytes: 1 << 20,
            component_bytes: 32 << 20,
            stack_bytes: 512 << 10,
        }
    }
}
