//! One attempt to bring one message to one sink.

use std::collections::BTreeSet;
use std::time::Duration;

use super::facts::{self, Installation};
use super::failure::Failure;
use super::message::{Content, Message};
use super::mqtt::{Broker, client_id};
use super::sinks::{Sink, Sinks};
use super::{butler, log, mail, slack, teams, webhook};

/// Butler has no setting for it.
const BUTLER_TIMEOUT: Duration = Duration::from_secs(20);

/// Brings a message to a sink. `taken`: addresses that have it already.
pub(super) async fn send(
    sink: &Sink,
    installation: &Installation,
    message: &Message,
    taken: &BTreeSet<String>,
) -> Result<(), Failure> {
    match (sink, &message.content) {
        (Sink::Log(_), Content::Alert(alert)) => {
            log::write(alert);
            Ok(())
        }
        (Sink::Webhook(sink), Content::Alert(alert)) => webhook::send(sink, alert, installation).await,
        (Sink::Slack(sink), Content::Alert(alert)) => slack::send(sink, alert, installation).await,
        (Sink::Teams(sink), Content::Alert(alert)) => teams::send(sink, alert, installation).await,
        (Sink::Mail(server, sink), Content::Alert(alert)) => {
            mail::send_alert(server, sink, alert, installation, taken).await
        }
        (Sink::Mqtt(sink), Content::Alert(alert)) => {
            let payload = facts::body(sink.body.as_deref(), &installation.facts(alert))?;
            // A subject is whatever a server or a file holds; the name of a rule is ours.
            let topic = format!("{}/{}", sink.topic.trim().trim_end_matches('/'), alert.key.rule());
            Broker::of(sink, &installation.site).send(Some((&topic, &payload))).await
        }
        (Sink::Hook(hook), Content::ServerLicense(news)) => butler::call(hook, &message.id, news).await,
        (Sink::Topic(topic), Content::ServerLicense(news)) => {
            let broker = of_butler(topic, installation);
            broker.send(Some((&topic.topic, &butler::payload(news)))).await
        }
        (Sink::Notices(server), Content::Letter(letter)) => {
            mail::send(server, outgoing(message, &letter.mail), taken).await
        }
        (Sink::Digest(server), Content::Mail(of_digest)) => {
            mail::send(server, outgoing(message, of_digest), taken).await
        }
        _ => Err(Failure::refused("this sink takes no such message")),
    }
}

/// One attempt now, for whoever waits for what comes of it.
///
/// # Errors
/// With what the sink answered, or that there is none of this name.
pub async fn send_now(sinks: &Sinks, name: &str, message: &Message) -> Result<(), Failure> {
    match sinks.by_name.get(name) {
        Some(sink) => send(sink, &sinks.installation, message, &BTreeSet::new()).await,
        None => Err(Failure::refused("there is no such sink")),
    }
}

fn outgoing<'m>(message: &'m Message, mail: &'m super::message::Mail) -> mail::Outgoing<'m> {
    mail::Outgoing { id: &message.id, at: message.at, mail }
}

/// Butler knows neither TLS nor a password for its broker.
pub(super) fn of_butler(topic: &butler::Topic, installation: &Installation) -> Broker {
    Broker {
        host: topic.host.clone(),
        port: topic.port,
        trust: None,
        login: None,
        client_id: client_id(&installation.site, &topic.name),
        timeout: BUTLER_TIMEOUT,
    }
}
