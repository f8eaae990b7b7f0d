//! What Butler 16 keeps, with the same settings. Steward may release fewer seats, never one more.

use steward_core::instant::{Instant, MS_PER_DAY};
use steward_core::snapshot::{LastUse, Seat, User};

use crate::rules::{Rules, keeps_flag};

/// Butler compares names exactly and counts from the end of the local day, `utc_offset_ms` east of Greenwich.
/// The date 1753, which means never, is a very old date to it.
pub fn keeps(rules: &Rules, seat: &Seat, owner: &User, now: Instant, utc_offset_ms: i64) -> bool {
    let kind = rules.of_type(seat.license_type);
    let local_ms = now.millis() - i64::from(kind.threshold_days) * MS_PER_DAY + utc_offset_ms;
    let end_of_day_ms = local_ms - local_ms.rem_euclid(MS_PER_DAY) + MS_PER_DAY - 1 - utc_offset_ms;
    let used_since = matches!(seat.last_used, LastUse::At(at) if at.millis() > end_of_day_ms);
    let never = &rules.never_release;
    !kind.enable
        || seat.quarantined
        || used_since
        || never.user.iter().any(|entry| entry.user_dir == owner.user_directory && entry.user_id == owner.user_id)
        || never.tag.iter().any(|tag| owner.tags.contains(tag))
        || never.custom_property.iter().any(|property| owner.custom_properties.contains(property))
        || never.user_directory.contains(&owner.user_directory)
        || keeps_flag(never.inactive, owner.inactive)
        || keeps_flag(never.blocked, owner.blocked)
        || keeps_flag(never.removed_externally, owner.removed_externally)
}
