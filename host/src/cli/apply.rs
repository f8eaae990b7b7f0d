//! `steward apply`: releases the seats of a plan.

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use clap::Args;
use steward_core::application::Choice;
use steward_core::plan::{Held, Plan};
use steward_core::text::printable;

use super::format::TableOrJson;
use super::run_text::{run_json, run_text};
use super::stop::on_ctrl_c;
use super::table::escaped;
use super::{ConfigFile, Outcome, confirm, deliver_points, load_settings, print_text};
use crate::apply::{Applied, PlanRef, Request, apply};
use crate::executor::Progress;
use crate::ledger::check_owner;
use crate::{clock, os_user};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward apply --config steward.yaml plan.json
  steward apply --config steward.yaml 3f9c2a
  steward apply --config steward.yaml 3f9c2a --first 10
  steward apply --config steward.yaml 3f9c2a --approve-over-cap --note 'agreed with HR, ticket 4711'

The site is read and decided about once more: only seats that the plan and the fresh decision release are released. A plan is applied once. Exit code 3 means that something was held, failed, or was left out.")]
pub struct ApplyArgs {
    /// The plan: its id, or the first six digits of it or more, or a file written by `steward plan --out`
    plan: String,
    #[command(flatten)]
    config: ConfigFile,
    /// Release only so many seats, longest idle first
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    first: Option<u32>,
    /// Release also what the cap holds; recorded with your name and the note
    #[arg(long, requires = "note")]
    approve_over_cap: bool,
    /// Why the cap is lifted
    #[arg(long, value_name = "TEXT", requires = "approve_over_cap")]
    note: Option<String>,
    /// Wait while another cycle is at work, rather than refuse
    #[arg(long)]
    wait: bool,
    /// Do not ask on a terminal
    #[arg(short, long)]
    yes: bool,
    /// How to print what became of each seat
    #[arg(long, value_enum, default_value_t = TableOrJson::Table)]
    format: TableOrJson,
}

pub async fn run(args: ApplyArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    // Before the plan is read: a file of another user cannot be read either, and that would say less.
    if let Some(folder) = loaded.settings.data_dir() {
        check_owner(&folder)?;
    }
    let request = Request {
        plan: plan_ref(&args.plan)?,
        choice: Choice { first: args.first, above_cap: args.approve_over_cap },
        note: args.note.clone(),
        by: os_user::name(),
    };
    if !args.yes && !confirm(&question(&request))? {
        print_text("nothing was done\n")?;
        return Ok(Outcome::Done);
    }
    let stop = on_ctrl_c();
    let bar = progress_bar();
    let applied =
        apply(&loaded.settings, &request, args.wait, &stop, &clock::now, &mut |progress| show_progress(&bar, progress))
            .await;
    bar.finish_and_clear();
    let applied = applied?;
    deliver_points(&loaded.settings).await;
    match applied {
        Applied::Nothing => {
            match args.format {
                TableOrJson::Json => print_text("{\n  \"run\": null,\n  \"held\": []\n}\n")?,
                TableOrJson::Table => print_text("The plan releases nothing, so there is nothing to do.\n")?,
            }
            Ok(Outcome::Done)
        }
        Applied::Held(held) => {
            print_text(&held_text(&held, args.format)?)?;
            Ok(Outcome::Attention)
        }
        Applied::Run(held, report) => {
            let text = match args.format {
                TableOrJson::Json => run_json(&report)?,
                TableOrJson::Table => run_text(&report) + &held_lines(&held),
            };
            print_text(&text)?;
            let is_fine = held.is_empty() && !report.needs_attention();
            Ok(if is_fine { Outcome::Done } else { Outcome::Attention })
        }
    }
}

/// A file if there is one of that name, else an id.
fn plan_ref(text: &str) -> Result<PlanRef> {
    let path = Path::new(text);
    if !path.is_file() {
        let is_id = text.strip_prefix("sha256:").unwrap_or(text).bytes().all(|byte| byte.is_ascii_hexdigit());
        anyhow::ensure!(is_id, super::failure::WrongUsage(format!("`{text}` is neither a file nor the id of a plan")));
        return Ok(PlanRef::Id(text.to_owned()));
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let plan = Plan::parse(&text).with_context(|| format!("cannot use the plan `{}`", path.display()))?;
    Ok(PlanRef::File(Box::new(plan)))
}

fn question(request: &Request) -> String {
    let plan = match &request.plan {
        PlanRef::Id(id) => id.clone(),
        PlanRef::File(plan) => plan.id().to_string(),
    };
    let which = match request.choice.first {
        Some(first) => format!("the first {first} seats"),
        None => "the seats".to_owned(),
    };
    format!("Release {which} of plan {}?", printable(&plan))
}

fn held_text(held: &[Held], format: TableOrJson) -> Result<String> {
    if format == TableOrJson::Json {
        let json = serde_json::json!({ "run": null, "held": held });
        return Ok(escaped(&serde_json::to_string_pretty(&json)?) + "\n");
    }
    Ok("Nothing was released. The plan can be applied later.\n".to_owned() + &held_lines(held))
}

fn held_lines(held: &[Held]) -> String {
    let line = |held: &Held| {
        let (gate, detail) = (held.gate, printable(&held.detail));
        format!("  {gate}: {detail}\n      {} {}\n", gate.sentence(), gate.way_out())
    };
    held.iter().map(line).collect()
}

/// Shown on a terminal only.
pub fn progress_bar() -> indicatif::ProgressBar {
    if !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::no_length().with_message("reading the server");
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar
}

pub fn show_progress(bar: &indicatif::ProgressBar, progress: Progress) {
    if bar.length().is_none() {
        bar.set_length(progress.of as u64);
        bar.set_message("");
    }
    bar.set_position(progress.done as u64);
}
