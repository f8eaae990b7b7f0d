//! Seats about which nobody can tell: core keeps them whatever a policy says, so releasing them is only noted.

use super::{Finding, Lab, World, counterexample};
use crate::decision::Verdict;
use crate::suite::candidate::OwnerKind;
use crate::suite::cases::verdict_word;
use crate::suite::subject::Subject;

pub(super) fn look(_: &mut Lab<'_, '_>, world: &World) -> Finding {
    let doubtful: Vec<_> =
        world.seats().filter_map(|(subject, decision)| Some((subject, decision, doubt(subject)?))).collect();
    let released = doubtful.iter().find(|(_, decision, _)| decision.verdict == Verdict::Release);
    match released {
        None => Finding::Holds(doubtful.len()),
        Some((subject, decision, doubt)) => {
            let words = format!("{} by {}", verdict_word(decision.verdict), decision.rule);
            let detail = format!("{words}, though {doubt}; Steward keeps such a seat whatever the policy says");
            Finding::Noted(doubtful.len(), counterexample(&world.setup, subject, detail))
        }
    }
}

fn doubt(subject: &Subject) -> Option<&'static str> {
    if subject.kind == OwnerKind::Unresolved {
        return Some("the user list does not describe the owner");
    }
    subject.seat.idle_is_unknown().then_some("nobody can tell since when the seat is idle")
}
