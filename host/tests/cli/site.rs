//! A site to ask, its settings file, and the binary that asks it.

use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, Utc};
use serde_json::Value;
use steward_fake_qrs::certificates::{self, CertificateOptions};
use steward_fake_qrs::seed::{self, SeedOptions};
use steward_fake_qrs::{CertificateSet, Data, FakeQrs, FaultScript, LicenseModel, Options, settings};
use tempfile::TempDir;

/// Far above what any command of these tests needs, so that a command that hangs fails its test.
const LIMIT: Duration = Duration::from_mins(2);

/// What a run of the binary left behind.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs `steward` in an environment of its own.
#[track_caller]
pub fn steward<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Run {
    steward_with(args, &[])
}

#[track_caller]
pub fn steward_with<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>, variables: &[(&str, &str)]) -> Run {
    finish(start(args, variables))
}

pub fn start<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>, variables: &[(&str, &str)]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_steward"))
        .args(args)
        .env_clear()
        // Compiled policies are shared by all tests: compiling takes a second.
        .env("XDG_DATA_HOME", env!("CARGO_TARGET_TMPDIR"))
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits for the end of a command, with a limit.
#[track_caller]
pub fn finish(mut child: Child) -> Run {
    Output::of(&mut child).finish(child)
}

/// What a command says, read while it says it: one that fills its pipe waits.
pub struct Output {
    out: JoinHandle<String>,
    err: JoinHandle<String>,
    both: mpsc::Receiver<()>,
}

impl Output {
    pub fn of(child: &mut Child) -> Self {
        let (done, both) = mpsc::channel();
        let reader = |mut pipe: Box<dyn Read + Send>| {
            let done = done.clone();
            thread::spawn(move || {
                let mut bytes = Vec::new();
                let _ = pipe.read_to_end(&mut bytes);
                let _ = done.send(());
                String::from_utf8(bytes).expect("output is UTF-8")
            })
        };
        let out = reader(Box::new(child.stdout.take().unwrap()));
        let err = reader(Box::new(child.stderr.take().unwrap()));
        Self { out, err, both }
    }

    /// Waits for the end of the command, with a limit.
    #[track_caller]
    pub fn finish(self, mut child: Child) -> Run {
        for _ in 0..2 {
            if self.both.recv_timeout(LIMIT).is_err() {
                let _ = child.kill();
                panic!("the command did not end");
            }
        }
        let status = child.wait().unwrap();
        let (out, err) = (self.out.join().unwrap(), self.err.join().unwrap());
        let run = Run { code: status.code().unwrap_or(-1), out, err };
        run.reads_well();
        run
    }
}

impl Run {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The exit code is `code`, and standard error has all the words.
    #[track_caller]
    pub fn fails(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in {self:?}");
        }
    }

    #[track_caller]
    pub fn is_done(&self) -> &Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// Whatever is said is said once, to people, and cannot steer their terminal.
    #[track_caller]
    fn reads_well(&self) {
        let steering = |c: char| c.is_control() && !matches!(c, '\n' | '\r');
        // A plan in JSON is for programs, in the same bytes as the file.
        let is_plan = self.out.starts_with("{\n  \"format\": 1,");
        assert!(is_plan || !self.out.contains(steering), "control characters: {self:?}");
        assert!(!self.err.contains(steering), "control characters: {self:?}");
        assert!(!self.err.contains("panicked"), "{self:?}");
        for line in self.err.lines() {
            for name in
                ["Error {", "Error(", "Os {", "std::", "steward_core::", "serde", "reqwest", "rustls", "wasmtime::"]
            {
                assert!(!line.contains(name), "names of the program's inside: {line}");
            }
            // Windows paths and file positions have colons too, but no blank behind them.
            let parts: Vec<&str> = line.split(": ").filter(|part| part.len() > 12).collect();
            for (index, part) in parts.iter().enumerate() {
                assert!(!parts[index + 1..].contains(part), "said twice: {line}");
            }
        }
    }
}

/// The double of the service with a settings file that fits.
pub struct Site {
    pub qrs: FakeQrs,
    pub folder: TempDir,
    /// What the double's own settings file says, dry run and Butler's protections.
    pub settings: String,
}

/// The clock of both sides, in whole milliseconds as the server writes them.
#[expect(clippy::disallowed_methods, reason = "the binary reads the real clock, so its site must live today")]
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(3)
}

pub fn data(seats: usize) -> Data {
    data_of(7, seats, LicenseModel::Signed)
}

pub fn data_of(seed: u64, seats: usize, model: LicenseModel) -> Data {
    seed::generate(&SeedOptions { model, ..SeedOptions::new(seed, seats, now()) })
}

pub async fn site(seats: usize) -> Site {
    serve(data(seats), |_| {}).await
}

pub async fn serve(data: Data, change: impl FnOnce(&mut Options)) -> Site {
    serve_with(data, certificates::generate(&CertificateOptions::default()).unwrap(), change).await
}

pub async fn serve_with(data: Data, set: CertificateSet, change: impl FnOnce(&mut Options)) -> Site {
    let folder = tempfile::tempdir().unwrap();
    set.write(folder.path()).unwrap();
    let mut options = Options::new(data, set);
    change(&mut options);
    let qrs = steward_fake_qrs::start(options).await.unwrap();
    let settings = replaced(
        &settings::text(qrs.address(), "qlikserver"),
        "dataDir: ./data",
        &format!("dataDir: {}", data_dir(folder.path()).display()),
    );
    let site = Site { qrs, folder, settings };
    site.write("steward.yaml", &site.settings);
    site
}

/// A ledger for each site, and compiled policies that all tests share.
pub fn data_dir(folder: &Path) -> PathBuf {
    let shared = shared_data_dir().join("compiled");
    fs::create_dir_all(&shared).unwrap();
    let data = folder.join("data");
    fs::create_dir_all(&data).unwrap();
    std::os::unix::fs::symlink(shared, data.join("compiled")).unwrap();
    data
}

/// Where commands without a site keep compiled policies, too.
pub fn shared_data_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("steward")
}

/// The text with a part of it replaced, which must be there once.
#[track_caller]
pub fn replaced(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from:?} in {text}");
    text.replace(from, to)
}

impl Site {
    pub fn config(&self) -> PathBuf {
        self.folder.path().join("steward.yaml")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// Changes the settings file for good: replaces parts of what it says now.
    #[track_caller]
    pub fn set(&mut self, changes: &[(&str, &str)]) -> &mut Self {
        for (from, to) in changes {
            self.settings = replaced(&self.settings, from, to);
        }
        self.write("steward.yaml", &self.settings);
        self
    }

    /// Adds lines to the section `steward:`, which is the last one of the file.
    pub fn add(&mut self, lines: &str) -> &mut Self {
        self.settings.push_str(lines);
        self.write("steward.yaml", &self.settings);
        self
    }

    /// Runs a command with the site's settings file.
    #[track_caller]
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Run {
        let mut all: Vec<std::ffi::OsString> = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
        let end = all.iter().position(|arg| arg == "--").unwrap_or(all.len());
        all.splice(end..end, ["--config".into(), self.config().into_os_string()]);
        steward(all)
    }

    /// The plan of now as JSON, whatever it holds.
    #[track_caller]
    pub fn plan(&self) -> Value {
        let run = self.run(["plan", "--format", "json"]);
        assert!([0, 3].contains(&run.code), "{run:?}");
        run.json()
    }

    /// Runs `plan` after the service was told to misbehave.
    #[track_caller]
    pub fn plan_with(&self, faults: FaultScript) -> Run {
        self.qrs.set_faults(faults);
        self.run(["plan", "--format", "json"])
    }

    /// Whatever the folder holds beside what was put there, sorted.
    pub fn leftovers(&self) -> Vec<String> {
        const OWN: [&str; 7] =
            ["client.pem", "client_key.pem", "data", "root.pem", "server.pem", "server_key.pem", "steward.yaml"];
        let names = fs::read_dir(self.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| !OWN.contains(&name.as_str()));
        names.sort();
        names
    }
}

/// The seats of a plan with this rule.
pub fn with_rule<'p>(plan: &'p Value, rule: &str) -> Vec<&'p str> {
    let decisions = plan["decisions"].as_array().unwrap().iter();
    decisions.filter(|decision| decision["rule"] == rule).map(|d| d["licenseId"].as_str().unwrap()).collect()
}

/// How many seats of a plan there are of each type, verdict and rule.
pub fn counts(plan: &Value) -> std::collections::BTreeMap<String, usize> {
    let mut counts = std::collections::BTreeMap::new();
    for decision in plan["decisions"].as_array().unwrap() {
        let [kind, verdict, rule] = ["licenseType", "verdict", "rule"].map(|name| decision[name].as_str().unwrap());
        *counts.entry(format!("{kind} {verdict} {rule}")).or_default() += 1;
    }
    counts
}

/// The gates of a plan, without repetition.
pub fn gates(plan: &Value) -> Vec<&str> {
    let mut gates: Vec<&str> =
        plan["held"].as_array().unwrap().iter().map(|held| held["gate"].as_str().unwrap()).collect();
    gates.sort_unstable();
    gates.dedup();
    gates
}
