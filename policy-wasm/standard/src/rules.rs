//! The rules, in the order in which they are tried. The first one that keeps a seat is the one that is reported.

use steward_policy_sdk::{Candidate, Instant, LastUse, LicenseType, MS_PER_DAY, Owner, Rule, Ruling, shorten};

use crate::Standard;
use crate::settings::{DeletedOwnerRule, FlagRule};

pub(crate) const RULES: &[Rule] = &[
    LICENSE_TYPE_DISABLED,
    QUARANTINED,
    OWNER_UNKNOWN,
    UNKNOWN_LAST_USE,
    NEVER_USED_GRACE,
    RECENTLY_USED,
    NEVER_RELEASE_USER,
    NEVER_RELEASE_TAG,
    NEVER_RELEASE_CUSTOM_PROPERTY,
    NEVER_RELEASE_USER_DIRECTORY,
    NEVER_RELEASE_INACTIVE,
    NEVER_RELEASE_BLOCKED,
    NEVER_RELEASE_REMOVED_EXTERNALLY,
    NEVER_USED,
    IDLE,
];

const LICENSE_TYPE_DISABLED: Rule =
    Rule { id: "license-type-disabled", summary: "Keeps seats of a licence type that is not enabled." };
const QUARANTINED: Rule = Rule { id: "quarantined", summary: "Keeps seats that are quarantined already." };
const OWNER_UNKNOWN: Rule =
    Rule { id: "owner-unknown", summary: "Keeps seats whose owner was deleted or is not described by the user list." };
const UNKNOWN_LAST_USE: Rule =
    Rule { id: "unknown-last-use", summary: "Keeps seats of which nobody can tell since when they are idle." };
const NEVER_USED_GRACE: Rule =
    Rule { id: "never-used-grace", summary: "Keeps seats that were never used and were allocated a short while ago." };
const RECENTLY_USED: Rule =
    Rule { id: "recently-used", summary: "Keeps seats that were used within the threshold of their type." };
const NEVER_RELEASE_USER: Rule =
    Rule { id: "never-release.user", summary: "Keeps seats of people listed in neverRelease.user." };
const NEVER_RELEASE_TAG: Rule =
    Rule { id: "never-release.tag", summary: "Keeps seats of owners with a tag listed in neverRelease.tag." };
const NEVER_RELEASE_CUSTOM_PROPERTY: Rule = Rule {
    id: "never-release.custom-property",
    summary: "Keeps seats of owners with a custom property listed in neverRelease.customProperty.",
};
const NEVER_RELEASE_USER_DIRECTORY: Rule = Rule {
    id: "never-release.user-directory",
    summary: "Keeps seats of owners from a directory listed in neverRelease.userDirectory.",
};
const NEVER_RELEASE_INACTIVE: Rule =
    Rule { id: "never-release.inactive", summary: "Keeps seats as neverRelease.inactive says." };
const NEVER_RELEASE_BLOCKED: Rule =
    Rule { id: "never-release.blocked", summary: "Keeps seats as neverRelease.blocked says." };
const NEVER_RELEASE_REMOVED_EXTERNALLY: Rule =
    Rule { id: "never-release.removed-externally", summary: "Keeps seats as neverRelease.removedExternally says." };
const NEVER_USED: Rule = Rule { id: "never-used", summary: "Releases seats that were never used, after their grace." };
const IDLE: Rule = Rule { id: "idle", summary: "Releases seats that were not used for the threshold of their type." };

pub(crate) fn judge(policy: &Standard, candidate: &Candidate<'_>, ruling: &mut Ruling) {
    keep_what_is_not_ours(policy, candidate, ruling);
    keep_what_is_not_idle(policy, candidate, ruling);
    keep_protected_names(policy, candidate, ruling);
    keep_protected_flags(policy, candidate, ruling);
    release_the_rest(policy, candidate, ruling);
}

fn keep_what_is_not_ours(policy: &Standard, candidate: &Candidate<'_>, ruling: &mut Ruling) {
    let kind = candidate.license_type;
    ruling.keep(
        LICENSE_TYPE_DISABLED,
        || (!policy.license_type(kind).enable).then_some(()),
        |found| match found {
            Some(()) => format!("the settings do not enable the release of {} seats", kind_name(kind)),
            None => format!("the settings enable the release of {} seats", kind_name(kind)),
        },
    );
    ruling.keep(
        QUARANTINED,
        || candidate.quarantined.then_some(()),
        |found| match found {
            Some(()) => "the seat is quarantined already".to_owned(),
            None => "the seat is not quarantined".to_owned(),
        },
    );
    let deleted_may_go = policy.settings.deleted_owner == DeletedOwnerRule::Release;
    ruling.keep(
        OWNER_UNKNOWN,
        || match candidate.owner {
            Owner::Unresolved => Some("the user list does not describe the owner"),
            Owner::Deleted(_) if !deleted_may_go => Some("the owner was deleted from the user list"),
            Owner::Deleted(_) | Owner::Known(_) => None,
        },
        |found| found.map_or("the owner is known, or was deleted and may go", |found| found).to_owned(),
    );
}

fn kind_name(kind: LicenseType) -> &'static str {
    match kind {
        LicenseType::Analyzer => "analyzer",
        LicenseType::Professional => "professional",
        LicenseType::User => "user",
    }
}

/// The date from which a seat is idle, and the days after which it may go.
fn idle_since(policy: &Standard, candidate: &Candidate<'_>) -> Option<(Instant, u32)> {
    let threshold = policy.license_type(candidate.license_type).release_threshold_days;
    match candidate.last_use {
        LastUse::Unknown => None,
        LastUse::At(at) => Some((at, threshold)),
        LastUse::Never => {
            candidate.allocated_at.map(|at| (at, policy.settings.never_used_grace_days.unwrap_or(threshold)))
        }
    }
}

/// When `days` after `since` are over, if they are not over yet. The sum never overflows: days are bounded.
fn not_over(policy: &Standard, since: Instant, days: u32) -> Option<Instant> {
    let over_at = since.saturating_add(i64::from(days).saturating_mul(MS_PER_DAY));
    (policy.now < over_at).then_some(over_at)
}

/// A date after the year 9999 is as good as never, and the contract cannot carry it.
fn within_calendar(at: Instant) -> Option<Instant> {
    const LAST: Instant = 253_402_300_799_999;
    (at <= LAST).then_some(at)
}

fn days_ago(policy: &Standard, since: Instant) -> i64 {
    policy.now.saturating_sub(since).max(0) / MS_PER_DAY
}

fn keep_what_is_not_idle(policy: &Standard, candidate: &Candidate<'_>, ruling: &mut Ruling) {
    let idle = idle_since(policy, candidate);
    ruling.keep(
        UNKNOWN_LAST_USE,
        || match (candidate.last_use, candidate.allocated_at) {
            (LastUse::Unknown, _) => Some("nobody can tell when the seat was last used"),
            (LastUse::Never, None) => Some("never used, and nobody can tell when it was allocated"),
            _ => None,
        },
        |found| found.map_or("it is known since when the seat is idle", |found| found).to_owned(),
    );
    let never_used = matches!(candidate.last_use, LastUse::Never);
    ruling.keep_until(
        NEVER_USED_GRACE,
        || {
            let (since, days) = idle.filter(|_| never_used)?;
            Some((within_calendar(not_over(policy, since, days)?), (since, days)))
        },
        |found| match (found, idle) {
            (Some((since, days)), _) => {
                format!("never used, allocated {} days ago; the grace is {days} days", days_ago(policy, *since))
            }
            (None, Some((since, days))) if never_used => {
                format!("never used, allocated {} days ago; the grace of {days} days is over", days_ago(policy, since))
            }
            _ => "the seat was used, or nobody can tell".to_owned(),
        },
    );
    ruling.keep_until(
        RECENTLY_USED,
        || {
            let (since, days) = idle.filter(|_| !never_used)?;
            Some((within_calendar(not_over(policy, since, days)?), (since, days)))
        },
        |found| match (found, idle) {
            (Some((since, days)), _) => {
                format!("last used {} days ago; the threshold is {days} days", days_ago(policy, *since))
            }
            (None, Some((since, days))) if !never_used => {
                format!("last used {} days ago, which is not within {days} days", days_ago(policy, since))
            }
            _ => "the seat was never used, or nobody can tell".to_owned(),
        },
    );
}

fn keep_protected_names(policy: &Standard, candidate: &Candidate<'_>, ruling: &mut Ruling) {
    let protections = &policy.protections;
    ruling.keep(
        NEVER_RELEASE_USER,
        || candidate.owner_name().filter(|(directory, id)| protections.has_user(*directory, *id)),
        |found| match found {
            Some((directory, id)) => {
                format!("neverRelease.user has `{}\\{}`", shorten(directory.as_str()), shorten(id.as_str()))
            }
            None => "no entry of neverRelease.user is the owner".to_owned(),
        },
    );
    ruling.keep(
        NEVER_RELEASE_TAG,
        || candidate.known_owner().and_then(|owner| protections.listed_tag(owner)),
        |found| match found {
            Some(tag) => format!("the owner has the tag `{}`, which neverRelease.tag has", shorten(tag.as_str())),
            None => "no tag of the owner is in neverRelease.tag".to_owned(),
        },
    );
    ruling.keep(
        NEVER_RELEASE_CUSTOM_PROPERTY,
        || candidate.known_owner().and_then(|owner| protections.listed_property(owner)),
        |found| match found {
            Some(property) => format!(
                "the owner has the custom property `{}` = `{}`, which neverRelease.customProperty has",
                shorten(property.name.as_str()),
                shorten(property.value.as_str())
            ),
            None => "no custom property of the owner is in neverRelease.customProperty".to_owned(),
        },
    );
    ruling.keep(
        NEVER_RELEASE_USER_DIRECTORY,
        || candidate.owner_name().filter(|(directory, _)| protections.has_user_directory(*directory)),
        |found| match found {
            Some((directory, _)) => format!("neverRelease.userDirectory has `{}`", shorten(directory.as_str())),
            None => "the owner's directory is not in neverRelease.userDirectory".to_owned(),
        },
    );
}

/// Owners who were deleted have no flags any more: they count as owners whose flags are not set.
fn keep_protected_flags(policy: &Standard, candidate: &Candidate<'_>, ruling: &mut Ruling) {
    let never = &policy.settings.never_release;
    let owner = candidate.known_owner();
    let flags = [
        (NEVER_RELEASE_INACTIVE, "inactive", never.inactive, owner.is_some_and(|owner| owner.inactive)),
        (NEVER_RELEASE_BLOCKED, "blocked", never.blocked, owner.is_some_and(|owner| owner.blocked)),
        (
            NEVER_RELEASE_REMOVED_EXTERNALLY,
            "removedExternally",
            never.removed_externally,
            owner.is_some_and(|owner| owner.removed_externally),
        ),
    ];
    for (rule, name, setting, flag) in flags {
        let is_resolved = !matches!(candidate.owner, Owner::Unresolved);
        ruling.keep(
            rule,
            || (is_resolved && protects(setting, flag)).then_some(()),
            |_| {
                let flag = if flag { "set" } else { "not set" };
                let whom = match setting {
                    FlagRule::Ignore => "protects nobody",
                    FlagRule::Yes => "protects owners whose flag is set",
                    FlagRule::No => "protects owners whose flag is not set",
                };
                format!("neverRelease.{name} {whom}; the flag is {flag}")
            },
        );
    }
}

fn protects(setting: FlagRule, flag: bool) -> bool {
    match setting {
        FlagRule::Ignore => false,
        FlagRule::Yes => flag,
        FlagRule::No => !flag,
    }
}

fn release_the_rest(policy: &Standard, candidate: &Candidate<'_>, ruling: &mut Ruling) {
    let idle = idle_since(policy, candidate);
    let never_used = matches!(candidate.last_use, LastUse::Never);
    ruling.release(
        NEVER_USED,
        || idle.filter(|_| never_used),
        |found| match found {
            Some((since, days)) => format!(
                "never used since it was allocated {} days ago; the grace is {days} days",
                days_ago(policy, *since)
            ),
            None => "the seat was used, or nobody can tell".to_owned(),
        },
    );
    ruling.release(
        IDLE,
        || idle.filter(|_| !never_used),
        |found| match found {
            Some((since, days)) => {
                format!("not used for {} days; the threshold is {days} days", days_ago(policy, *since))
            }
            None => "the seat was never used, or nobody can tell".to_owned(),
        },
    );
}
