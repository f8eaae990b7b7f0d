//! Puts the shipped policy component where the library can embed it.
//!
//! The component is built beforehand by `cargo xtask policies`: building it here would start a second cargo inside
//! this one.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let manifest_dir = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let component = Path::new(&manifest_dir).join("../target/policies/standard.wasm");
    println!("cargo::rerun-if-changed={}", component.display());
    if !component.is_file() {
        println!("cargo::error=the shipped policy is not built yet: run `cargo xtask policies` once, then build again");
        return;
    }
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::copy(&component, out.join("standard.wasm")).expect("the shipped policy can be copied");
}
