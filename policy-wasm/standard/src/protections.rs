//! The `neverRelease` lists, names folded once for the whole run.

use steward_policy_sdk::{KnownOwner, NamePairs, Names, Property, Text};

use crate::settings::NeverRelease;

pub(crate) struct Protections {
    users: NamePairs,
    tags: Names,
    custom_properties: NamePairs,
    user_directories: Names,
}

impl Protections {
    pub(crate) fn new(settings: &NeverRelease) -> Self {
        Self {
            users: settings.user.iter().map(|entry| (&entry.user_dir, &entry.user_id)).collect(),
            tags: settings.tag.iter().collect(),
            custom_properties: settings.custom_property.iter().map(|entry| (&entry.name, &entry.value)).collect(),
            user_directories: settings.user_directory.iter().collect(),
        }
    }

    pub(crate) fn has_user(&self, user_directory: Text<'_>, user_id: Text<'_>) -> bool {
        self.users.has(user_directory, user_id)
    }

    pub(crate) fn has_user_directory(&self, user_directory: Text<'_>) -> bool {
        self.user_directories.has(user_directory)
    }

    /// The first tag of the owner that is listed.
    pub(crate) fn listed_tag<'o>(&self, owner: &KnownOwner<'o>) -> Option<Text<'o>> {
        owner.tags.iter().find(|tag| self.tags.has(*tag))
    }

    /// The first custom property of the owner that is listed with its value.
    pub(crate) fn listed_property<'o>(&self, owner: &KnownOwner<'o>) -> Option<Property<'o>> {
        owner.custom_properties.iter().find(|property| self.custom_properties.has(property.name, property.value))
    }
}
