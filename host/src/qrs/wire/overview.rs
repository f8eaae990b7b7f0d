//! `license/accesstypeoverview`: how many seats of each type there are.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use steward_core::access::{Access, AccessType};
use steward_core::license_type::LicenseType;
use steward_core::snapshot::Pool;

/// No site has a tenth of it; a larger number is a mistake of one side, and shares are counted from it.
const SEATS_MAX: f64 = 10_000_000.0;

/// A pool as one overview counts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::qrs) struct PoolCount {
    pub(in crate::qrs) license_type: LicenseType,
    pub(in crate::qrs) allocated: u32,
    total: u32,
    used: u32,
    available: u32,
    quarantined: u32,
    excess: u32,
}

impl PoolCount {
    pub(in crate::qrs) fn pool(&self, allocated_before: u32) -> Pool {
        let Self { license_type, allocated, total, used, available, quarantined, excess } = *self;
        Pool { license_type, total, allocated, allocated_before, used, available, quarantined, excess }
    }
}

/// The pools of the types that are enabled, in the order of types.
///
/// # Errors
/// When it is no overview, or a number is none that seats can be counted with.
pub(in crate::qrs) fn read(overview: &Value) -> Result<Vec<PoolCount>, String> {
    let overview = overview.as_object().ok_or("it is null, where an overview belongs")?;
    let mut pools = Vec::new();
    let mut known = false;
    for license_type in LicenseType::ALL {
        let name = match license_type {
            LicenseType::Analyzer => "analyzerAccess",
            LicenseType::Professional => "professionalAccess",
            LicenseType::User => "userAccess",
        };
        let details = match overview.get(name) {
            // Old servers leave out what they do not have.
            None | Some(Value::Null) => continue,
            Some(details) => details.as_object().ok_or_else(|| format!("the field {name} is no object"))?,
        };
        known = true;
        let enabled = details.get("enabled").and_then(Value::as_bool);
        if enabled.ok_or_else(|| format!("{name} does not say whether it is enabled"))? {
            let pool = match license_type {
                LicenseType::User => read_tokens(overview, details),
                LicenseType::Analyzer | LicenseType::Professional => read_seats(license_type, details),
            };
            pools.push(pool.map_err(|problem| format!("{name}: {problem}"))?);
        }
    }
    if known { Ok(pools) } else { Err("it names none of the known licence types".to_owned()) }
}

/// Everything that the overview counts of what is enabled, for charts. A figure that is no number is left out and named;
/// it must not keep the others away.
pub(in crate::qrs) fn read_access(overview: &Value) -> (Vec<Access>, Vec<String>) {
    let (mut counted, mut problems) = (Vec::new(), Vec::new());
    for (access_type, member, switch, figures) in ACCESS {
        let details = if member.is_empty() { Some(overview) } else { overview.get(member) };
        let Some(details) = details.filter(|details| details.get(switch) == Some(&Value::Bool(true))) else { continue };
        let mut found = BTreeMap::new();
        for (figure, field) in figures {
            match details.get(field) {
                Some(Value::Number(number)) => {
                    found.extend(number.as_f64().filter(|number| number.is_finite()).map(|number| (*figure, number)));
                }
                // Older releases do not count it.
                None | Some(Value::Null) if *field == "excess" => {}
                _ => problems.push(format!("the overview of {access_type} does not tell `{field}`")),
            }
        }
        counted.push(Access { access_type, figures: found });
    }
    (counted, problems)
}

type Figures = &'static [(&'static str, &'static str)];

const SEATS: Figures = &[
    ("total", "total"),
    ("allocated", "allocated"),
    ("used", "used"),
    ("available", "available"),
    ("quarantined", "quarantined"),
    ("excess", "excess"),
];

/// Kind of access, member of the overview (empty for the overview itself), the switch in it, and its figures by the
/// names of measurement and server.
const ACCESS: [(AccessType, &str, &str, Figures); 6] = [
    (AccessType::Analyzer, "analyzerAccess", "enabled", SEATS),
    (AccessType::Professional, "professionalAccess", "enabled", SEATS),
    (
        AccessType::AnalyzerCapacity,
        "analyzerTimeAccess",
        "enabled",
        &[
            ("allocated_minutes", "allocatedMinutes"),
            ("used_minutes", "usedMinutes"),
            ("unavailable_minutes", "unavailableMinutes"),
        ],
    ),
    (
        AccessType::TokenLogin,
        "loginAccess",
        "enabled",
        &[
            ("allocated_tokens", "allocatedTokens"),
            ("token_cost", "tokenCost"),
            ("unavailable_tokens", "unavailableTokens"),
            ("used_tokens", "usedTokens"),
        ],
    ),
    (
        AccessType::TokenUser,
        "userAccess",
        "enabled",
        &[
            ("allocated_tokens", "allocatedTokens"),
            ("quarantined_tokens", "quarantinedTokens"),
            ("token_cost", "tokenCost"),
            ("used_tokens", "usedTokens"),
        ],
    ),
    (
        AccessType::Tokens,
        "",
        "tokensEnabled",
        &[("available_tokens", "availableTokens"), ("total_tokens", "totalTokens")],
    ),
];

fn read_seats(license_type: LicenseType, details: &Map<String, Value>) -> Result<PoolCount, String> {
    Ok(PoolCount {
        license_type,
        total: count(details, "total")?,
        allocated: count(details, "allocated")?,
        used: count(details, "used")?,
        available: count(details, "available")?,
        quarantined: count(details, "quarantined")?,
        excess: match details.get("excess") {
            // Older releases do not count it.
            None | Some(Value::Null) => 0,
            Some(_) => count(details, "excess")?,
        },
    })
}

/// Token seats: the pool is shared with login passes, and one seat costs one token.
fn read_tokens(overview: &Map<String, Value>, details: &Map<String, Value>) -> Result<PoolCount, String> {
    // At another price allocated tokens could not be compared with listed seats.
    if details.get("tokenCost").is_some_and(|cost| cost.as_f64() != Some(1.0)) {
        return Err("a seat does not cost one token, so tokens and seats cannot be compared".to_owned());
    }
    Ok(PoolCount {
        license_type: LicenseType::User,
        total: count(overview, "totalTokens")?,
        allocated: count(details, "allocatedTokens")?,
        used: count(details, "usedTokens")?,
        // Login passes cost tenths of a token; what is left of one is no seat.
        available: whole("availableTokens", number(overview, "availableTokens")?.floor())?,
        quarantined: count(details, "quarantinedTokens")?,
        excess: 0,
    })
}

fn count(object: &Map<String, Value>, field: &str) -> Result<u32, String> {
    whole(field, number(object, field)?)
}

/// Numbers may be written as `200` or `200.0`.
fn number(object: &Map<String, Value>, field: &str) -> Result<f64, String> {
    let value = object.get(field).ok_or_else(|| format!("no field {field}"))?;
    value.as_f64().ok_or_else(|| format!("the field {field} is no number"))
}

fn whole(field: &str, number: f64) -> Result<u32, String> {
    if number.fract() != 0.0 || !(0.0..=SEATS_MAX).contains(&number) {
        return Err(format!("the field {field} is {number}, which is no number of seats"));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and within 0 to 10 million")]
    Ok(number as u32)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn details() -> Value {
        json!({"enabled": true, "total": 60.0, "allocated": 52, "used": 41, "quarantined": 3, "excess": 1, "available": 5})
    }

    #[test]
    fn counts_the_types_that_are_enabled() {
        let overview = json!({
            "totalTokens": 20.0, "availableTokens": 7.4, "tokensEnabled": true, "schemaPath": "AccessTypeOverview",
            "userAccess": {"enabled": true, "tokenCost": 1.0, "allocatedTokens": 12.0, "usedTokens": 4, "quarantinedTokens": 0},
            "professionalAccess": details(),
            "analyzerAccess": {"enabled": false},
        });
        let pools: Vec<Pool> = read(&overview).unwrap().iter().map(|count| count.pool(50)).collect();
        assert_eq!(
            pools,
            [
                Pool {
                    license_type: LicenseType::Professional,
                    total: 60,
                    allocated: 52,
                    allocated_before: 50,
                    used: 41,
                    available: 5,
                    quarantined: 3,
                    excess: 1,
                },
                Pool {
                    license_type: LicenseType::User,
                    total: 20,
                    allocated: 12,
                    allocated_before: 50,
                    used: 4,
                    available: 7,
                    quarantined: 0,
                    excess: 0,
                },
            ]
        );
    }

    #[test]
    fn counts_every_kind_of_access_that_is_enabled() {
        let overview = json!({
            "totalTokens": 20.0, "availableTokens": 7.4, "tokensEnabled": true,
            "userAccess": {"enabled": true, "tokenCost": 1.0, "allocatedTokens": 12.0, "usedTokens": 4, "quarantinedTokens": 0},
            "loginAccess": {"enabled": true, "tokenCost": 0.1, "allocatedTokens": 2, "usedTokens": 0.3, "unavailableTokens": "?"},
            "professionalAccess": {"enabled": true, "total": 9, "allocated": 8, "used": 7, "quarantined": 1, "available": 0},
            "analyzerAccess": {"enabled": false, "total": 9},
            "analyzerTimeAccess": {"enabled": true, "allocatedMinutes": 6000, "usedMinutes": 1284, "unavailableMinutes": 36},
        });
        let (counted, problems) = read_access(&overview);
        let told: Vec<String> = counted
            .iter()
            .map(|access| format!("{} {}", access.access_type, serde_json::to_string(&access.figures).unwrap()))
            .collect();
        assert_eq!(
            told,
            [
                r#"professional {"allocated":8.0,"available":0.0,"quarantined":1.0,"total":9.0,"used":7.0}"#,
                r#"analyzer_capacity {"allocated_minutes":6000.0,"unavailable_minutes":36.0,"used_minutes":1284.0}"#,
                r#"token_login {"allocated_tokens":2.0,"token_cost":0.1,"used_tokens":0.3}"#,
                r#"token_user {"allocated_tokens":12.0,"quarantined_tokens":0.0,"token_cost":1.0,"used_tokens":4.0}"#,
                r#"tokens_available {"available_tokens":7.4,"total_tokens":20.0}"#,
            ]
        );
        assert_eq!(problems, ["the overview of token_login does not tell `unavailableTokens`"]);
    }

    #[test]
    fn refuses_what_no_seats_can_be_counted_with() {
        let with = |field: &str, value: Value| {
            let mut details = details();
            details[field] = value;
            read(&json!({ "analyzerAccess": details })).map(|pools| pools.len())
        };
        assert_eq!(with("excess", json!(null)), Ok(1));
        for value in [json!(-1), json!(0.5), json!(1e12), json!(10_000_001), json!("60"), json!(null)] {
            assert!(with("total", value.clone()).is_err(), "{value}");
        }
        assert!(with("enabled", json!("true")).is_err());
        for wrong in [json!(null), json!({}), json!({"analyzerAccess": []}), json!({"analyzerAccess": {}})] {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
        let mut dear =
            json!({"enabled": true, "tokenCost": 2, "allocatedTokens": 2, "usedTokens": 2, "quarantinedTokens": 0});
        let tokens = |user: &Value| read(&json!({"totalTokens": 9, "availableTokens": 1, "userAccess": user}));
        assert!(tokens(&dear).is_err());
        dear["tokenCost"] = json!(1);
        assert!(tokens(&dear).is_ok());
    }
}
