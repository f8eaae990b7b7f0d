//! A candidate that owns its facts, so that it can be varied and shown.

use serde_json::{Map, Value, json};

use super::candidate::{CandidateSpec, LICENSE_ID, OwnerKind, OwnerSpec};
use super::when::{AllocatedSpec, LastUseSpec};
use crate::candidate::Candidate;
use crate::ids::{LicenseId, UserGuid};
use crate::instant::Instant;
use crate::license_type::LicenseType;
use crate::settings::account_name;
use crate::snapshot::{Holder, LastUse, Owner, Property, Seat, User};

/// A candidate that owns its facts, at a known time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject {
    /// The case that it is, or that it was varied from.
    pub case: String,
    pub is_varied: bool,
    pub kind: OwnerKind,
    pub seat: Seat,
    pub user: User,
    pub other_seats: Vec<LicenseType>,
    pub rank: u32,
}

impl Subject {
    /// The member whose date lies outside the years 1 to 9999 is the error.
    pub(super) fn of(case: &str, spec: &CandidateSpec, now: Instant) -> Result<Self, &'static str> {
        let OwnerSpec(owner) = &spec.owner;
        let last_used = match spec.last_use {
            LastUseSpec::Never => LastUse::Never,
            LastUseSpec::Unknown => LastUse::Unknown,
            LastUseSpec::When(when) => LastUse::At(when.resolve(now).ok_or("lastUse")?),
        };
        let allocated_at = match spec.allocated_at {
            AllocatedSpec::Unknown => None,
            AllocatedSpec::When(when) => Some(when.resolve(now).ok_or("allocatedAt")?),
        };
        let mut user = User {
            guid: UserGuid::new("user"),
            user_directory: owner.user_directory.clone(),
            user_id: owner.user_id.clone(),
            name: owner.display_name.clone(),
            inactive: owner.inactive,
            blocked: owner.blocked,
            removed_externally: owner.removed_externally,
            roles: owner.roles.clone(),
            tags: owner.tags.clone(),
            custom_properties: owner.custom_properties.0.clone(),
            attributes: owner.attributes.0.clone(),
        };
        user.sort();
        let seat = Seat {
            id: LicenseId::new(&spec.license_id),
            license_type: spec.license_type,
            allocated_at,
            last_used,
            quarantined: spec.quarantined,
            excess: spec.excess,
            holder: Holder::Deleted { user_directory: String::new(), user_id: String::new() },
        };
        let other_seats = spec.other_seats.clone();
        let (case, rank) = (case.to_owned(), spec.rank);
        let mut subject = Self { case, is_varied: false, kind: owner.kind, seat, user, other_seats, rank };
        subject.settle();
        Ok(subject)
    }

    /// The facts of a real candidate.
    pub(super) fn of_candidate(candidate: &Candidate<'_>) -> Self {
        let nobody = |user_directory: &str, user_id: &str| User {
            guid: UserGuid::new("user"),
            user_directory: user_directory.to_owned(),
            user_id: user_id.to_owned(),
            name: String::new(),
            inactive: false,
            blocked: false,
            removed_externally: false,
            roles: Vec::new(),
            tags: Vec::new(),
            custom_properties: Vec::new(),
            attributes: Vec::new(),
        };
        let (kind, user) = match candidate.owner {
            Owner::Known(user) => (OwnerKind::Known, user.clone()),
            Owner::Deleted { user_directory, user_id } => (OwnerKind::Deleted, nobody(user_directory, user_id)),
            Owner::Unresolved => (OwnerKind::Unresolved, nobody("", "")),
        };
        let (seat, other_seats) = (candidate.seat.clone(), candidate.other_seats.clone());
        Self { case: String::new(), is_varied: false, kind, seat, user, other_seats, rank: candidate.rank }
    }

    /// The seat names its owner as the user list does. To be called after a change of kind or name.
    pub(super) fn settle(&mut self) {
        let (user_directory, user_id) = (self.user.user_directory.clone(), self.user.user_id.clone());
        self.seat.holder = match self.kind {
            OwnerKind::Deleted => Holder::Deleted { user_directory, user_id },
            OwnerKind::Known | OwnerKind::Unresolved => {
                Holder::User { guid: self.user.guid.clone(), user_directory, user_id }
            }
        };
    }

    pub(super) fn candidate(&self) -> Candidate<'_> {
        let owner = match (self.kind, &self.seat.holder) {
            (OwnerKind::Known, _) => Owner::Known(&self.user),
            (OwnerKind::Deleted, Holder::Deleted { user_directory, user_id }) => {
                Owner::Deleted { user_directory, user_id }
            }
            (OwnerKind::Deleted | OwnerKind::Unresolved, _) => Owner::Unresolved,
        };
        Candidate { seat: &self.seat, owner, other_seats: self.other_seats.clone(), rank: self.rank }
    }

    /// `ACME\test`, for sentences.
    pub(super) fn owner_name(&self) -> String {
        account_name(&self.user.user_directory, &self.user.user_id)
    }

    /// The candidate in the format of a suite, so that it can be pasted into one.
    pub(super) fn as_json(&self) -> Value {
        let seat = &self.seat;
        let mut members = Map::new();
        let mut add = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        add("licenseType", json!(seat.license_type));
        add("allocatedAt", seat.allocated_at.map_or_else(|| json!("unknown"), |at| json!(at)));
        add("lastUse", json!(seat.last_used));
        if seat.id.as_str() != LICENSE_ID {
            add("licenseId", json!(seat.id));
        }
        for (name, is_so) in [("quarantined", seat.quarantined), ("excess", seat.excess)] {
            if is_so {
                add(name, json!(true));
            }
        }
        add("owner", self.owner_as_json());
        if !self.other_seats.is_empty() {
            add("otherSeats", json!(self.other_seats));
        }
        if self.rank != 1 {
            add("rank", json!(self.rank));
        }
        Value::Object(members)
    }

    fn owner_as_json(&self) -> Value {
        let user = &self.user;
        let mut members = Map::new();
        let mut add = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        if self.kind == OwnerKind::Unresolved {
            return json!(self.kind.as_str());
        }
        add("userDirectory", json!(user.user_directory));
        add("userId", json!(user.user_id));
        if self.kind == OwnerKind::Deleted {
            add("kind", json!(self.kind.as_str()));
            return Value::Object(members);
        }
        if !user.name.is_empty() {
            add("displayName", json!(user.name));
        }
        let flags =
            [("inactive", user.inactive), ("blocked", user.blocked), ("removedExternally", user.removed_externally)];
        for (name, _) in flags.into_iter().filter(|(_, is_so)| *is_so) {
            add(name, json!(true));
        }
        for (name, texts) in [("tags", &user.tags), ("roles", &user.roles)] {
            if !texts.is_empty() {
                add(name, json!(texts));
            }
        }
        for (name, list) in [("customProperties", &user.custom_properties), ("attributes", &user.attributes)] {
            if !list.is_empty() {
                add(name, properties_as_json(list));
            }
        }
        Value::Object(members)
    }
}

fn properties_as_json(list: &[Property]) -> Value {
    let mut members: Map<String, Value> = Map::new();
    for property in list {
        let values = members.entry(property.name.clone()).or_insert_with(|| json!([]));
        if let Value::Array(values) = values {
            values.push(json!(property.value));
        }
    }
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(value: Value) -> CandidateSpec {
        serde_json::from_value(value).unwrap()
    }

    fn problem(value: Value) -> String {
        serde_json::from_value::<CandidateSpec>(value).unwrap_err().to_string()
    }

    fn now() -> Instant {
        Instant::parse("2026-01-31T09:00:00Z").unwrap()
    }

    #[test]
    fn a_case_that_says_nothing_is_about_a_seat_that_may_go() {
        let subject = Subject::of("case", &spec(json!({})), now()).unwrap();
        assert_eq!(subject.owner_name(), "ACME\\test");
        assert_eq!(subject.seat.last_used.to_string(), "2024-12-27T09:00:00Z");
        let candidate = subject.candidate();
        assert!(matches!(candidate.owner, Owner::Known(user) if user.tags.is_empty() && !user.inactive));
        assert_eq!((candidate.rank, candidate.other_seats.len()), (1, 0));
    }

    #[test]
    fn an_owner_is_a_word_or_has_members() {
        let kind = |value: Value| spec(json!({"owner": value})).owner.0.kind;
        assert_eq!(kind(json!("deleted")), OwnerKind::Deleted);
        assert_eq!(kind(json!({"userId": "x"})), OwnerKind::Known);
        assert_eq!(kind(json!({"kind": "unresolved"})), OwnerKind::Unresolved);
        assert!(problem(json!({"owner": "gone"})).contains("expected `known`, `deleted`"));
        assert!(problem(json!({"owner": {"tag": ["x"]}})).contains("unknown field `tag`"));
        assert!(problem(json!({"owner": {"customProperties": {"Cost": 7}}})).contains("put 7 into quotes"));
    }

    #[test]
    fn what_is_shown_can_be_pasted_into_a_suite() {
        for written in [
            json!({}),
            json!({"owner": "deleted", "lastUse": "never", "allocatedAt": "unknown"}),
            json!({"owner": "unresolved", "lastUse": "unknown", "quarantined": true, "excess": true, "rank": 3}),
            json!({"licenseType": "professional", "licenseId": "x", "otherSeats": ["analyzer"], "owner": {
                "userDirectory": "B", "userId": "c", "displayName": "C", "inactive": true, "blocked": true,
                "removedExternally": true, "tags": ["a", "b"], "roles": ["RootAdmin"],
                "customProperties": {"G": ["a", "b"], "H": "c"}, "attributes": {"email": "c@example.com"},
            }}),
        ] {
            let subject = Subject::of("case", &spec(written), now()).unwrap();
            assert_eq!(Subject::of("case", &spec(subject.as_json()), now()).unwrap(), subject);
        }
    }
}
