//! Puts the shipped policies, with their tests, and the console where the library can embed them.
//!
//! The components are built beforehand by `cargo xtask policies`: building them here would start a second cargo inside
//! this one.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The first one decides unless somebody chose another.
const SHIPPED: [&str; 3] = ["standard", "need-based", "leavers-first"];

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR")).join("..");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut code =
        format!("/// The policies that are part of Steward.\npub const SHIPPED: [Shipped; {}] = [\n", SHIPPED.len());
    for name in SHIPPED {
        let component = root.join(format!("target/policies/{name}.wasm"));
        println!("cargo::rerun-if-changed={}", component.display());
        if !component.is_file() {
            println!(
                "cargo::error=the shipped policies are not built yet: run `cargo xtask policies` once, then build again"
            );
            return;
        }
        fs::copy(&component, out.join(format!("{name}.wasm"))).expect("a shipped policy can be copied");
        let source = root.join("policy-wasm").join(name);
        let version = version(&source.join("Cargo.toml"));
        writeln!(
            code,
            "    Shipped {{ name: {name:?}, version: {version:?}, bytes: include_bytes!(concat!(env!(\"OUT_DIR\"), \
             \"/{name}.wasm\")), suites: &["
        )
        .expect("a text can be written");
        for suite in suites(&source.join("tests")) {
            let file = suite.file_name().expect("a file has a name").to_string_lossy().into_owned();
            let path = suite.canonicalize().expect("a file has a path");
            writeln!(code, "        ({file:?}, include_str!({:?})),", path.display().to_string())
                .expect("a text can be written");
        }
        code += "    ] },\n";
    }
    fs::write(out.join("shipped.rs"), code + "];\n").expect("the list can be written");
    write_template(&root, &out);
    write_web(&root.join("target/web/dist"), &out);
}

/// What `steward policy new` writes: where it lies here, and where it belongs there.
const TEMPLATE: [(&str, &str); 4] = [
    ("policy-wasm/template", ""),
    ("policy-wasm/sdk/Cargo.toml", "vendor/sdk/Cargo.toml"),
    ("policy-wasm/sdk/src", "vendor/sdk/src"),
    ("wit/v1", "wit/v1"),
];

fn write_template(root: &Path, out: &Path) {
    let mut files = Vec::new();
    for (from, to) in TEMPLATE {
        collect(&root.join(from), to, &mut files);
    }
    files.sort();
    let mut code = "/// Path and text of every file.\npub const FILES: &[(&str, &str)] = &[\n".to_owned();
    for (path, file) in files {
        let file = file.canonicalize().expect("a file has a path");
        writeln!(code, "    ({path:?}, include_str!({:?})),", file.display().to_string())
            .expect("a text can be written");
    }
    fs::write(out.join("template.rs"), code + "];\n").expect("the template can be written");
}

/// Every file of a folder, or the one file; not what cargo leaves in it.
fn collect(from: &Path, to: &str, files: &mut Vec<(String, PathBuf)>) {
    println!("cargo::rerun-if-changed={}", from.display());
    if from.is_file() {
        files.push((to.to_owned(), from.to_owned()));
        return;
    }
    for entry in fs::read_dir(from).expect("a folder can be read") {
        let path = entry.expect("a folder can be read").path();
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        if ["target", "Cargo.lock"].contains(&name.as_str()) {
            continue;
        }
        collect(&path, &if to.is_empty() { name } else { format!("{to}/{name}") }, files);
    }
}

/// The console, as far as it was built beforehand by `cargo xtask web`: a build without Node has none.
fn write_web(dist: &Path, out: &Path) {
    // Cargo would build everything anew each time for a folder that is not there.
    fs::create_dir_all(dist).expect("the folder of the console can be made");
    let mut files = Vec::new();
    collect(dist, "", &mut files);
    files.sort();
    let mut code = "/// Path and bytes of every file of the console.\nconst FILES: &[(&str, &[u8])] = &[\n".to_owned();
    for (path, file) in files {
        let file = file.canonicalize().expect("a file has a path");
        writeln!(code, "    ({path:?}, include_bytes!({:?})),", file.display().to_string())
            .expect("a text can be written");
    }
    fs::write(out.join("web.rs"), code + "];\n").expect("the list can be written");
}

fn version(manifest: &Path) -> String {
    println!("cargo::rerun-if-changed={}", manifest.display());
    let text = fs::read_to_string(manifest).expect("the manifest can be read");
    let line = text.lines().find_map(|line| line.strip_prefix("version = \"")).expect("a policy has its own version");
    line.trim_end_matches('"').to_owned()
}

fn suites(folder: &Path) -> Vec<PathBuf> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let files = entries.map(|entry| entry.expect("a folder can be read").path());
    let mut suites: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|it| it == "yaml")).collect();
    suites.sort();
    suites
}
