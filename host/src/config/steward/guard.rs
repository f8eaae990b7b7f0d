//! `steward.guard`: limits that no policy can override.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Limits that no policy can override.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Guard {
    /// A seat used or given out within this many days stays. 7 is Qlik's own quarantine window.
    #[schemars(range(min = 0, max = 3650))]
    pub min_idle_days: u32,
    /// People with one of these roles keep their seats: an administrator without one may not reach the QMC.
    #[schemars(inner(length(min = 1)), extend("x-hint" = "every entry must name a role, or it would protect nobody"))]
    pub protect_roles: Vec<String>,
    /// Per cent of a licence type's allocated seats that may be released within 24 hours.
    #[schemars(range(min = 0, max = 100))]
    pub max_release_percent: f64,
    /// Seats of a licence type that may be released within 24 hours, if also limited by number.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub max_releases: Option<u32>,
    /// What happens when a plan wants more than that.
    pub above_cap: AboveCap,
    /// Days whose releases can be given back: as many seats stay free as were released within them. Left out: no reserve.
    #[schemars(range(min = 1, max = 365))]
    pub undo_reserve_days: Option<u32>,
    /// Days for which a person who got a seat back by `steward undo` is left alone.
    #[schemars(range(min = 0, max = 3650))]
    pub undo_grace_days: u32,
    /// Releases in a minute, so that the repository service has time for people too.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub releases_per_minute: u32,
    /// Failures in a row after which a run stops: by then the service has a trouble of its own.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub max_consecutive_failures: u32,
    /// The hours in which seats may be released. Left out: at any time.
    pub window: Option<Window>,
    /// Age in minutes above which a reading of the site is too old to act on.
    #[schemars(range(min = 1, max = 1440))]
    pub max_inventory_age_minutes: u32,
    /// Days after which a plan can no longer be applied.
    #[schemars(range(min = 1, max = 365))]
    pub plan_ttl_days: u32,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            min_idle_days: 7,
            protect_roles: vec!["RootAdmin".to_owned()],
            max_release_percent: 5.0,
            max_releases: None,
            above_cap: AboveCap::Hold,
            undo_reserve_days: None,
            undo_grace_days: 30,
            releases_per_minute: 120,
            max_consecutive_failures: 5,
            window: None,
            max_inventory_age_minutes: 15,
            plan_ttl_days: 7,
        }
    }
}

/// The hours in which seats may be released.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Window {
    /// Days of the week by their English names, such as `mon`. Left out: every day.
    #[serde(default)]
    pub days: Vec<String>,
    /// When it opens, such as `20:00`.
    pub from: String,
    /// When it closes, such as `06:00`: on the next day, when that is earlier.
    pub to: String,
    /// The time zone of both, such as `Europe/Berlin`. Left out: UTC.
    #[serde(default)]
    pub time_zone: Option<String>,
}

/// What happens when a plan wants to release more than the cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AboveCap {
    /// Release none of the type, and say how to go on.
    Hold,
    /// Release up to the cap, the longest idle first, and the rest another day.
    LongestIdleFirst,
}
