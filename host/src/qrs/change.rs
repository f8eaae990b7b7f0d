//! One seat: reading it once more, taking it, giving it back. What changes something is sent once and never repeated;
//! when no answer comes, whoever called looks at the server to find out.

use reqwest::Method;
use serde_json::{Value, json};
use steward_core::ids::{LicenseId, UserGuid};
use steward_core::license_type::LicenseType;
use steward_core::snapshot::{Seat, User};

use super::client::{Client, Connection, malformed};
use super::error::QrsError;
use super::request::Target;
use super::wire::seat::{self, ListedSeat};
use super::wire::user::{self, Person};

/// The answer to an allocation is one small object.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// What came of a request that changes something.
#[derive(Debug)]
pub enum Answer<T> {
    Accepted(T),
    /// The server knows no such seat.
    NotFound(String),
    /// The server refused, or never got the request: nothing was changed.
    Refused(QrsError),
    /// Nobody can tell from here whether it was carried out.
    Lost(QrsError),
}

/// The owner of a seat, read once more.
#[derive(Debug)]
pub enum OwnerNow {
    Known(Box<User>),
    /// The server does not say all that protections depend on.
    Incomplete(String),
    Gone,
}

impl Client {
    /// One seat as it is now; `None` when there is no such seat.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn seat(&self, license_type: LicenseType, id: &LicenseId) -> Result<Option<Seat>, QrsError> {
        let target = one(license_type, id);
        let Some(value) = self.connection.get_one(&target).await? else { return Ok(None) };
        let row = value.to_string();
        seat::read(row.as_bytes(), license_type).map(Some).map_err(|problem| malformed(&target, problem))
    }

    /// One user as they are now, without attributes unless asked for.
    ///
    /// # Errors
    /// When the user cannot be read.
    pub async fn user(&self, guid: &UserGuid, attributes: bool) -> Result<OwnerNow, QrsError> {
        let target = Target::new(format!("user/{guid}"));
        let Some(value) = self.connection.get_one(&target).await? else { return Ok(OwnerNow::Gone) };
        let row = value.to_string();
        let person = if attributes { user::read_with_attributes(row.as_bytes()) } else { user::read(row.as_bytes()) };
        Ok(match person.map_err(|problem| malformed(&target, problem))? {
            Person::Complete(user) => OwnerNow::Known(Box::new(user)),
            Person::Incomplete(user) => OwnerNow::Incomplete(user.problem),
        })
    }

    /// Every seat of a type, quarantined ones with the end of their quarantine.
    ///
    /// # Errors
    /// When the list cannot be read completely.
    pub async fn listed_seats(&self, license_type: LicenseType) -> Result<Vec<ListedSeat>, QrsError> {
        let target = Target::new(format!("license/{license_type}accesstype/full"));
        self.connection.get_rows(&target, |row| seat::read_listed(row, license_type)).await
    }

    /// Takes a seat from its owner.
    pub async fn delete_seat(&self, license_type: LicenseType, id: &LicenseId) -> Answer<()> {
        match self.connection.change(Method::DELETE, &one(license_type, id), None).await {
            Answer::Accepted(_) => Answer::Accepted(()),
            Answer::NotFound(text) => Answer::NotFound(text),
            Answer::Refused(error) => Answer::Refused(error),
            Answer::Lost(error) => Answer::Lost(error),
        }
    }

    /// Gives a person a seat; the id is that of the new allocation.
    pub async fn allocate_seat(&self, license_type: LicenseType, user: &UserGuid) -> Answer<LicenseId> {
        let target = Target::new(format!("license/{license_type}accesstype"));
        let body = json!({ "user": { "id": user.as_str() } });
        let created = match self.connection.change(Method::POST, &target, Some(body.to_string())).await {
            Answer::Accepted(created) => created,
            Answer::NotFound(text) => return Answer::NotFound(text),
            Answer::Refused(error) => return Answer::Refused(error),
            Answer::Lost(error) => return Answer::Lost(error),
        };
        let id = serde_json::from_slice::<Value>(&created)
            .ok()
            .and_then(|value| Some(value.get("id")?.as_str()?.to_lowercase()));
        match id {
            Some(id) if !id.is_empty() => Answer::Accepted(LicenseId::new(id)),
            _ => Answer::Lost(malformed(&target, "the new seat has no id".to_owned())),
        }
    }

    /// Lifts the quarantine of a seat, so that its owner can use it again: reads the whole row and writes it back, as
    /// the server wants it.
    pub async fn reinstate_seat(&self, license_type: LicenseType, id: &LicenseId) -> Answer<()> {
        let target = one(license_type, id);
        let mut row = match self.connection.get_one(&target).await {
            Ok(Some(row)) => row,
            Ok(None) => return Answer::NotFound("the seat is not there any more".to_owned()),
            Err(error) => return Answer::Refused(error),
        };
        if let Some(quarantined) = row.get_mut("quarantined") {
            *quarantined = Value::Bool(false);
        }
        match self.connection.change(Method::PUT, &target, Some(row.to_string())).await {
            Answer::Accepted(_) => Answer::Accepted(()),
            Answer::NotFound(text) => Answer::NotFound(text),
            Answer::Refused(error) => Answer::Refused(error),
            Answer::Lost(error) => Answer::Lost(error),
        }
    }
}

fn one(license_type: LicenseType, id: &LicenseId) -> Target {
    Target::new(format!("license/{license_type}accesstype/{id}"))
}

impl Connection {
    /// An object by its id; `None` when the server knows none.
    async fn get_one(&self, target: &Target) -> Result<Option<Value>, QrsError> {
        match self.get_object(target, None).await {
            Ok(object) if object.value.is_null() => Ok(None),
            Ok(object) => Ok(Some(object.value)),
            Err(QrsError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sends a request that changes something, once, to the host that answered last.
    async fn change(&self, method: Method, target: &Target, json: Option<String>) -> Answer<Vec<u8>> {
        let host = self.preferred_host.load(std::sync::atomic::Ordering::Relaxed);
        let mut body = match self.send(host, method, target, json.map(String::into_bytes)).await {
            Ok(body) => body,
            Err(error) => return failed(error),
        };
        let mut text = Vec::new();
        loop {
            match body.next().await {
                Ok(Some(piece)) if text.len() + piece.len() <= ANSWER_BYTES_MAX => text.extend_from_slice(&piece),
                Ok(Some(_)) => return Answer::Lost(malformed(target, "it is too large".to_owned())),
                Ok(None) => break,
                Err(error) => return Answer::Lost(error),
            }
        }
        body.trace();
        Answer::Accepted(text)
    }
}

/// Only what certainly was not carried out counts as refused. Trouble with TLS may come after the request was read.
fn failed<T>(error: QrsError) -> Answer<T> {
    match error {
        QrsError::NotFound { text, .. } => Answer::NotFound(text),
        QrsError::Settings { .. }
        | QrsError::Credentials(_)
        | QrsError::UnknownHost { .. }
        | QrsError::ConnectionRefused { .. }
        | QrsError::ConnectTimeout { .. }
        | QrsError::Unreachable { .. }
        | QrsError::CrossSiteKey { .. }
        | QrsError::AccountInactive { .. }
        | QrsError::Forbidden { .. }
        | QrsError::HostNotAllowed { .. }
        | QrsError::NotCentralNode { .. }
        | QrsError::BadRequest { .. }
        | QrsError::Conflict { .. } => Answer::Refused(error),
        _ => Answer::Lost(error),
    }
}
