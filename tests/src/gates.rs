//! The gates, stated once more from the design and without a look at the guard's code.

use std::collections::BTreeSet;

use steward_core::instant::{Instant, MS_PER_DAY, MS_PER_MINUTE};
use steward_core::license_type::LicenseType;
use steward_core::settings::GuardSettings;
use steward_core::snapshot::{Holder, LastUse, Owner, Seat, Snapshot};

use crate::rules::{alike, keeps_flag};

/// The gates that hold this seat.
pub fn seat_gates(snapshot: &Snapshot, seat: &Seat, guard: &GuardSettings, now: Instant) -> BTreeSet<&'static str> {
    let owner = snapshot.owner(seat);
    let (directory, id) = (seat.holder.user_directory(), seat.holder.user_id());
    let own = guard.own_account.as_ref();
    let gates = [
        ("quarantined", seat.quarantined),
        ("unresolved-owner", owner == Owner::Unresolved),
        ("floor", below_floor(seat, guard, now)),
        (
            "service-account",
            alike(directory, "internal") && id.trim().to_lowercase().starts_with("sa_")
                || own.is_some_and(|own| alike(&own.user_dir, directory) && alike(&own.user_id, id)),
        ),
        ("protected-role", has_protected_role(&owner, guard)),
        ("protected", is_protected(&owner, guard)),
    ];
    gates.into_iter().filter_map(|(gate, holds)| holds.then_some(gate)).collect()
}

fn below_floor(seat: &Seat, guard: &GuardSettings, now: Instant) -> bool {
    let floor_ms = i64::from(guard.min_idle_days) * MS_PER_DAY;
    let too_young = |at: Instant| now.millis() < at.millis() + floor_ms;
    let use_is_fine = match seat.last_used {
        LastUse::Never => true,
        LastUse::Unknown => false,
        LastUse::At(used) => !too_young(used),
    };
    let allocation_is_fine = seat.allocated_at.is_some_and(|given| !too_young(given));
    !(use_is_fine && allocation_is_fine)
}

fn has_protected_role(owner: &Owner<'_>, guard: &GuardSettings) -> bool {
    let Owner::Known(user) = owner else { return false };
    user.roles.iter().any(|role| guard.protect_roles.iter().any(|entry| alike(role, entry)))
}

fn is_protected(owner: &Owner<'_>, guard: &GuardSettings) -> bool {
    let never = &guard.never_release;
    let by_name = |directory: &str, id: &str| {
        never.user.iter().any(|entry| alike(&entry.user_dir, directory) && alike(&entry.user_id, id))
            || never.user_directory.iter().any(|entry| alike(entry, directory))
    };
    let by_flags = |inactive, blocked, removed| {
        keeps_flag(never.inactive, inactive)
            || keeps_flag(never.blocked, blocked)
            || keeps_flag(never.removed_externally, removed)
    };
    match owner {
        Owner::Unresolved => false,
        Owner::Deleted { user_directory, user_id } => by_name(user_directory, user_id) || by_flags(false, false, false),
        Owner::Known(user) => {
            by_name(&user.user_directory, &user.user_id)
                || by_flags(user.inactive, user.blocked, user.removed_externally)
                || user.tags.iter().any(|tag| never.tag.iter().any(|entry| alike(tag, entry)))
                || user.custom_properties.iter().any(|p| {
                    never
                        .custom_property
                        .iter()
                        .any(|entry| alike(&p.name, &entry.name) && alike(&p.value, &entry.value))
                })
        }
    }
}

/// The gates that hold the whole run, but for faults of the policy.
pub fn run_gates(snapshot: &Snapshot, guard: &GuardSettings, now: Instant, applicable: bool) -> BTreeSet<&'static str> {
    let seats = snapshot.seats();
    let count = |is: &dyn Fn(&Seat) -> bool| seats.iter().filter(|seat| is(seat)).count();
    let more_than_percent = |part: usize, whole: usize, percent: usize| part * 100 > whole * percent;

    let too_short = LicenseType::ALL.into_iter().filter_map(|kind| snapshot.pool(kind)).any(|pool| {
        let rows = count(&|seat| seat.license_type == pool.license_type && !seat.quarantined);
        // In hundredths of a seat, so that one per cent is exact.
        [pool.allocated, pool.allocated_before].into_iter().any(|allocated| {
            let allowed = u64::from(allocated).max(200);
            u64::from(allocated) * 100 > rows as u64 * 100 + allowed
        })
    });
    let owned = count(&|seat| matches!(seat.holder, Holder::User { .. }));
    let unresolved = count(&|seat| snapshot.owner(seat) == Owner::Unresolved);
    let dateless =
        count(&|seat| matches!((seat.last_used, seat.allocated_at), (LastUse::Unknown, _) | (LastUse::Never, None)));
    let five_minutes_on = now.millis() + 5 * MS_PER_MINUTE;
    let from_the_future = count(&|seat| {
        let used = if let LastUse::At(used) = seat.last_used { Some(used) } else { None };
        used.into_iter().chain(seat.allocated_at).any(|at| at.millis() > five_minutes_on)
    });
    let age_ms = now.millis() - snapshot.taken_at().millis();
    let is_stale = age_ms > i64::from(guard.max_inventory_age_minutes) * MS_PER_MINUTE || age_ms < -5 * MS_PER_MINUTE;
    let gates = [
        ("list-too-short", too_short),
        ("users-missing", more_than_percent(unresolved, owned, 1)),
        ("unknown-dates", more_than_percent(dateless, seats.len(), 2)),
        ("future-dates", from_the_future > 0),
        ("clock-skew", snapshot.clock_skew_ms().is_some_and(|skew| !(-300_000..=300_000).contains(&skew))),
        ("stale-inventory", applicable && is_stale),
    ];
    gates.into_iter().filter_map(|(gate, holds)| holds.then_some(gate)).collect()
}

/// How many seats of this type may go in a run without history.
pub fn cap(allocated: u32, guard: &GuardSettings) -> usize {
    let share = u128::from(allocated) * u128::from(guard.max_release_basis_points) / 10_000;
    let at_least_five =
        usize::try_from(share.max(if guard.max_release_basis_points == 0 { 0 } else { 5 })).unwrap_or(usize::MAX);
    guard.max_releases.map_or(at_least_five, |limit| at_least_five.min(limit as usize))
}
