//! A suite as it is written down.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::candidate::CandidateSpec;
use super::pools::PoolSpec;
use super::when::FlipSpec;
use crate::decision::{Outcome, Verdict};
use crate::instant::Instant;
use crate::license_type::LicenseType;

/// One file of tests. Its settings, time and pools are those of every case that does not say otherwise.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Suite {
    pub name: String,
    #[serde(default)]
    pub now: Option<Instant>,
    #[serde(default)]
    pub settings: Value,
    #[serde(default)]
    pub pools: BTreeMap<LicenseType, PoolSpec>,
    #[serde(default)]
    pub cases: Vec<Case>,
    #[serde(default)]
    pub quotas: Vec<QuotaCase>,
    /// Settings that the policy must not accept.
    #[serde(default)]
    pub refuses: Vec<RefusalCase>,
    /// Numbers in the settings that make the policy release fewer or more seats, and never both.
    #[serde(default)]
    pub monotone: Vec<Monotone>,
}

/// What is expected of one seat.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Case {
    pub name: String,
    /// Laid over the settings of the suite; null takes a member out of them.
    #[serde(default)]
    pub settings: Value,
    #[serde(default)]
    pub now: Option<Instant>,
    #[serde(default)]
    pub pools: BTreeMap<LicenseType, PoolSpec>,
    #[serde(default)]
    pub candidate: CandidateSpec,
    pub expect: Expect,
}

/// Everything that is said must hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Expect {
    pub verdict: Verdict,
    pub rule: String,
    /// A part of the reason.
    #[serde(default)]
    pub reason: Option<String>,
    #[serde(default)]
    pub priority: Option<i32>,
    #[serde(default)]
    pub flips_at: Option<FlipSpec>,
    /// What `explain` says of these rules.
    #[serde(default)]
    pub outcomes: BTreeMap<String, Outcome>,
}

/// How many releases of a licence type the policy wants at most.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuotaCase {
    pub name: String,
    #[serde(default)]
    pub settings: Value,
    #[serde(default)]
    pub now: Option<Instant>,
    #[serde(default)]
    pub pools: BTreeMap<LicenseType, PoolSpec>,
    pub license_type: LicenseType,
    pub expect: Quota,
}

/// A number, or `none` for no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota(pub Option<u32>);

impl<'de> Deserialize<'de> for Quota {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        match (number, value.as_str()) {
            (Some(number), _) => Ok(Self(Some(number))),
            (None, Some("none")) => Ok(Self(None)),
            (None, _) => Err(serde::de::Error::custom("expected a number of seats, or `none` for no limit")),
        }
    }
}

/// Settings that the policy must refuse.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RefusalCase {
    /// The path when there is none.
    #[serde(default)]
    pub name: Option<String>,
    /// Laid over the settings of the suite.
    pub settings: Value,
    /// Where the policy says that something is wrong, as a JSON Pointer.
    pub path: String,
    /// A part of what it says.
    #[serde(default)]
    pub message: Option<String>,
}

/// A promise about a number in the settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Monotone {
    /// A JSON Pointer into the settings.
    pub setting: String,
    pub direction: Direction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    FewerReleasesWhenHigher,
    MoreReleasesWhenHigher,
}
