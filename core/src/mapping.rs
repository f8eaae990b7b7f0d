//! The one mapping between domain types and the records of the contract.
//!
//! The records are generated from the WIT text by whoever runs a policy: the sandbox, the browser engine, the tests.
//! Each expands this macro over its own bindings, so that core needs no arrow to the contract's code and no field is
//! mapped in two ways.

mod bulk;

/// Expands to free functions between this crate's types and the bindings in the module at the given path.
/// To be used once in a module of its own.
#[macro_export]
macro_rules! policy_mapping {
    ($($bindings:tt)+) => {
        use $($bindings)+ as wit;

        pub fn candidate_to_wit(
            candidate: &$crate::candidate::Candidate<'_>,
            needs: $crate::policy::Needs,
        ) -> wit::Candidate {
            let seat = candidate.seat;
            wit::Candidate {
                license_id: seat.id.as_str().to_owned(),
                license_type: license_type_to_wit(seat.license_type),
                allocated_at: seat.allocated_at.map(|at| at.millis()),
                last_use: last_use_to_wit(seat.last_used),
                quarantined: seat.quarantined,
                excess: seat.excess,
                owner: owner_to_wit(&candidate.owner, needs),
                other_seats: candidate.other_seats.iter().map(|&kind| license_type_to_wit(kind)).collect(),
                rank: candidate.rank,
            }
        }

        pub fn license_type_to_wit(license_type: $crate::license_type::LicenseType) -> wit::LicenseType {
            match license_type {
                $crate::license_type::LicenseType::Analyzer => wit::LicenseType::Analyzer,
                $crate::license_type::LicenseType::Professional => wit::LicenseType::Professional,
                $crate::license_type::LicenseType::User => wit::LicenseType::User,
            }
        }

        fn last_use_to_wit(last_use: $crate::snapshot::LastUse) -> wit::LastUse {
            match last_use {
                $crate::snapshot::LastUse::Never => wit::LastUse::Never,
                $crate::snapshot::LastUse::Unknown => wit::LastUse::Unknown,
                $crate::snapshot::LastUse::At(at) => wit::LastUse::At(at.millis()),
            }
        }

        /// Facts that the policy did not ask for arrive empty.
        fn owner_to_wit(owner: &$crate::snapshot::Owner<'_>, needs: $crate::policy::Needs) -> wit::Owner {
            match owner {
                $crate::snapshot::Owner::Unresolved => wit::Owner::Unresolved,
                $crate::snapshot::Owner::Deleted { user_directory, user_id } => {
                    wit::Owner::Deleted(wit::DeletedOwner {
                        user_directory: (*user_directory).to_owned(),
                        user_id: (*user_id).to_owned(),
                    })
                }
                $crate::snapshot::Owner::Known(user) => wit::Owner::Known(wit::KnownOwner {
                    user_directory: user.user_directory.clone(),
                    user_id: user.user_id.clone(),
                    inactive: user.inactive,
                    blocked: user.blocked,
                    removed_externally: user.removed_externally,
                    tags: user.tags.clone(),
                    custom_properties: user.custom_properties.iter().map(property_to_wit).collect(),
                    roles: if needs.roles { user.roles.clone() } else { Vec::new() },
                    attributes: if needs.attributes {
                        user.attributes.iter().map(property_to_wit).collect()
                    } else {
                        Vec::new()
                    },
                    display_name: (needs.display_name && !user.name.is_empty()).then(|| user.name.clone()),
                }),
            }
        }

        fn property_to_wit(property: &$crate::snapshot::Property) -> wit::Property {
            wit::Property { name: property.name.clone(), value: property.value.clone() }
        }

        pub fn run_context_to_wit(run: &$crate::policy::RunContext) -> wit::RunContext {
            let pools = run.pools.iter().map(|pool| wit::Pool {
                license_type: license_type_to_wit(pool.license_type),
                total: pool.total,
                allocated: pool.allocated,
                available: pool.available,
                excess: pool.excess,
                quarantined: pool.quarantined,
                candidates: pool.candidates,
            });
            wit::RunContext { now: run.now.millis(), pools: pools.collect() }
        }

        /// # Errors
        /// When the answer cannot be one of a sane policy.
        pub fn decision_from_wit(
            decision: wit::Decision,
        ) -> Result<$crate::decision::Decision, $crate::policy::Fault> {
            let flips_at = match decision.flips_at {
                None => None,
                Some(ms) => Some($crate::instant::Instant::from_millis(ms).ok_or_else(|| {
                    $crate::policy::Fault::new(
                        $crate::policy::FaultKind::Malformed,
                        format!("flips-at is {ms}, which is outside the years 1 to 9999"),
                    )
                })?),
            };
            Ok($crate::decision::Decision {
                verdict: match decision.verdict {
                    wit::Verdict::Keep => $crate::decision::Verdict::Keep,
                    wit::Verdict::Release => $crate::decision::Verdict::Release,
                },
                rule: decision.rule,
                reason: decision.reason,
                priority: decision.priority,
                flips_at,
            })
        }

        pub fn rule_outcome_from_wit(outcome: wit::RuleOutcome) -> $crate::decision::RuleOutcome {
            $crate::decision::RuleOutcome {
                rule: outcome.rule,
                outcome: match outcome.outcome {
                    wit::Outcome::Keeps => $crate::decision::Outcome::Keeps,
                    wit::Outcome::Releases => $crate::decision::Outcome::Releases,
                    wit::Outcome::Passes => $crate::decision::Outcome::Passes,
                },
                evidence: outcome.evidence,
            }
        }

        pub fn description_from_wit(description: wit::Description) -> $crate::policy::Description {
            $crate::policy::Description {
                name: description.name,
                version: description.version,
                summary: description.summary,
                rules: description
                    .rules
                    .into_iter()
                    .map(|rule| $crate::policy::Rule { id: rule.id, summary: rule.summary })
                    .collect(),
                settings_schema: description.settings_schema,
                needs: $crate::policy::Needs {
                    roles: description.needs.contains(&wit::Fact::Roles),
                    attributes: description.needs.contains(&wit::Fact::Attributes),
                    display_name: description.needs.contains(&wit::Fact::DisplayName),
                },
            }
        }
    };
}
