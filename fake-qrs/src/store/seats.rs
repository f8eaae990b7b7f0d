//! What can be done to a seat: allocate, release, quarantine, reinstate, use.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::overview::Movement;
use super::{Account, Store, as_of};
use crate::dates::{self, NEVER};
use crate::entity::{ENTITIES, SEATS, Seat, USERS};
use crate::options::LicenseModel;

/// Qlik's window: a seat used within it does not become free at once.
const QUARANTINE: TimeDelta = TimeDelta::days(7);

/// What became of a seat that was to be released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Released {
    Freed,
    Quarantined,
    AlreadyQuarantined,
    NotFound,
}

/// Why a seat cannot be given. The texts are made up: the service's own are not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AllocateError {
    #[error("The user to allocate access to is missing")]
    NoUser,
    #[error("The user does not exist")]
    UnknownUser,
    #[error("The license is missing or has expired")]
    NoLicense,
    #[error("There is no available access of this type")]
    NoneFree,
}

pub fn is_quarantined(seat: &Value) -> bool {
    seat.get("quarantined").and_then(Value::as_bool).unwrap_or(false)
}

/// Whether the seat was ever used.
pub fn is_used(seat: &Value) -> bool {
    last_used(seat).is_some()
}

pub fn quarantined_until(seat: &Value) -> Option<DateTime<Utc>> {
    is_quarantined(seat).then(|| dates::parse_real(seat.get("quarantineEnd")?.as_str()?)).flatten()
}

fn last_used(seat: &Value) -> Option<DateTime<Utc>> {
    dates::parse_real(seat.get("lastUsed")?.as_str()?)
}

impl Store {
    /// Takes a seat away, or puts it into quarantine when it was used lately and the licence model has that rule.
    pub fn release(&mut self, number: usize, id: &str, now: DateTime<Utc>, by: &Account) -> Released {
        let Some(key) = self.table(number).find(id) else { return Released::NotFound };
        let Some(seat) = self.table(number).get(key).map(|row| row.value().clone()) else { return Released::NotFound };
        if ENTITIES[number].seat.is_none() {
            self.remove(number, key);
            return Released::Freed;
        }
        if is_quarantined(&seat) {
            return Released::AlreadyQuarantined;
        }
        if self.quarantine(number, key, seat, now, by) {
            return Released::Quarantined;
        }
        self.remove(number, key);
        self.move_in_overview(number, Movement::Freed);
        Released::Freed
    }

    /// Puts the seat into quarantine if the rules say so.
    fn quarantine(&mut self, number: usize, key: u64, mut seat: Value, now: DateTime<Utc>, by: &Account) -> bool {
        let end = last_used(&seat).and_then(|used| used.checked_add_signed(QUARANTINE)).filter(|&end| end > now);
        let (true, Some(end)) = (self.rules.quarantines(), end) else { return false };
        set(&mut seat, "quarantined", json!(true));
        set(&mut seat, "quarantineEnd", json!(dates::write(end)));
        touch(&mut seat, now, by);
        self.replace(number, key, seat);
        self.watch_quarantine(number, key, now);
        self.move_in_overview(number, Movement::Quarantined);
        true
    }

    /// Remembers when the row leaves, by the end that it shows.
    pub fn watch_quarantine(&mut self, number: usize, key: u64, now: DateTime<Utc>) {
        let end = self.table(number).get(key).and_then(|row| quarantined_until(row.value()));
        if let Some(end) = end.filter(|&end| end > now && ENTITIES[number].seat.is_some()) {
            self.leaving.insert((end, number, key));
        }
    }

    /// Gives a user a seat. A seat that the user holds is answered again, one in quarantine is reinstated.
    pub fn allocate(
        &mut self,
        number: usize,
        user_id: Option<&str>,
        now: DateTime<Utc>,
        by: &Account,
    ) -> Result<Value, AllocateError> {
        let user_id = user_id.ok_or(AllocateError::NoUser)?;
        let user = self.table(USERS).find(user_id).and_then(|key| self.table(USERS).get(key));
        let user = user.ok_or(AllocateError::UnknownUser)?.value().clone();
        if matches!(self.rules.model, LicenseModel::Unlicensed | LicenseModel::Expired) {
            return Err(AllocateError::NoLicense);
        }
        if let Some(key) = self.seat_of(number, user_id) {
            self.reinstate(number, key, now, by);
            return Ok(self.table(number).get(key).map(|row| row.value().clone()).unwrap_or_default());
        }
        if self.free_seats(number).is_some_and(|free| free < 1) {
            return Err(AllocateError::NoneFree);
        }
        let seat = as_of(self.rules.era, self.new_seat(number, &user, now, by));
        self.tables[number].push(seat.clone());
        self.move_in_overview(number, Movement::Allocated);
        Ok(seat)
    }

    /// Ends a quarantine by hand; a seat that is in none stays as it is.
    pub fn reinstate(&mut self, number: usize, key: u64, now: DateTime<Utc>, by: &Account) {
        let Some(mut seat) = self.table(number).get(key).map(|row| row.value().clone()) else { return };
        if !is_quarantined(&seat) {
            return;
        }
        set(&mut seat, "quarantined", json!(false));
        set(&mut seat, "quarantineEnd", json!(NEVER));
        touch(&mut seat, now, by);
        self.replace(number, key, seat);
        self.move_in_overview(number, Movement::Reinstated);
    }

    /// A login as the proxy would report it: the person's seat counts as used now.
    ///
    /// Returns the type of seat that let the person in, `None` when they have none. With `allocation_rules` a person
    /// without a seat is given one, professional first, as a licence rule for everybody would.
    pub fn log_in(&mut self, account: &Account, now: DateTime<Utc>) -> Option<&'static str> {
        let person = self.person(account)?;
        let user_id = self.table(USERS).get(person)?.value().get("id")?.as_str()?.to_owned();
        let held = SEATS.into_iter().find_map(|number| {
            let key = self.seat_of(number, &user_id)?;
            (!is_quarantined(self.table(number).get(key)?.value())).then_some((number, key))
        });
        let (number, key) = match held {
            Some(held) => held,
            None if self.rules.allocation_rules => SEATS.into_iter().find_map(|number| {
                if self.seat_of(number, &user_id).is_some() || self.free_seats(number).is_none_or(|free| free < 1) {
                    return None;
                }
                self.allocate(number, Some(&user_id), now, account).ok()?;
                Some((number, self.seat_of(number, &user_id)?))
            })?,
            None => return None,
        };
        let mut seat = self.table(number).get(key)?.value().clone();
        set(&mut seat, "lastUsed", json!(dates::write(now)));
        // The row is written a moment after the use, which is what makes a stale PUT fail.
        touch(&mut seat, now + TimeDelta::milliseconds(16), account);
        self.replace(number, key, seat);
        Some(ENTITIES[number].schema_path)
    }

    /// The person holds a seat of some type, quarantined or not.
    pub fn holds_seat(&mut self, account: &Account) -> bool {
        let Some(person) = self.person(account) else { return false };
        let id = self.table(USERS).get(person).and_then(|row| row.value().get("id")?.as_str().map(str::to_owned));
        id.is_some_and(|id| SEATS.into_iter().any(|number| self.seat_of(number, &id).is_some()))
    }

    /// Seats that could be given out, over all types.
    pub fn free_seats_of_all(&self) -> i64 {
        SEATS.into_iter().filter_map(|number| self.free_seats(number)).map(|free| free.max(0)).sum()
    }

    /// Removes a user. Their seats go the way of a release, without an owner.
    pub fn delete_user(&mut self, id: &str, now: DateTime<Utc>, by: &Account) -> bool {
        let Some(key) = self.table(USERS).find(id) else { return false };
        let Some(user) = self.remove(USERS, key) else { return false };
        for number in SEATS {
            while let Some(seat_key) = self.seat_of(number, id) {
                let Some(mut seat) = self.table(number).get(seat_key).map(|row| row.value().clone()) else { break };
                set(&mut seat, "user", Value::Null);
                for (member, from) in [("deletedUserId", "userId"), ("deletedUserDirectory", "userDirectory")] {
                    set(&mut seat, member, user.get(from).cloned().unwrap_or_else(|| json!("")));
                }
                if is_quarantined(&seat) {
                    self.replace(number, seat_key, seat);
                } else if !self.quarantine(number, seat_key, seat, now, by) {
                    self.remove(number, seat_key);
                    self.move_in_overview(number, Movement::Freed);
                }
            }
        }
        true
    }

    fn seat_of(&self, number: usize, user_id: &str) -> Option<u64> {
        self.table(number).find_owned(user_id)
    }

    fn new_seat(&mut self, number: usize, user: &Value, now: DateTime<Utc>, by: &Account) -> Value {
        let mut owner = Map::new();
        for name in ["id", "userId", "userDirectory", "userDirectoryConnectorName", "name"] {
            owner.insert(name.to_owned(), user.get(name).cloned().unwrap_or_default());
        }
        owner.insert("privileges".to_owned(), Value::Null);
        let mut seat = json!({
            "id": self.next_id(), "createdDate": dates::write(now), "modifiedDate": dates::write(now),
            "modifiedByUserName": by.to_string(), "user": owner, "lastUsed": NEVER, "quarantined": false,
            "quarantineEnd": NEVER, "deletedUserId": "", "deletedUserDirectory": "", "privileges": null,
            "schemaPath": ENTITIES[number].schema_path,
        });
        if ENTITIES[number].seat != Some(Seat::User) {
            set(&mut seat, "excess", json!(false));
        }
        seat
    }
}

fn touch(row: &mut Value, now: DateTime<Utc>, by: &Account) {
    set(row, "modifiedDate", json!(dates::write(now)));
    set(row, "modifiedByUserName", json!(by.to_string()));
}

fn set(row: &mut Value, member: &str, value: Value) {
    if let Some(members) = row.as_object_mut() {
        members.insert(member.to_owned(), value);
    }
}
