//! A policy for Steward: the standard rules, and one of our own.

use schemars::JsonSchema;
use serde::Deserialize;
use steward_policy_sdk::rules::{self, DeletedOwnerRule, LicenseTypes, NeverRelease, Protect, StandardRules};
use steward_policy_sdk::{
    Candidate, Fact, MS_PER_DAY, Policy, Rule, Ruling, RunContext, SettingsError, export_policy, join_rules,
};

/// Ten years.
const NEWCOMER_DAYS_MAX: u32 = 3_650;

/// What stands below `steward.policy.settings`; Steward adds `licenseType` and `neverRelease` of the users' own settings.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// Which licence types may be released, and after how many days.
    pub license_type: LicenseTypes,
    /// Owners who keep their seats however long they do not use them.
    pub never_release: NeverRelease,
    /// A seat that was never used is kept for this many days after its allocation.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub never_used_grace_days: Option<u32>,
    /// What happens to the seats of owners who were deleted from the user list.
    pub deleted_owner: DeletedOwnerRule,
    /// More owners who keep their seats however long they do not use them.
    pub protect: Protect,
    /// A seat is kept for this many days after its allocation, used or not. 0: for no longer than others.
    #[schemars(range(min = 0, max = 3_650))]
    pub newcomer_days: u32,
}

/// The policy, ready for one run.
pub struct Newcomers {
    standard: StandardRules,
    newcomer_days: u32,
}

const NEWCOMER: Rule = Rule { id: "newcomer", summary: "Keeps seats that were allocated less than newcomerDays ago." };

impl Policy for Newcomers {
    type Settings = Settings;

    const NAME: &'static str = env!("CARGO_PKG_NAME");
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const SUMMARY: &'static str = "The standard policy, but newcomers keep their seats.";
    const RULES: &'static [Rule] = join_rules![StandardRules::KEEPING, [NEWCOMER], StandardRules::RELEASING];
    const NEEDS: &'static [Fact] = StandardRules::NEEDS;

    fn configure(settings: Settings, run: &RunContext) -> Result<Self, Vec<SettingsError>> {
        let newcomer_days = settings.newcomer_days;
        if newcomer_days > NEWCOMER_DAYS_MAX {
            return Err(vec![SettingsError {
                path: "/newcomerDays".to_owned(),
                message: format!("write a number of days up to {NEWCOMER_DAYS_MAX}"),
            }]);
        }
        let standard = rules::Settings {
            license_type: settings.license_type,
            never_release: settings.never_release,
            never_used_grace_days: settings.never_used_grace_days,
            deleted_owner: settings.deleted_owner,
            protect: settings.protect,
        };
        Ok(Self { standard: StandardRules::new(standard, run)?, newcomer_days })
    }

    fn judge(&self, seat: &Candidate<'_>, ruling: &mut Ruling) {
        let idle = self.standard.idle(seat);
        self.standard.keep(seat, idle, ruling);
        self.keep_newcomers(seat, ruling);
        idle.release(ruling);
    }
}

impl Newcomers {
    /// A rule looks for something and says what it found; `None` is the sentence for a seat that it lets pass.
    fn keep_newcomers(&self, seat: &Candidate<'_>, ruling: &mut Ruling) {
        let (now, days) = (self.standard.now(), self.newcomer_days);
        ruling.keep_until(
            NEWCOMER,
            || {
                let allocated_at = seat.allocated_at?;
                let over_at = allocated_at.saturating_add(i64::from(days) * MS_PER_DAY);
                (now < over_at).then_some((Some(over_at), allocated_at))
            },
            |found| match found {
                Some(allocated_at) => {
                    let ago = (now - allocated_at).max(0) / MS_PER_DAY;
                    format!("allocated {ago} days ago; newcomers keep their seats for {days} days")
                }
                None => format!("not allocated within the last {days} days, or nobody can tell"),
            },
        );
    }
}

export_policy!(Newcomers);
