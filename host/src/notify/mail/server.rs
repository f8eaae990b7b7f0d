//! The talk with the mail server, address by address, and what its answers mean.

use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::line::Line;
use crate::causes::{deepest, find};
use crate::config::Secret;
use crate::config::steward::notify::{MailEncryption, MailServer};
use crate::notify::failure::Failure;
use crate::notify::quote::{Confidence, after_colon};
use crate::notify::tls::{self, Trust};

/// Saying goodbye must not make a mail that was taken look as if it was not.
const GOODBYE: Duration = Duration::from_secs(2);
/// What a server answers when the name or password is wrong, or one is needed.
const OF_AUTHENTICATION: [u16; 4] = [530, 534, 535, 538];

/// Sends a mail to some addresses, in one transaction.
pub(super) async fn send(server: &MailServer, from: &Address, to: &[&str], mail: &[u8]) -> Result<(), Failure> {
    within(server, async {
        let mut connection = connect(server).await?;
        let done = transact(server, &mut connection, from, to, mail).await;
        let _ = timeout(GOODBYE, connection.abort()).await;
        done
    })
    .await
}

/// Looks whether the server lets us in, and sends nothing.
pub(in crate::notify) async fn look(server: &MailServer) -> Result<(), Failure> {
    within(server, async {
        let mut connection = connect(server).await?;
        let _ = timeout(GOODBYE, connection.abort()).await;
        Ok(())
    })
    .await
}

async fn within(server: &MailServer, work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let seconds = u64::from(server.timeout_seconds);
    let limited = timeout(Duration::from_secs(seconds), work).await;
    limited.unwrap_or_else(|_| Err(Failure::passing(format!("`{}` did not finish within {seconds} s", shown(server)))))
}

pub(in crate::notify) fn shown(server: &MailServer) -> String {
    let (host, port) = (server.host.trim(), port(server));
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

fn port(server: &MailServer) -> u16 {
    server.port.unwrap_or(match server.encryption {
        MailEncryption::Starttls => 587,
        MailEncryption::Tls => 465,
        MailEncryption::None => 25,
    })
}

async fn connect(server: &MailServer) -> Result<AsyncSmtpConnection, Failure> {
    let told = |error: SmtpError| explain(server, &error);
    let host = server.host.trim();
    let unreachable = |error: std::io::Error| {
        let reason = match error.kind() {
            std::io::ErrorKind::ConnectionRefused => "refused the connection".to_owned(),
            _ => format!("cannot be reached: {error}"),
        };
        Failure::passing(format!("`{}` {reason}", shown(server)))
    };
    let stream = TcpStream::connect((host, port(server))).await.map_err(unreachable)?;
    let peer = stream.peer_addr().map_err(unreachable)?;
    let name = ClientId::default();
    let mut connection = if server.encryption == MailEncryption::Tls {
        let trust = Trust::of(server.root_certificate.as_deref());
        let config = tls::client_config(&trust).map_err(|problem| Failure::Unwelcome { problem })?;
        let domain = ServerName::try_from(host.to_owned())
            .map_err(|_| Failure::refused(format!("`{host}` is neither a name nor an address")))?;
        let connector = TlsConnector::from(std::sync::Arc::new(config));
        let stream = connector.connect(domain, stream).await.map_err(|error| match find::<rustls::Error>(&error) {
            Some(error) => Failure::passing(format!("`{}` {}", shown(server), tls::explain(error))),
            None => unreachable(error),
        })?;
        AsyncSmtpConnection::connect_with_transport(Box::new(Line::new(stream, peer)), &name).await.map_err(told)?
    } else {
        AsyncSmtpConnection::connect_with_transport(Box::new(Line::new(stream, peer)), &name).await.map_err(told)?
    };
    if server.encryption == MailEncryption::Starttls {
        if !connection.can_starttls() {
            let host = shown(server);
            return Err(Failure::Unwelcome {
                problem: format!(
                    "`{host}` offers no STARTTLS, and without it nothing is sent: check port and `encryption`"
                ),
            });
        }
        connection.starttls(parameters(server)?, &name).await.map_err(told)?;
    }
    if let Some(user) = &server.user {
        let none = Secret::from("");
        let password = server.password.as_ref().unwrap_or(&none).expose().to_owned();
        let credentials = Credentials::new(user.clone(), password);
        connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await.map_err(told)?;
    }
    Ok(connection)
}

/// The library makes the connection of STARTTLS itself.
fn parameters(server: &MailServer) -> Result<TlsParameters, Failure> {
    let wrong = |problem: String| Failure::Unwelcome { problem };
    let mut builder = TlsParameters::builder(server.host.trim().to_owned());
    if let Some(path) = server.root_certificate.as_deref() {
        // Read and judged in one place for all sinks.
        tls::client_config(&Trust::of(Some(path))).map_err(wrong)?;
        let pem = std::fs::read(path).map_err(|error| wrong(format!("cannot read `{}`: {error}", path.display())))?;
        let roots = Certificate::from_pem(&pem).map_err(|error| wrong(error.to_string()))?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(roots);
    }
    builder.build().map_err(|error| wrong(format!("TLS cannot be used: {error}")))
}

async fn transact(
    server: &MailServer,
    connection: &mut AsyncSmtpConnection,
    from: &Address,
    to: &[&str],
    mail: &[u8],
) -> Result<(), Failure> {
    let told = |error: SmtpError| explain(server, &error);
    let mut options = Vec::new();
    if !mail.is_ascii() && connection.server_info().supports_feature(Extension::EightBitMime) {
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    connection.command(Mail::new(Some(from.clone()), options)).await.map_err(told)?;
    let mut taken = Vec::new();
    let mut not_now = Vec::new();
    let mut refused = Vec::new();
    for to in to.iter().copied() {
        // In ASCII: that was looked at when the settings and the directory were read.
        let failure = match to.trim().parse::<Address>() {
            Ok(address) => {
                match connection.command(Rcpt::new(address, Vec::new())).await {
                    Ok(_) => {
                        taken.push(to.to_owned());
                        continue;
                    }
                    // The connection itself, or what the server thinks of us: nobody gets anything.
                    Err(error) if error.status().is_none() => return Err(told(error)),
                    Err(error) => explain(server, &error),
                }
            }
            Err(_) => Failure::refused("it is no address"),
        };
        match failure {
            Failure::Refused { .. } => refused.push((to, failure)),
            _ => not_now.push((to, failure)),
        }
    }
    if taken.is_empty() {
        let failure = not_now.into_iter().chain(refused).next().map(|(_, failure)| failure);
        return Err(failure.unwrap_or_else(|| Failure::refused("it has no address")));
    }
    connection.command(Data).await.map_err(told)?;
    connection.message(mail).await.map_err(told)?;
    for (to, failure) in &refused {
        tracing::warn!("a mail reached others, but not `{to}`: {}", failure.problem());
    }
    match not_now.into_iter().next() {
        None => Ok(()),
        Some((to, failure)) => Err(Failure::Partly {
            // Who is refused for good is not asked again either.
            taken: taken.into_iter().chain(refused.iter().map(|(to, _)| (*to).to_owned())).collect(),
            problem: format!("some addresses took it, `{to}` did not: {}", failure.problem()),
        }),
    }
}

fn explain(server: &MailServer, error: &SmtpError) -> Failure {
    let host = shown(server);
    if let Some(error) = find::<rustls::Error>(error) {
        return Failure::passing(format!("`{host}` {}", tls::explain(error)));
    }
    let mut confidence = Confidence::default();
    if let Some(password) = &server.password {
        confidence.keep_password(server.user.as_deref().unwrap_or_default(), password);
    }
    let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let quoted = after_colon(&confidence.quote(&said));
    let Some(code) = error.status().map(u16::from) else {
        if error.is_client() {
            return Failure::Unwelcome { problem: format!("`{host}` cannot be used{quoted}") };
        }
        let reason = if error.is_response() { said } else { deepest(error) };
        return Failure::passing(format!("`{host}` cannot be used now{}", after_colon(&confidence.quote(&reason))));
    };
    if OF_AUTHENTICATION.contains(&code) {
        return Failure::Unwelcome { problem: format!("`{host}` does not let us in (status {code}){quoted}") };
    }
    if error.is_transient() {
        return Failure::passing(format!("`{host}` cannot take it now (status {code}){quoted}"));
    }
    // 5.7: what the server's rules say of us, such as that we may not send to other domains.
    if said.starts_with("5.7.") {
        return Failure::Unwelcome { problem: format!("`{host}` does not let us send this (status {code}){quoted}") };
    }
    Failure::refused(format!("`{host}` refuses it (status {code}){quoted}"))
}
