//! What an author of a Steward policy needs.
//!
//! An author writes a settings type and one function, [`Policy::judge`], from a seat to what the rules say about it. The
//! rest is here: the bindings of the contract, the description with a JSON Schema of the settings, the decision with its
//! flip date, the explanation of every rule, and the decisions over columns. All of them call the same function, so they
//! cannot disagree.
//!
//! A policy has no clock, no files, no network and no randomness, and this crate gives it none.
//!
//! # A whole policy
//!
//! ```
//! use schemars::JsonSchema;
//! use serde::Deserialize;
//! use steward_policy_sdk::{
//!     Candidate, LastUse, MS_PER_DAY, Policy, Rule, Ruling, RunContext, SettingsError, export_policy,
//! };
//!
//! /// The doc comments of the members are what `steward policy inspect` shows.
//! #[derive(Deserialize, JsonSchema)]
//! #[serde(rename_all = "camelCase", deny_unknown_fields)]
//! struct Settings {
//!     /// A seat goes when nobody used it for this many days.
//!     #[schemars(range(min = 1, max = 10_000))]
//!     idle_days: u32,
//! }
//!
//! struct Idle {
//!     limit_ms: i64,
//!     now: i64,
//! }
//!
//! const USED: Rule = Rule { id: "recently-used", summary: "Keeps seats that were used within idleDays." };
//! const UNCLEAR: Rule = Rule { id: "unknown-last-use", summary: "Keeps seats without a date of the last use." };
//! const IDLE: Rule = Rule { id: "idle", summary: "Releases seats that were not used for idleDays." };
//!
//! impl Policy for Idle {
//!     type Settings = Settings;
//!
//!     const NAME: &'static str = "idle";
//!     const VERSION: &'static str = "1.0.0";
//!     const SUMMARY: &'static str = "Releases seats that nobody used for a while.";
//!     const RULES: &'static [Rule] = &[UNCLEAR, USED, IDLE];
//!
//!     fn configure(settings: Settings, run: &RunContext) -> Result<Self, Vec<SettingsError>> {
//!         if !(1..=10_000).contains(&settings.idle_days) {
//!             return Err(vec![SettingsError {
//!                 path: "/idleDays".to_owned(),
//!                 message: "write a number of days from 1 to 10000".to_owned(),
//!             }]);
//!         }
//!         Ok(Self { limit_ms: i64::from(settings.idle_days) * MS_PER_DAY, now: run.now })
//!     }
//!
//!     fn judge(&self, seat: &Candidate, ruling: &mut Ruling) {
//!         let used_at = match seat.last_use {
//!             LastUse::At(at) => Some(at),
//!             LastUse::Never | LastUse::Unknown => None,
//!         };
//!         ruling.keep(
//!             UNCLEAR,
//!             || used_at.is_none().then_some(()),
//!             |found| match found {
//!                 Some(()) => "nobody can tell when the seat was last used".to_owned(),
//!                 None => "it is known when the seat was last used".to_owned(),
//!             },
//!         );
//!         ruling.keep_until(
//!             USED,
//!             || used_at.map(|at| at + self.limit_ms).filter(|over_at| self.now < *over_at).map(|at| (Some(at), ())),
//!             |found| match found {
//!                 Some(()) => "the seat was used a short while ago".to_owned(),
//!                 None => "the seat was not used lately".to_owned(),
//!             },
//!         );
//!         ruling.release(IDLE, || used_at, |_| "nobody used the seat for a while".to_owned());
//!     }
//! }
//!
//! export_policy!(Idle);
//!
//! // And a test of it:
//! use steward_policy_sdk::testing::{days_ago, decide, person, run, seat_of};
//! use steward_policy_sdk::{Evaluator, Verdict};
//!
//! let policy = Evaluator::<Idle>::configure(r#"{ "idleDays": 30 }"#, &run()).expect("good settings");
//! let mut seat = seat_of(person("jdoe"));
//! assert_eq!(decide(&policy, &seat).verdict, Verdict::Release);
//! seat.last_use = LastUse::At(days_ago(10));
//! let decision = decide(&policy, &seat);
//! assert_eq!((decision.rule.as_str(), decision.flips_at), ("recently-used", Some(days_ago(10 - 30))));
//! ```

mod candidate;
mod columns;
mod evaluator;
mod names;
pub mod rules;
mod ruling;
pub mod testing;
mod text;

#[expect(clippy::pedantic, reason = "generated code")]
pub mod bindings;

pub use candidate::{Candidate, DeletedOwner, KnownOwner, Owner, Properties, Property, Texts};
pub use evaluator::{Component, Evaluator, describe};
pub use names::{NamePairs, Names};
pub use ruling::Ruling;
pub use schemars;
pub use serde;
pub use text::{Text, fold, shorten};

/// The records of the contract, which own their texts. Rules see the views of this crate instead; tests make records.
pub use bindings::exports::steward::policy::policy as contract;

pub use bindings::exports::steward::policy::policy::{
    Decision, Description, Fact, Instant, LastUse, LicenseType, Outcome, Pool, RuleOutcome, RunContext, SettingsError,
    Verdict,
};

/// Milliseconds in a day of 24 hours.
pub const MS_PER_DAY: i64 = 86_400_000;

/// One rule of a policy: a stable id and a line for people.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Made of a-z, 0-9, `-` and `.`: ledgers, metrics and tests refer to it.
    pub id: &'static str,
    /// When the rule keeps or releases a seat.
    pub summary: &'static str,
}

/// A policy, configured for one run.
pub trait Policy: Sized + 'static {
    /// What the policy is configured with. Unknown members should be refused, so that a typing error is no silence.
    type Settings: serde::de::DeserializeOwned + schemars::JsonSchema;

    /// A short name in kebab-case.
    const NAME: &'static str;
    /// Semantic version, usually `env!("CARGO_PKG_VERSION")`.
    const VERSION: &'static str;
    /// One line for people.
    const SUMMARY: &'static str;
    /// Every rule with which `judge` may answer.
    const RULES: &'static [Rule];
    /// The optional facts that `judge` reads. A fact that is not listed never arrives.
    ///
    /// Facts about people are passed to those who need them only, and reading attributes costs the server something. So
    /// when a fact is needed for the sake of some settings, mark each of these with the fact's name in the schema:
    /// `#[schemars(extend("x-needs-fact" = "roles"))]`, or `"attributes"`, or `"display-name"`. The host then passes the
    /// fact only when one of the marked members is set and not empty. A fact for which no member is marked is passed
    /// always.
    const NEEDS: &'static [Fact] = &[];

    /// Takes in the settings, already parsed, and what holds for the whole run.
    ///
    /// # Errors
    /// When the settings make no sense together; all that is wrong with them.
    fn configure(settings: Self::Settings, run: &RunContext) -> Result<Self, Vec<SettingsError>>;

    /// Puts one seat to every rule, in order. The first rule that keeps decides; otherwise the first that releases.
    ///
    /// The answer may depend on nothing but the settings, the run and this seat. It is asked for each of up to 100,000
    /// seats: what can be worked out once belongs into `configure`.
    fn judge(&self, seat: &Candidate<'_>, ruling: &mut Ruling);

    /// How many seats of this type may be released at most in this run; `None` for no limit.
    fn quota(&self, _license_type: LicenseType) -> Option<u32> {
        None
    }
}

/// Lists of rules one after the other, for [`Policy::RULES`].
#[macro_export]
macro_rules! join_rules {
    ($($list:expr),+ $(,)?) => {{
        const COUNT: usize = 0 $(+ $list.len())+;
        const ALL: [$crate::Rule; COUNT] = $crate::joined(&[$(&$list),+]);
        &ALL
    }};
}

#[doc(hidden)]
pub const fn joined<const COUNT: usize>(lists: &[&[Rule]]) -> [Rule; COUNT] {
    let mut all = [Rule { id: "", summary: "" }; COUNT];
    let (mut list, mut place) = (0, 0);
    while list < lists.len() {
        let mut at = 0;
        while at < lists[list].len() {
            all[place] = lists[list][at];
            at += 1;
            place += 1;
        }
        list += 1;
    }
    all
}

/// Makes the component's exports out of a [`Policy`]: the world `full` of the contract. It does nothing in a native build,
/// so that a policy can be tested as an ordinary crate.
#[macro_export]
macro_rules! export_policy {
    ($policy:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::Component<$policy>;
    $crate::bindings::export_component!(Exported with_types_in $crate::bindings);
        };
    };
}
