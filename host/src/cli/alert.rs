//! `steward alert`: what administrators are told, and how to hear less of it for a while.

mod list;
mod messages;
mod silence;
mod test;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::Outcome;

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward alert list --config steward.yaml
  steward alert history --config steward.yaml
  steward alert test --config steward.yaml --sink operations
  steward alert silence --config steward.yaml --rule low-availability --subject analyzer --hours 48 --note 'order is on its way'
  steward alert unsilence --config steward.yaml 3fa91c02
  steward alert refused --config steward.yaml --retry

The daemon looks at the rules each minute and after each job; where messages go is written under `steward.notify`.")]
pub struct AlertArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show what fires, what is silenced, and how the sinks stand
    List(list::ListArgs),
    /// Show alerts that are over
    History(list::HistoryArgs),
    /// Show the rules, and how patient each of them is
    Rules(list::RulesArgs),
    /// Send a message that says that nothing happened, and say whether each sink took it
    Test(test::TestArgs),
    /// Hear nothing of a rule for a while
    Silence(silence::SilenceArgs),
    /// End a silence now
    Unsilence(silence::UnsilenceArgs),
    /// Show messages that sinks refused for good
    Refused(messages::RefusedArgs),
}

pub async fn run(args: AlertArgs) -> Result<Outcome> {
    match args.command {
        Command::List(args) => list::list(args).await,
        Command::History(args) => list::history(args).await,
        Command::Rules(args) => list::rules(&args),
        Command::Test(args) => test::run(args).await,
        Command::Silence(args) => silence::silence(args).await,
        Command::Unsilence(args) => silence::unsilence(args).await,
        Command::Refused(args) => messages::run(args).await,
    }
}
