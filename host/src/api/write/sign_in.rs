//! Sign-in links, which a demo prints.

use crate::api::answer::{Message, Shown};
use crate::api::bodies::sign_in::{SignInRequest, SignedIn};
use crate::api::call::{Call, Nothing};
use crate::api::problem::{Code, Problem};
use crate::api::rate::Asker;

pub async fn sign_in(call: Call<Nothing, Nothing, SignInRequest>) -> Result<Shown<SignedIn>, Problem> {
    let signed_in = call.api.door.sign_in(&call.body.code).map_err(|error| Problem::failed(&error))?;
    let Some((token, known)) = signed_in else {
        call.api.rates.count(Asker::Failing(Asker::network(call.peer)), tokio::time::Instant::now()).map_err(
            |seconds| {
                Problem::new(Code::TooMany, format!("too many bad codes: ask again in {seconds} seconds"))
                    .after(seconds)
            },
        )?;
        let message = "this link was used already, or is too old: start the demo anew, or sign in with a token";
        return Err(Problem::new(Code::NotSignedIn, message));
    };
    Ok(Shown(SignedIn {
        token,
        name: known.name.clone(),
        role: known.role,
        expires_at: known.expires_at.unwrap_or_else(|| call.api.timer.now()),
    }))
}

pub async fn sign_out(call: Call) -> Result<Shown<Message>, Problem> {
    let message = if call.api.door.sign_out(&call.caller) {
        "the token of the sign-in link is not good any more"
    } else {
        "a token of the settings stays good until it is taken out of them"
    };
    Ok(Shown(Message { message: message.to_owned() }))
}
