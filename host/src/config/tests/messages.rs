//! What the settings of sinks, notices, the digest and alerts must say.

use super::{SMALL, accept, read, refuse, refuse_with, with_steward};
use crate::notify::Sinks;

const SERVER: &str = "mailServer: { host: mail.acme.test, from: steward@acme.test }";

/// A file whose `steward.notify` holds `notify`.
fn with_notify(notify: &str) -> String {
    with_steward(&format!("notify: {{ {notify} }}"))
}

#[track_caller]
fn check(notify: &str, message: &str) {
    refuse_with(&with_notify(notify), message);
}

#[test]
fn takes_sinks_of_each_kind() {
    let settings = accept(&with_notify(&format!(
        "site: Production, link: 'https://steward.acme.test/', \
         webhooks: [ {{ name: pager, url: 'https://pager.acme.test/v1?key=s3cret', method: PUT, body: '{{\"t\": \"{{{{ title }}}}\"}}', \
         headers: {{ Authorization: 'Bearer ${{env:STEWARD_TEST}}' }}, tells: {{ minSeverity: critical }} }} ], \
         slack: [ {{ name: chat, url: 'https://hooks.acme.test/services/T/B/x' }} ], \
         teams: [ {{ name: team, url: 'https://flow.acme.test/x', title: '{{{{ title }}}}' }} ], \
         mail: [ {{ name: people, to: [ jane@acme.test ], tells: {{ rules: [ low-availability ], maxPerHour: 5 }} }} ], \
         mqtt: [ {{ name: broker, host: mqtt.acme.test, tls: true, user: u, password: p }} ], {SERVER}"
    )));
    let secret = settings.steward.notify.webhooks[0].headers["Authorization"].expose();
    assert_eq!(secret, "Bearer ${env:STEWARD_TEST}", "only a whole value is a reference");
    let shown: Vec<(String, &str, String)> =
        Sinks::of(&settings).describe().into_iter().map(|it| (it.name, it.kind, it.place)).collect();
    let expected = [
        ("broker", "mqtt", "mqtt.acme.test:8883 steward/alerts"),
        ("chat", "slack", "hooks.acme.test"),
        ("digest", "mail", "mail.acme.test:587"),
        ("log", "log", "the log of the daemon"),
        ("pager", "webhook", "pager.acme.test"),
        ("people", "mail", "jane@acme.test"),
        ("team", "teams", "flow.acme.test"),
    ];
    let expected: Vec<_> =
        expected.iter().map(|(name, kind, place)| ((*name).to_owned(), *kind, (*place).to_owned())).collect();
    assert_eq!(shown, expected);
}

#[test]
fn every_sink_has_a_name_of_its_own() {
    let hook = |name: &str| format!("{{ name: '{name}', url: 'https://a.test/' }}");
    check(
        &format!("webhooks: [ {} ], slack: [ {} ]", hook("Pager"), hook(" pager ")),
        "steward.notify.slack[0].name: `steward.notify.webhooks[0]` is called ` pager ` too: every sink has a name of its own",
    );
    for name in ["log", "Notices", "digest", "butler-mqtt-status"] {
        check(&format!("teams: [ {} ]", hook(name)), "is the name of a built-in sink: choose another one");
    }
    check(
        &format!("webhooks: [ {} ]", hook("a\u{202e}b")),
        "webhooks[0].name: write a name of 1 to 100 printable characters",
    );
    check(&format!("webhooks: [ {} ]", hook(&"x".repeat(101))), "write a name of 1 to 100 printable characters");
}

#[test]
fn addresses_are_web_addresses_without_passwords_and_are_not_repeated() {
    for url in ["ftp://a.test/s3cret", "a.test/s3cret", "https://", "s3cret", "https://a.test:s3cret/"] {
        let text = with_notify(&format!("slack: [ {{ name: a, url: '{url}' }} ]"));
        refuse_with(&text, "steward.notify.slack[0].url: write a web address that begins with `https://`");
        assert!(!refuse(&text)[0].contains("s3cret"));
    }
    for url in ["https://user:s3cret@a.test/", "https://s3cret@a.test/"] {
        let text = with_notify(&format!("webhooks: [ {{ name: a, url: '{url}' }} ]"));
        refuse_with(&text, "a name or password does not belong into the address: send it in a header");
        assert!(!refuse(&text)[0].contains("s3cret"));
    }
    check("link: 'javascript:alert(1)'", "steward.notify.link: write a web address that begins with `https://`");
}

#[test]
fn headers_bodies_and_methods_make_sense() {
    let hook = |more: &str| format!("webhooks: [ {{ name: a, url: 'https://a.test/', {more} }} ]");
    check(&hook("method: GET"), "webhooks[0].method: a `GET` has no body to hold the message: write `POST` or `PUT`");
    check(&hook("headers: { 'a b': c }"), "headers.a b: `a b` is not the name of a header");
    check(&hook("headers: { Host: c }"), "headers.Host: this header is written by Steward itself");
    check(
        &hook("headers: { X-A: \"a\\r\\nb: c\" }"),
        "headers.X-A: the value holds a line break, another control character, or is no ASCII",
    );
    check(&hook("body: '{% if %}'"), "body: line 1: syntax error: unexpected end of block");
    let lines = refuse(&with_notify(&hook("body: '{{ password }}'")));
    assert!(lines[0].contains("webhooks[0].body: `password` is not known here; there are id, "), "{lines:?}");
    for kind in ["slack", "teams"] {
        let lines =
            refuse(&with_notify(&format!("{kind}: [ {{ name: a, url: 'https://a.test/', text: '{{{{ x }}}}' }} ]")));
        assert!(lines[0].contains(&format!("steward.notify.{kind}[0].text: `x` is not known here")), "{lines:?}");
    }
}

#[test]
fn rules_are_known() {
    check(
        "log: { tells: { rules: [ low-availabilty ] } }",
        "steward.notify.log.tells.rules[0]: `low-availabilty` is no rule: did you mean `low-availability`?",
    );
    refuse_with(
        &with_steward("alerts: { rules: { run_held: { enable: false } } }"),
        "steward.alerts.rules.run_held: `run_held` is no rule: did you mean `run-held`?",
    );
    let lines = refuse(&with_steward("alerts: { rules: { nonsense-and-more: {} } }"));
    assert!(lines[0].contains("is no rule: there are `low-availability`, "), "{lines:?}");
}

#[test]
fn a_number_clears_on_its_other_side() {
    for (thresholds, is_good) in [
        ("availablePercent: 5, availableClearPercent: 4", false),
        ("availablePercent: 5, availableClearPercent: 5", true),
        ("utilisationPercent: 80, utilisationClearPercent: 81", false),
        ("utilisationPercent: 80, utilisationClearPercent: 79", true),
        ("exhaustionDays: 30, exhaustionClearDays: 29", false),
        ("outboxPercent: 50, outboxClearPercent: 51", false),
        ("outboxPercent: 50, outboxClearPercent: 10", true),
    ] {
        let text = with_steward(&format!("alerts: {{ thresholds: {{ {thresholds} }} }}"));
        match read(&text) {
            Ok(_) => assert!(is_good, "{thresholds}"),
            Err(error) => assert!(!is_good && error.to_string().contains("it must not be "), "{thresholds}: {error}"),
        }
    }
}

#[test]
fn mails_need_a_server_that_is_safe_to_use() {
    check(
        "mail: [ { name: a, to: [ j@acme.test ] } ]",
        "steward.notify.mail[0]: mails need `steward.notify.mailServer`",
    );
    check(
        &format!("mail: [ {{ name: a, to: [] }} ], {SERVER}"),
        "mail[0].to: nobody gets these mails: write an address",
    );
    for to in ["jane", "Jane <jane@acme.test>", "a@acme.test, b@acme.test", "a@acme.test\\r\\nBcc: b@acme.test"] {
        let lines = refuse(&with_notify(&format!("mail: [ {{ name: a, to: [ \"{to}\" ] }} ], {SERVER}")));
        assert!(lines.len() == 1 && lines[0].contains("to[0]: `") && lines[0].contains("is no address"), "{lines:?}");
    }
    let server = |more: &str| format!("mailServer: {{ host: mail.acme.test, from: steward@acme.test, {more} }}");
    check(
        &server("encryption: none, user: u, password: p"),
        "mailServer.encryption: `none` would send the password for everybody to read: write `starttls` or `tls`",
    );
    check(&server("password: p"), "mailServer.password: a password needs `user`, too");
    check(&server("user: u"), "mailServer.user: a user needs `password`, too");
    check("mailServer: { host: 'https://mail', from: a@b.test }", "without `https://` and without a path");
    check("mailServer: { host: 'mail:25', from: a@b.test }", "the port has a setting of its own");
    for from in ["steward", "Steward <steward>", "a@b.test\\r\\nBcc: c@d.test"] {
        let lines = refuse(&with_notify(&format!("mailServer: {{ host: mail, from: \"{from}\" }}")));
        assert!(lines.len() == 1 && lines[0].contains("mailServer.from: write an address"), "{lines:?}");
    }
    accept(&with_notify(
        "mailServer: { host: mail, from: 'Steward, the <steward@acme.test>' }"
            .replace("Steward, the", "Steward")
            .as_str(),
    ));
}

#[test]
fn notices_and_the_digest_need_somebody_to_be_told() {
    let with = |section: &str| with_steward(&format!("{section}\nnotify: {{ {SERVER} }}"));
    refuse_with(
        &with_steward("notices: { enable: true, withoutAddress: keep }"),
        "steward.notices.enable: mails need `steward.notify.mailServer`",
    );
    refuse_with(
        &with("notices: { enable: true }"),
        "steward.notices.administrators: nobody is there to be told: write their addresses, or set `to: owners` and \
         `withoutAddress: keep`",
    );
    accept(&with("notices: { enable: true, withoutAddress: keep }"));
    accept(&with("notices: { enable: true, administrators: [ a@acme.test ] }"));
    refuse_with(
        &with("notices: { subject: '{{ alert_id }}' }"),
        "there are name, account, days, goes_from, seats, site, link",
    );
    refuse_with(&with("digest: { enable: true }"), "steward.digest.to: nobody gets it: write an address");
    let lines = refuse(&with("digest: { enable: true, to: [ a@acme.test ], frequency: every blue moon }"));
    assert!(lines[0].contains("steward.digest.frequency: `every blue moon`, position "), "{lines:?}");
    refuse_with(
        &with_steward("digest: { enable: true, to: [ a@acme.test ] }"),
        "steward.digest.enable: mails need `steward.notify.mailServer`",
    );
}

#[test]
fn topics_are_topics() {
    let sink = |more: &str| format!("mqtt: [ {{ name: a, host: mqtt.acme.test, {more} }} ]");
    for topic in ["steward/+", "#", "a/#/b"] {
        check(
            &sink(&format!("topic: '{topic}'")),
            "topic: `+` and `#` stand for other topics, and nothing can be sent to several",
        );
    }
    for topic in ["/", "\"a\\0b\"", "\"a\\nb\""] {
        check(&sink(&format!("topic: {topic}")), "write words with slashes between them, such as `steward/alerts`");
    }
    check(&sink("password: p"), "mqtt[0].password: a password needs `user`, too");
    check(&sink("rootCertificate: root.pem"), "mqtt[0].rootCertificate: it has no effect without `tls: true`");
}

#[test]
fn roots_that_cannot_be_read_are_named() {
    let text = with_notify(&format!(
        "slack: [ {{ name: a, url: 'https://a.test/', rootCertificate: slack.pem }} ], {}",
        SERVER.replace(" }", ", rootCertificate: mail.pem }")
    ));
    let fault = read(&text).expect("good settings").check_files().expect_err("there are no such files").to_string();
    for setting in ["steward.notify.slack[0].rootCertificate", "steward.notify.mailServer.rootCertificate"] {
        assert!(fault.contains(&format!("{setting}: cannot open `/etc/steward/")), "{fault}");
    }
}

#[test]
fn what_anybody_on_the_way_could_read_is_noted() {
    let notes = read(&with_notify(
        "webhooks: [ { name: plain, url: 'http://a.test/' }, { name: local, url: 'http://127.0.0.1:80/' } ], \
         mqtt: [ { name: open, host: b.test, user: u, password: p } ], \
         mailServer: { host: mail.test, from: a@b.test, encryption: none }",
    ));
    let notes = notes.expect("good settings").notes;
    for note in
        ["the sink `plain` are not encrypted", "the password for the sink `open` are not encrypted", "encryption: none"]
    {
        assert_eq!(notes.iter().filter(|found| found.contains(note)).count(), 1, "{note}: {notes:?}");
    }
    assert!(!notes.iter().any(|note| note.contains("local")), "{notes:?}");
}

#[test]
fn butlers_own_are_looked_at_when_they_are_on() {
    let butler = |switch: bool, url: &str| {
        format!(
            "{SMALL}  webhookNotification: {{ enable: true, qlikSenseServerLicenseMonitor: {{ webhooks: [ {{ webhookURL: '{url}', \
             cert: {{ enable: true, rejectUnauthorized: false }} }} ] }} }}\n  mqttConfig: {{ enable: true, brokerHost: b.test }}\n  \
             qlikSenseLicense: {{ serverLicenseMonitor: {{ destination: {{ webhook: {{ enable: {switch}, sendRecurring: {{ enable: \
             true }} }}, mqtt: {{ enable: {switch}, sendAlert: {{ enable: true }} }} }} }} }}\n"
        )
    };
    accept(&butler(false, "http://host.my.domain:port/some/path"));
    let lines = refuse(&butler(true, "http://host.my.domain:port/some/path"));
    assert_eq!(lines.len(), 2, "{lines:?}");
    let url = "Butler.webhookNotification.qlikSenseServerLicenseMonitor.webhooks[0].webhookURL: write a web address";
    assert!(lines.iter().any(|line| line.contains(url)), "{lines:?}");
    let topic = "Butler.mqttConfig.qlikSenseServerLicenseExpireTopic: the topic is missing";
    assert!(lines.iter().any(|line| line.contains(topic)), "{lines:?}");
    let good = butler(true, "http://a.test/x").replace("b.test }", "b.test, qlikSenseServerLicenseExpireTopic: a/b }");
    let loaded = read(&good).expect("good settings");
    assert!(loaded.notes.iter().any(|note| note.contains("is not verified at all")), "{:?}", loaded.notes);
    let names: Vec<String> = Sinks::of(&loaded.settings).describe().into_iter().map(|sink| sink.name).collect();
    assert_eq!(names, ["butler-mqtt-expiry", "butler-webhook-status-1", "log"]);
}
