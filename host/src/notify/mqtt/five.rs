//! In MQTT 5.

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{ConnectReturnCode, Packet, PubAckReason};
use rumqttc::v5::{AsyncClient, ConnectionError, Event, EventLoop, MqttOptions, StateError};
use rumqttc::{Outgoing, TlsConfiguration, Transport};

use super::{Broker, CONNECT_SECONDS_MAX, Fault, INCOMING_BYTES_MAX, Publication};
use crate::notify::failure::Failure;

pub(super) async fn send(
    broker: &Broker,
    tls: Option<TlsConfiguration>,
    publication: Publication<'_>,
) -> Result<(), Fault> {
    let mut options = MqttOptions::new(&broker.client_id, &broker.host, broker.port);
    options.set_clean_start(true);
    options.set_max_packet_size(Some(INCOMING_BYTES_MAX));
    options.set_connection_timeout(CONNECT_SECONDS_MAX);
    if let Some(tls) = tls {
        options.set_transport(Transport::tls_with_config(tls));
    }
    if let Some((user, password)) = &broker.login {
        options.set_credentials(user, password.expose());
    }
    let (client, mut connection) = AsyncClient::new(options, 1);
    match connection.poll().await {
        Ok(Event::Incoming(Packet::ConnAck(_))) => {}
        Ok(_) => return Err(Fault::OtherVersion(broker.closed())),
        Err(error) => return Err(refused(broker, &error)),
    }
    if let Some((topic, payload)) = publication {
        if client.publish(topic, QoS::AtLeastOnce, false, payload.to_owned()).await.is_err() {
            return Err(Fault::Failed(Failure::refused("the topic of the settings is none")));
        }
        confirmed(broker, &mut connection).await?;
    }
    // It has what it confirmed: how the connection ends is of no importance.
    if client.disconnect().await.is_ok() {
        while let Ok(event) = connection.poll().await {
            if matches!(event, Event::Outgoing(Outgoing::Disconnect)) {
                break;
            }
        }
    }
    Ok(())
}

async fn confirmed(broker: &Broker, connection: &mut EventLoop) -> Result<(), Fault> {
    loop {
        let failure = match connection.poll().await {
            Ok(Event::Incoming(Packet::PubAck(answer))) => match answer.reason {
                // Nobody listens, which is no matter of ours.
                PubAckReason::Success | PubAckReason::NoMatchingSubscribers => return Ok(()),
                PubAckReason::NotAuthorized => broker.refuses_topic("not authorised"),
                PubAckReason::QuotaExceeded => broker.refuses_topic("quota exceeded"),
                PubAckReason::TopicNameInvalid => Failure::refused("the broker does not accept the topic"),
                PubAckReason::PayloadFormatInvalid => Failure::refused("the broker does not accept the message"),
                other => Failure::passing(format!("`{}` did not take it: {other:?}", broker.shown())),
            },
            Ok(_) => continue,
            Err(ConnectionError::MqttState(StateError::OutgoingPacketTooLarge { .. })) => {
                Failure::refused(format!("`{}` takes no message as large as this", broker.shown()))
            }
            Err(ConnectionError::MqttState(StateError::ServerDisconnect { reason_code, .. })) => {
                Failure::passing(format!("`{}` ended the connection: {reason_code:?}", broker.shown()))
            }
            Err(_) => broker.closed(),
        };
        return Err(Fault::Failed(failure));
    }
}

fn refused(broker: &Broker, error: &ConnectionError) -> Fault {
    let failed = |failure| Fault::Failed(failure);
    match error {
        ConnectionError::ConnectionRefused(code) => match code {
            ConnectReturnCode::BadUserNamePassword => failed(broker.refuses_login("wrong user or password")),
            ConnectReturnCode::NotAuthorized
            | ConnectReturnCode::Banned
            | ConnectReturnCode::BadAuthenticationMethod => failed(broker.refuses_login("not authorised")),
            ConnectReturnCode::RefusedProtocolVersion | ConnectReturnCode::UnsupportedProtocolVersion => {
                Fault::OtherVersion(broker.closed())
            }
            other => failed(Failure::passing(format!("`{}` does not let us in now: {other:?}", broker.shown()))),
        },
        // A broker of before MQTT 5 answers in a way that is none there, or hangs up.
        ConnectionError::MqttState(_) | ConnectionError::NotConnAck(_) => Fault::OtherVersion(broker.closed()),
        error => failed(Failure::passing(broker.explain(error))),
    }
}
