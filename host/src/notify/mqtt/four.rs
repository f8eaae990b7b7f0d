//! In MQTT 3.1.1, in which a broker confirms also what it throws away.

use rumqttc::mqttbytes::v4::{ConnectReturnCode, Packet};
use rumqttc::{
    AsyncClient, ConnectionError, Event, MqttOptions, NetworkOptions, Outgoing, QoS, TlsConfiguration, Transport,
};

use super::{Broker, CONNECT_SECONDS_MAX, Fault, INCOMING_BYTES_MAX, OUTGOING_BYTES_MAX, Publication};
use crate::notify::failure::Failure;

pub(super) async fn send(
    broker: &Broker,
    tls: Option<TlsConfiguration>,
    publication: Publication<'_>,
) -> Result<(), Fault> {
    let mut options = MqttOptions::new(&broker.client_id, &broker.host, broker.port);
    options.set_clean_session(true);
    options.set_max_packet_size(usize::try_from(INCOMING_BYTES_MAX).unwrap_or(usize::MAX), OUTGOING_BYTES_MAX);
    if let Some(tls) = tls {
        options.set_transport(Transport::tls_with_config(tls));
    }
    if let Some((user, password)) = &broker.login {
        options.set_credentials(user, password.expose());
    }
    let (client, mut connection) = AsyncClient::new(options, 1);
    let mut network = NetworkOptions::new();
    network.set_connection_timeout(CONNECT_SECONDS_MAX);
    connection.set_network_options(network);
    match connection.poll().await {
        Ok(Event::Incoming(Packet::ConnAck(_))) => {}
        Ok(_) => return Err(Fault::Failed(broker.closed())),
        Err(error) => return Err(Fault::Failed(refused(broker, &error))),
    }
    if let Some((topic, payload)) = publication {
        if client.publish(topic, QoS::AtLeastOnce, false, payload.to_owned()).await.is_err() {
            return Err(Fault::Failed(Failure::refused("the topic of the settings is none")));
        }
        loop {
            match connection.poll().await {
                Ok(Event::Incoming(Packet::PubAck(_))) => break,
                Ok(_) => {}
                Err(_) => return Err(Fault::Failed(broker.closed())),
            }
        }
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

fn refused(broker: &Broker, error: &ConnectionError) -> Failure {
    match error {
        ConnectionError::ConnectionRefused(ConnectReturnCode::BadUserNamePassword) => {
            broker.refuses_login("wrong user or password")
        }
        ConnectionError::ConnectionRefused(ConnectReturnCode::NotAuthorized) => broker.refuses_login("not authorised"),
        ConnectionError::ConnectionRefused(code) => {
            Failure::passing(format!("`{}` does not let us in now: {code:?}", broker.shown()))
        }
        ConnectionError::MqttState(_) | ConnectionError::NotConnAck(_) => {
            Failure::passing(format!("`{}` does not answer as an MQTT broker does", broker.shown()))
        }
        error => Failure::passing(broker.explain(error)),
    }
}
