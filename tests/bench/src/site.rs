//! An invented site that answers over HTTPS on this machine, with its settings file and certificates.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::json;
use steward::clock;
use steward::config::Settings;
use steward::cycle::{self, Prepared, Source};
use steward_fake_qrs::options::Latency;
use steward_fake_qrs::seed::{self, SeedOptions};
use steward_fake_qrs::{CertificateOptions, Data, FakeQrs, JournalEntry, Options, certificates, dates, write_settings};
use tempfile::TempDir;

/// Every site has the same people.
const SEED: u64 = 7;
/// So long ago that every threshold is over.
const IDLE: Duration = Duration::from_hours(24 * 400);
pub const SERVER_NAME: &str = "qlikserver";

/// Whose seats are idle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Those of a third of the people, as on a real site.
    Mixed,
    /// Everybody's: the most work that a site can make, for us and for the baseline.
    AllIdle,
}

pub struct Site {
    fake: FakeQrs,
    folder: TempDir,
    /// The ids of the seats' owners, one for each seat that has one.
    owners: Vec<String>,
}

impl Site {
    pub async fn start(seats: usize, usage: Usage, latency: Duration) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("steward-bench-").tempdir().context("cannot make a folder")?;
        let certificates = certificates::generate(&CertificateOptions {
            host: SERVER_NAME.to_owned(),
            ..CertificateOptions::default()
        })?;
        certificates.write(folder.path())?;
        let data = data(seats, usage)?;
        let owners = owners(&data);
        let mut options = Options::new(data, certificates);
        options.latency = if latency.is_zero() { Latency::None } else { Latency::Fixed(latency) };
        let fake = steward_fake_qrs::start(options).await?;
        write_settings(folder.path(), fake.address(), SERVER_NAME).context("cannot write the settings file")?;
        Ok(Self { fake, folder, owners })
    }

    pub fn fake(&self) -> &FakeQrs {
        &self.fake
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn owners(&self) -> &[String] {
        &self.owners
    }

    pub fn config(&self) -> PathBuf {
        self.folder.path().join(steward_fake_qrs::settings::FILE_NAME)
    }

    /// Reads the site as `steward plan` does.
    pub async fn prepare(&self) -> Result<Prepared> {
        let settings = Settings::load(&self.config())?.settings;
        Ok(cycle::prepare(Some(&settings), &Source::default(), None, &clock::now).await?)
    }

    /// The requests since the last call.
    pub fn take_journal(&self) -> Vec<JournalEntry> {
        let journal = self.fake.journal();
        self.fake.clear_journal();
        journal
    }

    pub async fn stop(self) {
        self.fake.stop().await;
    }
}

fn data(seats: usize, usage: Usage) -> Result<Data> {
    let now = dates::parse(&clock::now().to_string()).context("the clock shows no date")?;
    let mut data = seed::generate(&SeedOptions::new(SEED, seats, now));
    if usage == Usage::AllIdle {
        let long_ago = json!(dates::write(now - IDLE));
        for seat in data.analyzeraccesstype.iter_mut().chain(&mut data.professionalaccesstype) {
            seat["lastUsed"] = long_ago.clone();
        }
    }
    Ok(data)
}

fn owners(data: &Data) -> Vec<String> {
    let seats = data.analyzeraccesstype.iter().chain(&data.professionalaccesstype);
    seats.filter_map(|seat| seat["user"]["id"].as_str()).map(str::to_owned).collect()
}
