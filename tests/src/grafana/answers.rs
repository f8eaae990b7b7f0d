//! Asks a real `InfluxDB` and a real Prometheus, or what speaks its language, every query of every dashboard.
//!
//! Starting them and filling them is the business of whoever calls. For every query to have an answer the data must
//! hold, within the last 30 days: every access type, tokens and analyzer capacity among them; runs of both kinds; at
//! least one seat taken of each type that has a price; and, within the last day, points of `steward_user_activity`.
//! Metrics need the label `instance`, as Prometheus adds it.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Url};
use serde_json::Value;

use super::{Asker, Kind, Query, SHOWN_DAYS, Values, chosen, dashboards, list, queries, substituted};

/// Values of a variable that are tried; a query has to fit into an address.
const CHOICES_MAX: usize = 20;
/// Names that may have no value: whether a pool is about to be exhausted is not for the data to promise.
const MAY_BE_MISSING: [&str; 3] = ["lower_days", "median_days", "steward_forecast_days"];

/// Where the databases are, and the end of the time that the dashboards show.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    influx_base: &'a str,
    database: &'a str,
    prometheus_base: &'a str,
    now_ms: i64,
}

/// The bases are like `http://127.0.0.1:8086`; `now_ms` is Unix time.
///
/// # Panics
/// With a list of all queries that were refused or have an empty answer.
pub async fn every_query_answers(influx_base: &str, database: &str, prometheus_base: &str, now_ms: i64) {
    let asked = Asked { influx_base, database, prometheus_base, now_ms };
    let http = http();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (file, dashboard) in dashboards() {
        let mut values = chosen(&dashboard);
        // Variables come first, so that what they may be is known when the panels are asked.
        for query in queries(&dashboard) {
            count += 1;
            let found = answer(&http, asked, &query, &values).await.unwrap_or_else(|problem| {
                wrong.push(format!("{file}: {:?}: {problem}", query.asker));
                Vec::new()
            });
            if let Asker::Variable(name) = query.asker {
                values.insert(name, choices(&found));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count} queries:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 0, "there are queries");
}

/// A variable that takes one value stands for some of them at once: its panels must answer for one at least, and
/// people whose seat has long gone are still among the choices.
fn choices(found: &[Value]) -> Vec<String> {
    found.iter().take(CHOICES_MAX).filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The values of the answer that are not null, at least one.
async fn answer(http: &Client, asked: Asked<'_>, query: &Query, values: &Values) -> Result<Vec<Value>, String> {
    let text = substituted(query, values, asked.now_ms);
    let found = match query.kind {
        Kind::InfluxQl => influxql(http, asked, &text).await?,
        Kind::PromQl => match label_values(&text) {
            Some((metric, label)) => label_of(http, asked, metric, label).await?,
            None => promql(http, asked, query.span_days, &text).await?,
        },
    };
    let may_be_empty = MAY_BE_MISSING.iter().any(|name| text.contains(name));
    if found.is_empty() && !may_be_empty { Err(format!("empty answer to {text}")) } else { Ok(found) }
}

async fn influxql(http: &Client, asked: Asked<'_>, text: &str) -> Result<Vec<Value>, String> {
    let base = format!("{}/query", asked.influx_base);
    let answer = get(http, &base, &[("db", asked.database), ("epoch", "ms"), ("q", text)]).await?;
    let result = &answer["results"][0];
    if let Some(error) = answer["error"].as_str().or(result["error"].as_str()) {
        return Err(format!("{error}: {text}"));
    }
    let rows = list(&result["series"]).iter().flat_map(|series| list(&series["values"]));
    // The first column is the time, or the key of a tag.
    let cells = rows.flat_map(|row| list(row).iter().skip(1));
    Ok(cells.filter(|cell| !cell.is_null()).cloned().collect())
}

async fn promql(http: &Client, asked: Asked<'_>, span_days: u32, text: &str) -> Result<Vec<Value>, String> {
    let series = matrix(http, asked, span_days, text).await?;
    let pairs = series.iter().flat_map(|one| list(&one["values"]));
    Ok(pairs.map(|pair| pair[1].clone()).filter(|value| value != "NaN").collect())
}

async fn label_of(http: &Client, asked: Asked<'_>, metric: &str, label: &str) -> Result<Vec<Value>, String> {
    let series = matrix(http, asked, SHOWN_DAYS, &format!("count by ({label}) ({metric})")).await?;
    Ok(series.iter().map(|one| one["metric"][label].clone()).filter(|value| !value.is_null()).collect())
}

/// Asks for 240 instants.
async fn matrix(http: &Client, asked: Asked<'_>, span_days: u32, text: &str) -> Result<Vec<Value>, String> {
    let span_s = i64::from(span_days) * 24 * 60 * 60;
    let end_s = asked.now_ms / 1000;
    let (start, end, step) = ((end_s - span_s).to_string(), end_s.to_string(), (span_s / 240).to_string());
    let base = format!("{}/api/v1/query_range", asked.prometheus_base);
    let parameters: [(&str, &str); 4] = [("query", text), ("start", &start), ("end", &end), ("step", &step)];
    let answer = get(http, &base, &parameters).await?;
    match answer["error"].as_str() {
        Some(error) => Err(format!("{error}: {text}")),
        None => Ok(list(&answer["data"]["result"]).to_vec()),
    }
}

/// Grafana's own way to ask for the values of a label.
fn label_values(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("label_values(")?.strip_suffix(')')?.split_once(", ")
}

async fn get(http: &Client, base: &str, parameters: &[(&str, &str)]) -> Result<Value, String> {
    let url = Url::parse_with_params(base, parameters).map_err(|error| format!("{base}: {error}"))?;
    let answer = http.get(url).send().await.map_err(|error| format!("{base}: {error}"))?;
    answer.json().await.map_err(|error| format!("{base}: {error}"))
}

/// For servers of this machine, without TLS: it trusts nobody.
fn http() -> Client {
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring knows the usual versions of TLS")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let builder = Client::builder().tls_backend_preconfigured(tls).no_proxy().timeout(Duration::from_mins(1));
    builder.build().expect("an HTTP client can be made")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_variable_does_not_grow_beyond_an_address() {
        let people: Vec<Value> = (0..1_000).map(|number| json!(format!("ACME\\{number}"))).collect();
        assert_eq!(choices(&people).len(), CHOICES_MAX);
        assert_eq!(choices(&people)[1], "ACME\\1");
        assert!(choices(&[]).is_empty());
    }

    #[test]
    fn label_values_are_taken_apart() {
        assert_eq!(
            label_values("label_values(steward_build_info, instance)"),
            Some(("steward_build_info", "instance"))
        );
        assert_eq!(label_values("steward_build_info"), None);
    }
}
