//! The candidate of a case. What a case does not say is harmless: the seat is one that nobody used for a long time, of
//! somebody whom nothing protects, so that a case names only what it is about.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::when::{AllocatedSpec, LastUseSpec, When};
use crate::instant::MS_PER_DAY;
use crate::license_type::LicenseType;
use crate::snapshot::Property;

pub(super) const LICENSE_ID: &str = "seat";
const USER_DIRECTORY: &str = "ACME";
const USER_ID: &str = "test";
/// Allocated two years ago, and not used for longer than any usual threshold.
const ALLOCATED: When = When::FromNow(-730 * MS_PER_DAY);
const LAST_USED: When = When::FromNow(-400 * MS_PER_DAY);

/// One seat, as a case describes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CandidateSpec {
    pub license_id: String,
    pub license_type: LicenseType,
    pub allocated_at: AllocatedSpec,
    pub last_use: LastUseSpec,
    pub quarantined: bool,
    pub excess: bool,
    pub owner: OwnerSpec,
    pub other_seats: Vec<LicenseType>,
    pub rank: u32,
}

impl Default for CandidateSpec {
    fn default() -> Self {
        Self {
            license_id: LICENSE_ID.to_owned(),
            license_type: LicenseType::Analyzer,
            allocated_at: AllocatedSpec::When(ALLOCATED),
            last_use: LastUseSpec::When(LAST_USED),
            quarantined: false,
            excess: false,
            owner: OwnerSpec::default(),
            other_seats: Vec::new(),
            rank: 1,
        }
    }
}

/// Who holds the seat: the members, or the kind alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnerSpec(pub(super) OwnerFields);

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct OwnerFields {
    pub kind: OwnerKind,
    pub user_directory: String,
    pub user_id: String,
    pub display_name: String,
    pub inactive: bool,
    pub blocked: bool,
    pub removed_externally: bool,
    pub tags: Vec<String>,
    pub custom_properties: Properties,
    pub roles: Vec<String>,
    pub attributes: Properties,
}

impl Default for OwnerFields {
    fn default() -> Self {
        Self {
            kind: OwnerKind::Known,
            user_directory: USER_DIRECTORY.to_owned(),
            user_id: USER_ID.to_owned(),
            display_name: String::new(),
            inactive: false,
            blocked: false,
            removed_externally: false,
            tags: Vec::new(),
            custom_properties: Properties::default(),
            roles: Vec::new(),
            attributes: Properties::default(),
        }
    }
}

impl OwnerFields {
    /// An owner who is not in the user list has a name at most.
    pub(super) fn has_facts(&self) -> bool {
        let bare = Self {
            kind: self.kind,
            user_directory: self.user_directory.clone(),
            user_id: self.user_id.clone(),
            ..Self::default()
        };
        *self != bare
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OwnerKind {
    Known,
    Deleted,
    Unresolved,
}

impl OwnerKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Deleted => "deleted",
            Self::Unresolved => "unresolved",
        }
    }
}

impl<'de> Deserialize<'de> for OwnerSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordOrMembers;

        impl<'de> Visitor<'de> for WordOrMembers {
            type Value = OwnerFields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`known`, `deleted`, `unresolved`, or the members of an owner")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<OwnerFields, E> {
                let kinds = [OwnerKind::Known, OwnerKind::Deleted, OwnerKind::Unresolved];
                let kind = kinds.into_iter().find(|kind| kind.as_str() == word);
                let kind = kind.ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(word), &self))?;
                Ok(OwnerFields { kind, ..OwnerFields::default() })
            }

            fn visit_map<M: MapAccess<'de>>(self, members: M) -> Result<OwnerFields, M::Error> {
                OwnerFields::deserialize(MapAccessDeserializer::new(members))
            }
        }

        deserializer.deserialize_any(WordOrMembers).map(Self)
    }
}

/// Names with values, written as members: `Department: Sales`, or `Group: [A, B]` for several values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties(pub Vec<Property>);

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Map::<String, Value>::deserialize(deserializer)?;
        let mut properties = Vec::new();
        for (name, value) in members {
            let values = match value {
                Value::Array(values) => values,
                one => vec![one],
            };
            for value in values {
                let Value::String(value) = value else {
                    let problem = format!("the value of `{name}` is not a text: put {value} into quotes");
                    return Err(serde::de::Error::custom(problem));
                };
                properties.push(Property { name: name.clone(), value });
            }
        }
        Ok(Self(properties))
    }
}
