//! The licence and the overview of the pools.
//!
//! A computed overview is never stored, so its totals always agree with the rows. An overview from the data file is
//! answered as it is; what this server does to a seat afterwards is carried over into its numbers, and only that.

use serde_json::{Value, json};

use super::Store;
use super::seats::{is_quarantined, is_used};
use crate::entity::{ANALYZER, ANALYZER_TIME, LOGIN, PROFESSIONAL, USER_ACCESS};
use crate::options::{Era, LicenseModel, OverviewSource};

/// What happens to one seat, as the pools see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Movement {
    Allocated,
    Freed,
    Quarantined,
    QuarantineEnded,
    Reinstated,
}

/// Tokens that one login pass costs.
const LOGIN_TOKEN_COST: f64 = 0.1;

impl Store {
    pub fn overview(&self) -> Value {
        let mut overview = match (&self.given_overview, self.rules.overview) {
            (Some(given), OverviewSource::GivenOrComputed) => given.clone(),
            _ => self.computed(),
        };
        if let OverviewSource::Inconsistent { missing_rows } = self.rules.overview {
            for pool in ["professionalAccess", "analyzerAccess"] {
                shift(&mut overview, pool, "allocated", missing_rows);
            }
        }
        if self.rules.era < Era::Y2021
            && let Some(members) = overview.as_object_mut()
        {
            members.remove("analyzerTimeAccess");
            for pool in ["professionalAccess", "analyzerAccess"] {
                if let Some(pool) = members.get_mut(pool).and_then(Value::as_object_mut) {
                    pool.remove("excess");
                }
            }
        }
        overview
    }

    /// Seats that can still be given out; `None` when the overview does not say.
    pub fn free_seats(&self, number: usize) -> Option<i64> {
        let overview = self.overview();
        let pool = pool_name(number)?;
        if number == USER_ACCESS {
            return overview.get("availableTokens").and_then(number_of);
        }
        overview.get(pool)?.get("available").and_then(number_of)
    }

    /// Carries a change over into an overview that came from the data file.
    pub(super) fn move_in_overview(&mut self, number: usize, movement: Movement) {
        let (Some(overview), Some(pool)) = (self.given_overview.as_mut(), pool_name(number)) else { return };
        let (allocated, quarantined) = match movement {
            Movement::Allocated => (1, 0),
            Movement::Freed => (-1, 0),
            Movement::Quarantined => (-1, 1),
            Movement::QuarantineEnded => (0, -1),
            Movement::Reinstated => (1, -1),
        };
        let available = -(allocated + quarantined);
        if number == USER_ACCESS {
            shift(overview, pool, "allocatedTokens", allocated);
            shift(overview, pool, "quarantinedTokens", quarantined);
            shift_number(overview.get_mut("availableTokens"), available);
        } else {
            shift(overview, pool, "allocated", allocated);
            shift(overview, pool, "quarantined", quarantined);
            shift(overview, pool, "available", available);
        }
    }

    fn computed(&self) -> Value {
        let licensed = !matches!(self.rules.model, LicenseModel::Unlicensed);
        let tokens_enabled = licensed && self.rules.model == LicenseModel::Token;
        let tokens = self.counts(USER_ACCESS);
        let login = |member: &str| self.sum(LOGIN, member);
        let total_tokens =
            if licensed { self.totals.tokens.unwrap_or(tokens.allocated + tokens.quarantined) } else { 0 };
        let login_tokens = login("assignedTokens");
        #[expect(clippy::cast_precision_loss, reason = "pools are far smaller than 2^52")]
        let as_float = |number: i64| number as f64;
        let available_tokens = (total_tokens - tokens.allocated - tokens.quarantined - login_tokens).max(0);
        json!({
            "totalTokens": if tokens_enabled { total_tokens } else { 0 },
            "availableTokens": if tokens_enabled { available_tokens } else { 0 },
            "tokensEnabled": tokens_enabled,
            "userAccess": {
                "enabled": tokens_enabled, "tokenCost": 1.0, "allocatedTokens": tokens.allocated,
                "usedTokens": tokens.used, "quarantinedTokens": tokens.quarantined,
                "schemaPath": "AccessTypeOverview.UserAccessDetails",
            },
            "loginAccess": {
                "enabled": tokens_enabled, "tokenCost": LOGIN_TOKEN_COST, "allocatedTokens": login_tokens,
                "usedTokens": as_float(login("usedAccessTypes")) * LOGIN_TOKEN_COST, "unavailableTokens": 0,
                "schemaPath": "AccessTypeOverview.LoginAccessDetails",
            },
            "professionalAccess": self.pool(PROFESSIONAL, self.totals.professional, "professional", licensed),
            "analyzerAccess": self.pool(ANALYZER, self.totals.analyzer, "analyzer", licensed),
            "analyzerTimeAccess": {
                "enabled": licensed && self.table(ANALYZER_TIME).len() > 0,
                "allocatedMinutes": self.sum(ANALYZER_TIME, "assignedMinutes"),
                "usedMinutes": self.sum(ANALYZER_TIME, "usedMinutes"), "unavailableMinutes": 0,
                "schemaPath": "AccessTypeOverview.AnalyzerTimeAccessDetails",
            },
            "schemaPath": "AccessTypeOverview",
        })
    }

    fn pool(&self, number: usize, total: Option<i64>, allotment: &str, licensed: bool) -> Value {
        let Counts { allocated, quarantined, used, excess } = self.counts(number);
        let held = allocated + quarantined;
        let total = if licensed {
            total.or_else(|| allotment_of(&self.license, allotment)).unwrap_or(held - excess)
        } else {
            0
        };
        json!({
            "enabled": licensed && (total > 0 || held > 0), "total": total, "allocated": allocated, "used": used,
            "quarantined": quarantined, "excess": excess.max(held - total).max(0),
            "available": (total - held).max(0), "schemaPath": "AccessTypeOverview.Details",
        })
    }

    fn counts(&self, number: usize) -> Counts {
        let mut counts = Counts::default();
        for row in self.table(number).values() {
            if is_quarantined(row) {
                counts.quarantined += 1;
                continue;
            }
            counts.allocated += 1;
            counts.used += i64::from(is_used(row));
            counts.excess += i64::from(row.get("excess").and_then(Value::as_bool).unwrap_or(false));
        }
        counts
    }

    fn sum(&self, number: usize, member: &str) -> i64 {
        self.table(number).values().filter_map(|row| number_of(row.get(member)?)).fold(0, i64::saturating_add)
    }
}

#[derive(Default)]
struct Counts {
    allocated: i64,
    quarantined: i64,
    used: i64,
    excess: i64,
}

/// The licence as the model shows it.
pub(super) fn license(license: &Value, model: LicenseModel) -> Value {
    let mut license = license.clone();
    match (model, license.as_object_mut()) {
        (LicenseModel::Unlicensed, _) => return Value::Null,
        (LicenseModel::Expired, Some(members)) => {
            members.insert("isExpired".to_owned(), json!(true));
            members.insert("expiredReason".to_owned(), json!("The license has expired"));
        }
        _ => {}
    }
    license
}

/// The number in a line `Allotment <resource>:<n>;` of the licence's details.
fn allotment_of(license: &Value, resource: &str) -> Option<i64> {
    let details = license.get("keyDetails")?.as_str()?;
    details.lines().find_map(|line| {
        let (name, number) = line.trim().strip_prefix("Allotment ")?.split_once(':')?;
        if name.trim() != resource {
            return None;
        }
        number.trim().trim_end_matches(';').parse().ok()
    })
}

fn pool_name(number: usize) -> Option<&'static str> {
    match number {
        PROFESSIONAL => Some("professionalAccess"),
        ANALYZER => Some("analyzerAccess"),
        USER_ACCESS => Some("userAccess"),
        _ => None,
    }
}

fn shift(overview: &mut Value, pool: &str, member: &str, by: i64) {
    shift_number(overview.get_mut(pool).and_then(|pool| pool.get_mut(member)), by);
}

/// Moves a number, whole or not; anything else the file may hold there stays.
fn shift_number(value: Option<&mut Value>, by: i64) {
    let Some(value) = value else { return };
    if let Some(whole) = value.as_i64() {
        *value = json!(whole.saturating_add(by));
    } else if let Some(number) = value.as_f64() {
        #[expect(clippy::cast_precision_loss, reason = "steps are single seats")]
        let moved = number + by as f64;
        *value = json!(moved);
    }
}

fn number_of(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "saturating is what a nonsense number deserves")]
    value.as_i64().or_else(|| value.as_f64().map(|number| number as i64))
}
