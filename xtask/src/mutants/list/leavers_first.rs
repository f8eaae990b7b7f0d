//! Mistakes about who goes first, and about second seats.

use super::{Mutant, mutant};

const POLICY: &str = "leavers-first/src/lib.rs";
const SECOND: &str = "leavers-first/src/second_seat.rs";
const SETTINGS: &str = "leavers-first/src/settings.rs";

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("priority-is-lost", POLICY, "ruling.set_priority(first.map_or(0, First::priority));", ""),
    mutant("blocked-goes-by-default", POLICY, "leavers.blocked.is_on(false)", "leavers.blocked.is_on(true)"),
    mutant(
        "removed-stays-by-default",
        POLICY,
        "leavers.removed_externally.is_on(true)",
        "leavers.removed_externally.is_on(false)",
    ),
    mutant(
        "blocked-has-the-days-of-removed",
        POLICY,
        "within(self.leavers.blocked.after_days)",
        "within(self.leavers.removed_externally.after_days)",
    ),
    mutant(
        "groups-have-the-usual-grace",
        POLICY,
        "Idle::new(seat, self.rules.now(), days, days)",
        "Idle::new(seat, self.rules.now(), days, self.rules.idle(seat).days_allowed())",
    ),
    mutant(
        "second-seats-before-people-who-left",
        POLICY,
        "by_owner.or_else(|| self.second_seats.has(seat).then_some(First::SecondSeat))",
        "self.second_seats.has(seat).then_some(First::SecondSeat).or(by_owner)",
    ),
    mutant(
        "people-who-left-wait-for-a-second-seat",
        POLICY,
        "(first.is_none() && self.second_seats.go_before(seat))",
        "self.second_seats.go_before(seat)",
    ),
    mutant(
        "deleted-owners-go-though-their-group-is-off",
        SETTINGS,
        "if deleted_may_go { DeletedOwnerRule::Release } else { DeletedOwnerRule::Keep }",
        "if deleted_may_go { DeletedOwnerRule::Release } else { DeletedOwnerRule::Release }",
    ),
    mutant(
        "second-seats-are-off-by-default",
        SECOND,
        "settings.enable.unwrap_or(true)",
        "settings.enable.unwrap_or(false)",
    ),
    mutant("as-late-as-others-is-early", SECOND, "days < threshold.max(grace)", "days <= threshold.max(grace)"),
    mutant("early-without-regard-to-the-grace", SECOND, "days < threshold.max(grace)", "days < threshold"),
    mutant(
        "professional-seats-never-wait",
        SECOND,
        "self.go_early && is_first",
        "self.go_early && is_first && self.days.is_none()",
    ),
    mutant(
        "user-seats-are-second-seats",
        SECOND,
        "seat.license_type == LicenseType::Analyzer && seat",
        "seat.license_type != LicenseType::Professional && seat",
    ),
    mutant(
        "quarantined-professionals-are-usable",
        SECOND,
        "pool.quarantined == 0 && excess == 0",
        "pool.quarantined == 0 || excess == 0",
    ),
    mutant(
        "uncounted-professionals-are-usable",
        SECOND,
        "pools.next().is_some_and(|pool|",
        "pools.next().is_none_or(|pool|",
    ),
];
