//! Takes one person out of a stored document, when somebody asks to be forgotten. What was decided about the seat stays.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::settings::Account;
use crate::text::fold;

/// In place of a text that names the person among other things.
const ERASED: &str = "erased";

/// Replaces the person's names by `replacement`, which nobody else may have, wherever the document describes or names
/// them.
pub fn erase(document: &mut Value, account: &Account, replacement: &str) {
    let (directory, id) = (fold(&account.user_dir), fold(&account.user_id));
    let account = format!("{directory}\\{id}");
    Names { directory, id, account, replacement, guids: BTreeMap::new() }.erase(document);
}

struct Names<'r> {
    directory: String,
    id: String,
    account: String,
    replacement: &'r str,
    /// Two users may have the same folded name; each keeps an id of its own.
    guids: BTreeMap<String, String>,
}

impl Names<'_> {
    fn erase(&mut self, value: &mut Value) {
        match value {
            Value::String(text) if fold(text).contains(&self.account) => ERASED.clone_into(text),
            Value::Array(entries) => entries.iter_mut().for_each(|entry| self.erase(entry)),
            Value::Object(members) => {
                if self.describes(members) {
                    self.forget(members);
                }
                // Somebody who is kept has a note beside the account, and gates that keep people quote it.
                let is_kept = members.get("account").and_then(Value::as_object).is_some_and(|it| self.describes(it));
                let is_gate = members.get("gate").and_then(Value::as_str) == Some("protected-by-hand");
                for (name, is_about) in [("note", is_kept), ("detail", is_gate)] {
                    if let Some(value) = members.get_mut(name).filter(|_| is_about) {
                        *value = Value::from(String::new());
                    }
                }
                members.values_mut().for_each(|member| self.erase(member));
            }
            _ => {}
        }
    }

    /// Seats, decisions, users and entries of protections all name a person by directory and id.
    fn describes(&self, members: &Map<String, Value>) -> bool {
        let is = |keys: [&str; 2], wanted: &str| {
            keys.iter().filter_map(|key| members.get(*key)?.as_str()).any(|text| fold(text) == wanted)
        };
        is(["userDirectory", "userDir"], &self.directory) && is(["userId", "user_id"], &self.id)
    }

    /// What a person is called goes; what rules look at stays, so that the rest of the document still makes sense.
    fn forget(&mut self, members: &mut Map<String, Value>) {
        for (name, value) in members.iter_mut() {
            match name.as_str() {
                "userId" => *value = Value::from(self.replacement),
                "guid" => *value = Value::from(self.guid(value.as_str().unwrap_or_default())),
                "name" => *value = if value.is_null() { Value::Null } else { Value::from(String::new()) },
                "attributes" | "customProperties" => *value = Value::Array(Vec::new()),
                "reason" => *value = Value::from(ERASED),
                _ => {}
            }
        }
    }
}

impl Names<'_> {
    fn guid(&mut self, guid: &str) -> String {
        let next = self.guids.len() + 1;
        let replacement = format!("{}.{next}", self.replacement);
        self.guids.entry(guid.to_owned()).or_insert(replacement).clone()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_person_goes_and_everybody_else_stays() {
        let mut document = json!({
            "decisions": [
                {"userDirectory": "ACME", "userId": "JDoe", "name": "Jane Doe", "reason": "said by Jane", "idleDays": 7},
                {"userDirectory": "Other", "userId": "jdoe", "name": "John Doe", "reason": "idle", "idleDays": 9},
            ],
            "held": [{"detail": "neverRelease.user has `acme\\jdoe`", "licenseIds": ["1"]}],
            "holder": {"user": {"guid": "g1", "userDirectory": "acme", "userId": "jdoe"}},
        });
        let account = Account { user_dir: "Acme".to_owned(), user_id: " jdoe".to_owned() };
        erase(&mut document, &account, "p:1");
        let text = document.to_string();
        assert!(
            !text.contains("Jane") && !text.to_lowercase().contains("acme\\\\jdoe") && !text.contains("g1"),
            "{text}"
        );
        assert_eq!(document["decisions"][1]["name"], "John Doe");
        assert_eq!(document["decisions"][0]["idleDays"], 7);
        assert_eq!(document["holder"]["user"]["userId"], "p:1");
        assert_eq!(document["held"][0]["detail"], "erased");
    }
}
