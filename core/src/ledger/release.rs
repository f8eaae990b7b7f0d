//! The life of one planned release, as a state machine without any other input than events.

use super::event::{Answer, SeatOutcome, Stale};
use crate::instant::Instant;

/// Where a planned release stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReleaseState {
    /// Planned, nothing happened yet.
    Planned,
    /// Left out: the seat was not as planned any more, and nothing was sent.
    Skipped(Stale),
    /// The DELETE was announced. Whether it was sent, only the server knows.
    Intended { at: Instant },
    /// The server answered, or the answer was lost.
    Answered { at: Instant, answer: Answer },
    /// The seat was looked at afterwards.
    Settled { at: Instant, answer: Option<Answer>, outcome: SeatOutcome },
}

impl ReleaseState {
    /// `None` when a release in this state cannot be skipped: the server may have been told already.
    pub(super) fn skip(&self, stale: Stale) -> Option<Self> {
        matches!(self, Self::Planned | Self::Intended { .. }).then_some(Self::Skipped(stale))
    }

    pub(super) fn intend(&self, at: Instant) -> Option<Self> {
        matches!(self, Self::Planned).then_some(Self::Intended { at })
    }

    pub(super) fn answer(&self, answer: Answer) -> Option<Self> {
        match self {
            Self::Intended { at } => Some(Self::Answered { at: *at, answer }),
            _ => None,
        }
    }

    /// A restart settles an announced release without an answer: it looks, and never sends again.
    pub(super) fn settle(&self, outcome: SeatOutcome) -> Option<Self> {
        match self {
            Self::Intended { at } => Some(Self::Settled { at: *at, answer: None, outcome }),
            Self::Answered { at, answer } if fits(answer, &outcome) => {
                Some(Self::Settled { at: *at, answer: Some(answer.clone()), outcome })
            }
            _ => None,
        }
    }

    /// The server may have been told to delete the seat, and nobody has looked yet what came of it.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Intended { .. } | Self::Answered { .. })
    }

    /// The seat is known to be taken from its owner.
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::Settled { outcome: SeatOutcome::Freed | SeatOutcome::Quarantined { .. }, .. })
    }

    /// When the seat was taken, or may have been taken. A doubt counts towards the cap.
    pub fn released_at(&self) -> Option<Instant> {
        match self {
            Self::Intended { at } => Some(*at),
            Self::Answered { at, answer } => matches!(answer, Answer::Accepted | Answer::Lost(_)).then_some(*at),
            Self::Settled { at, answer, outcome } => {
                let is_doubtful = matches!(answer, None | Some(Answer::Lost(_)));
                match outcome {
                    SeatOutcome::Freed | SeatOutcome::Quarantined { .. } => Some(*at),
                    // The request may have been carried out after somebody looked.
                    SeatOutcome::StillAllocated if is_doubtful => Some(*at),
                    SeatOutcome::StillAllocated | SeatOutcome::GoneBefore | SeatOutcome::Failed => None,
                }
            }
            Self::Planned | Self::Skipped(_) => None,
        }
    }
}

/// A seat that was not found was not there. One that is gone after a refusal counts as taken by us: it was there a moment
/// before, and a doubt counts.
fn fits(answer: &Answer, outcome: &SeatOutcome) -> bool {
    match answer {
        Answer::Refused(_) => !matches!(outcome, SeatOutcome::GoneBefore | SeatOutcome::StillAllocated),
        Answer::NotFound => !matches!(outcome, SeatOutcome::Failed | SeatOutcome::Freed),
        Answer::Accepted | Answer::Lost(_) => !matches!(outcome, SeatOutcome::Failed | SeatOutcome::GoneBefore),
    }
}
