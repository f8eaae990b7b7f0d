//! Turns the crate of a policy into a component: cargo makes a core module, and the contract's types in it become the
//! component's.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use thiserror::Error;
use wit_component::ComponentEncoder;

const TARGET: &str = "wasm32-unknown-unknown";

#[derive(Debug, Error)]
pub enum BuildError {
    #[error("cannot run `cargo`: install Rust, for example with https://rustup.rs")]
    NoCargo(#[source] io::Error),
    #[error("`{0}` is no crate: it has no `Cargo.toml` that cargo can read")]
    NoCrate(String),
    #[error("`{0}` has several packages; name the folder of one of them")]
    SeveralPackages(String),
    #[error("cargo could not build it; if the target is missing: rustup target add {TARGET}")]
    Build,
    #[error("cannot read what cargo built, `{path}`")]
    Module { path: String, source: io::Error },
    #[error("what cargo built cannot be made a component: does `src/lib.rs` end with `export_policy!(…)`?")]
    Encode { source: Box<dyn std::error::Error + Send + Sync> },
    #[error("cannot write `{path}`")]
    Write { path: String, source: io::Error },
}

/// Builds the crate in `folder`. Returns the file with the component, which lies in that folder.
///
/// # Errors
/// When cargo, or what it built, cannot be used.
pub fn build(folder: &Path) -> Result<PathBuf, BuildError> {
    let shown = folder.display().to_string();
    let manifest = folder.join("Cargo.toml");
    // Said before cargo is looked for: a folder that is not there is no matter of Rust.
    if !manifest.is_file() {
        return Err(BuildError::NoCrate(shown));
    }
    let metadata = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"])
        .arg(&manifest)
        .output()
        .map_err(BuildError::NoCargo)?;
    let metadata: serde_json::Value =
        serde_json::from_slice(&metadata.stdout).map_err(|_| BuildError::NoCrate(shown.clone()))?;
    let package = package(&metadata, &manifest).ok_or(BuildError::SeveralPackages(shown))?;
    let name = package["name"].as_str().unwrap_or("policy");
    let module_name = library_name(package).unwrap_or_else(|| name.replace('-', "_"));
    let target_folder = PathBuf::from(metadata["target_directory"].as_str().unwrap_or("target"));
    let built = cargo()
        // Only the cdylib: as one of several crate types it would be built without link-time optimisation.
        .args(["rustc", "--release", "--lib", "--crate-type", "cdylib", "--target", TARGET, "--manifest-path"])
        .arg(&manifest)
        .args(["--target-dir".as_ref(), target_folder.as_os_str()])
        .status()
        .map_err(BuildError::NoCargo)?;
    if !built.success() {
        return Err(BuildError::Build);
    }
    let module = target_folder.join(TARGET).join("release").join(format!("{module_name}.wasm"));
    let bytes =
        std::fs::read(&module).map_err(|source| BuildError::Module { path: module.display().to_string(), source })?;
    let component = ComponentEncoder::default()
        .validate(true)
        .module(&bytes)
        .and_then(ComponentEncoder::encode)
        .map_err(|source| BuildError::Encode { source: source.into() })?;
    let path = folder.join(format!("{name}.wasm"));
    std::fs::write(&path, component)
        .map_err(|source| BuildError::Write { path: path.display().to_string(), source })?;
    Ok(path)
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The package whose manifest this is; the only one, when cargo writes the path in another way.
fn package<'m>(metadata: &'m serde_json::Value, manifest: &Path) -> Option<&'m serde_json::Value> {
    let packages = metadata["packages"].as_array()?;
    let manifest = manifest.canonicalize().ok();
    let is_it = |package: &&serde_json::Value| {
        let path = package["manifest_path"].as_str().and_then(|path| Path::new(path).canonicalize().ok());
        path.is_some() && path == manifest
    };
    packages.iter().find(is_it).or(match packages.as_slice() {
        [only] => Some(only),
        _ => None,
    })
}

/// A library may be called differently from its package; its file has its name.
fn library_name(package: &serde_json::Value) -> Option<String> {
    let is_cdylib = |target: &&serde_json::Value| {
        target["crate_types"].as_array().is_some_and(|types| types.iter().any(|it| it == "cdylib"))
    };
    let target = package["targets"].as_array()?.iter().find(is_cdylib)?;
    target["name"].as_str().map(|name| name.replace('-', "_"))
}
