//! The records and functions of the world, generated from `wit/v1` and `wit/simulator`.

wit_bindgen::generate!({
    path: ["../../wit/v1", "../../wit/simulator"],
    world: "steward:simulator/simulator",
    pub_export_macro: true,
    export_macro_name: "export_engine",
    default_bindings_module: "crate::bindings",
    generate_all,
    additional_derives: [PartialEq],
});
