//! The dashboards in `grafana/` as files: what Grafana would trip over, and names that Steward does not write.
//!
//! Whether their queries have answers is asked of real databases with `steward_tests::grafana::answers`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;
use steward_tests::grafana::documented::Documented;
use steward_tests::grafana::{Asker, Kind, Query, Values, chosen, dashboards, list, panels, queries, substituted};

/// Columns of Grafana's grid.
const COLUMNS: i64 = 24;

/// For variables that a database fills.
const ANY_VALUE: &str = "anything";

fn title(panel: &Value) -> &str {
    panel["title"].as_str().expect("a panel has a title")
}

/// Queries of a dashboard with values for all variables.
fn asked(dashboard: &Value) -> Vec<(Query, String)> {
    let queries = queries(dashboard);
    let mut values: Values = chosen(dashboard);
    for query in &queries {
        if let Asker::Variable(name) = &query.asker {
            values.insert(name.clone(), vec![ANY_VALUE.to_owned()]);
        }
    }
    queries.into_iter().map(|query| (query.clone(), substituted(&query, &values, 0))).collect()
}

#[test]
fn every_dashboard_is_there_under_its_own_name() {
    let expected = [
        "capacity-planning.json",
        "cost-optimisation.json",
        "health.json",
        "releases.json",
        "user-activity.json",
        "utilisation.json",
    ];
    let dashboards = dashboards();
    assert_eq!(dashboards.keys().map(String::as_str).collect::<Vec<_>>(), expected);
    let mut titles = BTreeSet::new();
    for (file, dashboard) in &dashboards {
        assert_eq!(dashboard["uid"], format!("steward-{}", file.trim_end_matches(".json")));
        assert!(titles.insert(title(dashboard)), "{file}: another dashboard has the same title");
        assert_eq!(dashboard["id"], Value::Null, "{file}: an id belongs to one Grafana only");
        assert_eq!(dashboard["time"]["from"], "now-30d", "{file}");
        assert_eq!(dashboard["links"][0]["tags"][0], "steward", "{file}: the others can be reached");
    }
}

#[test]
fn panels_have_their_own_ids_and_places() {
    for (file, dashboard) in dashboards() {
        let mut ids = BTreeSet::new();
        for panel in panels(&dashboard) {
            assert!(ids.insert(panel["id"].as_i64().expect("a number")), "{file}: {}: id is taken", title(panel));
        }
        places_are_free(&file, list(&dashboard["panels"]));
        for row in list(&dashboard["panels"]) {
            places_are_free(&file, list(&row["panels"]));
        }
    }
}

fn places_are_free(file: &str, panels: &[Value]) {
    let mut taken = BTreeMap::new();
    for panel in panels {
        let side = |name: &str| panel["gridPos"][name].as_i64().expect("a place is a number");
        let (left, right) = (side("x"), side("x") + side("w"));
        assert!(left >= 0 && right <= COLUMNS && side("w") > 0 && side("h") > 0, "{file}: {}", title(panel));
        for cell in (side("y")..side("y") + side("h")).flat_map(|y| (left..right).map(move |x| (x, y))) {
            if let Some(other) = taken.insert(cell, title(panel)) {
                panic!("{file}: {} lies on {other}", title(panel));
            }
        }
    }
}

#[test]
fn every_panel_says_what_it_shows_and_in_which_unit() {
    for (file, dashboard) in dashboards() {
        for panel in panels(&dashboard).into_iter().filter(|panel| panel["type"] != "row") {
            let description = panel["description"].as_str().unwrap_or_default();
            assert!(description.ends_with('.'), "{file}: {} has no description", title(panel));
            let unit = panel["fieldConfig"]["defaults"]["unit"].as_str().unwrap_or_default();
            assert!(panel["type"] == "text" || !unit.is_empty(), "{file}: {} has no unit", title(panel));
        }
    }
}

#[test]
fn no_data_source_is_written_down() {
    for (file, dashboard) in dashboards() {
        let variables: BTreeSet<String> = list(&dashboard["templating"]["list"])
            .iter()
            .filter(|variable| variable["type"] == "datasource")
            .map(|variable| format!("${{{}}}", variable["name"].as_str().expect("a variable has a name")))
            .collect();
        assert_eq!(variables.len(), 1, "{file}: one variable chooses the data source");
        let mut uids = BTreeSet::new();
        collect_uids(&dashboard, &mut uids);
        uids.remove("-- Grafana --");
        assert_eq!(uids, variables, "{file}");
    }
}

fn collect_uids(value: &Value, uids: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(source) = members.get("datasource") {
                uids.insert(source["uid"].as_str().expect("a data source is named by its uid").to_owned());
            }
            members.values().for_each(|member| collect_uids(member, uids));
        }
        Value::Array(members) => members.iter().for_each(|member| collect_uids(member, uids)),
        _ => {}
    }
}

#[test]
fn every_name_in_a_query_is_documented() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/measurements.md");
    let documented = Documented::read(&fs::read_to_string(page).expect("the page can be read"));
    for (file, dashboard) in dashboards() {
        for (query, text) in asked(&dashboard) {
            // The name of the label is no metric: Grafana asks it in its own way.
            let text = text.replace("label_values(steward_build_info, instance)", "steward_build_info");
            let unknown = documented.unknown_names(query.kind, &text);
            assert!(unknown.is_empty(), "{file}: {:?}: {unknown:?} in {text}", query.asker);
        }
    }
}

#[test]
fn health_asks_prometheus_and_everything_else_influxql() {
    for (file, dashboard) in dashboards() {
        let expected = if file == "health.json" { Kind::PromQl } else { Kind::InfluxQl };
        for (query, text) in asked(&dashboard) {
            assert_eq!(query.kind, expected, "{file}: {text}");
            let is_bounded = text.contains("time >= ") || matches!(query.asker, Asker::Variable(_));
            assert!(expected == Kind::PromQl || is_bounded, "{file}: {text} reads the whole database");
        }
    }
}

#[test]
fn the_page_that_names_people_says_what_it_needs() {
    let activity = &dashboards()["user-activity.json"];
    let text = panels(activity).into_iter().find(|panel| panel["type"] == "text").expect("it begins with a text");
    assert!(
        text["options"]["content"].as_str().is_some_and(|content| content.contains("steward.monitor.userActivity"))
    );
}
