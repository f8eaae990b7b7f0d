//! The standard policy: releases the seats that nobody used for a number of days, except those of protected owners.
//!
//! Its settings are the `licenseType` and `neverRelease` settings that users already have, and some of its own. It
//! keeps a seat by the first rule that says so, and it keeps it in every doubt: an unknown date, an unknown owner, a
//! name that is almost the one in the settings. The rules are those of the SDK, which other policies begin with too.

use steward_policy_sdk::rules::{Settings, StandardRules};
use steward_policy_sdk::{Candidate, Fact, Policy, Rule, Ruling, RunContext, SettingsError, export_policy, join_rules};

/// The policy, ready for one run.
pub struct Standard {
    rules: StandardRules,
}

impl Policy for Standard {
    type Settings = Settings;

    const NAME: &'static str = "standard";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str =
        "Releases seats that nobody used for a number of days, except those of protected owners.";
    const RULES: &'static [Rule] = join_rules![StandardRules::KEEPING, StandardRules::RELEASING];
    const NEEDS: &'static [Fact] = StandardRules::NEEDS;

    fn configure(settings: Settings, run: &RunContext) -> Result<Self, Vec<SettingsError>> {
        Ok(Self { rules: StandardRules::new(settings, run)? })
    }

    fn judge(&self, seat: &Candidate<'_>, ruling: &mut Ruling) {
        let idle = self.rules.idle(seat);
        self.rules.keep(seat, idle, ruling);
        idle.release(ruling);
    }
}

export_policy!(Standard);
