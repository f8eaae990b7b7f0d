//! Finds a person by what somebody typed.

use std::collections::BTreeSet;

use steward_core::settings::account_name;
use steward_core::snapshot::Snapshot;
use steward_core::text::fold;
use thiserror::Error;

/// More suggestions are no help.
const SUGGESTIONS_MAX: usize = 5;
/// Names less alike than this are not meant.
const LIKENESS_MIN: f64 = 0.75;

/// A person as the server names them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person {
    pub user_directory: String,
    pub user_id: String,
}

impl Person {
    pub fn account(&self) -> String {
        account_name(&self.user_directory, &self.user_id)
    }
}

#[derive(Debug, Error)]
pub enum NotOnePerson {
    #[error("nobody is called `{typed}`{}", suggested(.near))]
    Nobody { typed: String, near: Vec<String> },
    #[error("`{typed}` has no directory: write `DIR\\user`")]
    NoDirectory { typed: String },
    #[error("`{typed}` may be {}: name the directory too", .found.join(" or "))]
    Several { typed: String, found: Vec<String> },
}

fn suggested(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(" or ")) }
}

/// The person as typed, without looking whether there is one: `DIR\user` or `DIR/user`.
pub fn typed(typed: &str) -> Result<Person, NotOnePerson> {
    let parts = typed.split_once('\\').or_else(|| typed.split_once('/'));
    match parts.map(|(directory, id)| (directory.trim(), id.trim())) {
        Some((directory, id)) if !directory.is_empty() && !id.is_empty() => {
            Ok(Person { user_directory: directory.to_owned(), user_id: id.to_owned() })
        }
        _ => Err(NotOnePerson::NoDirectory { typed: typed.to_owned() }),
    }
}

/// Finds the person called `typed`: `DIR\user`, `DIR/user` or just `user`, without regard to case.
pub fn find(snapshot: &Snapshot, typed: &str) -> Result<Person, NotOnePerson> {
    let people = everybody(snapshot);
    let wanted = fold(typed);
    let called = |name: &dyn Fn(&Person) -> String| -> Vec<&Person> {
        people.iter().filter(|person| fold(&name(person)) == wanted).collect()
    };
    let mut found = called(&|person| person.account());
    if found.is_empty() {
        found = called(&|person| format!("{}/{}", person.user_directory, person.user_id));
    }
    if found.is_empty() {
        found = called(&|person| person.user_id.clone());
    }
    match found.as_slice() {
        [] => Err(NotOnePerson::Nobody { typed: typed.to_owned(), near: near(&people, &wanted) }),
        [one] => Ok((*one).clone()),
        several => {
            // The same account in two spellings is still one person.
            let names: BTreeSet<String> = several.iter().map(|person| fold(&person.account())).collect();
            if names.len() == 1 {
                return Ok(several[0].clone());
            }
            let found = several.iter().map(|person| format!("`{}`", person.account())).collect();
            Err(NotOnePerson::Several { typed: typed.to_owned(), found })
        }
    }
}

/// Users of the list, and whoever else a seat names.
fn everybody(snapshot: &Snapshot) -> BTreeSet<Person> {
    let users = snapshot.users().iter().map(|user| (user.user_directory.as_str(), user.user_id.as_str()));
    let holders = snapshot.seats().iter().map(|seat| (seat.holder.user_directory(), seat.holder.user_id()));
    users
        .chain(holders)
        .map(|(directory, id)| Person { user_directory: directory.to_owned(), user_id: id.to_owned() })
        .collect()
}

fn near(people: &BTreeSet<Person>, wanted: &str) -> Vec<String> {
    let likeness = |person: &Person| {
        let account = strsim::jaro_winkler(&fold(&person.account()).replace('\\', "/"), &wanted.replace('\\', "/"));
        account.max(strsim::jaro_winkler(&fold(&person.user_id), wanted))
    };
    let mut alike: Vec<(f64, &Person)> = people.iter().map(|person| (likeness(person), person)).collect();
    alike.retain(|(likeness, _)| *likeness >= LIKENESS_MIN);
    alike.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    alike.into_iter().take(SUGGESTIONS_MAX).map(|(_, person)| format!("`{}`", person.account())).collect()
}
