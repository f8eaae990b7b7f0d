//! What a policy has to show before it may decide: the gate of `steward policy activate`.

use crate::ledger::{CheckOutcome, GateCheck};

pub const CONTRACT: &str = "contract";
pub const SETTINGS: &str = "settings";
pub const TESTS: &str = "tests";
pub const DIFFERENCE: &str = "difference";
pub const SHADOW: &str = "shadow";

/// One check. An error is the sentence that says why it failed.
pub fn check(name: &str, found: Result<String, String>) -> GateCheck {
    let (outcome, detail) = match found {
        Ok(detail) => (CheckOutcome::Passed, detail),
        Err(detail) => (CheckOutcome::Failed, detail),
    };
    GateCheck { name: name.to_owned(), outcome, detail }
}

/// On facts of a moment ago few enough people newly lose a seat.
pub fn difference(newly_loses: usize, newly_keeps: usize, newly_max: u32) -> GateCheck {
    let detail = format!(
        "{newly_loses} seats would newly go and {newly_keeps} would newly stay; `steward.policy.maxNewReleases` is {newly_max}"
    );
    let is_few = u32::try_from(newly_loses).is_ok_and(|newly| newly <= newly_max);
    check(DIFFERENCE, if is_few { Ok(detail) } else { Err(detail) })
}

/// It was in the shadow for long enough without anybody who would newly have lost a seat.
pub fn shadow(clean_in_a_row: usize, wanted: u32) -> GateCheck {
    if wanted == 0 {
        let detail = "`steward.policy.cleanShadowRuns` is 0".to_owned();
        return GateCheck { name: SHADOW.to_owned(), outcome: CheckOutcome::Skipped, detail };
    }
    let detail = format!(
        "nobody would newly have lost a seat in its last {clean_in_a_row} runs in the shadow; \
         `steward.policy.cleanShadowRuns` is {wanted}"
    );
    let is_long = u32::try_from(clean_in_a_row).map_or(true, |clean| clean >= wanted);
    check(SHADOW, if is_long { Ok(detail) } else { Err(detail) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use CheckOutcome::{Failed, Passed, Skipped};

    #[test]
    fn as_many_as_allowed_may_newly_lose_a_seat_and_no_more() {
        let outcomes = [0, 5, 6].map(|newly| difference(newly, 100, 5).outcome);
        assert_eq!(outcomes, [CheckOutcome::Passed, CheckOutcome::Passed, CheckOutcome::Failed]);
    }

    #[test]
    fn the_shadow_is_asked_for_only_when_the_settings_say_so() {
        let outcomes = [(0, 0), (0, 1), (2, 3), (3, 3), (9, 3)].map(|(clean, wanted)| shadow(clean, wanted).outcome);
        assert_eq!(outcomes, [Skipped, Failed, Failed, Passed, Passed]);
    }
}
