//! What is said, independent of where it goes.

use serde::{Deserialize, Serialize};
use steward_core::alert::Notification;
use steward_core::instant::Instant;
use steward_core::ledger::NoticeTo;
use steward_core::license_type::LicenseType;
use steward_core::settings::Account;

/// Something to be said to one sink or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The same event has the same id, also after a restart; so receivers can tell what they were told before.
    pub id: String,
    pub at: Instant,
    pub content: Content,
}

/// What is said.
// The name of the tag is a field of none of them: a notification has a `kind` of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Content {
    Alert(Notification),
    /// What Butler tells about the server's licence, in its own shapes.
    ServerLicense(LicenseNews),
    Letter(Letter),
    Mail(Mail),
}

/// What Butler's webhooks and topics are told about the licence of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LicenseNews {
    pub topic: LicenseTopic,
    /// `None` when nobody can tell.
    pub license_expired: Option<bool>,
    /// Such as `2027-01-31`, or `unknown`.
    pub expiry_date: String,
    pub days_until_expiry: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LicenseTopic {
    /// At each reading.
    Status,
    Expired,
    Expiring,
}

/// A notice: some seats go unless they are used. That it was taken is written into the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Letter {
    pub to: NoticeTo,
    pub mail: Mail,
    /// Never empty.
    pub seats: Vec<LetterSeat>,
}

/// A seat that a letter is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LetterSeat {
    pub account: Account,
    pub license_type: LicenseType,
    pub idle_since: Instant,
    /// What the letter says: not before this day.
    pub goes_from: Instant,
}

/// A finished mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Mail {
    /// Plain addresses.
    pub to: Vec<String>,
    pub subject: String,
    pub text: String,
    /// The same for programs that show HTML.
    pub html: Option<String>,
}

#[cfg(test)]
mod tests {
    use steward_core::alert::{AlertKey, Rule};

    use super::*;

    #[test]
    fn what_waits_is_read_as_it_was_written() {
        let at = Instant::UNIX_EPOCH;
        let mail = Mail { to: vec!["a@acme.test".into()], subject: "s".into(), text: "t".into(), html: None };
        let news = LicenseNews {
            topic: LicenseTopic::Status,
            license_expired: None,
            expiry_date: "unknown".into(),
            days_until_expiry: None,
        };
        for content in [
            Content::Alert(Notification::test(AlertKey::new(Rule::RunHeld), "anna", at)),
            Content::ServerLicense(news),
            Content::Mail(mail),
        ] {
            let written = serde_json::to_string(&content).unwrap();
            assert_eq!(serde_json::from_str::<Content>(&written).unwrap(), content, "{written}");
        }
    }
}
