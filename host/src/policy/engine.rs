//! The WebAssembly engine: one for the whole process.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use thiserror::Error;
use wasmtime::{Config, Engine, Strategy};

use super::cache::{self, CacheError, Seals};
use super::limits::Limits;

/// How often the engine's epoch moves. A deadline is this much too long at worst.
const EPOCH_TICK: Duration = Duration::from_millis(50);

#[derive(Debug, Error)]
pub enum EngineError {
    #[error(transparent)]
    Cache(#[from] CacheError),
    #[error("this machine cannot run WebAssembly")]
    Engine { source: Box<dyn std::error::Error + Send + Sync> },
}

/// Compiles and runs policies under one set of limits.
#[derive(Clone)]
pub struct PolicyEngine {
    engine: Arc<Engine>,
    /// How often the epoch has moved.
    ticks: Arc<AtomicU64>,
    limits: Limits,
    seals: Option<Arc<Seals>>,
}

impl PolicyEngine {
    /// An engine that keeps compiled policies in `cache_folder`, or compiles anew each time without one.
    ///
    /// # Errors
    /// When the folder cannot be used or is not private.
    pub fn new(limits: Limits, cache_folder: Option<&Path>) -> Result<Self, EngineError> {
        let mut config = configuration(&limits);
        let (cache, seals) = cache_folder.map(cache::open).transpose()?.unzip();
        config.cache(cache);
        let engine = Engine::new(&config).map_err(|source| EngineError::Engine { source: source.into() })?;
        let engine = Arc::new(engine);
        let ticks = Arc::new(AtomicU64::new(0));
        tick(&engine, ticks.clone());
        Ok(Self { engine, ticks, limits, seals: seals.map(Arc::new) })
    }

    /// The same engine with another limit of time for all answers of a run.
    pub(super) fn within(&self, run_time: Duration) -> Self {
        Self { limits: Limits { run_time, ..self.limits }, ..self.clone() }
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What watches over the cache, when there is one.
    pub(super) fn seals(&self) -> Option<&Seals> {
        self.seals.as_deref()
    }

    /// The clock by which deadlines are counted.
    pub(super) fn ticks(&self) -> Arc<AtomicU64> {
        self.ticks.clone()
    }
}

/// A deadline in ticks of the epoch; one more, because the next tick may come at once.
pub(super) fn in_ticks(deadline: Duration) -> u64 {
    let ticks = deadline.as_millis().div_ceil(EPOCH_TICK.as_millis());
    u64::try_from(ticks).unwrap_or(u64::MAX).saturating_add(1)
}

/// The same answer on every machine: fuel counts instructions, NaNs are canonical, and nothing that may differ
/// between processors is allowed.
fn configuration(limits: &Limits) -> Config {
    let mut config = Config::new();
    config
        .strategy(Strategy::Cranelift)
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(limits.stack_bytes)
        .cranelift_nan_canonicalization(true)
        .wasm_relaxed_simd(false)
        .wasm_component_model(true)
        // On by default, it makes every call a third slower; nothing here is concurrent.
        .concurrency_support(false)
        // A fault says what happened, not where: a backtrace differs between builds of a policy.
        .wasm_backtrace_max_frames(None);
    config
}

/// Moves the epoch for as long as the engine lives.
fn tick(engine: &Arc<Engine>, ticks: Arc<AtomicU64>) {
    let weak: Weak<Engine> = Arc::downgrade(engine);
    thread::spawn(move || {
        loop {
            thread::sleep(EPOCH_TICK);
            match weak.upgrade() {
                Some(engine) => {
                    ticks.fetch_add(1, Ordering::Relaxed);
                    engine.increment_epoch();
                }
                None => return,
            }
        }
    });
}
