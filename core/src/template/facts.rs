//! What templates can name, and the texts that are used when nobody writes others.

use serde::Serialize;

use crate::alert::Notification;
use crate::instant::Instant;
use crate::notice::AnnouncedSeat;
use crate::settings::account_name;

/// What the templates of alerts can name.
pub const ALERT_NAMES: [&str; 14] = [
    "id",
    "alert_id",
    "kind",
    "rule",
    "subject",
    "severity",
    "title",
    "text",
    "next_step",
    "at",
    "fired_at",
    "repeat",
    "site",
    "link",
];
pub const ALERT_SUBJECT: &str = "[{{ severity }}] {{ title }}{% if site %} - {{ site }}{% endif %}";
pub const ALERT_BODY: &str = "{{ title }}

{{ text }}
{% if next_step %}
What to do: {{ next_step }}
{% endif %}
{% if kind == 'repeat' %}This is reminder {{ repeat }}; it began at {{ fired_at }}.{% else %}Time: {{ at }}{% endif %}
{% if site %}Site: {{ site }}
{% endif %}{% if link %}{{ link }}
{% endif %}";

/// What the templates of notices to owners can name; each of the `seats` has the members of [`NoticeSeatFacts`].
pub const NOTICE_NAMES: [&str; 7] = ["name", "account", "days", "goes_from", "seats", "site", "link"];
pub const NOTICE_SUBJECT: &str = "Your Qlik Sense licence will be taken back on {{ goes_from }}";
pub const NOTICE_BODY: &str = "Hello {{ name }},

you have not used Qlik Sense for a while{% if site %} ({{ site }}){% endif %}:
{% for seat in seats %}
- {{ seat.license_type }} licence, not used for {{ seat.idle_days }} days{% endfor %}

Unless you use it before {{ goes_from }}, it will be given to somebody else.
To keep it, log in to Qlik Sense once. Nothing else is needed.
{% if link %}
{{ link }}
{% endif %}";

/// A notification as templates see it. Names are those of [`ALERT_NAMES`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlertFacts<'n> {
    pub id: &'n str,
    pub alert_id: &'n str,
    pub kind: &'static str,
    pub rule: &'static str,
    pub subject: &'n str,
    pub severity: &'static str,
    pub title: &'n str,
    pub text: &'n str,
    pub next_step: &'n str,
    pub at: Instant,
    pub fired_at: Instant,
    pub repeat: u32,
    /// What the settings call this installation; empty for none.
    pub site: &'n str,
    /// Of the console; empty for none.
    pub link: &'n str,
}

impl<'n> AlertFacts<'n> {
    pub fn new(notification: &'n Notification, site: &'n str, link: &'n str) -> Self {
        Self {
            id: &notification.id,
            alert_id: &notification.alert_id,
            kind: notification.kind.as_str(),
            rule: notification.key.rule().as_str(),
            subject: notification.key.subject(),
            severity: notification.severity.as_str(),
            title: &notification.title,
            text: &notification.text,
            next_step: &notification.next_step,
            at: notification.at,
            fired_at: notification.fired_at,
            repeat: notification.repeat,
            site,
            link,
        }
    }
}

/// A notice as templates see it. Names are those of [`NOTICE_NAMES`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoticeFacts<'n> {
    /// The display name, or the account; empty in the letter to the administrators.
    pub name: String,
    /// `DIR\user`; empty in the letter to the administrators.
    pub account: String,
    pub days: u32,
    /// The first day, in UTC, on which one of the seats may go, such as `2026-11-28`.
    pub goes_from: String,
    pub seats: Vec<NoticeSeatFacts>,
    /// What the settings call this installation; empty for none.
    pub site: &'n str,
    /// Of Qlik Sense; empty for none.
    pub link: &'n str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoticeSeatFacts {
    pub name: String,
    pub account: String,
    pub license_type: &'static str,
    pub idle_days: u32,
    /// Days in UTC.
    pub idle_since: String,
    pub goes_from: String,
    pub reason: String,
}

impl<'n> NoticeFacts<'n> {
    /// About the seats of one person, or of everybody whom only the administrators can tell.
    pub fn new(seats: &[AnnouncedSeat], is_one_person: bool, days: u32, site: &'n str, link: &'n str) -> Self {
        let (name, account) = match seats.first().filter(|_| is_one_person) {
            Some(seat) => (seat.name.clone().unwrap_or_else(|| account(seat)), account(seat)),
            None => (String::new(), String::new()),
        };
        let goes_from = seats.iter().map(|seat| seat.goes_from).min().map(day).unwrap_or_default();
        Self { name, account, days, goes_from, seats: seats.iter().map(seat_facts).collect(), site, link }
    }
}

fn seat_facts(seat: &AnnouncedSeat) -> NoticeSeatFacts {
    NoticeSeatFacts {
        name: seat.name.clone().unwrap_or_default(),
        account: account(seat),
        license_type: seat.license_type.as_str(),
        idle_days: seat.idle_days,
        idle_since: day(seat.idle_since),
        goes_from: day(seat.goes_from),
        reason: seat.reason.clone(),
    }
}

fn account(seat: &AnnouncedSeat) -> String {
    account_name(&seat.account.user_dir, &seat.account.user_id)
}

fn day(at: Instant) -> String {
    at.to_string().chars().take_while(|c| *c != 'T').collect()
}
