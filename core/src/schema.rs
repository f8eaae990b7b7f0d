//! JSON Schemas of the texts that stand for values: for whoever describes an interface made of core's types.
//!
//! Everything else derives its schema. Off unless the feature `schema` is on, so that the simulator does not carry it.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::cost::{Currency, Month, Price};
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

impl JsonSchema for Month {
    fn schema_name() -> Cow<'static, str> {
        "Month".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A month of the UTC calendar, such as `2026-10`.", "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}$"
        })
    }
}

impl JsonSchema for Currency {
    fn schema_name() -> Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A currency by its ISO 4217 code, such as `EUR`.", "type": "string", "pattern": "^[A-Z]{3}$"
        })
    }
}

impl JsonSchema for Price {
    fn schema_name() -> Cow<'static, str> {
        "Price".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A price as it is written, such as `35.5`, in whole units of the currency.",
            "type": "string", "pattern": "^[0-9]+([.][0-9]{1,6})?$"
        })
    }
}
