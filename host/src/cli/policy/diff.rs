//! `steward policy diff`: who newly loses a seat, and who newly keeps one, under another policy.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::{Map, Value, json};
use steward_core::policy_diff::{Change, PolicyDiff, SeatDiff};
use steward_core::text::printable;

use super::super::format::TableOrJson;
use super::super::table::{Columns, escaped};
use super::super::{Outcome, print_text};
use super::MaybeConfig;
use crate::config::{Settings, document};
use crate::ledger::Ledger;
use crate::policies;
use crate::policy_compare::{Facts, Side, compare};
use crate::run_settings::guard_settings;
use crate::wording::counted;
use crate::{bounded_file, clock, cycle, policy_trial};

/// Seats listed in the table unless all are asked for.
const LISTED_MAX: usize = 20;

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward policy diff --config steward.yaml active need-based
  steward policy diff standard my-policy.wasm --snapshot site.json --format json
  steward policy diff --config steward.yaml standard my-policy --history 30
  steward policy diff --config steward.yaml active active --settings shorter.yaml

`active` is the policy that decides now. The facts are read from the server, or from a snapshot file, or are those of the latest stored plans. Only what the policies want is compared, less what the guard holds seat by seat: caps and run gates say something about today, not about a policy. Exit code 3 when somebody newly loses a seat.")]
pub struct DiffArgs {
    /// The policy of now: a name, `name@version`, the first digits of a digest, a file, or `active`
    before: String,
    /// The other policy
    after: String,
    #[command(flatten)]
    config: MaybeConfig,
    /// Compare on the facts of this snapshot file
    #[arg(long, value_name = "FILE", conflicts_with = "history")]
    snapshot: Option<PathBuf>,
    /// Compare on the facts of the latest NUMBER stored plans
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1000))]
    history: Option<u16>,
    /// The other policy's own settings, YAML or JSON, in place of those of the settings file
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// List every seat
    #[arg(long)]
    all: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t = TableOrJson::Table)]
    format: TableOrJson,
}

pub async fn run(args: DiffArgs) -> Result<Outcome> {
    let (settings, mut ledger) = args.config.open().await?;
    let own = args.settings.as_deref().map(own_settings).transpose()?;
    let file = args.snapshot.as_deref().map(cycle::read_snapshot_file).transpose()?;
    let of_file = file.as_ref().map(|file| &file.settings.policy);
    let mut sides = Vec::new();
    for (typed, own) in [(&args.before, None), (&args.after, own.as_ref())] {
        sides.push(side(typed, own, settings.as_ref(), of_file, ledger.as_mut()).await?);
    }
    let [before, after] = <[Side; 2]>::try_from(sides).map_err(|_| anyhow::anyhow!("there are two sides"))?;
    let facts = match (file, args.history, settings) {
        (Some(file), _, _) => vec![Facts {
            now: file.inventory.taken_at(),
            guard: file.settings.guard,
            memory: file.memory,
            snapshot: file.inventory,
        }],
        (None, Some(count), _) => of_history(ledger.as_mut().context("there is no ledger yet")?, count).await?,
        (None, None, Some(settings)) => vec![live(&settings, ledger.as_mut(), &before, &after).await?],
        (None, None, None) => bail!("name facts: `--config` to read the server, or `--snapshot`"),
    };
    let diffs = tokio::task::spawn_blocking(move || {
        facts.iter().map(|facts| compare(facts, &before, &after)).collect::<Result<Vec<_>, _>>()
    });
    let diffs = diffs.await.context("the comparison stopped")??;
    print_text(&match args.format {
        TableOrJson::Json => json_text(&diffs, args.history.is_some())?,
        TableOrJson::Table => table_text(&args, &diffs),
    })?;
    let is_clean = diffs.iter().all(|diff| diff.newly_lose() == 0 && diff.is_complete());
    Ok(if is_clean { Outcome::Done } else { Outcome::Attention })
}

fn own_settings(path: &Path) -> Result<Map<String, Value>> {
    let text = bounded_file::read_text(path, policy_trial::SUITE_BYTES_MAX)
        .with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(document::read(path, &text)?)
}

async fn side(
    typed: &str,
    own: Option<&Map<String, Value>>,
    settings: Option<&Settings>,
    of_file: Option<&Value>,
    ledger: Option<&mut Ledger>,
) -> Result<Side> {
    let found = match typed {
        "active" => policies::find_active(settings, ledger).await?,
        typed => policies::named(typed, ledger).await?,
    };
    let policy = found.load(settings)?.component;
    let name = policy.description().name.clone();
    let given = match (settings, of_file) {
        (Some(settings), _) => {
            let own = own.unwrap_or_else(|| settings.steward.policy.settings_for(&name));
            cycle::settings_of_policy(settings, &policy, own)
        }
        (None, of_file) => {
            let mut given = of_file.cloned().unwrap_or_else(|| json!({}));
            if let (Value::Object(given), Some(own)) = (&mut given, own) {
                given.extend(own.clone());
            }
            given
        }
    };
    Ok(Side { name: typed.to_owned(), policy, settings: given })
}

async fn live(settings: &Settings, ledger: Option<&mut Ledger>, before: &Side, after: &Side) -> Result<Facts> {
    let guard = guard_settings(settings);
    let client = cycle::connect(settings, &clock::now)?;
    let attributes = [before, after].iter().any(|side| side.policy.description().needs_with(&side.settings).attributes);
    let snapshot = cycle::read_site(&client, &guard, attributes, &clock::now).await?;
    let now = clock::now();
    let memory = match ledger {
        Some(ledger) => ledger.memory(cycle::site_of(settings), now, &guard).await?,
        None => steward_core::memory::Memory::default(),
    };
    Ok(Facts { now, snapshot, guard, memory })
}

/// Oldest first.
async fn of_history(ledger: &mut Ledger, count: u16) -> Result<Vec<Facts>> {
    let mut facts = Vec::new();
    for id in ledger.latest_plan_ids(count).await? {
        let stored = ledger.stored_plan(&id).await?;
        let made_of = stored.made_of()?;
        facts.push(Facts {
            now: stored.plan.body().now,
            guard: made_of.settings.guard,
            memory: made_of.memory,
            snapshot: made_of.inventory,
        });
    }
    if facts.is_empty() {
        bail!("no plan is stored yet: `steward plan` and the daemon make them");
    }
    Ok(facts)
}

/// One comparison, or a list of them.
fn json_text(diffs: &[PolicyDiff], is_history: bool) -> Result<String> {
    let text = match diffs {
        [only] if !is_history => serde_json::to_string_pretty(only)?,
        diffs => serde_json::to_string_pretty(diffs)?,
    };
    Ok(escaped(&text) + "\n")
}

fn table_text(args: &DiffArgs, diffs: &[PolicyDiff]) -> String {
    let Some(latest) = diffs.last() else { return String::new() };
    let mut text = String::new();
    if args.history.is_some() {
        let mut columns = Columns::new(&["facts of", ">newly lose", ">newly keep", ""]);
        for diff in diffs {
            columns.row([
                diff.now.to_string(),
                diff.newly_lose().to_string(),
                diff.newly_keep().to_string(),
                faults(diff),
            ]);
        }
        text += &columns.text();
        text += "\nThe latest of them:\n";
    }
    let mut columns = Columns::new(&["type", ">seats", ">go before", ">go after", ">newly lose", ">newly keep"]);
    for kind in &latest.license_types {
        let numbers = [kind.seats, kind.go_before, kind.go_after, kind.newly_lose, kind.newly_keep];
        columns.row([kind.license_type.to_string()].into_iter().chain(numbers.map(|number| number.to_string())));
    }
    text += &columns.text();
    if !latest.groups.is_empty() {
        let mut columns = Columns::new(&["change", "type", "rule before", "rule after", ">seats"]);
        for group in &latest.groups {
            let kind = group.license_type.to_string();
            columns.row([change(group.change), &kind, &group.rule_before, &group.rule_after, &group.seats.to_string()]);
        }
        text += "\n";
        text += &columns.text();
    }
    let seats: Vec<&SeatDiff> = latest.seats.iter().filter(|seat| seat.change != Change::OtherRule).collect();
    if !seats.is_empty() {
        text += "\n";
        text += &seats_text(&seats, args.all);
    }
    let told = faults(latest);
    if !told.is_empty() {
        text += "\n";
        text += &printable(&told);
        text += "\n";
    }
    let newly = counted(latest.newly_lose(), "seat");
    text + &format!("\nUnder {} {newly} would newly go, and {} would newly stay.\n", args.after, latest.newly_keep())
}

fn seats_text(seats: &[&SeatDiff], all: bool) -> String {
    let shown = if all { seats.len() } else { LISTED_MAX.min(seats.len()) };
    let mut columns = Columns::new(&["change", "type", "account", "name", ">idle days", "rule before", "rule after"]);
    for it in &seats[..shown] {
        let account = format!("{}\\{}", it.seat.user_directory, it.seat.user_id);
        let name = it.seat.name.clone().unwrap_or_default();
        let idle = it.seat.idle_days.map_or_else(String::new, |days| days.to_string());
        let kind = it.seat.license_type.to_string();
        columns.row([change(it.change), &kind, &account, &name, &idle, &it.before.rule, &it.after.rule]);
    }
    let rest = seats.len() - shown;
    let more = if rest > 0 { format!("  and {rest} more; `--all` lists them\n") } else { String::new() };
    columns.text() + &more
}

fn change(change: Change) -> &'static str {
    match change {
        Change::NewlyLoses => "newly loses",
        Change::NewlyKeeps => "newly keeps",
        Change::OtherRule => "other rule",
    }
}

fn faults(diff: &PolicyDiff) -> String {
    let of =
        |name: &str, fault: &Option<String>| fault.as_ref().map(|fault| format!("the policy {name} failed: {fault}"));
    let faults = [of("before", &diff.fault_before), of("after", &diff.fault_after)];
    faults.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
