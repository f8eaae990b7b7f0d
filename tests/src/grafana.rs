//! What the dashboards in `grafana/dashboards` ask of the databases, with values in place of Grafana's variables.
//!
//! Nothing here speaks to a database: [`answers`] does. Nothing here knows what a query means.

pub mod answers;
pub mod documented;
pub mod tokens;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// The time that a dashboard shows unless a panel has one of its own.
pub const SHOWN_DAYS: u32 = 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    InfluxQl,
    PromQl,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asker {
    /// Title and letter of the query.
    Panel(String),
    Annotation(String),
    /// The answer is what the variable may be.
    Variable(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub kind: Kind,
    pub asker: Asker,
    /// As it stands in the file, with variables.
    pub text: String,
    /// How much time before now it is about.
    pub span_days: u32,
}

/// What stands for each variable; more than one value for one that takes several.
pub type Values = BTreeMap<String, Vec<String>>;

/// The dashboards by file name.
pub fn dashboards() -> BTreeMap<String, Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../grafana/dashboards");
    let files = fs::read_dir(&folder).expect("the folder of dashboards can be read");
    let paths = files.map(|file| file.expect("the folder can be read on").path());
    let json = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    json.map(|path| (file_name(&path), read(&path))).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().expect("a file has a name").to_string_lossy().into_owned()
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("a dashboard can be read");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every query of a dashboard: of its variables, its annotations, and its panels, in rows or not.
pub fn queries(dashboard: &Value) -> Vec<Query> {
    let mut found = Vec::new();
    for variable in list(&dashboard["templating"]["list"]).iter().filter(|variable| variable["type"] == "query") {
        let asker = Asker::Variable(text(&variable["name"]));
        found.push(query(&variable["datasource"], asker, &variable["definition"], SHOWN_DAYS));
    }
    for annotation in list(&dashboard["annotations"]["list"]).iter().filter(|annotation| annotation["builtIn"] != 1) {
        let asker = Asker::Annotation(text(&annotation["name"]));
        found.push(query(&annotation["datasource"], asker, &annotation["target"]["query"], SHOWN_DAYS));
    }
    for panel in panels(dashboard) {
        let span_days = panel["timeFrom"].as_str().map_or(SHOWN_DAYS, days);
        for target in list(&panel["targets"]) {
            let asker = Asker::Panel(format!("{} ({})", text(&panel["title"]), text(&target["refId"])));
            let written = if target["expr"].is_string() { &target["expr"] } else { &target["query"] };
            found.push(query(&target["datasource"], asker, written, span_days));
        }
    }
    found
}

fn query(datasource: &Value, asker: Asker, written: &Value, span_days: u32) -> Query {
    let kind = match datasource["type"].as_str() {
        Some("influxdb") => Kind::InfluxQl,
        Some("prometheus") => Kind::PromQl,
        other => panic!("{asker:?} asks {other:?}"),
    };
    Query { kind, asker, text: text(written), span_days }
}

fn days(time_from: &str) -> u32 {
    let number = time_from.strip_suffix('d').expect("a panel's own time is given in days");
    number.parse().expect("a panel's own time is a number of days")
}

/// All panels, each row before the panels that are folded into it.
pub fn panels(dashboard: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    for panel in list(&dashboard["panels"]) {
        found.push(panel);
        found.extend(list(&panel["panels"]));
    }
    found
}

/// An absent list is an empty one.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What the dashboard's own file says about its variables: boxes and choices, not those that ask a database.
pub fn chosen(dashboard: &Value) -> Values {
    let variables = list(&dashboard["templating"]["list"]).iter();
    let fixed = variables.filter(|variable| variable["type"] == "textbox" || variable["type"] == "custom");
    fixed.map(|variable| (text(&variable["name"]), vec![text(&variable["current"]["value"])])).collect()
}

/// The query as Grafana sends it. Stretches of a chart are six hours long.
///
/// # Panics
/// When the query uses a variable that has no value, or a variable or format that this function does not know.
pub fn substituted(query: &Query, values: &Values, now_ms: i64) -> String {
    let from_ms = now_ms - i64::from(query.span_days) * 24 * 60 * 60 * 1000;
    let mut asked = query.text.replace("$timeFilter", &format!("time >= {from_ms}ms and time <= {now_ms}ms"));
    asked = asked.replace("$__interval", "6h").replace("$__range", &format!("{}d", query.span_days));
    while let Some(start) = asked.find("${") {
        let length = asked[start..].find('}').unwrap_or_else(|| panic!("a brace is open in {}", query.text));
        let inner = &asked[start + 2..start + length];
        let (name, format) = inner.split_once(':').unwrap_or((inner, ""));
        let of_name = values.get(name).unwrap_or_else(|| panic!("{name} has no value in {}", query.text));
        let written = formatted(query.kind, of_name, format);
        asked.replace_range(start..=start + length, &written);
    }
    let unknown = asked.match_indices('$').find(|(at, _)| asked[at + 1..].starts_with(char::is_alphabetic));
    assert!(unknown.is_none(), "an unknown variable is left in {asked}");
    asked
}

/// As Grafana writes a variable: `raw` and `regex` in `InfluxQL`, and without a format in `PromQL`, where its data
/// source writes a regular expression for a text in quotes. The other way round would be wrong for some values.
fn formatted(kind: Kind, values: &[String], format: &str) -> String {
    match (kind, format, values) {
        (Kind::InfluxQl, "raw", [value]) => value.clone(),
        (Kind::InfluxQl, "regex", values) => any_of(values),
        (Kind::PromQl, "", values) => any_of(values).replace('\\', "\\\\"),
        _ => panic!("{values:?} cannot be written as {format:?} in {kind:?}"),
    }
}

fn any_of(values: &[String]) -> String {
    let parts: Vec<String> = values.iter().map(|value| escaped(value)).collect();
    match &parts[..] {
        [part] => part.clone(),
        several => format!("({})", several.join("|")),
    }
}

fn escaped(value: &str) -> String {
    let mut written = String::new();
    for letter in value.chars() {
        if "\\^$*+?.()|[]{}/".contains(letter) {
            written.push('\\');
        }
        written.push(letter);
    }
    written
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text")).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn influx(text: &str) -> Query {
        let asker = Asker::Panel("a panel (A)".to_owned());
        Query { kind: Kind::InfluxQl, asker, text: text.to_owned(), span_days: 1 }
    }

    fn check(asked: &str, values: &[(&str, &[&str])], expected: &str) {
        let own = |all: &&[&str]| all.iter().map(|value| (*value).to_owned()).collect();
        let values = values.iter().map(|(name, all)| ((*name).to_owned(), own(all))).collect();
        assert_eq!(substituted(&influx(asked), &values, 86_400_001), expected);
    }

    #[test]
    fn variables_become_what_grafana_would_send() {
        check("WHERE $timeFilter", &[], "WHERE time >= 1ms and time <= 86400001ms");
        check("GROUP BY time($__interval)", &[], "GROUP BY time(6h)");
        check("x[$__range]", &[], "x[1d]");
        check("=~ /^${a:regex}$/", &[("a", &["one"])], "=~ /^one$/");
        check("=~ /^${a:regex}$/", &[("a", &["one", "t.o"])], "=~ /^(one|t\\.o)$/");
        check("=~ /^${a:regex}$/", &[("a", &["ACME\\jdoe"])], "=~ /^ACME\\\\jdoe$/");
        check("\"idle_${n:raw}_days\" * ${p:raw}", &[("n", &["90"]), ("p", &["15"])], "\"idle_90_days\" * 15");
    }

    #[test]
    fn prometheus_gets_its_backslashes_twice() {
        let query = Query { kind: Kind::PromQl, ..influx("up{instance=~\"${instance}\"}") };
        let values = Values::from([("instance".to_owned(), vec!["a.b:1".to_owned(), "c".to_owned()])]);
        assert_eq!(substituted(&query, &values, 0), "up{instance=~\"(a\\\\.b:1|c)\"}");
    }

    #[test]
    #[should_panic(expected = "missing has no value")]
    fn a_variable_without_a_value_is_found() {
        check("${missing:raw}", &[], "");
    }

    #[test]
    #[should_panic(expected = "an unknown variable is left")]
    fn a_variable_of_another_form_is_found() {
        check("WHERE x = $other", &[], "");
    }

    #[test]
    #[should_panic(expected = "cannot be written as \"raw\"")]
    fn several_values_are_not_written_as_one() {
        check("${a:raw}", &[("a", &["one", "two"])], "");
    }

    #[test]
    fn queries_are_found_wherever_they_stand() {
        let source = json!({ "type": "influxdb", "uid": "${datasource}" });
        let target = |letter: &str, text: &str| json!({ "refId": letter, "datasource": source, "query": text });
        let dashboard = json!({
            "templating": { "list": [
                { "type": "query", "name": "type", "datasource": source, "definition": "variable" },
                { "type": "textbox", "name": "price", "current": { "value": "15" } },
            ] },
            "annotations": { "list": [
                { "builtIn": 1, "datasource": { "type": "grafana" } },
                { "name": "runs", "datasource": source, "target": { "query": "annotation" } },
            ] },
            "panels": [
                { "type": "text", "title": "no query" },
                { "title": "open", "timeFrom": "1d", "targets": [target("A", "first"), target("B", "second")] },
                { "type": "row", "title": "folded", "panels": [
                    { "title": "inside", "targets": [
                        { "refId": "A", "datasource": { "type": "prometheus" }, "expr": "third" },
                    ] },
                ] },
            ],
        });
        let found = queries(&dashboard);
        let texts: Vec<&str> = found.iter().map(|query| query.text.as_str()).collect();
        assert_eq!(texts, ["variable", "annotation", "first", "second", "third"]);
        assert_eq!(found[0].asker, Asker::Variable("type".to_owned()));
        assert_eq!((found[1].span_days, found[2].span_days), (SHOWN_DAYS, 1));
        assert_eq!((found[3].kind, found[4].kind), (Kind::InfluxQl, Kind::PromQl));
        assert_eq!(chosen(&dashboard), Values::from([("price".to_owned(), vec!["15".to_owned()])]));
    }
}
