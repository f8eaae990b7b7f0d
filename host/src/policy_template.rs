//! The folder that `steward policy new` writes: the template, with the SDK and the contract that it builds with.

include!(concat!(env!("OUT_DIR"), "/template.rs"));

/// Stands in the template wherever the policy's name belongs.
const NAME: &str = "{{name}}";
/// Files of the template itself; copies of the SDK and of the contract are left as they are.
const COPIES: [&str; 2] = ["vendor/", "wit/"];

/// A file for a policy of this name.
pub fn filled(path: &str, text: &str, name: &str) -> String {
    if COPIES.iter().any(|folder| path.starts_with(folder)) { text.to_owned() } else { text.replace(NAME, name) }
}
