//! One request, read and checked: what every handler is given.
//!
//! A handler's signature says what it takes and answers, and the router, the check of the request and the OpenAPI
//! description are made of that signature, so that none of them can say something else.

use std::any::TypeId;
use std::fmt::Display;
use std::net::IpAddr;
use std::ops::RangeInclusive;

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
        let unreadable =
            |what: &str| Problem::new(Code::Unreadable, format!("cannot read the address: {}", plainly(what)));
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
                let (essence, parameters) = value.split_once(';').unwrap_or((value, ""));
                let charset = parameters.split(';').filter_map(|one| one.trim().split_once('='));
                let mut charset = charset.filter(|(name, _)| name.eq_ignore_ascii_case("charset"));
                essence.trim().eq_ignore_ascii_case("application/json")
                    && charset.all(|(_, name)| name.trim_matches('"').eq_ignore_ascii_case("utf-8"))
            });
        let body = match bytes.is_empty() {
            true => parse(b"{}")?,
            false if !is_json => {
                return Err(Problem::new(Code::NotJson, "send JSON in UTF-8, with `Content-Type: application/json`"));
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
    let no_json = |cause: &dyn Display| Problem::new(Code::Unreadable, format!("the body is no JSON: {cause}"));
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (path, cause) = (error.path().to_string(), error.into_inner());
        if cause.is_data() {
            let place = if path == "." { String::new() } else { format!("`{path}`: ") };
            Problem::new(Code::Invalid, format!("cannot use the body: {place}{}", plainly(&cause.to_string())))
        } else {
            no_json(&cause)
        }
    })?;
    // What stands behind it was meant to say something, too.
    reader.end().map_err(|cause| no_json(&cause))?;
    Ok(read)
}

/// Without the words of the language that this is written in.
fn plainly(text: &str) -> String {
    let text = text.replace("invalid digit found in string", "this is no whole number, or it is below 0");
    let text = text.replace("number too large to fit in target type", "this number is too large");
    match text.split_once("expected struct ") {
        Some((before, after)) => {
            let rest = after.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
            format!("{before}expected an object{rest}")
        }
        None => text,
    }
}

/// A number of the query within its bounds.
///
/// # Errors
/// When it lies outside: whoever asks for more than a page holds should know that it is not all.
pub fn within(name: &str, value: u32, bounds: RangeInclusive<u32>) -> Result<u32, Problem> {
    if bounds.contains(&value) {
        return Ok(value);
    }
    let (least, most) = bounds.into_inner();
    Err(Problem::new(Code::Unreadable, format!("`{name}`: {value} does not lie between {least} and {most}")))
}
