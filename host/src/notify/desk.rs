//! What is remembered of a sink between its messages, and what becomes of a message that it does not take.

use std::collections::{BTreeMap, BTreeSet};

use steward_core::instant::{Instant, MS_PER_DAY};

use super::failure::Failure;
use super::pace::Pace;
use crate::ledger::{KeptMessage, Settled};
use crate::wording::counted;

/// Somebody has so long to mend settings that a server does not accept.
const UNWELCOME_DAYS: i64 = 1;

/// What is remembered of a sink while the daemon runs.
#[derive(Default)]
pub(super) struct Desk {
    pub(super) pace: Pace,
    /// The problem that was said last.
    told: Option<String>,
    /// Of messages that some of their addresses took: who has them already.
    taken: BTreeMap<i64, BTreeSet<String>>,
}

impl Desk {
    /// The addresses that have this message already.
    pub(super) fn taken(&self, message: &KeptMessage) -> BTreeSet<String> {
        self.taken.get(&message.number).cloned().unwrap_or_default()
    }

    /// Remembers what came of an attempt, and says what becomes of the message.
    pub(super) fn note(
        &mut self,
        message: &KeptMessage,
        done: Result<(), Failure>,
        give_up_after_days: u32,
        now: Instant,
    ) -> Settled {
        match &done {
            Ok(()) | Err(Failure::Refused { .. }) => self.pace.answered(now),
            Err(failure) => self.pace.failed(failure.retry_after(), now),
        }
        if let Err(Failure::Partly { taken, .. }) = &done {
            self.taken.entry(message.number).or_default().extend(taken.iter().cloned());
        }
        let settled = match done {
            Ok(()) => Settled::Delivered,
            Err(failure) => settle(message, &failure, give_up_after_days, now),
        };
        if !matches!(settled, Settled::Failed(_)) {
            self.taken.remove(&message.number);
        }
        self.tell(&message.sink, &settled);
        settled
    }

    /// Says a trouble once, again when it changes, and when it is over.
    fn tell(&mut self, sink: &str, settled: &Settled) {
        match settled {
            Settled::Delivered => {
                if self.told.take().is_some() {
                    tracing::info!(sink, "messages reach `{sink}` again");
                }
            }
            Settled::Failed(problem) if self.told.as_ref() == Some(problem) => {}
            Settled::Failed(problem) => {
                tracing::warn!(sink, "messages wait for `{sink}`: {problem}");
                self.told = Some(problem.clone());
            }
            Settled::Refused(problem) => tracing::error!(sink, "a message for `{sink}` is set aside: {problem}"),
            Settled::Dropped => {}
        }
    }
}

/// What becomes of a message that was not taken.
fn settle(message: &KeptMessage, failure: &Failure, give_up_after_days: u32, now: Instant) -> Settled {
    let problem = failure.problem().to_owned();
    let days = match failure {
        Failure::Refused { .. } => return Settled::Refused(problem),
        Failure::Unwelcome { .. } => UNWELCOME_DAYS,
        Failure::Passing { .. } | Failure::Partly { .. } => i64::from(give_up_after_days),
    };
    if now.millis_since(message.message.at) < days.saturating_mul(MS_PER_DAY) {
        return Settled::Failed(problem);
    }
    Settled::Refused(format!("given up after {}: {problem}", counted(usize::try_from(days).unwrap_or(0), "day")))
}
