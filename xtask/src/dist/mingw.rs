//! Makes sure that this machine can build for Windows: Rust's target and a C compiler for `SQLite` and ring.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::process::{output, run, say};

pub const TARGET: &str = "x86_64-pc-windows-gnu";
const COMPILER: &str = "x86_64-w64-mingw32-gcc";
pub const STRIP: &str = "x86_64-w64-mingw32-strip";
const DEBIAN_PACKAGE: &str = "gcc-mingw-w64-x86-64";

pub fn ensure() -> Result<()> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let libraries = output(Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]));
    if !libraries.is_some_and(|folder| std::path::Path::new(&folder).is_dir()) {
        run(Command::new("rustup").args(["target", "add", TARGET]))
            .with_context(|| format!("no Rust for {TARGET}: `rustup target add {TARGET}` installs it"))?;
        say(&format!("the target {TARGET} was missing, `rustup target add` installed it"));
    }
    if has_compiler() {
        return Ok(());
    }
    let advice =
        format!("no C compiler for Windows: install `{COMPILER}`, on Debian `apt-get install {DEBIAN_PACKAGE}`");
    let mut install = Command::new("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive").args(["install", "--yes", "--quiet", DEBIAN_PACKAGE]);
    run(&mut install)
        .or_else(|_| {
            run(Command::new("apt-get").args(["update", "--quiet"]))?;
            run(&mut install)
        })
        .with_context(|| advice.clone())?;
    if !has_compiler() {
        bail!("{advice}");
    }
    say(&format!("{COMPILER} was missing, apt-get installed {DEBIAN_PACKAGE}"));
    Ok(())
}

fn has_compiler() -> bool {
    output(Command::new(COMPILER).arg("--version")).is_some()
}
