//! One request, read and checked: what every handler is given.
//!
//! A handler's signature says what it takes and answers, and the router, the check of the request and the OpenAPI
//! description are made of that signature, so that none of them can say something else.

use std::any::TypeId;
use std::net::IpAddr;

use axum::body::to_bytes;
use axum::extract::{FromRequestParts as _, Path, Query, Request};
use axum::http::header;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Api;
use super::door::Caller;
use super::guard::Ends;
use super::problem::{Code, Problem};

/// Nothing that is asked for here is longer: a list of people to give seats back to is the longest.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// No parameters, or no body. Whatever is there all the same is refused: it was meant to say something.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A request: who asks, and the parameters of the path, of the query and of the body.
pub struct Call<P = Nothing, Q = Nothing, B = Nothing> {
    pub api: Api,
    pub caller: Caller,
    /// Where the request comes from.
    pub peer: IpAddr,
    pub path: P,
    pub query: Q,
    pub body: B,
}

/// What the parts of a request can be read into.
pub trait Part: DeserializeOwned + JsonSchema + Send + 'static {}
impl<T: DeserializeOwned + JsonSchema + Send + 'static> Part for T {}

/// There is nothing to be read.
pub fn is_nothing<T: 'static>() -> bool {
    TypeId::of::<T>() == TypeId::of::<Nothing>()
}

impl<P: Part, Q: Part, B: Part> Call<P, Q, B> {
    /// Reads a request whose sender was let in.
    ///
    /// # Errors
    /// When a part of it is not what the handler takes.
    pub async fn read(api: Api, request: Request) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let caller = parts.extensions.get::<Caller>().cloned().unwrap_or(Caller::Nobody);
        let peer = parts.extensions.get::<Ends>().map_or(IpAddr::from([127, 0, 0, 1]), |ends| ends.peer);
        let unreadable = |what: &str| Problem::new(Code::Unreadable, format!("cannot read the address: {what}"));
        let path = if is_nothing::<P>() {
            nothing()?
        } else {
            let read = Path::<P>::from_request_parts(&mut parts, &()).await;
            read.map_err(|error| unreadable(&error.body_text()))?.0
        };
        let query = Query::<Q>::try_from_uri(&parts.uri).map_err(|error| unreadable(&error.body_text()))?.0;
        let declared = parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if declared.is_some_and(|length: u64| length > BODY_BYTES_MAX as u64) {
            return Err(too_large());
        }
        // A body that comes too slowly is the time-out's affair.
        let bytes = to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| too_large())?;
        let is_json =
            parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
                let essence = value.split(';').next().unwrap_or_default().trim();
                essence.eq_ignore_ascii_case("application/json")
            });
        let body = match bytes.is_empty() {
            true => parse(b"{}")?,
            false if !is_json => {
                return Err(Problem::new(Code::NotJson, "send JSON, with `Content-Type: application/json`"));
            }
            // A list would be taken for the members of an object, in their order.
            false if bytes.trim_ascii_start().starts_with(b"[") => {
                return Err(Problem::new(Code::Invalid, "cannot use the body: it is a list, not an object"));
            }
            false => parse(&bytes)?,
        };
        Ok(Self { api, caller, peer, path, query, body })
    }
}

fn nothing<T: DeserializeOwned>() -> Result<T, Problem> {
    parse(b"{}")
}

fn too_large() -> Problem {
    Problem::new(Code::TooLarge, format!("the body is larger than {BODY_BYTES_MAX} bytes, and nothing here needs more"))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (path, cause) = (error.path().to_string(), error.into_inner());
        if cause.is_data() {
            let place = if path == "." { String::new() } else { format!("`{path}`: ") };
            Problem::new(Code::Invalid, format!("cannot use the body: {place}{cause}"))
        } else {
            Problem::new(Code::Unreadable, format!("the body is no JSON: {cause}"))
        }
    })
}
