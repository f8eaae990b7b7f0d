//! The standard policy: releases the seats that nobody used for a number of days, except those of protected owners.
//!
//! Its settings are the `licenseType` and `neverRelease` settings that users already have, and a few of its own. It
//! keeps a seat by the first rule that says so, and it keeps it in every doubt: an unknown date, an unknown owner, a
//! name that is almost the one in the settings.

mod protections;
mod rules;
mod settings;

use steward_policy_sdk::{Candidate, LicenseType, Policy, Rule, Ruling, RunContext, SettingsError, export_policy};

pub use settings::{
    Account, DeletedOwnerRule, FlagRule, LicenseTypeSettings, LicenseTypes, NamedValue, NeverRelease, Settings,
};

use protections::Protections;

/// The policy, ready for one run.
pub struct Standard {
    settings: Settings,
    protections: Protections,
    now: i64,
}

impl Policy for Standard {
    type Settings = Settings;

    const NAME: &'static str = "standard";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str =
        "Releases seats that nobody used for a number of days, except those of protected owners.";
    const RULES: &'static [Rule] = rules::RULES;

    fn configure(settings: Settings, run: &RunContext) -> Result<Self, Vec<SettingsError>> {
        let errors = settings.errors();
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self { protections: Protections::new(&settings.never_release), settings, now: run.now })
    }

    fn judge(&self, candidate: &Candidate<'_>, ruling: &mut Ruling) {
        rules::judge(self, candidate, ruling);
    }
}

impl Standard {
    fn license_type(&self, license_type: LicenseType) -> &LicenseTypeSettings {
        match license_type {
            LicenseType::Analyzer => &self.settings.license_type.analyzer,
            LicenseType::Professional => &self.settings.license_type.professional,
            LicenseType::User => &self.settings.license_type.user,
        }
    }
}

export_policy!(Standard);
