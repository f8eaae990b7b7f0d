//! The mapping of core's types to the records that the SDK gives to native rules.

steward_core::policy_mapping!(steward_policy_sdk::bindings::exports::steward::policy::policy);
