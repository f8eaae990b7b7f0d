//! What a connection to `InfluxDB` needs, taken out of the settings file.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::butler::influx::{InfluxDb, RetentionPolicy};
use crate::config::{Retention, Secret, Settings};

/// Where points go, and as whom. No `Debug`: the names of a test's failure are not worth a password.
#[derive(Clone, PartialEq)]
pub struct InfluxSettings {
    /// Such as `influx.acme.test:8086`.
    pub host: String,
    /// Scheme, host and port, without a slash at the end.
    pub base: String,
    pub target: Target,
    pub credentials: Credentials,
    /// How long the settings say that points are kept.
    pub retention: Option<Retention>,
    /// `None`: the roots of the system.
    pub root_certificate: Option<PathBuf>,
    pub is_tls: bool,
    pub batch_points: u32,
    pub timeout: Duration,
}

/// The version, and what its write API wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Version1 { database: String, policy: Option<Policy> },
    Version2 { org: String, bucket: String },
    Version3 { database: String },
}

/// The default retention policy of a database that is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub name: String,
    /// As `InfluxDB` writes it, such as `10d`.
    pub duration: String,
}

#[derive(Clone, PartialEq)]
pub enum Credentials {
    None,
    Password {
        user: String,
        password: Secret,
    },
    /// `Authorization: Token …`, of version 2.
    Token(Secret),
    /// `Authorization: Bearer …`, of version 3.
    Bearer(Secret),
}

impl InfluxSettings {
    /// `None` while `Butler.influxDb.enable` is off. Settings that were loaded have all that their version needs.
    pub fn of(settings: &Settings) -> Option<Self> {
        let butler = &settings.butler.influx_db;
        if !butler.enable {
            return None;
        }
        let ours = &settings.steward.influx_db;
        let end = settings.influx_endpoint()?;
        let host = if end.host.contains(':') { format!("[{}]", end.host) } else { end.host };
        let host = format!("{host}:{}", end.port);
        let scheme = if ours.tls { "https" } else { "http" };
        let (target, credentials, retention) = destination(butler)?;
        let seconds = Duration::from_secs(u64::from(ours.timeout_seconds));
        let milliseconds = butler.v3_config.write_timeout.map(|ms| Duration::from_millis(u64::from(ms)));
        Some(Self {
            base: format!("{scheme}://{host}"),
            host,
            timeout: milliseconds.filter(|_| butler.version == 3).unwrap_or(seconds),
            target,
            credentials,
            retention: retention.and_then(|text| Retention::parse(text).ok()),
            root_certificate: ours.root_certificate.as_deref().map(PathBuf::from),
            is_tls: ours.tls,
            batch_points: ours.batch_points,
        })
    }
}

fn destination(butler: &InfluxDb) -> Option<(Target, Credentials, Option<&str>)> {
    match butler.version {
        1 => {
            let config = &butler.v1_config;
            let auth = config.auth.as_ref().filter(|auth| auth.enable);
            let credentials = match auth {
                None => Credentials::None,
                Some(auth) => Credentials::Password { user: auth.username.clone()?, password: auth.password.clone()? },
            };
            let policy = config.retention_policy.as_ref().and_then(policy);
            let database = config.db_name.clone()?;
            let duration = config.retention_policy.as_ref().and_then(|policy| policy.duration.as_deref());
            Some((Target::Version1 { database, policy }, credentials, duration))
        }
        2 => {
            let config = &butler.v2_config;
            let target = Target::Version2 { org: config.org.clone()?, bucket: config.bucket.clone()? };
            Some((target, Credentials::Token(config.token.clone()?), config.retention_duration.as_deref()))
        }
        _ => {
            let config = &butler.v3_config;
            let target = Target::Version3 { database: config.database.clone()? };
            Some((target, Credentials::Bearer(config.token.clone()?), config.retention_duration.as_deref()))
        }
    }
}

fn policy(written: &RetentionPolicy) -> Option<Policy> {
    Some(Policy { name: written.name.clone()?, duration: written.duration.as_deref()?.trim().to_owned() })
}
