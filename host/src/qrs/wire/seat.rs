//! One row of `license/<type>accesstype/full`.

use serde::Deserialize;
use steward_core::ids::{LicenseId, UserGuid};
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::snapshot::{Holder, Seat};

use super::date;
use super::field::{Nested, Scalar, read_row};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SeatRow<'a> {
    #[serde(borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow, default)]
    created_date: Scalar<'a>,
    #[serde(borrow, default)]
    last_used: Scalar<'a>,
    #[serde(borrow, default)]
    quarantined: Scalar<'a>,
    #[serde(borrow, default)]
    quarantine_end: Scalar<'a>,
    #[serde(borrow, default)]
    excess: Scalar<'a>,
    #[serde(borrow, default)]
    user: Nested<HolderRow<'a>>,
    #[serde(borrow, default)]
    deleted_user_directory: Scalar<'a>,
    #[serde(borrow, default)]
    deleted_user_id: Scalar<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HolderRow<'a> {
    #[serde(borrow, default)]
    id: Scalar<'a>,
    #[serde(borrow, default)]
    user_directory: Scalar<'a>,
    #[serde(borrow, default)]
    user_id: Scalar<'a>,
}

/// A seat with what is asked only after a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSeat {
    pub seat: Seat,
    /// When the quarantine ends; `None` when there is none or the date cannot be read.
    pub quarantine_end: Option<Instant>,
}

/// # Errors
/// As [`read`].
pub(in crate::qrs) fn read_listed(row: &[u8], license_type: LicenseType) -> Result<ListedSeat, String> {
    let seat = read(row, license_type)?;
    let end: SeatRow<'_> = read_row(row)?;
    Ok(ListedSeat { seat, quarantine_end: date::moment(&end.quarantine_end) })
}

/// # Errors
/// When a fact is missing without which the seat could be mistaken for one that may be taken.
pub(in crate::qrs) fn read(row: &[u8], license_type: LicenseType) -> Result<Seat, String> {
    let row: SeatRow<'_> = read_row(row)?;
    let id = LicenseId::new(row.id.required_text("id")?.to_lowercase());
    let named = |problem| format!("seat `{id}`: {problem}");
    // A renamed field must never look like "not quarantined".
    let quarantined = row.quarantined.required_flag("quarantined").map_err(named)?;
    let excess = match row.excess {
        // Token seats and old releases have none.
        Scalar::Absent | Scalar::Null => false,
        excess => excess.required_flag("excess").map_err(named)?,
    };
    let holder = match row.user {
        Nested::Object(user) => Holder::User {
            guid: UserGuid::new(text(&user.id).to_lowercase()),
            user_directory: text(&user.user_directory),
            user_id: text(&user.user_id),
        },
        Nested::Null => {
            Holder::Deleted { user_directory: text(&row.deleted_user_directory), user_id: text(&row.deleted_user_id) }
        }
        // Only an explicit null says that the owner is deleted. A holder without an id is in no user list, so the
        // owner stays unresolved and the seat is kept.
        Nested::Absent | Nested::Other => {
            Holder::User { guid: UserGuid::new(String::new()), user_directory: String::new(), user_id: String::new() }
        }
    };
    Ok(Seat {
        id,
        license_type,
        allocated_at: date::moment(&row.created_date),
        last_used: date::last_use(&row.last_used),
        quarantined,
        excess,
        holder,
    })
}

fn text(field: &Scalar<'_>) -> String {
    field.text().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use steward_core::snapshot::LastUse;

    use super::*;

    fn row() -> Value {
        json!({
            "id": "7C1BE0F4-52B5-4F53-9C62-1F3A8C0D7E21", "createdDate": "2024-01-15T10:02:11.903Z",
            "user": {"id": "E0A1", "userId": "jdoe\\\u{fc}", "userDirectory": "ACME", "name": "Jane", "privileges": null},
            "lastUsed": "1753-01-01T00:00:00.000Z", "excess": true, "quarantined": false,
            "quarantineEnd": "1753-01-01T00:00:00.000Z", "deletedUserId": "x", "deletedUserDirectory": "y", "new": [1, {}],
        })
    }

    fn read_value(row: &Value) -> Result<Seat, String> {
        read(row.to_string().as_bytes(), LicenseType::Analyzer)
    }

    fn with(field: &str, value: Value) -> Value {
        let mut row = row();
        row[field] = value;
        row
    }

    fn without(field: &str) -> Value {
        let mut row = row();
        row.as_object_mut().unwrap().remove(field);
        row
    }

    #[test]
    fn a_seat_keeps_its_facts() {
        let seat = read_value(&row()).unwrap();
        assert_eq!(
            seat,
            Seat {
                id: LicenseId::new("7c1be0f4-52b5-4f53-9c62-1f3a8c0d7e21"),
                license_type: LicenseType::Analyzer,
                allocated_at: Instant::parse("2024-01-15T10:02:11.903Z"),
                last_used: LastUse::Never,
                quarantined: false,
                excess: true,
                holder: Holder::User {
                    guid: UserGuid::new("e0a1"),
                    user_directory: "ACME".to_owned(),
                    user_id: "jdoe\\ü".to_owned(),
                },
            }
        );
    }

    #[test]
    fn what_decides_about_a_release_must_be_there() {
        for (row, problem) in [
            (without("id"), "no field id"),
            (with("id", json!(7)), "the field id is no text"),
            (with("id", json!(null)), "the field id is null"),
            (without("quarantined"), "no field quarantined"),
            (with("quarantined", json!("false")), "the field quarantined is neither true nor false"),
            (with("quarantined", json!(null)), "the field quarantined is null"),
            (with("excess", json!(0)), "the field excess is neither true nor false"),
        ] {
            let error = read_value(&row).unwrap_err();
            assert!(error.ends_with(problem), "{error}");
        }
        assert!(!read_value(&without("excess")).unwrap().excess);
        assert!(read(b"[]", LicenseType::User).is_err());
        assert!(read(b"null", LicenseType::User).is_err());
        let positional = br#"["a", null, null, false, false, null, "", ""]"#;
        assert_eq!(read(positional, LicenseType::User).unwrap_err(), "it is no object");
        assert!(read(br#"{"id":"a","quarantined":true,"quarantined":false}"#, LicenseType::User).is_err());
    }

    #[test]
    fn a_renamed_date_is_unknown() {
        assert_eq!(read_value(&without("lastUsed")).unwrap().last_used, LastUse::Unknown);
        assert_eq!(read_value(&with("lastUsed", json!(0))).unwrap().last_used, LastUse::Unknown);
        assert_eq!(read_value(&without("createdDate")).unwrap().allocated_at, None);
        assert_eq!(read_value(&with("createdDate", json!("1753-01-01T00:00:00Z"))).unwrap().allocated_at, None);
    }

    #[test]
    fn only_an_explicit_null_is_a_deleted_owner() {
        let deleted =
            |directory: &str, id: &str| Holder::Deleted { user_directory: directory.into(), user_id: id.into() };
        assert_eq!(read_value(&with("user", json!(null))).unwrap().holder, deleted("y", "x"));
        let bare = json!({"id": "a", "quarantined": true, "user": null, "deletedUserId": null});
        assert_eq!(read_value(&bare).unwrap().holder, deleted("", ""));
        for row in
            [without("user"), with("user", json!("ACME\\jdoe")), with("user", json!([])), with("user", json!({}))]
        {
            let Holder::User { guid, .. } = read_value(&row).unwrap().holder else { panic!("{row}") };
            assert_eq!(guid.as_str(), "");
        }
    }
}
