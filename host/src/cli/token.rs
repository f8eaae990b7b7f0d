//! `steward token`: tokens for the API and the console.

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::format::TextOrJson;
use super::table::escaped;
use super::{Outcome, print_text};
use crate::api::token;
use crate::config::steward::http;
use crate::protect::parse_end;

#[derive(Args)]
#[command(after_help = "\
Examples:
  steward token new --name anna --role operator
  steward token new --name grafana --role viewer --expires 2027-12-31")]
pub struct TokenArgs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a token, and print it once with the lines for the settings file
    ///
    /// Nothing is written down: the settings get a hash, from which the token cannot be found.
    New {
        /// Whose token it is; stands in the ledger beside whatever is done with it
        #[arg(long, value_name = "NAME", value_parser = parse_name)]
        name: String,
        /// What may be done with it
        #[arg(long, value_enum)]
        role: Role,
        /// The last day on which it is good, such as 2027-12-31
        #[arg(long, value_name = "DATE", value_parser = check_end)]
        expires: Option<String>,
        /// How to print
        #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
        format: TextOrJson,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Role {
    /// Look at everything, people included
    Viewer,
    /// Release, undo, pause, protect and activate too
    Operator,
}

pub fn run(args: TokenArgs) -> Result<Outcome> {
    let Command::New { name, role, expires, format } = args.command;
    let token = token::generate()?;
    let hash = token::hash(&token);
    let role = match role {
        Role::Viewer => http::Role::Viewer,
        Role::Operator => http::Role::Operator,
    };
    print_text(&match format {
        TextOrJson::Json => {
            let json =
                json!({ "token": token, "settings": { "name": name, "role": role, "hash": hash, "expires": expires } });
            escaped(&serde_json::to_string_pretty(&json)?) + "\n"
        }
        TextOrJson::Text => {
            // JSON texts are YAML texts too, whatever they hold.
            let name = serde_json::to_string(&name)?;
            let expires = expires.map(|day| format!("\n        expires: \"{day}\"")).unwrap_or_default();
            format!(
                "The token, which is shown only now:\n\n  {token}\n\nThe lines for the settings file; a running daemon takes \
                 them at once:\n\nsteward:\n  http:\n    tokens:\n      - name: {name}\n        role: {}\n        hash: \
                 {hash}{expires}\n",
                role.as_str()
            )
        }
    })?;
    Ok(Outcome::Done)
}

fn parse_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err("write a name of 1 to 100 characters".to_owned());
    }
    Ok(name.to_owned())
}

fn check_end(text: &str) -> Result<String, String> {
    parse_end(text).map(|_| text.to_owned())
}
