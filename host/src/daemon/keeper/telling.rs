//! The keeper's part in telling people: when the rules of the alerts look at the facts, and what is remembered for them.

use std::sync::Arc;
use std::time::Duration;

use steward_core::instant::{Instant, MS_PER_MINUTE};

use super::Keeper;
use crate::daemon::alerting;
use crate::daemon::report::JobReport;
use crate::daemon::settings::InForce;
use crate::daemon::work::Mode;
use crate::digest_mail;
use crate::ledger::Ledger;

/// The rules of the alerts look at the facts this often, and after each job.
const ALERTS_EVERY_MS: i64 = MS_PER_MINUTE;

/// A sink that hangs holds simulated time up for no longer than this.
const SETTLE_TIME_MAX: Duration = Duration::from_secs(30);

impl Keeper {
    /// Simulated time does not run ahead of those who bring messages: a letter that goes out today is proved today.
    pub(super) async fn settle_messages(&self) {
        self.parts.couriers.poke();
        if tokio::time::timeout(SETTLE_TIME_MAX, self.parts.couriers.settled()).await.is_err() {
            tracing::warn!("a sink takes long to answer; simulated time goes on without it");
        }
    }

    pub(super) async fn remember(&mut self, report: &JobReport, mode: Mode) {
        self.alerts_looked_at = None;
        if mode == Mode::Look {
            return;
        }
        let Some(ledger) = &mut self.ledger else { return };
        if let Err(error) = alerting::remember(ledger, report).await {
            tracing::error!("what came of the job is not remembered: {}", crate::error_chain::text(&error));
        }
        if let Some((at, license)) = &report.facts.server_license {
            let settings = &self.parts.in_force.settings;
            match alerting::tell_of_license(ledger, settings, *at, license).await {
                Ok(true) => self.parts.couriers.poke(),
                Ok(false) => {}
                Err(error) => {
                    let problem = crate::error_chain::text(&error);
                    tracing::error!("webhooks are not told about the licence of the server: {problem}");
                }
            }
        }
    }

    /// What has to be said is written down here, and sent by others.
    pub(super) async fn look_at_alerts(&mut self, now: Instant) {
        let is_due = self.alerts_looked_at.is_none_or(|at| now.millis_since(at).abs() >= ALERTS_EVERY_MS);
        if !is_due {
            return;
        }
        let Some(mut ledger) = self.ledger.take().filter(Ledger::is_usable) else { return };
        self.alerts_looked_at = Some(now);
        let outbox = self.parts.outbox.borrow().clone();
        let InForce { settings, schedules, .. } = &self.parts.in_force;
        match alerting::look(&mut ledger, settings, schedules, &self.status, outbox, now).await {
            Ok(state) => {
                self.status.alerts = state;
                self.parts.couriers.poke();
                self.parts.status.send_replace(Arc::new(self.status.clone()));
            }
            Err(error) => {
                tracing::error!("alerts were not looked at: {}", crate::error_chain::text(&error));
            }
        }
        let settings = &self.parts.in_force.settings;
        match digest_mail::write_if_due(&mut ledger, settings, &self.status, now).await {
            Ok(true) => self.parts.couriers.poke(),
            Ok(false) => {}
            Err(error) => tracing::error!("the digest was not written: {}", crate::error_chain::text(&error)),
        }
        self.ledger = Some(ledger);
    }
}
