//! The records of the contract, generated from `wit/v1`.

wit_bindgen::generate!({
    path: "../../wit/v1",
    world: "full",
    pub_export_macro: true,
    export_macro_name: "export_component",
    default_bindings_module: "steward_policy_sdk::bindings",
    additional_derives: [PartialEq],
});
