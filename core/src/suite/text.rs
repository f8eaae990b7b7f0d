//! A report for people.

use super::cases::outcome_word;
use super::report::{CaseReport, Counterexample, PropertyOutcome, PropertyReport, Report, SuiteReport};

/// Lines, indented by level.
#[derive(Default)]
struct Page(String);

impl Page {
    /// What a policy says is shown as one line, and does nothing to a terminal.
    fn line(&mut self, level: usize, text: &str) {
        self.0.push_str(&"  ".repeat(level));
        self.0.extend(text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }));
        self.0.push('\n');
    }
}

pub(super) fn of(report: &Report) -> String {
    let mut page = Page::default();
    page.line(0, &format!("{} {}", report.policy, report.version));
    for suite in &report.suites {
        page.line(0, "");
        add_suite(&mut page, suite);
    }
    page.line(0, "");
    let rules = report.coverage.iter().filter(|rule| rule.cases > 0).count();
    let uncovered = if report.uncovered.is_empty() {
        String::new()
    } else {
        format!("; no case is decided by {}", report.uncovered.join(", "))
    };
    page.line(0, &format!("rules: {rules} of {} decide a case{uncovered}", report.coverage.len()));
    for problem in &report.problems {
        page.line(0, &format!("FAILED {problem}"));
    }
    let word = if report.ok { "ok" } else { "FAILED" };
    page.line(0, &format!("{word}: {} cases passed, {} failed{}", report.passed, report.failed, broken(report)));
    page.0
}

fn broken(report: &Report) -> String {
    let properties = report.suites.iter().flat_map(|suite| &suite.properties).filter(|one| one.is_failed()).count();
    let problems: usize = report.suites.iter().map(|suite| suite.problems.len()).sum();
    let counted = [(properties, "properties do not hold"), (problems, "mistakes in the suites")];
    let counted = counted.into_iter().filter(|(count, _)| *count > 0);
    counted.map(|(count, what)| [", ", &count.to_string(), " ", what].concat()).collect()
}

fn add_suite(page: &mut Page, suite: &SuiteReport) {
    page.line(0, &suite.name);
    for problem in &suite.problems {
        let place = if problem.path.is_empty() { String::new() } else { format!("{}: ", problem.path) };
        page.line(1, &format!("MISTAKE {place}{}", problem.message));
    }
    for case in &suite.cases {
        add_case(page, case);
    }
    for property in &suite.properties {
        add_property(page, property);
    }
}

fn add_case(page: &mut Page, case: &CaseReport) {
    if case.is_passed() {
        page.line(1, &format!("ok      {}", case.name));
        return;
    }
    page.line(1, &format!("FAILED  {}", case.name));
    for difference in &case.differences {
        page.line(3, &format!("{}: expected {}", difference.what, difference.expected));
        page.line(3, &format!("{}  got      {}", " ".repeat(difference.what.chars().count()), difference.got));
    }
    if !case.outcomes.is_empty() {
        page.line(3, "what the rules say:");
        let width = case.outcomes.iter().map(|outcome| outcome.rule.chars().count()).max().unwrap_or_default();
        for outcome in &case.outcomes {
            let word = outcome_word(outcome.outcome);
            page.line(4, &format!("{:width$}  {word:8}  {}", outcome.rule, outcome.evidence));
        }
    }
    for hint in &case.hints {
        page.line(3, &format!("hint: {hint}"));
    }
}

fn add_property(page: &mut Page, property: &PropertyReport) {
    let summary = &property.summary;
    let seats = match property.checked {
        1 => "1 seat".to_owned(),
        seats => format!("{seats} seats"),
    };
    match &property.outcome {
        PropertyOutcome::Holds => page.line(1, &format!("ok      {summary} ({seats})")),
        PropertyOutcome::NotChecked(why) if property.is_failed() => {
            page.line(1, &format!("FAILED  {summary}: {why}"));
        }
        PropertyOutcome::NotChecked(why) => page.line(1, &format!("-       {summary}: {why}")),
        PropertyOutcome::Noted(example) => {
            page.line(1, &format!("note    {summary} ({seats})"));
            add_example(page, example);
        }
        PropertyOutcome::Fails(example) => {
            page.line(1, &format!("FAILED  {summary}"));
            add_example(page, example);
        }
    }
}

fn add_example(page: &mut Page, example: &Counterexample) {
    let origin = if example.is_varied { "a candidate made up from the case" } else { "the candidate of the case" };
    page.line(3, &format!("{origin} `{}`:", example.case));
    page.line(3, &example.detail);
    page.line(3, "to see it again:");
    page.line(4, &example.reproduce.to_string());
}
