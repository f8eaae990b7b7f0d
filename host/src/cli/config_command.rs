//! `steward config`: the settings in force, and the schemas of the settings file and of the API.

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};

use super::table::escaped;
use super::{ConfigFile, Outcome, load_settings, note, print_text};
use crate::config;

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward config show --config steward.yaml
  steward config schema > steward.schema.json
  steward config api > openapi.json")]
pub struct ConfigArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show the values in force, defaults filled in and secrets hidden
    Show {
        #[command(flatten)]
        config: ConfigFile,
        /// How to print
        #[arg(long, value_enum, default_value_t = Format::Yaml)]
        format: Format,
    },
    /// Print the JSON Schema of the settings file, for editors
    Schema,
    /// Print the OpenAPI description of the HTTP API, for programs that use it
    Api,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Yaml,
    Json,
}

pub fn run(args: &ConfigArgs) -> Result<Outcome> {
    let text = match &args.command {
        Command::Schema => config::schema_text(),
        Command::Api => crate::api::openapi_text(),
        Command::Show { config, format } => {
            let loaded = load_settings(&config.config)?;
            loaded.notes.iter().for_each(|text| note(text));
            loaded.settings.show(match format {
                Format::Yaml => config::Format::Yaml,
                Format::Json => config::Format::Json,
            })
        }
    };
    print_text(&format!("{}\n", escaped(text.trim_end())))?;
    Ok(Outcome::Done)
}
