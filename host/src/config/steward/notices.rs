//! `steward.notices`: telling people that their seat goes before it goes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Telling people that their seat goes before it goes. With notices on, a seat is released only when its owner was told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Notices {
    /// Tell, and hold every seat whose owner was not told in time.
    pub enable: bool,
    /// Days between a notice and the release of the seat.
    #[schemars(range(min = 1, max = 60))]
    pub days: u32,
    /// Who is told: each owner by a mail, or the administrators by one mail about all of them.
    pub to: NoticesTo,
    /// Attributes of the user that hold an address, in the order in which they are tried.
    #[schemars(inner(length(min = 1)))]
    pub address_attributes: Vec<String>,
    /// What becomes of owners without an address, such as deleted users.
    pub without_address: WithoutAddress,
    /// Addresses of the administrators.
    pub administrators: Vec<String>,
    /// The subject of a mail to an owner, as a template.
    pub subject: Option<String>,
    /// The text of a mail to an owner, as a template.
    pub text: Option<String>,
    /// A web address where people use Qlik Sense, for the mail.
    pub link: Option<String>,
}

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoticesTo {
    Owners,
    Administrators,
}

/// What becomes of owners without an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WithoutAddress {
    /// The administrators are told in their place, and that counts.
    Administrators,
    /// Nobody is told, so they keep their seats.
    Keep,
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            enable: false,
            // Long enough for a holiday.
            days: 14,
            to: NoticesTo::Owners,
            address_attributes: vec!["email".to_owned(), "mail".to_owned()],
            without_address: WithoutAddress::Administrators,
            administrators: Vec::new(),
            subject: None,
            text: None,
            link: None,
        }
    }
}
