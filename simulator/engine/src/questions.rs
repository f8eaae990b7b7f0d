//! What the caller hands in, read strictly.

use steward_core::instant::Instant;
use steward_core::policy::Fault;
use steward_core::settings::SettingsDraft;
use steward_core::suite::NotReady;

use crate::bindings::exports::steward::simulator::engine::{Refusal, SettingsError};
use crate::records;

/// The longest draft: settings with 100,000 protected people are a tenth of it.
const DRAFT_MAX: usize = 64 << 20;

/// # Errors
/// When the text is no draft.
pub fn read_draft(text: &str) -> Result<SettingsDraft, Refusal> {
    if text.len() > DRAFT_MAX {
        return Err(Refusal::Draft(format!("the settings have {} bytes, at most {DRAFT_MAX} are allowed", text.len())));
    }
    serde_json::from_str(text).map_err(|error| Refusal::Draft(format!("these are no settings: {error}")))
}

/// # Errors
/// When the number is no instant between the years 1 and 9999, to the millisecond.
pub fn read_now(ms: f64) -> Result<Instant, Refusal> {
    let refused = || Refusal::Question(format!("{ms} is no number of milliseconds between the years 1 and 9999"));
    if ms.fract() != 0.0 || ms.abs() > 1e15 {
        return Err(refused());
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole, and far below 2^53")]
    Instant::from_millis(ms as i64).ok_or_else(refused)
}

/// Why the policy was not ready.
pub fn not_ready(problem: NotReady) -> Refusal {
    match problem {
        NotReady::Refused(refusals) => {
            let errors =
                refusals.into_iter().map(|refusal| SettingsError { path: refusal.path, message: refusal.message });
            Refusal::Settings(errors.collect())
        }
        NotReady::Fault(fault) => faulty(&fault),
    }
}

pub fn faulty(fault: &Fault) -> Refusal {
    Refusal::Fault(records::fault(fault))
}
