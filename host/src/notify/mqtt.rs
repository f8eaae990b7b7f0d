//! A topic of an MQTT broker: one connection for each message, which ends when the broker has confirmed it.
//!
//! MQTT 5 first, because only there a broker can say that it did not take a message; a broker that knows only 3.1.1 is
//! spoken to in that.

mod five;
mod four;

use std::sync::Arc;
use std::time::Duration;

use rumqttc::TlsConfiguration;
use steward_core::digest::Digest;
use tokio::time::timeout;

use super::failure::Failure;
use super::quote::Confidence;
use super::tls::{self, Trust};
use crate::causes::{chain, deepest, find};
use crate::config::Secret;
use crate::config::steward::notify::MqttSink;

/// Nothing larger comes from a broker that we subscribe to nothing of.
const INCOMING_BYTES_MAX: u32 = 16 * 1024;
/// The largest body of a template, and its topic.
const OUTGOING_BYTES_MAX: usize = 1024 * 1024 + 64 * 1024;
/// Never reached: the time-out of the sink ends the whole.
const CONNECT_SECONDS_MAX: u64 = 3600;
/// Brokers may refuse identifiers that are longer, or hold other signs than letters and digits.
const CLIENT_ID_CHARS: usize = 23;

/// Where a message goes, and as whom.
#[derive(Clone)]
pub(super) struct Broker {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) trust: Option<Trust>,
    pub(super) login: Option<(String, Secret)>,
    pub(super) client_id: String,
    pub(super) timeout: Duration,
}

/// What is published, to be confirmed by the broker. `None` only looks whether we are let in.
pub(super) type Publication<'p> = Option<(&'p str, &'p str)>;

/// Why it did not work, with the protocol version still to be blamed or not.
enum Fault {
    Failed(Failure),
    /// Perhaps the broker does not know MQTT 5.
    OtherVersion(Failure),
}

impl Broker {
    /// # Errors
    /// When the sink's password cannot be sent without a name.
    pub(super) fn of(sink: &MqttSink, site: &str) -> Self {
        Self {
            host: sink.host.trim().to_owned(),
            port: sink.port.unwrap_or(if sink.tls { 8883 } else { 1883 }),
            trust: sink.tls.then(|| Trust::of(sink.root_certificate.as_deref())),
            login: sink.user.clone().map(|user| (user, sink.password.clone().unwrap_or_else(|| Secret::from("")))),
            client_id: client_id(site, &sink.name),
            timeout: Duration::from_secs(sink.timeout_seconds.into()),
        }
    }

    pub(super) fn shown(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    pub(super) async fn send(&self, publication: Publication<'_>) -> Result<(), Failure> {
        let tls = self.trust.as_ref().map(tls::client_config).transpose();
        let tls =
            tls.map_err(|problem| Failure::Unwelcome { problem })?.map(|tls| TlsConfiguration::Rustls(Arc::new(tls)));
        let both = async {
            match five::send(self, tls.clone(), publication).await {
                Err(Fault::OtherVersion(_)) => four::send(self, tls, publication).await,
                done => done,
            }
        };
        match timeout(self.timeout, both).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Fault::Failed(failure) | Fault::OtherVersion(failure))) => Err(failure),
            Err(_) => {
                let seconds = self.timeout.as_secs();
                Err(Failure::passing(format!("`{}` did not confirm it within {seconds} s", self.shown())))
            }
        }
    }

    /// Why the connection could not be made, or broke.
    fn explain(&self, error: &(dyn std::error::Error + 'static)) -> String {
        let host = self.shown();
        if let Some(error) = find::<rustls::Error>(error) {
            return format!("`{host}` {}", tls::explain(error));
        }
        match find::<std::io::Error>(error).map(std::io::Error::kind) {
            Some(std::io::ErrorKind::ConnectionRefused) => format!("`{host}` refused the connection"),
            _ if chain(error).any(|cause| cause.to_string().contains("lookup address")) => {
                format!("the name of `{host}` is not known here")
            }
            _ => format!("`{host}` cannot be reached: {}", Confidence::default().quote(&deepest(error))),
        }
    }

    fn closed(&self) -> Failure {
        Failure::passing(format!("`{}` closed the connection before it confirmed the message", self.shown()))
    }

    fn refuses_login(&self, reason: &str) -> Failure {
        let host = self.shown();
        Failure::Unwelcome { problem: format!("`{host}` does not let us in: {reason}; check user and password") }
    }

    fn refuses_topic(&self, reason: &str) -> Failure {
        let host = self.shown();
        Failure::Unwelcome {
            problem: format!("`{host}` does not take messages for this topic: {reason}; check the rights of the user"),
        }
    }
}

/// Stable, so that a broker shows one client, and different for two sinks: a broker ends the older one of two that are
/// called the same.
pub(super) fn client_id(site: &str, sink: &str) -> String {
    let digest = Digest::of_bytes(format!("{site}\n{sink}").as_bytes()).hex();
    format!("steward{digest}").chars().take(CLIENT_ID_CHARS).collect()
}
