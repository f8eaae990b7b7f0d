//! Looks at the database for `steward check`: who answers, whether we may write, what is there, how long it is kept.
//! Nothing is written: the request that tries the credentials holds a comment, which line protocol passes over.

use serde_json::Value;

use super::answer::{Verdict, read};
use super::http::Http;
use super::settings::{InfluxSettings, Target};
use super::trouble::Trouble;
use super::version_1::{Series, ask, identifier};
use super::write::write_request;
use crate::config::Retention;

/// A line that is no point.
const COMMENT: &str = "# steward check";
/// Measurements of Butler and of Steward.
const MEASUREMENTS: &str = "/^(qlik_sense_(server_)?license|qlik_sense_license_release|steward_.*)$/";
/// The fields that are no numbers; all others are written as floats.
const OTHERS: [(&str, &str, &str); 5] = [
    ("qlik_sense_server_license", "license_expired", "boolean"),
    ("qlik_sense_server_license", "expiry_date", "string"),
    ("steward_user_activity", "never_used", "boolean"),
    ("steward_plan", "held_by_run_gate", "boolean"),
    ("steward_run", "stopped", "boolean"),
];

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// As the server says it; `VictoriaMetrics` does not.
    pub version: Option<String>,
    pub database: DatabaseLook,
    /// How long points are kept: as the server says it where it can be asked, else as the settings say.
    pub retention: Option<Retention>,
    /// The name of the default retention policy of version 1.
    pub default_policy: Option<String>,
    /// Fields whose type in the database is another one than ours: `measurement.field is integer, not float`.
    pub conflicts: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseLook {
    /// It takes our points.
    Ready,
    /// Version 1: it is created with the first point.
    WillBeCreated,
}

/// Asks the server.
///
/// # Errors
/// When it could not take our points as the settings are.
pub async fn inspect(settings: &InfluxSettings) -> Result<Inspection, Trouble> {
    let http = Http::new(settings.clone())?;
    let version = http.get("/ping", &[]).await?.version;
    let answer = write_request(&http, COMMENT.to_owned()).await?;
    let database = match read(&answer, &settings.target, &settings.host) {
        // Versions that complain about an empty batch have looked at the credentials and the database before.
        Verdict::Written | Verdict::Refused(_) | Verdict::TooLarge(_) => DatabaseLook::Ready,
        Verdict::NoDatabase(_) => DatabaseLook::WillBeCreated,
        Verdict::Trouble(trouble) => return Err(trouble),
    };
    let mut found =
        Inspection { version, database, retention: settings.retention, default_policy: None, conflicts: Vec::new() };
    match (&settings.target, database) {
        (Target::Version1 { database, .. }, DatabaseLook::Ready) => look_into(&http, database, &mut found).await,
        (Target::Version2 { org, bucket }, _) => {
            found.retention = bucket_retention(&http, org, bucket).await.or(settings.retention);
        }
        _ => {}
    }
    Ok(found)
}

/// What version 1 tells. An account that may only write, and programs that speak only its write API, do not tell it.
async fn look_into(http: &Http, database: &str, found: &mut Inspection) {
    let policies = ask(http, &format!("SHOW RETENTION POLICIES ON {}", identifier(database))).await;
    if let Some(policy) = policies.ok().as_deref().and_then(default_policy) {
        found.retention = Retention::parse(&policy.1).ok().or(found.retention);
        found.default_policy = Some(policy.0);
    }
    let fields = ask(http, &format!("SHOW FIELD KEYS ON {} FROM {MEASUREMENTS}", identifier(database))).await;
    found.conflicts = fields.map(|series| conflicts(&series)).unwrap_or_default();
}

/// Name and duration.
fn default_policy(series: &[Series]) -> Option<(String, String)> {
    let table = series.first()?;
    let column = |name: &str| table.columns.iter().position(|column| column == name);
    let (name, duration, default) = (column("name")?, column("duration")?, column("default")?);
    let row = table.values.iter().find(|row| row.get(default) == Some(&Value::Bool(true)))?;
    Some((row.get(name)?.as_str()?.to_owned(), row.get(duration)?.as_str()?.to_owned()))
}

fn conflicts(series: &[Series]) -> Vec<String> {
    let mut conflicts = Vec::new();
    for table in series {
        for row in &table.values {
            let [Value::String(field), Value::String(found)] = row.as_slice() else { continue };
            let other = OTHERS.iter().find(|(measurement, name, _)| *measurement == table.name && name == field);
            let expected = other.map_or("float", |(_, _, kind)| kind);
            if found != expected {
                conflicts.push(format!("`{}.{field}` is {found}, not {expected}", table.name));
            }
        }
    }
    conflicts
}

/// How long the bucket keeps points; `None` when the token may not look.
async fn bucket_retention(http: &Http, org: &str, bucket: &str) -> Option<Retention> {
    let answer = http.get("/api/v2/buckets", &[("org", org), ("name", bucket)]).await.ok()?;
    let json: Value = serde_json::from_str(&answer.text).ok()?;
    let found = json.get("buckets")?.as_array()?.iter().find(|found| found["name"] == bucket)?;
    let rule = found.get("retentionRules")?.as_array()?.first();
    match rule.and_then(|rule| rule.get("everySeconds")).and_then(Value::as_u64) {
        None | Some(0) => Some(Retention::Forever),
        Some(seconds) => Some(Retention::For(std::time::Duration::from_secs(seconds))),
    }
}
