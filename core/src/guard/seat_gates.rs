//! Gates that hold one seat.

use std::collections::BTreeMap;

use super::{Gate, Hold, Protections};
use crate::instant::{Instant, MS_PER_DAY};
use crate::memory::{KeptPerson, Memory};
use crate::notice::Notice;
use crate::settings::{GuardSettings, account_name};
use crate::snapshot::{Holder, LastUse, Owner, Seat};
use crate::text::fold;

/// Qlik's own service accounts: `INTERNAL\sa_repository`, `INTERNAL\sa_engine` and their like.
const SERVICE_DIRECTORY: &str = "internal";
const SERVICE_PREFIX: &str = "sa_";

/// What the seat gates look at beside the seat, prepared once for a run.
#[derive(Debug)]
pub struct SeatGates<'a> {
    settings: &'a GuardSettings,
    now: Instant,
    protections: Protections,
    by_hand: KeptPeople<'a>,
    restored: KeptPeople<'a>,
    notices: Notices<'a>,
}

/// By folded directory and id.
type KeptPeople<'a> = BTreeMap<(String, String), &'a KeptPerson>;
/// By folded directory and id.
type Notices<'a> = BTreeMap<(String, String), Vec<&'a Notice>>;

impl<'a> SeatGates<'a> {
    pub fn new(settings: &'a GuardSettings, memory: &'a Memory, now: Instant) -> Self {
        Self {
            settings,
            now,
            protections: Protections::new(&settings.never_release),
            by_hand: kept(&memory.protected_by_hand, now),
            restored: kept(&memory.restored, now),
            notices: told(&memory.notices),
        }
    }

    /// Every gate that holds this seat, in the order of [`Gate`].
    pub fn holds(&self, seat: &Seat, owner: &Owner<'_>) -> Vec<Hold> {
        let mut holds = holds_by_facts(seat, owner, self.settings, self.now);
        if let Some(protection) = self.protections.matching(owner).first() {
            holds.push(Hold::new(Gate::Protected, protection.to_string()));
        }
        for (gate, people) in [(Gate::ProtectedByHand, &self.by_hand), (Gate::Restored, &self.restored)] {
            holds.extend(people.get(&account(&seat.holder)).map(|person| Hold::new(gate, until(person))));
        }
        holds.extend(self.no_notice(seat).map(|detail| Hold::new(Gate::NoNotice, detail)));
        holds
    }

    /// Why nothing proves that the owner was told in time; nothing when it is proved, or notices are off. What a notice
    /// promised holds even then.
    fn no_notice(&self, seat: &Seat) -> Option<String> {
        let of_owner = self.notices.get(&account(&seat.holder)).map(Vec::as_slice).unwrap_or_default();
        let about = || of_owner.iter().filter(|notice| notice.is_about(seat) && notice.holds_at(self.now));
        if let Some(day) = about().filter_map(|notice| notice.promised_until(self.now)).max() {
            return Some(format!("the notice says that it stays until {day}"));
        }
        let days = self.settings.notice_days?;
        // The first one counts: whoever was told twice was told in time when the first time was.
        match about().min_by_key(|notice| notice.at) {
            None => Some("no notice about this seat went out since it was used last".to_owned()),
            Some(notice) if notice.is_in_time(days, self.now) => None,
            Some(notice) => {
                let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
                Some(format!("the notice went out at {}, less than {days} ago", notice.at))
            }
        }
    }
}

fn told(notices: &[Notice]) -> Notices<'_> {
    let mut by_account = Notices::new();
    for notice in notices {
        let account = (fold(&notice.account.user_dir), fold(&notice.account.user_id));
        by_account.entry(account).or_default().push(notice);
    }
    by_account
}

fn kept(people: &[KeptPerson], now: Instant) -> KeptPeople<'_> {
    let still = people.iter().filter(|person| person.holds_at(now));
    still.map(|person| ((fold(&person.account.user_dir), fold(&person.account.user_id)), person)).collect()
}

fn account(holder: &Holder) -> (String, String) {
    (fold(holder.user_directory()), fold(holder.user_id()))
}

fn until(person: &KeptPerson) -> String {
    let until = person.until.map_or_else(|| "for good".to_owned(), |until| format!("until {until}"));
    if person.note.is_empty() { until } else { format!("{until}: {}", person.note) }
}

fn holds_by_facts(seat: &Seat, owner: &Owner<'_>, settings: &GuardSettings, now: Instant) -> Vec<Hold> {
    let mut holds = Vec::new();
    if seat.quarantined {
        holds.push(Hold::new(Gate::Quarantined, "the seat is quarantined"));
    }
    if *owner == Owner::Unresolved {
        holds.push(Hold::new(Gate::UnresolvedOwner, "the user list does not describe the owner"));
    }
    holds.extend(floor(seat, settings, now).map(|detail| Hold::new(Gate::Floor, detail)));
    holds.extend(service_account(&seat.holder, settings).map(|detail| Hold::new(Gate::ServiceAccount, detail)));
    holds.extend(protected_role(owner, settings).map(|detail| Hold::new(Gate::ProtectedRole, detail)));
    holds
}

/// An unknown date holds too: nobody can tell that it is not recent.
fn floor(seat: &Seat, settings: &GuardSettings, now: Instant) -> Option<String> {
    let floor_ms = i64::from(settings.min_idle_days).saturating_mul(MS_PER_DAY);
    let recent = |at: Instant| now.millis_since(at) < floor_ms;
    match (seat.last_used, seat.allocated_at) {
        (LastUse::Unknown, _) => Some("nobody can tell when it was last used".to_owned()),
        (LastUse::At(at), _) if recent(at) => {
            Some(format!("used at {at}, less than {} days ago", settings.min_idle_days))
        }
        (_, None) => Some("nobody can tell when it was allocated".to_owned()),
        (_, Some(at)) if recent(at) => {
            Some(format!("allocated at {at}, less than {} days ago", settings.min_idle_days))
        }
        _ => None,
    }
}

fn service_account(holder: &Holder, settings: &GuardSettings) -> Option<String> {
    let (directory, id) = (fold(holder.user_directory()), fold(holder.user_id()));
    if directory == SERVICE_DIRECTORY && id.starts_with(SERVICE_PREFIX) {
        return Some(format!("{} is a service account", account_name(&directory, &id)));
    }
    let own = settings.own_account.as_ref()?;
    (fold(&own.user_dir) == directory && fold(&own.user_id) == id)
        .then(|| format!("{} is the account that Steward uses", account_name(&directory, &id)))
}

fn protected_role(owner: &Owner<'_>, settings: &GuardSettings) -> Option<String> {
    let Owner::Known(user) = owner else { return None };
    let role = user.roles.iter().find(|role| settings.protect_roles.iter().any(|entry| fold(entry) == fold(role)))?;
    Some(format!("the owner has the role `{role}`"))
}
