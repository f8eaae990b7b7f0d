//! The `neverRelease` settings as rules, names folded once for the whole run.

use super::settings::{FlagRule, NeverRelease};
use crate::{Candidate, NamePairs, Names, Owner, Rule, Ruling, shorten};

pub(super) const USER: Rule =
    Rule { id: "never-release.user", summary: "Keeps seats of people listed in neverRelease.user." };
pub(super) const TAG: Rule =
    Rule { id: "never-release.tag", summary: "Keeps seats of owners with a tag listed in neverRelease.tag." };
pub(super) const CUSTOM_PROPERTY: Rule = Rule {
    id: "never-release.custom-property",
    summary: "Keeps seats of owners with a custom property listed in neverRelease.customProperty.",
};
pub(super) const USER_DIRECTORY: Rule = Rule {
    id: "never-release.user-directory",
    summary: "Keeps seats of owners from a directory listed in neverRelease.userDirectory.",
};
pub(super) const INACTIVE: Rule =
    Rule { id: "never-release.inactive", summary: "Keeps seats as neverRelease.inactive says." };
pub(super) const BLOCKED: Rule =
    Rule { id: "never-release.blocked", summary: "Keeps seats as neverRelease.blocked says." };
pub(super) const REMOVED_EXTERNALLY: Rule =
    Rule { id: "never-release.removed-externally", summary: "Keeps seats as neverRelease.removedExternally says." };

pub(super) struct NeverReleaseRules {
    users: NamePairs,
    tags: Names,
    custom_properties: NamePairs,
    user_directories: Names,
    inactive: FlagRule,
    blocked: FlagRule,
    removed_externally: FlagRule,
}

impl NeverReleaseRules {
    pub(super) fn new(settings: &NeverRelease) -> Self {
        Self {
            users: settings.user.iter().map(|entry| (&entry.user_dir, &entry.user_id)).collect(),
            tags: settings.tag.iter().collect(),
            custom_properties: settings.custom_property.iter().map(|entry| (&entry.name, &entry.value)).collect(),
            user_directories: settings.user_directory.iter().collect(),
            inactive: settings.inactive,
            blocked: settings.blocked,
            removed_externally: settings.removed_externally,
        }
    }

    pub(super) fn keep(&self, seat: &Candidate<'_>, ruling: &mut Ruling) {
        self.keep_names(seat, ruling);
        self.keep_flags(seat, ruling);
    }

    fn keep_names(&self, seat: &Candidate<'_>, ruling: &mut Ruling) {
        ruling.keep(
            USER,
            || seat.owner_name().filter(|(directory, id)| self.users.has(*directory, *id)),
            |found| match found {
                Some((directory, id)) => {
                    format!("neverRelease.user has `{}\\{}`", shorten(directory.as_str()), shorten(id.as_str()))
                }
                None => "no entry of neverRelease.user is the owner".to_owned(),
            },
        );
        ruling.keep(
            TAG,
            || self.tags.first_of(seat.known_owner()?.tags),
            |found| match found {
                Some(tag) => format!("the owner has the tag `{}`, which neverRelease.tag has", shorten(tag.as_str())),
                None => "no tag of the owner is in neverRelease.tag".to_owned(),
            },
        );
        ruling.keep(
            CUSTOM_PROPERTY,
            || self.custom_properties.first_of(seat.known_owner()?.custom_properties),
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
            USER_DIRECTORY,
            || seat.owner_name().filter(|(directory, _)| self.user_directories.has(*directory)),
            |found| match found {
                Some((directory, _)) => format!("neverRelease.userDirectory has `{}`", shorten(directory.as_str())),
                None => "the owner's directory is not in neverRelease.userDirectory".to_owned(),
            },
        );
    }

    /// Owners who were deleted have no flags any more: they count as owners whose flags are not set.
    fn keep_flags(&self, seat: &Candidate<'_>, ruling: &mut Ruling) {
        let owner = seat.known_owner();
        let is_resolved = !matches!(seat.owner, Owner::Unresolved);
        let flags = [
            (INACTIVE, "inactive", self.inactive, owner.is_some_and(|owner| owner.inactive)),
            (BLOCKED, "blocked", self.blocked, owner.is_some_and(|owner| owner.blocked)),
            (
                REMOVED_EXTERNALLY,
                "removedExternally",
                self.removed_externally,
                owner.is_some_and(|owner| owner.removed_externally),
            ),
        ];
        for (rule, name, setting, flag) in flags {
            ruling.keep(
                rule,
                || (is_resolved && setting.protects(flag)).then_some(()),
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
}
