//! One kind of record, each serialised once, and the whole list kept as it goes over the wire.
//!
//! Reading `/full` of 100,000 rows again and again costs nothing; a change throws the list away but keeps the text of
//! every record that did not change.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use serde_json::Value;

/// A record and, once somebody asked, its text.
#[derive(Debug)]
pub struct Record {
    value: Value,
    text: OnceCell<Bytes>,
}

impl Record {
    pub fn value(&self) -> &Value {
        &self.value
    }

    pub fn text(&self) -> &Bytes {
        self.text.get_or_init(|| Bytes::from(self.value.to_string()))
    }
}

/// Rows in the order in which they were loaded, found by id.
///
/// Two rows may carry the same id when the data file says so; the id then finds the first of them.
#[derive(Debug, Default)]
pub struct Table {
    rows: BTreeMap<u64, Record>,
    by_id: HashMap<String, u64>,
    /// Rows of each owner, by the id of `user` in lower case; the first row first.
    by_owner: HashMap<String, BTreeSet<u64>>,
    next: u64,
    full: Option<Bytes>,
}

impl Table {
    pub fn new(rows: Vec<Value>) -> Self {
        let mut table = Self::default();
        for row in rows {
            table.push(row);
        }
        table
    }

    pub fn push(&mut self, value: Value) -> u64 {
        let key = self.next;
        self.next += 1;
        if let Some(id) = id_of(&value) {
            self.by_id.entry(id).or_insert(key);
        }
        self.index_owner(key, &value);
        self.rows.insert(key, Record { value, text: OnceCell::new() });
        self.full = None;
        key
    }

    pub fn find(&self, id: &str) -> Option<u64> {
        self.by_id.get(&id.to_ascii_lowercase()).copied()
    }

    pub fn get(&self, key: u64) -> Option<&Record> {
        self.rows.get(&key)
    }

    pub fn remove(&mut self, key: u64) -> Option<Value> {
        let record = self.rows.remove(&key)?;
        if let Some(id) = id_of(&record.value)
            && self.by_id.get(&id) == Some(&key)
        {
            self.by_id.remove(&id);
        }
        self.forget_owner(key, &record.value);
        self.full = None;
        Some(record.value)
    }

    /// Puts another value in the row's place; its id must stay the same.
    pub fn replace(&mut self, key: u64, value: Value) {
        let Some(record) = self.rows.get_mut(&key) else { return };
        let owner = owner_of(&value);
        let before = std::mem::replace(record, Record { value, text: OnceCell::new() });
        self.full = None;
        if owner_of(&before.value) != owner {
            self.forget_owner(key, &before.value);
            if let Some(owner) = owner {
                self.by_owner.entry(owner).or_default().insert(key);
            }
        }
    }

    /// The first row whose `user` has this id.
    pub fn find_owned(&self, user_id: &str) -> Option<u64> {
        self.by_owner.get(&user_id.to_ascii_lowercase())?.first().copied()
    }

    fn index_owner(&mut self, key: u64, value: &Value) {
        if let Some(owner) = owner_of(value) {
            self.by_owner.entry(owner).or_default().insert(key);
        }
    }

    fn forget_owner(&mut self, key: u64, value: &Value) {
        if let Some(rows) = owner_of(value).and_then(|owner| self.by_owner.get_mut(&owner)) {
            rows.remove(&key);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (u64, &Record)> {
        self.rows.iter().map(|(&key, record)| (key, record))
    }

    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.rows.values().map(|record| &record.value)
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The whole list as a JSON array.
    pub fn full(&mut self) -> Bytes {
        if let Some(full) = &self.full {
            return full.clone();
        }
        let full = array(self.rows.values().map(Record::text));
        self.full = Some(full.clone());
        full
    }

    pub fn into_values(self) -> Vec<Value> {
        self.rows.into_values().map(|record| record.value).collect()
    }
}

/// A JSON array of records that are serialised already.
pub fn array<'text>(texts: impl Iterator<Item = &'text Bytes>) -> Bytes {
    let mut body = vec![b'['];
    for (position, text) in texts.enumerate() {
        if position > 0 {
            body.push(b',');
        }
        body.extend_from_slice(text);
    }
    body.push(b']');
    body.into()
}

fn owner_of(value: &Value) -> Option<String> {
    value.get("user")?.get("id")?.as_str().map(str::to_ascii_lowercase)
}

fn id_of(value: &Value) -> Option<String> {
    value.get("id")?.as_str().map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keeps_order_and_text_across_changes() {
        let mut table = Table::new(vec![json!({"id": "A"}), json!(7), json!({"id": "b", "odd": [1.5]})]);
        assert_eq!(table.full(), r#"[{"id":"A"},7,{"id":"b","odd":[1.5]}]"#);
        let key = table.find("a").unwrap();
        assert_eq!(table.remove(key), Some(json!({"id": "A"})));
        assert_eq!(table.full(), r#"[7,{"id":"b","odd":[1.5]}]"#);
        assert_eq!((table.find("A"), table.len()), (None, 2));
    }
}
