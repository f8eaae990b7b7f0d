//! The suites of a policy, run on one component.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

pub struct Trial<'a> {
    pub steward: &'a Path,
    /// The folder of the policy's suites.
    pub suites: PathBuf,
}

pub enum Verdict {
    Passes,
    /// The first test that noticed something.
    Fails(String),
}

impl Trial<'_> {
    /// # Errors
    /// When the tests did not run, so that nothing was noticed by them.
    pub fn run(&self, component: &Path) -> Result<Verdict> {
        // The written cases alone take a third of the time, and nearly always they suffice.
        match self.test(component, &["--variations", "0"])? {
            Verdict::Passes => self.test(component, &[]),
            fails @ Verdict::Fails(_) => Ok(fails),
        }
    }

    fn test(&self, component: &Path, options: &[&str]) -> Result<Verdict> {
        let mut command = Command::new(self.steward);
        command.args(["policy", "test", "--format", "json", "--tests"]).arg(&self.suites).args(options).arg(component);
        let output = command.output().with_context(|| format!("cannot start `{}`", self.steward.display()))?;
        let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) else {
            bail!("the tests did not run: {}", String::from_utf8_lossy(&output.stderr).trim());
        };
        match (report["ok"].as_bool(), output.status.success()) {
            (Some(true), true) => Ok(Verdict::Passes),
            (Some(false), false) => Ok(Verdict::Fails(noticed_by(&report))),
            _ => bail!("the report and the exit code of the tests disagree"),
        }
    }
}

/// The first case that failed and how many more did, else the first property, else what the report says about itself.
fn noticed_by(report: &Value) -> String {
    let in_suites = |list: &'static str| {
        members(&report["suites"]).flat_map(move |suite| members(&suite[list]).map(move |one| (&suite["name"], one)))
    };
    let mut cases = in_suites("cases").filter(|(_, case)| members(&case["differences"]).next().is_some());
    let mut properties = in_suites("properties").filter(|(_, property)| property["outcome"].get("fails").is_some());
    if let Some((suite, case)) = cases.next() {
        let more = match cases.count() + properties.count() {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        return format!("\"{}\" of {}{more}", text(&case["name"]), text(suite));
    }
    if let Some((suite, property)) = properties.next() {
        return format!("the property {} of {}", text(&property["property"]), text(suite));
    }
    let problems = members(&report["problems"]).map(text);
    let of_suites =
        in_suites("problems").map(|(suite, problem)| format!("{}: {}", text(suite), text(&problem["message"])));
    problems.chain(of_suites).next().unwrap_or_else(|| "nothing that the report names".to_owned())
}

fn members(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("?").to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::noticed_by;

    #[test]
    fn a_case_is_named_before_a_property_and_a_property_before_the_rest() {
        let property = json!({"property": "flips-at", "outcome": {"fails": {"case": "x"}}});
        let holds = json!({"property": "answers", "outcome": "holds"});
        let passed = json!({"name": "keeps", "differences": []});
        let failed = json!({"name": "releases", "differences": [{"what": "rule"}]});
        let report = |cases, properties| {
            let suite = json!({"name": "time", "problems": [], "cases": cases, "properties": properties});
            json!({"problems": ["rules without a case: idle"], "suites": [suite]})
        };
        for (report, expected) in [
            (report(json!([passed, failed]), json!([])), "\"releases\" of time"),
            (report(json!([failed, failed]), json!([property])), "\"releases\" of time, and 2 more"),
            (report(json!([passed]), json!([holds, property])), "the property flips-at of time"),
            (report(json!([passed]), json!([holds])), "rules without a case: idle"),
        ] {
            assert_eq!(noticed_by(&report), expected);
        }
    }
}
