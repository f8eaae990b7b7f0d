//! The pools of a case.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::license_type::LicenseType;
use crate::policy::RunPool;

/// The seats of one licence type. What a case does not say is a pool with a few free seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PoolSpec {
    pub total: u32,
    pub allocated: u32,
    /// What is left of the total, unless said otherwise.
    pub available: Option<u32>,
    pub excess: u32,
    pub quarantined: u32,
    /// The allocated and the quarantined ones, unless said otherwise.
    pub candidates: Option<u32>,
}

impl Default for PoolSpec {
    fn default() -> Self {
        Self { total: 100, allocated: 90, available: None, excess: 0, quarantined: 0, candidates: None }
    }
}

impl PoolSpec {
    fn pool(self, license_type: LicenseType) -> RunPool {
        let taken = self.allocated.saturating_add(self.quarantined);
        RunPool {
            license_type,
            total: self.total,
            allocated: self.allocated,
            available: self.available.unwrap_or_else(|| self.total.saturating_sub(taken)),
            excess: self.excess,
            quarantined: self.quarantined,
            candidates: self.candidates.unwrap_or(taken),
        }
    }
}

/// The pools that a case says over those of its suite. When neither says any, every licence type has one.
pub(super) fn pools(
    of_suite: &BTreeMap<LicenseType, PoolSpec>,
    of_case: &BTreeMap<LicenseType, PoolSpec>,
) -> Vec<RunPool> {
    let mut pools = of_suite.clone();
    pools.extend(of_case);
    if pools.is_empty() {
        pools = LicenseType::ALL.map(|kind| (kind, PoolSpec::default())).into();
    }
    pools.into_iter().map(|(kind, pool)| pool.pool(kind)).collect()
}
