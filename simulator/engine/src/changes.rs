//! What would turn what becomes of a seat: each change is tried by asking the policy and the seat gates again, and only
//! those that turn it are told.

use serde_json::{Value, json};
use steward_core::candidate::Candidate;
use steward_core::decision::{Decision, Verdict};
use steward_core::guard::SeatGates;
use steward_core::instant::Instant;
use steward_core::settings::{Account, SettingsDraft, account_name};
use steward_core::snapshot::{LastUse, Owner};
use steward_core::suite::NotReady;
use steward_core::text::fold;

use crate::bindings::exports::steward::simulator::engine::{Change, ChangeKind, Refusal};
use crate::questions::{faulty, not_ready};
use crate::records;
use crate::sweep::{numbers, with_number};
use crate::view::View;

/// What policy and seat gates say of the seat under some draft at some time.
struct Tried {
    decision: Decision,
    gates: Vec<String>,
}

impl Tried {
    /// The seat may go.
    fn is_free(&self) -> bool {
        self.decision.verdict == Verdict::Release && self.gates.is_empty()
    }

    fn change(self, kind: ChangeKind, what: String) -> Change {
        Change {
            kind,
            what,
            pointer: None,
            value: None,
            at: None,
            verdict: records::verdict(self.decision.verdict),
            rule: self.decision.rule,
            gates: self.gates,
        }
    }
}

/// Every change that was found.
///
/// # Errors
/// When the policy fails.
pub fn changes(view: &View, place: usize) -> Result<Vec<Change>, Refusal> {
    let Some(candidate) = view.site.candidates.get(place) else { return Ok(Vec::new()) };
    let Some(now) = attempt(view, &view.draft, view.now, candidate)? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    found.extend(by_time(view, candidate, &now)?);
    found.extend(by_use(view, candidate, &now)?);
    found.extend(by_numbers(view, candidate, &now)?);
    found.extend(by_protections(view, candidate, &now)?);
    Ok(found)
}

/// `None` when the policy refuses such settings.
fn attempt(
    view: &View,
    draft: &SettingsDraft,
    at: Instant,
    candidate: &Candidate<'_>,
) -> Result<Option<Tried>, Refusal> {
    let settings = draft.for_policy(&view.site.description);
    let mut policy = match view.site.configure(&settings, at) {
        Ok(policy) => policy,
        Err(NotReady::Refused(_)) => return Ok(None),
        Err(failed) => return Err(not_ready(failed)),
    };
    let decision = policy.decide(candidate).map_err(|fault| faulty(&fault))?;
    let gates = SeatGates::new(&settings.guard, &view.site.memory, at);
    let gates = gates.holds(candidate.seat, &candidate.owner).into_iter().map(|hold| hold.gate.as_str().to_owned());
    Ok(Some(Tried { decision, gates: gates.collect() }))
}

fn by_time(view: &View, candidate: &Candidate<'_>, now: &Tried) -> Result<Option<Change>, Refusal> {
    let Some(at) = now.decision.flips_at else { return Ok(None) };
    let Some(then) = attempt(view, &view.draft, at, candidate)? else { return Ok(None) };
    if then.decision.verdict == now.decision.verdict {
        return Ok(None);
    }
    let what = format!("time alone: at {at}, if the seat is not used until then");
    Ok(Some(Change { at: Some(records::instant(at)), ..then.change(ChangeKind::Time, what) }))
}

fn by_use(view: &View, candidate: &Candidate<'_>, now: &Tried) -> Result<Option<Change>, Refusal> {
    if now.decision.verdict == Verdict::Keep {
        return Ok(None);
    }
    let mut seat = candidate.seat.clone();
    seat.last_used = LastUse::At(view.now);
    let used = Candidate { seat: &seat, ..candidate.clone() };
    let then = attempt(view, &view.draft, view.now, &used)?.filter(|then| !then.is_free());
    Ok(then.map(|then| then.change(ChangeKind::UsedNow, "the person uses the seat now".to_owned())))
}

/// For each number of the settings the nearest value at which the answer turns, upwards and downwards, as far as halving
/// finds it: the value next to it is always one at which it does not turn.
fn by_numbers(view: &View, candidate: &Candidate<'_>, now: &Tried) -> Result<Vec<Change>, Refusal> {
    let draft = json!(view.draft);
    let kind = records::license_type(candidate.seat.license_type);
    let mut found = Vec::new();
    for number in numbers(&view.draft, &view.site.description) {
        let Some(current) = number.value else { continue };
        if number.license_type.is_some_and(|of| of != kind) {
            continue;
        }
        let mut turned = |value: u32| -> Result<Option<Tried>, Refusal> {
            let changed = with_number(&draft, &number.pointer, value)?;
            let Ok(changed) = serde_json::from_value::<SettingsDraft>(changed) else { return Ok(None) };
            Ok(attempt(view, &changed, view.now, candidate)?.filter(|then| then.is_free() != now.is_free()))
        };
        for limit in [number.minimum, number.maximum] {
            let Some((value, then)) = nearest(current, limit, &mut turned)? else { continue };
            let name = number.pointer.rsplit('/').next().unwrap_or_default();
            let change = then.change(ChangeKind::Number, format!("`{name}` of {value} instead of {current}"));
            found.push(Change { pointer: Some(number.pointer.clone()), value: Some(value.to_string()), ..change });
        }
    }
    Ok(found)
}

/// A value between `current` and `limit` at which it turns while it does not at the value before.
fn nearest(
    current: u32,
    limit: u32,
    turned: &mut dyn FnMut(u32) -> Result<Option<Tried>, Refusal>,
) -> Result<Option<(u32, Tried)>, Refusal> {
    if current == limit {
        return Ok(None);
    }
    let Some(mut at_far) = turned(limit)? else { return Ok(None) };
    let (mut near, mut far) = (current, limit);
    while near.abs_diff(far) > 1 {
        let middle = near.midpoint(far);
        match turned(middle)? {
            Some(tried) => (far, at_far) = (middle, tried),
            None => near = middle,
        }
    }
    Ok(Some((far, at_far)))
}

/// Entries that would protect this owner, and entries without which the seat would go.
fn by_protections(view: &View, candidate: &Candidate<'_>, now: &Tried) -> Result<Vec<Change>, Refusal> {
    let mut found = Vec::new();
    if view.draft.verbatim.is_some() {
        // Settings that are taken as they are get no protections from the draft.
        return Ok(found);
    }
    if now.is_free() {
        for entry in entries_for(candidate) {
            let what = words(&entry);
            let (pointer, entry) = entry;
            let mut draft = view.draft.clone();
            add(&mut draft, pointer, &entry);
            if let Some(then) = attempt(view, &draft, view.now, candidate)?.filter(|then| !then.is_free()) {
                let change = then.change(ChangeKind::ProtectionAdded, what);
                found.push(Change { pointer: Some(pointer.to_owned()), value: Some(entry.to_string()), ..change });
            }
        }
        return Ok(found);
    }
    for entry in entries_of(&view.draft, candidate) {
        let what = format!("without {}", words(&entry));
        let (pointer, entry) = entry;
        let mut draft = view.draft.clone();
        remove(&mut draft, pointer, &entry);
        if let Some(then) = attempt(view, &draft, view.now, candidate)?.filter(Tried::is_free) {
            let change = then.change(ChangeKind::ProtectionRemoved, what);
            found.push(Change { pointer: Some(pointer.to_owned()), value: Some(entry.to_string()), ..change });
        }
    }
    Ok(found)
}

const USER: &str = "/guard/neverRelease/user";
const TAG: &str = "/guard/neverRelease/tag";
const PROPERTY: &str = "/guard/neverRelease/customProperty";
const DIRECTORY: &str = "/guard/neverRelease/userDirectory";

/// A list, and an entry for it.
type Entry = (&'static str, Value);

/// What could be written into the lists about this owner.
fn entries_for(candidate: &Candidate<'_>) -> Vec<Entry> {
    let holder = &candidate.seat.holder;
    let (user_dir, user_id) = (holder.user_directory().to_owned(), holder.user_id().to_owned());
    let mut entries = vec![(USER, json!(Account { user_dir, user_id }))];
    if let Owner::Known(user) = candidate.owner {
        entries.extend(user.tags.iter().map(|tag| (TAG, json!(tag))));
        entries.extend(user.custom_properties.iter().map(|property| (PROPERTY, json!(property))));
    }
    entries.push((DIRECTORY, json!(holder.user_directory())));
    entries
}

/// What the lists say about this owner, as they say it.
fn entries_of(draft: &SettingsDraft, candidate: &Candidate<'_>) -> Vec<Entry> {
    let lists = json!(draft);
    let mut entries = Vec::new();
    for (pointer, own) in entries_for(candidate) {
        let listed = lists.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
        entries.extend(listed.filter(|entry| folded(entry) == folded(&own)).map(|entry| (pointer, entry.clone())));
    }
    entries
}

/// An entry as a fragment for people.
fn words((pointer, entry): &Entry) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match *pointer {
        TAG => format!("the tag `{}` in `neverRelease.tag`", text(entry)),
        DIRECTORY => format!("the directory `{}` in `neverRelease.userDirectory`", text(entry)),
        PROPERTY => {
            let (name, value) = (text(&entry["name"]), text(&entry["value"]));
            format!("the custom property `{name}` = `{value}` in `neverRelease.customProperty`")
        }
        _ => {
            let account = account_name(&text(&entry["userDir"]), &text(&entry["userId"]));
            format!("the person `{account}` in `neverRelease.user`")
        }
    }
}

/// Names compare without regard to case and outer blanks.
fn folded(value: &Value) -> Value {
    match value {
        Value::String(text) => json!(fold(text)),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), folded(value))).collect(),
        other => other.clone(),
    }
}

fn add(draft: &mut SettingsDraft, pointer: &str, entry: &Value) {
    edit(draft, pointer, |list| list.push(entry.clone()));
}

fn remove(draft: &mut SettingsDraft, pointer: &str, entry: &Value) {
    edit(draft, pointer, |list| list.retain(|other| folded(other) != folded(entry)));
}

fn edit(draft: &mut SettingsDraft, pointer: &str, change: impl FnOnce(&mut Vec<Value>)) {
    let mut value = json!(draft);
    if let Some(list) = value.pointer_mut(pointer).and_then(Value::as_array_mut) {
        change(list);
    }
    if let Ok(changed) = serde_json::from_value(value) {
        *draft = changed;
    }
}
