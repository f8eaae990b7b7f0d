//! Reads a finished plan once more, before anybody acts on it.
//!
//! It shares no code with the guard and trusts nothing that the planner computed: it states what must never be
//! released, seat by seat, in its own words. A violation is a bug of Steward, and the plan is thrown away.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::decision::Verdict;
use crate::digest::Digest;
use crate::guard::{Protection, Scope};
use crate::ids::{LicenseId, UserGuid};
use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::memory::Memory;
use crate::plan::{Plan, PlanBody, PlannedDecision};
use crate::settings::{AboveCap, FlagRule, GuardSettings};
use crate::snapshot::{Holder, LastUse, Owner, Property, Seat, Snapshot, User};

const DAY_MS: i64 = 86_400_000;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Violation {
    #[error("the plan decides about {decided} seats, the snapshot has {seats}")]
    SeatCount { decided: usize, seats: usize },
    #[error("the plan was made of another snapshot or under other guard settings")]
    OtherInputs,
    #[error("seat `{0}` is decided twice, or is not in the snapshot, or is described differently there")]
    StrangeDecision(LicenseId),
    #[error("the decisions are not in order at seat `{0}`")]
    Disorder(LicenseId),
    #[error("seat `{0}` is released twice")]
    ReleasedTwice(LicenseId),
    #[error("seat `{0}` is released, but the policy did not say so")]
    NotDecided(LicenseId),
    #[error("seat `{0}` is released, but was not chosen from the plan that is applied")]
    NotChosen(LicenseId),
    #[error("seat `{0}` is released and held")]
    Held(LicenseId),
    #[error("seat `{id}` is released, but {why}")]
    MustStay { id: LicenseId, why: &'static str },
    #[error("{count} {license_type} seats are released, the cap is {cap}")]
    AboveCap { license_type: LicenseType, count: u64, cap: u64 },
    #[error("{0} seats are released, but not enough are free to give the last ones back")]
    NoReserve(LicenseType),
    #[error("seats are released in a run that is held or faulty")]
    RunIsHeld,
    #[error("seats are released, but {0}")]
    Distrusted(&'static str),
    #[error("{0} seats of a type whose cap is exceeded are released")]
    TypeIsHeld(LicenseType),
}

/// Everything that is wrong with `plan`; empty for a sound one.
pub fn violations(plan: &Plan, snapshot: &Snapshot, guard: &GuardSettings, memory: &Memory) -> Vec<Violation> {
    let body = plan.body();
    let mut found = Vec::new();
    let same_inputs = snapshot.digest().is_ok_and(|digest| digest == body.inventory.digest)
        && guard.digest().is_ok_and(|digest| digest == body.guard.digest)
        && Digest::of_json(memory).is_ok_and(|digest| digest == body.guard.memory_digest);
    if !same_inputs {
        found.push(Violation::OtherInputs);
    }
    let seats: BTreeMap<&LicenseId, &Seat> = snapshot.seats().iter().map(|seat| (&seat.id, seat)).collect();
    let decided = check_decisions(body, &seats, &mut found);
    check_releases(body, &decided, snapshot, &seats, guard, memory, &mut found);
    check_application(body, &mut found);
    check_holds(body, guard, &mut found);
    if !body.releases.is_empty() {
        found.extend(distrust(body, snapshot, guard).map(Violation::Distrusted));
        found.extend(forgotten(body, snapshot, guard, memory).map(Violation::Distrusted));
    }
    check_caps(body, &seats, snapshot, guard, memory, &mut found);
    found
}

/// Each seat once, as the snapshot describes it, in the order that the format promises.
fn check_decisions<'p>(
    body: &'p PlanBody,
    seats: &BTreeMap<&LicenseId, &Seat>,
    found: &mut Vec<Violation>,
) -> BTreeMap<&'p LicenseId, Verdict> {
    let mut decided = BTreeMap::new();
    let mut previous: Option<(LicenseType, i64, &LicenseId)> = None;
    for decision in &body.decisions {
        let id = &decision.license_id;
        let described = seats.get(id).is_some_and(|seat| same_seat(seat, decision));
        if decided.insert(id, decision.verdict).is_some() || !described {
            found.push(Violation::StrangeDecision(id.clone()));
        }
        let since = match (decision.last_used, decision.allocated_at) {
            (LastUse::At(at), _) | (LastUse::Never, Some(at)) => at.millis(),
            _ => i64::MAX,
        };
        let place = (decision.license_type, since, id);
        if previous.is_some_and(|before| before >= place) {
            found.push(Violation::Disorder(id.clone()));
        }
        previous = Some(place);
    }
    if decided.len() != seats.len() {
        found.push(Violation::SeatCount { decided: decided.len(), seats: seats.len() });
    }
    decided
}

fn same_seat(seat: &Seat, decision: &PlannedDecision) -> bool {
    seat.license_type == decision.license_type
        && seat.last_used == decision.last_used
        && seat.allocated_at == decision.allocated_at
        && seat.holder.user_id() == decision.user_id
        && seat.holder.user_directory() == decision.user_directory
}

fn check_releases(
    body: &PlanBody,
    decided: &BTreeMap<&LicenseId, Verdict>,
    snapshot: &Snapshot,
    seats: &BTreeMap<&LicenseId, &Seat>,
    guard: &GuardSettings,
    memory: &Memory,
    found: &mut Vec<Violation>,
) {
    let users: BTreeMap<&UserGuid, &User> = snapshot.users().iter().map(|user| (&user.guid, user)).collect();
    let held: BTreeSet<&LicenseId> = body.held.iter().flat_map(|held| &held.license_ids).collect();
    let mut seen = BTreeSet::new();
    for id in &body.releases {
        if !seen.insert(id) {
            found.push(Violation::ReleasedTwice(id.clone()));
        }
        if decided.get(id) != Some(&Verdict::Release) {
            found.push(Violation::NotDecided(id.clone()));
        }
        if held.contains(id) {
            found.push(Violation::Held(id.clone()));
        }
        let why = match seats.get(id) {
            Some(seat) => must_stay(seat, &users, guard, body.now.millis())
                .or_else(|| spared(seat, memory, body.now))
                .or_else(|| unannounced(seat, guard, memory, body.now)),
            None => Some("it is not in the snapshot"),
        };
        found.extend(why.map(|why| Violation::MustStay { id: id.clone(), why }));
    }
}

/// Why a seat must never be released, said without the guard.
fn must_stay(
    seat: &Seat,
    users: &BTreeMap<&UserGuid, &User>,
    guard: &GuardSettings,
    now_ms: i64,
) -> Option<&'static str> {
    if seat.quarantined {
        return Some("it is quarantined");
    }
    let floor_ms = i64::from(guard.min_idle_days) * DAY_MS;
    let Some(allocated_at) = seat.allocated_at else { return Some("nobody knows when it was allocated") };
    let youngest = match seat.last_used {
        LastUse::Unknown => return Some("nobody knows when it was last used"),
        LastUse::Never => allocated_at.millis(),
        LastUse::At(at) => at.millis().max(allocated_at.millis()),
    };
    if now_ms - youngest < floor_ms {
        return Some("it was used or allocated too recently");
    }
    let (directory, id) = (seat.holder.user_directory(), seat.holder.user_id());
    let user = match &seat.holder {
        Holder::Deleted { .. } => None,
        Holder::User { guid, .. } => match users.get(guid) {
            Some(user) if same(&user.user_directory, directory) && same(&user.user_id, id) => Some(*user),
            _ => return Some("its owner is not in the user list"),
        },
    };
    if same(directory, "INTERNAL") && id.trim().to_lowercase().starts_with("sa_") {
        return Some("its owner is a service account");
    }
    if guard.own_account.as_ref().is_some_and(|own| same(&own.user_dir, directory) && same(&own.user_id, id)) {
        return Some("its owner is the account that Steward uses");
    }
    let protected = protected_by_name(directory, id, guard) || protected_by_facts(user, guard);
    protected.then_some("the settings or a role protect its owner")
}

/// People whom an administrator or an undo keeps.
fn spared(seat: &Seat, memory: &Memory, now: Instant) -> Option<&'static str> {
    let people = memory.protected_by_hand.iter().chain(&memory.restored);
    let in_force = people.filter(|person| person.until.is_none_or(|until| until > now));
    let mut names = in_force.map(|person| (&person.account.user_dir, &person.account.user_id));
    let (directory, id) = (seat.holder.user_directory(), seat.holder.user_id());
    names.any(|(dir, user)| same(dir, directory) && same(user, id)).then_some("somebody said that its owner keeps it")
}

/// A notice of the same idleness must be old enough, and not too old; and no such notice may name a later day.
fn unannounced(seat: &Seat, guard: &GuardSettings, memory: &Memory, now: Instant) -> Option<&'static str> {
    const VALID_MS: i64 = 90 * DAY_MS;
    let ((LastUse::At(since), _) | (LastUse::Never, Some(since))) = (seat.last_used, seat.allocated_at) else {
        return guard.notice_days.map(|_| "nobody knows since when it is idle, so no notice can be about that");
    };
    let (directory, id) = (seat.holder.user_directory(), seat.holder.user_id());
    let mut was_told = false;
    for notice in &memory.notices {
        let age_ms = now.millis() - notice.at.millis();
        let is_meant = notice.idle_since == since
            && notice.license_type == seat.license_type
            && age_ms < VALID_MS
            && notice.at >= since
            && same(&notice.account.user_dir, directory)
            && same(&notice.account.user_id, id);
        if is_meant && notice.goes_from.is_some_and(|day| day > now) {
            return Some("its owner was told that it stays for longer");
        }
        was_told |= is_meant && guard.notice_days.is_some_and(|days| age_ms >= i64::from(days) * DAY_MS);
    }
    (guard.notice_days.is_some() && !was_told).then_some("its owner was not told in time")
}

fn check_application(body: &PlanBody, found: &mut Vec<Violation>) {
    let Some(application) = &body.application else { return };
    let chosen: BTreeSet<&LicenseId> = application.license_ids.iter().collect();
    found.extend(body.releases.iter().filter(|id| !chosen.contains(id)).cloned().map(Violation::NotChosen));
}

fn protected_by_name(directory: &str, id: &str, guard: &GuardSettings) -> bool {
    let never = &guard.never_release;
    never.user_directory.iter().any(|entry| same(entry, directory))
        || never.user.iter().any(|entry| same(&entry.user_dir, directory) && same(&entry.user_id, id))
}

fn protected_by_facts(user: Option<&User>, guard: &GuardSettings) -> bool {
    let never = &guard.never_release;
    let flag = |rule: FlagRule, is_set: bool| match rule {
        FlagRule::Ignore => false,
        FlagRule::Yes => is_set,
        FlagRule::No => !is_set,
    };
    flag(never.inactive, user.is_some_and(|user| user.inactive))
        || flag(never.blocked, user.is_some_and(|user| user.blocked))
        || flag(never.removed_externally, user.is_some_and(|user| user.removed_externally))
        || user.is_some_and(|user| {
            let has_tag = |entry: &String| user.tags.iter().any(|tag| same(entry, tag));
            let has_role = |entry: &String| user.roles.iter().any(|role| same(entry, role));
            never.tag.iter().any(has_tag)
                || guard.protect_roles.iter().any(has_role)
                || never.custom_property.iter().any(|entry| {
                    user.custom_properties.iter().any(|p| same(&entry.name, &p.name) && same(&entry.value, &p.value))
                })
        })
}

fn same(a: &str, b: &str) -> bool {
    let caseless = |text: &str| text.trim().to_uppercase().to_lowercase();
    a == b || caseless(a) == caseless(b)
}

/// A held run releases nothing, and neither does a held type.
fn check_holds(body: &PlanBody, guard: &GuardSettings, found: &mut Vec<Violation>) {
    let run_is_held = !body.faults.is_empty() || body.held.iter().any(|held| held.scope == Scope::Run);
    if run_is_held && !body.releases.is_empty() {
        found.push(Violation::RunIsHeld);
    }
    if guard.above_cap == AboveCap::LongestIdleFirst {
        return;
    }
    for kind in body.held.iter().filter(|held| held.scope == Scope::Type).filter_map(|held| held.license_type) {
        let released: BTreeSet<&LicenseId> = body.releases.iter().collect();
        if body.decisions.iter().any(|d| d.license_type == kind && released.contains(&d.license_id)) {
            found.push(Violation::TypeIsHeld(kind));
        }
    }
}

/// Why no seat of this snapshot may be released, said without the guard. The bounds are those of the guard's run gates,
/// in whole numbers and written out once more.
fn distrust(body: &PlanBody, snapshot: &Snapshot, guard: &GuardSettings) -> Option<&'static str> {
    const SKEW_MS: i64 = 300_000;
    let seats = snapshot.seats();
    for pool in snapshot.pools() {
        let rows = seats.iter().filter(|seat| seat.license_type == pool.license_type && !seat.quarantined).count();
        let missing = u64::from(pool.allocated.max(pool.allocated_before)).saturating_sub(rows as u64);
        // More than two are missing, and more than one in a hundred.
        if missing > 2 && missing * 100 > u64::from(pool.allocated.max(pool.allocated_before)) {
            return Some("the lists of seats are too short");
        }
    }
    let with_user = seats.iter().filter(|seat| matches!(seat.holder, Holder::User { .. })).count();
    let without_owner = seats.iter().filter(|seat| matches!(snapshot.owner(seat), Owner::Unresolved)).count();
    if without_owner * 100 > with_user {
        return Some("too many owners are unknown");
    }
    let dated = |seat: &&Seat| match seat.last_used {
        LastUse::Unknown => false,
        LastUse::Never => seat.allocated_at.is_some(),
        LastUse::At(_) => true,
    };
    if (seats.len() - seats.iter().filter(dated).count()) * 50 > seats.len() {
        return Some("too many dates are unknown");
    }
    let latest_ms = body.now.millis() + SKEW_MS;
    let lies_ahead = |seat: &Seat| {
        let used = matches!(seat.last_used, LastUse::At(at) if at.millis() > latest_ms);
        used || seat.allocated_at.is_some_and(|at| at.millis() > latest_ms)
    };
    if seats.iter().any(lies_ahead) {
        return Some("some dates lie in the future");
    }
    if snapshot.clock_skew_ms().is_some_and(|skew| !(-SKEW_MS..=SKEW_MS).contains(&skew)) {
        return Some("the clocks disagree");
    }
    let age_ms = body.now.millis() - snapshot.taken_at().millis();
    let is_stale = age_ms > i64::from(guard.max_inventory_age_minutes) * 60_000 || age_ms < -SKEW_MS;
    (body.applicable && is_stale).then_some("the reading is too old")
}

/// Why no seat may be released after what was remembered, said without the guard.
fn forgotten(body: &PlanBody, snapshot: &Snapshot, guard: &GuardSettings, memory: &Memory) -> Option<&'static str> {
    let goes_back = |last: Instant| body.now.millis() + 2_000 < last.millis();
    if body.applicable && memory.last_entry_at.is_some_and(goes_back) {
        return Some("the clock went back");
    }
    let last = memory.last_reading.as_ref()?;
    if last.users > 0 && (snapshot.users().len() as u64) * 2 < u64::from(last.users - last.users % 2) + 1 {
        return Some("half of the users are gone");
    }
    for pool in snapshot.pools() {
        let of_type = || snapshot.seats().iter().filter(|seat| seat.license_type == pool.license_type);
        if let Some(before) = last.seats.get(&pool.license_type) {
            let taken = memory.taken.iter().filter(|t| t.license_type == pool.license_type && t.at >= last.at).count();
            let accounted = of_type().count() + taken;
            let allowed = u64::from(*before / 4).max(5);
            if accounted as u64 + allowed < u64::from(*before) {
                return Some("seats vanished");
            }
        }
        let unused = of_type().filter(|seat| {
            let is_new = seat.allocated_at.is_some_and(|at| at >= last.at);
            seat.last_used == LastUse::Never && !is_new
        });
        let before = last.never_used.get(&pool.license_type).copied().unwrap_or(0);
        let forgiven = last.seats.get(&pool.license_type).map_or(2, |seats| (seats / 100).max(2));
        if unused.count() as u64 > u64::from(before) + u64::from(forgiven) {
            return Some("used seats count as never used");
        }
    }
    let is_lost = |entry: &Protection| match entry {
        Protection::User { user_dir, user_id } => {
            guard.never_release.user.iter().any(|e| same(&e.user_dir, user_dir) && same(&e.user_id, user_id))
                && !snapshot.users().iter().any(|u| same(&u.user_directory, user_dir) && same(&u.user_id, user_id))
        }
        Protection::UserDirectory(directory) => {
            guard.never_release.user_directory.iter().any(|e| same(e, directory))
                && !snapshot.users().iter().any(|u| same(&u.user_directory, directory))
        }
        Protection::Tag(tag) => {
            guard.never_release.tag.iter().any(|e| same(e, tag))
                && !snapshot.users().iter().any(|u| u.tags.iter().any(|t| same(t, tag)))
        }
        Protection::CustomProperty { name, value } => {
            let is = |property: &Property| same(&property.name, name) && same(&property.value, value);
            guard.never_release.custom_property.iter().any(is)
                && !snapshot.users().iter().any(|u| u.custom_properties.iter().any(is))
        }
        Protection::Inactive(_) | Protection::Blocked(_) | Protection::RemovedExternally(_) => false,
    };
    last.protections.iter().any(is_lost).then_some("a protection matches nobody any more")
}

fn check_caps(
    body: &PlanBody,
    seats: &BTreeMap<&LicenseId, &Seat>,
    snapshot: &Snapshot,
    guard: &GuardSettings,
    memory: &Memory,
    found: &mut Vec<Violation>,
) {
    let mut counts: BTreeMap<LicenseType, u64> = BTreeMap::new();
    for seat in body.releases.iter().filter_map(|id| seats.get(id)) {
        *counts.entry(seat.license_type).or_default() += 1;
    }
    let is_lifted = body.application.as_ref().is_some_and(|application| application.above_cap);
    for (license_type, count) in counts {
        let of_type = memory.taken.iter().filter(|taken| taken.license_type == license_type);
        let within = |days: i64| {
            of_type.clone().filter(|taken| body.now.millis() - taken.at.millis() <= days * DAY_MS).count() as u64
        };
        if let (Some(days), Some(pool)) = (guard.undo_reserve_days, snapshot.pool(license_type))
            && u64::from(pool.available) + u64::from(pool.quarantined) < within(i64::from(days))
        {
            found.push(Violation::NoReserve(license_type));
        }
        if is_lifted {
            continue;
        }
        let count = count + within(1);
        let allocated = snapshot.pool(license_type).map_or(0, |pool| u64::from(pool.allocated)) + within(1);
        let share = allocated * u64::from(guard.max_release_basis_points) / 10_000;
        let at_least = if guard.max_release_basis_points > 0 { 5 } else { 0 };
        let cap = share.max(at_least).min(guard.max_releases.map_or(u64::MAX, u64::from));
        if count > cap {
            found.push(Violation::AboveCap { license_type, count, cap });
        }
    }
}
