//! Passwords and tokens: usable, never shown. In the file they stand as they are, as `${env:NAME}` or `${file:PATH}`.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};

use super::problem::{printable, quoted};

/// What is shown instead.
pub const HIDDEN: &str = "***";
/// Size of a file that holds one secret; a long JWT is about 4 kB.
const SECRET_BYTES_MAX: usize = 64 * 1024;

/// A text that is never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

impl JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "writeOnly": true })
    }
}

/// The secret that a setting stands for. An error is a message for the user.
pub fn resolve(written: &str, folder: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let Some(reference) = written.trim().strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) else {
        return Ok(written.to_owned());
    };
    match reference.split_once(':') {
        Some(("env", name)) => {
            variable(name).ok_or_else(|| format!("the environment variable {} is not set", quoted(name)))
        }
        Some(("file", path)) => read_file(&folder.join(path)).map_err(|cause| {
            format!("cannot read the secret from {}: {cause}", quoted(&folder.join(path).display().to_string()))
        }),
        // Anything else may be a password that looks odd.
        _ => Ok(written.to_owned()),
    }
}

fn read_file(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(SECRET_BYTES_MAX).unwrap_or(u64::MAX);
    let file = File::open(path).map_err(|fault| printable(&fault.to_string()))?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|fault| printable(&fault.to_string()))?;
    if bytes.len() > SECRET_BYTES_MAX {
        return Err(format!("it is larger than {SECRET_BYTES_MAX} bytes"));
    }
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
