//! All the sinks that the settings switch on, by name, and who is told what.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use steward_core::alert::{Kind, Notification, Severity};

use super::butler::{self, Hook, Topic};
use super::facts::Installation;
use super::http;
use super::mail;
use super::message::LicenseTopic;
use super::mqtt::Broker;
use crate::config::Settings;
use crate::config::steward::notify::{ChatSink, MailServer, MailSink, MinSeverity, MqttSink, Tells, WebhookSink};

/// The built-in sink of alerts in the log.
pub const LOG: &str = "log";
/// The built-in sink of letters to owners and administrators.
pub const NOTICES: &str = "notices";
/// The built-in sink of the digest.
pub const DIGEST: &str = "digest";
/// What the names of Butler's own sinks begin with.
pub const OF_BUTLER: &str = "butler-";

/// The sinks that are switched on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sinks {
    pub(super) by_name: BTreeMap<String, Sink>,
    pub(super) installation: Installation,
    /// Days after which a message that a sink does not take is set aside.
    pub(super) give_up_after_days: u32,
}

/// What may be shown of a sink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SinkDescription {
    pub name: String,
    pub kind: &'static str,
    /// A host or addresses: nothing that lets anybody write there.
    #[serde(rename = "where")]
    pub place: String,
}

/// One sink, with all that sending to it needs.
#[derive(Clone, PartialEq)]
pub(super) enum Sink {
    Log(Tells),
    Webhook(WebhookSink),
    Slack(ChatSink),
    Teams(ChatSink),
    Mail(MailServer, MailSink),
    Mqtt(MqttSink),
    Hook(Hook),
    Topic(Topic),
    /// Letters, each with a proof in the ledger.
    Notices(MailServer),
    Digest(MailServer),
}

/// No more than `count` messages within `span`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) count: usize,
    pub(super) span: Duration,
}

impl std::fmt::Debug for Sink {
    /// Without addresses.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())
    }
}

impl Sinks {
    pub fn of(settings: &Settings) -> Self {
        let notify = &settings.steward.notify;
        let mut by_name = BTreeMap::new();
        let mut add = |name: &str, sink: Sink| {
            by_name.insert(name.trim().to_owned(), sink);
        };
        if notify.log.enable {
            add(LOG, Sink::Log(notify.log.tells.clone()));
        }
        notify.webhooks.iter().for_each(|sink| add(&sink.name, Sink::Webhook(sink.clone())));
        notify.slack.iter().for_each(|sink| add(&sink.name, Sink::Slack(sink.clone())));
        notify.teams.iter().for_each(|sink| add(&sink.name, Sink::Teams(sink.clone())));
        notify.mqtt.iter().for_each(|sink| add(&sink.name, Sink::Mqtt(sink.clone())));
        if let Some(server) = &notify.mail_server {
            notify.mail.iter().for_each(|sink| add(&sink.name, Sink::Mail(server.clone(), sink.clone())));
            // Letters that wait when somebody switches notices off are not sent: what they say is not so any more.
            if settings.steward.notices.enable {
                add(NOTICES, Sink::Notices(server.clone()));
            }
            add(DIGEST, Sink::Digest(server.clone()));
        }
        for hook in butler::hooks(settings) {
            add(&hook.name.clone(), Sink::Hook(hook));
        }
        for topic in butler::topics(settings) {
            add(&topic.name.clone(), Sink::Topic(topic));
        }
        let installation = Installation {
            site: notify.site.clone().unwrap_or_default(),
            link: notify.link.clone().unwrap_or_default(),
        };
        Self { by_name, installation, give_up_after_days: notify.give_up_after_days }
    }

    /// The sinks that are told of it. Whoever is told that an alert fires is told that it is over.
    pub fn addressees(&self, notification: &Notification) -> Vec<String> {
        if notification.silenced_by.is_some() {
            return Vec::new();
        }
        let told =
            self.by_name.iter().filter(|(_, sink)| sink.tells().is_some_and(|tells| tells_of(tells, notification)));
        told.map(|(name, _)| name.clone()).collect()
    }

    /// The sinks that take alerts at all, for tests of them.
    pub fn of_alerts(&self) -> Vec<String> {
        self.by_name.iter().filter(|(_, sink)| sink.tells().is_some()).map(|(name, _)| name.clone()).collect()
    }

    /// Butler's own that are told such news of the server's licence.
    pub fn addressees_of_license(&self, topic: LicenseTopic) -> Vec<String> {
        let takes = |sink: &Sink| match sink {
            Sink::Hook(hook) => hook.group.takes(topic),
            Sink::Topic(of_broker) => of_broker.group.takes(topic),
            _ => false,
        };
        self.by_name.iter().filter(|(_, sink)| takes(sink)).map(|(name, _)| name.clone()).collect()
    }

    /// There is such a sink, and it is on.
    pub fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// What may be shown, by name.
    pub fn describe(&self) -> Vec<SinkDescription> {
        let describe = |(name, sink): (&String, &Sink)| SinkDescription {
            name: name.clone(),
            kind: sink.kind(),
            place: sink.place(&self.installation.site),
        };
        self.by_name.iter().map(describe).collect()
    }
}

fn tells_of(tells: &Tells, notification: &Notification) -> bool {
    let is_of_rule =
        tells.rules.is_empty() || tells.rules.iter().any(|rule| rule.trim() == notification.key.rule().as_str());
    let is_bad_enough = notification.severity >= severity(tells.min_severity);
    match notification.kind {
        Kind::Test => is_of_rule,
        Kind::Resolved | Kind::Replaced => is_of_rule && is_bad_enough && tells.resolved,
        Kind::Firing | Kind::Worse | Kind::Repeat => is_of_rule && is_bad_enough,
    }
}

fn severity(written: MinSeverity) -> Severity {
    match written {
        MinSeverity::Info => Severity::Info,
        MinSeverity::Warning => Severity::Warning,
        MinSeverity::Critical => Severity::Critical,
    }
}

impl Sink {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Log(_) => "log",
            Self::Webhook(_) => "webhook",
            Self::Slack(_) => "slack",
            Self::Teams(_) => "teams",
            Self::Mail(..) | Self::Notices(_) | Self::Digest(_) => "mail",
            Self::Mqtt(_) => "mqtt",
            Self::Hook(_) => "butler-webhook",
            Self::Topic(_) => "butler-mqtt",
        }
    }

    /// Which alerts it is told; `None` when it takes none.
    fn tells(&self) -> Option<&Tells> {
        match self {
            Self::Log(tells) => Some(tells),
            Self::Webhook(sink) => Some(&sink.tells),
            Self::Slack(sink) | Self::Teams(sink) => Some(&sink.tells),
            Self::Mail(_, sink) => Some(&sink.tells),
            Self::Mqtt(sink) => Some(&sink.tells),
            Self::Hook(_) | Self::Topic(_) | Self::Notices(_) | Self::Digest(_) => None,
        }
    }

    fn place(&self, site: &str) -> String {
        let host = |url| http::address(url).map_or_else(|problem| problem, |(_, host)| host);
        match self {
            Self::Log(_) => "the log of the daemon".to_owned(),
            Self::Webhook(sink) => host(&sink.url),
            Self::Slack(sink) | Self::Teams(sink) => host(&sink.url),
            Self::Mail(_, sink) => sink.to.join(", "),
            Self::Mqtt(sink) => format!("{} {}", Broker::of(sink, site).shown(), sink.topic),
            Self::Hook(hook) => host(&hook.webhook.webhook_url),
            Self::Topic(topic) => format!("{}:{} {}", topic.host, topic.port, topic.topic),
            Self::Notices(server) | Self::Digest(server) => mail::shown(server),
        }
    }

    /// How many messages it gets at most. Letters are limited by whoever writes them.
    pub(super) fn rate(&self) -> Option<Rate> {
        let of_tells = |tells: &Tells| Rate {
            count: usize::try_from(tells.max_per_hour).unwrap_or(usize::MAX),
            span: Duration::from_hours(1),
        };
        match self {
            Self::Hook(hook) => Some(Rate { count: 1, span: Duration::from_secs(hook.rate_limit.into()) }),
            sink => sink.tells().map(of_tells),
        }
    }

    /// Each of its messages stands for itself: one that cannot be delivered holds up no other.
    pub(super) fn is_unordered(&self) -> bool {
        matches!(self, Self::Notices(_) | Self::Digest(_))
    }
}
