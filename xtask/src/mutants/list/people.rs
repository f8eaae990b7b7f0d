//! Mistakes about who holds a seat, and about who is protected.

use super::{Mutant, mutant};

const RULES: &str = "sdk/src/rules.rs";
const SCOPE: &str = "sdk/src/rules/scope.rs";
const NEVER_RELEASE: &str = "sdk/src/rules/never_release.rs";
const SETTINGS: &str = "sdk/src/rules/settings.rs";
const PATTERN: &str = "sdk/src/rules/protect/pattern.rs";
const NAMES: &str = "sdk/src/names.rs";
const TEXT: &str = "sdk/src/text.rs";
const CANDIDATE: &str = "sdk/src/candidate.rs";

pub(super) const MUTANTS: &[Mutant] = &[
    // Scope.
    mutant("quarantine-is-dropped", RULES, "        scope::keep_quarantined(seat, ruling);\n", ""),
    mutant(
        "excess-is-taken-for-quarantine",
        SCOPE,
        "seat.quarantined.then_some",
        "(seat.quarantined || seat.excess).then_some",
    ),
    mutant(
        "deleted-owners-go-when-they-must-not",
        SCOPE,
        "Owner::Deleted(_) if !deleted_may_go",
        "Owner::Deleted(_) if deleted_may_go",
    ),
    mutant(
        "deleted-owners-are-known",
        SCOPE,
        "Owner::Deleted(_) if !deleted_may_go => Some(\"the owner was deleted from the user list\"),\n",
        "",
    ),
    mutant(
        "unresolved-owners-go-with-deleted-ones",
        SCOPE,
        "Owner::Unresolved => Some(\"the user list does not describe the owner\"),",
        "Owner::Unresolved if deleted_may_go => None,\n            \
         Owner::Unresolved => Some(\"the user list does not describe the owner\"),",
    ),
    // neverRelease.
    mutant("never-release-is-dropped", RULES, "        self.never_release.keep(seat, ruling);\n", ""),
    mutant(
        "protect-before-never-release",
        RULES,
        "        self.never_release.keep(seat, ruling);\n        self.protect.keep(seat, ruling);\n",
        "        self.protect.keep(seat, ruling);\n        self.never_release.keep(seat, ruling);\n",
    ),
    mutant(
        "directory-and-id-are-exchanged",
        NEVER_RELEASE,
        "self.users.has(*directory, *id)",
        "self.users.has(*id, *directory)",
    ),
    mutant(
        "deleted-owners-are-not-looked-up-by-name",
        CANDIDATE,
        "Owner::Deleted(owner) => Some((owner.user_directory, owner.user_id)),",
        "Owner::Deleted(_) => None,",
    ),
    mutant(
        "flags-before-names",
        NEVER_RELEASE,
        "self.keep_names(seat, ruling);\n        self.keep_flags(seat, ruling);",
        "self.keep_flags(seat, ruling);\n        self.keep_names(seat, ruling);",
    ),
    mutant(
        "custom-properties-are-attributes",
        NEVER_RELEASE,
        "seat.known_owner()?.custom_properties",
        "seat.known_owner()?.attributes",
    ),
    mutant("flag-no-means-yes", SETTINGS, "Self::No => !flag", "Self::No => flag"),
    mutant("blocked-looks-at-inactive", NEVER_RELEASE, "|owner| owner.blocked)", "|owner| owner.inactive)"),
    mutant(
        "removed-externally-has-the-setting-of-inactive",
        NEVER_RELEASE,
        "removed_externally: settings.removed_externally",
        "removed_externally: settings.inactive",
    ),
    mutant(
        "deleted-owners-have-no-unset-flags",
        NEVER_RELEASE,
        "(is_resolved && setting",
        "(owner.is_some() && setting",
    ),
    mutant(
        "unresolved-owners-have-flags",
        NEVER_RELEASE,
        "(is_resolved && setting.protects(flag))",
        "setting.protects(flag)",
    ),
    // Names.
    mutant(
        "lists-are-not-folded",
        NAMES,
        "names.into_iter().map(|name| fold(name.as_ref()).into_owned())",
        "names.into_iter().map(|name| name.as_ref().to_owned())",
    ),
    mutant(
        "names-are-not-folded",
        NAMES,
        "name.look(|folded| place(&self.0, folded).is_some())",
        "place(&self.0, name.as_str()).is_some()",
    ),
    mutant(
        "first-or-second-of-a-pair",
        NAMES,
        "place.is_some_and(|place| self.seconds[place].has(second))",
        "place.is_some() || self.seconds.iter().any(|seconds| seconds.has(second))",
    ),
    mutant(
        "second-of-any-pair",
        NAMES,
        "place.is_some_and(|place| self.seconds[place].has(second))",
        "place.is_some() && self.seconds.iter().any(|seconds| seconds.has(second))",
    ),
    mutant(
        "only-the-first-of-several-names",
        NAMES,
        "names.find(|name| self.has(name))",
        "names.iter().next().filter(|name| self.has(*name))",
    ),
    mutant(
        "only-the-first-of-several-properties",
        NAMES,
        "properties.find(|property| self.has(property.name, property.value))",
        "properties.iter().next().filter(|property| self.has(property.name, property.value))",
    ),
    mutant("blanks-matter", TEXT, "let text = text.trim();", ""),
    mutant("some-scripts-keep-their-case", TEXT, "text.to_uppercase().to_lowercase()", "text.to_lowercase()"),
    mutant(
        "names-and-values-exchanged-in-columns",
        CANDIDATE,
        "Self { name: table.text(pair.name), value: table.text(pair.value) }",
        "Self { name: table.text(pair.value), value: table.text(pair.name) }",
    ),
    // protect.
    mutant("protect-is-dropped", RULES, "        self.protect.keep(seat, ruling);\n", ""),
    mutant("pattern-begins-anywhere", PATTERN, "loops: 0, end: 1", "loops: 1, end: 1"),
    mutant("pattern-ends-anywhere", PATTERN, "states & self.end != 0", "states != 0"),
    mutant("pattern-looks-at-the-id-alone", PATTERN, "if !self.of_account {", "if true {"),
    mutant(
        "pattern-case-matters",
        PATTERN,
        "None => (fold(written).into_owned(), false)",
        "None => (written.to_owned(), false)",
    ),
    mutant("question-mark-is-a-letter", PATTERN, "ONE => pattern.lead_on(None)", "ONE => pattern.lead_on(Some(ONE))"),
];
