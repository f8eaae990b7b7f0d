//! The house stays as ARCHITECTURE.md draws it: arrows between rooms, the frozen contract, files that do not frighten.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use steward_core::digest::Digest;

/// Which of our crates a crate may use. A new arrow needs a line in ARCHITECTURE.md first.
const ARROWS: [(&str, &[&str]); 12] = [
    ("steward-core", &[]),
    ("steward-fake-qrs", &[]),
    ("steward-policy-sdk", &[]),
    ("steward-policy-standard", &["steward-policy-sdk"]),
    ("steward-policy-need-based", &["steward-policy-sdk"]),
    ("steward-policy-leavers-first", &["steward-policy-sdk"]),
    ("steward-hostile-guest", &["steward-policy-sdk"]),
    ("steward-simulator-engine", &["steward-core"]),
    ("steward", &["steward-core", "steward-fake-qrs"]),
    (
        "steward-tests",
        &["steward", "steward-core", "steward-fake-qrs", "steward-policy-sdk", "steward-policy-standard"],
    ),
    (
        "steward-bench",
        &["steward", "steward-core", "steward-fake-qrs", "steward-policy-sdk", "steward-policy-standard"],
    ),
    ("xtask", &[]),
];

/// Core computes. Whatever else it wants to use has to be looked at here.
const CORE_MAY_USE: [&str; 13] = [
    "augurs-core",
    "augurs-mstl",
    "chrono",
    "chrono-tz",
    "cron",
    "csv",
    "hmac",
    "minijinja",
    "schemars",
    "serde",
    "serde_json",
    "sha2",
    "thiserror",
];

/// The contract as it was released. A change needs a new folder.
const CONTRACTS: [(&str, &str); 1] =
    [("wit/v1/policy.wit", "sha256:ae6b52a30bfb6d70774c9a4a4b23c0e085e978c962a43580137304683f939a96")];

const LINES_MAX: usize = 500;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn packages() -> Vec<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root())
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    metadata["packages"].as_array().expect("packages are a list").clone()
}

/// Names of what a package needs to be built, not of what its tests need.
fn dependencies(package: &Value) -> BTreeSet<String> {
    let all = package["dependencies"].as_array().expect("dependencies are a list");
    all.iter().filter(|d| d["kind"] != "dev").map(|d| d["name"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn no_room_uses_another_one_that_it_may_not() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    let packages = packages();
    let ours: BTreeSet<&str> = packages.iter().map(|p| p["name"].as_str().expect("a name")).collect();
    for package in &packages {
        let name = package["name"].as_str().expect("a name");
        let may_use = allowed.get(name).unwrap_or_else(|| panic!("{name} is not in ARCHITECTURE.md"));
        for dependency in dependencies(package).iter().filter(|d| ours.contains(d.as_str())) {
            assert!(may_use.contains(&dependency.as_str()), "{name} must not use {dependency}");
        }
    }
}

/// Authors get a copy of the SDK, so its manifest inherits nothing; it must say the same all the same.
#[test]
fn the_sdk_uses_what_the_workspace_uses() {
    let packages = packages();
    let sdk = packages.iter().find(|p| p["name"] == "steward-policy-sdk").expect("the SDK is a package");
    for package in &packages {
        for field in ["edition", "rust_version", "license"] {
            assert_eq!(sdk[field], package[field], "{field} of the SDK and of {}", package["name"]);
        }
        let theirs = package["dependencies"].as_array().expect("dependencies are a list");
        for ours in sdk["dependencies"].as_array().expect("dependencies are a list") {
            for same in theirs.iter().filter(|theirs| theirs["name"] == ours["name"]) {
                assert_eq!(same["req"], ours["req"], "{} of the SDK and of {}", ours["name"], package["name"]);
            }
        }
    }
}

#[test]
fn core_has_nothing_to_do_with_input_or_output() {
    let packages = packages();
    let core = packages.iter().find(|p| p["name"] == "steward-core").expect("core is a package");
    for dependency in dependencies(core) {
        assert!(CORE_MAY_USE.contains(&dependency.as_str()), "core must not use {dependency}");
    }
}

#[test]
fn a_released_contract_does_not_change() {
    for (file, digest) in CONTRACTS {
        let text = std::fs::read(root().join(file)).expect("the contract is there");
        assert_eq!(Digest::of_bytes(&text).to_string(), digest, "{file} changed: make a new folder for a new contract");
    }
}

#[test]
fn no_file_frightens() {
    let listed = Command::new("git").current_dir(root()).args(["ls-files", "*.rs"]).output().expect("git runs");
    let files = String::from_utf8(listed.stdout).expect("git prints UTF-8");
    assert!(files.lines().count() > 50, "git lists our files");
    for file in files.lines() {
        // A file that was just removed is still listed.
        let Ok(text) = std::fs::read_to_string(root().join(file)) else { continue };
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{file} has {lines} lines");
    }
}

/// The host lists its migrations by name: one that was forgotten there would never run.
#[test]
fn every_migration_is_listed() {
    let listed = std::fs::read_to_string(root().join("host/src/ledger/open.rs")).expect("the list of migrations");
    let files = std::fs::read_dir(root().join("host/migrations")).expect("the folder of migrations");
    let names: Vec<String> =
        files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect();
    assert!(!names.is_empty());
    for name in names {
        assert!(listed.contains(&format!("migrations/{name}\"")), "{name} is not listed");
    }
}

/// What a careless merge leaves behind.
#[test]
fn no_file_has_conflict_markers() {
    let output = Command::new("git")
        .current_dir(root())
        .args(["grep", "--line-number", "-I", "-E", "^(<{7}|>{7}) "])
        .output()
        .expect("git runs");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
}
