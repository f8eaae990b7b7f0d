//! The `neverRelease` lists, names folded once for the whole run.

use std::collections::BTreeSet;

use steward_policy_sdk::{KnownOwner, fold};

use crate::settings::NeverRelease;

pub(crate) struct Protections {
    users: BTreeSet<(String, String)>,
    tags: BTreeSet<String>,
    custom_properties: BTreeSet<(String, String)>,
    user_directories: BTreeSet<String>,
}

impl Protections {
    pub(crate) fn new(settings: &NeverRelease) -> Self {
        Self {
            users: settings.user.iter().map(|entry| (fold(&entry.user_dir), fold(&entry.user_id))).collect(),
            tags: settings.tag.iter().map(|tag| fold(tag)).collect(),
            custom_properties: settings
                .custom_property
                .iter()
                .map(|entry| (fold(&entry.name), fold(&entry.value)))
                .collect(),
            user_directories: settings.user_directory.iter().map(|directory| fold(directory)).collect(),
        }
    }

    pub(crate) fn has_user(&self, user_directory: &str, user_id: &str) -> bool {
        !self.users.is_empty() && self.users.contains(&(fold(user_directory), fold(user_id)))
    }

    pub(crate) fn has_user_directory(&self, user_directory: &str) -> bool {
        !self.user_directories.is_empty() && self.user_directories.contains(&fold(user_directory))
    }

    /// The first tag of the owner that is listed.
    pub(crate) fn listed_tag<'o>(&self, owner: &'o KnownOwner) -> Option<&'o str> {
        if self.tags.is_empty() {
            return None;
        }
        owner.tags.iter().map(String::as_str).find(|tag| self.tags.contains(&fold(tag)))
    }

    /// The first custom property of the owner that is listed with its value.
    pub(crate) fn listed_property<'o>(&self, owner: &'o KnownOwner) -> Option<(&'o str, &'o str)> {
        if self.custom_properties.is_empty() {
            return None;
        }
        owner
            .custom_properties
            .iter()
            .map(|property| (property.name.as_str(), property.value.as_str()))
            .find(|(name, value)| self.custom_properties.contains(&(fold(name), fold(value))))
    }
}
