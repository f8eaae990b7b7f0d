//! When what runs: schedules, requests from outside, a changed settings file, and the request to stop.
//!
//! One job at a time. The keeper owns the running state; everybody else reads the [`Status`] that it publishes. It never
//! releases anything itself: jobs do, with the settings that were in force when they began.

mod telling;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Map;
use steward_core::digest::Digest;
use steward_core::instant::{Instant, MS_PER_MINUTE};
use steward_core::timetable::{Timetable, is_overdue};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::heartbeat::Heartbeat;
use super::job::Job;
use super::report::{JobOutcome, JobReport};
use super::rules;
use super::settings::{self, InForce, Watched};
use super::status::{LedgerStatus, Status};
use super::work::{self, Mode, Work};
use crate::clock::Timer;
use crate::config::Settings;
use crate::cycle;
use crate::influx::OutboxStatus;
use crate::ledger::Ledger;
use crate::notify::Couriers;
use crate::run_settings::settings_draft;

/// A failed job is tried again after a minute, then two, four …, and at the latest after half an hour.
const RETRY_FIRST_MS: i64 = MS_PER_MINUTE;
const RETRY_DOUBLINGS_MAX: u32 = 5;
/// A failed release is tried again for two hours at most: later it would be a release at a time that nobody chose.
const RELEASE_RETRIES_MAX: u32 = 8;
/// A reading may come this much later than its schedule says before it counts as missed.
const OVERDUE_GRACE_MS: i64 = 10 * MS_PER_MINUTE;
/// The keeper looks around this often even when nothing is due; a settings file is read at the second look that finds it
/// changed.
const TICK_MS: i64 = 2000;
/// The ledger's disk is tried this often while nothing else writes.
const PROBE_EVERY_MS: i64 = MS_PER_MINUTE;

/// What somebody outside may ask for.
#[derive(Debug)]
pub enum Wish {
    Run(Job),
    Reload,
}

/// A wish, and where its answer goes: a sentence either way.
#[derive(Debug)]
pub struct Request {
    pub wish: Wish,
    pub answer: oneshot::Sender<Result<String, String>>,
}

/// How many requests may wait while a job runs; more are refused.
pub const REQUESTS_MAX: usize = 16;

/// What the keeper is made of.
pub struct Parts {
    pub path: PathBuf,
    /// As the file was before `in_force` was read.
    pub watched: Watched,
    pub in_force: InForce,
    pub timer: Timer,
    pub stop: CancellationToken,
    pub beat: Heartbeat,
    pub requests: mpsc::Receiver<Request>,
    pub status: watch::Sender<Arc<Status>>,
    pub settings: watch::Sender<Arc<Settings>>,
    /// Told when points may wait for `InfluxDB`.
    pub points: Arc<Notify>,
    /// Bring messages to their sinks.
    pub couriers: Couriers,
    /// How much waits for `InfluxDB`.
    pub outbox: watch::Receiver<OutboxStatus>,
    /// Simulated time that ends: the keeper stops there.
    pub until: Option<Instant>,
}

pub struct Keeper {
    parts: Parts,
    /// `None` while it cannot be opened.
    ledger: Option<Ledger>,
    timetable: Timetable<Job>,
    failures: BTreeMap<Job, u32>,
    status: Status,
    probed_at: Option<Instant>,
    alerts_looked_at: Option<Instant>,
    /// Changed rules were loaded, and nobody has compared them yet.
    looks_at_rules: bool,
    /// The plan whose rules were accepted when somebody compared last.
    rules_compared_with: Option<Digest>,
    reopens_ledger: bool,
}

impl Keeper {
    pub fn new(parts: Parts, ledger: Ledger) -> Self {
        let now = parts.timer.now();
        let jitter_seconds = parts.in_force.settings.steward.daemon.jitter_seconds;
        let mut timetable = Timetable::new(parts.in_force.schedules.clone(), now, &mut || jitter_ms(jitter_seconds));
        // Monitoring begins at once; the first release waits for its schedule.
        for job in [Job::Monitor, Job::ServerLicense] {
            if parts.in_force.schedules.contains_key(&job) {
                timetable.ask(job);
            }
        }
        let status = Status { started_at: Some(now), ..Status::default() };
        Self {
            ledger: Some(ledger),
            timetable,
            failures: BTreeMap::new(),
            status,
            probed_at: None,
            alerts_looked_at: None,
            looks_at_rules: false,
            rules_compared_with: None,
            reopens_ledger: false,
            parts,
        }
    }

    /// Works until somebody asks to stop.
    pub async fn run(mut self) {
        self.finish_interrupted_run().await;
        while !self.parts.stop.is_cancelled() {
            let now = self.look_around().await;
            if self.parts.until.is_some_and(|until| now >= until) {
                break;
            }
            if let Some(job) = self.take_due(now) {
                self.carry_out(job, Mode::Act).await;
                continue;
            }
            if std::mem::take(&mut self.looks_at_rules) {
                self.carry_out(Job::Release, Mode::Look).await;
                continue;
            }
            self.wait(now).await;
        }
        if self.parts.timer.is_simulated() {
            self.settle_messages().await;
        }
        if let Some(ledger) = self.ledger.take() {
            ledger.close().await;
        }
    }

    async fn look_around(&mut self) -> Instant {
        self.parts.beat.beat();
        let now = self.parts.timer.now();
        let jitter_seconds = self.settings().steward.daemon.jitter_seconds;
        self.timetable.look_at_clock(now, &mut || jitter_ms(jitter_seconds));
        if self.settings().steward.daemon.watch_settings {
            self.watch_settings();
        }
        self.probe_ledger(now).await;
        self.see_whether_rules_still_wait().await;
        self.publish(now);
        // Most looks find nothing to do.
        Box::pin(self.look_at_alerts(now)).await;
        now
    }

    /// Somebody who arms does so in another process, and wants to see at once that it helped.
    async fn see_whether_rules_still_wait(&mut self) {
        if self.status.rules_waiting.is_none() {
            return;
        }
        if let Some(ledger) = &mut self.ledger
            && let Err(error) = ledger.refresh().await
        {
            tracing::debug!("the ledger cannot be read just now: {}", crate::error_chain::text(&error));
        }
    }

    fn watch_settings(&mut self) {
        if self.parts.watched.has_changed() {
            // Told in the log; nobody waits for the answer.
            let _ = self.reload();
        } else if self.parts.watched.is_missing() && self.status.settings_problem.is_none() {
            let problem = format!("`{}` is not there any more, and a restart would fail", self.parts.path.display());
            tracing::error!("the settings before stay in force: {problem}");
            self.status.settings_problem = Some(problem);
        }
    }

    async fn wait(&mut self, now: Instant) {
        if self.parts.timer.is_simulated() {
            self.settle_messages().await;
        }
        // Nobody changes anything while time is simulated.
        let tick_ms = if self.parts.timer.is_simulated() { PROBE_EVERY_MS * 60 } else { TICK_MS };
        let tick = Instant::from_millis(now.millis().saturating_add(tick_ms)).unwrap_or(now);
        let wake_at = self.timetable.next_due().map_or(tick, |due_at| due_at.min(tick));
        // Simulated time goes no further than it was asked to.
        let wake_at = self.parts.until.map_or(wake_at, |until| until.min(wake_at));
        tokio::select! {
            () = self.parts.stop.cancelled() => {}
            () = self.parts.timer.sleep_towards(wake_at) => {}
            request = self.parts.requests.recv() => if let Some(request) = request {
                let answer = self.grant(&request.wish);
                // Whoever asked may have gone.
                let _ = request.answer.send(answer);
            },
        }
    }

    fn take_due(&mut self, now: Instant) -> Option<Job> {
        let jitter_seconds = self.settings().steward.daemon.jitter_seconds;
        self.timetable.take_due(now, &mut || jitter_ms(jitter_seconds))
    }

    fn grant(&mut self, wish: &Wish) -> Result<String, String> {
        match wish {
            Wish::Reload => self.reload(),
            Wish::Run(job) if self.parts.in_force.schedules.contains_key(job) => {
                self.timetable.ask(*job);
                Ok(format!("the job {job} runs now"))
            }
            Wish::Run(job) => Err(format!("the job {job} is switched off: set `{}.enable` to `true`", job.setting())),
        }
    }

    /// Reads the settings file again. A bad one changes nothing.
    fn reload(&mut self) -> Result<String, String> {
        let loaded = match settings::load(&self.parts.path) {
            Ok(loaded) => loaded,
            Err(error) => {
                let problem = crate::error_chain::text(&error);
                tracing::error!("the settings file is not good, the settings before it stay in force: {problem}");
                self.status.settings_problem = Some(problem.clone());
                return Err(problem);
            }
        };
        if loaded.settings.data_dir() != self.settings().data_dir() {
            let problem = "`steward.dataDir` changed, which takes a restart".to_owned();
            tracing::error!("the settings before stay in force: {problem}");
            self.status.settings_problem = Some(problem.clone());
            return Err(problem);
        }
        self.status.settings_problem = None;
        if *loaded.settings == *self.parts.in_force.settings {
            tracing::info!("the settings were read again and are the same as before");
            return Ok("the settings are the same as before".to_owned());
        }
        for note in &loaded.notes {
            tracing::info!("{note}");
        }
        loaded.warn_when_idle();
        let restart = needs_restart(&loaded.settings, self.settings());
        if !restart.is_empty() {
            tracing::warn!("{} changed, which takes a restart", restart.join(" and "));
        }
        let may_release = loaded.schedules.contains_key(&Job::Release);
        self.looks_at_rules |= may_release && decides_differently(&loaded.settings, self.settings());
        let now = self.parts.timer.now();
        let jitter_seconds = loaded.settings.steward.daemon.jitter_seconds;
        // What failed under other settings is no reason to release under these.
        self.timetable.forget_retry(Job::Release);
        self.failures.remove(&Job::Release);
        self.timetable.reschedule(loaded.schedules.clone(), now, &mut || jitter_ms(jitter_seconds));
        self.parts.in_force = loaded;
        // Opened again with what the settings say of measurements.
        self.reopens_ledger = true;
        self.parts.settings.send_replace(self.parts.in_force.settings.clone());
        tracing::info!("the settings were read again and are in force");
        let except =
            if restart.is_empty() { String::new() } else { format!(", except {}: restart", restart.join(" and ")) };
        Ok(format!("the settings were read again and are in force{except}"))
    }

    fn settings(&self) -> &Settings {
        &self.parts.in_force.settings
    }

    /// Runs a job as a task of its own: a panic ends the job and not the daemon.
    async fn carry_out(&mut self, job: Job, mode: Mode) {
        let Some(ledger) = self.open_ledger().await else {
            if mode == Mode::Act {
                self.try_again(job);
            }
            return;
        };
        let work = Work {
            settings: self.parts.in_force.settings.clone(),
            timer: self.parts.timer.clone(),
            stop: self.parts.stop.clone(),
            beat: self.parts.beat.clone(),
            ledger,
        };
        tracing::debug!(%job, "a job begins");
        match tokio::spawn(work::run(work, job, mode)).await {
            Ok((ledger, report)) => {
                self.ledger = Some(ledger);
                self.ended(&report, mode);
                self.remember(&report, mode).await;
            }
            Err(error) => {
                tracing::error!(%job, "the job ended in a panic, which is a bug: {error}");
                let now = self.parts.timer.now();
                let message = "it ended in a panic; see the log".to_owned();
                let report = JobReport {
                    job,
                    started_at: now,
                    ended_at: now,
                    outcome: JobOutcome::Failed,
                    message,
                    facts: super::report::Facts::default(),
                    requests: BTreeMap::new(),
                };
                self.ended(&report, mode);
            }
        }
    }

    fn ended(&mut self, report: &JobReport, mode: Mode) {
        let job = report.job;
        match report.outcome {
            JobOutcome::Done => tracing::info!(%job, "{}: {}", job, report.message),
            JobOutcome::Attention => tracing::warn!(%job, "{}: {}", job, report.message),
            JobOutcome::Failed => tracing::error!(%job, "{}: {}", job, report.message),
        }
        self.parts.points.notify_one();
        if report.facts.rules_waiting.is_some() {
            self.rules_compared_with = self.accepted();
        }
        if mode == Mode::Look {
            // Never tried again: that would be a release outside of its schedule.
            self.status.add_look(report);
            return;
        }
        self.status.add(report);
        if report.outcome == JobOutcome::Failed {
            self.try_again(job);
        } else {
            self.failures.remove(&job);
        }
    }

    /// The plan whose rules were accepted last.
    fn accepted(&self) -> Option<Digest> {
        let site = cycle::site_of(self.settings());
        self.ledger.as_ref().and_then(|ledger| ledger.state().accepted(&site))
    }

    fn try_again(&mut self, job: Job) {
        let failures = self.failures.entry(job).or_default();
        if job == Job::Release && *failures >= RELEASE_RETRIES_MAX {
            tracing::error!(%job, "{job}: given up until its schedule says so again");
            self.failures.remove(&job);
            return;
        }
        let delay_ms = RETRY_FIRST_MS << (*failures).min(RETRY_DOUBLINGS_MAX);
        *failures = failures.saturating_add(1);
        let now = self.parts.timer.now();
        if let Some(at) = Instant::from_millis(now.millis().saturating_add(delay_ms)) {
            self.timetable.retry(job, at);
        }
    }

    /// The ledger, opened again when it was lost.
    async fn open_ledger(&mut self) -> Option<Ledger> {
        let reopens = std::mem::take(&mut self.reopens_ledger);
        match self.ledger.take() {
            Some(ledger) if ledger.is_usable() && !reopens => return Some(ledger),
            Some(ledger) => ledger.close().await,
            None => {}
        }
        match cycle::open_ledger(self.settings(), self.parts.timer.clock()).await {
            Ok(ledger) => Some(ledger),
            Err(error) => {
                let problem = crate::error_chain::text(&error);
                tracing::error!("the ledger cannot be opened, so nothing is done: {problem}");
                self.status.ledger.problem = Some(problem);
                None
            }
        }
    }

    async fn finish_interrupted_run(&mut self) {
        let Some(mut ledger) = self.open_ledger().await else { return };
        let settings = self.parts.in_force.settings.clone();
        work::recover(&settings, &mut ledger, &self.parts.timer).await;
        // What waited before a restart waits after it.
        let may_release = self.parts.in_force.schedules.contains_key(&Job::Release);
        self.looks_at_rules = may_release && rules::have_changed(&mut ledger, &settings).await;
        self.ledger = Some(ledger);
    }

    /// Writes that the daemon is alive, which also shows whether the ledger can be written.
    async fn probe_ledger(&mut self, now: Instant) {
        let is_due = self.probed_at.is_none_or(|at| (now.millis_since(at)).abs() >= PROBE_EVERY_MS);
        if !is_due && self.status.ledger.problem.is_none() {
            return;
        }
        self.probed_at = Some(now);
        let Some(mut ledger) = self.open_ledger().await else { return };
        let seen = match ledger.refresh().await {
            Ok(()) => ledger.seen_alive(now, &self.status.told()).await,
            Err(error) => Err(error),
        };
        match seen {
            Ok(()) => {
                if self.status.ledger.problem.is_some() {
                    tracing::info!("the ledger can be used again");
                }
                self.status.ledger = LedgerStatus::of(&ledger);
                self.ledger = Some(ledger);
            }
            Err(error) => {
                let problem = crate::error_chain::text(&error);
                if self.status.ledger.problem.as_ref() != Some(&problem) {
                    tracing::error!("the ledger cannot be written: {problem}");
                }
                self.status.ledger.problem = Some(problem);
            }
        }
    }

    fn publish(&mut self, now: Instant) {
        let started_at = self.status.started_at.unwrap_or(now);
        for job in Job::ALL {
            let status = self.status.jobs.entry(job).or_default();
            status.next_at = self.timetable.due_at(job);
            let since = status.last_success_at.unwrap_or(started_at);
            let schedule = self.timetable.schedule(job);
            status.is_overdue = schedule.is_some_and(|schedule| is_overdue(schedule, since, now, OVERDUE_GRACE_MS));
        }
        if self.ledger.is_some() && self.accepted() != self.rules_compared_with {
            // Somebody accepted others since.
            self.status.rules_waiting = None;
        }
        if let Some(ledger) = &self.ledger {
            let problem = self.status.ledger.problem.take();
            self.status.ledger = LedgerStatus { problem, ..LedgerStatus::of(ledger) };
        }
        self.parts.status.send_replace(Arc::new(self.status.clone()));
    }
}

/// Rules or limits differ; the policy component itself is compared when a plan is made.
fn decides_differently(one: &Settings, other: &Settings) -> bool {
    let draft = |settings| settings_draft(settings, &Map::new());
    draft(one) != draft(other) || one.steward.policy != other.steward.policy
}

/// Settings that are looked at once, when the daemon starts.
fn needs_restart(one: &Settings, other: &Settings) -> Vec<&'static str> {
    let (one, other) = (&one.steward, &other.steward);
    let changed = [
        (
            (one.http.enable, &one.http.listen, &one.http.tls)
                != (other.http.enable, &other.http.listen, &other.http.tls),
            "`steward.http` (`enable`, `listen`, `tls`)",
        ),
        (one.daemon.stop_seconds != other.daemon.stop_seconds, "`steward.daemon.stopSeconds`"),
    ];
    changed.into_iter().filter(|(is_changed, _)| *is_changed).map(|(_, name)| name).collect()
}

/// A delay between nothing and the setting, in milliseconds.
fn jitter_ms(max_seconds: u32) -> u32 {
    let max_ms = u64::from(max_seconds) * 1000;
    if max_ms == 0 {
        return 0;
    }
    let mut random = [0_u8; 8];
    // Without randomness everybody is on time.
    if getrandom::fill(&mut random).is_err() {
        return 0;
    }
    u32::try_from(u64::from_le_bytes(random) % (max_ms + 1)).unwrap_or(0)
}
