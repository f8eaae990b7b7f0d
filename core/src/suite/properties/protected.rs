//! Somebody who is put on a list of `neverRelease` keeps the seat, for policies that have these lists.

use serde_json::{Value, json};

use super::{Finding, Lab, World, counterexample};
use crate::decision::Verdict;
use crate::snapshot::Property;
use crate::suite::candidate::OwnerKind;
use crate::suite::cases::fault_text;
use crate::suite::setup::{Setup, lay_over};
use crate::suite::subject::Subject;

/// A word that no site has.
const WORD: &str = "steward suite";

/// One member of `neverRelease`: gives the owner what it protects, and says the entry; `None` for owners whom it cannot
/// name.
struct List {
    member: &'static str,
    protect: fn(&mut Subject) -> Option<Value>,
}

const LISTS: [List; 7] = [
    List { member: "user", protect: user },
    List { member: "userDirectory", protect: user_directory },
    List { member: "tag", protect: tag },
    List { member: "customProperty", protect: custom_property },
    List { member: "inactive", protect: |subject| flag(subject, |subject| subject.user.inactive = true) },
    List { member: "blocked", protect: |subject| flag(subject, |subject| subject.user.blocked = true) },
    List {
        member: "removedExternally",
        protect: |subject| flag(subject, |subject| subject.user.removed_externally = true),
    },
];

pub(super) fn look(schema: &Value, lab: &mut Lab<'_, '_>, world: &World) -> Finding {
    let has = |list: &&List| schema.pointer(&format!("/properties/neverRelease/properties/{}", list.member)).is_some();
    let lists: Vec<&List> = LISTS.iter().filter(has).collect();
    if lists.is_empty() {
        return Finding::NotChecked("the settings of the policy have no neverRelease".to_owned());
    }
    let mut checked: usize = 0;
    for list in lists {
        match look_at(list, lab, world) {
            Ok(seats) => checked = checked.max(seats),
            Err(finding) => return finding,
        }
    }
    Finding::Holds(checked)
}

/// Everybody who loses a seat is put on the list.
fn look_at(list: &List, lab: &mut Lab<'_, '_>, world: &World) -> Result<usize, Finding> {
    let mut entries: Vec<Value> = Vec::new();
    let mut listed = Vec::new();
    for (subject, decision) in world.seats().filter(|(_, decision)| decision.verdict == Verdict::Release) {
        let mut subject = subject.clone();
        if let Some(entry) = (list.protect)(&mut subject) {
            subject.user.sort();
            listed.push((subject, decision));
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
    }
    let Some(first) = entries.first() else { return Ok(0) };
    let setup = with(world, list.member, if first == "yes" { first.clone() } else { Value::Array(entries) });
    let Ok(mut policy) = lab.evaluator(&setup) else {
        // The member has another shape than that of the standard policy.
        return Ok(0);
    };
    for (subject, without) in &listed {
        let with = match policy.decide(&subject.candidate()) {
            Ok(got) if got.verdict == Verdict::Keep => continue,
            Ok(got) => format!("released by {}", got.rule),
            Err(fault) => fault_text(&fault),
        };
        let owner = subject.owner_name();
        let list = format!("neverRelease.{} has {owner}", list.member);
        let detail = format!("{list}, released by {} without it: {with}", without.rule);
        return Err(Finding::Fails(counterexample(&setup, subject, detail)));
    }
    Ok(listed.len())
}

/// The world with a member of `neverRelease` set; entries are added to those that are there.
fn with(world: &World, member: &str, value: Value) -> Setup {
    let mut setup = world.setup.clone();
    let listed = setup.settings.pointer(&format!("/neverRelease/{member}")).and_then(Value::as_array).cloned();
    let value = match value {
        Value::Array(entries) => Value::Array(listed.into_iter().flatten().chain(entries).collect()),
        flag => flag,
    };
    lay_over(&mut setup.settings, &json!({"neverRelease": {member: value}}));
    setup
}

fn user(subject: &mut Subject) -> Option<Value> {
    let user = &subject.user;
    let is_named = subject.kind != OwnerKind::Unresolved
        && ![&user.user_directory, &user.user_id].iter().any(|name| name.trim().is_empty());
    is_named.then(|| json!({"userDir": user.user_directory, "userId": user.user_id}))
}

fn user_directory(subject: &mut Subject) -> Option<Value> {
    let directory = &subject.user.user_directory;
    (subject.kind != OwnerKind::Unresolved && !directory.trim().is_empty()).then(|| json!(directory))
}

fn tag(subject: &mut Subject) -> Option<Value> {
    subject.user.tags.push(WORD.to_owned());
    (subject.kind == OwnerKind::Known).then(|| json!(WORD))
}

fn custom_property(subject: &mut Subject) -> Option<Value> {
    subject.user.custom_properties.push(Property { name: WORD.to_owned(), value: WORD.to_owned() });
    (subject.kind == OwnerKind::Known).then(|| json!({"name": WORD, "value": WORD}))
}

fn flag(subject: &mut Subject, set: fn(&mut Subject)) -> Option<Value> {
    set(subject);
    (subject.kind == OwnerKind::Known).then(|| json!("yes"))
}
