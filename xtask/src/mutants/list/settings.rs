//! Mistakes about settings: wrong defaults, and what should be refused and is not.

use super::{Mutant, mutant};

const RULES: &str = "sdk/src/rules.rs";
const SETTINGS: &str = "sdk/src/rules/settings.rs";
const PROTECT: &str = "sdk/src/rules/protect/settings.rs";
const PATTERN: &str = "sdk/src/rules/protect/pattern.rs";
const STANDARD: &str = "standard/src/lib.rs";

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("types-are-enabled-by-default", SETTINGS, "Self { enable: false,", "Self { enable: true,"),
    mutant("threshold-is-30-days-by-default", SETTINGS, "release_threshold_days: 90 }", "release_threshold_days: 30 }"),
    mutant(
        "deleted-owners-go-by-default",
        SETTINGS,
        "    #[default]\n    Keep,\n    /// They are treated like any other seat.\n    Release,",
        "    Keep,\n    /// They are treated like any other seat.\n    #[default]\n    Release,",
    ),
    mutant(
        "user-seats-are-professional",
        SETTINGS,
        "LicenseType::User => &self.user",
        "LicenseType::User => &self.professional",
    ),
    mutant("threshold-may-be-0", SETTINGS, "(1..=DAYS_MAX)", "(0..=DAYS_MAX)"),
    mutant(
        "threshold-has-no-maximum",
        SETTINGS,
        "!(1..=DAYS_MAX).contains(&kind.release_threshold_days)",
        "kind.release_threshold_days == 0",
    ),
    mutant(
        "threshold-of-types-that-are-off-is-not-checked",
        SETTINGS,
        "if !(1..=DAYS_MAX)",
        "if kind.enable && !(1..=DAYS_MAX)",
    ),
    mutant(
        "half-a-blank-person-is-accepted",
        SETTINGS,
        "is_blank(&entry.user_dir) || is_blank(&entry.user_id)",
        "is_blank(&entry.user_dir) && is_blank(&entry.user_id)",
    ),
    mutant(
        "blank-means-empty",
        SETTINGS,
        "let is_blank = |text: &str| text.trim().is_empty();",
        "let is_blank = |text: &str| text.is_empty();",
    ),
    mutant(
        "blank-entries-are-counted-from-1",
        SETTINGS,
        r#"format!("{list}/{index}")"#,
        r#"format!("{list}/{}", index + 1)"#,
    ),
    mutant(
        "unknown-lists-are-ignored",
        SETTINGS,
        "#[serde(rename_all = \"camelCase\", deny_unknown_fields, default)]\npub struct NeverRelease",
        "#[serde(rename_all = \"camelCase\", default)]\npub struct NeverRelease",
    ),
    mutant("one-mistake-is-no-mistake", RULES, "if !errors.is_empty() {", "if errors.len() > 1 {"),
    mutant("mistakes-of-protect-are-ignored", SETTINGS, "        errors.extend(self.protect.errors());\n", ""),
    mutant(
        "unknown-protections-are-ignored",
        PROTECT,
        "#[serde(rename_all = \"camelCase\", deny_unknown_fields, default)]",
        "#[serde(rename_all = \"camelCase\", default)]",
    ),
    mutant("blank-date-property-is-accepted", PROTECT, ".is_some_and(is_blank)", ".is_some_and(str::is_empty)"),
    mutant(
        "a-pattern-may-match-everybody",
        PATTERN,
        "matches!(c, ANY | ONE | SEPARATOR)",
        "matches!(c, ONE | SEPARATOR)",
    ),
    mutant("facts-are-not-asked-for", STANDARD, "= StandardRules::NEEDS;", "= &[];"),
];
