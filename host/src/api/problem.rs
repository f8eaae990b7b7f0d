//! What goes wrong, as JSON: a word for programs, and a sentence for people that says what to do next.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

/// Why a request was not granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Problem")]
pub struct ProblemBody {
    pub code: Code,
    /// A sentence for people, with what to do next.
    pub message: String,
}

/// What kind of problem it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "ProblemCode")]
pub enum Code {
    /// 400: the address, its parameters or the JSON cannot be read.
    Unreadable,
    /// 401: there is no token, or it is not a good one.
    NotSignedIn,
    /// 403: the token is a good one, and may not do this.
    NotAllowed,
    /// 403: a page of another site asks.
    ForeignOrigin,
    /// 404
    NotFound,
    /// 405: the address is right, and the method is not.
    WrongMethod,
    /// 408: the request did not arrive in time.
    TooSlow,
    /// 409: not in this state, or not while something else is at work.
    Conflict,
    /// 413: the body is larger than anything that is asked for here.
    TooLarge,
    /// 415: the body is not JSON.
    NotJson,
    /// 421: the name in `Host` is not one of this daemon's.
    ForeignHost,
    /// 422: the JSON can be read, and says something that cannot be.
    Invalid,
    /// 429: come back after `Retry-After` seconds.
    TooMany,
    /// 500: it failed; nothing is known to be wrong with the request.
    Failed,
    /// 503: too much waits already, or the daemon is starting or stopping.
    Unavailable,
}

impl Code {
    pub fn status(self) -> StatusCode {
        match self {
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::NotAllowed | Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::ForeignHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// A problem on its way to whoever asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub body: ProblemBody,
    /// Seconds after which it makes sense to ask again.
    pub retry_after: Option<u64>,
}

impl Problem {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { body: ProblemBody { code, message: message.into() }, retry_after: None }
    }

    pub fn after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds.max(1)), ..self }
    }

    /// Something of ours failed. The chain of causes is told: whoever asks has a token.
    pub fn failed(error: &(dyn std::error::Error + 'static)) -> Self {
        Self::new(Code::Failed, crate::error_chain::text(error))
    }

    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(Code::Conflict, message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Code::NotFound, message)
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::Invalid, message)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.body.code.status(), Json(self.body)).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if response.status() == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"steward\""));
        }
        response
    }
}
