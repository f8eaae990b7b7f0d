//! The JSON Schema of the settings file, made from the typed sections: for editors, and for the walk.
//!
//! Words of ours beside the standard ones: `x-hint` (said after any problem with the value) and `x-aliases` (other
//! spellings of a choice).

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::Settings;

/// The schema of a whole settings file, every section written out in place.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true).into_generator();
    let mut schema = generator.into_root_schema_for::<Settings>().to_value();
    drop_section_defaults(&mut schema);
    schema
}

/// Every setting says its default; that a section's default is the sum of them needs no saying.
fn drop_section_defaults(schema: &mut Value) {
    if let Value::Object(words) = schema {
        words.retain(|word, value| word != "default" || !value.is_object());
    }
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    properties.into_iter().flatten().for_each(|(_, inner)| drop_section_defaults(inner));
    schema.get_mut("items").into_iter().for_each(drop_section_defaults);
}

/// The schema as text, for `steward config schema`.
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}
