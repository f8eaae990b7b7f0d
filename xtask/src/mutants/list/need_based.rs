//! Mistakes about how many seats are lacking.

use super::{Mutant, mutant};

const NEED: &str = "need-based/src/need.rs";
const POLICY: &str = "need-based/src/lib.rs";
const SETTINGS: &str = "need-based/src/settings.rs";

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("share-is-rounded-down", NEED, ".div_ceil(100)", " / 100"),
    mutant("more-is-wanted-than-there-is", NEED, "unwrap_or(u32::MAX).min(total)", "unwrap_or(u32::MAX)"),
    mutant(
        "quarantined-seats-always-count",
        NEED,
        "if count_quarantined { pool.quarantined } else { 0 }",
        "pool.quarantined",
    ),
    mutant("excess-is-not-paid-off", NEED, "+ wide(quarantined) - wide(excess)", "+ wide(quarantined)"),
    mutant("untold-excess-is-none", NEED, "pool.excess.max(pool.allocated.saturating_sub(pool.total))", "pool.excess"),
    mutant(
        "free-seats-above-the-total-are-believed",
        NEED,
        "if excess > 0 && pool.available > 0 {",
        "if excess > pool.available && pool.available > 0 {",
    ),
    mutant(
        "miscounted-seats-are-believed",
        NEED,
        "> wide(pool.total) + wide(excess)",
        "> wide(pool.total) + wide(excess) + 1",
    ),
    mutant("one-lacking-seat-is-none", POLICY, "if count.missing == 0", "if count.missing <= 1"),
    mutant(
        "unknown-pools-have-no-quota",
        POLICY,
        "Some(self.need(license_type).seats())",
        "Some(self.need(license_type).seats()).filter(|seats| *seats > 0)",
    ),
    mutant("need-of-another-type", POLICY, "LicenseType::User => &self.user", "LicenseType::User => &self.analyzer"),
    mutant(
        "shortest-idle-first",
        POLICY,
        "ruling.set_priority(days.unwrap_or(0));",
        "ruling.set_priority(-days.unwrap_or(0));",
    ),
    mutant(
        "need-before-protections",
        POLICY,
        "self.rules.keep(seat, idle, ruling);\n        self.keep_unneeded(seat.license_type, ruling);",
        "self.keep_unneeded(seat.license_type, ruling);\n        self.rules.keep(seat, idle, ruling);",
    ),
    mutant(
        "no-target-is-accepted",
        SETTINGS,
        "None if self.license_type.of(kind).enable =>",
        "None if self.license_type.of(kind).enable && kind == LicenseType::Analyzer =>",
    ),
];
