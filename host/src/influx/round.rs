//! One batch on its way from the outbox to the server, and what is written down about it afterwards.

use super::line::{Line, line};
use super::trouble::Trouble;
use super::write::Writer;
use crate::ledger::{LedgerError, Outbox};

/// What became of one batch.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) sent: u64,
    pub(super) rejected: u64,
    /// Why the rest of it waits.
    pub(super) trouble: Option<Trouble>,
    /// Nothing waited.
    pub(super) is_empty: bool,
}

/// Delivers the oldest points. A row is removed only after the server has confirmed it.
pub(super) async fn step(outbox: &mut Outbox, writer: &Writer, batch_points: u32) -> Result<Step, LedgerError> {
    let waiting = outbox.oldest(batch_points).await?;
    if waiting.is_empty() {
        return Ok(Step { is_empty: true, ..Step::default() });
    }
    let mut lines: Vec<Line> = Vec::with_capacity(waiting.len());
    let mut refused: Vec<(i64, String)> = Vec::new();
    for point in &waiting {
        match line(point, writer.dialect()) {
            Ok(line) => lines.push(line),
            Err(problem) => refused.push((point.id, problem.to_string())),
        }
    }
    let mut trouble = None;
    let mut delivered = Vec::new();
    if !lines.is_empty() {
        let written = writer.write(&lines).await;
        delivered = written.delivered;
        refused.extend(written.refused);
        trouble = written.trouble;
    }
    if let Some((_, problem)) = refused.first() {
        let count = refused.len();
        tracing::error!(
            "InfluxDB refuses {count} points for good, and they are set aside: {problem}; `steward outbox` lists them"
        );
    }
    outbox.settle(&delivered, &refused).await?;
    Ok(Step { sent: delivered.len() as u64, rejected: refused.len() as u64, trouble, is_empty: false })
}

/// Points in the next request: fewer after a silence, so that a slow server gets on at all, and then more again.
pub(super) fn next_batch(points: u32, step: &Step, points_max: u32) -> u32 {
    const POINTS_MIN: u32 = 10;
    match &step.trouble {
        Some(trouble) if trouble.is_silence() => (points / 2).max(POINTS_MIN).min(points_max),
        Some(_) => points.min(points_max),
        None => points.saturating_mul(2).min(points_max),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sends_less_at_a_time_to_a_slow_server() {
        let silent = || Trouble::Silent { host: String::new(), milliseconds: 10 };
        let slow = Step { trouble: Some(silent()), ..Step::default() };
        let good = Step::default();
        assert_eq!(next_batch(1000, &slow, 1000), 500);
        assert_eq!(next_batch(12, &slow, 1000), 10);
        assert_eq!(next_batch(3, &slow, 3), 3);
        assert_eq!(next_batch(500, &good, 1000), 1000);
        assert_eq!(next_batch(1000, &good, 1000), 1000);
    }
}
