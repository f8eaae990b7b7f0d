//! The mapping of core's types to the bindings of the sandbox.

steward_core::policy_mapping!(super::bindings::exports::steward::policy::policy);

/// The same for columns.
pub mod bulk {
    steward_core::bulk_mapping!(super::super::bindings::exports::steward::policy::bulk);
}
