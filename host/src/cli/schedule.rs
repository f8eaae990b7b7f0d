//! `steward schedule`: when a text of the settings would fire.

use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use steward_core::instant::Instant;
use steward_core::schedule::{Kind, ScheduleReport};
use steward_core::text::printable;

use super::format::TextOrJson;
use super::table::escaped;
use super::{Outcome, parse_instant, print_text};
use crate::clock;

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward schedule 'every 6 hours'
  steward schedule 'at 5:15 am on monday' --count 10
  steward schedule '30 5 * * 1-5' --from 2026-01-01T00:00:00Z --format json

Texts are those of Butler's `frequency`, or cron with five fields, six with seconds first, or @daily and its like. Both are read in UTC. Exit code 2 means that the text is refused.")]
pub struct ScheduleArgs {
    /// The text
    #[arg(allow_hyphen_values = true)]
    text: String,
    /// Occurrences after this time; left out: from now on
    #[arg(long, value_name = "TIME", value_parser = parse_instant)]
    from: Option<Instant>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    count: u16,
    /// How to print
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,
}

pub fn run(args: &ScheduleArgs) -> Result<Outcome> {
    let from = args.from.unwrap_or_else(clock::now);
    let report = ScheduleReport::new(&args.text, from, usize::from(args.count));
    if args.format == TextOrJson::Json {
        print_text(&(escaped(&serde_json::to_string_pretty(&report)?) + "\n"))?;
    }
    if let Some(error) = &report.error {
        let problem =
            format!("`{}` is no schedule, position {}: {}", report.shown_text(), error.position, error.message);
        anyhow::bail!(super::failure::WrongUsage(problem));
    }
    if args.format == TextOrJson::Text {
        print_text(&text(&report))?;
    }
    Ok(Outcome::Done)
}

fn text(report: &ScheduleReport) -> String {
    let kind = match report.kind {
        Kind::Later => "a text",
        Kind::Cron => "cron",
    };
    let mut text = format!("{} ({kind}, UTC)\n", printable(&report.shown_text()));
    for at in &report.next {
        let _ = writeln!(text, "  {at}");
    }
    if report.next.is_empty() {
        text += "  never again\n";
    }
    for warning in &report.warnings {
        let _ = writeln!(text, "  but: {}", printable(warning));
    }
    text
}
