//! Finds out what happened, and tells those who listen.

use std::time::Duration;

use steward_core::digest::Digest;
use steward_core::instant::Instant;
use tokio_util::sync::CancellationToken;

use super::Api;
use super::events::Happening;
use crate::daemon::status::Status;

/// Commands write into the ledger too, from other processes.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Types of new entries that are named.
const TYPES_MAX: usize = 20;

/// Works until somebody asks to stop.
pub async fn tell_news(api: Api, stop: CancellationToken) {
    let (mut status, mut settings) = (api.status.clone(), api.settings.clone());
    let mut standings = api.couriers.standings();
    let mut seen = Seen { status: Digest::zero(), alerts: Digest::zero(), read_at: None, entries: None };
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            changed = status.changed() => {
                if changed.is_err() {
                    return;
                }
                let now = status.borrow_and_update().clone();
                seen.look_at_status(&api, &now);
            }
            changed = settings.changed() => {
                if changed.is_err() {
                    return;
                }
                settings.mark_unchanged();
                api.events.tell(Happening::Settings);
            }
            changed = standings.changed() => {
                if changed.is_err() {
                    return;
                }
                standings.mark_unchanged();
                api.events.tell(Happening::Alerts);
            }
            _ = look.tick() => {
                // The first look says where to count from.
                if api.events.has_listeners() || seen.entries.is_none() {
                    seen.look_at_ledger(&api).await;
                }
            }
        }
    }
}

struct Seen {
    status: Digest,
    alerts: Digest,
    read_at: Option<Instant>,
    /// `None` before the first look.
    entries: Option<u64>,
}

impl Seen {
    /// The keeper publishes every few seconds, whether anything changed or not.
    fn look_at_status(&mut self, api: &Api, now: &Status) {
        let digest = of_status(now);
        let read_at = now.pools.as_ref().map(|pools| pools.at);
        if read_at != self.read_at {
            self.read_at = read_at;
            api.events.tell(Happening::Reading);
        }
        if digest != self.status {
            self.status = digest;
            api.events.tell(Happening::Status);
        }
        let digest = of_alerts(now);
        if digest != self.alerts {
            self.alerts = digest;
            api.events.tell(Happening::Alerts);
        }
    }

    async fn look_at_ledger(&mut self, api: &Api) {
        let before = self.entries;
        let looked = api.desk.ask(async move |drawer| {
            let ledger = drawer.ledger().await?;
            let entries = ledger.head().seq;
            let mut types = Vec::new();
            if before.is_some_and(|before| before < entries) {
                let new = ledger.entries_before(entries.saturating_add(1)).await.unwrap_or_default();
                for entry in new.iter().take_while(|entry| Some(entry.seq) > before) {
                    let body: serde_json::Value = serde_json::from_str(&entry.body).unwrap_or_default();
                    let name = body["type"].as_str().unwrap_or_default().to_owned();
                    if !types.contains(&name) && types.len() < TYPES_MAX {
                        types.push(name);
                    }
                }
            }
            Ok((entries, types))
        });
        // Whoever cannot look now looks again.
        let Ok((entries, types)) = looked.await else { return };
        if before.is_some_and(|before| before != entries) {
            api.events.tell(Happening::Ledger { entries, types });
        }
        self.entries = Some(entries);
    }
}

/// Of the alerts alone: that time passes is no news.
fn of_alerts(status: &Status) -> Digest {
    let state = &status.alerts;
    let of = |(key, alert): (&_, &steward_core::alert::Alert)| {
        format!("{key} {:?} {:?} {} {}", alert.phase, alert.severity, alert.facts, alert.repeats)
    };
    let firing: Vec<String> = state.alerts().iter().map(of).collect();
    Digest::of_bytes(format!("{firing:?} {:?}", state.history().back()).as_bytes())
}

/// Of what somebody would see of it.
fn of_status(status: &Status) -> Digest {
    let text = format!(
        "{} {:?} {:?} {:?} {:?} {:?}",
        status.told(),
        status.plan.as_ref().map(|plan| plan.made_at),
        status.server_license,
        status.ledger,
        status.readiness(),
        status.totals.faults
    );
    Digest::of_bytes(text.as_bytes())
}
