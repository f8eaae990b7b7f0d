//! The policy `need-based`: takes back idle seats only until enough of them are free, longest idle first.
//!
//! What it keeps is what the standard policy keeps. Of what is left it wants as many seats as its pool lacks: that is the
//! quota of the run. While nothing is lacking, idle seats stay, and a rule says so.

mod need;
mod settings;

use steward_policy_sdk::rules::{StandardRules, license_type_name};
use steward_policy_sdk::{
    Candidate, Fact, LicenseType, Policy, Rule, Ruling, RunContext, SettingsError, export_policy, join_rules,
};

pub use settings::{Settings, Target, TargetFree};

use need::Need;

const POOL_UNKNOWN: Rule =
    Rule { id: "pool-unknown", summary: "Keeps seats of a type whose pool the server does not count, or miscounts." };
const ENOUGH_FREE: Rule =
    Rule { id: "enough-free", summary: "Keeps seats while as many of their type are free as targetFree wants." };

/// The policy, ready for one run.
pub struct NeedBased {
    rules: StandardRules,
    analyzer: Need,
    professional: Need,
    user: Need,
}

impl Policy for NeedBased {
    type Settings = Settings;

    const NAME: &'static str = "need-based";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "Takes back idle seats only until enough of them are free, longest idle first.";
    const RULES: &'static [Rule] =
        join_rules![StandardRules::KEEPING, [POOL_UNKNOWN, ENOUGH_FREE], StandardRules::RELEASING];
    const NEEDS: &'static [Fact] = StandardRules::NEEDS;

    fn configure(settings: Settings, run: &RunContext) -> Result<Self, Vec<SettingsError>> {
        let mut errors = settings.errors();
        let need = |kind| need::of(run, kind, settings.target_free.of(kind), settings.count_quarantined);
        let (analyzer, professional, user) =
            (need(LicenseType::Analyzer), need(LicenseType::Professional), need(LicenseType::User));
        match StandardRules::new(settings.standard(), run) {
            Ok(rules) if errors.is_empty() => Ok(Self { rules, analyzer, professional, user }),
            Ok(_) => Err(errors),
            Err(more) => {
                errors.extend(more);
                Err(errors)
            }
        }
    }

    fn judge(&self, seat: &Candidate<'_>, ruling: &mut Ruling) {
        let idle = self.rules.idle(seat);
        self.rules.keep(seat, idle, ruling);
        self.keep_unneeded(seat.license_type, ruling);
        // The host puts equal priorities in this order too; said here, it is part of the decision.
        let days = idle.days().and_then(|days| i32::try_from(days).ok());
        ruling.set_priority(days.unwrap_or(0));
        idle.release(ruling);
    }

    fn quota(&self, license_type: LicenseType) -> Option<u32> {
        Some(self.need(license_type).seats())
    }
}

impl NeedBased {
    fn need(&self, license_type: LicenseType) -> &Need {
        match license_type {
            LicenseType::Analyzer => &self.analyzer,
            LicenseType::Professional => &self.professional,
            LicenseType::User => &self.user,
        }
    }

    fn keep_unneeded(&self, kind: LicenseType, ruling: &mut Ruling) {
        let need = self.need(kind);
        ruling.keep(
            POOL_UNKNOWN,
            || match need {
                Need::Unknown(why) => Some(why),
                Need::Known(_) => None,
            },
            |found| match found {
                Some(why) => format!("{why}, so nobody can tell how many {} seats are free", license_type_name(kind)),
                None => format!("the server counts the {} seats", license_type_name(kind)),
            },
        );
        ruling.keep(
            ENOUGH_FREE,
            || match need {
                Need::Known(count) if count.missing == 0 => Some(count),
                Need::Known(_) | Need::Unknown(_) => None,
            },
            |found| match (found, need) {
                (Some(count), _) => count.sentence(kind),
                (None, Need::Known(count)) => format!("{}, so {} may go", count.sentence(kind), count.missing),
                (None, Need::Unknown(_)) => "nobody can tell how many seats are free".to_owned(),
            },
        );
    }
}

export_policy!(NeedBased);
