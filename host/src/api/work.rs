//! What takes a while: it is begun, told about, and remembered until enough newer work has come.
//!
//! One piece of work at a time, and never beside a cycle: the lock of the data folder is the same that the daemon's jobs
//! and the command line take.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use steward_core::instant::Instant;
use steward_core::plan::Held;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::bodies::plans::PlanLine;
use super::bodies::policies::GateFindings;
use super::bodies::runs::UndoPreview;
use super::events::{Events, Happening};
use super::problem::Problem;
use crate::clock::Timer;
use crate::executor::{Progress, RunReport};

/// Whoever looks later than after so many others asks the ledger.
const KEPT_MAX: usize = 32;
/// A large run tells of itself often enough with so many steps, and every listener is told each.
const STEPS: usize = 200;

/// A piece of work.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Work")]
pub struct WorkBody {
    /// Counted from 1 since the daemon started.
    pub id: u64,
    pub kind: WorkKind,
    /// What it is about: the id of a plan, the number of a run, the digest of a policy; empty when it is about nothing.
    pub subject: String,
    /// Who asked for it, as it stands in the ledger.
    pub by: String,
    pub started_at: Instant,
    /// `null` while it is at work.
    pub ended_at: Option<Instant>,
    pub state: WorkState,
    /// How far it came; `null` before anybody can tell.
    pub progress: Option<WorkProgress>,
    /// What came of it, or why it failed, as a sentence; `null` while it is at work.
    pub message: Option<String>,
    /// What came of it; `null` while it is at work, and when it failed.
    pub result: Option<WorkResult>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WorkKind {
    /// Makes a plan of a fresh reading, and releases nothing.
    Plan,
    /// Releases the seats of a plan.
    Apply,
    /// Looks what an undo would do.
    UndoPreview,
    /// Gives back what a run took.
    Undo,
    /// Looks what speaks against a policy.
    Gate,
    /// Lets a policy decide.
    Activate,
    /// Lets the policy decide that decided before.
    Rollback,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WorkState {
    Running,
    Done,
    /// It ended, and something was held or failed in part: somebody should look.
    Attention,
    /// It was refused, or something failed. What was done until then stands in the ledger.
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Progress")]
pub struct WorkProgress {
    pub done: usize,
    pub of: usize,
}

/// What came of a piece of work.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum WorkResult {
    Planned {
        plan: PlanLine,
    },
    Applied {
        /// `null` when nothing was released.
        run: Option<Box<RunReport>>,
        /// What the fresh reading held.
        held: Vec<Held>,
    },
    UndoPreviewed {
        preview: UndoPreview,
    },
    Undone {
        run: Box<RunReport>,
    },
    Examined {
        findings: GateFindings,
    },
    Activated {
        /// `false` when the gate said no.
        is_active: bool,
        findings: GateFindings,
    },
}

/// The latest work first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WorkList {
    pub work: Vec<WorkBody>,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct WorkPath {
    /// The number of the work.
    pub id: u64,
}

/// How a piece of work ended well.
pub struct Done {
    pub needs_attention: bool,
    pub message: String,
    pub result: WorkResult,
}

/// All work since the daemon started, as far as it is kept.
#[derive(Clone)]
pub struct Works {
    kept: Arc<Mutex<Kept>>,
    events: Events,
    timer: Timer,
    /// Asks work to stop at the next place where that is possible.
    stop: CancellationToken,
    tasks: TaskTracker,
}

#[derive(Default)]
struct Kept {
    last_id: u64,
    /// The latest last.
    work: VecDeque<WorkBody>,
}

/// What a piece of work works with.
pub struct Hands {
    works: Works,
    id: u64,
    pub stop: CancellationToken,
}

impl Works {
    pub fn new(events: Events, timer: Timer, stop: CancellationToken) -> Self {
        Self { kept: Arc::default(), events, timer, stop, tasks: TaskTracker::new() }
    }

    /// Begins a piece of work unless another one is at work.
    ///
    /// # Errors
    /// When another one is, or the daemon is stopping.
    pub fn begin<F>(
        &self,
        kind: WorkKind,
        subject: String,
        by: String,
        work: impl FnOnce(Hands) -> F,
    ) -> Result<WorkBody, Problem>
    where
        F: Future<Output = Result<Done, String>> + Send + 'static,
    {
        if self.stop.is_cancelled() {
            return Err(Problem::new(super::problem::Code::Unavailable, "the daemon is stopping").after(10));
        }
        let body = {
            let mut kept = self.kept();
            if let Some(other) = kept.work.iter().find(|work| work.state == WorkState::Running) {
                let message = format!("work {} of {} is not done yet: wait for it, then ask again", other.id, other.by);
                return Err(Problem::conflict(message));
            }
            kept.last_id += 1;
            let body = WorkBody {
                id: kept.last_id,
                kind,
                subject,
                by,
                started_at: self.timer.now(),
                ended_at: None,
                state: WorkState::Running,
                progress: None,
                message: None,
                result: None,
            };
            kept.work.push_back(body.clone());
            while kept.work.len() > KEPT_MAX {
                kept.work.pop_front();
            }
            body
        };
        self.tell(&body);
        let (works, id) = (self.clone(), body.id);
        let hands = Hands { works: self.clone(), id, stop: self.stop.clone() };
        let work = tokio::spawn(work(hands));
        self.tasks.spawn(async move {
            let ended = work.await.unwrap_or_else(|error| {
                tracing::error!(work = id, "work ended in a panic, which is a bug: {error}");
                Err("it ended in a panic; see the log of the daemon".to_owned())
            });
            works.ended(id, ended);
        });
        Ok(body)
    }

    pub fn events(&self) -> &Events {
        &self.events
    }

    /// The latest first.
    pub fn all(&self) -> Vec<WorkBody> {
        self.kept().work.iter().rev().cloned().collect()
    }

    pub fn one(&self, id: u64) -> Option<WorkBody> {
        self.kept().work.iter().find(|work| work.id == id).cloned()
    }

    pub fn running(&self) -> Option<WorkBody> {
        self.kept().work.iter().find(|work| work.state == WorkState::Running).cloned()
    }

    /// Waits until nothing is at work; no more is begun once somebody asked to stop.
    pub async fn idle(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn ended(&self, id: u64, ended: Result<Done, String>) {
        let now = self.timer.now();
        self.change(id, |work| {
            work.ended_at = Some(now);
            match ended {
                Ok(done) => {
                    work.state = if done.needs_attention { WorkState::Attention } else { WorkState::Done };
                    work.message = Some(done.message);
                    work.result = Some(done.result);
                }
                Err(problem) => {
                    work.state = WorkState::Failed;
                    work.message = Some(problem);
                }
            }
        });
    }

    fn change(&self, id: u64, change: impl FnOnce(&mut WorkBody)) {
        let changed = {
            let mut kept = self.kept();
            kept.work.iter_mut().find(|work| work.id == id).map(|work| {
                change(work);
                work.clone()
            })
        };
        if let Some(work) = changed {
            self.tell(&work);
        }
    }

    /// Without the result, which may be long: whoever wants it asks for it.
    fn tell(&self, work: &WorkBody) {
        self.events.tell(Happening::Work { work: Box::new(WorkBody { result: None, ..work.clone() }) });
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hands {
    /// Tells how far it came, now and then.
    pub fn progress(&self) -> impl FnMut(Progress) + Send + 'static {
        let (works, id) = (self.works.clone(), self.id);
        let mut told = None;
        move |Progress { done, of }| {
            let step = done * STEPS.min(of.max(1)) / of.max(1);
            if told != Some(step) {
                told = Some(step);
                works.change(id, |work| work.progress = Some(WorkProgress { done, of }));
            }
        }
    }
}
