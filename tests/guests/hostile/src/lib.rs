//! A policy that misbehaves on request, to show that the sandbox holds.
//!
//! It releases everything until it comes to the seat named in its settings; there it does what they say.

use steward_policy_sdk::schemars::{self, JsonSchema};
use steward_policy_sdk::serde::{self, Deserialize};
use steward_policy_sdk::{Candidate, LicenseType, Policy, Rule, Ruling, RunContext, SettingsError};

const RELEASE: Rule = Rule { id: "release-all", summary: "Releases every seat." };
const UNKNOWN: Rule = Rule { id: "no-such-rule", summary: "A rule that the policy does not describe." };

#[derive(Deserialize, JsonSchema)]
#[serde(crate = "serde", deny_unknown_fields)]
#[schemars(crate = "schemars")]
pub struct Settings {
    /// What to do.
    act: Act,
    /// The licence id at which to do it; without it at every seat.
    at: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(crate = "serde", rename_all = "kebab-case")]
#[schemars(crate = "schemars")]
pub enum Act {
    /// Only release everything.
    Nothing,
    Spin,
    /// Takes its time for each seat, and answers.
    Slow,
    SpinInConfigure,
    Recurse,
    Trap,
    Allocate,
    AllocateInConfigure,
    LongReason,
    HugeReason,
    UnknownRule,
    TrapInQuota,
    QuotaOfOne,
    /// Answers differently whenever it is asked again.
    Remember,
    /// Over columns, forgets the last seat.
    TooFew,
    /// Over columns, answers about a seat that nobody asked about.
    TooMany,
    /// Over columns, names a rule that was not described.
    NoSuchRule,
    /// Over columns, names a date that no calendar has.
    NoSuchDate,
    /// Over columns, traps.
    TrapInColumns,
}

pub struct Hostile {
    settings: Settings,
    asked: std::cell::Cell<u32>,
}

impl Policy for Hostile {
    type Settings = Settings;

    const NAME: &'static str = "hostile";
    const VERSION: &'static str = "0.0.1";
    const SUMMARY: &'static str = "Misbehaves on request.";
    const RULES: &'static [Rule] = &[RELEASE];

    fn configure(settings: Settings, _run: &RunContext) -> Result<Self, Vec<SettingsError>> {
        match settings.act {
            Act::SpinInConfigure => spin(),
            Act::AllocateInConfigure => allocate(),
            _ => {}
        }
        Ok(Self { settings, asked: std::cell::Cell::new(0) })
    }

    fn judge(&self, candidate: &Candidate<'_>, ruling: &mut Ruling) {
        let here = self.settings.at.as_ref().is_none_or(|id| id == candidate.license_id.as_str());
        let act = if here { self.settings.act } else { Act::Nothing };
        self.asked.set(self.asked.get() + 1);
        match act {
            Act::Spin => spin(),
            Act::Slow => count_to(100_000),
            Act::Recurse => {
                ruling.set_priority(recurse(1));
            }
            Act::Trap => panic!("as requested"),
            Act::Allocate => allocate(),
            _ => {}
        }
        let rule = if act == Act::UnknownRule { UNKNOWN } else { RELEASE };
        let length = match act {
            Act::LongReason => 501,
            Act::HugeReason => 20_000_000,
            _ => 5,
        };
        let asked = self.asked.get();
        if act == Act::Remember && asked > 1 {
            return;
        }
        ruling.release(rule, || Some(()), |_: Option<&()>| "x".repeat(length));
    }

    fn quota(&self, _license_type: LicenseType) -> Option<u32> {
        match self.settings.act {
            Act::TrapInQuota => panic!("as requested"),
            Act::QuotaOfOne => Some(1),
            _ => None,
        }
    }
}

fn spin() {
    loop {
        count_to(u64::MAX);
    }
}

fn count_to(end: u64) {
    let mut n = 0_u64;
    while n < end {
        n = std::hint::black_box(n.wrapping_add(1));
    }
}

#[expect(unconditional_recursion, reason = "the sandbox has to end it")]
fn recurse(depth: i32) -> i32 {
    let here = std::hint::black_box([depth; 64]);
    recurse(here[0].wrapping_add(1)).wrapping_add(here[63])
}

fn allocate() {
    let mut kept = Vec::new();
    loop {
        // Not filled: that would cost fuel.
        kept.push(std::hint::black_box(Vec::<u8>::with_capacity(1 << 20)));
    }
}

/// The component: as the SDK makes it, but for its answers over columns.
#[cfg(target_arch = "wasm32")]
mod component {
    use steward_policy_sdk::bindings::exports::steward::policy::{bulk, policy};
    use steward_policy_sdk::{Component, Description, Evaluator, bindings};

    use super::{Act, Hostile};

    struct Tampering;

    impl policy::Guest for Tampering {
        type Evaluator = Evaluator<Hostile>;

        fn describe() -> Description {
            <Component<Hostile> as policy::Guest>::describe()
        }
    }

    impl bulk::Guest for Tampering {
        fn decide_columns(evaluator: bulk::EvaluatorBorrow<'_>, seats: bulk::Columns) -> Vec<bulk::Outline> {
            let evaluator = evaluator.get::<Evaluator<Hostile>>();
            let mut outlines = evaluator.decide_columns(seats);
            match evaluator.policy().settings.act {
                Act::TooFew => drop(outlines.pop()),
                Act::TooMany => outlines.extend(outlines.last().cloned()),
                Act::NoSuchRule => outlines.iter_mut().for_each(|outline| outline.rule = 4_000_000_000),
                Act::NoSuchDate => outlines.iter_mut().for_each(|outline| outline.flips_at = Some(i64::MAX)),
                Act::TrapInColumns => panic!("as requested"),
                _ => {}
            }
            outlines
        }
    }

    bindings::export_component!(Tampering with_types_in bindings);
}
