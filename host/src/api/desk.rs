//! The desk at which everything is looked up: one thread that owns a ledger of its own, and answers one request after the
//! other.
//!
//! Reading a large plan takes the processor for a while, and a database waits for its disk. Here neither holds up the
//! keeper, whose ledger is another connection, nor the threads that serve the network. Nothing here asks the server.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use steward_core::digest::Digest;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::problem::{Code, Problem};
use crate::clock::Timer;
use crate::config::Settings;
use crate::cycle::{self, Prepared};
use crate::ledger::{Ledger, LedgerError, StoredPlan};
use crate::policies::{self, Found};
use crate::policy::PolicyComponent;

/// Requests that wait while one is answered; more are refused. A page of the console asks for a dozen things at once.
/// Those that change something wait in a line of their own, and go first: nobody who reads keeps anybody from pausing.
const WAITING_MAX: usize = 64;
/// Plans that are kept as they were read: somebody pages through one, and compares it with another.
const PLANS_MAX: usize = 3;
/// Policies that are kept loaded.
const POLICIES_MAX: usize = 8;
/// Nobody has asked for so long: what was read is let go.
const IDLE: Duration = Duration::from_mins(5);

type Answering<'d> = Pin<Box<dyn Future<Output = ()> + 'd>>;
type Question = Box<dyn for<'d> FnOnce(&'d mut Drawer) -> Answering<'d> + Send>;

/// Where to ask. Clones ask the same desk.
#[derive(Clone)]
pub struct Desk {
    questions: mpsc::Sender<Question>,
    changes: mpsc::Sender<Question>,
}

/// What the desk has at hand.
pub struct Drawer {
    /// Erasures before what is kept here was read.
    erasures: u64,
    settings: watch::Receiver<Arc<Settings>>,
    pub timer: Timer,
    ledger: Option<Ledger>,
    /// The latest used last.
    plans: VecDeque<Arc<StoredPlan>>,
    /// What the plan of this id was made of, ready to be asked about.
    prepared: Option<(Digest, Arc<Prepared>)>,
    policies: VecDeque<(Digest, PolicyComponent)>,
}

/// The other end of a desk, to be run on a thread where blocking is fine.
pub struct Clerk {
    questions: mpsc::Receiver<Question>,
    changes: mpsc::Receiver<Question>,
    drawer: Drawer,
}

/// A desk, and whoever answers at it.
pub fn desk(settings: watch::Receiver<Arc<Settings>>, timer: Timer) -> (Desk, Clerk) {
    let (reading, questions) = mpsc::channel(WAITING_MAX);
    let (changing, changes) = mpsc::channel(WAITING_MAX);
    let drawer = Drawer {
        erasures: 0,
        settings,
        timer,
        ledger: None,
        plans: VecDeque::new(),
        prepared: None,
        policies: VecDeque::new(),
    };
    (Desk { questions: reading, changes: changing }, Clerk { questions, changes, drawer })
}

impl Desk {
    /// Asks something. It is answered even when whoever asked does not wait for it.
    ///
    /// # Errors
    /// When too many wait, or with what the answer says.
    pub async fn ask<T, F>(&self, question: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: AsyncFnOnce(&mut Drawer) -> Result<T, Problem> + Send + 'static,
    {
        stand_in_line(&self.questions, question).await
    }

    /// [`Self::ask`] for what changes something, before everybody who only reads.
    ///
    /// # Errors
    /// As [`Self::ask`].
    pub async fn change<T, F>(&self, question: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: AsyncFnOnce(&mut Drawer) -> Result<T, Problem> + Send + 'static,
    {
        stand_in_line(&self.changes, question).await
    }
}

async fn stand_in_line<T, F>(line: &mpsc::Sender<Question>, question: F) -> Result<T, Problem>
where
    T: Send + 'static,
    F: AsyncFnOnce(&mut Drawer) -> Result<T, Problem> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    let question: Question = Box::new(move |drawer| {
        Box::pin(async move {
            // Whoever asked may have gone.
            let _ = answer.send(question(drawer).await);
        })
    });
    line.try_send(question).map_err(|_| {
        Problem::new(Code::Unavailable, "too many requests wait already, or the daemon is stopping: ask again").after(2)
    })?;
    let gone = |_| Problem::new(Code::Failed, "the answer was lost; see the log of the daemon");
    answered.await.map_err(gone)?
}

impl Clerk {
    /// Answers until somebody asks to stop.
    pub async fn work(mut self, stop: CancellationToken) {
        loop {
            let received = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                change = self.changes.recv() => change,
                question = self.questions.recv() => question,
                () = tokio::time::sleep(IDLE) => {
                    self.drawer.forget();
                    continue;
                }
            };
            match received {
                Some(question) => {
                    let answered = AssertUnwindSafe(question(&mut self.drawer)).catch_unwind().await;
                    if answered.is_err() {
                        tracing::error!("a request ended in a panic, which is a bug");
                        self.drawer.ledger = None;
                        self.drawer.forget();
                    }
                }
                None => break,
            }
        }
        if let Some(ledger) = self.drawer.ledger.take() {
            ledger.close().await;
        }
    }
}

impl Drawer {
    /// The settings in force.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.borrow().clone()
    }

    /// The ledger as it stands now, with what others wrote.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn ledger(&mut self) -> Result<&mut Ledger, Problem> {
        let usable = match self.ledger.take().filter(Ledger::is_usable) {
            Some(mut ledger) => ledger.refresh().await.map(|()| ledger),
            None => cycle::open_ledger(&self.settings(), self.timer.clock()).await,
        };
        let ledger = usable.map_err(|error| of_ledger(&error))?;
        let erasures = ledger.state().erasures();
        if erasures != self.erasures {
            self.erasures = erasures;
            self.forget();
        }
        Ok(self.ledger.insert(ledger))
    }

    /// A stored plan: by its id, the beginning of it, or `latest`.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub async fn plan(&mut self, id: &str) -> Result<Arc<StoredPlan>, Problem> {
        let ledger = self.ledger().await?;
        let id = match id {
            "latest" => match ledger.state().latest_plan() {
                Some((id, _)) => id.to_string(),
                None => return Err(Problem::not_found("there is no plan yet: make one, or wait for the release job")),
            },
            id => id.to_owned(),
        };
        if let Some(at) = self.plans.iter().position(|plan| plan.plan.id().to_string() == id)
            && let Some(plan) = self.plans.remove(at)
        {
            self.plans.push_back(plan.clone());
            return Ok(plan);
        }
        let ledger = self.ledger().await?;
        let plan = Arc::new(ledger.stored_plan(&id).await.map_err(|error| of_ledger(&error))?);
        self.plans.push_back(plan.clone());
        while self.plans.len() > PLANS_MAX {
            self.plans.pop_front();
        }
        Ok(plan)
    }

    /// What a plan was made of, with the policy that made it.
    ///
    /// # Errors
    /// When somebody was erased from it, or its policy is gone.
    pub async fn prepared(&mut self, plan: &StoredPlan) -> Result<Arc<Prepared>, Problem> {
        let id = plan.plan.id();
        if let Some((_, prepared)) = self.prepared.as_ref().filter(|(of, _)| *of == id) {
            return Ok(prepared.clone());
        }
        self.prepared = None;
        let digest = plan.plan.body().policy.digest;
        let policy = self.component(digest).await?;
        let made_of = plan.made_of().map_err(|error| of_ledger(&error))?;
        let prepared = Arc::new(Prepared::from_stored(made_of, policy, plan.plan.body()));
        self.prepared = Some((id, prepared.clone()));
        Ok(prepared)
    }

    /// The policy that decided once, for what it says about that plan: it was looked at before it decided.
    async fn component(&mut self, digest: Digest) -> Result<PolicyComponent, Problem> {
        if let Some((_, policy)) = self.policies.iter().find(|(of, _)| *of == digest) {
            return Ok(policy.clone());
        }
        let settings = self.settings();
        let ledger = self.ledger().await?;
        let Some(bytes) = ledger.component(digest).await.map_err(|error| of_ledger(&error))? else {
            return Err(Problem::not_found(format!("the policy {digest} that made the plan is not kept any more")));
        };
        let engine = policies::engine(Some(&settings)).map_err(|error| Problem::failed(&error))?;
        let policy = PolicyComponent::load(&engine, &bytes).map_err(|error| Problem::failed(&error))?;
        Ok(self.keep(digest, policy))
    }

    /// Loads a policy that the settings trust.
    ///
    /// # Errors
    /// When it is none, or no policy at all.
    pub fn load(&mut self, found: &Found) -> Result<PolicyComponent, Problem> {
        let loaded = found.load(Some(&self.settings()));
        let loaded = loaded.map_err(|error| Problem::conflict(crate::error_chain::text(&error)))?;
        Ok(self.keep(found.digest(), loaded.component))
    }

    fn keep(&mut self, digest: Digest, policy: PolicyComponent) -> PolicyComponent {
        self.policies.retain(|(of, _)| *of != digest);
        self.policies.push_back((digest, policy.clone()));
        while self.policies.len() > POLICIES_MAX {
            self.policies.pop_front();
        }
        policy
    }

    fn forget(&mut self) {
        self.plans.clear();
        self.prepared = None;
        self.policies.clear();
    }
}

/// What an error of the ledger means for whoever asked.
pub fn of_ledger(error: &LedgerError) -> Problem {
    let text = crate::error_chain::text(error);
    match error {
        LedgerError::NoPlan { id } => {
            Problem::not_found(format!("there is no plan `{id}` here, or it has expired: /api/v1/plans lists them"))
        }
        LedgerError::NoRun(_) => Problem::not_found(text),
        LedgerError::SeveralPlans { .. } => Problem::invalid(text),
        LedgerError::Illegal(_) => Problem::conflict(text),
        _ => Problem::new(Code::Unavailable, text).after(10),
    }
}
