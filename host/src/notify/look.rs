//! Looks for `steward check` whether sinks can be reached, without telling them anything.

use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::failure::Failure;
use super::http;
use super::mail;
use super::mqtt::Broker;
use super::send::of_butler;
use super::sinks::{Sink, SinkDescription, Sinks};
use super::tls::{self, Trust};
use super::{butler, facts::Installation};
use crate::causes::find;
use crate::config::{Secret, Settings};

/// Whoever calls `steward check` waits for it.
const LIMIT: Duration = Duration::from_secs(10);

/// What was found of one sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub sink: SinkDescription,
    /// What answers; an error says what is wrong.
    pub found: Result<&'static str, String>,
}

/// Looks at all sinks of the settings that are somewhere else.
pub async fn look(settings: &Settings) -> Vec<Look> {
    let sinks = Sinks::of(settings);
    let mut looks = tokio::task::JoinSet::new();
    for (index, sink) in sinks.describe().into_iter().enumerate() {
        let Some(way) = sinks.by_name.get(&sink.name).cloned() else { continue };
        let installation = sinks.installation.clone();
        looks.spawn(async move {
            let limited = timeout(LIMIT, reach(&way, &installation)).await;
            let found = limited.unwrap_or_else(|_| Err(format!("no answer within {} s", LIMIT.as_secs())));
            (index, found.transpose().map(|found| Look { sink, found }))
        });
    }
    let mut found: Vec<(usize, Option<Look>)> = Vec::new();
    while let Some(ended) = looks.join_next().await {
        match ended {
            Ok(look) => found.push(look),
            Err(error) => tracing::error!("looking at a sink failed in a way that nobody foresaw: {error}"),
        }
    }
    found.sort_by_key(|(index, _)| *index);
    found.into_iter().filter_map(|(_, look)| look).collect()
}

/// `None` when there is nothing to reach.
async fn reach(sink: &Sink, installation: &Installation) -> Result<Option<&'static str>, String> {
    let words = |failure: Failure| failure.problem().to_owned();
    match sink {
        // The log is here. There is one mail server for alerts and letters: the digest stands for all of them.
        Sink::Log(_) | Sink::Mail(..) | Sink::Notices(_) => Ok(None),
        Sink::Webhook(sink) => connect(&sink.url, &Trust::of(sink.root_certificate.as_deref())).await.map(Some),
        Sink::Slack(sink) | Sink::Teams(sink) => {
            connect(&sink.url, &Trust::of(sink.root_certificate.as_deref())).await.map(Some)
        }
        Sink::Hook(hook) => connect(&hook.webhook.webhook_url, &butler::trust(&hook.webhook.cert)).await.map(Some),
        Sink::Digest(server) => mail::look(server).await.map(|()| Some("the mail server lets us in")).map_err(words),
        Sink::Mqtt(sink) => {
            let broker = Broker::of(sink, &installation.site);
            broker.send(None).await.map(|()| Some("the broker lets us in")).map_err(words)
        }
        Sink::Topic(topic) => {
            let broker = of_butler(topic, installation);
            broker.send(None).await.map(|()| Some("the broker lets us in")).map_err(words)
        }
    }
}

/// As far as a request would get before it says anything.
async fn connect(url: &Secret, trust: &Trust) -> Result<&'static str, String> {
    let (url, shown) = http::address(url)?;
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let stream = TcpStream::connect((host.as_str(), port)).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::ConnectionRefused => format!("`{shown}` refused the connection"),
        _ => format!("`{shown}` cannot be reached: {error}"),
    })?;
    if url.scheme() == "http" {
        return Ok("somebody answers, without encryption");
    }
    let config = tls::client_config(trust)?;
    let name = ServerName::try_from(host).map_err(|_| format!("`{shown}` is neither a name nor an address"))?;
    let connector = TlsConnector::from(std::sync::Arc::new(config));
    match connector.connect(name, stream).await {
        Ok(_) => Ok("somebody answers whom we trust"),
        Err(error) => Err(match find::<rustls::Error>(&error) {
            Some(error) => format!("`{shown}` {}", tls::explain(error)),
            None => format!("`{shown}` does not speak TLS on this port: {error}"),
        }),
    }
}
