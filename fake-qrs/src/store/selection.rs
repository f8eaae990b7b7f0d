//! Selections: named sets of records, the way the management console works on many at once.

use serde_json::{Value, json};

use super::Store;
use crate::entity::{ENTITIES, find_schema};

/// Selections kept at once; the oldest goes first. The service forgets them too, when is not known.
const SELECTIONS_MAX: usize = 1_000;

/// The records of one selection.
#[derive(Clone, Debug)]
pub struct Selection {
    /// For throwing out the oldest.
    number: u64,
    pub items: Vec<Item>,
}

#[derive(Clone, Debug)]
pub struct Item {
    pub table: usize,
    pub object_id: String,
}

impl Store {
    /// Makes a selection of these records and answers it as the service shows it.
    pub fn select(&mut self, items: Vec<Item>) -> Value {
        if self.selections.len() >= SELECTIONS_MAX
            && let Some(oldest) = self.selections.iter().min_by_key(|(_, kept)| kept.number).map(|(id, _)| id.clone())
        {
            self.selections.remove(&oldest);
        }
        let id = self.next_id();
        let number = self.selections.values().map(|kept| kept.number + 1).max().unwrap_or(0);
        self.selections.insert(id.clone(), Selection { number, items });
        self.show_selection(&id).unwrap_or_default()
    }

    pub fn selection(&self, id: &str) -> Option<&Selection> {
        self.selections.get(id)
    }

    pub fn drop_selection(&mut self, id: &str) -> bool {
        self.selections.remove(id).is_some()
    }

    pub fn show_selection(&self, id: &str) -> Option<Value> {
        let items: Vec<Value> = self
            .selections
            .get(id)?
            .items
            .iter()
            .map(|item| {
                json!({
                    "type": ENTITIES[item.table].schema_path, "objectID": item.object_id, "objectName": "",
                    "schemaPath": "Selection.Item",
                })
            })
            .collect();
        Some(json!({"id": id, "items": items, "privileges": null, "schemaPath": "Selection"}))
    }
}

/// The items of a request's body; `None` when it has another shape or names an unknown type.
pub fn items(body: &Value) -> Option<Vec<Item>> {
    body.get("items")?
        .as_array()?
        .iter()
        .map(|item| {
            let text = |name: &str| {
                let members = item.as_object()?;
                members.iter().find(|(member, _)| member.eq_ignore_ascii_case(name))?.1.as_str()
            };
            Some(Item { table: find_schema(text("type")?)?, object_id: text("objectID")?.to_ascii_lowercase() })
        })
        .collect()
}
