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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    use steward_core::alert::{AlertKey, Notification, Rule};

    use super::*;

    #[test]
    fn what_is_said_is_read_back_as_it_was_written() {
        let at = Instant::parse("2026-10-05T08:00:00Z").unwrap();
        let mail = Mail { to: vec!["a@b.test".to_owned()], subject: "s".to_owned(), text: "t".to_owned(), html: None };
        let account = Account { user_dir: "ACME".to_owned(), user_id: "jane".to_owned() };
        let seat = LetterSeat { account, license_type: LicenseType::Analyzer, idle_since: at, goes_from: at };
        let news = LicenseNews {
            topic: LicenseTopic::Status,
            license_expired: None,
            expiry_date: "unknown".to_owned(),
            days_until_expiry: None,
        };
        for content in [
            Content::Alert(Notification::test(AlertKey::about(Rule::RunHeld, "cap"), "jane", at)),
            Content::ServerLicense(news),
            Content::Letter(Letter { to: NoticeTo::Owner, mail: mail.clone(), seats: vec![seat] }),
            Content::Mail(mail),
        ] {
            let text = serde_json::to_string(&content).unwrap();
            assert_eq!(serde_json::from_str::<Content>(&text).unwrap(), content, "{text}");
        }
    }
}
