//! Rules between the settings of messages: sinks that could be told apart, reached and trusted.

mod butler;
mod mail;

use std::collections::BTreeMap;
use std::path::Path;

use reqwest::Url;
use reqwest::header::HeaderName;
use steward_core::alert::Rule;
use steward_core::template::{ALERT_NAMES, Format, NOTICE_NAMES, Template, try_alert, try_notice};

use super::checks::Report;
use super::derived::Endpoint;
use super::problem::quoted;
use super::steward::notify::{MqttSink, Notify, Tells, WebhookSink};
use super::walk::names::{Nearness, nearest};
use super::{Secret, Settings};
use crate::config::butler::webhook::HttpMethod;
use crate::notify::{DIGEST, LOG, NOTICES, OF_BUTLER};

const NOTIFY: &str = "steward.notify";
/// A name stands in tables, metrics and the log.
const NAME_CHARS_MAX: usize = 100;
/// What MQTT allows, less the name of a rule.
const TOPIC_BYTES_MAX: usize = 60_000;
/// Headers that are ours, or of the connection.
const HEADERS_OF_OURS: [&str; 6] =
    ["host", "content-length", "transfer-encoding", "connection", "idempotency-key", "user-agent"];

pub(super) fn check(settings: &Settings, report: &mut Report<'_>) {
    let notify = &settings.steward.notify;
    names(notify, report);
    if let Some(link) = &notify.link {
        url(link, &format!("{NOTIFY}.link"), report);
    }
    tells(&notify.log.tells, &format!("{NOTIFY}.log"), report);
    for (index, sink) in notify.webhooks.iter().enumerate() {
        webhook(sink, &format!("{NOTIFY}.webhooks[{index}]"), report);
    }
    for (kind, format, sinks) in [("slack", Format::Slack, &notify.slack), ("teams", Format::Markdown, &notify.teams)] {
        for (index, sink) in sinks.iter().enumerate() {
            let setting = format!("{NOTIFY}.{kind}[{index}]");
            url(sink.url.expose(), &format!("{setting}.url"), report);
            template(sink.title.as_deref(), format, Writes::Alerts, &format!("{setting}.title"), report);
            template(sink.text.as_deref(), format, Writes::Alerts, &format!("{setting}.text"), report);
            tells(&sink.tells, &setting, report);
        }
    }
    for (index, sink) in notify.mqtt.iter().enumerate() {
        mqtt(sink, &format!("{NOTIFY}.mqtt[{index}]"), report);
    }
    mail::check(settings, report);
    butler::check(settings, report);
}

/// Every sink has a name of its own: messages wait under it.
fn names(notify: &Notify, report: &mut Report<'_>) {
    let sinks = [
        ("webhooks", notify.webhooks.iter().map(|sink| &sink.name).collect::<Vec<_>>()),
        ("slack", notify.slack.iter().map(|sink| &sink.name).collect()),
        ("teams", notify.teams.iter().map(|sink| &sink.name).collect()),
        ("mail", notify.mail.iter().map(|sink| &sink.name).collect()),
        ("mqtt", notify.mqtt.iter().map(|sink| &sink.name).collect()),
    ];
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (kind, names) in sinks {
        for (index, name) in names.into_iter().enumerate() {
            let setting = format!("{NOTIFY}.{kind}[{index}].name");
            let folded = steward_core::text::fold(name);
            let is_odd = name.chars().any(steward_core::text::is_unprintable);
            if folded.is_empty() || is_odd || name.chars().count() > NAME_CHARS_MAX {
                report.add(&setting, format!("write a name of 1 to {NAME_CHARS_MAX} printable characters"));
            } else if [LOG, NOTICES, DIGEST].contains(&folded.as_str()) || folded.starts_with(OF_BUTLER) {
                let message = format!("{} is the name of a built-in sink: choose another one", quoted(name));
                report.add(&setting, message);
            } else if let Some(other) = seen.get(&folded) {
                report.add(
                    &setting,
                    format!("`{other}` is called {} too: every sink has a name of its own", quoted(name)),
                );
            } else {
                seen.insert(folded, format!("{NOTIFY}.{kind}[{index}]"));
            }
        }
    }
}

fn tells(tells: &Tells, sink: &str, report: &mut Report<'_>) {
    for (index, name) in tells.rules.iter().enumerate() {
        rule(name, &format!("{sink}.tells.rules[{index}]"), report);
    }
}

/// The name of a rule of alerts.
pub(super) fn rule(name: &str, setting: &str, report: &mut Report<'_>) {
    if Rule::parse(name).is_some() {
        return;
    }
    let meant = match nearest(name, Rule::ALL.iter().map(|rule| rule.as_str()), Nearness::Likely) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are {}", Rule::ALL.map(|rule| format!("`{rule}`")).join(", ")),
    };
    report.add(setting, format!("{} is no rule: {meant}", quoted(name)));
}

fn webhook(sink: &WebhookSink, setting: &str, report: &mut Report<'_>) {
    url(sink.url.expose(), &format!("{setting}.url"), report);
    if sink.method == HttpMethod::Get {
        report.add(&format!("{setting}.method"), "a `GET` has no body to hold the message: write `POST` or `PUT`");
    }
    for (name, value) in &sink.headers {
        let setting = format!("{setting}.headers.{name}");
        if HeaderName::from_bytes(name.as_bytes()).is_err() {
            report.add(&setting, format!("{} is not the name of a header", quoted(name)));
        } else if HEADERS_OF_OURS.contains(&name.to_ascii_lowercase().as_str()) {
            report.add(&setting, "this header is written by Steward itself");
        }
        if value.expose().chars().any(char::is_control) || !value.expose().is_ascii() {
            report.add(&setting, "the value holds a line break, another control character, or is no ASCII");
        }
    }
    template(sink.body.as_deref(), Format::Json, Writes::Alerts, &format!("{setting}.body"), report);
    tells(&sink.tells, setting, report);
}

fn mqtt(sink: &MqttSink, setting: &str, report: &mut Report<'_>) {
    host(&sink.host, &format!("{setting}.host"), report);
    topic(&sink.topic, &format!("{setting}.topic"), report);
    login(sink.user.as_deref(), sink.password.as_ref(), setting, report);
    if sink.root_certificate.is_some() && !sink.tls {
        report.add(&format!("{setting}.rootCertificate"), "it has no effect without `tls: true`");
    }
    template(sink.body.as_deref(), Format::Json, Writes::Alerts, &format!("{setting}.body"), report);
    tells(&sink.tells, setting, report);
}

/// A topic that messages are sent to, so one without wildcards.
fn topic(topic: &str, setting: &str, report: &mut Report<'_>) {
    if topic.contains(['+', '#']) {
        report.add(setting, "`+` and `#` stand for other topics, and nothing can be sent to several");
    } else if topic.trim().trim_end_matches('/').is_empty()
        || topic.len() > TOPIC_BYTES_MAX
        || topic.chars().any(steward_core::text::is_unprintable)
    {
        report.add(setting, "this is no topic: write words with slashes between them, such as `steward/alerts`");
    }
}

fn login(user: Option<&str>, password: Option<&Secret>, setting: &str, report: &mut Report<'_>) {
    match (user, password) {
        (None, Some(_)) => report.add(&format!("{setting}.password"), "a password needs `user`, too"),
        (Some(_), None) => report.add(&format!("{setting}.user"), "a user needs `password`, too"),
        _ => {}
    }
}

/// The name or address of a machine alone.
fn host(host: &str, setting: &str, report: &mut Report<'_>) {
    match Endpoint::parse(host, 1) {
        Err(message) => report.add(setting, message),
        Ok(end) if end.host != host.trim() => {
            report.add(setting, "write the name or address alone: the port has a setting of its own");
        }
        Ok(_) => {}
    }
}

/// A web address. The message does not repeat it: many are all that a writer needs.
fn url(written: &str, setting: &str, report: &mut Report<'_>) {
    let Some(url) = web_address(written) else {
        return report.add(setting, "write a web address that begins with `https://`");
    };
    if !url.username().is_empty() || url.password().is_some() {
        report.add(setting, "a name or password does not belong into the address: send it in a header");
    }
}

fn web_address(written: &str) -> Option<Url> {
    let url = Url::parse(written.trim()).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.host_str().is_some()).then_some(url)
}

/// What a template writes.
#[derive(Clone, Copy)]
enum Writes {
    Alerts,
    Notices,
}

/// Reads a template, and lets it write whatever there may be to write.
fn template(source: Option<&str>, format: Format, writes: Writes, setting: &str, report: &mut Report<'_>) {
    let tried = source.map(|source| match writes {
        Writes::Alerts => Template::parse(source, format, &ALERT_NAMES).and_then(|read| try_alert(&read)),
        Writes::Notices => Template::parse(source, format, &NOTICE_NAMES).and_then(|read| try_notice(&read)),
    });
    if let Some(Err(error)) = tried {
        report.add(setting, error.to_string());
    }
}

/// The root certificates that sinks name.
pub(super) fn files(settings: &Settings) -> Vec<(String, &Path)> {
    let notify = &settings.steward.notify;
    let mut roots = Vec::new();
    roots.extend(notify.webhooks.iter().enumerate().map(|(at, it)| (format!("webhooks[{at}]"), &it.root_certificate)));
    roots.extend(notify.slack.iter().enumerate().map(|(at, it)| (format!("slack[{at}]"), &it.root_certificate)));
    roots.extend(notify.teams.iter().enumerate().map(|(at, it)| (format!("teams[{at}]"), &it.root_certificate)));
    roots.extend(notify.mqtt.iter().enumerate().map(|(at, it)| (format!("mqtt[{at}]"), &it.root_certificate)));
    roots.extend(notify.mail_server.iter().map(|it| ("mailServer".to_owned(), &it.root_certificate)));
    let ours = roots.into_iter().map(|(sink, file)| (format!("{NOTIFY}.{sink}.rootCertificate"), file.as_deref()));
    let files = ours.chain(butler::files(settings));
    files.filter_map(|(setting, file)| Some((setting, file?))).collect()
}

/// What anybody on the way could read.
pub(super) fn notes(settings: &Settings) -> Vec<String> {
    let notify = &settings.steward.notify;
    let mut notes = Vec::new();
    let webhooks = notify.webhooks.iter().map(|sink| (&sink.name, &sink.url));
    let chats = notify.slack.iter().chain(&notify.teams).map(|sink| (&sink.name, &sink.url));
    for (name, address) in webhooks.chain(chats) {
        let url = web_address(address.expose());
        if url.is_some_and(|url| url.scheme() == "http" && !is_local(url.host_str().unwrap_or_default())) {
            notes
                .push(format!("messages for the sink {} are not encrypted on their way: write `https:`", quoted(name)));
        }
    }
    for sink in notify.mqtt.iter().filter(|sink| !sink.tls && !is_local(&sink.host)) {
        let name = quoted(&sink.name);
        let what = if sink.password.is_some() { "messages and the password" } else { "messages" };
        notes.push(format!("{what} for the sink {name} are not encrypted on their way: set `tls: true`"));
    }
    notes.extend(mail::note(notify));
    notes.extend(butler::notes(settings));
    notes
}

fn is_local(host: &str) -> bool {
    let host = host.trim().trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
