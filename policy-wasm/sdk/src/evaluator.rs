//! Makes the functions of the contract out of a [`Policy`].

use std::marker::PhantomData;

use crate::bindings::exports::steward::policy::bulk::{self, Columns, Outline};
use crate::columns::Rows;
use crate::ruling::{Ruling, UNDECIDED};
use crate::{Candidate, Decision, Description, LicenseType, Policy, RuleOutcome, RunContext, SettingsError, contract};

/// A policy with its settings, ready to decide.
pub struct Evaluator<P: Policy> {
    policy: P,
}

/// The description of `P`, with the JSON Schema of its settings.
pub fn describe<P: Policy>() -> Description {
    let rules = P::RULES.iter().chain([&UNDECIDED]);
    Description {
        name: P::NAME.to_owned(),
        version: P::VERSION.to_owned(),
        summary: P::SUMMARY.to_owned(),
        rules: rules.map(|rule| contract::Rule { id: rule.id.to_owned(), summary: rule.summary.to_owned() }).collect(),
        settings_schema: settings_schema::<P::Settings>(),
        needs: P::NEEDS.to_vec(),
    }
}

fn settings_schema<S: schemars::JsonSchema>() -> String {
    let generator = schemars::generate::SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true);
    generator.into_generator().into_root_schema_for::<S>().to_value().to_string()
}

impl<P: Policy> Evaluator<P> {
    /// # Errors
    /// When the settings cannot be read, or make no sense to the policy.
    pub fn configure(settings: &str, run: &RunContext) -> Result<Self, Vec<SettingsError>> {
        let mut reader = serde_json::Deserializer::from_str(settings);
        let settings = serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| vec![SettingsError { path: pointer(error.path()), message: error.inner().to_string() }])?;
        reader.end().map_err(|error| vec![SettingsError { path: String::new(), message: error.to_string() }])?;
        Ok(Self { policy: P::configure(settings, run)? })
    }

    /// The decision about one seat, with its reason.
    pub fn decide(&self, candidate: &contract::Candidate) -> Decision {
        self.judged(&candidate.into(), Ruling::deciding()).into_decision()
    }

    /// The decisions about many seats, without reasons.
    ///
    /// # Panics
    /// When the columns do not fit together.
    pub fn decide_columns(&self, seats: Columns) -> Vec<Outline> {
        let rows = Rows::new(seats);
        rows.iter().map(|seat| self.judged(&seat, Ruling::outlining()).into_outline(P::RULES)).collect()
    }

    /// What every rule says about one seat.
    pub fn explain(&self, candidate: &contract::Candidate) -> Vec<RuleOutcome> {
        self.judged(&candidate.into(), Ruling::explaining()).into_outcomes()
    }

    fn judged(&self, candidate: &Candidate<'_>, mut ruling: Ruling) -> Ruling {
        self.policy.judge(candidate, &mut ruling);
        ruling
    }

    /// The policy that was configured.
    pub fn policy(&self) -> &P {
        &self.policy
    }

    /// How many seats of this type may be released at most in this run.
    pub fn quota(&self, license_type: LicenseType) -> Option<u32> {
        self.policy.quota(license_type)
    }
}

/// The path of serde as a JSON Pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

/// The component of `P`: what [`crate::export_policy`] exports.
pub struct Component<P>(PhantomData<P>);

impl<P: Policy> contract::Guest for Component<P> {
    type Evaluator = Evaluator<P>;

    fn describe() -> Description {
        describe::<P>()
    }
}

impl<P: Policy> contract::GuestEvaluator for Evaluator<P> {
    fn configure(settings: String, run: RunContext) -> Result<contract::Evaluator, Vec<SettingsError>> {
        Self::configure(&settings, &run).map(contract::Evaluator::new)
    }

    fn decide(&self, candidate: contract::Candidate) -> Decision {
        self.decide(&candidate)
    }

    fn quota(&self, license_type: LicenseType) -> Option<u32> {
        self.quota(license_type)
    }

    fn explain(&self, candidate: contract::Candidate) -> Vec<RuleOutcome> {
        self.explain(&candidate)
    }
}

impl<P: Policy> bulk::Guest for Component<P> {
    fn decide_columns(evaluator: bulk::EvaluatorBorrow<'_>, seats: Columns) -> Vec<Outline> {
        evaluator.get::<Evaluator<P>>().decide_columns(seats)
    }
}
