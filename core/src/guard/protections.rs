//! The `neverRelease` settings, ready to be matched against owners.
//!
//! The standard policy matches them too. This is deliberately separate code: an exchanged policy cannot drop them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::settings::{FlagRule, NeverRelease, account_name};
use crate::snapshot::{Owner, Snapshot, User};
use crate::text::fold;

/// One entry of the `neverRelease` settings, names folded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Protection {
    User { user_dir: String, user_id: String },
    Tag(String),
    CustomProperty { name: String, value: String },
    UserDirectory(String),
    Inactive(bool),
    Blocked(bool),
    RemovedExternally(bool),
}

/// All entries, names folded once.
#[derive(Debug, Clone)]
pub struct Protections {
    settings: NeverRelease,
    users: BTreeSet<(String, String)>,
    tags: BTreeSet<String>,
    custom_properties: BTreeSet<(String, String)>,
    user_directories: BTreeSet<String>,
}

impl Protections {
    pub fn new(settings: &NeverRelease) -> Self {
        Self {
            users: settings.user.iter().map(|entry| (fold(&entry.user_dir), fold(&entry.user_id))).collect(),
            tags: settings.tag.iter().map(|tag| fold(tag)).collect(),
            custom_properties: settings
                .custom_property
                .iter()
                .map(|entry| (fold(&entry.name), fold(&entry.value)))
                .collect(),
            user_directories: settings.user_directory.iter().map(|directory| fold(directory)).collect(),
            settings: settings.clone(),
        }
    }

    /// Every entry that protects this owner. A deleted owner is matched by what the server still remembers: the name.
    /// It has no flags any more, so it counts as an owner whose flags are not set.
    pub fn matching(&self, owner: &Owner<'_>) -> Vec<Protection> {
        match owner {
            Owner::Unresolved => Vec::new(),
            Owner::Deleted { user_directory, user_id } => {
                let mut found = self.by_name(user_directory, user_id);
                found.extend(self.by_flags(false, false, false));
                found
            }
            Owner::Known(user) => {
                let mut found = self.by_name(&user.user_directory, &user.user_id);
                found.extend(self.by_tags_and_properties(user));
                found.extend(self.by_flags(user.inactive, user.blocked, user.removed_externally));
                found
            }
        }
    }

    /// How many people of the user list each entry protects, entries that protect nobody included.
    pub fn counts(&self, snapshot: &Snapshot) -> BTreeMap<Protection, usize> {
        let mut counts: BTreeMap<Protection, usize> = self.entries().map(|entry| (entry, 0)).collect();
        for user in snapshot.users() {
            let mut matching = self.matching(&Owner::Known(user));
            // A person with the same tag or property twice is still one person.
            matching.sort();
            matching.dedup();
            for protection in matching {
                *counts.entry(protection).or_default() += 1;
            }
        }
        counts
    }

    /// Every entry, whomever it matches.
    pub fn entries(&self) -> impl Iterator<Item = Protection> {
        let users = self.users.iter().cloned().map(|(user_dir, user_id)| Protection::User { user_dir, user_id });
        let properties =
            self.custom_properties.iter().cloned().map(|(name, value)| Protection::CustomProperty { name, value });
        let flag = |rule: FlagRule, make: fn(bool) -> Protection| match rule {
            FlagRule::Ignore => None,
            FlagRule::Yes => Some(make(true)),
            FlagRule::No => Some(make(false)),
        };
        users
            .chain(self.tags.iter().cloned().map(Protection::Tag))
            .chain(properties)
            .chain(self.user_directories.iter().cloned().map(Protection::UserDirectory))
            .chain(flag(self.settings.inactive, Protection::Inactive))
            .chain(flag(self.settings.blocked, Protection::Blocked))
            .chain(flag(self.settings.removed_externally, Protection::RemovedExternally))
    }

    fn by_name(&self, user_directory: &str, user_id: &str) -> Vec<Protection> {
        let directory = fold(user_directory);
        let account = (directory, fold(user_id));
        let mut found = Vec::new();
        if self.users.contains(&account) {
            let (user_dir, user_id) = account.clone();
            found.push(Protection::User { user_dir, user_id });
        }
        if self.user_directories.contains(&account.0) {
            found.push(Protection::UserDirectory(account.0));
        }
        found
    }

    fn by_tags_and_properties(&self, user: &User) -> Vec<Protection> {
        let tags = user.tags.iter().map(|tag| fold(tag)).filter(|tag| self.tags.contains(tag)).map(Protection::Tag);
        let properties = user
            .custom_properties
            .iter()
            .map(|property| (fold(&property.name), fold(&property.value)))
            .filter(|property| self.custom_properties.contains(property))
            .map(|(name, value)| Protection::CustomProperty { name, value });
        tags.chain(properties).collect()
    }

    fn by_flags(&self, inactive: bool, blocked: bool, removed_externally: bool) -> Vec<Protection> {
        let rules = [
            (self.settings.inactive, inactive, Protection::Inactive as fn(bool) -> Protection),
            (self.settings.blocked, blocked, Protection::Blocked),
            (self.settings.removed_externally, removed_externally, Protection::RemovedExternally),
        ];
        rules.into_iter().filter(|(rule, flag, _)| rule.protects(*flag)).map(|(_, flag, make)| make(flag)).collect()
    }
}

impl Protection {
    /// An entry that somebody wrote into a list, rather than one of the flags that match whom they match.
    pub fn is_listed(&self) -> bool {
        !matches!(self, Self::Inactive(_) | Self::Blocked(_) | Self::RemovedExternally(_))
    }
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is = |flag: bool| if flag { "is" } else { "is not" };
        match self {
            Self::User { user_dir, user_id } => {
                write!(f, "neverRelease.user has `{}`", account_name(user_dir, user_id))
            }
            Self::Tag(tag) => write!(f, "neverRelease.tag has `{tag}`"),
            Self::CustomProperty { name, value } => write!(f, "neverRelease.customProperty has `{name}` = `{value}`"),
            Self::UserDirectory(directory) => write!(f, "neverRelease.userDirectory has `{directory}`"),
            Self::Inactive(flag) => write!(f, "neverRelease.inactive: the owner {} inactive", is(*flag)),
            Self::Blocked(flag) => write!(f, "neverRelease.blocked: the owner {} blocked", is(*flag)),
            Self::RemovedExternally(flag) => {
                write!(f, "neverRelease.removedExternally: the owner {} removed externally", is(*flag))
            }
        }
    }
}
