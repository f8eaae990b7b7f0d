//! What is delivered beside the program fits it, and releases nothing as delivered.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use steward::config::Settings;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).expect("it is part of the repository")
}

/// `package.metadata.deb` of the program.
fn deb() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root())
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("packages are a list");
    packages.iter().find(|package| package["name"] == "steward").expect("it is ours")["metadata"]["deb"].clone()
}

/// The value of a key that stands once in the unit.
fn unit(key: &str) -> String {
    let text = read("packaging/steward.service");
    let found: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('=')).collect();
    assert_eq!(found.len(), 1, "{key} stands once");
    found[0].to_owned()
}

#[test]
fn the_settings_as_delivered_release_nothing() {
    for file in ["packaging/debian/steward.yaml", "packaging/windows/steward.yaml"] {
        let loaded = Settings::load(&root().join(file)).expect("good settings");
        let release = &loaded.settings.butler.qlik_sense_license.license_release;
        assert!(!release.enable && release.dry_run, "{file}");
    }
}

#[test]
fn unit_package_and_settings_name_the_same_things() {
    let deb = deb();
    let assets = deb["assets"].to_string();
    let start = unit("ExecStart");
    let (program, arguments) = start.split_once(' ').expect("a program with arguments");
    assert_eq!(program, "/usr/bin/steward");
    assert!(assets.contains(r#""target/release/steward","usr/bin/""#), "{assets}");
    let settings = arguments.strip_prefix("run --config ").expect("the daemon with its settings");
    assert_eq!(deb["conf-files"], serde_json::json!([settings]), "an upgrade keeps what the administrator wrote");
    assert!(assets.contains(settings.trim_start_matches('/')), "{assets}");

    let data = format!("/var/lib/{}", unit("StateDirectory"));
    let loaded = Settings::load(&root().join("packaging/debian/steward.yaml")).expect("good settings");
    assert_eq!(loaded.settings.data_dir(), Some(PathBuf::from(&data)));
    let user = unit("User");
    let postinst = read("packaging/debian/postinst");
    assert!(postinst.contains(&format!("install -d -m {} -o {user} -g {user} {data}", unit("StateDirectoryMode"))));
    assert!(postinst.contains(&format!("getent passwd {user}")));
}

#[test]
fn the_unit_knows_the_exit_codes_and_forbids_nothing_that_is_needed() {
    assert_eq!(unit("RestartPreventExitStatus"), "2", "wrong settings are not tried again");
    assert_eq!(unit("Type"), "notify");
    let text = read("packaging/steward.service");
    assert!(!text.lines().any(|line| line.starts_with("MemoryDenyWriteExecute=")), "policies become machine code");
}

#[test]
fn the_scripts_of_the_package_are_whole() {
    for script in ["postinst", "prerm", "postrm"] {
        let file = format!("packaging/debian/{script}");
        assert!(read(&file).contains("\n#DEBHELPER#\n"), "{script} lets the unit be set up");
        let shell = Command::new("sh").arg("-n").arg(root().join(file)).status().expect("a shell");
        assert!(shell.success(), "{script}");
    }
}
