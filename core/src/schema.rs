//! JSON Schemas of the texts that stand for values: for whoever describes an interface made of core's types.
//!
//! Everything else derives its schema. Off unless the feature `schema` is on, so that the simulator does not carry it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::digest::Digest;
use crate::instant::Instant;
use crate::snapshot::LastUse;

impl JsonSchema for Digest {
    fn schema_name() -> Cow<'static, str> {
        "Digest".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A SHA-256 digest.", "type": "string", "pattern": "^sha256:[0-9a-f]{64}$"
        })
    }
}

impl JsonSchema for Instant {
    fn schema_name() -> Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A point in time, in UTC, such as `2026-11-21T15:00:00Z`; milliseconds only when there are any.",
            "type": "string", "format": "date-time"
        })
    }
}

impl JsonSchema for LastUse {
    fn schema_name() -> Cow<'static, str> {
        "LastUse".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let at = generator.subschema_for::<Instant>();
        json_schema!({
            "description": "When a seat was last used: `never`, `unknown` when the date is missing or unreadable, or an instant.",
            "anyOf": [{ "type": "string", "enum": ["never", "unknown"] }, at]
        })
    }
}
