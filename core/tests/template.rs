//! Templates: what is refused, and that names of people are data in every format.
#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected should stop there")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use steward_core::alert::{AlertKey, Notification, Rule};
use steward_core::ids::LicenseId;
use steward_core::instant::Instant;
use steward_core::license_type::LicenseType;
use steward_core::notice::AnnouncedSeat;
use steward_core::settings::Account;
use steward_core::template::{
    ALERT_BODY, ALERT_NAMES, ALERT_SUBJECT, AlertFacts, Format, NOTICE_BODY, NOTICE_NAMES, NOTICE_SUBJECT, NoticeFacts,
    Template, TemplateError, escape, try_alert, try_notice,
};

fn parse(source: &str) -> Result<Template, TemplateError> {
    Template::parse(source, Format::Text, &["name", "people"])
}

fn render(source: &str, format: Format, facts: &Value) -> String {
    Template::parse(source, format, &["name", "people"]).unwrap().render(facts).unwrap()
}

fn now() -> Instant {
    Instant::parse("2026-11-21T15:00:00Z").unwrap()
}

/// The template, and what is said about it.
fn check(source: &str, expected: &str) {
    assert_eq!(parse(source).unwrap_err().to_string(), expected);
}

#[test]
fn says_what_is_wrong_with_a_template() {
    check("Hello {{ nmae }}", "`nmae` is not known here; there are name, people");
    check("{% set x = name %}{{ x }}", "`{% set %}` is not known here; there are `if` and `for`");
    check("{%- macro m() %}{% endmacro %}", "`{% macro %}` is not known here; there are `if` and `for`");
    check("{% raw %}{{ name }}{% endraw %}", "`{% raw %}` is not known here; there are `if` and `for`");
    check(&"x".repeat(40_000), "the template has more than 32768 bytes");
    for source in [
        "{{ name",
        "{% if name %}",
        "\n{% for %}{% endfor %}",
        "{{ name|upper }}",
        "{{ range(9) }}",
        "{% include 'x' %}",
    ] {
        assert!(parse(source).and_then(|read| read.render(&json!({ "name": "x", "people": [] }))).is_err(), "{source}");
    }
}

#[test]
fn tests_repeats_and_prints() {
    let source = "{% for person in people %}{{ loop.index }}. {{ person.name }}{% if not loop.last %}, {% endif %}{% endfor %}{{ name }}";
    let facts = json!({ "name": null, "people": [{ "name": "a" }, { "name": "b" }] });
    assert_eq!(render(source, Format::Text, &facts), "1. a, 2. b");
}

#[test]
fn a_template_that_would_not_end_is_stopped() {
    let people: Vec<u32> = (0..5000).collect();
    let source = "{% for a in people %}{% for b in people %}x{% endfor %}{% endfor %}";
    let error = parse(source).unwrap().render(&json!({ "name": "", "people": people })).unwrap_err();
    assert_eq!(error, TemplateError::TooMuch);
    let long = "{% for a in people %}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\
                xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\
                xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{% endfor %}";
    assert_eq!(
        parse(long).unwrap().render(&json!({ "name": "", "people": people })).unwrap_err(),
        TemplateError::TooMuch
    );
}

const HOSTILE: &str =
    "<b>O'Neil</b> \"&\" {{ secret }} {% for %} <!channel> [x](http://evil) *a*\r\nBcc: x@evil\u{202e}gnp";

#[test]
fn a_hostile_name_is_data_in_every_format() {
    let facts = json!({ "name": HOSTILE, "people": [] });
    let written = |source: &str, format| render(source, format, &facts);
    let tame = "<b>O'Neil</b> \"&\" {{ secret }} {% for %} <!channel> [x](http://evil) *a*  Bcc: x@evilgnp";
    assert_eq!(written("{{ name }}", Format::Text), tame);
    assert_eq!(written("Hello\n{{ name }}!", Format::Line), format!("Hello {}!", tame.replace("  ", " ")));
    assert_eq!(
        written("{{ name }}", Format::Html),
        "&lt;b&gt;O&#39;Neil&lt;/b&gt; &quot;&amp;&quot; {{ secret }} {% for %} &lt;!channel&gt; [x](http://evil) *a*  Bcc: x@evilgnp"
    );
    assert!(written("{{ name }}", Format::Slack).contains("&lt;!channel&gt;"));
    assert!(written("{{ name }}", Format::Markdown).contains("\\[x\\]\\(http\\://evil\\) \\*a\\*"));
    let document: Value = serde_json::from_str(&written("{\"text\": \"{{ name }}\"}", Format::Json)).unwrap();
    assert_eq!(document, json!({ "text": tame }));
}

#[test]
fn json_that_a_template_breaks_is_refused() {
    let template = Template::parse("{\"text\": {{ name }}}", Format::Json, &["name"]).unwrap();
    assert!(matches!(template.render(&json!({ "name": "x" })), Err(TemplateError::NotJson(_))));
    assert_eq!(template.render(&json!({ "name": 3 })).unwrap(), "{\"text\": 3}");
}

#[test]
fn the_texts_of_alerts_read_alone() {
    let test = Notification::test(AlertKey::about(Rule::LowAvailability, "analyzer"), "admin", now());
    let notification = Notification { next_step: "Buy more.".to_owned(), ..test };
    let facts = AlertFacts::new(&notification, "Berlin", "");
    let subject = Template::parse(ALERT_SUBJECT, Format::Line, &ALERT_NAMES).unwrap().render(&facts).unwrap();
    assert_eq!(subject, "[info] Test: Few seats are left (analyzer) - Berlin");
    let body = Template::parse(ALERT_BODY, Format::Text, &ALERT_NAMES).unwrap().render(&facts).unwrap();
    let expected = "Test: Few seats are left (analyzer)\n\nadmin tries whether this message arrives; nothing has happened.\n\n\
                    What to do: Buy more.\n\nTime: 2026-11-21T15:00:00Z\nSite: Berlin\n";
    assert_eq!(body, expected);
}

fn seat(license_type: LicenseType, idle_days: u32) -> AnnouncedSeat {
    AnnouncedSeat {
        account: Account { user_dir: "ACME".to_owned(), user_id: "jdoe".to_owned() },
        name: Some("Jane Doe".to_owned()),
        license_id: LicenseId::new("1"),
        license_type,
        idle_since: now().minus_days(idle_days).unwrap(),
        idle_days,
        goes_from: now().plus_days(7).unwrap(),
        reason: "idle".to_owned(),
    }
}

#[test]
fn a_notice_says_what_goes_and_how_to_keep_it() {
    let seats = [seat(LicenseType::Analyzer, 40), seat(LicenseType::Professional, 33)];
    let facts = NoticeFacts::new(&seats, true, 7, "", "https://qlik.acme.test/hub");
    let subject = Template::parse(NOTICE_SUBJECT, Format::Line, &NOTICE_NAMES).unwrap().render(&facts).unwrap();
    assert_eq!(subject, "Your Qlik Sense licence will be taken back on 2026-11-28");
    let body = Template::parse(NOTICE_BODY, Format::Text, &NOTICE_NAMES).unwrap().render(&facts).unwrap();
    let expected = "Hello Jane Doe,\n\nyou have not used Qlik Sense for a while:\n\n\
                    - analyzer licence, not used for 40 days\n- professional licence, not used for 33 days\n\n\
                    Unless you use it before 2026-11-28, it will be given to somebody else.\n\
                    To keep it, log in to Qlik Sense once. Nothing else is needed.\n\nhttps://qlik.acme.test/hub\n";
    assert_eq!(body, expected);
}

#[test]
fn a_template_that_fails_for_some_alerts_only_is_refused() {
    let tried = |source: &str, format| try_alert(&Template::parse(source, format, &ALERT_NAMES).unwrap());
    assert_eq!(tried(ALERT_SUBJECT, Format::Line), Ok(()));
    assert_eq!(tried(ALERT_BODY, Format::Text), Ok(()));
    assert_eq!(tried("{\"text\": \"{{ title }} {{ next_step }}\", \"n\": {{ repeat }}}", Format::Json), Ok(()));
    let problem = |source: &str, format| tried(source, format).unwrap_err().to_string();
    let only_resolved = "{% if kind == 'resolved' %}{{ text.member.member }}{% endif %}";
    assert!(problem(only_resolved, Format::Text).starts_with("for an alert that is resolved: line 1: "));
    let only_repeats = "{\"a\": 1{% if kind == 'repeat' %},{% endif %}}";
    assert!(problem(only_repeats, Format::Json).starts_with("for an alert that still fires: the result is not JSON"));
    let only_empty = "{\"a\": {% if subject %}1{% endif %}}";
    assert!(problem(only_empty, Format::Json).starts_with("for an alert that fires: the result is not JSON"));
    let without_quotes = "{\"a\": {{ title }}}";
    assert!(tried(without_quotes, Format::Json).is_err());
}

#[test]
fn a_template_that_fails_for_some_notices_only_is_refused() {
    let tried = |source: &str| try_notice(&Template::parse(source, Format::Text, &NOTICE_NAMES).unwrap());
    assert_eq!((tried(NOTICE_SUBJECT), tried(NOTICE_BODY)), (Ok(()), Ok(())));
    for (source, kind) in [
        ("{{ seats[1].name }}", "for a notice about one seat: "),
        ("{% if not name %}{{ days.x.y }}{% endif %}", "for a notice to the administrators: "),
        (
            "{% for a in seats %}{% for b in seats %}{% for c in seats %}{{ c.reason }}{% endfor %}{% endfor %}{% endfor %}",
            "for a notice to the administrators: ",
        ),
    ] {
        let problem = tried(source).unwrap_err().to_string();
        assert!(problem.starts_with(kind), "{problem}");
    }
}

proptest! {
    #[test]
    fn no_value_leaves_its_place(value in any::<String>()) {
        let facts = BTreeMap::from([("name", value.as_str())]);
        let html = escape(&value, Format::Html);
        prop_assert!(!html.contains(['<', '>', '"', '\'', '\n', '\r']));
        prop_assert!(!escape(&value, Format::Slack).contains(['<', '>']));
        prop_assert!(!escape(&value, Format::Text).chars().any(char::is_control));
        let json = Template::parse("{\"a\": \"{{ name }}\", \"b\": 1}", Format::Json, &["name"]).unwrap().render(&facts).unwrap();
        let document: Value = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(document.as_object().unwrap().len(), 2);
        prop_assert_eq!(document["a"].as_str().unwrap(), escape(&value, Format::Text));
    }

    #[test]
    fn any_text_is_a_template_or_refused(source in any::<String>(), tags in "(\\{%|%\\}|\\{\\{|\\}\\}|[a-z ]|name|if|for|in){0,30}") {
        for source in [source, tags] {
            if let Ok(template) = parse(&source) {
                let _ = template.render(&json!({ "name": "x", "people": ["y"] }));
            }
        }
    }
}
