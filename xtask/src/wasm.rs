//! Makes sure that Rust can build for `wasm32-unknown-unknown`, whatever the machine has.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::process::{output, run, say};

pub const TARGET: &str = "wasm32-unknown-unknown";
/// Set to `debian` to take the way of a Debian machine without rustup's help, for testing it.
const FORCE: &str = "STEWARD_WASM_TOOLCHAIN";
/// Debian's own Rust with the sources of its standard library. Its cargo and compiler belong together.
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// How components are built on this machine.
pub enum Toolchain {
    /// The target is part of the toolchain that runs us.
    Installed,
    /// Debian's compiler builds the standard library from source and links with rustup's `rust-lld`.
    Debian { linker: PathBuf },
}

impl Toolchain {
    /// A `cargo` that can build for [`TARGET`].
    pub fn cargo(&self, root: &Path) -> Command {
        let mut command = match self {
            Self::Installed => Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())),
            Self::Debian { linker } => {
                let mut command = Command::new(DEBIAN_CARGO);
                command
                    .env("RUSTC", DEBIAN_RUSTC)
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                    .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort")
                    .env_remove("RUSTUP_TOOLCHAIN");
                command
            }
        };
        command.current_dir(root).env("CARGO_TARGET_DIR", self.target_dir(root));
        command
    }

    /// A folder of its own: another compiler would rebuild everything in the shared one.
    pub fn target_dir(&self, root: &Path) -> PathBuf {
        match self {
            Self::Installed => root.join("target/wasm"),
            Self::Debian { .. } => root.join("target/wasm-debian"),
        }
    }
}

/// Finds or installs a toolchain and says in one line which way it took.
pub fn ensure() -> Result<Toolchain> {
    if std::env::var_os(FORCE).is_some_and(|way| way == "debian") {
        return debian();
    }
    let sysroot = sysroot()?;
    if sysroot.join("lib/rustlib").join(TARGET).is_dir() {
        say(&format!("the target {TARGET} is installed"));
        return Ok(Toolchain::Installed);
    }
    if run(Command::new("rustup").args(["target", "add", TARGET])).is_ok() {
        say(&format!("the target {TARGET} was missing, `rustup target add` installed it"));
        return Ok(Toolchain::Installed);
    }
    debian().context(format!(
        "no way to build for {TARGET}: install the target with `rustup target add {TARGET}`, or on Debian the packages {}",
        DEBIAN_PACKAGES.join(" ")
    ))
}

fn sysroot() -> Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = output(Command::new(rustc).args(["--print", "sysroot"])).context("`rustc --print sysroot` failed")?;
    Ok(sysroot.into())
}

fn debian() -> Result<Toolchain> {
    let is_installed = |package: &str| {
        output(Command::new("dpkg-query").args(["--show", "--showformat=${db:Status-Abbrev}", package]))
            .is_some_and(|status| status.starts_with("ii"))
    };
    if !DEBIAN_PACKAGES.into_iter().all(is_installed) {
        run(Command::new("apt-get").args(["install", "--yes", "--quiet"]).args(DEBIAN_PACKAGES))
            .or_else(|_| {
                run(Command::new("apt-get").args(["update", "--quiet"]))?;
                run(Command::new("apt-get").args(["install", "--yes", "--quiet"]).args(DEBIAN_PACKAGES))
            })
            .context("cannot install Debian's Rust packages (root is needed)")?;
    }
    let linker = rust_lld()?;
    say(&format!("Debian's {} build the standard library for {TARGET} from source", DEBIAN_PACKAGES.join(", ")));
    Ok(Toolchain::Debian { linker })
}

/// The linker that comes with every toolchain of rustup.
fn rust_lld() -> Result<PathBuf> {
    let sysroot = sysroot()?;
    let hosts = std::fs::read_dir(sysroot.join("lib/rustlib")).context("cannot read the toolchain's folder")?;
    for host in hosts {
        let linker = host?.path().join("bin/rust-lld");
        if linker.is_file() {
            return Ok(linker);
        }
    }
    bail!("the toolchain in `{}` has no rust-lld", sysroot.display())
}
