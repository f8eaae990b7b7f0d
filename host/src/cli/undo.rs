//! `steward undo`: gives back what a run took.

use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use steward_core::ledger::RunId;
use steward_core::settings::account_name;

use super::apply::{progress_bar, show_progress};
use super::format::TableOrJson;
use super::run_text::{run_json, run_text};
use super::stop::on_ctrl_c;
use super::table::Columns;
use super::{ConfigFile, Outcome, confirm, deliver_points, load_settings, note, print_text};
use crate::executor::{RestorePlan, Way};
use crate::undo;
use crate::wording::counted;
use crate::{clock, os_user};

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward undo --config steward.yaml 3 --preview
  steward undo --config steward.yaml 3
  steward undo --config steward.yaml 3 --only 'ACME\\jdoe' --only 'ACME\\asmith'

Seats in quarantine are given back to their owners, others are allocated anew as far as the pool allows, to those first who used them last. People who get a seat back are left alone for `steward.guard.undoGraceDays`. It works while releases are paused and under dry run.")]
pub struct UndoArgs {
    /// The number of the run
    run: u64,
    #[command(flatten)]
    config: ConfigFile,
    /// Only this person; may be given several times
    #[arg(long, value_name = "DIR\\user")]
    only: Vec<String>,
    /// Show what would be done, and do nothing
    #[arg(long)]
    preview: bool,
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

pub async fn run(args: UndoArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let prepared = undo::prepare(&loaded.settings, RunId(args.run), &args.only, args.wait, &clock::now).await?;
    if prepared.plan.seats.is_empty() {
        print_text(&format!("Run {} took no seat that is not back already.\n", args.run))?;
        return Ok(Outcome::Done);
    }
    let preview = preview(&prepared.plan);
    if args.preview {
        print_text(&preview)?;
        return Ok(Outcome::Done);
    }
    if args.format == TableOrJson::Json {
        preview.lines().for_each(note);
    } else {
        print_text(&preview)?;
    }
    if !args.yes && !confirm("Give these seats back?")? {
        print_text("nothing was done\n")?;
        return Ok(Outcome::Done);
    }
    let stop = on_ctrl_c();
    let bar = progress_bar();
    let report =
        undo::carry_out(prepared, &os_user::name(), &stop, &clock::now, &mut |progress| show_progress(&bar, progress))
            .await;
    bar.finish_and_clear();
    let report = report?;
    deliver_points(&loaded.settings).await;
    print_text(&match args.format {
        TableOrJson::Json => run_json(&report)?,
        TableOrJson::Table => format!("\n{}", run_text(&report)),
    })?;
    Ok(if report.needs_attention() { Outcome::Attention } else { Outcome::Done })
}

fn preview(plan: &RestorePlan) -> String {
    let mut columns = Columns::new(&["type", "person", "how"]);
    let mut possible = 0;
    for seat in &plan.seats {
        let person = match &seat.account {
            Some(account) => account_name(&account.user_directory, &account.user_id),
            None => "erased".to_owned(),
        };
        let how = match &seat.way {
            Way::Reinstate { .. } => "lift the quarantine of the seat".to_owned(),
            Way::Allocate { .. } => "allocate a seat".to_owned(),
            Way::HoldsSeat(license_type) => format!("nothing to do: holds a seat ({license_type}) already"),
            Way::Impossible(why) => format!("not possible: {why}"),
        };
        possible += usize::from(matches!(seat.way, Way::Reinstate { .. } | Way::Allocate { .. }));
        columns.row([seat.license_type.to_string(), person, how]);
    }
    let mut text = String::new();
    let of = counted(plan.seats.len(), "release");
    let _ = writeln!(text, "Undo of run {}: {} of {of} can be given back", plan.run, counted(possible, "seat"));
    text + &columns.text()
}
