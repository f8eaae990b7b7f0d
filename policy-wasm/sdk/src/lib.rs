//! What an author of a Steward policy needs.
//!
//! An author writes a settings type and one function, [`Policy::judge`], from a candidate to a [`Ruling`]. The rest is
//! here: the bindings of the contract, the description with a JSON Schema of the settings, the decision with its flip
//! date, and the explanation of every rule. The function is the same for all of them, so they cannot disagree.
//!
//! A policy has no clock, no files, no network and no randomness, and this crate gives it none.

mod evaluator;
mod ruling;
mod text;

/// The records of the contract, generated from `wit/v1`.
#[expect(clippy::pedantic, reason = "generated code")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit/v1",
        world: "plain",
        pub_export_macro: true,
        export_macro_name: "export_component",
        default_bindings_module: "steward_policy_sdk::bindings",
        additional_derives: [PartialEq],
    });
}

pub use evaluator::{Component, Evaluator, describe};
pub use ruling::Ruling;
pub use schemars;
pub use serde;
pub use text::{fold, shorten};

pub use bindings::exports::steward::policy::policy::{
    Candidate, Decision, DeletedOwner, Description, Fact, Instant, KnownOwner, LastUse, LicenseType, Outcome, Owner,
    Pool, Property, RuleOutcome, RunContext, SettingsError, Verdict,
};

/// Milliseconds in a day of 24 hours.
pub const MS_PER_DAY: i64 = 86_400_000;

/// One rule of a policy: a stable id and a line for people.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub id: &'static str,
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
    /// The optional facts that `judge` reads.
    const NEEDS: &'static [Fact] = &[];

    /// Takes in the settings, already parsed, and what holds for the whole run.
    ///
    /// # Errors
    /// When the settings make no sense together; all that is wrong with them.
    fn configure(settings: Self::Settings, run: &RunContext) -> Result<Self, Vec<SettingsError>>;

    /// Puts one seat to every rule, in order. The first rule that keeps decides; otherwise the first that releases.
    fn judge(&self, candidate: &Candidate, ruling: &mut Ruling);

    /// How many seats of this type may be released at most in this run; `None` for no limit.
    fn quota(&self, _license_type: LicenseType) -> Option<u32> {
        None
    }
}

/// Makes the component's exports out of a [`Policy`]. It does nothing in a native build, so that a policy can be
/// tested as an ordinary crate.
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
