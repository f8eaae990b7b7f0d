//! Telling people that a seat goes before it goes: whom to write to, and what counts as a proof that it was done.
//!
//! A notice is about one stretch of idleness of one seat's owner. It counts when it went out after the stretch began, at
//! least `notice_days` ago and not so long ago that nobody remembers; a seat that was used since is another stretch. With
//! notices on, the gate `no-notice` holds every seat without such a notice, whoever was to be told and failed to be. It
//! holds a seat until the day that a notice named, too, whatever became of the settings since: fewer days of notice, or none.
//!
//! Addresses are those that any mail server takes: ASCII, without quotation marks, comments or lists (SMTP without
//! SMTPUTF8). Whoever has another one counts as somebody without an address.
//!
//! Who is told, and in how many letters, is decided here; sending, and the ledger entry that proves it, are the host's.
//! When the guard distrusts what was read, nobody is told anything: a wrong list would frighten people for nothing.

mod address;
mod due;

use serde::{Deserialize, Serialize};

pub use address::{address, is_address};
pub use due::{AnnouncedSeat, DueNotices, Letter, NoticeInput, due};

use crate::instant::{Instant, MS_PER_DAY};
use crate::license_type::LicenseType;
use crate::settings::Account;
use crate::snapshot::Seat;
use crate::text::fold;

/// A notice of more than a quarter ago is forgotten by everybody, so it is sent again and counts anew.
pub const VALID_DAYS: u32 = 90;

/// Notices earlier than this would lapse before enough runs could make use of them. For the settings to check.
pub const DAYS_MAX: u32 = 60;

/// A proof that somebody was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notice {
    pub account: Account,
    pub license_type: LicenseType,
    /// The last use at that time, or the allocation of a seat that was never used.
    pub idle_since: Instant,
    /// When a sink took it.
    pub at: Instant,
    /// What it promises: the seat does not go before. Left out when it names no day, so that memories from before there
    /// was one keep their digests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_from: Option<Instant>,
}

impl Notice {
    /// The same person, the same type, and idle ever since.
    pub fn is_about(&self, seat: &Seat) -> bool {
        self.license_type == seat.license_type
            && seat.idle_since() == Some(self.idle_since)
            && self.at >= self.idle_since
            && fold(&self.account.user_dir) == fold(seat.holder.user_directory())
            && fold(&self.account.user_id) == fold(seat.holder.user_id())
    }

    /// It still counts, or will.
    pub fn holds_at(&self, now: Instant) -> bool {
        !has_lapsed(self.at, now)
    }

    /// It went out at least so many days of 24 hours ago.
    pub fn is_in_time(&self, days: u32, now: Instant) -> bool {
        now.millis_since(self.at) >= i64::from(days) * MS_PER_DAY
    }

    /// The day until which it promises that the seat stays, while that is to come. Settings that changed since change
    /// nothing about a letter that somebody has read.
    pub fn promised_until(&self, now: Instant) -> Option<Instant> {
        self.goes_from.filter(|goes_from| now < *goes_from)
    }
}

/// A notice that went out at `at` does not count any more.
pub fn has_lapsed(at: Instant, now: Instant) -> bool {
    now.millis_since(at) >= i64::from(VALID_DAYS) * MS_PER_DAY
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct NoticeSettings {
    pub to: Recipients,
    /// Attributes of the user that hold an address, in the order in which they are tried.
    pub address_attributes: Vec<String>,
    pub without_address: WithoutAddress,
}

impl Default for NoticeSettings {
    fn default() -> Self {
        Self {
            to: Recipients::Owners,
            // What directory connectors of Qlik Sense import.
            address_attributes: vec!["email".to_owned(), "mail".to_owned()],
            without_address: WithoutAddress::Administrators,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipients {
    /// Each owner for himself.
    Owners,
    /// One letter to the administrators about all of them.
    Administrators,
}

/// What becomes of owners whom nobody can write to, such as deleted ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithoutAddress {
    /// The administrators are told in their place, and that counts.
    Administrators,
    /// Nobody is told, so they keep their seats.
    Keep,
}
