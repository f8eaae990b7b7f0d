//! Makes sure that the programs are there that the tests start: time-series databases, an MQTT broker, a mail
//! server and a browser, real ones, Debian's.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process::{output, run, say};

/// The program, and Debian's package of it.
const SERVERS: [(&str, &str); 4] = [
    ("influxd", "influxdb"),
    ("victoria-metrics", "victoria-metrics"),
    ("mosquitto", "mosquitto"),
    // A library of Python; the program beside it says that it is there.
    ("aiosmtpd", "python3-aiosmtpd"),
];
/// Says to Debian's scripts that no service is to be started: the tests start their own, on ports of their own.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// A browser for the simulator's tests; whoever has another one names it in `CHROMIUM`.
const BROWSER: (&str, &str) = ("chromium", "chromium");

/// Installs the packages of servers whose program is missing.
pub fn ensure() -> Result<()> {
    ensure_programs(&SERVERS, "real servers")
}

/// Installs a browser if there is none.
pub fn ensure_browser() -> Result<()> {
    if std::env::var_os("CHROMIUM").is_some() {
        return Ok(());
    }
    ensure_programs(&[BROWSER], "a real browser")
}

fn ensure_programs(programs: &[(&str, &str)], what: &str) -> Result<()> {
    let missing: Vec<&str> =
        programs.iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    say(&format!("installing Debian's {packages} for the tests with {what}"));
    install(&missing).with_context(|| {
        format!(
            "cannot install {packages}: run `apt-get install {packages}` as root, or put the programs into the path"
        )
    })
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Where Debian keeps brokers is not in everybody's path; the tests look there too.
    let folders = std::env::split_paths(&path).chain([Path::new("/usr/sbin").to_path_buf()]);
    folders.into_iter().any(|folder| folder.join(program).is_file())
}

fn install(packages: &[&str]) -> Result<()> {
    let is_root = output(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    // A policy of the machine is left as it is.
    let ours = is_root && !Path::new(POLICY).exists() && write_policy().is_ok();
    let installed = apt(is_root, packages).or_else(|_| {
        run(as_root(is_root).args(["apt-get", "update", "--quiet"]))?;
        apt(is_root, packages)
    });
    if ours {
        let _ = std::fs::remove_file(POLICY);
    }
    installed
}

fn apt(is_root: bool, packages: &[&str]) -> Result<()> {
    let arguments = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends"];
    run(as_root(is_root).env("DEBIAN_FRONTEND", "noninteractive").args(arguments).args(packages))
}

/// `env` runs what follows; `sudo` without a password, or not at all.
fn as_root(is_root: bool) -> Command {
    if is_root {
        return Command::new("env");
    }
    let mut sudo = Command::new("sudo");
    sudo.arg("--non-interactive");
    sudo
}

/// 101: the action is forbidden.
#[cfg(unix)]
fn write_policy() -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(POLICY, "#!/bin/sh\nexit 101\n")?;
    std::fs::set_permissions(POLICY, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn write_policy() -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
