//! Everything that the server's overview counts: pools of seats, and pools that nobody holds a seat of, such as minutes
//! and login passes. The latter are watched and never released.

use std::collections::BTreeMap;
use std::fmt;

use crate::license_type::LicenseType;
use crate::snapshot::Pool;

/// A kind of access, by the name that it has in measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessType {
    Analyzer,
    Professional,
    /// Minutes that people without a seat of their own share.
    AnalyzerCapacity,
    TokenLogin,
    TokenUser,
    /// The tokens that login and user access are paid with.
    Tokens,
}

impl AccessType {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Analyzer => "analyzer",
            Self::Professional => "professional",
            Self::AnalyzerCapacity => "analyzer_capacity",
            Self::TokenLogin => "token_login",
            Self::TokenUser => "token_user",
            Self::Tokens => "tokens_available",
        }
    }
}

impl fmt::Display for AccessType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<LicenseType> for AccessType {
    fn from(license_type: LicenseType) -> Self {
        match license_type {
            LicenseType::Analyzer => Self::Analyzer,
            LicenseType::Professional => Self::Professional,
            LicenseType::User => Self::TokenUser,
        }
    }
}

/// What the server counts of one kind of access that is enabled. Units stand at the end of a figure's name; figures
/// without one are seats.
#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    pub access_type: AccessType,
    pub figures: BTreeMap<&'static str, f64>,
}

impl Access {
    /// What a snapshot knows of a pool.
    pub fn of_pool(pool: &Pool) -> Self {
        let figures: &[(&'static str, u32)] = match pool.license_type {
            LicenseType::Analyzer | LicenseType::Professional => &[
                ("total", pool.total),
                ("allocated", pool.allocated),
                ("used", pool.used),
                ("available", pool.available),
                ("quarantined", pool.quarantined),
                ("excess", pool.excess),
            ],
            LicenseType::User => &[
                ("allocated_tokens", pool.allocated),
                ("used_tokens", pool.used),
                ("quarantined_tokens", pool.quarantined),
            ],
        };
        let figures = figures.iter().map(|(name, count)| (*name, f64::from(*count))).collect();
        Self { access_type: pool.license_type.into(), figures }
    }
}
