//! Replaces people by pseudonyms, so that a snapshot can be shown to others and still gives the same verdicts.
//!
//! A pseudonym is a keyed digest of the folded name: names that compare as equal get the same one, in the facts and in
//! the settings that travel with them. With a fresh random key for each export nobody can tell who is meant, not even
//! by trying names. Tags, roles, property names, dates and counts stay: the rules need them. So do Qlik's own service
//! accounts (`INTERNAL\sa_*`), who are no people.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use std::collections::BTreeMap;

use crate::guard::Protection;
use crate::ids::{LicenseId, UserGuid};
use crate::memory::{KeptPerson, Memory};
use crate::notice::Notice;
use crate::settings::{Account, GuardSettings, NeverRelease, RunSettings};
use crate::snapshot::{Contradictions, Holder, Property, Seat, Snapshot, User};
use crate::text::fold;

/// Long enough that two people of one site do not meet: 2^-40 for a million names.
const PSEUDONYM_BYTES: usize = 10;
/// Settings whose texts are words with a meaning, even when somebody is called like that.
const WORDS: [&str; 2] = ["deletedOwner", "licenseType"];
const SERVICE_DIRECTORY: &str = "internal";
const SERVICE_PREFIX: &str = "sa_";

/// A random key of one export, used once and thrown away.
pub struct MaskKey([u8; 32]);

impl MaskKey {
    pub fn new(random: [u8; 32]) -> Self {
        Self(random)
    }
}

/// The snapshot and its settings with pseudonyms for people, ids and values that may tell who somebody is.
///
/// # Errors
/// When two ids would get the same pseudonym, which does not happen in practice.
pub fn mask(
    snapshot: Snapshot,
    settings: &RunSettings,
    memory: &Memory,
    key: &MaskKey,
) -> Result<(Snapshot, RunSettings, Memory), Contradictions> {
    let mut parts = snapshot.into_parts();
    let mut known = Known::default();
    for user in &parts.users {
        known.note(key, &user.user_directory, &user.user_id, &user.name);
    }
    for seat in &parts.seats {
        known.note(key, seat.holder.user_directory(), seat.holder.user_id(), "");
    }
    for (place, seat) in parts.seats.iter_mut().enumerate() {
        mask_seat(key, place, seat);
    }
    parts.users.iter_mut().for_each(|user| mask_user(key, user));
    for user in &mut parts.incomplete_users {
        user.guid = guid(key, &user.guid);
    }
    let policy = mask_policy(key, &known, &settings.policy);
    let guard = mask_guard(key, &settings.guard);
    Ok((Snapshot::new(parts)?, RunSettings { policy, guard }, mask_memory(key, memory)))
}

/// Notes may say anything about anybody, so they go.
fn mask_memory(key: &MaskKey, memory: &Memory) -> Memory {
    let people = |people: &[KeptPerson]| {
        let masked = people.iter().map(|person| {
            let mut account = person.account.clone();
            mask_account(key, &mut account.user_dir, &mut account.user_id);
            KeptPerson { account, until: person.until, note: String::new() }
        });
        masked.collect()
    };
    let mut masked = Memory {
        protected_by_hand: people(&memory.protected_by_hand),
        restored: people(&memory.restored),
        notices: memory.notices.iter().map(|notice| mask_notice(key, notice)).collect(),
        ..memory.clone()
    };
    if let Some(reading) = &mut masked.last_reading {
        reading.protections.iter_mut().for_each(|entry| mask_protection(key, entry));
    }
    masked
}

fn mask_notice(key: &MaskKey, notice: &Notice) -> Notice {
    let mut masked = notice.clone();
    mask_account(key, &mut masked.account.user_dir, &mut masked.account.user_id);
    masked
}

/// Entries are folded, so their pseudonyms are too.
fn mask_protection(key: &MaskKey, entry: &mut Protection) {
    match entry {
        Protection::User { user_dir, user_id } => {
            mask_account(key, user_dir, user_id);
            (*user_dir, *user_id) = (fold(user_dir), fold(user_id));
        }
        Protection::UserDirectory(directory) => *directory = fold(&key.directory(directory)),
        Protection::CustomProperty { value, .. } => *value = fold(&key.value(value)),
        Protection::Tag(_) | Protection::Inactive(_) | Protection::Blocked(_) | Protection::RemovedExternally(_) => {}
    }
}

/// Among equally idle seats the id decides which goes first, so masked ids keep the order: they begin with the place.
fn mask_seat(key: &MaskKey, place: usize, seat: &mut Seat) {
    let id = key.guid("licence", seat.id.as_str());
    seat.id = LicenseId::new(format!("{place:08x}{}", id.get(8..).unwrap_or_default()));
    match &mut seat.holder {
        Holder::Deleted { user_directory, user_id } => mask_account(key, user_directory, user_id),
        Holder::User { guid: user, user_directory, user_id } => {
            *user = guid(key, user);
            mask_account(key, user_directory, user_id);
        }
    }
}

fn mask_user(key: &MaskKey, user: &mut User) {
    user.guid = guid(key, &user.guid);
    if !user.name.is_empty() {
        user.name = key.pseudonym("name", "Person", &user.name);
    }
    mask_account(key, &mut user.user_directory, &mut user.user_id);
    mask_values(key, &mut user.custom_properties);
    mask_values(key, &mut user.attributes);
}

/// Values of properties and attributes may be names, addresses or groups of few people.
fn mask_values(key: &MaskKey, properties: &mut [Property]) {
    for property in properties {
        property.value = key.value(&property.value);
    }
}

fn mask_account(key: &MaskKey, directory: &mut String, id: &mut String) {
    let is_service = fold(directory) == SERVICE_DIRECTORY && fold(id).starts_with(SERVICE_PREFIX);
    if !is_service {
        *id = key.user_id(id);
    }
    *directory = key.directory(directory);
}

fn guid(key: &MaskKey, guid: &UserGuid) -> UserGuid {
    // An empty id belongs to nobody and must stay so.
    if guid.as_str().is_empty() { guid.clone() } else { UserGuid::new(key.guid("user", guid.as_str())) }
}

fn mask_guard(key: &MaskKey, guard: &GuardSettings) -> GuardSettings {
    let account = |account: &Account| {
        let mut masked = account.clone();
        mask_account(key, &mut masked.user_dir, &mut masked.user_id);
        masked
    };
    let never = &guard.never_release;
    let mut custom_property = never.custom_property.clone();
    mask_values(key, &mut custom_property);
    GuardSettings {
        never_release: NeverRelease {
            user: never.user.iter().map(account).collect(),
            custom_property,
            user_directory: never.user_directory.iter().map(|directory| key.directory(directory)).collect(),
            ..never.clone()
        },
        own_account: guard.own_account.as_ref().map(account),
        ..guard.clone()
    }
}

/// The pseudonyms of everybody who is in the snapshot, for settings whose shape only the policy knows.
#[derive(Default)]
struct Known(BTreeMap<String, String>);

impl Known {
    fn note(&mut self, key: &MaskKey, directory: &str, id: &str, name: &str) {
        let (mut masked_directory, mut masked_id) = (directory.to_owned(), id.to_owned());
        mask_account(key, &mut masked_directory, &mut masked_id);
        self.0.insert(fold(&format!("{directory}\\{id}")), format!("{masked_directory}\\{masked_id}"));
        self.0.insert(fold(directory), masked_directory);
        self.0.insert(fold(id), masked_id);
        if !name.is_empty() {
            self.0.insert(fold(name), key.pseudonym("name", "Person", name));
        }
    }
}

/// The members that come from the users' settings are masked by their place, so that their own words stay; any other
/// text of the settings when it names somebody of the snapshot.
fn mask_policy(key: &MaskKey, known: &Known, settings: &Value) -> Value {
    let Value::Object(members) = settings else { return mask_texts(known, settings) };
    let masked = members.iter().map(|(name, value)| {
        let value = match name.as_str() {
            "neverRelease" => mask_never_release(key, known, value),
            "protect" => mask_protect(key, known, value),
            word if WORDS.contains(&word) => value.clone(),
            _ => mask_texts(known, value),
        };
        (name.clone(), value)
    });
    masked.collect()
}

/// A pattern may contain a name or a part of one, and nobody can tell which: none of it is shown, so that it matches nobody
/// in a masked file.
fn mask_protect(key: &MaskKey, known: &Known, protect: &Value) -> Value {
    let mut masked = mask_texts(known, protect);
    for entry in entries(&mut masked, "namePattern") {
        if let Value::String(pattern) = entry {
            *pattern = key.pseudonym("pattern", "pattern", pattern);
        }
    }
    masked
}

fn mask_never_release(key: &MaskKey, known: &Known, never_release: &Value) -> Value {
    let mut masked = never_release.clone();
    let text = |mask: &dyn Fn(&str) -> String, value: &mut Value| {
        if let Value::String(text) = value {
            *text = mask(text);
        }
    };
    for entry in entries(&mut masked, "user") {
        *entry = match serde_json::from_value::<Account>(entry.clone()) {
            Ok(Account { mut user_dir, mut user_id }) => {
                mask_account(key, &mut user_dir, &mut user_id);
                serde_json::json!({ "userDir": user_dir, "userId": user_id })
            }
            Err(_) => mask_texts(known, entry),
        };
    }
    for entry in entries(&mut masked, "userDirectory") {
        text(&|directory| key.directory(directory), entry);
    }
    for entry in entries(&mut masked, "customProperty") {
        if let Some(value) = entry.get_mut("value") {
            text(&|value| key.value(value), value);
        }
    }
    masked
}

fn entries<'v>(never_release: &'v mut Value, list: &str) -> impl Iterator<Item = &'v mut Value> {
    never_release.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten()
}

fn mask_texts(known: &Known, value: &Value) -> Value {
    match value {
        Value::String(text) => known.0.get(&fold(text)).unwrap_or(text).as_str().into(),
        Value::Array(list) => list.iter().map(|entry| mask_texts(known, entry)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, entry)| (name.clone(), mask_texts(known, entry))).collect()
        }
        other => other.clone(),
    }
}

impl MaskKey {
    fn user_id(&self, id: &str) -> String {
        self.pseudonym("user id", "u", id)
    }

    fn directory(&self, directory: &str) -> String {
        let folded = fold(directory);
        if folded == SERVICE_DIRECTORY || folded.is_empty() {
            return directory.to_owned();
        }
        self.pseudonym("directory", "D", directory)
    }

    fn value(&self, value: &str) -> String {
        if value.trim().is_empty() { value.to_owned() } else { self.pseudonym("value", "v", value) }
    }

    fn pseudonym(&self, kind: &str, prefix: &str, text: &str) -> String {
        let folded = fold(text);
        if folded.is_empty() {
            return text.to_owned();
        }
        format!("{prefix}-{}", self.hex(kind, &folded, PSEUDONYM_BYTES))
    }

    /// In the shape of the ids of the server.
    fn guid(&self, kind: &str, id: &str) -> String {
        let hex = self.hex(kind, id, 16);
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
    }

    fn hex(&self, kind: &str, text: &str, bytes: usize) -> String {
        // A key of any length is a key for HMAC, so this cannot fail; an empty result would be a visible pseudonym.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        crate::text::hex(mac.finalize().into_bytes().get(..bytes).unwrap_or_default())
    }
}
