//! Rules about seats that are none of the policy's business, whatever anybody does with them.

use super::settings::{DeletedOwnerRule, LicenseTypes};
use crate::{Candidate, LicenseType, Owner, Rule, Ruling};

pub(super) const LICENSE_TYPE_DISABLED: Rule =
    Rule { id: "license-type-disabled", summary: "Keeps seats of a licence type that is not enabled." };
pub(super) const QUARANTINED: Rule = Rule { id: "quarantined", summary: "Keeps seats that are quarantined already." };
pub(super) const OWNER_UNKNOWN: Rule =
    Rule { id: "owner-unknown", summary: "Keeps seats whose owner was deleted or is not described by the user list." };

pub(super) fn keep_disabled_type(types: &LicenseTypes, seat: &Candidate<'_>, ruling: &mut Ruling) {
    let kind = seat.license_type;
    ruling.keep(
        LICENSE_TYPE_DISABLED,
        || (!types.of(kind).enable).then_some(()),
        |found| match found {
            Some(()) => format!("the settings do not enable the release of {} seats", license_type_name(kind)),
            None => format!("the settings enable the release of {} seats", license_type_name(kind)),
        },
    );
}

pub(super) fn keep_quarantined(seat: &Candidate<'_>, ruling: &mut Ruling) {
    ruling.keep(
        QUARANTINED,
        || seat.quarantined.then_some(()),
        |found| match found {
            Some(()) => "the seat is quarantined already".to_owned(),
            None => "the seat is not quarantined".to_owned(),
        },
    );
}

pub(super) fn keep_unknown_owner(deleted: DeletedOwnerRule, seat: &Candidate<'_>, ruling: &mut Ruling) {
    let deleted_may_go = deleted == DeletedOwnerRule::Release;
    ruling.keep(
        OWNER_UNKNOWN,
        || match seat.owner {
            Owner::Unresolved => Some("the user list does not describe the owner"),
            Owner::Deleted(_) if !deleted_may_go => Some("the owner was deleted from the user list"),
            Owner::Deleted(_) | Owner::Known(_) => None,
        },
        |found| found.map_or("the owner is known, or was deleted and may go", |found| found).to_owned(),
    );
}

/// The name of a licence type in settings and sentences.
pub fn license_type_name(kind: LicenseType) -> &'static str {
    match kind {
        LicenseType::Analyzer => "analyzer",
        LicenseType::Professional => "professional",
        LicenseType::User => "user",
    }
}
