//! The repository's state: tables, licence, overview, quarantine.
//!
//! One owner holds it behind a mutex (`service`); nothing here waits, reads a clock or knows HTTP. The current time and
//! the name of the caller are arguments.

pub mod overview;
pub mod seats;
pub mod selection;
pub mod table;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::data::{Data, Totals};
use crate::dates;
use crate::entity::{DEFINITIONS, ENTITIES, NODES, SEATS, TAGS, USERS};
use crate::options::{Era, StoreRules};
use crate::seed::random::Random;
use selection::Selection;
use table::Table;

/// Accounts that exist on every site, whether the user list shows them or not.
const SERVICE_ACCOUNTS: [&str; 7] =
    ["sa_repository", "sa_engine", "sa_proxy", "sa_scheduler", "sa_printing", "sa_api", "sa_scripting"];

#[derive(Debug)]
pub struct Store {
    tables: Vec<Table>,
    license: Value,
    /// An overview from the data file, kept in step with what this server does.
    given_overview: Option<Value>,
    totals: Totals,
    had_totals: bool,
    /// Tables that the data did not hold and that are made up from what it holds.
    derived: BTreeSet<usize>,
    other: Map<String, Value>,
    rules: StoreRules,
    /// Rows in quarantine by the instant at which they go. INVARIANT: only instants later than the time of loading.
    leaving: BTreeSet<(DateTime<Utc>, usize, u64)>,
    selections: BTreeMap<String, Selection>,
    people: Option<HashMap<String, u64>>,
    ids: Random,
}

/// Who sends a request, as the `X-Qlik-User` header names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub directory: String,
    pub id: String,
}

impl std::fmt::Display for Account {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}\\{}", self.directory, self.id)
    }
}

/// What the repository knows of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Known,
    Inactive,
    Unknown,
}

impl Store {
    pub fn new(mut data: Data, rules: StoreRules, now: DateTime<Utc>) -> Self {
        let mut derived = BTreeSet::new();
        let mut tables: Vec<Table> = Vec::with_capacity(ENTITIES.len());
        for (number, entity) in ENTITIES.iter().enumerate() {
            let rows = data.take_table(entity.member).unwrap_or_else(|| {
                derived.insert(number);
                match number {
                    TAGS => distinct(tables[USERS].values(), tags_of),
                    DEFINITIONS => distinct(tables[USERS].values(), definitions_of),
                    NODES => vec![central_node()],
                    _ => Vec::new(),
                }
            });
            tables.push(Table::new(rows.into_iter().map(|row| as_of(rules.era, row)).collect()));
        }
        let mut store = Self {
            tables,
            license: data.license,
            given_overview: data.accesstypeoverview,
            totals: data.totals.unwrap_or_default(),
            had_totals: data.totals.is_some(),
            derived,
            other: data.other,
            rules,
            leaving: BTreeSet::new(),
            selections: BTreeMap::new(),
            people: None,
            ids: Random::new(0x51ed_270b),
        };
        store.schedule_leaving(now);
        store
    }

    /// Takes the data out for an edit and in again. Selections and the sequence of new ids go on.
    pub fn edit(&mut self, now: DateTime<Utc>, change: impl FnOnce(&mut Data)) {
        let rules = self.rules;
        let old = std::mem::replace(self, Self::new(Data::default(), rules, now));
        let (selections, ids) = (old.selections.clone(), old.ids.clone());
        let mut data = old.into_data();
        change(&mut data);
        *self = Self::new(data, rules, now);
        self.selections = selections;
        self.ids = ids;
    }

    /// The data as a file would hold it.
    pub fn to_data(&self) -> Data {
        let mut data = self.without_tables();
        for (number, entity) in ENTITIES.iter().enumerate() {
            if !self.derived.contains(&number) {
                data.put_table(entity.member, self.tables[number].values().cloned().collect());
            }
        }
        data
    }

    fn into_data(mut self) -> Data {
        let mut data = self.without_tables();
        let tables = std::mem::take(&mut self.tables);
        for (number, table) in tables.into_iter().enumerate() {
            if !self.derived.contains(&number) {
                data.put_table(ENTITIES[number].member, table.into_values());
            }
        }
        data
    }

    fn without_tables(&self) -> Data {
        Data {
            license: self.license.clone(),
            accesstypeoverview: self.given_overview.clone(),
            totals: self.had_totals.then_some(self.totals),
            other: self.other.clone(),
            ..Data::default()
        }
    }

    pub fn table(&self, number: usize) -> &Table {
        &self.tables[number]
    }

    /// The table's whole list as it goes over the wire.
    pub fn full(&mut self, number: usize) -> bytes::Bytes {
        self.tables[number].full()
    }

    pub fn era(&self) -> Era {
        self.rules.era
    }

    pub fn license(&self) -> Value {
        overview::license(&self.license, self.rules.model)
    }

    /// A new id in the repository's form.
    pub fn next_id(&mut self) -> String {
        self.ids.guid()
    }

    pub fn standing(&mut self, account: &Account) -> Standing {
        if let Some(key) = self.person(account) {
            let user = self.tables[USERS].get(key).map(table::Record::value);
            let inactive = user.and_then(|user| user.get("inactive")).and_then(Value::as_bool).unwrap_or(false);
            return if inactive { Standing::Inactive } else { Standing::Known };
        }
        let service = account.directory.eq_ignore_ascii_case("internal")
            && SERVICE_ACCOUNTS.iter().any(|name| account.id.eq_ignore_ascii_case(name));
        if service { Standing::Known } else { Standing::Unknown }
    }

    /// The row of a person in the user table.
    pub fn person(&mut self, account: &Account) -> Option<u64> {
        if self.people.is_none() {
            let mut people = HashMap::new();
            for (key, record) in self.tables[USERS].iter() {
                let text = |name: &str| record.value().get(name).and_then(Value::as_str);
                if let (Some(directory), Some(id)) = (text("userDirectory"), text("userId")) {
                    people.entry(person_key(directory, id)).or_insert(key);
                }
            }
            self.people = Some(people);
        }
        self.people.as_ref()?.get(&person_key(&account.directory, &account.id)).copied()
    }

    pub fn create_tag(&mut self, name: &str, now: DateTime<Utc>, by: &Account) -> Value {
        let tag = json!({
            "id": self.next_id(), "createdDate": dates::write(now), "modifiedDate": dates::write(now),
            "modifiedByUserName": by.to_string(), "name": name, "privileges": null, "schemaPath": "Tag",
        });
        self.tables[TAGS].push(tag.clone());
        self.derived.remove(&TAGS);
        tag
    }

    /// Writes a row anew; one that is gone stays gone.
    pub fn replace(&mut self, number: usize, key: u64, value: Value) {
        self.tables[number].replace(key, value);
        if number == USERS {
            self.people = None;
        }
    }

    pub fn remove(&mut self, number: usize, key: u64) -> Option<Value> {
        if number == USERS {
            self.people = None;
        }
        self.tables[number].remove(key)
    }

    /// Drops the rows whose quarantine ended.
    pub fn pass_time(&mut self, now: DateTime<Utc>) {
        while let Some(&(end, number, key)) = self.leaving.first() {
            if end > now {
                return;
            }
            self.leaving.pop_first();
            let still =
                self.tables[number].get(key).is_some_and(|row| seats::quarantined_until(row.value()) == Some(end));
            if still {
                self.tables[number].remove(key);
                self.move_in_overview(number, overview::Movement::QuarantineEnded);
            }
        }
    }

    /// Rows whose quarantine was over before they were loaded stay: they are what the file says.
    fn schedule_leaving(&mut self, now: DateTime<Utc>) {
        for number in SEATS {
            for (key, row) in self.tables[number].iter() {
                if let Some(end) = seats::quarantined_until(row.value()).filter(|&end| end > now) {
                    self.leaving.insert((end, number, key));
                }
            }
        }
    }
}

fn person_key(directory: &str, id: &str) -> String {
    // No directory contains a line end, so the two cannot run into each other.
    format!("{}\n{}", directory.to_lowercase(), id.to_lowercase())
}

/// Drops what a release of that time did not have yet.
pub fn as_of(era: Era, mut row: Value) -> Value {
    if let Some(members) = row.as_object_mut() {
        if era < Era::Y2021 {
            members.remove("excess");
        }
        if era < Era::Y2025 {
            members.remove("userDirectoryConnectorName");
            if let Some(Value::Object(user)) = members.get_mut("user") {
                user.remove("userDirectoryConnectorName");
            }
        }
    }
    row
}

fn distinct<'row>(
    rows: impl Iterator<Item = &'row Value>,
    parts: impl Fn(&'row Value) -> Vec<&'row Value>,
) -> Vec<Value> {
    let mut found: BTreeMap<&str, &Value> = BTreeMap::new();
    for part in rows.flat_map(parts) {
        if let Some(id) = part.get("id").and_then(Value::as_str) {
            found.entry(id).or_insert(part);
        }
    }
    found.into_values().cloned().collect()
}

fn tags_of(user: &Value) -> Vec<&Value> {
    user.get("tags").and_then(Value::as_array).map(|tags| tags.iter().collect()).unwrap_or_default()
}

fn definitions_of(user: &Value) -> Vec<&Value> {
    let properties = user.get("customProperties").and_then(Value::as_array);
    properties.map(|values| values.iter().filter_map(|value| value.get("definition")).collect()).unwrap_or_default()
}

fn central_node() -> Value {
    json!({
        "id": "3f0d7a52-8f4e-4c3b-9d52-1a6f0c9be001", "createdDate": "2022-01-10T08:00:00.000Z",
        "modifiedDate": "2022-01-10T08:00:00.000Z", "modifiedByUserName": "INTERNAL\\sa_repository",
        "name": "Central", "hostName": "qlikserver", "isCentral": true, "nodePurpose": 2, "failoverCandidate": false,
        "serviceCluster": null, "customProperties": [], "tags": [], "privileges": null,
        "schemaPath": "ServerNodeConfiguration", "lastSeen": dates::NEVER,
    })
}
