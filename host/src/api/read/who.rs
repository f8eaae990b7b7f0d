//! About the API itself and whoever asks.

use serde_json::Value;

use crate::api::answer::Shown;
use crate::api::bodies::sign_in::Who;
use crate::api::call::Call;
use crate::api::door::Caller;
use crate::api::problem::{Code, Problem};

pub async fn description(_: Call) -> Result<Shown<Value>, Problem> {
    Ok(Shown(crate::api::openapi()))
}

pub async fn who(call: Call) -> Result<Shown<Who>, Problem> {
    match call.caller {
        Caller::Known(known) => {
            Ok(Shown(Who { name: known.name.clone(), role: known.role, expires_at: known.expires_at }))
        }
        Caller::Nobody | Caller::Control => Err(Problem::new(Code::NotSignedIn, "sign in with a token")),
    }
}
