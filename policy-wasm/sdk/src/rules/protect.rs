//! The `protect` settings as rules: people who keep their seats by role, by attribute, by name, or until a date.

mod date;
mod pattern;
mod settings;

use super::idle::within_calendar;
use crate::{Candidate, Instant, KnownOwner, NamePairs, Names, Rule, Ruling, Text, fold, shorten};
use pattern::Pattern;
pub use settings::Protect;

pub(super) const ROLE: Rule =
    Rule { id: "protect.role", summary: "Keeps seats of owners with a role listed in protect.role." };
pub(super) const ATTRIBUTE: Rule = Rule {
    id: "protect.attribute",
    summary: "Keeps seats of owners with a directory attribute listed in protect.attribute.",
};
pub(super) const NAME_PATTERN: Rule = Rule {
    id: "protect.name-pattern",
    summary: "Keeps seats of owners whose name matches a pattern of protect.namePattern.",
};
pub(super) const KEEP_UNTIL: Rule = Rule {
    id: "protect.keep-until",
    summary: "Keeps seats until the date in the custom property that protect.keepUntilProperty names.",
};

pub(super) struct ProtectRules {
    roles: Names,
    attributes: NamePairs,
    patterns: Vec<Pattern>,
    keep_until: Option<KeepUntil>,
    now: Instant,
}

/// The custom property that holds a date.
struct KeepUntil {
    written: String,
    folded: String,
}

/// Why a seat is kept by a date, with the text that says so.
#[derive(Debug, Clone, Copy)]
enum Kept<'a> {
    Until(Text<'a>),
    Unreadable(Text<'a>),
}

impl ProtectRules {
    /// `settings` that were checked: what is wrong with them is left out.
    pub(super) fn new(settings: &Protect, now: Instant) -> Self {
        Self {
            roles: settings.role.iter().collect(),
            attributes: settings.attribute.iter().map(|entry| (&entry.name, &entry.value)).collect(),
            patterns: settings.name_pattern.iter().filter_map(|text| Pattern::new(text).ok()).collect(),
            keep_until: settings
                .keep_until_property
                .as_ref()
                .map(|name| KeepUntil { written: shorten(name.trim()), folded: fold(name).into_owned() }),
            now,
        }
    }

    pub(super) fn keep(&self, seat: &Candidate<'_>, ruling: &mut Ruling) {
        self.keep_groups(seat, ruling);
        self.keep_names(seat, ruling);
        self.keep_until_date(seat, ruling);
    }

    fn keep_groups(&self, seat: &Candidate<'_>, ruling: &mut Ruling) {
        ruling.keep(
            ROLE,
            || self.roles.first_of(seat.known_owner()?.roles),
            |found| match found {
                Some(role) => format!("the owner has the role `{}`, which protect.role has", shorten(role.as_str())),
                None => "no role of the owner is in protect.role".to_owned(),
            },
        );
        ruling.keep(
            ATTRIBUTE,
            || self.attributes.first_of(seat.known_owner()?.attributes),
            |found| match found {
                Some(attribute) => format!(
                    "the owner has the attribute `{}` = `{}`, which protect.attribute has",
                    shorten(attribute.name.as_str()),
                    shorten(attribute.value.as_str())
                ),
                None => "no attribute of the owner is in protect.attribute".to_owned(),
            },
        );
    }

    fn keep_names(&self, seat: &Candidate<'_>, ruling: &mut Ruling) {
        ruling.keep(
            NAME_PATTERN,
            || {
                let (directory, id) = seat.owner_name()?;
                let matching = self.patterns.iter().find(|pattern| pattern.matches(directory, id))?;
                Some((matching, directory, id))
            },
            |found| match found {
                Some((pattern, directory, id)) => {
                    // Both parts of a name could be long, and the pattern has to fit beside them.
                    let name = shorten(&format!("{directory}\\{id}"));
                    format!("`{name}` matches `{}` of protect.namePattern", shorten(pattern.as_str()))
                }
                None => "the owner's name matches no pattern of protect.namePattern".to_owned(),
            },
        );
    }

    fn keep_until_date(&self, seat: &Candidate<'_>, ruling: &mut Ruling) {
        ruling.keep_until(
            KEEP_UNTIL,
            || self.kept(self.keep_until.as_ref()?, seat.known_owner()?),
            |found| {
                let Some(property) = &self.keep_until else {
                    return "protect.keepUntilProperty is not set".to_owned();
                };
                let name = &property.written;
                match found {
                    Some(Kept::Until(value)) => {
                        format!("the custom property `{name}` keeps the seat until {}", shorten(value.as_str().trim()))
                    }
                    Some(Kept::Unreadable(value)) => {
                        let value = shorten(value.as_str().trim());
                        format!(
                            "the custom property `{name}` is `{value}`, which is no date (`2026-12-31`) and no time with \
                             an offset (`2026-12-31T18:00Z`), so the seat is kept"
                        )
                    }
                    None => match seat.known_owner().and_then(|owner| property.values(owner).next()) {
                        Some(_) => format!("every date in the custom property `{name}` of the owner is over"),
                        None => format!("the owner does not have the custom property `{name}`"),
                    },
                }
            },
        );
    }

    /// Until when the property keeps the seats of the owner; `None` in that place means for good.
    /// One value that nobody can read is a doubt, whatever the others say; otherwise the latest counts.
    fn kept<'a>(&self, property: &KeepUntil, owner: &KnownOwner<'a>) -> Option<(Option<Instant>, Kept<'a>)> {
        let mut latest: Option<(Instant, Text<'a>)> = None;
        for value in property.values(owner) {
            let Some(over_at) = date::over_at(value.as_str()) else {
                return Some((None, Kept::Unreadable(value)));
            };
            if latest.is_none_or(|(at, _)| at < over_at) {
                latest = Some((over_at, value));
            }
        }
        let (over_at, value) = latest?;
        (self.now < over_at).then_some((within_calendar(over_at), Kept::Until(value)))
    }
}

impl KeepUntil {
    fn values<'a>(&self, owner: &KnownOwner<'a>) -> impl Iterator<Item = Text<'a>> {
        owner
            .custom_properties
            .iter()
            .filter(|property| property.name.folded() == self.folded)
            .map(|property| property.value)
    }
}
