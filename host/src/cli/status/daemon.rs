//! What the daemon said of itself last.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;
use steward_core::instant::Instant;
use steward_core::text::printable;

use super::super::table::Columns;
use crate::ledger::SeenAlive;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Daemon {
    seen_at: Instant,
    /// It holds the lock of the data folder.
    is_running: bool,
    #[serde(flatten)]
    told: Value,
}

impl Daemon {
    pub fn of(seen: &SeenAlive, is_running: bool) -> Self {
        Self { seen_at: seen.at, is_running, told: serde_json::from_str(&seen.told).unwrap_or(Value::Null) }
    }

    pub fn text(&self) -> String {
        let mut text = if self.is_running {
            format!("\nDaemon, at {}\n", self.seen_at)
        } else {
            format!("\nDaemon: it wrote last at {}, so it does not run\n", self.seen_at)
        };
        for (member, sentence) in [
            ("settingsProblem", "the settings file is not good, those before it are in force"),
            ("rulesWaiting", "changed rules wait for `steward arm`"),
        ] {
            if let Some(why) = self.told.get(member).and_then(Value::as_str) {
                let _ = writeln!(text, "  {sentence}: {}", printable(why));
            }
        }
        let mut columns = Columns::new(&["job", "next run", "last success", "last outcome", ""]);
        for (job, told) in self.told.get("jobs").and_then(Value::as_object).into_iter().flatten() {
            let of = |member: &str| told.get(member).and_then(Value::as_str).unwrap_or("-").to_owned();
            columns.row([job.clone(), of("nextAt"), of("lastSuccessAt"), of("outcome"), of("message")]);
        }
        if !columns.is_empty() {
            text += &columns.text();
        }
        text
    }
}
