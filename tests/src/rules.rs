//! The rules of the standard policy, stated once more from the design and without a look at its code: a table from
//! top to bottom, and the first rule that keeps a seat is the answer.

use serde_json::{Value, json};
use steward_core::decision::Verdict;
use steward_core::instant::{Instant, MS_PER_DAY};
use steward_core::license_type::LicenseType;
use steward_core::settings::{FlagRule, NeverRelease};
use steward_core::snapshot::{LastUse, Owner, Property, Seat, Snapshot};

/// The settings of the standard policy.
#[derive(Debug, Clone)]
pub struct Rules {
    pub analyzer: TypeRules,
    pub professional: TypeRules,
    pub user: TypeRules,
    /// `None`: the threshold of the licence type.
    pub never_used_grace_days: Option<u32>,
    pub release_deleted_owners: bool,
    pub never_release: NeverRelease,
}

#[derive(Debug, Clone, Copy)]
pub struct TypeRules {
    pub enable: bool,
    pub threshold_days: u32,
}

/// Every type enabled, thirty days, nobody protected.
impl Default for Rules {
    fn default() -> Self {
        let thirty_days = TypeRules { enable: true, threshold_days: 30 };
        Self {
            analyzer: thirty_days,
            professional: thirty_days,
            user: thirty_days,
            never_used_grace_days: None,
            release_deleted_owners: false,
            never_release: NeverRelease::default(),
        }
    }
}

impl Rules {
    pub fn to_json(&self) -> Value {
        let kind = |rules: TypeRules| json!({ "enable": rules.enable, "releaseThresholdDays": rules.threshold_days });
        json!({
            "licenseType": {
                "analyzer": kind(self.analyzer),
                "professional": kind(self.professional),
                "user": kind(self.user),
            },
            "neverRelease": self.never_release,
            "neverUsedGraceDays": self.never_used_grace_days,
            "deletedOwner": if self.release_deleted_owners { "release" } else { "keep" },
        })
    }

    pub fn of_type(&self, license_type: LicenseType) -> TypeRules {
        match license_type {
            LicenseType::Analyzer => self.analyzer,
            LicenseType::Professional => self.professional,
            LicenseType::User => self.user,
        }
    }
}

/// What the table says about one seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    pub verdict: Verdict,
    pub rule: &'static str,
    pub flips_at: Option<Instant>,
}

pub fn expected(rules: &Rules, snapshot: &Snapshot, seat: &Seat, now: Instant) -> Expected {
    let owner = snapshot.owner(seat);
    let grace_days = rules.never_used_grace_days.unwrap_or(rules.of_type(seat.license_type).threshold_days);
    let use_days = rules.of_type(seat.license_type).threshold_days;
    // The one rule that lets go by itself, and when.
    let (clock_rule, runs_out_ms) = match (seat.last_used, seat.allocated_at) {
        (LastUse::At(used), _) => ("recently-used", Some(used.millis() + i64::from(use_days) * MS_PER_DAY)),
        (LastUse::Never, Some(given)) => {
            ("never-used-grace", Some(given.millis() + i64::from(grace_days) * MS_PER_DAY))
        }
        _ => ("", None),
    };
    let kept_by_clock = runs_out_ms.is_some_and(|runs_out_ms| now.millis() < runs_out_ms);

    let before_clock = keeps_before_clock(rules, seat, &owner);
    let after_clock = keeps_after_clock(&rules.never_release, &owner);
    let keep = |rule, flips_at| Expected { verdict: Verdict::Keep, rule, flips_at };
    match (before_clock, kept_by_clock, after_clock) {
        (Some(rule), _, _) | (None, false, Some(rule)) => keep(rule, None),
        (None, true, Some(_)) => keep(clock_rule, None),
        (None, true, None) => keep(clock_rule, runs_out_ms.and_then(Instant::from_millis)),
        (None, false, None) => {
            let rule = if seat.last_used == LastUse::Never { "never-used" } else { "idle" };
            Expected { verdict: Verdict::Release, rule, flips_at: None }
        }
    }
}

fn keeps_before_clock(rules: &Rules, seat: &Seat, owner: &Owner<'_>) -> Option<&'static str> {
    if !rules.of_type(seat.license_type).enable {
        return Some("license-type-disabled");
    }
    if seat.quarantined {
        return Some("quarantined");
    }
    match owner {
        Owner::Unresolved => return Some("owner-unknown"),
        Owner::Deleted { .. } if !rules.release_deleted_owners => return Some("owner-unknown"),
        _ => {}
    }
    match (seat.last_used, seat.allocated_at) {
        (LastUse::Unknown, _) | (LastUse::Never, None) => Some("unknown-last-use"),
        _ => None,
    }
}

fn keeps_after_clock(never: &NeverRelease, owner: &Owner<'_>) -> Option<&'static str> {
    // A deleted owner has a name, but nothing else: no tag, no property, no flag that is set.
    let (directory, id, tags, properties, flags): (&str, &str, &[String], &[Property], [bool; 3]) = match owner {
        Owner::Known(user) => (
            &user.user_directory,
            &user.user_id,
            &user.tags,
            &user.custom_properties,
            [user.inactive, user.blocked, user.removed_externally],
        ),
        Owner::Deleted { user_directory, user_id } => (user_directory, user_id, &[], &[], [false; 3]),
        Owner::Unresolved => return None,
    };
    if never.user.iter().any(|entry| alike(&entry.user_dir, directory) && alike(&entry.user_id, id)) {
        return Some("never-release.user");
    }
    if never.tag.iter().any(|entry| tags.iter().any(|tag| alike(entry, tag))) {
        return Some("never-release.tag");
    }
    let has_property =
        |entry: &Property| properties.iter().any(|p| alike(&entry.name, &p.name) && alike(&entry.value, &p.value));
    if never.custom_property.iter().any(has_property) {
        return Some("never-release.custom-property");
    }
    if never.user_directory.iter().any(|entry| alike(entry, directory)) {
        return Some("never-release.user-directory");
    }
    let settings = [
        (never.inactive, "never-release.inactive"),
        (never.blocked, "never-release.blocked"),
        (never.removed_externally, "never-release.removed-externally"),
    ];
    settings.into_iter().zip(flags).find(|((setting, _), flag)| keeps_flag(*setting, *flag)).map(|((_, rule), _)| rule)
}

pub fn keeps_flag(setting: FlagRule, flag: bool) -> bool {
    match setting {
        FlagRule::Ignore => false,
        FlagRule::Yes => flag,
        FlagRule::No => !flag,
    }
}

/// The same name but for case and outer blanks.
pub fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim(), b.trim());
    a.to_lowercase() == b.to_lowercase() || a.to_uppercase() == b.to_uppercase()
}
