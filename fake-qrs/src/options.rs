//! What a server can be told: one plain struct, every member with a default that imitates a healthy signed-key site.
//!
//! Every switch stands for something that differs between real sites, or that nobody outside knows; see the README for
//! which is which.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::certificates::CertificateSet;
use crate::clock::Clock;
use crate::data::Data;
use crate::faults::FaultScript;
use crate::filter::FilterSemantics;
use crate::proxy::ProxyOptions;

/// Everything about one server.
#[derive(Clone, Debug)]
pub struct Options {
    pub data: Data,
    /// Where to serve; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where to serve the control port, plain HTTP. Keep it on loopback: it asks nobody for a password.
    pub control: Option<SocketAddr>,
    pub proxy: Option<ProxyOptions>,
    pub certificates: CertificateSet,
    pub model: LicenseModel,
    pub era: Era,
    pub latency: Latency,
    pub no_client_certificate: NoClientCertificate,
    pub unknown_user: UnknownUser,
    pub missing_user: MissingUser,
    pub clock: Clock,
    pub faults: FaultScript,
    pub filter: FilterSemantics,
    pub overview: OverviewSource,
    /// `None` follows the licence model.
    pub quarantine: Option<Quarantine>,
    pub delete_quarantined: DeleteQuarantined,
    /// Whether a simulated login gives a seat to a person without one.
    pub allocation_rules: bool,
    pub url_too_long: UrlTooLong,
    pub error_body: ErrorBody,
}

impl Options {
    /// A healthy signed-key site on a free loopback port.
    pub fn new(data: Data, certificates: CertificateSet) -> Self {
        Self {
            data,
            listen: loopback(),
            control: None,
            proxy: None,
            certificates,
            model: LicenseModel::default(),
            era: Era::default(),
            latency: Latency::default(),
            no_client_certificate: NoClientCertificate::default(),
            unknown_user: UnknownUser::default(),
            missing_user: MissingUser::default(),
            clock: Clock::real(),
            faults: FaultScript::default(),
            filter: FilterSemantics::default(),
            overview: OverviewSource::default(),
            quarantine: None,
            delete_quarantined: DeleteQuarantined::default(),
            allocation_rules: false,
            url_too_long: UrlTooLong::default(),
            error_body: ErrorBody::default(),
        }
    }

    pub(crate) fn store_rules(&self) -> StoreRules {
        StoreRules {
            model: self.model,
            era: self.era,
            overview: self.overview,
            quarantine: self.quarantine,
            allocation_rules: self.allocation_rules,
        }
    }
}

/// A free port on loopback.
pub fn loopback() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// The part of the options that the store needs.
#[derive(Clone, Copy, Debug)]
pub struct StoreRules {
    pub model: LicenseModel,
    pub era: Era,
    pub overview: OverviewSource,
    pub quarantine: Option<Quarantine>,
    pub allocation_rules: bool,
}

impl StoreRules {
    pub fn quarantines(&self) -> bool {
        let by_model = match self.model {
            LicenseModel::Serial | LicenseModel::Token => Quarantine::SevenDays,
            LicenseModel::Signed | LicenseModel::Unlicensed | LicenseModel::Expired => Quarantine::None,
        };
        self.quarantine.unwrap_or(by_model) == Quarantine::SevenDays
    }
}

/// An error in a word given on the command line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("understand `{word}`: it is none of {known}")]
pub struct UnknownWord {
    pub word: String,
    pub known: String,
}

/// Gives an enumeration its words: `FromStr`, `WORDS` and the same spelling in JSON.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $name {
            /// The words of the command line and of JSON.
            pub const WORDS: &[&str] = &[$($word),+];
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word.to_ascii_lowercase().as_str() {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { word: word.to_owned(), known: Self::WORDS.join(", ") }),
                }
            }
        }
    };
}

/// How the site is licensed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LicenseModel {
    #[default]
    Signed,
    /// Serial and control number: seats used within seven days go into quarantine.
    Serial,
    /// Tokens: user and login access instead of professional and analyzer.
    Token,
    /// `/license` answers `null`.
    Unlicensed,
    Expired,
}
words!(LicenseModel {
    Signed = "signed",
    Serial = "serial",
    Token = "token",
    Unlicensed = "unlicensed",
    Expired = "expired",
});

impl LicenseModel {
    /// The model that loaded data speaks of, for a caller who was not told one.
    pub fn of(data: &Data) -> Self {
        let text = |name: &str| data.license.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        let flag = |value: Option<&serde_json::Value>| value.and_then(serde_json::Value::as_bool).unwrap_or(false);
        if data.license.is_null() {
            Self::Unlicensed
        } else if flag(data.license.get("isExpired")) {
            Self::Expired
        } else if flag(data.accesstypeoverview.as_ref().and_then(|overview| overview.get("tokensEnabled"))) {
            Self::Token
        } else if text("key").is_empty() && !(text("lef").is_empty() && text("check").is_empty()) {
            Self::Serial
        } else {
            Self::Signed
        }
    }
}

/// Which release's records to imitate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Era {
    /// No `excess`, no `analyzerTimeAccess`, no `userDirectoryConnectorName`.
    #[serde(rename = "2018")]
    Y2018,
    /// No `userDirectoryConnectorName`.
    #[serde(rename = "2021")]
    Y2021,
    /// Everything.
    #[default]
    #[serde(rename = "2025")]
    Y2025,
}
words!(Era { Y2018 = "2018", Y2021 = "2021", Y2025 = "2025" });

/// A pause before every answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Latency {
    #[default]
    None,
    Fixed(Duration),
    /// Spread evenly between the two, in a sequence that is the same in every run.
    Between(Duration, Duration),
}

/// What a client without a certificate meets on the direct port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoClientCertificate {
    #[default]
    Handshake,
    Forbidden,
}
words!(NoClientCertificate { Handshake = "handshake", Forbidden = "forbidden" });

/// What an account meets that the site does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownUser {
    #[default]
    Forbidden,
    Admin,
    /// Security rules leave nothing to see: empty lists, and 403 for a single record.
    EmptyLists,
}
words!(UnknownUser { Forbidden = "forbidden", Admin = "admin", EmptyLists = "empty-lists" });

/// What a request without `X-Qlik-User` meets on the direct port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingUser {
    #[default]
    Admin,
    Forbidden,
}
words!(MissingUser { Admin = "admin", Forbidden = "forbidden" });

/// Where the overview of the pools comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OverviewSource {
    /// The data file's, when it has one, else computed.
    #[default]
    GivenOrComputed,
    Computed,
    /// As if the lists lacked that many rows: `allocated` is larger than what the lists show.
    #[serde(rename_all = "camelCase")]
    Inconsistent {
        missing_rows: i64,
    },
}

/// Whether a seat used within seven days goes into quarantine when it is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quarantine {
    None,
    SevenDays,
}
words!(Quarantine { None = "none", SevenDays = "seven-days" });

/// What releasing a seat that is in quarantine already answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeleteQuarantined {
    #[default]
    NoContent,
    BadRequest,
}
words!(DeleteQuarantined { NoContent = "no-content", BadRequest = "bad-request" });

/// What a request line over 16 KB answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UrlTooLong {
    #[default]
    BadRequest,
    UriTooLong,
}
words!(UrlTooLong { BadRequest = "bad-request", UriTooLong = "uri-too-long" });

/// How an error's text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorBody {
    #[default]
    Plain,
    /// As a quoted JSON string.
    Json,
}
words!(ErrorBody { Plain = "plain", Json = "json" });
