//! What handlers answer, and how the OpenAPI description says so.

use std::marker::PhantomData;

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::work::WorkBody;

/// One answer of an operation.
pub struct Described {
    pub status: StatusCode,
    pub description: &'static str,
    pub content_type: &'static str,
    pub schema: Schema,
}

/// What a handler may answer when all is well.
pub trait Answer: IntoResponse + Send {
    fn describe(schemas: &mut SchemaGenerator) -> Vec<Described>;
}

const JSON: &str = "application/json";

/// Something to look at.
pub struct Shown<T>(pub T);

impl<T: Serialize> IntoResponse for Shown<T> {
    fn into_response(self) -> Response {
        Json(self.0).into_response()
    }
}

impl<T: Serialize + JsonSchema + Send> Answer for Shown<T> {
    fn describe(schemas: &mut SchemaGenerator) -> Vec<Described> {
        let schema = schemas.subschema_for::<T>();
        vec![Described { status: StatusCode::OK, description: "What was asked for.", content_type: JSON, schema }]
    }
}

/// Work that was begun and takes a while.
pub struct Begun(pub WorkBody);

impl IntoResponse for Begun {
    fn into_response(self) -> Response {
        let location = HeaderValue::from_str(&format!("/api/v1/work/{}", self.0.id));
        let mut response = (StatusCode::ACCEPTED, Json(self.0)).into_response();
        if let Ok(location) = location {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

impl Answer for Begun {
    fn describe(schemas: &mut SchemaGenerator) -> Vec<Described> {
        let schema = schemas.subschema_for::<WorkBody>();
        let description = "It was begun. Ask `Location` what came of it, or listen to the events.";
        vec![Described { status: StatusCode::ACCEPTED, description, content_type: JSON, schema }]
    }
}

/// A sentence of the keeper.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Message {
    pub message: String,
}

/// What the keeper said, at once or not yet.
pub struct Told {
    pub is_done: bool,
    pub message: String,
}

impl IntoResponse for Told {
    fn into_response(self) -> Response {
        let status = if self.is_done { StatusCode::OK } else { StatusCode::ACCEPTED };
        (status, Json(Message { message: self.message })).into_response()
    }
}

impl Answer for Told {
    fn describe(schemas: &mut SchemaGenerator) -> Vec<Described> {
        let of = |status, description, schema| Described { status, description, content_type: JSON, schema };
        vec![
            of(StatusCode::OK, "It was done.", schemas.subschema_for::<Message>()),
            of(
                StatusCode::ACCEPTED,
                "A job is at work, and this is done when it has ended.",
                schemas.subschema_for::<Message>(),
            ),
        ]
    }
}

/// A file, byte for byte as it is kept.
pub struct File<K> {
    bytes: Body,
    /// What a browser calls it when it saves it.
    name: String,
    kind: PhantomData<K>,
}

impl<K> File<K> {
    pub fn new(bytes: impl Into<Body>, name: String) -> Self {
        Self { bytes: bytes.into(), name, kind: PhantomData }
    }
}

/// What kind of file it is.
pub trait FileKind: Send {
    const CONTENT_TYPE: &'static str;
    const DESCRIPTION: &'static str;
    fn schema(schemas: &mut SchemaGenerator) -> Schema;
}

impl<K: FileKind> IntoResponse for File<K> {
    fn into_response(self) -> Response {
        let mut response = self.bytes.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(K::CONTENT_TYPE));
        // INVARIANT: names of files are digests and words of ours, so they need no quoting.
        if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", self.name)) {
            headers.insert(header::CONTENT_DISPOSITION, disposition);
        }
        response
    }
}

impl<K: FileKind> Answer for File<K> {
    fn describe(schemas: &mut SchemaGenerator) -> Vec<Described> {
        let schema = K::schema(schemas);
        vec![Described { status: StatusCode::OK, description: K::DESCRIPTION, content_type: K::CONTENT_TYPE, schema }]
    }
}

/// A plan as `steward plan --out` writes it.
pub struct PlanFile;

impl FileKind for PlanFile {
    const CONTENT_TYPE: &'static str = JSON;
    const DESCRIPTION: &'static str = "The stored plan, byte for byte.";

    fn schema(schemas: &mut SchemaGenerator) -> Schema {
        schemas.subschema_for::<steward_core::plan::PlanBody>()
    }
}

/// A snapshot as `steward snapshot --out` writes it.
pub struct Snapshot;

impl FileKind for Snapshot {
    const CONTENT_TYPE: &'static str = JSON;
    const DESCRIPTION: &'static str = "A snapshot file, for the simulator and for `steward plan --snapshot`.";

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "description": "A snapshot file; its format is Steward's own.", "additionalProperties": true })
    }
}

/// The component of a policy.
pub struct Component;

impl FileKind for Component {
    const CONTENT_TYPE: &'static str = "application/wasm";
    const DESCRIPTION: &'static str = "The component, byte for byte: its SHA-256 is the digest in the address.";

    fn schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "binary" })
    }
}
