//! Sends a message that says that nothing happened, at once and without the daemon, and says what each sink answered.

use anyhow::Result;
use clap::Args;

use crate::alerts::trial::{TrialError, trial};
use crate::cli::failure::WrongUsage;
use crate::cli::{ConfigFile, Outcome, load_settings, print_text};
use crate::notify::{self, Sinks};
use crate::{clock, os_user};

#[derive(Args)]
pub struct TestArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// Only this sink; left out: all that take alerts
    #[arg(long, value_name = "NAME")]
    sink: Option<String>,
    /// What the message is said to be about
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
}

/// Exit code 3 when a sink did not take it.
pub async fn run(args: TestArgs) -> Result<Outcome> {
    let loaded = load_settings(&args.config.config)?;
    let trial = trial(&loaded.settings, args.sink.as_deref(), args.rule.as_deref(), &os_user::name(), clock::now());
    let messages = match trial {
        Err(error @ (TrialError::Unknown { .. } | TrialError::Rule(_))) => {
            return Err(anyhow::Error::new(WrongUsage(error.to_string())));
        }
        trial => trial?,
    };
    let sinks = Sinks::of(&loaded.settings);
    let mut outcome = Outcome::Done;
    for addressed in &messages {
        let said = match notify::send_now(&sinks, &addressed.sink, &addressed.message).await {
            Ok(()) => "took it".to_owned(),
            Err(failure) => {
                outcome = Outcome::Attention;
                format!("did not take it: {}", failure.problem())
            }
        };
        print_text(&format!("{}: {said}\n", addressed.sink))?;
    }
    Ok(outcome)
}
