//! Mistakes about dates and days, and about what the rules make of them.

use super::{Mutant, mutant};

const IDLE: &str = "sdk/src/rules/idle.rs";
const RULES: &str = "sdk/src/rules.rs";
const RULING: &str = "sdk/src/ruling.rs";
const DATE: &str = "sdk/src/rules/protect/date.rs";
const PROTECT: &str = "sdk/src/rules/protect.rs";

pub(super) const MUTANTS: &[Mutant] = &[
    // Since when, and for how long.
    mutant("threshold-ends-a-millisecond-late", IDLE, "(self.now < over_at)", "(self.now <= over_at)"),
    mutant("threshold-is-a-day-longer", IDLE, "i64::from(self.days)", "i64::from(self.days + 1)"),
    mutant(
        "grace-counts-for-used-seats",
        IDLE,
        "LastUse::At(at) => (Some(at), false, days_used)",
        "LastUse::At(at) => (Some(at), false, days_never_used)",
    ),
    mutant(
        "threshold-counts-for-unused-seats",
        IDLE,
        "(seat.allocated_at, true, days_never_used)",
        "(seat.allocated_at, true, days_used)",
    ),
    mutant(
        "idle-since-the-allocation",
        IDLE,
        "LastUse::At(at) => (Some(at), false, days_used)",
        "LastUse::At(_) => (seat.allocated_at, false, days_used)",
    ),
    mutant(
        "never-used-is-taken-for-used",
        IDLE,
        "(seat.allocated_at, true, days_never_used)",
        "(seat.allocated_at, false, days_never_used)",
    ),
    mutant(
        "unknown-use-counts-from-the-allocation",
        IDLE,
        "LastUse::Unknown => (None, false, days_used)",
        "LastUse::Unknown => (seat.allocated_at, false, days_used)",
    ),
    mutant("unknown-use-is-no-doubt", IDLE, "(LastUse::Unknown, _) =>", "(LastUse::Unknown, None) =>"),
    mutant(
        "unknown-allocation-is-no-doubt",
        IDLE,
        r#"(LastUse::Never, None) => Some("never used, and nobody can tell when it was allocated")"#,
        "(LastUse::Never, None) => None",
    ),
    mutant(
        "future-dates-give-days-below-none",
        IDLE,
        "self.now.saturating_sub(since).max(0) / MS_PER_DAY",
        "self.now.saturating_sub(since) / MS_PER_DAY",
    ),
    mutant("flips-after-the-last-year", IDLE, "(at <= LAST).then_some(at)", "Some(at)"),
    mutant(
        "idle-goes-for-unused-seats-too",
        IDLE,
        "IDLE,\n            || self.since.filter(|_| !self.never_used),",
        "IDLE,\n            || self.since,",
    ),
    mutant("no-grace-by-default", RULES, "unwrap_or(threshold)", "unwrap_or(0)"),
    mutant("grace-is-never-below-the-threshold", RULES, "unwrap_or(threshold)", "unwrap_or(threshold).max(threshold)"),
    mutant(
        "threshold-of-another-type",
        RULES,
        "license_type.of(seat.license_type).release_threshold_days",
        "license_type.analyzer.release_threshold_days",
    ),
    mutant("rules-of-time-are-dropped", RULES, "        idle.keep(seat, ruling);\n", ""),
    // When time alone turns a verdict.
    mutant(
        "flips-at-the-first-date-of-several",
        RULING,
        "Kept::Until(before.max(until))",
        "Kept::Until(before.min(until))",
    ),
    mutant("protected-seats-flip", RULING, "self.kept = Kept::ForGood;", "self.kept = Kept::Not;"),
    mutant(
        "keeps-by-the-last-rule",
        RULING,
        "if let (Some(found), None) = (found, &self.keep) {",
        "if let Some(found) = found {",
    ),
    // The date in a property.
    mutant("keeps-until-the-day-begins", DATE, "return Some(midnight + MS_PER_DAY);", "return Some(midnight);"),
    mutant("offset-the-wrong-way", DATE, "- offset_minutes * MS_PER_MINUTE", "+ offset_minutes * MS_PER_MINUTE"),
    mutant(
        "time-without-offset-is-utc",
        DATE,
        "let (clock, offset) = time.split_at_checked(time.rfind(['+', '-'])?)?;",
        "let Some(place) = time.rfind(['+', '-']) else { return Some((time, 0)) };\n    \
         let (clock, offset) = time.split_at_checked(place)?;",
    ),
    mutant("every-february-has-29-days", DATE, "if is_leap { 29 } else { 28 }", "29"),
    mutant("kept-at-the-very-instant", PROTECT, "(self.now < over_at)", "(self.now <= over_at)"),
    mutant("earliest-date-of-several", PROTECT, "|(at, _)| at < over_at", "|(at, _)| at > over_at"),
    mutant("unreadable-dates-are-skipped", PROTECT, "return Some((None, Kept::Unreadable(value)));", "continue;"),
    mutant(
        "unreadable-date-among-others-is-skipped",
        PROTECT,
        "return Some((None, Kept::Unreadable(value)));",
        "if latest.is_some() { continue };\n                return Some((None, Kept::Unreadable(value)));",
    ),
    mutant(
        "date-property-case-matters",
        PROTECT,
        "property.name.folded() == self.folded",
        "property.name.as_str() == self.folded",
    ),
];
