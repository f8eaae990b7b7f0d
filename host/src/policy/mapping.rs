//! The mapping of core's types to the bindings of the sandbox.

steward_core::policy_mapping!(super::bindings::exports::steward::policy::policy);
