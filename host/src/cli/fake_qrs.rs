//! `steward fake-qrs`: serves a test double of the Qlik Repository Service.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use steward_core::instant::Instant;
use steward_fake_qrs::options::{Latency, UnknownUser, UnknownWord};
use steward_fake_qrs::seed::{self, SeedOptions};
use steward_fake_qrs::{
    CertificateOptions, CertificateSet, Clock, Data, Era, FakeQrs, FaultScript, LicenseModel, Options, ProxyOptions,
    certificates, start, write_settings,
};

use super::{Outcome, parse_instant, print_text};
use crate::clock;
use crate::wording::counted;

/// The name in the server's certificate: a short machine name, as on real sites.
const SERVER_NAME: &str = "qlikserver";

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward fake-qrs --seats 2000 --seed 7 --port 4242 --certs qrs
  steward plan --config qrs/steward.yaml
  steward fake-qrs --certs qrs --data site.json --latency-ms 5 --model serial

Into the folder of --certs it writes client.pem, client_key.pem, root.pem (the same set again when they are there already) and a settings file steward.yaml that works at once.")]
pub struct FakeQrsArgs {
    /// The folder for certificates and the settings file
    #[arg(long, value_name = "DIR")]
    certs: PathBuf,
    /// How many seats to invent
    #[arg(long, default_value_t = 2000, conflicts_with = "data")]
    seats: usize,
    /// How many people to invent; a quarter more than seats unless said otherwise
    #[arg(long, conflicts_with = "data")]
    users: Option<usize>,
    /// The same seed, sizes and time give the same people
    #[arg(long, default_value_t = 7, conflicts_with = "data")]
    seed: u64,
    /// Serve this JSON file instead: `license`, `users`, `professionalaccesstype`, `analyzeraccesstype`, …
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// The port; 0 takes a free one
    #[arg(long, default_value_t = 4242)]
    port: u16,
    /// Serve a control port too (clock, faults, journal), plain HTTP on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "PORT")]
    control_port: Option<u16>,
    /// Serve through a virtual proxy with this prefix too, on a free port
    #[arg(long, value_name = "PREFIX")]
    proxy_prefix: Option<String>,
    /// Answer every request this many milliseconds later
    #[arg(long, value_name = "MS")]
    latency_ms: Option<u64>,
    /// How the site is licensed
    #[arg(long, value_parser = words::<LicenseModel>(LicenseModel::WORDS))]
    model: Option<LicenseModel>,
    /// Which release's records to imitate
    #[arg(long, value_parser = words::<Era>(Era::WORDS), default_value = "2025")]
    era: Era,
    /// What an account sees that is not in the user list
    #[arg(long, value_parser = words::<UnknownUser>(UnknownUser::WORDS), default_value = "forbidden")]
    unknown_user: UnknownUser,
    /// Misbehave as this JSON file says
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Start the server's clock at this time instead of now
    #[arg(long, value_name = "TIME", value_parser = parse_instant)]
    now: Option<Instant>,
}

pub async fn run(args: FakeQrsArgs) -> Result<Outcome> {
    let fake = start_from(&args).await?;
    let mut lines = vec![format!("Qlik Repository Service (test double) on https://{}", fake.address())];
    lines.extend(fake.control_address().map(|control| format!("control port on http://{control}")));
    lines.extend(fake.proxy_address().map(|proxy| format!("virtual proxy on https://{proxy}")));
    let settings = args.certs.join(steward_fake_qrs::settings::FILE_NAME);
    lines.push(format!("try: steward plan --config {}", settings.display()));
    lines.push("Ctrl-C ends it\n".to_owned());
    print_text(&lines.join("\n"))?;
    tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")?;
    fake.stop().await;
    Ok(Outcome::Done)
}

async fn start_from(args: &FakeQrsArgs) -> Result<FakeQrs> {
    let (clock, now) = match args.now.and_then(|now| DateTime::<Utc>::from_timestamp_millis(now.millis())) {
        Some(now) => (Clock::starting_at(now), now),
        None => (Clock::real(), utc_now()?),
    };
    let data = if let Some(path) = &args.data {
        Data::load(path).context("cannot start the test double")?
    } else {
        let mut seed = SeedOptions::new(args.seed, args.seats, now);
        seed.users = args.users.unwrap_or(seed.users);
        seed.model = args.model.unwrap_or(seed.model);
        seed::generate(&seed)
    };
    let model = args.model.unwrap_or_else(|| LicenseModel::of(&data));
    print_text(&format!(
        "{} in the user list, seats: {} analyzer, {} professional, {} user\n",
        counted(data.users.len(), "person"),
        data.analyzeraccesstype.len(),
        data.professionalaccesstype.len(),
        data.useraccesstype.len()
    ))?;
    let mut options = Options::new(data, certificate_set(&args.certs)?);
    options.listen = loopback(args.port);
    options.control = args.control_port.map(loopback);
    options.proxy = args.proxy_prefix.as_deref().map(ProxyOptions::new);
    options.latency = args.latency_ms.map_or(Latency::None, |ms| Latency::Fixed(Duration::from_millis(ms)));
    options.model = model;
    options.era = args.era;
    options.unknown_user = args.unknown_user;
    options.clock = clock;
    if let Some(path) = &args.faults {
        options.faults = FaultScript::load(path).context("cannot start the test double")?;
    }
    serve(options, &args.certs).await
}

/// Starts a server and writes the settings file for it.
pub async fn serve(options: Options, folder: &Path) -> Result<FakeQrs> {
    let fake = start(options).await.context("cannot start the test double")?;
    write_settings(folder, fake.address(), SERVER_NAME)
        .with_context(|| format!("cannot write into `{}`", folder.display()))?;
    Ok(fake)
}

/// The set in the folder, or a new one.
pub fn certificate_set(folder: &Path) -> Result<CertificateSet> {
    if CertificateSet::is_in(folder) {
        return Ok(CertificateSet::load(folder)?);
    }
    let set =
        certificates::generate(&CertificateOptions { host: SERVER_NAME.to_owned(), ..CertificateOptions::default() })?;
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create `{}`", folder.display()))?;
    set.write(folder)?;
    Ok(set)
}

pub fn utc_now() -> Result<DateTime<Utc>> {
    DateTime::<Utc>::from_timestamp_millis(clock::now().millis()).context("the clock shows no date")
}

/// One of the words of an option.
fn words<T>(words: &'static [&'static str]) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err = UnknownWord> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| word.parse::<T>())
}

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}
