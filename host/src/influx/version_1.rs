//! Statements to version 1: creating a database that is not there, and asking what is.

use serde::Deserialize;
use serde_json::Value;

use super::http::{Answer, Http};
use super::settings::Policy;
use super::trouble::Trouble;

/// One table of an answer.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Series {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) columns: Vec<String>,
    #[serde(default)]
    pub(super) values: Vec<Vec<Value>>,
}

#[derive(Deserialize)]
struct Answers {
    #[serde(default)]
    results: Vec<Results>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct Results {
    #[serde(default)]
    series: Vec<Series>,
    error: Option<String>,
}

/// Creates the database, with its default retention policy in the same statement: there is no moment in which points
/// would be kept for ever.
pub(super) async fn create(http: &Http, database: &str, policy: Option<&Policy>) -> Result<(), Trouble> {
    let kept = policy.map(|policy| {
        format!(" WITH DURATION {} REPLICATION 1 NAME {}", duration(&policy.duration), identifier(&policy.name))
    });
    let statement = format!("CREATE DATABASE {}{}", identifier(database), kept.unwrap_or_default());
    let answer = http.post_form("/query", &[("q", &statement)]).await?;
    series(http, &answer).map(|_| tracing::warn!("InfluxDB had no database `{database}`: it was created"))
}

/// What a statement that only looks answers.
pub(super) async fn ask(http: &Http, statement: &str) -> Result<Vec<Series>, Trouble> {
    let answer = http.get("/query", &[("q", statement)]).await?;
    series(http, &answer)
}

fn series(http: &Http, answer: &Answer) -> Result<Vec<Series>, Trouble> {
    let host = http.settings().host.clone();
    let status = answer.status;
    let Ok(answers) = serde_json::from_str::<Answers>(&answer.text) else {
        let text: String = answer.text.chars().filter(|char| !char.is_control()).take(200).collect();
        return Err(Trouble::NotInflux { host, status, text });
    };
    let error = answers.error.or_else(|| answers.results.iter().find_map(|result| result.error.clone()));
    match (status, error) {
        (401 | 403, error) => Err(Trouble::Credentials { host, status, text: error.unwrap_or_default() }),
        (200, None) => Ok(answers.results.into_iter().flat_map(|result| result.series).collect()),
        (_, error) => {
            Err(Trouble::Busy { host, status, text: error.unwrap_or_default(), retry_after: answer.retry_after })
        }
    }
}

/// A name in double quotes.
pub(super) fn identifier(name: &str) -> String {
    let mut quoted = String::from("\"");
    for char in name.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            '\n' => quoted.push_str("\\n"),
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

/// The settings were checked; what is written otherwise in them (`0s`) means for ever.
fn duration(written: &str) -> &str {
    match crate::config::Retention::parse(written) {
        Ok(crate::config::Retention::Forever) | Err(_) => "INF",
        Ok(crate::config::Retention::For(_)) => written,
    }
}
