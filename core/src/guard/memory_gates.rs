//! Gates that compare a run with what is remembered of earlier ones.

use super::{Gate, Hold, Protections};
use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::memory::{Memory, Reading};
use crate::settings::GuardSettings;
use crate::snapshot::{LastUse, Snapshot};

/// Administrators tidy up too: up to this many seats of a type, or a quarter of them, may vanish between two readings.
const VANISHED_MAX: u32 = 5;
const VANISHED_MAX_SHARE: u32 = 4;
/// A seat that was used cannot become one that never was. Two, or one per cent, are forgiven: seats change hands while
/// they are read.
const NEVER_USED_SLACK: u32 = 2;
const NEVER_USED_SLACK_SHARE: u32 = 100;

/// Every gate with a memory that holds this run.
pub(super) fn memory_holds(snapshot: &Snapshot, settings: &GuardSettings, memory: &Memory) -> Vec<Hold> {
    let Some(last) = &memory.last_reading else { return Vec::new() };
    let mut holds = Vec::new();
    holds.extend(users_halved(snapshot, last));
    holds.extend(snapshot.pools().iter().filter_map(|pool| seats_vanished(pool.license_type, snapshot, last, memory)));
    holds.extend(snapshot.pools().iter().filter_map(|pool| never_used_jump(pool.license_type, snapshot, last)));
    holds.extend(protection_lost(snapshot, settings, last));
    holds
}

fn users_halved(snapshot: &Snapshot, last: &Reading) -> Option<Hold> {
    let users = u32::try_from(snapshot.users().len()).unwrap_or(u32::MAX);
    (last.users > 0 && users <= last.users / 2).then(|| {
        let detail = format!("the user list has {users} users, at {} it had {}", last.at, last.users);
        Hold::new(Gate::UsersHalved, detail)
    })
}

fn seats_vanished(kind: LicenseType, snapshot: &Snapshot, last: &Reading, memory: &Memory) -> Option<Hold> {
    let before = *last.seats.get(&kind)?;
    let now = count(snapshot, |seat| seat.license_type == kind);
    let taken = memory.taken_since(kind, Some(last.at));
    let vanished = before.saturating_sub(now).saturating_sub(taken);
    (vanished > VANISHED_MAX.max(before / VANISHED_MAX_SHARE)).then(|| {
        let detail = format!(
            "{now} {kind} seats are listed, at {} there were {before}, and Steward released {taken} of them",
            last.at
        );
        Hold::new(Gate::SeatsVanished, detail)
    })
}

fn never_used_jump(kind: LicenseType, snapshot: &Snapshot, last: &Reading) -> Option<Hold> {
    let before = last.never_used.get(&kind).copied().unwrap_or(0);
    // A seat that was allocated since may well be unused. One without a date may be an old one.
    let is_old = |at: Option<Instant>| at.is_none_or(|at| at < last.at);
    let now = count(snapshot, |seat| {
        seat.license_type == kind && seat.last_used == LastUse::Never && is_old(seat.allocated_at)
    });
    let slack = NEVER_USED_SLACK.max(last.seats.get(&kind).copied().unwrap_or(0) / NEVER_USED_SLACK_SHARE);
    (now > before.saturating_add(slack)).then(|| {
        let detail =
            format!("{now} {kind} seats that were there at {} count as never used, at that time {before} did", last.at);
        Hold::new(Gate::NeverUsedJump, detail)
    })
}

/// Entries that matched somebody at the last reading and match nobody now. Only those that are still in the settings:
/// whoever removes one means it.
pub fn lost_protections(snapshot: &Snapshot, settings: &GuardSettings, last: &Reading) -> Vec<String> {
    let counts = Protections::new(&settings.never_release).counts(snapshot);
    last.protections.iter().filter(|entry| counts.get(entry) == Some(&0)).map(ToString::to_string).collect()
}

fn protection_lost(snapshot: &Snapshot, settings: &GuardSettings, last: &Reading) -> Option<Hold> {
    let gone = lost_protections(snapshot, settings, last);
    let first = gone.first()?;
    let more = if gone.len() > 1 { format!(" (and {} more entries)", gone.len() - 1) } else { String::new() };
    Some(Hold::new(Gate::ProtectionLost, format!("{first}, which matches nobody since {}{more}", last.at)))
}

fn count(snapshot: &Snapshot, is_meant: impl Fn(&crate::snapshot::Seat) -> bool) -> u32 {
    u32::try_from(snapshot.seats().iter().filter(|seat| is_meant(seat)).count()).unwrap_or(u32::MAX)
}
