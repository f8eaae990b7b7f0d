//! The names in `docs/measurements.md`, and which names of a query are not among them.

use std::collections::{BTreeMap, BTreeSet};

use super::Kind;
use super::tokens::{Token, tokens};

/// Prometheus adds these to everything that it scrapes.
const ADDED_LABELS: [&str; 2] = ["instance", "job"];

#[derive(Debug, Default)]
pub struct Documented {
    /// What may stand in double quotes beside a measurement: tags, their values, fields.
    measurements: BTreeMap<String, BTreeSet<String>>,
    /// Labels and their values, by metric.
    metrics: BTreeMap<String, BTreeSet<String>>,
}

impl Documented {
    /// Reads the tables: their first column is `measurement` or `metric`, and a row without one belongs to the row
    /// above.
    pub fn read(markdown: &str) -> Self {
        let mut documented = Self::default();
        let mut table = "";
        let mut current = String::new();
        for line in markdown.lines() {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let [_, first, .., _] = cells[..] else { continue };
            if first == "measurement" || first == "metric" {
                table = first;
                current.clear();
                continue;
            }
            if let Some(name) = backticked(first).next() {
                name.clone_into(&mut current);
            }
            if current.is_empty() {
                continue;
            }
            let names = cells[2..].iter().flat_map(|cell| backticked(cell)).map(str::to_owned);
            let of_table = if table == "metric" { &mut documented.metrics } else { &mut documented.measurements };
            of_table.entry(current.clone()).or_default().extend(names);
        }
        documented
    }

    /// Names in a query, with values for its variables, that the page does not have. One that asks nothing of a
    /// measurement or metric is told too.
    pub fn unknown_names(&self, kind: Kind, asked: &str) -> Vec<String> {
        match kind {
            Kind::InfluxQl => self.unknown_in_influxql(asked),
            Kind::PromQl => self.unknown_in_promql(asked),
        }
    }

    fn unknown_in_influxql(&self, asked: &str) -> Vec<String> {
        let tokens = tokens(asked);
        let mut known = BTreeSet::new();
        let mut used = Vec::new();
        let mut unknown = Vec::new();
        let mut measurements = 0;
        for (at, token) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| tokens[before]);
            match (before, token) {
                (Some(Token::Word("FROM")), Token::Quoted('"', name)) => {
                    measurements += 1;
                    match self.measurements.get(*name) {
                        Some(names) => known.extend(names.iter().map(String::as_str)),
                        None => unknown.push((*name).to_owned()),
                    }
                }
                (Some(Token::Word("AS")), Token::Quoted('"', alias)) => {
                    known.insert(alias);
                }
                (_, Token::Quoted('\'', value)) => unknown.extend(self.unknown_value(value)),
                (_, Token::Quoted(_, name)) => used.push(*name),
                _ => {}
            }
        }
        unknown.extend(used.into_iter().filter(|name| !known.contains(name)).map(str::to_owned));
        if measurements == 0 {
            unknown.push("no measurement".to_owned());
        }
        unknown
    }

    /// Values of a tag stand where it is first used, which may be at another measurement.
    fn unknown_value(&self, value: &str) -> Option<String> {
        let is_known = self.measurements.values().any(|names| names.contains(value));
        (!is_known).then(|| value.to_owned())
    }

    fn unknown_in_promql(&self, asked: &str) -> Vec<String> {
        let tokens = tokens(asked);
        let words = tokens.iter().filter_map(|token| match token {
            Token::Word(word) => Some(*word),
            _ => None,
        });
        let metrics: Vec<&str> = words.filter(|word| word.starts_with("steward_")).collect();
        let mut known: BTreeSet<&str> = ADDED_LABELS.into_iter().collect();
        let mut unknown = Vec::new();
        for metric in &metrics {
            match self.metrics.get(*metric) {
                Some(labels) => known.extend(labels.iter().map(String::as_str)),
                None => unknown.push((*metric).to_owned()),
            }
        }
        unknown.extend(labels(&tokens).into_iter().filter(|label| !known.contains(label)).map(str::to_owned));
        if metrics.is_empty() {
            unknown.push("no metric".to_owned());
        }
        unknown
    }
}

/// Labels and the values they are compared with, in braces and behind `by`; not those that a query makes up itself.
fn labels<'t>(tokens: &[Token<'t>]) -> Vec<&'t str> {
    let mut found = Vec::new();
    let mut in_braces = false;
    let mut in_list = false;
    let mut label = "";
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('{') => in_braces = true,
            Token::Sign('}') => in_braces = false,
            Token::Sign('(') => in_list = at > 0 && matches!(tokens[at - 1], Token::Word("by" | "without")),
            Token::Sign(')') => in_list = false,
            Token::Word(word) if in_braces || in_list => {
                found.push(*word);
                label = *word;
            }
            Token::Quoted(_, value) if in_braces && !ADDED_LABELS.contains(&label) => found.extend(value.split('|')),
            _ => {}
        }
    }
    found
}

fn backticked(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "
| measurement | destination | tags | fields |
|---|---|---|---|
| `pool` | `monitor` | `type`: `analyzer` | `total`, `used` (seats) |
| | | `tokens` | `tokens_left` |
| `runs` | `release` | – | `freed` |

| metric | type | labels | what |
|---|---|---|---|
| `steward_seats` | gauge | `type`, `state`: `free`, `taken` | seats |
| `steward_ready` | gauge | – | 1 when ready |
";

    fn check(kind: Kind, asked: &str, unknown: &[&str]) {
        assert_eq!(Documented::read(PAGE).unknown_names(kind, asked), unknown, "{asked}");
    }

    #[test]
    fn names_that_no_measurement_has_are_found_in_influxql() {
        let influxql = |asked: &str, unknown: &[&str]| check(Kind::InfluxQl, asked, unknown);
        influxql("SELECT last(\"used\") FROM \"pool\" WHERE \"type\" = 'analyzer'", &[]);
        influxql("SELECT last(\"tokens_left\") AS \"left\" FROM \"pool\"", &[]);
        influxql("SELECT \"a\" FROM (SELECT sum(\"freed\") AS \"a\" FROM \"runs\")", &[]);
        influxql("SHOW TAG VALUES FROM \"pool\" WITH KEY = \"type\"", &[]);
        influxql("SELECT last(\"freed\") FROM \"pool\"", &["freed"]);
        influxql("SELECT last(\"used\") FROM \"pool\" WHERE \"type\" = 'analyser'", &["analyser"]);
        influxql("SELECT sum(\"freed\") FROM \"runs\" WHERE \"type\" = 'analyzer'", &["type"]);
        influxql("SELECT last(\"used\") FROM \"pools\"", &["pools", "used"]);
        influxql("SHOW MEASUREMENTS", &["no measurement"]);
    }

    #[test]
    fn names_that_no_metric_has_are_found_in_promql() {
        let promql = |asked: &str, unknown: &[&str]| check(Kind::PromQl, asked, unknown);
        promql("sum by (type) (steward_seats{state=\"free\", instance=~\"a:1\"})", &[]);
        promql("steward_ready or on() label_replace(vector(0), \"made\", \"up\", \"\", \"\")", &[]);
        promql("steward_seats{state=~\"free|taken\"}", &[]);
        promql("steward_ready{state=\"free\"}", &["state", "free"]);
        promql("sum by (kind) (steward_seats{state=\"fre\"})", &["kind", "fre"]);
        promql("steward_seat", &["steward_seat"]);
        promql("up", &["no metric"]);
    }
}
