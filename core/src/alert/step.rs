//! One step of the state machine: from what was said and what is known to what has to be said.

use super::advance::At;
use super::findings::{Cover, Finding, Findings, Standing};
use super::key::AlertKey;
use super::notification::Notification;
use super::observations::Observations;
use super::settings::AlertSettings;
use super::silence::Silence;
use super::state::{AlertState, Phase};
use crate::instant::{Instant, MS_PER_DAY};

/// After a long sleep, or with a clock that leapt ahead, nothing counts as longer than this.
const STEP_MAX_MS: i64 = MS_PER_DAY;

/// What comes of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stepped {
    /// To be stored together with the notifications, so that a crash loses neither.
    pub state: AlertState,
    /// By key. Those with `silenced_by` are to be recorded, the others to be sent.
    pub notifications: Vec<Notification>,
}

/// Looks at the facts once more. Called at each reading and after each run, and every few minutes between them.
pub fn step(
    mut state: AlertState,
    observations: &Observations,
    settings: &AlertSettings,
    silences: &[Silence],
    now: Instant,
) -> Stepped {
    let elapsed_ms = state.last_step_at.map_or(0, |last| now.millis_since(last).clamp(0, STEP_MAX_MS));
    let elapsed_ms = u64::try_from(elapsed_ms).unwrap_or_default();
    state.last_step_at = Some(now);
    let reading_age_ms = reading_age(&mut state, observations.read_at, elapsed_ms, now);
    let mut findings = Findings::of(observations, settings, reading_age_ms, now);
    findings.settle(settings, state.alerts.keys());
    let mut notifications = Vec::new();
    // What may be covered by another alert comes after it.
    let (coverable, others): (Vec<_>, Vec<_>) =
        findings.into_all().partition(|(_, finding): &(AlertKey, Finding)| finding.cover.is_some());
    for (key, finding) in others.into_iter().chain(coverable) {
        let timing = settings.timing(key.rule());
        let silence = silences.iter().find(|silence| silence.holds_at(now) && silence.covers(&key));
        let finding = Finding { standing: standing(&key, &finding, &state), ..finding };
        let at = At { key: &key, timing, silence, elapsed_ms, now };
        let alert = state.alerts.remove(&key);
        if let Some(alert) = at.advance(alert, finding, &mut state, &mut notifications) {
            state.alerts.insert(key, alert);
        }
    }
    notifications.sort_by(|one: &Notification, other| one.key.cmp(&other.key));
    Stepped { state, notifications }
}

/// Where a finding stands, considering the alert that may say it already.
fn standing(key: &AlertKey, finding: &Finding, state: &AlertState) -> Standing {
    let Some(cover) = finding.cover else { return finding.standing };
    let covering = state.alerts.get(&AlertKey::about(cover.rule(), key.subject())).map(|alert| alert.phase);
    match (cover, covering) {
        (_, None) => finding.standing,
        (Cover::Replaces(_), Some(Phase::Firing)) => Standing::Superseded,
        (Cover::Quiets(_), Some(_)) | (Cover::Replaces(_), Some(Phase::Pending)) => Standing::Covered,
    }
}

/// How old the last reading is: by the clock, or by the steps that saw no newer one, whichever is longer. A clock that was
/// set back must not make an old reading new.
fn reading_age(state: &mut AlertState, read_at: Option<Instant>, elapsed_ms: u64, now: Instant) -> Option<u64> {
    let read_at = read_at?;
    let unchanged_ms = match state.last_reading {
        Some((last, unchanged_ms)) if last == read_at => unchanged_ms.saturating_add(elapsed_ms),
        _ => 0,
    };
    state.last_reading = Some((read_at, unchanged_ms));
    let by_clock = u64::try_from(now.millis_since(read_at)).unwrap_or_default();
    Some(by_clock.max(unchanged_ms))
}
