//! Schedules as people ask for them.

use serde_json::json;

use crate::site::{data, serve, steward};

const FROM: [&str; 2] = ["--from", "2026-01-01T00:00:00Z"];

#[test]
fn the_next_occurrences_come_strictly_after_the_time_asked_for() {
    let ask =
        |text: &str| steward([&["schedule", text, "--count", "2", "--format", "json"], &FROM[..]].concat()).json();
    let answer = |text: &str, kind: &str, next: [&str; 2]| {
        assert_eq!(ask(text), json!({ "text": text, "kind": kind, "error": null, "warnings": [], "next": next }));
    };
    answer("every 6 hours", "later", ["2026-01-01T06:00:00Z", "2026-01-01T12:00:00Z"]);
    answer("at 5:15 am on monday", "later", ["2026-01-05T05:15:00Z", "2026-01-12T05:15:00Z"]);
    answer("30 5 * * 1-5", "cron", ["2026-01-01T05:30:00Z", "2026-01-02T05:30:00Z"]);
    let surprising = ask("every 36 hours");
    assert_eq!(surprising["warnings"].as_array().unwrap().len(), 1);
    let text = steward([&["schedule", "every 6 hours"], &FROM[..]].concat());
    assert!(text.is_done().out.contains("2026-01-01T06:00:00Z") && text.out.contains("UTC"));
}

#[test]
fn a_text_that_is_refused_is_wrong_usage_with_its_position() {
    let run = steward(["schedule", "every day at 10:00", "--format", "json"]);
    run.fails(2, &["is no schedule, position ", "at 10:00"]);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert!(report["error"]["position"].is_u64() && report["error"]["message"].is_string(), "{report}");
    assert_eq!(report["next"], json!([]));
    steward(["schedule", "every 6 hours", "--count", "0"]).fails(2, &["--count"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn check_says_when_jobs_run_and_which_texts_surprise() {
    let mut site = serve(data(40), |_| {}).await;
    let run = site.run(["check"]);
    assert!(run.out.contains("licenseMonitor.frequency `every 6 hours`, in UTC: "), "{run:?}");
    site.set(&[("frequency: every 6 hours", "frequency: every 36 hours")]);
    let run = site.run(["check"]);
    assert!(run.out.contains("licenseMonitor.frequency `every 36 hours`: "), "{run:?}");
    site.set(&[("frequency: every 36 hours", "frequency: every day at 10:00")]);
    let run = site.run(["check"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("position ") && run.out.contains("at 10:00"), "{run:?}");
}
