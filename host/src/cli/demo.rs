//! `steward demo`: shows Steward at work on one machine, with an invented site.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use steward_core::decision::Verdict;
use steward_core::plan::{Plan, PlannedDecision};
use steward_core::snapshot::SnapshotFile;
use steward_fake_qrs::Options;
use steward_fake_qrs::seed::{self, SeedOptions};

use super::fake_qrs::{certificate_set, serve, utc_now};
use super::out_file::write_file;
use super::people::Person;
use super::{Outcome, plan, print_text, why};
use crate::clock;
use crate::config::Settings;
use crate::cycle::{self, Prepared, Source};

/// The people of the demo: enough for every rule to have somebody.
const SEATS: usize = 2000;
const SEED: u64 = 7;

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward demo
  steward demo --once --seats 500 --dir demo

Nothing outside this machine is touched: the demo brings its own server, on a free port of 127.0.0.1.
On a terminal the server runs on until Ctrl-C, so that further commands can be tried.")]
pub struct DemoArgs {
    /// End at once instead of serving until Ctrl-C
    #[arg(long)]
    once: bool,
    /// Serve until Ctrl-C even without a terminal
    #[arg(long, conflicts_with = "once")]
    keep: bool,
    /// How many seats to invent
    #[arg(long, default_value_t = SEATS)]
    seats: usize,
    /// Write certificates, settings and snapshot here instead of into a temporary folder
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub async fn run(args: DemoArgs) -> Result<Outcome> {
    let temporary = tempfile::Builder::new().prefix("steward-demo-").tempdir().context("cannot make a folder")?;
    let folder = args.dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    let data = seed::generate(&SeedOptions::new(SEED, args.seats, utc_now()?));
    let people = data.users.len();
    let fake = serve(Options::new(data, certificate_set(&folder)?), &folder).await?;
    let config = folder.join(steward_fake_qrs::settings::FILE_NAME);
    print_text(&format!(
        "An invented Qlik Sense site with {people} people answers on https://{}.\n\
         Its settings, in the format of Butler, are in {}.\n\n",
        fake.address(),
        config.display()
    ))?;

    work_off_the_backlog(&config)?;
    let settings = Settings::load(&config)?.settings;
    let mut ledger = cycle::open_ledger(&settings, &clock::now).await?;
    let prepared = cycle::prepare(Some(&settings), &Source::default(), Some(&mut ledger), &clock::now).await?;
    let plan = tokio::task::spawn_blocking(move || prepared.plan(None).map(|plan| (prepared, plan)));
    let (prepared, plan) = plan.await.context("the planner stopped")??;
    cycle::store_plan(&mut ledger, &prepared, &plan, clock::now()).await?;
    ledger.close().await;
    print_text(&plan::table_text(&plan, false, std::io::stdout().is_terminal()))?;
    let examples = explain_two(&prepared, &plan)?;
    let snapshot = folder.join("snapshot.json");
    write_snapshot(&snapshot, prepared)?;

    let serving = !args.once && (args.keep || std::io::stdin().is_terminal());
    if serving {
        print_text(&(next_commands("--config", &config, &plan, &examples) + "\nThe server runs until Ctrl-C.\n"))?;
        tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")?;
    } else {
        // The folder has to outlive us, or the commands would find nothing.
        let _ = temporary.keep();
        let ends = format!(
            "\nThe server ends with this demo; the snapshot of it stays in {}.\n\
             On a terminal, or with --keep, the demo serves until Ctrl-C.\n",
            folder.display()
        );
        print_text(&(next_commands("--snapshot", &snapshot, &plan, &examples) + &ends))?;
    }
    fake.stop().await;
    Ok(Outcome::Done)
}

/// A site that nobody tidied for years is far above the cap. Here it is worked off cap by cap, so that there is
/// something to see, and seats may be released, because nobody holds them; the section `steward:` is the last one of the file.
fn work_off_the_backlog(config: &Path) -> Result<()> {
    let read = std::fs::read_to_string(config);
    let written = read.and_then(|text| {
        let text = text.replace("dryRun: true", "dryRun: false");
        std::fs::write(config, text + "  guard:\n    aboveCap: longest-idle-first\n")
    });
    written.with_context(|| format!("cannot change `{}`", config.display()))
}

/// Explains one person who loses a seat and one who is protected.
fn explain_two(prepared: &Prepared, plan: &Plan) -> Result<Vec<String>> {
    let body = plan.body();
    let has_name = |d: &&PlannedDecision| d.name.is_some();
    let wanted = body.decisions.iter().filter(has_name).find(|d| d.verdict == Verdict::Release);
    let released = body.releases.first().and_then(|id| body.decision(id)).or(wanted);
    let kept = |d: &&PlannedDecision| d.verdict == Verdict::Keep && d.rule.starts_with("never-release");
    let kept = body.decisions.iter().filter(has_name).find(kept);
    let mut accounts = Vec::new();
    for (title, decision) in [("Why would this seat go?", released), ("Why does this one stay?", kept)] {
        let Some(decision) = decision else { continue };
        let person = Person { user_directory: decision.user_directory.clone(), user_id: decision.user_id.clone() };
        print_text(&format!("\n{title}\n{}", why::text(&why::explain(prepared, plan, &person)?)))?;
        accounts.push(person.account());
    }
    Ok(accounts)
}

fn write_snapshot(path: &Path, prepared: Prepared) -> Result<()> {
    let file = SnapshotFile::new(prepared.snapshot, prepared.settings, prepared.memory, false);
    write_file(path, |writer| serde_json::to_writer(writer, &file).map_err(Into::into))
}

fn next_commands(option: &str, path: &Path, plan: &Plan, examples: &[String]) -> String {
    let program = std::env::args().next().unwrap_or_else(|| "steward".to_owned());
    let facts = format!("{option} {}", path.display());
    let id: String = plan.id().hex().chars().take(plan::PLAN_DIGITS).collect();
    let mut commands = vec![
        format!("plan {facts} --all"),
        format!("plan {facts} --format json"),
        format!("plan {facts} --now 2027-06-01T00:00:00Z"),
    ];
    commands.extend(examples.iter().map(|account| format!("why {facts} '{account}'")));
    if option == "--config" {
        commands.push(format!("check {facts}"));
        commands.push(format!("arm {facts}"));
        commands.push(format!("apply {facts} {id} --first 10"));
        commands.push(format!("undo {facts} 1"));
        commands.push(format!("audit show {facts}"));
        commands.push(format!("status {facts}"));
        commands.push(format!("snapshot {facts} --mask --out masked.json"));
    }
    commands.push("policy inspect".to_owned());
    let lines: Vec<String> = commands.iter().map(|command| format!("  {program} {command}")).collect();
    format!("\nTry next:\n{}\n", lines.join("\n"))
}
