//! The rules of the standard policy, for every policy that begins with them.
//!
//! The shipped policies differ in what they release and how much of it; what they keep is the same code, with the same
//! rule ids, reasons and settings. A policy of one's own gets all of it with three calls:
//!
//! ```
//! use steward_policy_sdk::rules::{Settings, StandardRules};
//! use steward_policy_sdk::{Candidate, Fact, Policy, Rule, Ruling, RunContext, SettingsError, join_rules};
//!
//! struct NobodyOnHoliday(StandardRules);
//!
//! const HOLIDAY: Rule = Rule { id: "holiday", summary: "Keeps seats of people with the tag `holiday`." };
//!
//! impl Policy for NobodyOnHoliday {
//!     type Settings = Settings;
//!
//!     const NAME: &'static str = "nobody-on-holiday";
//!     const VERSION: &'static str = "1.0.0";
//!     const SUMMARY: &'static str = "The standard policy, but people on holiday keep their seats.";
//!     const RULES: &'static [Rule] = join_rules![StandardRules::KEEPING, [HOLIDAY], StandardRules::RELEASING];
//!     const NEEDS: &'static [Fact] = StandardRules::NEEDS;
//!
//!     fn configure(settings: Settings, run: &RunContext) -> Result<Self, Vec<SettingsError>> {
//!         StandardRules::new(settings, run).map(Self)
//!     }
//!
//!     fn judge(&self, seat: &Candidate<'_>, ruling: &mut Ruling) {
//!         let idle = self.0.idle(seat);
//!         self.0.keep(seat, idle, ruling);
//!         ruling.keep(
//!             HOLIDAY,
//!             || seat.known_owner()?.tags.iter().find(|tag| tag.is("holiday")),
//!             |found| match found {
//!                 Some(_) => "the owner has the tag `holiday`".to_owned(),
//!                 None => "the owner does not have the tag `holiday`".to_owned(),
//!             },
//!         );
//!         idle.release(ruling);
//!     }
//! }
//! # steward_policy_sdk::testing::check_description::<NobodyOnHoliday>();
//! ```

mod idle;
mod never_release;
mod protect;
mod scope;
mod settings;

pub use idle::Idle;
pub use protect::Protect;
pub use scope::license_type_name;
pub use settings::{
    Account, DAYS_MAX, DeletedOwnerRule, FlagRule, LicenseTypeSettings, LicenseTypes, NamedValue, NeverRelease,
    Settings,
};

use crate::{Candidate, Fact, Instant, Rule, Ruling, RunContext, SettingsError};
use never_release::NeverReleaseRules;
use protect::ProtectRules;

/// The rules of the standard policy, ready for one run.
pub struct StandardRules {
    settings: Settings,
    never_release: NeverReleaseRules,
    protect: ProtectRules,
    now: Instant,
}

impl StandardRules {
    /// The rules of [`StandardRules::keep`], in the order in which they are tried.
    pub const KEEPING: [Rule; 17] = [
        scope::LICENSE_TYPE_DISABLED,
        scope::QUARANTINED,
        scope::OWNER_UNKNOWN,
        idle::UNKNOWN_LAST_USE,
        idle::NEVER_USED_GRACE,
        idle::RECENTLY_USED,
        never_release::USER,
        never_release::TAG,
        never_release::CUSTOM_PROPERTY,
        never_release::USER_DIRECTORY,
        never_release::INACTIVE,
        never_release::BLOCKED,
        never_release::REMOVED_EXTERNALLY,
        protect::ROLE,
        protect::ATTRIBUTE,
        protect::NAME_PATTERN,
        protect::KEEP_UNTIL,
    ];

    /// The rules of [`Idle::release`], in the order in which they are tried.
    pub const RELEASING: [Rule; 2] = [idle::NEVER_USED, idle::IDLE];

    /// The facts that the rules read. The settings for which they are needed are marked, so that a site which does not use
    /// them does not pay for them.
    pub const NEEDS: &'static [Fact] = &[Fact::Roles, Fact::Attributes];

    /// # Errors
    /// When the settings make no sense; all that is wrong with them, with paths as if they were the policy's own.
    pub fn new(settings: Settings, run: &RunContext) -> Result<Self, Vec<SettingsError>> {
        let errors = settings.errors();
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            never_release: NeverReleaseRules::new(&settings.never_release),
            protect: ProtectRules::new(&settings.protect, run.now),
            settings,
            now: run.now,
        })
    }

    /// The time of the run.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The settings as they were given.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Since when the seat is idle, and how long it may be by the settings.
    pub fn idle(&self, seat: &Candidate<'_>) -> Idle {
        let threshold = self.settings.license_type.of(seat.license_type).release_threshold_days;
        let grace = self.settings.never_used_grace_days.unwrap_or(threshold);
        Idle::new(seat, self.now, threshold, grace)
    }

    /// Keeps what the standard policy keeps. `idle` is usually [`StandardRules::idle`]; a policy that gives a seat another
    /// number of days brings its own.
    pub fn keep(&self, seat: &Candidate<'_>, idle: Idle, ruling: &mut Ruling) {
        scope::keep_disabled_type(&self.settings.license_type, seat, ruling);
        scope::keep_quarantined(seat, ruling);
        scope::keep_unknown_owner(self.settings.deleted_owner, seat, ruling);
        idle.keep(seat, ruling);
        self.never_release.keep(seat, ruling);
        self.protect.keep(seat, ruling);
    }
}
